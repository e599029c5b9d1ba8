"""What the builders write, judged by every rule and read back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from lxml import etree

from banc_standards.cda.build import discharge_letter
from banc_standards.cda.model import DischargeLetter, Identifier
from banc_standards.cda.names import V3
from banc_standards.cda.read import read
from banc_standards.cda.rules import RULES
from banc_standards.ins import Ins
from banc_standards.rules import judge


def test_a_structured_letter_breaks_no_rule(structured: bytes) -> None:
    assert judge(RULES, read(structured)) == []


def test_a_level_1_letter_breaks_no_rule(level1: bytes) -> None:
    assert judge(RULES, read(level1)) == []


def test_a_letter_without_anything_optional_breaks_no_rule(letter: DischargeLetter) -> None:
    bare = replace(
        letter,
        treatments=(),
        recipients=(),
        treating_physician=None,
        pending_results="",
        follow_up="",
        synthesis=replace(
            letter.synthesis,
            adverse_events="",
            resistant_organisms_searched=False,
            transfusion=False,
            blood_derivatives=False,
            resistant_organisms="",
            transfusion_accidents="",
            blood_derivative_events="",
        ),
    )

    assert judge(RULES, read(discharge_letter(bare))) == []


def test_the_letter_of_an_unqualified_patient_only_informs(letter: DischargeLetter) -> None:
    local = replace(letter, patient=replace(letter.patient, ins=None))

    found = judge(RULES, read(discharge_letter(local)))

    assert [(finding.rule, finding.severity) for finding in found] == [("CDA-HDR-022", "info")]


def test_reading_gives_back_what_was_written(letter: DischargeLetter, structured: bytes) -> None:
    document = read(structured)

    assert document.id == Identifier("1.2.250.1.213.99.2.1")
    assert document.set_id == Identifier("1.2.250.1.213.99.2")
    assert (document.version, document.replaces, document.level) == (1, None, "N3")
    assert document.code == letter.code
    assert document.title == letter.title
    assert document.created == "20260105163000+0100"
    assert document.patient.ins == Ins("279035121518989", "1.2.250.1.213.1.4.10")
    assert document.patient.local_ids == letter.patient.local_ids
    assert (document.patient.birth_family, document.patient.first_given) == ("PAT-TROIS", "DOMINIQUE")
    assert (document.patient.birth_time, document.patient.birth_place_cog) == ("19790328", "51215")
    assert document.authors[0].ids == (Identifier("1.2.250.1.71.4.2.1", "899900000011"),)
    assert document.legal_authenticator is not None
    assert document.legal_authenticator.family == "DURAND"
    assert document.facility_type == letter.stay.facility_type
    assert document.practice_setting == letter.author.organization.practice_setting
    assert (document.events[0].low, document.events[0].high) == ("20260102080000+0100", "20260105160000+0100")


def test_a_level_1_letter_holds_its_pdf(level1: bytes) -> None:
    document = read(level1)

    assert (document.level, document.media_type) == ("N1", "application/pdf")
    assert document.embedded is not None
    assert document.embedded.startswith(b"%PDF-1.4")
    assert document.embedded.rstrip().endswith(b"%%EOF")


def test_a_new_version_names_the_one_that_it_replaces(letter: DischargeLetter) -> None:
    second = replace(letter, id="1.2.250.1.213.99.2.2", version=2, replaces=letter.id)

    document = read(discharge_letter(second))

    assert document.replaces == Identifier(letter.id)
    assert judge(RULES, document) == []


def test_the_same_letter_gives_the_same_bytes(letter: DischargeLetter, structured: bytes) -> None:
    assert discharge_letter(letter) == structured


def test_every_narrative_reference_points_at_something(structured: bytes) -> None:
    root = etree.fromstring(structured)
    anchors = {element.get("ID") for element in root.iter(f"{V3}content")}

    references = {element.get("value") for element in root.iter(f"{V3}reference")}

    assert references
    assert references <= {f"#{anchor}" for anchor in anchors}


def test_a_naive_time_is_refused(letter: DischargeLetter) -> None:
    naive = replace(letter, created=datetime(2026, 1, 5, tzinfo=UTC).replace(tzinfo=None))

    with pytest.raises(ValueError, match="zone"):
        discharge_letter(naive)


def test_an_impossible_birth_date_stays_as_it_is(letter: DischargeLetter) -> None:
    lunar = replace(letter, patient=replace(letter.patient, birth_date="1950-00-00"))

    assert read(discharge_letter(lunar)).patient.birth_time == "19500000"
