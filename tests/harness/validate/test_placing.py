"""Where a finding points: the exact line and column of an element or an attribute, in any encoding."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from banc_harness.validate.placing import Place, Source
from banc_standards.cda.names import HL7
from banc_standards.cda.rules.expect import location

TEXT = f"""<?xml version="1.0" encoding="ENC"?>
<!-- é -->
<ClinicalDocument xmlns="{HL7}" xmlns:sdtc="urn:hl7-org:sdtc" xmlns:o="urn:other/x">
  <realmCode code="FR"/><title>É</title><title
     language='a=b'
     other="x"/>
  <a><sdtc:b v="1"/><sdtc:b v="2"/><o:c v="3"/></a>
</ClinicalDocument>
"""
SIMPLE = TEXT.replace("ENC", "utf-8").encode()
WANTED = {
    "/ClinicalDocument": (3, 1, "<ClinicalDocument"),
    "/ClinicalDocument/realmCode/@code": (4, 14, 'code="FR"'),
    "/ClinicalDocument/title[1]": (4, 25, "<title"),
    "/ClinicalDocument/title[2]/@other": (6, 6, 'other="x"'),
    "/ClinicalDocument/title[2]/@language": (5, 6, "language='a=b'"),
    "/ClinicalDocument/a/sdtc:b[2]/@v": (7, 29, 'v="2"'),
    "/ClinicalDocument/a/{urn:other/x}c/@v": (7, 41, 'v="3"'),
    "/ClinicalDocument/realmCode/@missing": (4, 3, "<realmCode"),
    "/ClinicalDocument/a/missing/@code": (7, 3, "<a"),
    "/ClinicalDocument/title[@language='fr']": (3, 1, "<ClinicalDocument"),
}


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "iso-8859-1", "cp1252", "utf-16"],
    ids=["utf-8", "bom", "iso-8859-1", "cp1252", "utf-16"],
)
def test_each_location_points_at_its_text(encoding):
    data = TEXT.replace("ENC", encoding.replace("-sig", "")).encode(encoding)

    places = Source(data).places(etree.fromstring(data), WANTED)

    assert places == {name: Place(line, column, len(text)) for name, (line, column, text) in WANTED.items()}


def test_what_names_nothing_of_the_document_points_nowhere():
    assert Source(SIMPLE).places(etree.fromstring(SIMPLE), ["", "message", "DocumentEntry[1]/hash", "/Other/a"]) == {}


def test_a_document_inside_another_is_found():
    data = f'<x xmlns="y">\n <ClinicalDocument xmlns="{HL7}"><id/></ClinicalDocument></x>'.encode()

    root = etree.fromstring(data)[0]

    assert Source(data).places(root, ["/ClinicalDocument/id"]) == {"/ClinicalDocument/id": Place(2, 43, 3)}


def test_an_excerpt_is_the_line_and_what_to_underline():
    source = Source(SIMPLE.replace(b"\n", b"\r\n"))

    found = source.excerpt(Place(4, 14, 9))

    assert found is not None
    assert found.text[found.start : found.start + found.width] == 'code="FR"'
    assert source.excerpt(Place(400, 1, 1)) is None


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail(data):
    Source(data).excerpt(Place(1, 1, 1))


@pytest.mark.parametrize("mark", [codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF8, b"<\0", b"\0<", b"<?xml"])
def test_a_mark_without_text_is_read(mark):
    assert Source(mark).excerpt(Place(2, 1, 1)) is None


def test_what_looks_like_a_tag_and_is_none_is_not_counted():
    inside = '<!-- <a> --><?b <c> ?><t><![CDATA[<d>]]></t><id root="1>2"/>'
    data = f'<ClinicalDocument xmlns="{HL7}">{inside}</ClinicalDocument>'

    places = Source(data.encode()).places(etree.fromstring(data), ["/ClinicalDocument/id/@root"])

    assert places["/ClinicalDocument/id/@root"].column == data.index('root="1') + 1


def test_every_element_of_a_letter_is_found_where_it_stands(sound):
    root = etree.fromstring(sound)
    elements = list(root.iter())
    text = sound.decode()
    lines = text.splitlines()

    places = Source(sound).places(root, [location(element) for element in elements])

    assert len(places) == len(elements)
    for element in elements:
        place = places[location(element)]
        name = etree.QName(element).localname
        assert lines[place.line - 1][place.column - 1 :].startswith(f"<{name}")
