"""National identifiers of people and structures, technical identifiers, and how they are spelt on the wire.

The forms are those of the identifier tables of the ANS (PS_IdNat, Struct_IdNat), of FINESS, SIRENE and the COG of
INSEE, and of the HL7 v2 composites that XDS, VIHF and HL7 v2 share (CX, XCN, XON).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, Literal

from banc_standards.errors import BancError, Sentence

PS_IDNAT: Final = "1.2.250.1.71.4.2.1"
STRUCT_IDNAT: Final = "1.2.250.1.71.4.2.2"

MAX_OID: Final = 64  # XDS metadata: ebRIM slots and external identifiers of at most 64 characters

_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_COG = re.compile(r"[0-9]{5}|2[AB][0-9]{3}")
_FINESS = re.compile(r"[0-9][0-9AB][0-9]{7}")


class MalformedIdentifier(BancError):
    """The text is not an identifier of the kind that was asked for; the code is ``ID-001``."""

    def __init__(self, kind: str, text: str, expected: Sentence) -> None:
        super().__init__(
            "ID-001",
            Sentence(f"« {text} » n'est pas un {kind}.", f"“{text}” is not a {kind}."),
            expected,
        )
        self.kind = kind
        self.found = text


# Checksums


def luhn(digits: str) -> bool:
    """Tells whether ``digits`` ends with its Luhn key; False for an empty text or anything but digits."""
    if not digits.isascii() or not digits.isdigit():
        return False
    total = 0
    for place, character in enumerate(reversed(digits)):
        value = int(character) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def luhn_key(digits: str) -> str:
    """The digit to write after ``digits`` for the whole to satisfy Luhn; raises ``ValueError`` unless all digits."""
    if not digits.isascii() or not digits.isdigit():
        raise ValueError(f"not digits: {digits!r}")
    return next(key for key in "0123456789" if luhn(digits + key))


def rpps(text: str) -> bool:
    """An RPPS number: 11 digits. Its Luhn key is only advised (:func:`luhn`): published examples break it."""
    return len(text) == 11 and text.isascii() and text.isdigit()


def finess(text: str) -> bool:
    """A FINESS number: 9 characters, the second of which may be A or B (Corsica)."""
    return _FINESS.fullmatch(text) is not None


def siren(text: str) -> bool:
    """A SIREN: 9 digits that satisfy Luhn."""
    return len(text) == 9 and luhn(text)


def siret(text: str) -> bool:
    """A SIRET: 14 digits that satisfy Luhn."""
    return len(text) == 14 and luhn(text)


# Technical identifiers


def oid(text: str) -> bool:
    """An OID of ISO/IEC 8824: arcs without leading zero, first arc 0 to 2, at most 64 characters."""
    return len(text) <= MAX_OID and _OID.fullmatch(text) is not None


def uuid(text: str) -> bool:
    """A UUID in its 36-character form (RFC 9562), without ``urn:uuid:``."""
    return _UUID.fullmatch(text) is not None


def oid_of_uuid(text: str) -> str:
    """The OID of a UUID, under 2.25 (ITU-T X.667); raises :class:`MalformedIdentifier`."""
    if not uuid(text):
        raise MalformedIdentifier(
            "UUID", text, Sentence("Écrire 8-4-4-4-12 chiffres hexadécimaux.", "Write 8-4-4-4-12.")
        )
    return f"2.25.{int(text.replace('-', ''), 16)}"


def cog(text: str) -> bool:
    """A place of birth in the *code officiel géographique*: a commune (``63220``, ``2A004``) or country (``99xxx``)."""
    return _COG.fullmatch(text) is not None


# Professionals

IdNatKind = Literal["RPPS", "ADELI", "CABINET_RPPS", "CABINET_ADELI", "FINESS", "SIREN", "SIRET", "TEST_CARD", "EDIT"]
_INTERNAL: Final[dict[str, IdNatKind]] = {
    "1": "CABINET_ADELI",
    "3": "FINESS",
    "4": "SIREN",
    "5": "SIRET",
    "6": "CABINET_RPPS",
}
_PROFESSIONAL = Sentence(
    "Attendu : 8 + RPPS (12 chiffres), 0 + ADELI (10), préfixe 1, 3, 4, 5 ou 6 + structure + / + identifiant interne.",
    "Expected: 8 + RPPS (12 digits), 0 + ADELI (10), prefix 1, 3, 4, 5 or 6 + structure + / + internal id.",
)


@dataclass(frozen=True, slots=True)
class IdNat:
    """National identifier of a professional (PS_IdNat): the same text in every format, under :data:`PS_IDNAT`.

    ``number`` is what follows the prefix: the RPPS, the ADELI number, or the structure's number; ``internal`` is the
    identifier that the structure gave, after the ``/``.
    """

    value: str
    kind: IdNatKind
    number: str
    internal: str = ""

    @classmethod
    def parse(cls, text: str) -> IdNat:
        """Reads any form that Pro Santé Connect and the cards deliver; raises :class:`MalformedIdentifier`."""
        if re.fullmatch(r"8[0-9]{11}", text):
            return cls(text, "RPPS", text[1:])
        if re.fullmatch(r"0[0-9][0-9AB][0-9]{7}", text):
            return cls(text, "ADELI", text[1:])
        if re.fullmatch(r"00B[0-9]{9}", text):
            return cls(text, "TEST_CARD", text)
        if re.fullmatch(r"ANS[0-9]{14}", text):
            return cls(text, "EDIT", text)
        prefix, (number, slash, internal) = text[:1], text[1:].partition("/")
        if prefix in _INTERNAL and slash and internal and re.fullmatch(r"[0-9A-Z]{9,14}", number):
            return cls(text, _INTERNAL[prefix], number, internal)
        raise MalformedIdentifier("PS_IdNat", text, _PROFESSIONAL)

    @classmethod
    def of_rpps(cls, number: str) -> IdNat:
        """The national identifier of an RPPS number; raises :class:`MalformedIdentifier`."""
        return cls.parse("8" + number)

    @property
    def rpps(self) -> str | None:
        """The RPPS, when the professional has one."""
        return self.number if self.kind == "RPPS" else None


# Structures

StructureKind = Literal["CABINET_ADELI", "FINESS", "SIREN", "SIRET", "CABINET_RPPS"]
_STRUCTURES: Final[dict[str, tuple[StructureKind, re.Pattern[str]]]] = {
    "0": ("CABINET_ADELI", re.compile(r"[0-9][0-9AB][0-9]{7,9}")),
    "1": ("FINESS", _FINESS),
    "2": ("SIREN", re.compile(r"[0-9]{9}")),
    "3": ("SIRET", re.compile(r"[0-9]{14}")),
    "4": ("CABINET_RPPS", re.compile(r"[0-9]{11}-?[0-9]{2,3}")),
}
_STRUCTURE = Sentence(
    "Attendu : 0 + cabinet ADELI, 1 + FINESS (10 caractères), 2 + SIREN, 3 + SIRET, 4 + RPPS-rang.",
    "Expected: 0 + ADELI practice, 1 + FINESS (10 characters), 2 + SIREN, 3 + SIRET, 4 + RPPS-rang.",
)


@dataclass(frozen=True, slots=True)
class StructIdNat:
    """National identifier of a structure (Struct_IdNat), under :data:`STRUCT_IDNAT`; the prefix is part of it."""

    value: str
    kind: StructureKind
    number: str

    @classmethod
    def parse(cls, text: str) -> StructIdNat:
        """Reads one; raises :class:`MalformedIdentifier`."""
        kind, pattern = _STRUCTURES.get(text[:1], (None, None))
        if kind is None or pattern is None or pattern.fullmatch(text[1:]) is None:
            raise MalformedIdentifier("Struct_IdNat", text, _STRUCTURE)
        return cls(text, kind, text[1:])

    @classmethod
    def of_finess(cls, number: str) -> StructIdNat:
        """The national identifier of a FINESS number; raises :class:`MalformedIdentifier`."""
        return cls.parse("1" + number)

    @property
    def finess(self) -> str | None:
        """The FINESS number (9 characters), when that is what identifies the structure."""
        return self.number if self.kind == "FINESS" else None


# HL7 v2 composites, as XDS, VIHF and HL7 v2 spell them


@dataclass(frozen=True, slots=True)
class Authority:
    """An assigning authority, ``namespace&oid&ISO``. The namespace is a label: compare the OID."""

    oid: str
    namespace: str = ""

    @classmethod
    def parse(cls, text: str) -> Authority:
        """Reads one; raises :class:`MalformedIdentifier` unless it has three parts, the last one ``ISO``."""
        parts = text.split("&")
        if len(parts) != 3 or parts[2] != "ISO":
            raise MalformedIdentifier("HD", text, Sentence("Attendu : &OID&ISO.", "Expected: &OID&ISO."))
        return cls(oid=parts[1], namespace=parts[0])

    def __str__(self) -> str:
        return f"{self.namespace}&{self.oid}&ISO"


@dataclass(frozen=True, slots=True)
class Cx:
    """Identifier of a patient: ``value^^^authority^type`` (CX.1, CX.4, CX.5)."""

    value: str
    authority: Authority
    type: str = ""

    @classmethod
    def parse(cls, text: str) -> Cx:
        """Reads one; components after the fifth are left aside (old samples carry a date in CX.7).

        Raises :class:`MalformedIdentifier` when a component is not in its place.
        """
        parts = text.split("^")
        if len(parts) < 4 or not parts[0] or parts[1] or parts[2]:
            raise MalformedIdentifier(
                "CX", text, Sentence("Attendu : valeur^^^&OID&ISO^type.", "Expected: value^^^&OID&ISO^type.")
            )
        return cls(parts[0], Authority.parse(parts[3]), parts[4] if len(parts) > 4 else "")

    def __str__(self) -> str:
        return f"{self.value}^^^{self.authority}" + (f"^{self.type}" if self.type else "")


_IDNAT_AUTHORITY: Final = Authority(PS_IDNAT)
_STRUCTURE_AUTHORITY: Final = Authority(STRUCT_IDNAT)


@dataclass(frozen=True, slots=True)
class Xcn:
    """A person as XDS authors write it: XCN.1 to .3, authority in .9, name type in .10, identifier type in .13."""

    id: str
    family: str = ""
    given: str = ""
    authority: Authority = field(default=_IDNAT_AUTHORITY)
    name_type: str = "D"
    type: str = "IDNPS"

    @classmethod
    def parse(cls, text: str) -> Xcn:
        """Reads one; raises :class:`MalformedIdentifier` when the authority is not the ninth component."""
        parts = text.split("^")
        parts += [""] * (13 - len(parts))
        if not parts[8]:
            raise MalformedIdentifier(
                "XCN",
                text,
                Sentence(
                    "L'autorité est la composante 9, le type la 13.", "The authority is component 9, the type 13."
                ),
            )
        return cls(parts[0], parts[1], parts[2], Authority.parse(parts[8]), parts[9], parts[12])

    def __str__(self) -> str:
        return f"{self.id}^{self.family}^{self.given}^^^^^^{self.authority}^{self.name_type}^^^{self.type}"


@dataclass(frozen=True, slots=True)
class Xon:
    """A structure as XDS authors write it: name in XON.1, authority in .6, type in .7, identifier in .10."""

    name: str
    id: str
    authority: Authority = field(default=_STRUCTURE_AUTHORITY)
    type: str = "IDNST"

    @classmethod
    def parse(cls, text: str) -> Xon:
        """Reads one; raises :class:`MalformedIdentifier` when the authority is not the sixth component."""
        parts = text.split("^")
        parts += [""] * (10 - len(parts))
        if not parts[5]:
            raise MalformedIdentifier(
                "XON",
                text,
                Sentence(
                    "L'autorité est la composante 6, le type la 7, l'identifiant la 10.",
                    "The authority is component 6, the type 7, the identifier 10.",
                ),
            )
        return cls(parts[0], parts[9], Authority.parse(parts[5]), parts[6])

    def __str__(self) -> str:
        return f"{self.name}^^^^^{self.authority}^{self.type}^^^{self.id}"
