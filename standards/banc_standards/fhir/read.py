"""Reading a resource that strangers send, JSON or XML: bounded, in UTF-8, without what JSON leaves to chance.

What makes the bytes unreadable is refused (:class:`FhirRefused`); what a parser would let through in silence (a key
written twice, ``NaN``, an empty array) is kept beside the content as :class:`Fault`. This module knows no rule.
"""

from __future__ import annotations

import codecs
import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from banc_standards.errors import BancError, Sentence
from banc_standards.fhir.place import Path, location


@dataclass(frozen=True, slots=True)
class Limits:
    """What one resource may cost: bytes as received, levels of nesting, values."""

    max_bytes: int = 50 * 2**20
    max_depth: int = 100
    max_values: int = 1_000_000


DEFAULT_LIMITS: Final = Limits()
MOST_FAULTS: Final = 100
_GREATEST: Final = 1e30

_REFUSALS: Final[Mapping[str, Sentence]] = {
    "FHIR-JSON-001": Sentence("Le contenu n'est pas du JSON bien formé", "The content is not well-formed JSON"),
    "FHIR-JSON-002": Sentence("Le contenu n'est pas en UTF-8", "The content is not in UTF-8"),
    "FHIR-JSON-003": Sentence("Le contenu est trop volumineux", "The content is too large"),
    "FHIR-JSON-004": Sentence("Le contenu est trop profondément imbriqué", "The content is nested too deeply"),
    "FHIR-JSON-006": Sentence("Un nombre est hors de toute mesure", "A number is beyond all measure"),
    "FHIR-STR-001": Sentence("Le contenu n'est pas une ressource", "The content is not a resource"),
}


class FhirRefused(BancError):
    """The bytes are no resource that can be read; ``rule_id`` is that of the rule which says why.

    ``line`` and ``column`` (from 1) are given where they are known.
    """

    def __init__(self, rule_id: str, detail: str = "", line: int | None = None, column: int | None = None) -> None:
        text = _REFUSALS[rule_id]
        tail = f" : {detail}" if detail else ""
        super().__init__(
            rule_id,
            Sentence(f"{text.fr}{tail}.", f"{text.en}{tail.replace(' : ', ': ')}."),
            Sentence("Envoyer une ressource FHIR R4 en JSON UTF-8.", "Send a FHIR R4 resource in UTF-8 JSON."),
        )
        self.rule_id = rule_id
        self.detail = detail
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that the reader let through to be told: the rule that it breaks, where, and what was found."""

    rule_id: str
    path: Path
    found: str = ""
    expected: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A resource as read. ``root`` holds plain JSON values; ``lines`` those of an XML source, by path."""

    root: dict[str, Any]
    form: str = "json"
    text: str = ""
    faults: tuple[Fault, ...] = ()
    lines: Mapping[Path, int] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """The type of the resource, ``Resource`` when it names none."""
        name = self.root.get("resourceType")
        return name if isinstance(name, str) and name else "Resource"

    def location(self, path: Path) -> str:
        """A path told from the root."""
        return location(self.type, path)


class Doubled(dict[str, Any]):
    """An object with a key written more than once: it keeps the last value, as parsers do, and the names."""

    twice: tuple[str, ...] = ()


class Foreign(float):
    """``NaN`` or an infinity, which JSON does not have; ``text`` is as written."""

    text = ""


