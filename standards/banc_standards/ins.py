"""The *identité nationale de santé*: matricule, strict traits, identity status, and names at the INSi boundary.

Texts: Référentiel INS v2.1, Guide d'implémentation de l'INS v3.0, RNIV volet 1 v2.0, and the INSi integration guide
SEL-MP-043 for the alphabet of the traits that cross the wire.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, Literal

from banc_standards.errors import BancError, Sentence
from banc_standards.identifiers import Authority, Cx

INS_NIR: Final = "1.2.250.1.213.1.4.8"
INS_NIA: Final = "1.2.250.1.213.1.4.9"
INS_TEST: Final = "1.2.250.1.213.1.4.10"
INS_DEMO: Final = "1.2.250.1.213.1.4.11"
INS_C: Final = "1.2.250.1.213.1.4.2"

OIDS: Final = frozenset({INS_NIR, INS_NIA, INS_TEST, INS_DEMO})
"""The OIDs that a matricule INS may carry; the obsolete INS-C is not one."""
PRODUCTION_OIDS: Final = frozenset({INS_NIR, INS_NIA})

_NUMBER = re.compile(r"[1-478][0-9]{4}(?:[0-9]{2}|2[AB])[0-9]{6}")


class MalformedIns(BancError):
    """The text is not a matricule INS: its form, its place or its OID is wrong (code ``INS-001``)."""


class NotTransliterable(BancError):
    """A name holds a character without equivalent in the INSi alphabet, so the call must not be made (``INS-002``).

    ``characters`` lists the offending characters in their order, each once.
    """

    def __init__(self, text: str, characters: str) -> None:
        shown = " ".join(f"{c} (U+{ord(c):04X})" for c in characters)
        super().__init__(
            "INS-002",
            Sentence(
                f"« {text} » contient un caractère sans équivalent INSi : {shown}.",
                f"“{text}” has no INSi form: {shown}.",
            ),
            Sentence("Corriger le trait d'après la pièce d'identité.", "Correct the trait from the identity document."),
        )
        self.characters = characters


# The matricule


def key(number13: str) -> str:
    """The two-digit key of a 13-character NIR or NIA: 97 minus the number modulo 97, with 2A read 19 and 2B read 18.

    Raises :class:`MalformedIns` (``INS-001``) when the text is not such a number.
    """
    if _NUMBER.fullmatch(number13) is None:
        raise MalformedIns(
            "INS-001",
            Sentence(
                f"« {number13} » n'est pas un matricule de 13 caractères.",
                f"“{number13}” is not a 13-character matricule.",
            ),
            Sentence(
                "Attendu : 13 chiffres, 2A ou 2B admis en position 6-7.",
                "Expected: 13 digits, 2A or 2B allowed at 6-7.",
            ),
        )
    number = int(number13[:5] + number13[5:7].replace("2A", "19").replace("2B", "18") + number13[7:])
    return f"{97 - number % 97:02d}"


def valid(value15: str) -> bool:
    """Tells whether the text is a 15-character matricule whose key verifies."""
    return len(value15) == 15 and _NUMBER.fullmatch(value15[:13]) is not None and key(value15[:13]) == value15[13:]


@dataclass(frozen=True, slots=True)
class Ins:
    """A matricule INS (15 characters, key included) with the OID that alone tells NIR, NIA and test numbers apart.

    The key is not judged here: published test data hold keys that do not verify, and they must be served as they are.
    """

    value: str
    oid: str

    @classmethod
    def of(cls, number13: str, oid: str = INS_TEST) -> Ins:
        """The matricule of a 13-character number, its key computed; raises :class:`MalformedIns`."""
        return cls(number13 + key(number13), oid)

    @classmethod
    def parse_cx(cls, text: str) -> Ins:
        """Reads the CX form of XDS, VIHF or HL7 v2, whatever its identifier type.

        Raises :class:`~banc_standards.identifiers.MalformedIdentifier`, or :class:`MalformedIns` for another OID than
        those of an INS.
        """
        cx = Cx.parse(text)
        if cx.authority.oid not in OIDS:
            raise MalformedIns(
                "INS-001",
                Sentence(f"« {cx.authority.oid} » n'est pas un OID d'INS.", f"“{cx.authority.oid}” is not an INS OID."),
                Sentence(
                    "Attendu : 1.2.250.1.213.1.4.8, .9, .10 ou .11.", "Expected: 1.2.250.1.213.1.4.8, .9, .10 or .11."
                ),
            )
        return cls(cx.value, cx.authority.oid)

    @property
    def number(self) -> str:
        """The 13 characters without the key."""
        return self.value[:13]

    @property
    def key(self) -> str:
        """The two digits after the number, as written (not recomputed)."""
        return self.value[13:]

    @property
    def verifies(self) -> bool:
        """Whether the form and the key are right."""
        return valid(self.value)

    def cx(self) -> str:
        """The form of XDS and VIHF: ``value^^^&oid&ISO^NH``."""
        return str(Cx(self.value, Authority(self.oid), "NH"))

    def pid3(self) -> str:
        """The form of HL7 v2 PID-3; the authority's name is a label, the OID decides."""
        name = "ASIP-SANTE-INS-NIA" if self.oid == INS_NIA else "ASIP-SANTE-INS-NIR"
        return str(Cx(self.value, Authority(self.oid, name), "INS"))


