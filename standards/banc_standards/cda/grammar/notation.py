"""The notation of the grammar's tables: the content of an element and its attributes, each as one line of text.

Content: ``id*:II code:CD text?:ED ( act:Act | supply:Supply )`` is a sequence of elements, each with its type; ``?`` at
most one, ``*`` any number, ``+`` at least one, ``( | )`` a choice. ``lab.statusCode`` stands in the namespace that the
prefix names, ``name~`` may be nil, ``<any>`` is one element of any other namespace.

Attributes: ``moodCode!:ActMood classCode:ActClass=OBS`` has a required one, and one with a fixed value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias


@dataclass(frozen=True, slots=True)
class Element:
    """A child element: its prefixed name, the name of its type, and whether it may be nil."""

    name: str
    type: str
    nillable: bool = False


@dataclass(frozen=True, slots=True)
class Anything:
    """An element of any other namespace, whatever it holds."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """Parts in their order."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the parts."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Repeated:
    """A part with how often it may stand: ``?``, ``*`` or ``+``."""

    part: Part
    bound: str


Part: TypeAlias = "Element | Anything | Sequence | Choice | Repeated"


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute: its form, whether it is required, and its value when that is fixed."""

    name: str
    form: str
    required: bool = False
    fixed: str | None = None


_TOKEN: Final = re.compile(r"\s*(?:([()|])([?*+]?)|(<any>)([?*+]?)|([\w.]+)([?*+]?)(~?):([\w.]+))")
_ATTRIBUTE: Final = re.compile(r"([\w.]+)(!?):(\w+)(?:=(\S+))?")


def content(text: str) -> Sequence:
    """The content model that ``text`` writes. Raises ``ValueError`` where it is none."""
    tokens = _tokens(text)
    part, closing = _alternatives(tokens)
    if closing:
        raise ValueError(f"one ) too many: {text}")
    return part if isinstance(part, Sequence) else Sequence((part,))


def attributes(text: str) -> tuple[Attribute, ...]:
    """The attributes that ``text`` writes. Raises ``ValueError`` where it writes none."""
    found = []
    for word in text.split():
        match = _ATTRIBUTE.fullmatch(word)
        if match is None:
            raise ValueError(f"no attribute: {word}")
        found.append(Attribute(match[1], match[3], bool(match[2]), match[4]))
    return tuple(found)


def _tokens(text: str) -> Iterator[re.Match[str]]:
    text = text.rstrip()
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"no content: {text[at:]}")
        yield match
        at = match.end()


def _alternatives(tokens: Iterator[re.Match[str]]) -> tuple[Part, str]:
    """What stands up to the next ``)``, and the bound written behind it (``)`` alone for none, empty at the end)."""
    choices: list[list[Part]] = [[]]
    closing = ""
    for token in tokens:
        sign, bound, anything, any_bound, name, name_bound, nillable, type_name = token.groups()
        if sign == ")":
            closing = ")" + bound
            break
        if sign == "|":
            choices.append([])
        elif sign == "(":
            inside, end = _alternatives(tokens)
            if not end:
                raise ValueError("a ( without its )")
            choices[-1].append(_repeated(inside, end[1:]))
        elif anything:
            choices[-1].append(_repeated(Anything(), any_bound))
        else:
            choices[-1].append(_repeated(Element(name, type_name, bool(nillable)), name_bound))
    parts = tuple(_sequence(items) for items in choices)
    return (parts[0] if len(parts) == 1 else Choice(parts)), closing


def _sequence(items: list[Part]) -> Part:
    return items[0] if len(items) == 1 else Sequence(tuple(items))


def _repeated(part: Part, bound: str) -> Part:
    return Repeated(part, bound) if bound else part
