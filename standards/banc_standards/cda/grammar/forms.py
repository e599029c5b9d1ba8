"""The forms that attribute values have in CDA R2: one object a form, which remembers the sound values that recur."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from typing import Final

from banc_standards.cda.grammar.vocabulary import LISTS

_REMEMBERED: Final = 4096
_LONGEST: Final = 128
_MOST_NAMED: Final = 24


class Fault(Enum):
    """The kinds of structural fault. Their values name them in tests and in the rules' table."""

    UNKNOWN_ELEMENT = "unknown element"
    MISPLACED = "misplaced element"
    MISSING_ELEMENT = "missing element"
    TOO_MANY = "too many elements"
    UNKNOWN_ATTRIBUTE = "unknown attribute"
    MISSING_ATTRIBUTE = "missing attribute"
    FORM = "wrong form"
    TIME = "wrong time"
    NUMBER = "wrong number"
    IDENTIFIER = "wrong identifier"
    LIST = "not in the list"
    FIXED = "not the fixed value"
    TEXT = "text not allowed"
    TYPE = "wrong type"
    NO_TYPE = "no type"
    NIL = "nil not allowed"
    NARRATIVE = "not of the narrative"
    DUPLICATE_ID = "duplicate ID"
    DANGLING_IDREF = "reference to nothing"


class Form:
    """A form of values. ``known`` holds sound values already met, bounded, so that a document asks once for each.

    ``expected`` describes the form to a reader; ``fault`` is what a value outside of it is. ``linked`` marks the names
    of elements and the references to them: sound by themselves or not, they concern the rest of the document.
    """

    __slots__ = ("_test", "expected", "fault", "known", "linked")

    def __init__(
        self, expected: str, test: Callable[[str], object], fault: Fault = Fault.FORM, *, linked: bool = False
    ) -> None:
        self.expected = expected
        self.fault = fault
        self.linked = linked
        self.known: set[str] = set()
        self._test = test

    def __repr__(self) -> str:
        return f"<Form {self.expected}>"

    def holds(self, value: str) -> bool:
        """Whether ``value`` has the form."""
        if not self._test(value):
            return False
        if not self.linked and len(self.known) < _REMEMBERED and len(value) <= _LONGEST:
            self.known.add(value)
        return True


def closed(values: str) -> Form:
    """One of the codes in ``values``, blanks around it ignored."""
    codes = frozenset(values.split())
    return Form(_alternatives(values), lambda value: value.strip(BLANK) in codes, Fault.LIST)


def several(values: str) -> Form:
    """Codes of ``values``, separated by blanks; none at all is allowed."""
    codes = frozenset(values.split())
    return Form(_alternatives(values), lambda value: codes.issuperset(words(value)), Fault.LIST)


def fixed(value: str) -> Form:
    """Exactly ``value``, blanks around it ignored."""
    return Form(value, lambda found: found.strip(BLANK) == value, Fault.FIXED)


def _alternatives(values: str) -> str:
    codes = values.split()
    return " | ".join(codes[:_MOST_NAMED]) + (" | …" if len(codes) > _MOST_NAMED else "")


def words(value: str) -> list[str]:
    """The words of a list, as XML Schema parts them."""
    return [word for word in _BLANKS.split(value) if word]


def _pattern(expression: str) -> Callable[[str], object]:
    return re.compile(expression, re.ASCII).fullmatch


BLANK: Final = " \t\r\n"
_BLANKS: Final = re.compile(r"[ \t\r\n]+")
_AROUND: Final = r"[ \t\r\n]*"
_START: Final = (
    "A-Z_a-z\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_PART: Final = _START + r"\-.0-9\xb7\u0300-\u036f\u203f\u2040"
_NAME: Final = rf"[{_START}][{_PART}]*"
_TOKEN: Final = rf"[:{_PART}]+"
# RFC 3986 §3, as far as a schema's anyURI goes; characters to be escaped count as escaped.
_ESCAPED: Final = re.compile(r'[^\x21-\x7e]|[<>"{}|\\^`]')
_CHAR: Final = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=@]|%[0-9A-Fa-f]{2})"
_URI: Final = re.compile(
    rf"(?:[A-Za-z][A-Za-z0-9+.\-]*:(?:{_CHAR}|:)*|{_CHAR}*)"
    rf"(?://(?:{_CHAR}|:)*@?(?:\[[0-9A-Fa-f:.]*\]|{_CHAR}*)(?::[0-9]*)?)?"
    rf"(?:/(?:{_CHAR}|[:/])*)?(?:\?(?:{_CHAR}|[:/?])*)?(?:#(?:{_CHAR}|[:/?\[\]])*)?"
)


