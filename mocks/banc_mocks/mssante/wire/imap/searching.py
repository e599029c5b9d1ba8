"""SEARCH (RFC 3501 §6.4.4): what is looked for, and whether a message is it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Final

from banc_mocks.mssante.state import Message
from banc_mocks.mssante.wire.imap.grammar import Numbers, Reader
from banc_standards.mail.mime import MimeRefused, decoded
from banc_standards.mail.read import Received, decoded_text, read

MAX_KEYS: Final = 200
MAX_DEPTH: Final = 10
CHARSETS: Final = ("UTF-8", "US-ASCII")


@dataclass(frozen=True)
class Candidate:
    """A message that may be found; ``data`` are its octets, None when no key needs them."""

    sequence: int
    message: Message
    flags: frozenset[str]
    recent: bool
    data: bytes | None = None

    @cached_property
    def mail(self) -> Received | None:
        """The message read, None beyond bounds."""
        try:
            return read(self.data or b"")
        except MimeRefused:
            return None

    @cached_property
    def headers(self) -> str:
        """The header block, encoded words decoded, lower case."""
        if self.mail is None:
            return (self.data or b"").partition(b"\r\n\r\n")[0].decode("utf-8", "replace").lower()
        return "\n".join(f"{name}: {text}" for name, text in _texts(self.mail)).lower()

    @cached_property
    def body(self) -> str:
        """The text parts, decoded, lower case."""
        if self.mail is None:
            return (self.data or b"").partition(b"\r\n\r\n")[2].decode("utf-8", "replace").lower()
        kept = [part for part in self.mail.mime.parts if part.media_type.startswith(("text/", "message/"))]
        return "\n".join(decoded_text(part) for part in kept).lower()

    def field(self, name: str) -> tuple[str, ...]:
        """The values of a header, decoded, lower case."""
        if self.mail is None:
            return ()
        return tuple(text.lower() for known, text in _texts(self.mail) if known.lower() == name.lower())

    @cached_property
    def received(self) -> date:
        """The day of INTERNALDATE."""
        return datetime.fromisoformat(self.message.at).date()

    @cached_property
    def sent(self) -> date | None:
        """The day of the Date header, whatever its time zone."""
        return self.mail.date.date() if self.mail is not None and self.mail.date is not None else None


def _texts(mail: Received) -> Iterator[tuple[str, str]]:
    for name, value in mail.mime.headers.fields:
        yield name, decoded(value)


Test = Callable[[Candidate, int, int], bool]
"""Whether a candidate is found, given the last sequence number and the last UID."""


@dataclass(frozen=True, slots=True)
class Key:
    """A search key; ``opens`` when it needs the octets of the message."""

    test: Test
    opens: bool = False


def _flag(name: str, wanted: bool = True) -> Test:
    return lambda one, _last, _uid: (name in one.flags) is wanted


_FLAGS: Final[Mapping[str, Test]] = {
    "ALL": lambda _one, _last, _uid: True,
    "ANSWERED": _flag("\\Answered"),
    "DELETED": _flag("\\Deleted"),
    "DRAFT": _flag("\\Draft"),
    "FLAGGED": _flag("\\Flagged"),
    "SEEN": _flag("\\Seen"),
    "UNANSWERED": _flag("\\Answered", False),
    "UNDELETED": _flag("\\Deleted", False),
    "UNDRAFT": _flag("\\Draft", False),
    "UNFLAGGED": _flag("\\Flagged", False),
    "UNSEEN": _flag("\\Seen", False),
    "RECENT": lambda one, _last, _uid: one.recent,
    "OLD": lambda one, _last, _uid: not one.recent,
    "NEW": lambda one, _last, _uid: one.recent and "\\Seen" not in one.flags,
}
_DAYS: Final[Mapping[str, Callable[[date, date], bool]]] = {
    "BEFORE": lambda day, given: day < given,
    "ON": lambda day, given: day == given,
    "SINCE": lambda day, given: day >= given,
}
_FIELDS: Final = ("BCC", "CC", "FROM", "SUBJECT", "TO")


class Query:
    """Reads the keys of a SEARCH; all of them must hold. Raises ``BadSyntax``."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._count = 0
        keys = [self._key(0)]
        while reader.skip(b" "):
            keys.append(self._key(0))
        self.key = _all(keys)

    @property
    def opens(self) -> bool:
        """Whether it needs the octets of the messages."""
        return self.key.opens

    def _key(self, depth: int) -> Key:
        reader = self._reader
        self._count += 1
        if self._count > MAX_KEYS or depth > MAX_DEPTH:
            raise reader.fail(f"<= {MAX_KEYS}")
        if reader.skip(b"("):
            keys = [self._key(depth + 1)]
            while not reader.skip(b")"):
                reader.space()
                keys.append(self._key(depth + 1))
            return _all(keys)
        if reader.peek() in b"0123456789*" and reader.peek():
            return Key(_among(reader.numbers(), by_uid=False))
        begin = reader.at
        name = reader.atom()
        if name in _FLAGS:
            return Key(_FLAGS[name])
        return self._with_argument(name, begin, depth)

    def _with_argument(self, name: str, begin: int, depth: int) -> Key:
        reader = self._reader
        day = name.removeprefix("SENT")
        if day in _DAYS:
            reader.space()
            given, compare, sent = reader.date(), _DAYS[day], name.startswith("SENT")
            if sent:
                return Key(lambda one, _last, _uid: one.sent is not None and compare(one.sent, given), opens=True)
            return Key(lambda one, _last, _uid: compare(one.received, given))
        if name in _FIELDS or name in ("BODY", "TEXT", "HEADER"):
            reader.space()
            field = name if name in _FIELDS else reader.text() if name == "HEADER" else ""
            if name == "HEADER":
                reader.space()
            return _containing(name, field, reader.text().lower())
        if name in ("KEYWORD", "UNKEYWORD"):
            reader.space()
            return Key(_flag(reader.text(), name == "KEYWORD"))
        if name in ("LARGER", "SMALLER"):
            reader.space()
            return Key(_sized(reader.number(), larger=name == "LARGER"))
        if name == "UID":
            reader.space()
            return Key(_among(reader.numbers(), by_uid=True))
        if name == "NOT":
            reader.space()
            inner = self._key(depth + 1)
            return Key(lambda one, last, uid: not inner.test(one, last, uid), inner.opens)
        if name == "OR":
            reader.space()
            left = self._key(depth + 1)
            reader.space()
            right = self._key(depth + 1)
            return Key(
                lambda one, last, uid: left.test(one, last, uid) or right.test(one, last, uid),
                left.opens or right.opens,
            )
        reader.at = begin
        raise reader.fail("critère / search key")


def _all(keys: list[Key]) -> Key:
    return Key(lambda one, last, uid: all(key.test(one, last, uid) for key in keys), any(key.opens for key in keys))


def _among(numbers: Numbers, *, by_uid: bool) -> Test:
    if by_uid:
        return lambda one, _last, uid: bool(numbers.of((one.message.uid,), uid))
    return lambda one, last, _uid: bool(numbers.of((one.sequence,), last))


def _sized(limit: int, *, larger: bool) -> Test:
    def test(one: Candidate, _last: int, _uid: int) -> bool:
        size = one.message.size + len(one.message.prefix)
        return size > limit if larger else size < limit

    return test


def _containing(name: str, field: str, wanted: str) -> Key:
    if name == "BODY":
        return Key(lambda one, _last, _uid: wanted in one.body, opens=True)
    if name == "TEXT":
        return Key(lambda one, _last, _uid: wanted in one.body or wanted in one.headers, opens=True)
    return Key(lambda one, _last, _uid: any(wanted in text for text in one.field(field)), opens=True)
