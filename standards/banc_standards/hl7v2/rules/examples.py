"""Why the rules of HL7 v2 exist, by family, and what breaking and keeping each one looks like.

``examples.toml`` holds two extracts of ours by rule. ``base`` names the sound message of the tests where the good one
stands, so that tests put the bad one there and see the rule broken and kept; without it the extracts are whole files.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from banc_standards.errors import Sentence


@dataclass(frozen=True, slots=True)
class Example:
    """An extract that breaks one rule beside one that keeps it; ``why`` is the reason of its family."""

    rule: str
    why: Sentence
    bad: str
    good: str
    base: str


@cache
def examples() -> Mapping[str, Example]:
    """Every example, by the id of its rule."""
    return {
        rule: Example(rule, why(rule), row["bad"], row["good"], row.get("in", ""))
        for rule, row in _tables()["rules"].items()
    }


def why(rule: str) -> Sentence:
    """The reason of a rule's family: that of the longest name that its id begins with."""
    known = _tables()["families"]
    row = known[max((name for name in known if rule == name or rule.startswith(f"{name}-")), key=len)]
    return Sentence(row["fr"], row["en"])


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "examples.toml").read_text(encoding="utf-8"))