def _uri(value: str) -> object:
    return _URI.fullmatch(_ESCAPED.sub("_", value.strip(BLANK)))


OPEN: Final = Form("", lambda _: True)
ID: Final = Form("NCName", re.compile(_AROUND + _NAME + _AROUND).fullmatch, linked=True)
IDREF: Final = Form("NCName", re.compile(_AROUND + _NAME + _AROUND).fullmatch, linked=True)
IDREFS: Final = Form(
    "NCName…", re.compile(rf"{_AROUND}(?:{_NAME}(?:[ \t\r\n]+{_NAME})*)?{_AROUND}").fullmatch, linked=True
)

FORMS: Final[dict[str, Form]] = {
    "any": OPEN,
    "ID": ID,
    "IDREF": IDREF,
    "IDREFS": IDREFS,
    "NMTOKEN": Form("NMTOKEN", re.compile(_AROUND + _TOKEN + _AROUND).fullmatch),
    "NMTOKENS": Form("NMTOKEN…", re.compile(rf"{_AROUND}(?:{_TOKEN}(?:[ \t\r\n]+{_TOKEN})*)?{_AROUND}").fullmatch),
    "st": Form("…", bool),
    "cs": Form("code", re.compile(rf"{_AROUND}[^ \t\r\n]+{_AROUND}").fullmatch),
    "bl": Form("true | false", _pattern(_AROUND + "(?:true|false)" + _AROUND)),
    "boolean": Form("true | false | 1 | 0", _pattern(_AROUND + "(?:true|false|1|0)" + _AROUND)),
    "bin": Form("base64", _pattern(r"(?:[A-Za-z0-9+/=]|[ \t\r\n])*")),
    "url": Form("URL", _uri),
    "int": Form("0, 1, -1…", _pattern(_AROUND + r"[+\-]?[0-9]+" + _AROUND), Fault.NUMBER),
    "positive": Form("1, 2, 3…", _pattern(_AROUND + r"\+?0*[1-9][0-9]*" + _AROUND), Fault.NUMBER),
    "real": Form(
        "0, 1.5, -2e3…",
        _pattern(rf"{_AROUND}(?:[+\-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+\-]?[0-9]+)?|-?INF|NaN){_AROUND}"),
        Fault.NUMBER,
    ),
    "probability": Form(
        "0…1", _pattern(_AROUND + r"\+?(?:0*(?:\.[0-9]*)?|0*1(?:\.0*)?|[0-9.]+[eE]-[0-9]+)" + _AROUND), Fault.NUMBER
    ),
    "ts": Form(
        "AAAA[MM[JJ[hh[mm[ss[.s]]]]]][±ZZzz]",
        _pattern(r"[0-9]{1,8}|(?:[0-9]{9,14}|[0-9]{14}\.[0-9]+)(?:[+\-][0-9]{1,4})?"),
        Fault.TIME,
    ),
    "uid": Form(
        "OID | UUID",
        _pattern(
            r"[0-2](?:\.(?:0|[1-9][0-9]*))*|[0-9a-zA-Z]{8}(?:-[0-9a-zA-Z]{4}){3}-[0-9a-zA-Z]{12}|[A-Za-z][A-Za-z0-9\-]*"
        ),
        Fault.IDENTIFIER,
    ),
    "oid": Form("OID", _pattern(r"[0-2](?:\.(?:0|[1-9][0-9]*))*"), Fault.IDENTIFIER),
    **{name: closed(values) for name, values in LISTS.items()},
    **{f"{name}s": several(LISTS[name]) for name in ("AddressUse", "NameQualifier", "NameUse", "TelecomUse")},
}
