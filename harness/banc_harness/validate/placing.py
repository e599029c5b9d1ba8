"""Where in the source a finding points: line, column and what to underline, from the path of an element.

The parser keeps the line on which a start tag ends and no column. The rank of an element among all of them is also that
of its start tag in the text, which one scan of the text finds, only for a document that has findings.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from lxml import etree

from banc_harness.validate.verdict import Excerpt
from banc_standards.cda.read import elements, step

_STEP: Final = re.compile(r"/((?:\{[^}]*\})?[^/\[{}]+)((?:\[[^\]]*\])*)")
_NUMBER: Final = re.compile(r"\[(\d+)\]\Z")
_TAGS: Final = re.compile(r"<(?:(?=[^/!?])|!--.*?-->|!\[CDATA\[.*?\]\]>|\?.*?\?>)", re.DOTALL)
_TAG: Final = re.compile(r"<[^\s/>]+")
_ATTRIBUTE: Final = re.compile(r"\s+([^\s=/>]+)\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_LINE_END: Final = re.compile(r"\n")
_DECLARED: Final = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)")
_RANK: Final = etree.XPath("count(preceding::*) + count(ancestor::*)")
_FEW: Final = 3
_MOST_SHOWN: Final = 2_000


@dataclass(frozen=True, slots=True)
class Place:
    """A line and a column, both from 1, and how many characters of that line to underline."""

    line: int
    column: int
    width: int


class Source:
    """The text of a document, for pointing into it."""

    def __init__(self, data: bytes) -> None:
        self._text = decoded(data)
        self._asked = 0

    def places(self, root: etree._Element, locations: Iterable[str]) -> dict[str, Place]:
        """The place of each location below ``root``, which this text was parsed into.

        Where its last steps lead to nothing, it is that of the deepest element that exists; locations that name nothing
        of the document are left out.
        """
        known = _Family()
        resolved = {location: _resolved(root, location, known) for location in locations}
        ranks = _ranks(element for element, _ in resolved.values())
        found: dict[str, Place] = {}
        for location, (element, attribute) in resolved.items():
            rank = ranks.get(element, -1)
            if 0 <= rank < len(self._tags):
                found[location] = self._place(self._tags[rank], attribute)
        return found

    def excerpt(self, place: Place) -> Excerpt | None:
        """The line of a place, cut around what it points at when it is very long."""
        starts = self._line_starts
        if not 0 < place.line <= len(starts):
            return None
        following = starts[place.line] - 1 if place.line < len(starts) else len(self._text)
        line = self._text[starts[place.line - 1] : following].rstrip("\r")
        start = min(place.column - 1, len(line))
        if len(line) > _MOST_SHOWN:
            cut = max(0, start - 200)
            line, start = line[cut : cut + _MOST_SHOWN], start - cut
        return Excerpt(line, start, max(1, min(place.width, len(line) - start)))

    @cached_property
    def _tags(self) -> list[int]:
        """Where each start tag begins, in order."""
        return [found.start() for found in _TAGS.finditer(self._text) if found.end() - found.start() == 1]

    @cached_property
    def _line_starts(self) -> list[int]:
        """Where each line begins."""
        return [0, *(found.end() for found in _LINE_END.finditer(self._text))]

    def _place(self, at: int, attribute: str) -> Place:
        tag = _TAG.match(self._text, at)
        end = position = tag.end() if tag is not None else at + 1
        while attribute and (found := _ATTRIBUTE.match(self._text, position)) is not None:
            position = found.end()
            if found[1].rpartition(":")[2] == attribute:
                at, end = found.start(1), position
                break
        width = len(self._text[at:end].partition("\n")[0].rstrip("\r"))
        return Place(self._line(at), at - self._text.rfind("\n", 0, at), width)

    def _line(self, at: int) -> int:
        self._asked += 1
        if self._asked <= _FEW:
            return self._text.count("\n", 0, at) + 1
        return bisect_right(self._line_starts, at)


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


class _Family:
    """The children of elements by name, each element looked at once."""

    def __init__(self) -> None:
        self._of: dict[etree._Element, dict[str, list[etree._Element]]] = {}

    def named(self, element: etree._Element, name: str) -> list[etree._Element]:
        """The children of ``element`` called ``name`` in a location."""
        found = self._of.get(element)
        if found is None:
            found = self._of[element] = {}
            for child in elements(element):
                found.setdefault(step(child), []).append(child)
        return found.get(name, [])


def _resolved(root: etree._Element, location: str, known: _Family) -> tuple[etree._Element | None, str]:
    """The deepest element of a location, and the local name of its attribute when the whole of it exists."""
    steps = _STEP.findall(location)
    if not steps or steps[0][0] != step(root):
        return None, ""
    element = root
    for name, brackets in steps[1:]:
        if name.startswith("@"):
            return element, name[1:].rpartition(":")[2].rpartition("}")[2]
        number = _NUMBER.search(brackets)
        wanted = int(number[1]) if number else 0 if brackets else 1  # what is wanted by its content is not there
        same = known.named(element, name)
        if not 0 < wanted <= len(same):
            return element, ""
        element = same[wanted - 1]
    return element, ""


def _ranks(wanted: Iterable[etree._Element | None]) -> dict[etree._Element | None, int]:
    """The rank of each element among all those of its document, from 0."""
    sought = {element for element in wanted if element is not None}
    if len(sought) <= _FEW:
        return {element: int(float(str(_RANK(element)))) for element in sought}
    tree = next(iter(sought)).getroottree()
    return {element: rank for rank, element in enumerate(tree.iter("*")) if element in sought}
