"""Reading a file of HL7 v2 messages: one message, several after one another, or the frames of an MLLP capture.

Whatever the bytes are, they are read as far as they can be; what they break on the way is kept as faults, which the
rules of :mod:`banc_standards.hl7v2.rules.text` tell. Only a file without any message is refused.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final

from banc_standards.errors import BancError, Sentence
from banc_standards.hl7v2.charsets import decoded
from banc_standards.hl7v2.er7 import ESCAPES, USUAL, Delimiters, Segment
from banc_standards.hl7v2.message import Message
from banc_standards.rules import Hit

START: Final = b"\x0b"
END: Final = b"\x1c\r"
"""The block characters of MLLP: before a message, and after it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost; what is beyond is not read, and told."""

    max_bytes: int = 50 * 2**20
    max_messages: int = 10_000
    max_segments: int = 10_000
    max_in_all: int = 300_000
    max_fields: int = 1_000


DEFAULT_LIMITS: Final = Limits()
_MOST_FAULTS: Final = 100
_MOST_ESCAPES: Final = 10_000

Faults = Mapping[str, list[Hit]]
"""What reading came upon, by the rule that it breaks."""


class Hl7Refused(BancError):
    """The bytes hold no HL7 v2 message, or more of them than the bench reads (``rule_id`` tells)."""

    def __init__(self, rule_id: str, found: str) -> None:
        super().__init__(
            rule_id,
            Sentence("Ces octets ne sont pas un message HL7 v2.", "These bytes are no HL7 v2 message."),
            Sentence("Commencer par MSH|^~\\&|.", "Begin with MSH|^~\\&|."),
        )
        self.rule_id = rule_id
        self.found = found


@dataclass(frozen=True)
class Capture:
    """The messages of a file in their order. ``framed`` tells that they came with MLLP's block characters."""

    messages: tuple[Message, ...]
    framed: bool
    faults: Faults


@dataclass(slots=True)
class _Block:
    data: bytes
    line: int
    faults: dict[str, list[Hit]] = field(default_factory=dict)


