"""What the reader refuses, and what it finds where."""

from __future__ import annotations

import pytest

from banc_standards.cda.read import CdaRefused, read
from banc_standards.cda.rules.expect import location
from banc_standards.cda.times import read_time
from banc_standards.xml import XmlRefused


def test_something_that_is_not_a_document_is_refused() -> None:
    with pytest.raises(CdaRefused) as refused:
        read(b"<note xmlns='urn:hl7-org:v3'/>")

    assert refused.value.rule_id == "CDA-ROOT-001"


def test_a_document_of_another_namespace_is_refused() -> None:
    with pytest.raises(CdaRefused):
        read(b"<ClinicalDocument/>")


@pytest.mark.parametrize(
    "data",
    [b"", b"<a", b"<!DOCTYPE a [<!ENTITY b 'c'>]><ClinicalDocument>&b;</ClinicalDocument>"],
    ids=["empty", "cut", "entity"],
)
def test_bad_xml_is_refused(data: bytes) -> None:
    with pytest.raises(XmlRefused):
        read(data)


def test_a_document_inside_a_style_sheet_is_taken_out(structured: bytes) -> None:
    inside = structured.partition(b"?>\n")[2]
    sheet = b'<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform">' + inside + b"</xsl:stylesheet>"

    assert read(sheet).id == read(structured).id


def test_an_empty_document_reads_as_empty() -> None:
    document = read(b'<ClinicalDocument xmlns="urn:hl7-org:v3"/>')

    assert (document.id.root, document.title, document.level, document.code) == ("", "", None, None)
    assert document.patient.ins is None
    assert document.authors == ()


def test_a_location_numbers_namesakes_only(structured: bytes) -> None:
    document = read(structured)

    assert location(document.at("recordTarget/patientRole/id")[1]) == "/ClinicalDocument/recordTarget/patientRole/id[2]"
    assert location(document.at("title")[0]) == "/ClinicalDocument/title"


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("20260105163000+0100", "20260105153000"),
        ("20260705003000+0200", "20260704223000"),
        ("20260105163000+100", "20260105153000"),
        ("202601051630+0100", "20260105153000"),
        ("20260105", "20260105"),
        ("20260105+0100", "20260105"),
        ("20260105163000", "20260105163000"),
        ("2026", "2026"),
    ],
)
def test_a_time_in_utc(text: str, utc: str) -> None:
    time = read_time(text)

    assert time is not None
    assert time.utc == utc


@pytest.mark.parametrize("text", ["", "20261301", "20260230", "202", "2026-01-05", "20260105250000", "00000101"])
def test_a_time_that_does_not_exist(text: str) -> None:
    assert read_time(text) is None
