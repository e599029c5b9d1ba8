"""Where in the source a finding points: line, column and what to underline, from the path of an element.

The parser keeps the line on which a start tag ends and no column. A second, cheap pass over the bytes finds the exact
places, only for a document that has findings.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from banc_harness.validate.verdict import Excerpt

_NAMESPACES: Final = {
    "urn:hl7-org:v3": "",
    "urn:hl7-org:sdtc": "sdtc:",
    "urn:oid:1.3.6.1.4.1.19376.1.3.2": "lab:",
    "urn:dicom-org:ps3-20": "ps3-20:",
}
_STEP: Final = re.compile(r"/((?:\{[^}]*\})?[^/\[{}]+)((?:\[[^\]]*\])*)")
_NUMBER: Final = re.compile(r"\[(\d+)\]\Z")
_ATTRIBUTE: Final = re.compile(rb"\s+([^\s=/>]+)\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_TAG: Final = re.compile(rb"<[^\s/>]+")
_DECLARED: Final = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)")
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_MOST_SHOWN: Final = 2_000


@dataclass(frozen=True, slots=True)
class Place:
    """A line and a column, both from 1, and how many characters of that line to underline."""

    line: int
    column: int
    width: int


@dataclass(slots=True)
class _Wanted:
    """An element that a location goes through: its children that locations go through too, and where it stands."""

    children: dict[tuple[str, int], _Wanted] = field(default_factory=dict)
    at: tuple[int, int, int] | None = None


class Source:
    """The text of a document, for pointing into it."""

    def __init__(self, data: bytes) -> None:
        self._text = decoded(data)
        self._bytes = self._text.encode("utf-8", "replace")
        self._lines: list[str] | None = None

    def places(self, locations: Iterable[str]) -> dict[str, Place]:
        """The place of each location, that of the deepest element that exists when its last steps do not.

        Locations that name nothing of the document are left out.
        """
        top = _Wanted()
        ways = {location: _way(location) for location in locations}
        for way, _attribute in ways.values():
            at = top
            for step in way:
                at = at.children.setdefault(step, _Wanted())
        self._find(top)
        found: dict[str, Place] = {}
        for location, (way, attribute) in ways.items():
            deepest, whole = _deepest(top, way)
            if deepest is not None:
                found[location] = self._place(deepest, attribute if whole else "")
        return found

    def excerpt(self, place: Place) -> Excerpt | None:
        """The line of a place, cut around what it points at when it is very long."""
        if self._lines is None:
            self._lines = _LINE_END.split(self._text)
        if not 0 < place.line <= len(self._lines):
            return None
        line = self._lines[place.line - 1]
        start = min(place.column - 1, len(line))
        if len(line) > _MOST_SHOWN:
            cut = max(0, start - 200)
            line, start = line[cut : cut + _MOST_SHOWN], start - cut
        return Excerpt(line, start, max(1, min(place.width, len(line) - start)))

    def _find(self, top: _Wanted) -> None:
        stack: list[_Wanted | None] = []
        counts: list[dict[str, int]] = []
        names: dict[str, str] = {}
        parser = expat.ParserCreate("utf-8", "}")
        seen = False

        def start(tag: str, _attributes: list[str]) -> None:
            nonlocal seen
            above = stack[-1] if stack else None
            wanted: _Wanted | None = None
            if above is not None:
                name = names.get(tag) or names.setdefault(tag, _name(tag))
                number = counts[-1][name] = counts[-1].get(name, 0) + 1
                wanted = above.children.get((name, number))
            elif not seen:
                name = _name(tag)
                wanted = top.children.get((name, 1))
                seen = wanted is not None
            if wanted is not None:
                wanted.at = (parser.CurrentLineNumber, parser.CurrentColumnNumber, parser.CurrentByteIndex)
                counts.append({})
            stack.append(wanted)

        def end(_tag: str) -> None:
            if stack.pop() is not None:
                counts.pop()

        parser.ordered_attributes = True
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        try:
            parser.Parse(self._bytes, True)
        except expat.ExpatError:  # what another parser read: the places found so far stand
            return

    def _place(self, at: tuple[int, int, int], attribute: str) -> Place:
        line, column, offset = at
        tag = _TAG.match(self._bytes, offset)
        if tag is None:
            return Place(line, column + 1, 1)
        position = tag.end()
        while attribute and (found := _ATTRIBUTE.match(self._bytes, position)) is not None:
            if found[1].decode("utf-8", "replace").rpartition(":")[2] == attribute:
                before = self._bytes[offset : found.start(1)].decode("utf-8", "replace")
                breaks = list(_LINE_END.finditer(before))
                shown = self._bytes[found.start(1) : found.end()].decode("utf-8", "replace")
                width = len(_LINE_END.split(shown)[0])
                if breaks:
                    return Place(line + len(breaks), len(before) - breaks[-1].end() + 1, width)
                return Place(line, column + len(before) + 1, width)
            position = found.end()
        return Place(line, column + 1, len(tag[0].decode("utf-8", "replace")))


def decoded(data: bytes) -> str:
    """The text of an XML document in the encoding that its first bytes announce; what does not fit is replaced."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
        (b"<\0", "utf-16-le"),
        (b"\0<", "utf-16-be"),
    ):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    declared = _DECLARED.match(data[:200])
    try:
        return data.decode(declared[1].decode("ascii") if declared else "utf-8", "replace")
    except LookupError:
        return data.decode("utf-8", "replace")


def _way(location: str) -> tuple[list[tuple[str, int]], str]:
    """The steps of a location, and the local name of the attribute that it ends with."""
    way: list[tuple[str, int]] = []
    for name, brackets in _STEP.findall(location):
        if name.startswith("@"):
            return way, name[1:].rpartition(":")[2].rpartition("}")[2]
        number = _NUMBER.search(brackets)
        if brackets and number is None:  # what is wanted by its content is not there
            way.append((name, 0))
            break
        way.append((name, int(number[1]) if number else 1))
    return way, ""


def _deepest(top: _Wanted, way: list[tuple[str, int]]) -> tuple[tuple[int, int, int] | None, bool]:
    at, deepest = top, None
    for rank, step in enumerate(way):
        at = at.children[step]
        if at.at is None:
            return deepest, False
        deepest = at.at
        if rank == len(way) - 1:
            return deepest, True
    return deepest, False


def _name(tag: str) -> str:
    namespace, brace, local = tag.rpartition("}")
    if not brace:
        return local
    prefix = _NAMESPACES.get(namespace)
    return prefix + local if prefix is not None else f"{{{namespace}}}{local}"
