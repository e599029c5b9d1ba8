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


@dataclass(frozen=True, slots=True)
class Code:
    """A code, the OID (or name) of its system, and the label that people read."""

    code: str
    system: str
    display: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class ValueSet:
    """An allowed list of codes: its usual name (``J01``), its OID (empty when not known), and the labels by code."""

    name: str
    oid: str
    displays: Mapping[tuple[str, str], str]
    codes: frozenset[str]

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
    """The value set called ``name`` (``J01``, ``J02``, ``StatutDoc``…). Raises ``KeyError`` for an unknown name."""
    resource = files(__package__) / "sets" / f"{name}.json"
    if name not in NAMES:
        raise KeyError(f"no value set is called {name}")
    table = json.loads(resource.read_text(encoding="utf-8"))
    displays = {
        (code, system): display for system, codes in table["systems"].items() for code, display in codes.items()
    }
    return ValueSet(name, table["oid"], displays, frozenset(code for code, _ in displays))


NAMES: Final = (
    "J01",
    "J02",
    "J04",
    "J07",
    "J08",
    "J11",
    "J47",
    "J57",
    "J59",
    "J60",
    "J140",
    "J141",
    "J142",
    "J143",
    "J144",
    "J245",
    "J246",
    "Confidentiality",
    "ModaliteEntree",
    "ModaliteSortie",
    "StatutDoc",
)
