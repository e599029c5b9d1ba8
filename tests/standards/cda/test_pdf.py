"""The PDF that documents embed is PDF/A-1b, read here by a library that we did not write."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from lxml import etree
from pypdf import PdfReader

from banc_standards.cda.pdf import simple_pdf

LINES = ["Lettre de liaison à la sortie", "", "Patient : PAT-TROIS (œuvre), 10 €"]


@pytest.fixture(scope="module")
def reader() -> PdfReader:
    return PdfReader(io.BytesIO(simple_pdf(LINES, created=datetime(2026, 1, 5, 15, 30, tzinfo=UTC))), strict=True)


def test_says_what_it_was_given(reader: PdfReader) -> None:
    text = reader.pages[0].extract_text()
    assert all(line in text for line in LINES)


def test_folds_long_lines_and_starts_new_pages() -> None:
    many = PdfReader(io.BytesIO(simple_pdf([*["mot " * 60] * 30])))
    assert len(many.pages) > 1
    assert "".join(page.extract_text() for page in many.pages).count("mot") == 1800


def test_embeds_every_font_that_it_names(reader: PdfReader) -> None:
    for page in reader.pages:
        fonts = page["/Resources"]["/Font"]
        assert fonts
        for font in fonts.values():
            assert font["/Subtype"] == "/TrueType"
            assert font["/FontDescriptor"]["/FontFile2"].get_data()


def test_declares_itself_in_metadata_that_agree_with_its_information(reader: PdfReader) -> None:
    xmp = etree.fromstring(reader.trailer["/Root"]["/Metadata"].get_data())
    said = {etree.QName(item).localname: (item.text or "").strip() for item in xmp.iter() if isinstance(item.tag, str)}
    information = reader.metadata
    assert information is not None
    assert (said["part"], said["conformance"]) == ("1", "B")
    assert said["li"] == information.title == LINES[0]
    assert said["Producer"] == information.producer
    assert datetime.fromisoformat(said["CreateDate"]) == information.creation_date
    assert set(information) == {"/Title", "/Producer", "/CreationDate", "/ModDate"}
    assert "/Filter" not in reader.trailer["/Root"]["/Metadata"]


def test_tells_what_its_colours_mean(reader: PdfReader) -> None:
    (intent,) = reader.trailer["/Root"]["/OutputIntents"]
    profile = intent["/DestOutputProfile"].get_data()
    assert intent["/S"] == "/GTS_PDFA1"
    assert (profile[36:40], profile[8]) == (b"acsp", 2)
    assert int.from_bytes(profile[:4], "big") == len(profile)


def test_has_an_id_and_nothing_that_the_norm_forbids(reader: PdfReader) -> None:
    assert len(reader.trailer["/ID"]) == 2
    assert not reader.is_encrypted
    assert not reader.attachments
    assert "/Names" not in reader.trailer["/Root"]


def test_is_the_same_for_the_same_content_and_marks_what_its_font_lacks() -> None:
    assert simple_pdf(LINES) == simple_pdf(LINES)
    assert "??" in PdfReader(io.BytesIO(simple_pdf(["x", "漢字"]))).pages[0].extract_text()
