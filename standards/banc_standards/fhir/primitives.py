"""The forms of primitive values (FHIR R4 2.24.0.1): what a JSON value of each type must be."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import date
from typing import Any, Final

_DATE: Final = r"([0-9]{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12][0-9]|3[01]))?)?"
_TIME: Final = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?"
_ZONE: Final = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_PATTERNS: Final[dict[str, re.Pattern[str]]] = {
    "Date": re.compile(_DATE),
    "DateTime": re.compile(rf"([0-9]{{4}})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12][0-9]|3[01])(?:T{_TIME}{_ZONE})?)?)?"),
    "Instant": re.compile(rf"([0-9]{{4}})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T{_TIME}{_ZONE}"),
    "Time": re.compile(_TIME),
    "Code": re.compile(r"[^\s]+(?:\s[^\s]+)*"),
    "Id": re.compile(r"[A-Za-z0-9.-]{1,64}"),
    "Oid": re.compile(r"urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+"),
    "Uuid": re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
    "Uri": re.compile(r"\S+"),
    "Url": re.compile(r"\S+"),
    "Canonical": re.compile(r"\S+"),
    "String": re.compile(r"[\s\S]*\S[\s\S]*"),
    "Markdown": re.compile(r"[\s\S]*\S[\s\S]*"),
}
_NUMBERS: Final[dict[str, tuple[int, int]]] = {
    "Integer": (-(2**31), 2**31 - 1),
    "UnsignedInt": (0, 2**31 - 1),
    "PositiveInt": (1, 2**31 - 1),
}
_BASE64: Final = re.compile(r"[A-Za-z0-9+/=\s]*")
_DATED: Final = frozenset({"Date", "DateTime", "Instant"})
EXPECTED: Final[dict[str, str]] = {
    "Date": "YYYY, YYYY-MM, YYYY-MM-DD",
    "DateTime": "YYYY-MM-DD, YYYY-MM-DDThh:mm:ss+hh:mm",
    "Instant": "YYYY-MM-DDThh:mm:ss+hh:mm",
    "Time": "hh:mm:ss",
    "Id": "[A-Za-z0-9.-]{1,64}",
    "Oid": "urn:oid:…",
    "Uuid": "urn:uuid:…",
    "Base64Binary": "base 64",
    "Boolean": "true, false",
    "PositiveInt": "1..2147483647",
    "UnsignedInt": "0..2147483647",
    "Integer": "-2147483648..2147483647",
}


def kind_is_right(type_name: str, value: Any) -> bool:
    """Whether the JSON value is of the kind that the type has: true or false, a number, or a text."""
    if type_name == "Boolean":
        return isinstance(value, bool)
    if type_name in _NUMBERS or type_name == "Decimal":
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, str)


def form_is_right(type_name: str, value: Any) -> bool:
    """Whether a value of the right kind has the form of its type, calendar included."""
    if type_name in _NUMBERS:
        low, high = _NUMBERS[type_name]
        return isinstance(value, int) and low <= value <= high
    if type_name == "Base64Binary":
        return decoded(value) is not None
    pattern = _PATTERNS.get(type_name)
    if pattern is None:
        return True
    found = pattern.fullmatch(value)
    if found is None:
        return False
    return type_name not in _DATED or _in_calendar(found)


def decoded(text: str) -> bytes | None:
    """The bytes of a base 64 text, None when it is not one; white space is let through, as FHIR does."""
    if _BASE64.fullmatch(text) is None:
        return None
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def _in_calendar(found: re.Match[str]) -> bool:
    year, month, day = int(found[1]), int(found[2] or 1), int(found[3] or 1)
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
