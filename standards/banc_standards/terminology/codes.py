"""A code in its system, and the value sets (jeux de valeurs, JDV) that say which codes are allowed where.

Membership is judged on the pair (code, system); the display name is a label and is never compared.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Final

from banc_standards.errors import BancError, Sentence

_SETS: Final = files(__package__) / "sets"

NAMES: Final = tuple(sorted(entry.name[:-5] for entry in _SETS.iterdir() if entry.name.endswith(".json")))
"""The names of the value sets that the product holds."""


class UnknownValueSet(BancError, KeyError):
    """A value set that the product does not hold: no membership can be judged in it."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "VALUE-SET-UNKNOWN",
            Sentence(f"Aucun jeu de valeurs ne s'appelle « {name} ».", f"No value set is called “{name}”."),
            Sentence(
                "Noms connus : J01, J07, StatutDoc… ; une table se fabrique avec tools/value_sets.py.",
                "Known names: J01, J07, StatutDoc…; a table is made with tools/value_sets.py.",
            ),
        )
        self.name = name

    def __str__(self) -> str:
        return f"{self.code}: {self.text.en}"


@dataclass(frozen=True, slots=True)
class Code:
    """A code, the OID (or name) of its system, and the label that people read."""

    code: str
    system: str
    display: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class ValueSet:
    """An allowed list of codes: its usual name (``J01``), its OID (empty when not known), and the labels by code.

    ``title``, ``version`` and ``date`` (of the last revision, ISO) are those of the publication; empty when not known.
    """

    name: str
    oid: str
    displays: Mapping[tuple[str, str], str]
    codes: frozenset[str]
    title: str = ""
    version: str = ""
    date: str = ""

    def __contains__(self, code: object) -> bool:
        """Whether a :class:`Code`, or a pair (code, system), belongs to the set."""
        pair = (code.code, code.system) if isinstance(code, Code) else code
        return pair in self.displays

    def get(self, code: str, system: str | None = None) -> Code:
        """The code with its system and label; without ``system``, the first system of the set that has this code.

        Raises ``KeyError`` when the set does not hold it.
        """
        for (known, where), display in self.displays.items():
            if known == code and system in (None, where):
                return Code(code, where, display)
        raise KeyError(f"{self.name} holds no code {code}")


@cache
def value_set(name: str) -> ValueSet:
    """The value set called ``name`` (one of :data:`NAMES`), read at its first use.

    Raises :class:`UnknownValueSet`, which is a ``KeyError`` too.
    """
    if name not in NAMES:
        raise UnknownValueSet(name)
    table = json.loads((_SETS / f"{name}.json").read_text(encoding="utf-8"))
    displays = {
        (code, system): display for system, codes in table["systems"].items() for code, display in codes.items()
    }
    return ValueSet(
        name,
        table["oid"],
        displays,
        frozenset(code for code, _ in displays),
        table.get("title", ""),
        table.get("version", ""),
        table.get("date", ""),
    )