def read(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Document:
    """The resource of some bytes, JSON or XML as their first character says.

    Raises :class:`FhirRefused`, and :class:`~banc_standards.xml.XmlRefused` for XML.
    """
    if len(data) > limits.max_bytes:
        raise FhirRefused("FHIR-JSON-003", f"{len(data)} > {limits.max_bytes} octets")
    if data.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"<" or data[:4] in _WIDE_XML:
        from banc_standards.fhir.xml import from_xml

        return from_xml(data, limits)
    text, marked = _decoded(data)
    root = _parsed(text)
    if not isinstance(root, dict):
        raise FhirRefused("FHIR-STR-001", type(root).__name__)
    faults = [Fault("FHIR-JSON-009", (), "U+FEFF")] if marked else []
    faults.extend(_faults(root, limits, suspicious=_ESCAPED.search(text) is not None))
    return Document(root, "json", text, tuple(faults))


_WIDE_XML: Final = frozenset({b"\xff\xfe<\0", b"\xfe\xff\0<", b"<\0?\0", b"\0<\0?"})
_ESCAPED: Final = re.compile(r"\\u(?:00[01]|[dD][89a-fA-F])")
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


def _decoded(data: bytes) -> tuple[str, bool]:
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) or b"\0" in data[:4]:
        raise FhirRefused("FHIR-JSON-002", "UTF-16 ou UTF-32")
    marked = data.startswith(codecs.BOM_UTF8)
    body = data.removeprefix(codecs.BOM_UTF8)
    try:
        return body.decode("utf-8"), marked
    except UnicodeDecodeError as error:
        before = body[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        raise FhirRefused("FHIR-JSON-002", f"0x{body[error.start]:02x}", line, column) from None


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except json.JSONDecodeError as error:
        raise FhirRefused("FHIR-JSON-001", error.msg, error.lineno, error.colno) from None
    except RecursionError:
        raise FhirRefused("FHIR-JSON-004") from None
    except ValueError:  # an integer of thousands of digits
        raise FhirRefused("FHIR-JSON-006") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) == len(pairs):
        return content
    doubled = Doubled(content)
    doubled.twice = tuple(key for key, number in Counter(key for key, _ in pairs).items() if number > 1)
    return doubled


def _constant(text: str) -> Foreign:
    number = Foreign(text.replace("Infinity", "inf"))
    number.text = text
    return number


def _faults(root: dict[str, Any], limits: Limits, *, suspicious: bool) -> Iterator[Fault]:
    """What is wrong with the values themselves, in the order of the text, at most :data:`MOST_FAULTS`."""
    told = values = 0
    stack: list[tuple[Any, Path]] = [(root, ())]
    while stack:
        value, path = stack.pop()
        values += 1
        if values > limits.max_values:
            raise FhirRefused("FHIR-JSON-003", f"> {limits.max_values} valeurs")
        if len(path) > limits.max_depth:
            raise FhirRefused("FHIR-JSON-004", f"> {limits.max_depth}")
        if isinstance(value, str):
            if value and not suspicious:
                continue
        elif value.__class__ is int or value is True or value is False:
            continue
        for fault in _of_value(value, path):
            told += 1
            if told <= MOST_FAULTS:
                yield fault
        if isinstance(value, dict):
            stack.extend((value[key], (*path, key)) for key in reversed(value))
        elif isinstance(value, list):
            stack.extend((value[number], (*path, number)) for number in range(len(value) - 1, -1, -1))


def _of_value(value: Any, path: Path) -> Iterator[Fault]:
    if isinstance(value, Doubled):
        for name in value.twice:
            yield Fault("FHIR-JSON-005", (*path, name), name)
    if isinstance(value, dict | list | str) and not value:
        yield Fault("FHIR-JSON-007", path, json.dumps(value))
    elif value is None and not isinstance(path[-1], int):
        yield Fault("FHIR-JSON-007", path, "null")
    elif isinstance(value, Foreign):
        yield Fault("FHIR-JSON-006", path, value.text)
    elif isinstance(value, float) and (math.isinf(value) or abs(value) > _GREATEST):
        yield Fault("FHIR-JSON-006", path, str(value))
    elif isinstance(value, str) and (wrong := _FORBIDDEN.search(value)) is not None:
        yield Fault("FHIR-JSON-008", path, f"U+{ord(wrong[0]):04X}")
    elif isinstance(value, dict):
        for key in value:
            if not key:
                yield Fault("FHIR-JSON-007", path, '""')
