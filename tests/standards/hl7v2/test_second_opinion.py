"""hl7apy as a second opinion, where it is right: structures without PRT and Z segments, and the cutting of fields.

It knows no PRT before 2.7 and no Z segment, judges no table value, and hides LF line ends: none of that is asked of it.
"""

from __future__ import annotations

import pytest
from hl7apy import parser
from hl7apy.exceptions import HL7apyException

from banc_standards.hl7v2.message import Message
from banc_standards.hl7v2.read import read
from banc_standards.hl7v2.rules import structure

from .messages import BASES, sent

ITS_OWN_FAULT = {"tlr": "asks one of the choice of OBR and RQD for the other"}
"""Sound messages that it refuses."""

LAXER = {
    ("oru", "ORC"),  # optional in HL7, required by the volet
    ("z01", "OBX"),  # ZAM is no message of HL7: nothing is asked of it
}
"""Segments whose absence it accepts and the rules do not (message, segment)."""


def stripped(message: Message) -> str:
    """The message without what hl7apy does not know."""
    return "".join(f"{one.text}\r" for one in message.segments if one.name != "PRT" and not one.name.startswith("Z"))


def accepted(text: str) -> bool:
    try:
        return bool(parser.parse_message(text).validate())
    except HL7apyException:
        return False


@pytest.mark.parametrize("name", [name for name in BASES if name not in ITS_OWN_FAULT])
def test_a_sound_message_is_sound_to_hl7apy_too(name: str):
    assert accepted(stripped(read(sent(BASES[name])).messages[0]))


@pytest.mark.parametrize("name", ITS_OWN_FAULT)
def test_what_it_refuses_wrongly_is_still_refused(name: str):
    assert not accepted(stripped(read(sent(BASES[name])).messages[0]))


@pytest.mark.parametrize("name", ["mdm", "oru", "lps", "ack", "z01", "z02", "a01", "a11", "a28", "a40"])
def test_a_missing_segment_is_missing_to_both(name: str):
    lines = BASES[name].split("\n")
    different = set()
    for rank in range(1, len(lines)):
        segment = lines[rank][:3]
        if segment in ("PRT", "NTE") or segment.startswith("Z") or sum(line[:3] == segment for line in lines) > 1:
            continue
        message = read(sent("\n".join([*lines[:rank], *lines[rank + 1 :]]))).messages[0]
        ours = not any(hit for rule in structure.RULES if rule.severity == "error" for hit in rule.check(message))
        if ours != accepted(stripped(message)):
            different.add((name, segment))

    assert different == {pair for pair in LAXER if pair[0] == name}


@pytest.mark.parametrize("name", BASES)
def test_fields_repetitions_and_components_are_cut_alike(name: str):
    message = read(sent(BASES[name])).messages[0]
    version = message.header.get(12)
    for segment in message.segments:
        if segment.name == "MSH" or segment.name.startswith("Z"):
            continue
        known = parser.parse_segment(segment.text, version="2.7" if segment.name == "PRT" else version)
        cut: dict[int, list[str]] = {}
        for field in known.children:
            cut.setdefault(int(field.name.rpartition("_")[2]), []).append(field.to_er7())
        for number, repetitions in cut.items():
            ours = [one.rstrip("^&") for one in segment.repetitions(number)]
            assert ours == [one.rstrip("^&") for one in repetitions], (segment.label, number)
