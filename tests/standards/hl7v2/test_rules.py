"""Each rule has a message that breaks it and one that keeps it: the extracts that ``banc explain`` shows."""

from __future__ import annotations

import re

import pytest

from banc_standards.hl7v2.read import Capture, Hl7Refused, read
from banc_standards.hl7v2.rules import RULES, judged, text
from banc_standards.hl7v2.rules.examples import Example, examples
from banc_standards.rules import Hit, Rule

from .messages import BASES, sent

ALONE = {"HL7-TXT-009"}
"""What no short extract can break: tested in test_bad_input."""


def told(capture: Capture) -> dict[str, list[Hit]]:
    found: dict[str, list[Hit]] = {}
    for rule, hit in judged(capture):
        found.setdefault(rule.id, []).append(hit)
    return found


def broken_by(data: bytes) -> dict[str, list[Hit]]:
    try:
        return told(read(data))
    except Hl7Refused as refused:
        rule, hit = text.hit(refused)
        return {rule.id: [hit]}


def placed(example: Example) -> tuple[bytes, bytes]:
    """The message with the bad extract, and with the good one."""
    if not example.base:
        return sent(example.bad), sent(example.good)
    base = f"{BASES[example.base]}\n"
    assert example.good in base, "the good extract stands in its base"
    assert example.good != example.bad
    return sent(base.replace(example.good, example.bad, 1)), sent(base)


@pytest.mark.parametrize("name", BASES)
def test_a_sound_message_breaks_no_rule(name: str):
    capture = read(sent(BASES[name]))

    assert told(capture) == {}


@pytest.mark.parametrize("name", BASES)
def test_a_sound_message_in_mllp_frames_breaks_no_rule(name: str):
    frames = [b"MSH" + part for part in sent(BASES[name]).split(b"MSH")[1:]]

    capture = read(b"".join(b"\x0b" + frame + b"\x1c\r" for frame in frames))

    assert capture.framed
    assert told(capture) == {}


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.id not in ALONE], ids=lambda rule: rule.id)
def test_a_rule_tells_its_bad_extract_and_keeps_quiet_on_the_good_one(rule: Rule):
    bad, good = placed(examples()[rule.id])

    assert rule.id in broken_by(bad)
    assert rule.id not in broken_by(good)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_is_explained_in_both_languages(rule: Rule):
    example = examples()[rule.id]

    assert example.bad.strip()
    assert example.good.strip()
    for sentence in (rule.text, rule.fix, example.why):
        assert sentence.fr.strip().endswith((".", "…"))
        assert sentence.en.strip().endswith((".", "…"))
        assert sentence.en != sentence.fr


def test_every_example_is_that_of_a_rule():
    assert examples().keys() == {rule.id for rule in RULES}


def test_a_finding_points_at_segment_field_repetition_and_component():
    capture = read(sent(BASES["mdm"].replace("~IPP-42^^^CLINIQUE&1.2.250.1.213.99.1&ISO^PI", "~IPP-42^^^CLINIQUE")))

    hits = told(capture)["HL7-PID-002"]

    assert [(hit.location, hit.line) for hit in hits] == [("PID-3[2].5", 3)]
    line = sent(BASES["mdm"]).split(b"\r")[2].decode()
    assert line[hits[0].column - 1 - len("~IPP-42^^^CLINIQUE") :].startswith("~IPP-42^^^CLINIQUE")


def test_a_finding_in_a_capture_names_its_message():
    data = sent(BASES["capture"].replace("MSA|AA|M-1", "MSA|XX|M-1"))

    hits = told(read(data))["HL7-ACK-001"]

    assert [hit.location for hit in hits] == ["message[2]/MSA-1"]


def test_no_location_is_left_without_a_place():
    for name, base in BASES.items():
        for _, hit in judged(read(sent(re.sub(r"\|[A-Z]\|", "|?|", base)))):
            assert None not in (hit.line, hit.column), (name, hit)


@pytest.mark.parametrize(
    ("name", "good", "bad", "rule", "location"),
    [
        ("mdm", "OBR|1|||11490-0^Lettre de liaison à la sortie^LN", "OBR|1|||11490-0^Lettre", "HL7-DOC-005", "OBR-4.3"),
        ("a28", "ZFD|||Y", f"NK1|1{'|' * 34}F\nZFD|||Y", "HL7-PID-012", "NK1-35"),
        ("mdm", "PRT||UC||SB^", "NTE||||FIN\nPRT||UC||SB^", "HL7-META-017", "NTE-4"),
        ("z02", "OBX|2|XTN", "OBX|3|XTN", "HL7-ZAM-004", "OBX[2]-1"),
        ("a11", "ADT^A11^ADT_A09", "ADT^A01^ADT_A01", "HL7-PAM-005", "ZBE-4"),
    ],
)
def test_the_other_places_where_a_rule_looks(name: str, good: str, bad: str, rule: str, location: str):
    assert good in BASES[name]

    hits = broken_by(sent(BASES[name].replace(good, bad, 1)))[rule]

    assert location in {hit.location for hit in hits}


def test_one_change_of_class_may_cancel_the_other():
    cancelling = BASES["a11"].replace("ADT^A11^ADT_A09", "ADT^A07^ADT_A06")

    assert "HL7-PAM-005" not in broken_by(sent(cancelling))


def test_a_note_that_ends_the_exchange_with_the_patient_is_well_placed():
    lines = BASES["mdm"].split("\n")
    at = next(rank for rank, line in enumerate(lines) if "|DESTMSSANTEPAT^" in line)

    assert broken_by(sent("\n".join([*lines[: at + 1], "NTE||||FIN", *lines[at + 1 :]]))) == {}
