"""What the *datamatrix INS* of a health document holds (ANS, format v2.2 of 26/09/2023): written, read and judged.

A header of 26 characters, then blocks: two characters that name one, and its value. A block whose length varies ends
with ``<GS>`` (ASCII 29) unless it is as long as it may be, or the last. The symbol is ECC200, square; it holds no
signature, so it is no 2D-Doc. Only the identity of a *qualified* patient may be printed so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from banc_standards.errors import BancError, Sentence
from banc_standards.identifiers import cog
from banc_standards.ins import OIDS, IdentityStatus, Ins, StrictTraits, birth_date_form, transliterate, valid
from banc_standards.rules import Hit, Rule

HEADER: Final = "IS01" + "0" * 22
GS: Final = "\x1d"
CAPTION: Final = "INS à scanner"
LENGTHS: Final[dict[str, tuple[int, int]]] = {
    "S1": (15, 15),
    "S2": (19, 20),
    "S3": (1, 100),
    "S4": (1, 100),
    "S5": (1, 1),
    "S6": (10, 10),
    "S7": (5, 5),
}
"""The blocks in their order, with their shortest and longest values; S7 alone may be absent."""
OPTIONAL: Final = frozenset({"S7"})
_CLAUSE: Final = "ANS, Datamatrix INS, format v2.2 (26/09/2023)"


class NotPrintable(BancError):
    """The identity may not be printed as a datamatrix INS, code ``INSDM-000``: not qualified, or too long a name."""


@dataclass(frozen=True, slots=True)
class Block:
    """One block as read: its name, its value, and whether a ``<GS>`` closed it; ``at`` counts characters from 0."""

    name: str
    value: str
    closed: bool
    at: int


@dataclass(frozen=True, slots=True)
class Datamatrix:
    """A payload as read. ``rest`` is what could not be read as a block."""

    header: str
    blocks: tuple[Block, ...]
    rest: str = ""

    def value(self, name: str) -> str:
        """The value of a block, empty when it is absent."""
        return next((block.value for block in self.blocks if block.name == name), "")

    @property
    def ins(self) -> Ins:
        """Matricule and OID, as written."""
        return Ins(self.value("S1"), self.value("S2"))

    @property
    def traits(self) -> StrictTraits:
        """The traits, with the date turned back to ``AAAA-MM-JJ``."""
        born = "-".join(reversed(self.value("S6").split("-")))
        return StrictTraits(self.value("S4"), self.value("S3"), self.value("S5"), born, self.value("S7"))


@dataclass(frozen=True, slots=True)
class Printed:
    """A payload to judge, with the identity that the same document tells when it is known."""

    payload: str
    status: IdentityStatus | None = None
    ins: Ins | None = None
    traits: StrictTraits | None = None

    @property
    def read(self) -> Datamatrix:
        """The payload, read."""
        return read(self.payload)


def build(ins: Ins, traits: StrictTraits, status: IdentityStatus) -> str:
    """The payload of an identity; names are transliterated here, the date is turned as text, lunar or not.

    Raises :class:`NotPrintable` unless ``status`` is QUAL and every block fits, ``NotTransliterable`` for a name that
    has no form in this alphabet.
    """
    if status is not IdentityStatus.QUAL:
        raise NotPrintable(
            "INSDM-000",
            Sentence(
                f"Une identité {status} n'a pas de datamatrix INS.", f"An identity {status} has no datamatrix INS."
            ),
            Sentence("Qualifier l'identité d'abord.", "Qualify the identity first."),
        )
    values = {
        "S1": ins.value,
        "S2": ins.oid,
        "S3": transliterate(traits.birth_givens),
        "S4": transliterate(traits.birth_family),
        "S5": traits.sex,
        "S6": "-".join(reversed(traits.birth_date.split("-"))),
        "S7": traits.birth_place,
    }
    blocks = {name: value for name, value in values.items() if value or name not in OPTIONAL}
    for name, value in blocks.items():
        shortest, longest = LENGTHS[name]
        if not shortest <= len(value) <= longest:
            raise NotPrintable(
                "INSDM-000",
                Sentence(
                    f"{name} « {value} » : {len(value)} caractères au lieu de {shortest} à {longest}.",
                    f"{name} “{value}”: {len(value)} characters instead of {shortest} to {longest}.",
                ),
            )
    last = list(blocks)[-1]
    return HEADER + "".join(
        name + value + (GS if _open_ended(name, value) and name != last else "") for name, value in blocks.items()
    )


def read(payload: str) -> Datamatrix:
    """The payload as written, whatever is wrong with it."""
    blocks: list[Block] = []
    at = len(HEADER)
    while re.match(r"S[1-7]", payload[at:]):
        name = payload[at : at + 2]
        longest = LENGTHS[name][1]
        value = payload[at + 2 : at + 2 + longest].partition(GS)[0]
        end = at + 2 + len(value)
        closed = payload[end : end + 1] == GS
        blocks.append(Block(name, value, closed, at))
        at = end + closed
    return Datamatrix(payload[: len(HEADER)], tuple(blocks), payload[at:])


def _open_ended(name: str, value: str) -> bool:
    shortest, longest = LENGTHS[name]
    return shortest != longest and len(value) < longest


def _header(printed: Printed) -> Iterator[Hit]:
    if printed.read.header != HEADER:
        yield Hit("en-tête", printed.read.header, HEADER)


def _blocks(printed: Printed) -> Iterator[Hit]:
    found = [block.name for block in printed.read.blocks]
    wanted = [name for name in LENGTHS if name not in OPTIONAL or name in found]
    if found != wanted:
        yield Hit("blocs", " ".join(found), " ".join(wanted))
    if printed.read.rest:
        yield Hit("fin", _shown(printed.read.rest), "")


def _separators(printed: Printed) -> Iterator[Hit]:
    blocks = printed.read.blocks
    for block in blocks:
        due = _open_ended(block.name, block.value) and block is not blocks[-1]
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
        yield Hit("S1", ins.value, "13 caractères et leur clé / 13 characters and their key")
    if ins.oid not in OIDS:
        yield Hit("S2", ins.oid, " | ".join(sorted(OIDS)))


def _traits(printed: Printed) -> Iterator[Hit]:
    traits = printed.read.traits
    for name, value in (("S3", traits.birth_givens), ("S4", traits.birth_family)):
        if value and not re.fullmatch(r"[A-Z' \-]+", value):
            yield Hit(name, value, "A-Z, ' - espace / space")
    if traits.sex not in ("M", "F"):
        yield Hit("S5", traits.sex, "M | F")
    if not birth_date_form(traits.birth_date):
        yield Hit("S6", printed.read.value("S6"), "JJ-MM-AAAA")
    if traits.birth_place and not cog(traits.birth_place):
        yield Hit("S7", traits.birth_place, "COG")


def _only_qualified(printed: Printed) -> Iterator[Hit]:
    if printed.status not in (None, IdentityStatus.QUAL):
        yield Hit("statut", str(printed.status), IdentityStatus.QUAL)


def _same(printed: Printed) -> Iterator[Hit]:
    found = printed.read
    if printed.ins is not None and found.ins != printed.ins:
        yield Hit("S1 S2", f"{found.ins.value} {found.ins.oid}", f"{printed.ins.value} {printed.ins.oid}")
    if printed.traits is not None:
        for block, name in (("S3", "birth_givens"), ("S4", "birth_family"), ("S5", "sex"), ("S6", "birth_date")):
            written, told = getattr(found.traits, name), getattr(printed.traits, name)
            if written != (transliterate(told) if block in ("S3", "S4") else told):
                yield Hit(block, written, told)
        if found.traits.birth_place not in ("", printed.traits.birth_place):
            yield Hit("S7", found.traits.birth_place, printed.traits.birth_place)


def _shown(text: str) -> str:
    return text.replace(GS, "<GS>")[:80]


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
        "Guide d'implémentation de l'INS v3.0, EXI DIF 02",
        Sentence("Ne pas imprimer le symbole avant la qualification.", "Print no symbol before qualification."),
        _only_qualified,
    ),
    Rule(
        "INSDM-008",
        Sentence(
            "Le datamatrix dit la même identité que le document qui le porte.",
            "The datamatrix tells the same identity as the document that it is on.",
        ),
        "Guide d'implémentation de l'INS v3.0, EXI DIF 02",
        Sentence("Faire le symbole avec les traits du document.", "Make the symbol from the document's own traits."),
        _same,
    ),
)
