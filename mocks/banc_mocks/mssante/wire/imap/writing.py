"""Writing IMAP answers (RFC 3501 §9)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from banc_mocks.mssante.wire.imap.grammar import MONTHS, encoded_name
from banc_standards.mail.build import unaccented

NIL: Final = b"NIL"
_PLAIN: Final = re.compile(rb"[\x20\x21\x23-\x5b\x5d-\x7e]{0,900}")
_ATOM: Final = re.compile(rb"[!#$&'+,\-./0-9:;<=>?@A-Z\[^_`a-z|}~]+")
_QUOTES: Final = str.maketrans({"“": '"', "”": '"', "«": '"', "»": '"', "’": "'", "…": "...", "\u00a0": " "})


def literal(data: bytes) -> bytes:
    """Octets as a literal."""
    return b"{%d}\r\n%b" % (len(data), data)


def string(data: bytes | None) -> bytes:
    """Octets as a quoted string where they can be, else as a literal; NIL for none."""
    if data is None:
        return NIL
    return b'"%b"' % data if _PLAIN.fullmatch(data) else literal(data)


def astring(data: bytes) -> bytes:
    """Octets as an atom where they can be, else as a string."""
    return data if _ATOM.fullmatch(data) else string(data)


def folder(name: str) -> bytes:
    """The name of a folder."""
    return string(encoded_name(name))


def flags(names: Iterable[str]) -> bytes:
    """A list of flags."""
    return b"(%b)" % b" ".join(name.encode() for name in names)


def many(parts: Iterable[bytes]) -> bytes:
    """A list between brackets."""
    return b"(%b)" % b" ".join(parts)


def moment(at: datetime) -> bytes:
    """A date and time, in UTC as session time is."""
    return f'"{at.day:02d}-{MONTHS[at.month - 1]}-{at.year:04d} {at:%H:%M:%S} +0000"'.encode()


def said(text: str) -> str:
    """A text of an answer: ASCII, on one line, at most 400 characters."""
    plain = unaccented(text.translate(_QUOTES)).encode("ascii", "replace").decode()
    return " ".join(plain.split())[:400]
