"""The kind of some bytes, by what they begin with, then by what their name claims."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banc_harness.validate.detect import detect, extension

CASES = {
    "a document": (b'<ClinicalDocument xmlns="urn:hl7-org:v3"></ClinicalDocument>', "x", "cda"),
    "with a prolog": (b"\xef\xbb\xbf<?xml version='1.0'?>\n<?a b?><!-- <x> --><ClinicalDocument >", "", "cda"),
    "prefixed": (b'<v3:ClinicalDocument xmlns:v3="urn:hl7-org:v3">', "", "cda"),
    "UTF-16": ("\ufeff<ClinicalDocument >  ".encode("utf-16-le"), "", "cda"),
    "UTF-16 without a mark": ("<ClinicalDocument >  ".encode("utf-16-be"), "", "cda"),
    "behind a DOCTYPE": (b'<!DOCTYPE a [<!ENTITY b "c">]><ClinicalDocument >', "", "cda"),
    "in a style sheet": (b"<xsl:stylesheet a='b'><ClinicalDocument xmlns='x'>", "", "cda"),
    "a style sheet for documents": (b"<xsl:stylesheet a='b'><xsl:if test='n1:ClinicalDocument'/>", "a.xml", None),
    "foreign XML": (b"<project ></project>", "pom.xml", None),
    "no XML": (b"hello", "a.xml", "cda"),
    "nothing": (b"", "a.xml", "cda"),
    "nothing, nameless": (b"", "", None),
    "a zip": (b"PK\x03\x04", "a", "xdm"),
    "no zip": (b"hello", "A.ZIP", "xdm"),
    "a mail": (b"Return-Path: <a@b>\r\nSubject: x\r\n\r\n", "", "mail"),
    "a mail, folded": (b"Subject: a\r\n b\r\nX-A: c\r\nFrom: a@b\r\n\r\n", "", "mail"),
    "notes": (b"Liste: pain\nEt: lait\n", "", None),
    "HL7 v2": (b"MSH|^~\\&|", "", "hl7v2"),
    "FHIR JSON": (b' {"resourceType":"Bundle"}', "", "fhir"),
    "FHIR XML": (b'<Bundle xmlns="http://hl7.org/fhir">  ', "", "fhir"),
    "other JSON": (b"{}", "a.json", None),
    "metadata": (b'<lcm:SubmitObjectsRequest xmlns:lcm="x">  ', "", "xds"),
    "a submission": (b'<s:Envelope xmlns:s="x"><s:Body><x:P xmlns:x="urn:ihe:iti:xds-b:2007"/>', "", "xds"),
    "an INSi request": (b'<s:Envelope xmlns:s="x"><s:Body><R xmlns="http://www.cnamts.fr/INSiRecSans"/>', "", "insi"),
    "an assertion": (b'<saml2:Assertion xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion">  ', "", "vihf"),
    "a token": (b"eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.c2ln", "", "psc"),
}


@pytest.mark.parametrize("case", CASES)
def test_kind(case):
    data, name, kind = CASES[case]
    assert detect(data, name) == kind


@given(st.binary(max_size=300), st.text(max_size=10))
def test_anything_is_of_a_kind_or_of_none(data, name):
    detect(data, name)


@pytest.mark.parametrize(
    ("name", "found"), [("a.XML", ".xml"), ("b/.hidden", ""), ("a.b/c", ""), ("a.zip!/d.Xml", ".xml"), ("", "")]
)
def test_extension(name, found):
    assert extension(name) == found