# Strict traits

Sex = Literal["M", "F", "I"]


@dataclass(frozen=True, slots=True)
class StrictTraits:
    """The five strict traits of the RNIV.

    ``birth_givens`` is the whole list of birth given names, separated by one space; ``birth_date`` is ``AAAA-MM-JJ``
    *as text*, since lunar and incomplete dates exist; ``birth_place`` is a COG, empty when it is not known; ``sex`` is
    M or F, I only locally.
    """

    birth_family: str
    birth_givens: str
    sex: str
    birth_date: str
    birth_place: str = ""


def calendar_date(text: str) -> date | None:
    """The day that ``AAAA-MM-JJ`` names, or None for a lunar, incomplete or malformed date."""
    try:
        return date.fromisoformat(text) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None
    except ValueError:
        return None


def birth_date_form(text: str) -> bool:
    """The type *DateLunaire* of INSi: ``AAAA-MM-JJ`` in digits, not necessarily a calendar date."""
    return re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is not None


def completed_birth_date(year: int, month: int | None, day: int | None) -> str:
    """The health identity's date for an incomplete one (EXI ID 11, 12): unknown day 01, month 01, both 31 December."""
    if month is None and day is None:
        return f"{year:04d}-12-31"
    return f"{year:04d}-{month or 1:02d}-{day or 1:02d}"


def importable(traits: StrictTraits) -> bool:
    """Whether an INSi answer may be imported (INS/va1.28 and .31): no ``00`` as month or day, no empty trait."""
    month_day = traits.birth_date[5:].split("-")
    return "00" not in month_day and all((traits.birth_family, traits.birth_givens, traits.sex))


# Identity status (RNIV EXI SI 07)


class IdentityStatus(StrEnum):
    """How far an identity is trusted: provisoire, récupérée, validée, qualifiée."""

    PROV = "PROV"
    RECUP = "RECUP"
    VALI = "VALI"
    QUAL = "QUAL"

    @property
    def holds_ins(self) -> bool:
        """Whether the matricule and its OID are kept with the identity."""
        return self in (IdentityStatus.RECUP, IdentityStatus.QUAL)

    @property
    def sends_ins(self) -> bool:
        """Whether the matricule and its OID may leave the software (EXI ID 29)."""
        return self is IdentityStatus.QUAL


class IdentityAttribute(StrEnum):
    """What the RNIV notes beside the status."""

    HOMONYME = "HOMONYME"
    DOUT = "DOUT"
    FICT = "FICT"


def after_insi(status: IdentityStatus) -> IdentityStatus:
    """The status once the user has accepted an INSi answer 00; a refusal changes nothing."""
    if status in (IdentityStatus.PROV, IdentityStatus.RECUP):
        return IdentityStatus.RECUP
    return IdentityStatus.QUAL


def after_document(status: IdentityStatus) -> IdentityStatus:
    """The status once a high-trust identity document has been checked."""
    if status in (IdentityStatus.PROV, IdentityStatus.VALI):
        return IdentityStatus.VALI
    return IdentityStatus.QUAL


def after_failed_verification(status: IdentityStatus) -> IdentityStatus:
    """The status after an INSi verification answered KO on the local identity: a held INS falls, with its trust."""
    return IdentityStatus.PROV if status.holds_ins else status


