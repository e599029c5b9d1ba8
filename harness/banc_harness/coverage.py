"""What the bench decides by itself of each list of requirements, and why it does not decide the rest yet."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from banc_harness.requirements.table import Requirement, table
from banc_standards.contracts.vocabulary import CheckMode, Couloir, SoftwareType
from banc_standards.errors import Sentence

SOFTWARE: Final[dict[SoftwareType, Couloir]] = {"DPI": "hopital", "SGL": "biologie", "LGC": "ville"}
"""The software whose lists the scenarios play, and its couloir."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why no check decides some automatic requirements yet: a title, and a sentence."""

    id: str
    title: Sentence
    text: Sentence


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is decided of one software's list, whatever the optional profiles.

    ``asked`` and ``judged`` count by check mode the requirements, and those that a check reads in a scenario of the
    couloir: enough for an automatic one, a help to the person who looks for the others. ``undecided`` are the automatic
    ones that no check reads.
    """

    software: SoftwareType
    couloir: Couloir
    asked: dict[CheckMode, int]
    judged: dict[CheckMode, int]
    undecided: tuple[Requirement, ...]


def coverages() -> tuple[Coverage, ...]:
    """The coverage of every list that scenarios play."""
    return tuple(_coverage(software, couloir) for software, couloir in SOFTWARE.items())


def read_in(couloir: str) -> frozenset[str]:
    """The requirements that a check reads in some scenario of a couloir."""
    from banc_harness.checks.registered import checks
    from banc_harness.scenarios.registered import scenarios

    played = [
        item for item in scenarios().values() if not item.story and (not item.couloirs or couloir in item.couloirs)
    ]
    live = (check for check in checks().values() if any(check.concerns(item.id) for item in played))
    return frozenset(name for check in live for name in check.requirements)


@cache
def reasons() -> dict[str, Reason]:
    """The reason of each requirement that has one. Raises ``ValueError`` when a requirement has two."""
    text = (files("banc_harness.requirements") / "undecided.toml").read_text(encoding="utf-8")
    found: dict[str, Reason] = {}
    for row in tomllib.loads(text)["reason"]:
        reason = Reason(row["id"], Sentence(**row["title"]), Sentence(row["fr"], row["en"]))
        for name in row["requirements"]:
            if name in found:
                raise ValueError(f"{name} has two reasons: {found[name].id}, {reason.id}")
            found[name] = reason
    return found


def by_reason(coverage: Coverage) -> Iterator[tuple[Reason, tuple[Requirement, ...]]]:
    """The undecided requirements of a list, under their reasons. Raises ``KeyError`` for one without a reason."""
    known = reasons()
    for reason in dict.fromkeys(known.values()):
        found = tuple(item for item in coverage.undecided if known[item.id] is reason)
        if found:
            yield reason, found


def as_json(coverage: Coverage) -> dict[str, Any]:
    """A coverage as ``banc requirements --coverage --format json`` tells it."""
    known = reasons()
    return {
        "software": coverage.software,
        "couloir": coverage.couloir,
        "asked": coverage.asked,
        "judged": coverage.judged,
        "undecided": [
            {
                "id": item.id,
                "area": item.area,
                "level": item.level,
                "in_gate": item.in_gate(coverage.software),
                "text": {"fr": item.text.fr, "en": item.text.en},
                "reason": known[item.id].id,
                "why": {"fr": known[item.id].text.fr, "en": known[item.id].text.en},
            }
            for item in coverage.undecided
        ],
    }


def _coverage(software: SoftwareType, couloir: Couloir) -> Coverage:
    asked = [item for item in table(couloir).values() if software in item.software]
    read = read_in(couloir)
    modes: tuple[CheckMode, ...] = ("automatic", "semi", "manual")
    count, judged = (
        Counter(item.check_mode for item in asked),
        Counter(item.check_mode for item in asked if item.id in read),
    )
    undecided = (item for item in asked if item.check_mode == "automatic" and item.id not in read)
    return Coverage(
        software,
        couloir,
        {mode: count[mode] for mode in modes},
        {mode: judged[mode] for mode in modes},
        tuple(undecided),
    )
