"""The rules of a *datamatrix INS*: those of its payload, and those of its agreement with the document that it is on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from banc_standards.errors import Sentence
from banc_standards.identifiers import cog
from banc_standards.ins import (
    OIDS,
    IdentityStatus,
    Ins,
    NotTransliterable,
    StrictTraits,
    birth_date_form,
    transliterate,
    valid,
)
from banc_standards.ins_datamatrix import GS, HEADER, LENGTHS, OPTIONAL, Datamatrix, open_ended, read
from banc_standards.printed import PrintedRefused, Sheet
from banc_standards.rules import Hit, Rule

_PRINTING: Final = "Guide d'implémentation de l'INS v3.0, EXI DIF 02"
_CLAUSE: Final = "ANS, Datamatrix INS, format v2.2 (26/09/2023)"


@dataclass(frozen=True)
class Printed:
    """A payload to judge, with the identity that the same document tells when it is known."""

    payload: str
    status: IdentityStatus | None = None
    ins: Ins | None = None
    traits: StrictTraits | None = None

    @cached_property
    def read(self) -> Datamatrix:
        """The payload, read."""
        return read(self.payload)


def _header(printed: Printed) -> Iterator[Hit]:
    if printed.read.header != HEADER:
        yield Hit("en-tête", hidden(printed.read.header), HEADER)


def _blocks(printed: Printed) -> Iterator[Hit]:
    found = [block.name for block in printed.read.blocks]
    wanted = [name for name in LENGTHS if name not in OPTIONAL or name in found]
    if found != wanted:
        yield Hit("blocs", " ".join(found), " ".join(wanted))
    if printed.read.rest:
        yield Hit("fin", hidden(printed.read.rest), "")


def _separators(printed: Printed) -> Iterator[Hit]:
    blocks = printed.read.blocks
    for block in blocks:
        due = open_ended(block.name, block.value) and block is not blocks[-1]
        if block.closed != due:
            yield Hit(block.name, "<GS>" if block.closed else "", "<GS>" if due else "")


def _lengths(printed: Printed) -> Iterator[Hit]:
    for block in printed.read.blocks:
        shortest, longest = LENGTHS[block.name]
        if not shortest <= len(block.value) <= longest:
            yield Hit(block.name, f"{len(block.value)}", f"{shortest}-{longest}")


def _matricule(printed: Printed) -> Iterator[Hit]:
    ins = printed.read.ins
    if not valid(ins.value):
        yield Hit("S1", hidden(ins.value), "13 caractères et leur clé / 13 characters and their key")
    if ins.oid not in OIDS:
        yield Hit("S2", hidden(ins.oid), " | ".join(sorted(OIDS)))


def _traits(printed: Printed) -> Iterator[Hit]:
    traits = printed.read.traits
    for name, value in (("S3", traits.birth_givens), ("S4", traits.birth_family)):
        if value and not re.fullmatch(r"[A-Z' \-]+", value):
            yield Hit(name, hidden(value), "A-Z, ' - espace / space")
    if traits.sex not in ("M", "F"):
        yield Hit("S5", hidden(traits.sex), "M | F")
    if not birth_date_form(traits.birth_date):
        yield Hit("S6", hidden(printed.read.value("S6")), "JJ-MM-AAAA")
    if traits.birth_place and not cog(traits.birth_place):
        yield Hit("S7", hidden(traits.birth_place), "COG")


def _only_qualified(printed: Printed) -> Iterator[Hit]:
    if printed.status not in (None, IdentityStatus.QUAL):
        yield Hit("statut", str(printed.status), IdentityStatus.QUAL)


def _same(printed: Printed) -> Iterator[Hit]:
    found = printed.read
    if printed.ins is not None and found.ins != printed.ins:
        yield Hit("S1 S2", hidden(f"{found.ins.value} {found.ins.oid}"), f"{printed.ins.value} {printed.ins.oid}")
    if printed.traits is not None:
        for block, name in (("S3", "birth_givens"), ("S4", "birth_family"), ("S5", "sex"), ("S6", "birth_date")):
            written, told = getattr(found.traits, name), getattr(printed.traits, name)
            if told and written != (_alphabet(told) if block in ("S3", "S4") else told):
                yield Hit(block, hidden(written), told)
        place = found.traits.birth_place
        if place and printed.traits.birth_place and place != printed.traits.birth_place:
            yield Hit("S7", place, printed.traits.birth_place)


def _absent(sheet: Sheet) -> Iterator[Hit]:
    if not sheet.payloads:
        others = ", ".join(hidden(symbol)[:20] for symbol in sheet.symbols)
        yield Hit("page 1", found=others or "(absent)", expected=f"{HEADER[:4]}…")


def _unsaid(sheet: Sheet) -> Iterator[Hit]:
    digits = re.sub(r"\s", "", sheet.text)
    for payload in sheet.payloads if digits else ():
        matricule = read(payload).ins.value
        if matricule not in digits:
            yield Hit("page 1", found="(absent)", expected=hidden(matricule))


def _unreadable(refused: PrintedRefused) -> Iterator[Hit]:
    yield Hit("/", found=refused.text.fr)


def _alphabet(name: str) -> str:
    try:
        return transliterate(name)
    except NotTransliterable:
        return name


def hidden(text: str) -> str:
    """What is told of a payload: control characters are named, and no more than a line of it."""
    seen = text[:80].replace(GS, "<GS>")
    return "".join(character if character.isprintable() else f"<{ord(character):02X}>" for character in seen)


RULES: Final = (
    Rule(
        "INSDM-001",
        Sentence("L'en-tête est IS01 suivi de 22 zéros.", "The header is IS01 followed by 22 zeros."),
        _CLAUSE,
        Sentence("Commencer par IS01 et 22 zéros.", "Begin with IS01 and 22 zeros."),
        _header,
    ),
    Rule(
        "INSDM-002",
        Sentence(
            "Les blocs S1 à S6, puis S7 s'il est connu, se suivent dans cet ordre, une fois chacun, sans rien d'autre.",
            "The blocks S1 to S6, then S7 if known, follow in this order, once each, with nothing else.",
        ),
        _CLAUSE,
        Sentence("Écrire chaque bloc une fois, dans l'ordre.", "Write each block once, in order."),
        _blocks,
    ),
    Rule(
        "INSDM-003",
        Sentence(
            "<GS> ferme un bloc de longueur variable qui n'est ni plein ni le dernier, et aucun autre.",
            "<GS> closes a block of varying length that is neither full nor the last, and no other.",
        ),
        _CLAUSE,
        Sentence(
            "Fermer S3 et S4 par <GS> (ASCII 29), et S2 quand l'OID n'a que 19 caractères.",
            "Close S3 and S4 with <GS> (ASCII 29), and S2 when the OID has 19 characters only.",
        ),
        _separators,
    ),
    Rule(
        "INSDM-004",
        Sentence("Chaque bloc a la longueur de sa définition.", "Each block is as long as its definition says."),
        _CLAUSE,
        Sentence("Respecter les longueurs du format.", "Keep to the lengths of the format."),
        _lengths,
    ),
    Rule(
        "INSDM-005",
        Sentence(
            "S1 est un matricule dont la clé vérifie, S2 un OID d'INS.",
            "S1 is a matricule whose key verifies, S2 an OID of an INS.",
        ),
        _CLAUSE,
        Sentence("Écrire matricule, clé et OID tels qu'INSi les a rendus.", "Write them as INSi returned them."),
        _matricule,
    ),
    Rule(
        "INSDM-006",
        Sentence(
            "Noms en capitales sans accent, sexe M ou F, date JJ-MM-AAAA, lieu au COG.",
            "Names in capitals without accents, sex M or F, date DD-MM-YYYY, place of the COG.",
        ),
        _CLAUSE,
        Sentence("Translittérer les noms, retourner la date.", "Transliterate the names, turn the date."),
        _traits,
    ),
    Rule(
        "INSDM-007",
        Sentence(
            "Seule une identité qualifiée porte un datamatrix INS.", "Only a qualified identity has a datamatrix INS."
        ),
        _PRINTING,
        Sentence("Ne pas imprimer le symbole avant la qualification.", "Print no symbol before qualification."),
        _only_qualified,
    ),
    Rule(
        "INSDM-008",
        Sentence(
            "Le datamatrix dit la même identité que le document qui le porte.",
            "The datamatrix tells the same identity as the document that it is on.",
        ),
        _PRINTING,
        Sentence("Faire le symbole avec les traits du document.", "Make the symbol from the document's own traits."),
        _same,
    ),
)

"""Judged on a :class:`Printed`."""

WITHOUT: Final = (
    Rule(
        "INSDM-009",
        Sentence(
            "La première page d'un document sur une identité qualifiée porte un datamatrix INS lisible.",
            "The first page of a document about a qualified identity carries a readable datamatrix INS.",
        ),
        _PRINTING,
        Sentence(
            "Imprimer le symbole net, avec sa marge blanche, sur la première page.",
            "Print the symbol sharp, with its white margin, on the first page.",
        ),
        _absent,
        severity="warning",
    ),
    Rule(
        "INSDM-011",
        Sentence(
            "Le matricule du datamatrix se lit aussi en clair sur la page.",
            "The matricule of the datamatrix can be read on the page too.",
        ),
        _PRINTING,
        Sentence("Imprimer le matricule et sa clé en texte.", "Print the matricule and its key as text."),
        _unsaid,
        severity="warning",
    ),
)
"""Judged on a :class:`~banc_standards.printed.Sheet`, of which it is not known whether the identity is qualified."""

UNREADABLE: Final = Rule(
    "INSDM-010",
    Sentence(
        "Un document imprimé est un PDF ou une image qui s'ouvre, dans les limites du banc.",
        "A printed document is a PDF or a picture that opens, within the bounds of the bench.",
    ),
    "ISO 32000-1 ; PNG, JPEG, TIFF",
    Sentence(
        "Enregistrer de nouveau le fichier, entier et sans mot de passe.",
        "Save the file again, whole and without a password.",
    ),
    _unreadable,
)
"""Judged on the refusal of the reader."""
ALL: Final = (*RULES, *WITHOUT, UNREADABLE)
