"""The parts of an HL7 v2 message in its ER7 form: fields, repetitions, components, subcomponents, escapes.

Everything is read as it stands: a segment keeps its text and is cut when somebody asks. Numbers count from 1, as the
standard's do; what is not there is empty.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from banc_standards.rules import Hit

ERASED: Final = '""'
"""A field that erases what the receiver holds; an empty one says nothing."""

_MOST_SHOWN: Final = 120
_MOST_PARTS: Final = 1_000
"""Repetitions of one field that are read."""
_MOST_ESCAPES: Final = 10_000


@dataclass(frozen=True, slots=True)
class Delimiters:
    """MSH-1 and MSH-2."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"


USUAL: Final = Delimiters()


@dataclass(frozen=True)
class Segment:
    """One segment: ``rank`` is its place among those of its name, ``line`` its line in the file, both from 1.

    ``alone`` tells that no other segment of the message has its name; ``where`` begins its locations.
    """

    name: str
    text: str
    rank: int = 1
    alone: bool = True
    line: int = 1
    delimiters: Delimiters = USUAL
    where: str = ""

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The fields by number, the name of the segment at 0."""
        parts = self.text.split(self.delimiters.field)
        if self.name == "MSH":
            parts.insert(1, self.delimiters.field)
        return tuple(parts)

    def __getitem__(self, field: int) -> str:
        """A field as written."""
        fields = self.fields
        return fields[field] if field < len(fields) else ""

    @cached_property
    def _repetitions(self) -> dict[int, tuple[str, ...]]:
        return {}

    @cached_property
    def _components(self) -> dict[tuple[int, int], list[str]]:
        return {}

    def filled(self, field: int) -> bool:
        """Whether a field says something: separators alone, and the mark that erases, say nothing."""
        return self[field] != ERASED and bool(self[field].strip(self._separators))

    @cached_property
    def _separators(self) -> str:
        known = self.delimiters
        return f"{known.component}{known.repetition}{known.subcomponent} "

    def repetitions(self, field: int) -> tuple[str, ...]:
        """The repetitions of a field as written; none of an empty field."""
        found = self._repetitions.get(field)
        if found is None:
            text = self[field]
            parts = text.split(self.delimiters.repetition, _MOST_PARTS)[:_MOST_PARTS] if text else ()
            found = self._repetitions[field] = tuple(parts)
        return found

    def get(self, field: int, component: int = 1, repetition: int = 1, subcomponent: int = 0) -> str:
        """A component, escapes undone; with ``subcomponent`` one of its parts, else the whole of it."""
        parts = self._components.get((field, repetition))
        if parts is None:
            written = self.repetitions(field)
            whole = written[repetition - 1] if repetition <= len(written) else ""
            parts = self._components[field, repetition] = whole.split(self.delimiters.component, _MOST_PARTS)
        found = parts[component - 1] if component <= len(parts) else ""
        if subcomponent:
            found = _nth(found, self.delimiters.subcomponent, subcomponent)
        return unescaped(found, self.delimiters)

    @property
    def label(self) -> str:
        """What the segment is called in locations: ``OBX[3]``, or ``PID`` when there is one only."""
        return f"{self.where}{self.name}" if self.alone else f"{self.where}{self.name}[{self.rank}]"

    def at(self, field: int = 0, component: int = 0, repetition: int = 0, subcomponent: int = 0) -> str:
        """A location: ``PID-3[2].4.2``. Zero leaves a part out, and a sole repetition is not told."""
        if not field:
            return self.label
        text = f"{self.label}-{field}"
        if repetition > 1 or (repetition and len(self.repetitions(field)) > 1):
            text += f"[{repetition}]"
        if component:
            text += f".{component}"
        if subcomponent:
            text += f".{subcomponent}"
        return text

    def column(self, field: int, component: int = 0, repetition: int = 0) -> int:
        """Where a field, its repetition or its component begins in the segment, from 1; its end when it is short."""
        fields = self.fields
        if field >= len(fields):
            return len(self.text) + 1
        first = 2 if self.name == "MSH" else 1
        before = fields[:field] if first == 1 else (fields[0], *fields[2:field])
        column = sum(map(len, before)) + len(before) + 1 if field >= first else len(fields[0]) + 1
        if repetition > 1:
            column += _offset(fields[field], self.delimiters.repetition, repetition)
        if component > 1:
            inside = _nth(fields[field], self.delimiters.repetition, max(1, repetition))
            column += _offset(inside, self.delimiters.component, component)
        return column

    def hit(
        self,
        field: int = 0,
        component: int = 0,
        repetition: int = 0,
        subcomponent: int = 0,
        *,
        found: str | None = None,
        expected: str = "",
    ) -> Hit:
        """A place of this segment where a rule is broken; what stands there is told unless ``found`` is given."""
        if found is None:
            found = (
                self.get(field, component or 1, repetition or 1, subcomponent) if field and component else self[field]
            )
        return Hit(
            self.at(field, component, repetition, subcomponent),
            found=found if len(found) <= _MOST_SHOWN else f"{found[:_MOST_SHOWN]}…",
            expected=expected,
            line=self.line,
            column=self.column(field, component, repetition) if field else 1,
        )


def _nth(text: str, separator: str, number: int) -> str:
    """The part of rank ``number`` of a text, empty when it has fewer."""
    if number == 1:
        return text.partition(separator)[0]
    parts = text.split(separator, number)
    return parts[number - 1] if number <= len(parts) else ""


def _offset(text: str, separator: str, number: int) -> int:
    before = text.split(separator, number)[: number - 1]
    return min(sum(map(len, before)) + len(before), len(text))


_NAMED: Final = "FSTRE"
_HEX: Final = re.compile(r"X(?:[0-9A-Fa-f]{2})+")
ESCAPES: Final = re.compile(r"[FSTREHN]|X(?:[0-9A-Fa-f]{2})+|[CM][0-9A-Fa-f]{4,6}|Z.*|\.[a-z]{2}[+-]?\d*")
"""What may stand between two escape characters (HL7 v2, chapter 2, escape sequences)."""


def unescaped(text: str, delimiters: Delimiters = USUAL) -> str:
    """The text with the escapes of delimiters and of bytes undone; any other escape is left as it is."""
    mark = delimiters.escape
    if mark not in text or text.count(mark) > _MOST_ESCAPES:
        return text
    parts = text.split(mark)
    done = [parts[0]]
    rank = 1
    while rank < len(parts):
        known = _undone(parts[rank], delimiters) if rank + 1 < len(parts) else None
        if known is None:
            done.append(mark + parts[rank])
            rank += 1
        else:
            done += [known, parts[rank + 1]]
            rank += 2
    return "".join(done)


def escaped(text: str, delimiters: Delimiters = USUAL) -> str:
    """The text as a field carries it."""
    marks = (
        delimiters.escape,
        delimiters.field,
        delimiters.component,
        delimiters.subcomponent,
        delimiters.repetition,
    )
    letters = dict(zip(marks, "EFSTR", strict=True))
    return "".join(f"{delimiters.escape}{letters[one]}{delimiters.escape}" if one in letters else one for one in text)


def _undone(code: str, delimiters: Delimiters) -> str | None:
    if len(code) == 1 and code in _NAMED:
        return {
            "F": delimiters.field,
            "S": delimiters.component,
            "T": delimiters.subcomponent,
            "R": delimiters.repetition,
            "E": delimiters.escape,
        }[code]
    if len(code) < 200 and _HEX.fullmatch(code):
        return bytes.fromhex(code[1:]).decode("latin-1")
    return None
