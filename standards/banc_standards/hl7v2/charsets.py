"""The character set that MSH-18 declares, and whether the bytes keep to it (HL7 table 0211)."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Final

UTF_8: Final = "UNICODE UTF-8"
LATIN_9: Final = "8859/15"
LATIN_1: Final = "8859/1"

_CODECS: Final = {"ASCII": "ascii", UTF_8: "utf-8", "UNICODE": "utf-8"}
_ISO: Final = re.compile(r"8859/(\d{1,2})")
_MISREAD: Final = re.compile("[ÃÂ][\u0080-\u00bf]|â(?:€|\u0080)|Å[\u0092\u0093’“]")
_MARKS: Final = ("Ã", "Â", "â", "Å")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, and what its bytes did not keep to.

    ``undecodable`` is the place of the first byte outside the declared set, ``misread`` that of the first character
    that was plainly read in another set; None when there is none.
    """

    text: str
    undecodable: int | None = None
    misread: int | None = None


def codec(declared: str) -> str | None:
    """The codec of a value of MSH-18; None for one that nobody can read."""
    known = _CODECS.get(declared)
    iso = _ISO.fullmatch(declared)
    if known is None and iso is not None:
        try:
            known = codecs.lookup(f"iso8859-{int(iso[1])}").name
        except LookupError:
            return None
    return known


def decoded(data: bytes, declared: str) -> Decoded:
    """The text of a message. Without a readable declaration it is UTF-8, else ISO 8859-15."""
    if data.isascii():
        return Decoded(data.decode("ascii"))
    known = codec(declared)
    if known is None:
        return Decoded(_guessed(data))
    try:
        text = data.decode(known)
    except UnicodeDecodeError as error:
        return Decoded(_guessed(data), undecodable=error.start)
    if known not in ("utf-8", "ascii"):
        try:
            right = data.decode("utf-8")
        except UnicodeDecodeError:
            return Decoded(text)
        return Decoded(right, misread=next(at for at, one in enumerate(right) if not one.isascii()))
    return Decoded(text, misread=misread(text))


def misread(text: str) -> int | None:
    """Where a text shows UTF-8 that somebody took for a Latin set (``Ã©``), None where it does not."""
    if text.isascii() or not any(mark in text for mark in _MARKS):
        return None
    found = _MISREAD.search(text)
    return found.start() if found is not None else None


def _guessed(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("iso8859-15", "replace")
