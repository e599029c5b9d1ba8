"""FETCH: what a client wants of a message (RFC 3501 §6.4.5), and what it is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from banc_mocks.mssante.state import Message
from banc_mocks.mssante.wire.imap import parts, writing
from banc_mocks.mssante.wire.imap.grammar import Reader
from banc_mocks.mssante.wire.imap.parts import Node, Section

MAX_ITEMS: Final = 100
_MACROS: Final = {
    "ALL": ("FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE"),
    "FAST": ("FLAGS", "INTERNALDATE", "RFC822.SIZE"),
    "FULL": ("FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODY"),
}
_OLD: Final = {"RFC822": Section(), "RFC822.HEADER": Section(kind="HEADER"), "RFC822.TEXT": Section(kind="TEXT")}
_LIGHT: Final = frozenset({"FLAGS", "UID", "INTERNALDATE", "RFC822.SIZE"})
_NAMES: Final = re.compile(
    rb"(?i)(ENVELOPE|FLAGS|INTERNALDATE|RFC822\.(?:HEADER|SIZE|TEXT)|RFC822|BODYSTRUCTURE|BODY(?:\.PEEK)?|UID|ALL|FULL|FAST)"
    rb"(?![A-Z0-9.])"
)
_PART: Final = re.compile(rb"[1-9][0-9]{0,3}(?:\.[1-9][0-9]{0,3}){0,20}")
_KIND: Final = re.compile(rb"(?i)HEADER\.FIELDS\.NOT|HEADER\.FIELDS|HEADER|TEXT|MIME")


@dataclass(frozen=True, slots=True)
class Item:
    """One item of FETCH: its name as it is told, and for a section what it names and which octets of it."""

    name: str
    section: Section | None = None
    partial: tuple[int, int] | None = None
    reads: bool = False
    """Whether it marks the message as read."""

    @property
    def light(self) -> bool:
        """Whether it is told without opening the message."""
        return self.name in _LIGHT


@dataclass(frozen=True, slots=True)
class Fetched:
    """A message that is being told: its flags now, its octets when an item needs them."""

    message: Message
    flags: tuple[str, ...]
    node: Node | None = None

    @property
    def size(self) -> int:
        """The octets of the message, Return-Path included."""
        return self.message.size + len(self.message.prefix)


def items(reader: Reader) -> tuple[Item, ...]:
    """Reads the items of a FETCH. Raises ``BadSyntax``."""
    if reader.peek() != b"(":
        word = _name(reader)
        return tuple(Item(name) for name in _MACROS[word]) if word in _MACROS else (_item(reader, word),)
    reader.expect(b"(")
    found = [_item(reader, _name(reader))]
    while not reader.skip(b")"):
        reader.space()
        found.append(_item(reader, _name(reader)))
        if len(found) > MAX_ITEMS:
            raise reader.fail(f"<= {MAX_ITEMS}")
    return tuple(found)


def told(items: tuple[Item, ...], fetched: Fetched) -> bytes:
    """The items of one message, between brackets."""
    found: list[bytes] = []
    for item in items:
        found.append(item.name.encode("latin-1") + _origin(item))
        found.append(_value(item, fetched))
    return writing.many(found)


def _name(reader: Reader) -> str:
    return reader.match(_NAMES, "FLAGS | ENVELOPE | BODY[…] …")[1].decode().upper()


def _item(reader: Reader, name: str) -> Item:
    if name in _MACROS:
        raise reader.fail("ALL, FULL, FAST : seuls / alone")
    if name in _OLD:
        return Item(name, _OLD[name], reads=name != "RFC822.HEADER")
    if name not in ("BODY", "BODY.PEEK") or reader.peek() != b"[":
        if name == "BODY.PEEK":
            raise reader.fail("[")
        return Item(name)
    section = _section(reader)
    return Item(f"BODY[{section.label}]", section, _partial(reader), reads=name == "BODY")


def _section(reader: Reader) -> Section:
    reader.expect(b"[")
    if reader.skip(b"]"):
        return Section()
    path: tuple[int, ...] = ()
    if reader.peek().isdigit():
        text = reader.match(_PART, "1.2.3")[0].decode()
        path = tuple(int(number) for number in text.split("."))
        if reader.skip(b"]"):
            return Section(path)
        reader.expect(b".")
    kind = reader.match(_KIND, "HEADER | HEADER.FIELDS (…) | TEXT | MIME")[0].decode().upper()
    if kind == "MIME" and not path:
        raise reader.fail("1.MIME")
    names: list[bytes] = []
    if kind.startswith("HEADER.FIELDS"):
        reader.space()
        reader.expect(b"(")
        names.append(reader.astring())
        while not reader.skip(b")"):
            reader.space()
            names.append(reader.astring())
            if len(names) > MAX_ITEMS:
                raise reader.fail(f"<= {MAX_ITEMS}")
    reader.expect(b"]")
    return Section(path, kind, tuple(names))


def _partial(reader: Reader) -> tuple[int, int] | None:
    if not reader.skip(b"<"):
        return None
    begin = reader.number()
    reader.expect(b".")
    length = reader.number()
    if not length:
        raise reader.fail("> 0")
    reader.expect(b">")
    return begin, length


def _origin(item: Item) -> bytes:
    return b"<%d>" % item.partial[0] if item.partial else b""


def _value(item: Item, fetched: Fetched) -> bytes:
    if item.section is not None:
        assert fetched.node is not None
        found = item.section.of(fetched.node)
        if found is not None and item.partial is not None:
            begin, length = item.partial
            found = found[begin : begin + length]
        return writing.NIL if found is None else writing.literal(found)
    return _VALUES[item.name](fetched)


def _opened(fetched: Fetched) -> Node:
    assert fetched.node is not None
    return fetched.node


_VALUES: Final[dict[str, Callable[[Fetched], bytes]]] = {
    "FLAGS": lambda fetched: writing.flags(fetched.flags),
    "UID": lambda fetched: b"%d" % fetched.message.uid,
    "INTERNALDATE": lambda fetched: writing.moment(datetime.fromisoformat(fetched.message.at)),
    "RFC822.SIZE": lambda fetched: b"%d" % fetched.size,
    "ENVELOPE": lambda fetched: parts.envelope(_opened(fetched)),
    "BODY": lambda fetched: parts.structure(_opened(fetched), extended=False),
    "BODYSTRUCTURE": lambda fetched: parts.structure(_opened(fetched), extended=True),
}
