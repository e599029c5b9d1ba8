"""What the *datamatrix INS* of a health document holds (ANS, format v2.2 of 26/09/2023): written and read.

A header of 26 characters, then blocks: two characters that name one, and its value. A block whose length varies ends
with ``<GS>`` (ASCII 29) unless it is as long as it may be, or the last. The symbol is ECC200, square; it holds no
signature, so it is no 2D-Doc. Only the identity of a *qualified* patient may be printed so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from banc_standards.errors import BancError, Sentence
from banc_standards.ins import IdentityStatus, Ins, StrictTraits, transliterate

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
        name + value + (GS if open_ended(name, value) and name != last else "") for name, value in blocks.items()
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


def open_ended(name: str, value: str) -> bool:
    """Whether ``<GS>`` closes this value, unless it is the last: its length varies, and it is not full."""
    shortest, longest = LENGTHS[name]
    return shortest != longest and len(value) < longest
