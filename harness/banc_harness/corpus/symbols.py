"""Datamatrix INS of the fixtures' patients, sound or forged, as pictures to print or to scan."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from banc_fixtures.patients import Patient
from banc_fixtures.population import Population
from banc_standards import ins_symbol
from banc_standards.errors import Sentence
from banc_standards.ins import IdentityStatus
from banc_standards.ins_datamatrix import GS, build

PNG: Final = "DATAMATRIX-INS"
SVG: Final = "DATAMATRIX-INS-SVG"
TYPES: Final = (PNG, SVG)
EXTENSIONS: Final[Mapping[str, str]] = {PNG: ".png", SVG: ".svg"}


@dataclass(frozen=True, slots=True)
class Forgery:
    """One way to forge a payload: what is wrong, and the rule that must tell it."""

    name: str
    text: Sentence
    rule: str
    change: Callable[[str], str]
    types: tuple[str, ...] = TYPES
    fails: bool = True


def subject(people: Population, number: int) -> Patient:
    """The patient of a symbol: those who have an INS, one after the other from 1."""
    known = [someone for someone in people.patients if someone.ins is not None]
    return known[(number - 1) % len(known)]


def payload(someone: Patient, forgery: Forgery | None = None) -> str:
    """What the symbol of a patient holds, forged when asked. Raises ``ValueError`` for a patient without INS."""
    if someone.ins is None:
        raise ValueError(f"{someone.id} has no INS")
    sound = build(someone.ins, someone.traits, IdentityStatus.QUAL)
    return forgery.change(sound) if forgery is not None else sound


def picture(text: str, kind: str) -> bytes:
    """The symbol of a payload in the form of a type."""
    symbol = ins_symbol.squares(text)
    return ins_symbol.svg(symbol) if kind == SVG else ins_symbol.png(symbol)


def _swapped(found: str, written: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        return re.sub(found, written, text, count=1, flags=re.DOTALL)

    return change


def _small_letters(text: str) -> str:
    return re.sub(r"(S3[^\x1d]+)", lambda found: "S3" + found[1][2:].lower(), text, count=1)


def _day_last(text: str) -> str:
    return re.sub(r"S6(\d\d)-(\d\d)-(\d{4})", r"S6\3-\2-\1", text)


def _wrong_key(text: str) -> str:
    return re.sub(r"(S1.{13})(\d\d)", lambda found: f"{found[1]}{int(found[2]) % 97 + 1:02d}", text, count=1)


_TABLE: Final = (
    (
        "other-version",
        "en-tête d'une autre version",
        "header of another version",
        "INSDM-001",
        _swapped("IS01", "IS02"),
    ),
    ("other-symbol", "en-tête d'un 2D-Doc", "header of a 2D-Doc", "INSDM-001", _swapped("IS01", "DC04")),
    ("short-header", "en-tête trop court", "header too short", "INSDM-001", _swapped("IS010", "IS01")),
    ("no-birth-date", "date de naissance absente", "birth date missing", "INSDM-002", _swapped(r"S6.{10}", "")),
    (
        "wrong-order",
        "sexe avant le nom",
        "sex before the name",
        "INSDM-002",
        _swapped(r"(S4[^\x1d]*\x1d)(S5.)", r"\2\1"),
    ),
    ("more", "bloc inconnu à la fin", "unknown block at the end", "INSDM-002", lambda text: f"{text}S9X"),
    ("no-separator", "séparateur absent", "separator missing", "INSDM-002", _swapped(r"(S3[^\x1d]*)\x1d", r"\1")),
    ("extra-separator", "séparateur de trop", "separator too many", "INSDM-003", _swapped(r"(S5.)", rf"\1{GS}")),
    (
        "short-place",
        "lieu de quatre caractères",
        "place of four characters",
        "INSDM-004",
        _swapped(r"(S7.{4}).", r"\1"),
    ),
    ("wrong-key", "clé du matricule fausse", "wrong key of the matricule", "INSDM-005", _wrong_key),
    (
        "ins-c",
        "OID de l'INS-C",
        "OID of the INS-C",
        "INSDM-005",
        _swapped(r"S2[\d.]{19,20}\x1d?S3", rf"S21.2.250.1.213.1.4.2{GS}S3"),
    ),
    ("lower-case", "prénoms en minuscules", "given names in lower case", "INSDM-006", _small_letters),
    ("unknown-sex", "sexe I", "sex I", "INSDM-006", _swapped(r"S5.", "S5I")),
    ("iso-date", "date AAAA-MM-JJ", "date YYYY-MM-DD", "INSDM-006", _day_last),
)
FORGERIES: Final[Mapping[str, Forgery]] = {
    name: Forgery(name, Sentence(fr, en), rule, change) for name, fr, en, rule, change in _TABLE
}