def after_strict_trait_change(status: IdentityStatus, *, document_stands: bool) -> IdentityStatus:
    """The status after a strict trait was edited; ``document_stands`` when a checked document has the new value."""
    if status in (IdentityStatus.QUAL, IdentityStatus.VALI) and document_stands:
        return IdentityStatus.VALI
    return IdentityStatus.PROV


def after_attribute(status: IdentityStatus, attribute: IdentityAttribute) -> IdentityStatus:
    """The status once an attribute is set: *douteuse* and *fictive* force provisoire."""
    return status if attribute is IdentityAttribute.HOMONYME else IdentityStatus.PROV


def may_combine(attributes: Iterable[IdentityAttribute]) -> bool:
    """Whether the attributes may stand together: only *douteuse* with *homonyme* (EXI SI 09)."""
    held = frozenset(attributes)
    return len(held) < 2 or held == {IdentityAttribute.DOUT, IdentityAttribute.HOMONYME}


def may_call_insi(attributes: Iterable[IdentityAttribute]) -> bool:
    """Whether the INSi call is allowed: it is blocked for a doubtful or fictitious identity."""
    return not frozenset(attributes) & {IdentityAttribute.DOUT, IdentityAttribute.FICT}


# Names

_LIGATURES: Final = str.maketrans({"Æ": "AE", "Œ": "OE", "’": "'", "‘": "'", "ʼ": "'", "‐": "-", "‑": "-"})


def transliterate(text: str) -> str:
    """A name in the INSi alphabet: upper case, no diacritics, ligatures spread, typographic apostrophe made straight.

    To be used at the INSi and datamatrix boundary only (rules EF_INS10_01 and EF_INS10_02), never on what is stored.
    Outer spaces go, the rest of the spacing stays. Raises :class:`NotTransliterable` rather than drop a character.
    """
    spread = unicodedata.normalize("NFD", text.strip().upper().translate(_LIGATURES))
    letters = "".join(c for c in spread if not unicodedata.combining(c))
    foreign = dict.fromkeys(c for c in letters if not ("A" <= c <= "Z" or c in " '-"))
    if foreign:
        raise NotTransliterable(text, "".join(foreign))
    return letters


def fold(text: str) -> str:
    """A name for comparison: as :func:`transliterate`, with hyphens and apostrophes equal to one space (EXI ID 10, 17).

    Characters without equivalent are kept, so that two different names stay different.
    """
    spread = unicodedata.normalize("NFD", text.upper().translate(_LIGATURES))
    letters = "".join(" " if c in "-'" else c for c in spread if not unicodedata.combining(c))
    return " ".join(letters.split())


def starts_list(first_given: str, birth_givens: str) -> bool:
    """Whether the first given name is coherent with the start of the list, on whole given names (EXI ID 10)."""
    return bool(first_given.strip()) and f"{fold(birth_givens)} ".startswith(f"{fold(first_given)} ")


class Lexical(StrEnum):
    """The ways in which a trait breaks its INSi lexical profile (SEL-MP-043 §2 and §3.4.1)."""

    EMPTY = "empty"
    ALPHABET = "alphabet"
    DOUBLE_HYPHEN = "double-hyphen"
    FIRST = "first"
    LAST = "last"
    DOUBLED = "doubled"


_FOREIGN = re.compile(r"[^A-Z '\-]")
_DOUBLED = re.compile(r"  |''| '|' ")


def lexical_faults(text: str, trait: Literal["birth_family", "given"]) -> tuple[Lexical, ...]:
    """What is wrong with a trait as sent to INSi, in the order of the profile's table; empty when it conforms.

    A birth name may hold ``--`` and end with a hyphen or an apostrophe; a given name may not.
    """
    given = trait == "given"
    broken = (
        (Lexical.EMPTY, not text),
        (Lexical.ALPHABET, _FOREIGN.search(text)),
        (Lexical.DOUBLE_HYPHEN, "---" in text or (given and "--" in text)),
        (Lexical.FIRST, text[:1] in (" ", "-")),
        (Lexical.LAST, text[-1:] == " " or (given and text[-1:] in ("-", "'"))),
        (Lexical.DOUBLED, _DOUBLED.search(text)),
    )
    return tuple(fault for fault, found in broken if found)
