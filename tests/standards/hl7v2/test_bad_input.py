"""Whatever the bytes: findings or a refusal by rule, never a crash, in bounded time and memory."""

from __future__ import annotations

import base64
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banc_standards.hl7v2.er7 import Delimiters, Segment, escaped, unescaped
from banc_standards.hl7v2.read import Capture, Hl7Refused, Limits, read
from banc_standards.hl7v2.rules import RULES, judged

from .messages import BASES, documents, sent

KNOWN = {rule.id for rule in RULES}


def ids(data: bytes, limits: Limits | None = None) -> set[str]:
    return {rule.id for rule, _ in judged(read(data, limits or Limits()))}


@pytest.mark.parametrize(
    "data", [b"", b"\x0b", b"\x0b\x1c\r", b"PK\x03\x04", b"<xml/>", b"MSH", b"MSH\r", b"\xff" * 99]
)
def test_bytes_without_a_message_are_refused_by_rule(data: bytes):
    with pytest.raises(Hl7Refused) as refused:
        read(data)

    assert refused.value.rule_id == "HL7-TXT-001"


def test_too_many_bytes_or_messages_are_refused_by_rule():
    with pytest.raises(Hl7Refused) as refused:
        read(sent(BASES["ack"]), Limits(max_bytes=10))
    assert refused.value.rule_id == "HL7-TXT-009"

    with pytest.raises(Hl7Refused) as refused:
        read(sent(BASES["ack"]) * 3, Limits(max_messages=2))
    assert refused.value.rule_id == "HL7-TXT-009"


def test_too_many_segments_in_all_are_refused_by_rule():
    with pytest.raises(Hl7Refused) as refused:
        read(sent(BASES["mdm"]) * 3, Limits(max_in_all=30))
    assert refused.value.rule_id == "HL7-TXT-009"


def test_frames_without_an_end_cost_one_scan():
    capture = read(b"\x0b" + sent(BASES["ack"]).replace(b"MSH", b"\x0bMSH") * 2_000)

    assert len(capture.messages) == 2_000
    assert len(capture.faults["HL7-TXT-002"]) == 100


@pytest.mark.parametrize("more", [b"OBX|1\r" * 10_500, b"NTE|" + b"|" * 2_000 + b"\r", b"x\r" * 30_000])
def test_too_many_segments_or_fields_are_told_and_the_rest_is_not_read(more: bytes):
    found = ids(sent(BASES["ack"]) + more)

    assert found & {"HL7-TXT-009", "HL7-TXT-007"}
    assert found <= KNOWN


def test_every_rule_bounds_what_it_tells():
    capture = read(sent(BASES["mdm"]) + b"OBX|9|CWE|MASQUE_PS\r" * 3_000)

    told = [rule.id for rule, _ in judged(capture)]

    assert max(map(told.count, set(told))) <= 100


def test_a_megabyte_of_separators_in_one_field_costs_little():
    text = BASES["mdm"].replace("PAT-TROIS", "~" * 300_000 + "^" * 300_000 + "&" * 300_000 + "\\" * 99_999)

    assert ids(sent(text)) <= KNOWN


@pytest.mark.parametrize(
    ("declared", "codec", "expected"),
    [
        ("UNICODE UTF-8", "iso8859-15", "HL7-TXT-005"),
        ("8859/15", "utf-8", "HL7-TXT-006"),
        ("8859/1", "utf-8", "HL7-TXT-006"),
        ("ASCII", "utf-8", "HL7-TXT-005"),
        ("", "utf-8", "HL7-MSH-010"),
        ("8859/1", "iso8859-1", "HL7-MSH-010"),
        ("8859/99", "utf-8", "HL7-MSH-010"),
    ],
)
def test_a_wrong_msh_18_is_told(declared: str, codec: str, expected: str):
    data = sent(BASES["mdm"]).decode().replace("|UNICODE UTF-8|", f"|{declared}|").encode(codec)

    assert expected in ids(data)


@pytest.mark.parametrize(("declared", "codec"), [("UNICODE UTF-8", "utf-8"), ("8859/15", "iso8859-15")])
def test_accents_are_read_in_the_declared_set(declared: str, codec: str):
    data = sent(BASES["oru"]).decode().replace("|UNICODE UTF-8|", f"|{declared}|").encode(codec)

    capture = read(data)

    assert list(judged(capture)) == []
    assert capture.messages[0].observations[1].obx.get(3, 2) == "Masqué aux professionnels de Santé"


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_other_line_ends_are_told_once_and_change_nothing_else(end: bytes):
    data = sent(BASES["mdm"])

    assert ids(data.replace(b"\r", end)) == {"HL7-TXT-003W"}
    assert ids(b"\x0b" + data.replace(b"\r", end) + b"\x1c\r") == {"HL7-TXT-003"}


