"""The datamatrix INS: what is written is read again, each rule passes and fails."""

from __future__ import annotations

from dataclasses import replace

import pytest

from banc_fixtures.population import population
from banc_standards.ins import INS_NIR, INS_TEST, IdentityStatus, Ins, NotTransliterable, StrictTraits
from banc_standards.ins_datamatrix import GS, HEADER, NotPrintable, build, read
from banc_standards.ins_datamatrix_rules import RULES, UNREADABLE, WITHOUT, Printed
from banc_standards.printed import PrintedRefused, Sheet
from banc_standards.printed import read as read_page

QUAL = IdentityStatus.QUAL
TRAITS = StrictTraits("D'ARTAGNAN DE L'HERAULT", "PIERRE-ALAIN MURIEL", "M", "2001-06-17", "63220")
NIR = Ins("101066322075460", INS_NIR)
TEST = Ins.of("1010663220754", INS_TEST)


def broken(printed: Printed) -> set[str]:
    return {rule.id for rule in RULES if list(rule.check(printed))}


def test_the_payload_of_the_format() -> None:
    assert build(NIR, TRAITS, QUAL) == (
        "IS0100000000000000000000000"[:26]
        + f"S1101066322075460S21.2.250.1.213.1.4.8{GS}S3PIERRE-ALAIN MURIEL{GS}S4D'ARTAGNAN DE L'HERAULT{GS}"
        + "S5MS617-06-2001S763220"
    )
    assert len(HEADER) == 26


def test_an_oid_of_twenty_characters_takes_no_separator() -> None:
    assert f"S2{INS_TEST}S3" in build(TEST, TRAITS, QUAL)


def test_a_name_as_long_as_it_may_be_takes_no_separator() -> None:
    long = replace(TRAITS, birth_family="A" * 100)
    payload = build(TEST, long, QUAL)
    assert "A" * 100 + "S5M" in payload
    assert read(payload).traits == long
    assert broken(Printed(payload)) == set()


@pytest.mark.parametrize("patient", [p for p in population().patients if p.ins], ids=lambda p: p.id)
def test_what_is_written_is_read_again(patient) -> None:
    payload = build(patient.ins, patient.traits, QUAL)
    assert (read(payload).ins, read(payload).traits) == (patient.ins, patient.traits)
    assert broken(Printed(payload, QUAL, patient.ins, patient.traits)) == set()


def test_names_are_transliterated_and_lunar_dates_turned_as_text() -> None:
    payload = build(TEST, StrictTraits("D’ÆION", "CŒUR", "F", "1950-00-00"), QUAL)
    assert f"S3COEUR{GS}S4D'AEION{GS}S5FS600-00-1950" in payload
    with pytest.raises(NotTransliterable):
        build(TEST, replace(TRAITS, birth_family="ŁUK"), QUAL)


@pytest.mark.parametrize("status", [status for status in IdentityStatus if status is not QUAL])
def test_only_a_qualified_identity_has_one(status: IdentityStatus) -> None:
    with pytest.raises(NotPrintable):
        build(TEST, TRAITS, status)


@pytest.mark.parametrize("changed", [{"birth_family": "A" * 101}, {"birth_givens": ""}, {"birth_place": "123456"}])
def test_what_does_not_fit_is_refused(changed) -> None:
    with pytest.raises(NotPrintable):
        build(TEST, replace(TRAITS, **changed), QUAL)


RIGHT = build(NIR, TRAITS, QUAL)
WRONG = {
    "INSDM-001": RIGHT.replace("IS01", "IS02", 1),
    "INSDM-002": RIGHT.replace("S5M", ""),
    "INSDM-003": RIGHT.replace("S5M", f"S5M{GS}"),
    "INSDM-004": RIGHT.replace("S763220", "S76322"),
    "INSDM-005": RIGHT.replace("101066322075460", "101066322075461"),
    "INSDM-006": RIGHT.replace("S5M", "S5I"),
}


@pytest.mark.parametrize("rule", sorted(WRONG))
def test_each_rule_of_the_format_fails(rule: str) -> None:
    assert broken(Printed(RIGHT)) == set()
    assert rule in broken(Printed(WRONG[rule]))


def test_a_missing_separator_is_seen_wherever_it_is_missing() -> None:
    for place in range(RIGHT.count(GS)):
        parts = RIGHT.split(GS)
        payload = GS.join(parts[: place + 1]) + GS.join(["", *parts[place + 1 :]])[1:]
        assert payload != RIGHT
        assert broken(Printed(payload)), payload


def test_the_identity_of_the_document_is_the_same() -> None:
    assert broken(Printed(RIGHT, QUAL, NIR, TRAITS)) == set()
    assert broken(Printed(RIGHT, IdentityStatus.VALI)) == {"INSDM-007"}
    assert broken(Printed(RIGHT, QUAL, TEST, TRAITS)) == {"INSDM-008"}
    for name, value in (("birth_family", "X"), ("sex", "F"), ("birth_date", "2001-06-18"), ("birth_place", "2B020")):
        assert broken(Printed(RIGHT, QUAL, NIR, replace(TRAITS, **{name: value}))) == {"INSDM-008"}


@pytest.mark.parametrize(
    "payload", ["", "IS", HEADER, HEADER + "S1", HEADER + GS, HEADER + "S9", RIGHT[:60], "\x00" * 99]
)
def test_anything_can_be_read_and_is_refused(payload: str) -> None:
    assert broken(Printed(payload))


@pytest.mark.parametrize(
    ("sheet", "rules"),
    [
        (Sheet((RIGHT,), f"INS {NIR.value[:13]} {NIR.value[13:]}"), set()),
        (Sheet((RIGHT,)), set()),
        (Sheet((RIGHT,), "Lettre de liaison"), {"INSDM-011"}),
        (Sheet(()), {"INSDM-009"}),
        (Sheet(("DC04FR01",), "Lettre"), {"INSDM-009"}),
    ],
)
def test_a_page_carries_a_symbol_and_its_matricule(sheet: Sheet, rules: set[str]) -> None:
    assert {rule.id for rule in WITHOUT if list(rule.check(sheet))} == rules


def test_a_page_that_cannot_be_read_is_told() -> None:
    with pytest.raises(PrintedRefused) as refused:
        read_page(b"neither")
    (hit,) = UNREADABLE.check(refused.value)
    assert hit.found == refused.value.text.fr


def test_what_is_told_of_a_payload_is_a_short_printable_line() -> None:
    (hit,) = next(rule for rule in RULES if rule.id == "INSDM-001").check(Printed("\x00\x1d\n" + "A" * 500))
    assert hit.found.startswith("<00><GS><0A>AAA")
    assert len(hit.found) < 100
    odd = replace(TRAITS, birth_family="Ł")
    assert broken(Printed(RIGHT, QUAL, NIR, odd)) == {"INSDM-008"}
