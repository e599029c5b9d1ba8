"""Why the rules of a clinical document exist, in a user's words, and what breaking and keeping one looks like.

The tables beside this module hold, by rule id, the reason and two extracts of ours. ``at`` is the place in a discharge
letter where an extract stands, so that tests put it there and see the rule broken and kept.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from banc_standards.errors import Sentence

TABLES: Final = ("reading", "structure", "header", "people", "acts", "datatypes", "bodies")


@dataclass(frozen=True, slots=True)
class Example:
    """The reason of one rule, and an extract that breaks it beside one that keeps it.

    ``at`` is the path below ``ClinicalDocument`` of the element of a discharge letter that an extract replaces;
    ``level_1`` says that it is one of a letter of level 1; without ``at`` the extracts are whole files.
    """

    rule: str
    why: Sentence
    bad: str
    good: str
    at: str = ""
    level_1: bool = False


@cache
def examples() -> Mapping[str, Example]:
    """Every example, by the id of its rule."""
    found = {}
    for table in TABLES:
        for rule, row in _table(table).items():
            found[rule] = Example(
                rule=rule,
                why=Sentence(row["fr"], row["en"]),
                bad=row["bad"].strip("\n"),
                good=row["good"].strip("\n"),
                at=row.get("at", ""),
                level_1=row.get("level_1", False),
            )
    return found


@cache
def families() -> Mapping[str, Example]:
    """Why each family of rules exists, by the beginning of their ids; extracts are empty where nothing can be shown."""
    return {
        name: Example(name, Sentence(row["fr"], row["en"]), row.get("bad", "").strip(), row.get("good", "").strip())
        for name, row in _table("families").items()
    }


def family_of(rule: str) -> Example | None:
    """The family of a rule: that of the longest name that its id begins with."""
    known = [name for name in families() if rule == name or rule.startswith(f"{name}-")]
    return families()[max(known, key=len)] if known else None


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__package__) / f"{name}.toml").read_text(encoding="utf-8"))