@pytest.mark.parametrize("kept", [1, 2, 3, 5, 4001])
def test_a_truncated_document_is_told(kept: int):
    content = documents()["PD94bWwg…"][:kept]

    found = ids(sent(BASES["mdm"].replace("PD94bWwg…", content)))

    assert found & {"HL7-DOC-008", "HL7-DOC-009"}


def test_a_document_cut_into_lines_is_told_and_still_read():
    wrapped = base64.encodebytes(base64.b64decode(documents()["PD94bWwg…"])).decode().replace("\n", "\r")

    found = ids(sent(BASES["mdm"].replace("PD94bWwg…", wrapped)))

    assert "HL7-TXT-007" in found
    assert "HL7-DOC-009" not in found


@pytest.mark.parametrize("hostile", ["<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "<a>" * 5_000, "<a/>", "&#0;", "{}"])
def test_a_hostile_document_is_a_finding(hostile: str):
    content = base64.b64encode(hostile.encode()).decode()

    assert "HL7-DOC-009" in ids(sent(BASES["oru"].replace("PD94bWwg…", content)))


@pytest.mark.parametrize("event", ["T99", "A99", "", "T02~T04", "é"])
@pytest.mark.parametrize("name", BASES)
def test_unknown_triggers_are_told(name: str, event: str):
    first, *rest = BASES[name].split("\n")
    fields = first.split("|")
    kind = fields[8].split("^")[0]
    fields[8] = f"{kind}^{event}"

    found = ids(sent("\n".join(["|".join(fields), *rest])))

    assert found & {"HL7-MSH-003", "HL7-MSH-004"}


@pytest.mark.parametrize("name", BASES)
def test_every_segment_twice_or_missing_or_moved_is_never_a_crash(name: str):
    lines = BASES[name].split("\n")
    for rank in range(1, len(lines)):
        for other in (
            [*lines[:rank], lines[rank], *lines[rank:]],
            [*lines[:rank], *lines[rank + 1 :]],
            [lines[0], lines[rank], *lines[1:rank], *lines[rank + 1 :]],
            [*lines[:rank], lines[rank][:3], *lines[rank + 1 :]],
        ):
            assert ids(sent("\n".join(other))) <= KNOWN


def test_an_empty_field_says_nothing_and_two_quotes_erase():
    segment = Segment("PID", 'PID|1||^^~||""|"x"')

    assert [segment.filled(field) for field in (1, 2, 3, 5, 6, 99)] == [True, False, False, False, True, False]
    assert segment[5] == '""'


@given(st.text(max_size=60))
@settings(max_examples=80, deadline=None)
def test_what_is_escaped_reads_back(text: str):
    assert unescaped(escaped(text)) == text


@given(st.text(max_size=40), st.sampled_from(["|^~\\&", "#$%/*"]))
@settings(max_examples=40, deadline=None)
def test_a_field_made_of_escaped_text_is_one_component(text: str, marks: str):
    delimiters = Delimiters(*marks)
    segment = Segment("NTE", f"NTE{marks[0]}{escaped(text, delimiters)}", delimiters=delimiters)

    assert segment.get(1) == text


@given(st.binary(max_size=400))
@settings(max_examples=150, deadline=None)
def test_no_bytes_are_a_crash(data: bytes):
    for start in (b"", b"MSH|^~\\&|", b"\x0bMSH|", b"MSH^"):
        try:
            capture = read(start + data)
        except Hl7Refused:
            continue
        assert isinstance(capture, Capture)
        assert {rule.id for rule, _ in judged(capture)} <= KNOWN


@given(st.sampled_from(sorted(BASES)), st.integers(0, 2**32 - 1))
@settings(max_examples=120, deadline=None)
def test_no_mutation_of_a_sound_message_is_a_crash(name: str, seed: int):
    chance = random.Random(seed)
    data = bytearray(sent(BASES[name].replace("PD94bWwg…", "PD94bWwg").replace("PD94UlBM…", "")))
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(data))
        action = chance.randrange(3)
        if action == 0:
            data[at] = chance.choice(b"|^~\\&\r\n\x0b\x1cMSHOBX0\xff")
        elif action == 1:
            del data[at : at + chance.randint(1, 40)]
        else:
            data[at:at] = data[at : at + chance.randint(1, 40)]
        if not data:
            return
    try:
        capture = read(bytes(data))
    except Hl7Refused:
        return
    for rule, hit in judged(capture):
        assert rule.id in KNOWN
        assert hit.location