_BREAK: Final = re.compile(rb"\r\n|\r|\n")
_HEADER: Final = re.compile(rb"MSH[!-/:-@\[-`{-~]")
_ENVELOPE: Final = (b"FHS", b"BHS", b"BTS", b"FTS")
_NAME: Final = re.compile(r"[A-Z][A-Z0-9]{2}")
_TRAILING: Final = re.compile("[^|^~&\\s][ \u00a0]+(?=[|^~&]|$)")
_LONG: Final = 20_000
_CONTROLS: Final = bytes(code for code in range(32) if code not in b"\t\r\n")
_STRAY: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def read(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Capture:
    """The messages that ``data`` holds. Raises :class:`Hl7Refused` where there is none, or where it is too large."""
    if len(data) > limits.max_bytes:
        raise Hl7Refused("HL7-TXT-009", f"{len(data)} > {limits.max_bytes} octets")
    faults: dict[str, list[Hit]] = {}
    framed = START + b"MSH" in data
    most = limits.max_messages + 1
    blocks = list(islice(_framed(data, faults) if framed else _bare(data, faults, most), most))
    if not blocks:
        shown = data[:40].decode("utf-8", "replace")
        raise Hl7Refused("HL7-TXT-001", shown)
    if len(blocks) > limits.max_messages:
        raise Hl7Refused("HL7-TXT-009", f"> {limits.max_messages} messages")
    many = len(blocks) > 1
    messages = []
    total = 0
    for rank, block in enumerate(blocks, 1):
        messages.append(_message(block, f"message[{rank}]/" if many else "", framed, limits))
        total += len(messages[-1].segments)
        if total > limits.max_in_all:
            raise Hl7Refused("HL7-TXT-009", f"> {limits.max_in_all} segments")
    return Capture(tuple(messages), framed, faults)


def _note(faults: dict[str, list[Hit]], rule: str, hit: Hit) -> None:
    found = faults.setdefault(rule, [])
    if len(found) < _MOST_FAULTS:
        found.append(hit)


def _framed(data: bytes, faults: dict[str, list[Hit]]) -> Iterator[_Block]:
    """The content of each frame; what stands between two is told."""
    at, line = 0, 1
    rank = 0
    end = data.find(b"\x1c")
    while True:
        start = data.find(START, at)
        between = data[at:start] if start >= 0 else data[at:]
        if between.strip(b"\r\n"):
            shown = between[:40].decode("utf-8", "replace")
            _note(faults, "HL7-TXT-002", Hit(f"message[{rank + 1}]", found=shown, expected="0B", line=line, column=1))
        if start < 0:
            return
        line += _lines(between)
        rank += 1
        if 0 <= end < start:
            end = data.find(b"\x1c", start)
        following = data.find(START, start + 1)
        cut = end if end >= 0 and (following < 0 or end < following) else following
        content = data[start + 1 :] if cut < 0 else data[start + 1 : cut]
        if cut < 0 or cut != end:
            _note(faults, "HL7-TXT-002", Hit(f"message[{rank}]", found="", expected="1C 0D", line=line, column=1))
            at = len(data) if cut < 0 else cut
        elif data[end + 1 : end + 2] != b"\r":
            shown = data[end : end + 2].hex(" ").upper()
            _note(faults, "HL7-TXT-002", Hit(f"message[{rank}]", found=shown, expected="1C 0D", line=line, column=1))
            at = end + 1
        else:
            at = end + 2
        if _HEADER.match(content):
            yield _Block(content, line)
        else:
            shown = content[:40].decode("utf-8", "replace")
            _note(faults, "HL7-TXT-001", Hit(f"message[{rank}]", found=shown, expected="MSH", line=line, column=1))
        line += _lines(data[start:at])


def _bare(data: bytes, faults: dict[str, list[Hit]], most: int) -> Iterator[_Block]:
    """The messages of a file without frames: each begins where a line begins with MSH."""
    text = data.removeprefix(b"\xef\xbb\xbf")
    if len(text) < len(data):
        _note(faults, "HL7-TXT-001", Hit("MSH", found="EF BB BF", expected="MSH", line=1, column=1))
    starts = list(islice(_headers(text), most))
    if not starts:
        return
    before = [line for line in _BREAK.split(text[: starts[0]]) if line.strip()]
    if any(line[:3] not in _ENVELOPE for line in before):
        shown = before[0][:40].decode("utf-8", "replace")
        _note(faults, "HL7-TXT-001", Hit("MSH", found=shown, expected="MSH", line=1, column=1))
    line, at = 1, 0
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        line += _lines(text[at:start])
        yield _Block(text[start:end], line)
        at = start


def _headers(data: bytes) -> Iterator[int]:
    """Where a line begins with MSH."""
    at = data.find(b"MSH")
    while at >= 0:
        if (at == 0 or data[at - 1] in b"\r\n") and _HEADER.match(data, at):
            yield at
        at = data.find(b"MSH", at + 3)


def _lines(data: bytes) -> int:
    return data.count(b"\r") + data.count(b"\n") - data.count(b"\r\n")


def _message(block: _Block, where: str, framed: bool, limits: Limits) -> Message:
    data, faults = block.data, block.faults
    first = _BREAK.split(data[:4096], maxsplit=1)[0]
    separator = first[3:4].decode("latin-1")
    declared = _declared(first, first[3:4])
    text = decoded(data, declared)
    delimiters, odd = _delimiters(text.text[: len(first)], separator)
    segments = _segments(block, text.text, where, framed, delimiters, limits)
    header = segments[0]
    if odd:
        _note(faults, "HL7-TXT-004", header.hit(2 if separator == "|" else 1, expected="|^~\\&"))
    if text.undecodable is not None:
        place = _around(segments, data[: text.undecodable].decode("latin-1"))
        shown = data[text.undecodable : text.undecodable + 4].hex(" ").upper()
        _note(faults, "HL7-TXT-005", place.hit(found=shown, expected=declared))
    if text.misread is not None:
        place = _around(segments, text.text[: text.misread])
        shown = text.text[max(0, text.misread - 10) : text.misread + 10].splitlines()[0]
        _note(faults, "HL7-TXT-006", place.hit(found=shown, expected=declared))
    commands = len(data.translate(None, _CONTROLS)) != len(data)
    for segment in segments:
        _look_inside(segment, faults, limits, commands=commands)
    return Message(tuple(segments), where, framed, declared, faults)


def _declared(header: bytes, separator: bytes) -> str:
    """MSH-18, which ASCII precedes in every set that HL7 allows."""
    fields = header.split(separator, 18)
    found = fields[17] if len(fields) > 17 else b""
    return re.split(rb"[~^]", found)[0].strip().decode("latin-1")


def _delimiters(start: str, separator: str) -> tuple[Delimiters, bool]:
    """What MSH-1 and MSH-2 declare, and whether it is anything but the usual five."""
    given = start[4:].partition(separator)[0]
    whole = separator + given
    if whole.startswith("|^~\\&") and len(whole) in (5, 6):
        return USUAL, len(whole) != 5
    if len(whole) in (5, 6) and len(set(whole)) == len(whole) and not any(one.isalnum() for one in whole):
        return Delimiters(*whole[:5]), True
    return Delimiters(separator), True


def _segments(
    block: _Block, text: str, where: str, framed: bool, delimiters: Delimiters, limits: Limits
) -> list[Segment]:
    most = 2 * limits.max_segments  # what is cut off is told as one segment too many
    lines = text.split("\r", most) if "\n" not in text else re.split("\r\n|\r|\n", text, maxsplit=most)
    if "\n" in text:
        rule = "HL7-TXT-003" if framed else "HL7-TXT-003W"
        shown = "0D 0A" if "\r\n" in text else "0A"
        hit = Hit(f"{where}MSH", found=shown, expected="0D", line=block.line, column=len(lines[0]) + 1)
        _note(block.faults, rule, hit)
    elif framed and lines[-1]:
        hit = Hit(f"{where}{lines[-1][:3]}", expected="0D", line=block.line + len(lines) - 1, column=len(lines[-1]) + 1)
        _note(block.faults, "HL7-TXT-010", hit)
    kept: list[tuple[list[str], int]] = []
    for number, line in enumerate(lines, block.line):
        if not line.strip() or line[:3] in ("BTS", "FTS", "FHS", "BHS"):
            continue
        if kept and not (_NAME.match(line) and line[3:4] in ("", delimiters.field)):
            before = kept[-1][0]
            hit = Hit(f"{where}{before[0][:3]}", found=line[:40], line=number, column=1)
            _note(block.faults, "HL7-TXT-007", hit)
            before.append(line)
            continue
        kept.append(([_cut(line, delimiters.field, limits)], number))
        if len(kept) > limits.max_segments:
            hit = Hit(f"{where}MSH", found=f"{len(lines)} segments", expected=f"≤ {limits.max_segments}", line=number)
            _note(block.faults, "HL7-TXT-009", hit)
            break
    counted = Counter(parts[0][:3] for parts, _ in kept)
    ranks: Counter[str] = Counter()
    segments = []
    for parts, number in kept:
        name = parts[0][:3]
        ranks[name] += 1
        segments.append(Segment(name, "".join(parts), ranks[name], counted[name] == 1, number, delimiters, where))
    return segments


def _cut(line: str, separator: str, limits: Limits) -> str:
    """A segment without the fields that nobody reads."""
    parts = line.split(separator, limits.max_fields + 2)
    return line if len(parts) <= limits.max_fields + 2 else separator.join(parts[:-1])


def _around(segments: list[Segment], before: str) -> Segment:
    """The segment where the text that ``before`` precedes stands."""
    line = segments[0].line + before.count("\r") + before.count("\n") - before.count("\r\n")
    return next((segment for segment in reversed(segments) if segment.line <= line), segments[0])


def _look_inside(segment: Segment, faults: dict[str, list[Hit]], limits: Limits, *, commands: bool) -> None:
    text = segment.text
    number = text.count(segment.delimiters.field)
    if number > limits.max_fields:
        hit = Hit(segment.label, found=f"{number} champs", expected=f"≤ {limits.max_fields}", line=segment.line)
        _note(faults, "HL7-TXT-009", hit)
    stray = _STRAY.search(text) if commands else None
    if stray is not None:
        shown = f"{ord(stray[0]):02X}"
        hit = Hit(segment.label, found=shown, line=segment.line, column=stray.start() + 1)
        _note(faults, "HL7-TXT-011", hit)
    blank = _TRAILING.search(text) if len(text) < _LONG else None
    if blank is not None:
        hit = Hit(segment.label, found=text[max(0, blank.start() - 20) : blank.end()], line=segment.line)
        _note(faults, "HL7-TXT-012", replace(hit, column=blank.start() + 1))
    mark = segment.delimiters.escape
    if segment.name != "MSH" and mark in text:
        for rank, value in enumerate(segment.fields[1:], 1):
            if mark in value and (odd := _odd_escape(value, mark)) is not None:
                _note(faults, "HL7-TXT-008", segment.hit(rank, found=odd, expected="\\F\\ \\S\\ \\T\\ \\R\\ \\E\\"))


def _odd_escape(value: str, mark: str) -> str | None:
    """The first thing between escape characters that is no escape; a lone escape character too."""
    parts = value.split(mark, _MOST_ESCAPES)
    if len(parts) > _MOST_ESCAPES:
        return None
    if len(parts) % 2 == 0:
        return mark + parts[-1][:20]
    return next((mark + one[:20] + mark for one in parts[1::2] if not ESCAPES.fullmatch(one[:100])), None)
