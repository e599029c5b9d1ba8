"""Reads the requirement tables and tells which requirement concerns which software."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from banc_standards.contracts.vocabulary import CheckMode, Level
from banc_standards.errors import NOTHING, Sentence, UnusableInput

Review = Literal["approved", "obsolete", "to_rework", "later_reading", "see_source", "own_id"]

NEVER_IN_A_GATE = frozenset({"obsolete", "to_rework"})
GENERAL = "general"
USE_CASES = ("UC1", "UC2", "UC3")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement, in our own words.

    ``software`` are the types that it is asked of; ``approved`` those for which the working export approved its
    wording, ``review`` what the export says of it otherwise. ``profiles`` are the optional profiles that make it apply,
    ``condition`` what else it depends on. ``formerly`` are its ids in the first publication of wave 1. ``weight`` is
    ours: 1, or 2 for a published criticality MAJOR, 3 for CRITICAL.
    """

    id: str
    text: Sentence
    couloir: str
    area: str
    use_cases: tuple[str, ...]
    level: Level
    check_mode: CheckMode
    wave: int | None
    software: tuple[str, ...]
    review: Review
    source: str
    approved: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    condition: Sentence = NOTHING
    formerly: tuple[str, ...] = ()
    weight: int = 1

    def applies(self, software_type: str, profiles: Iterable[str] = (GENERAL,)) -> bool:
        """Whether it is asked of that software type with those declared profiles."""
        if software_type not in self.software:
            return False
        return not self.profiles or not set(self.profiles).isdisjoint(profiles)

    def in_gate(self, software_type: str) -> bool:
        """Whether it may close the gate for that software type.

        A recommendation never does, nor a wording that the working export holds for obsolete or to be reworked: for
        everyone, or for this software type when it was approved for others only.
        """
        if self.level == "optional" or self.review in NEVER_IN_A_GATE:
            return False
        return self.review != "approved" or software_type in self.approved


class Table(Mapping[str, Requirement]):
    """The requirements of one couloir by id, in the order of its files; frozen, with the hash of the bytes read."""

    def __init__(self, couloir: str, about: Mapping[str, Any], requirements: Iterable[Requirement], hash: str) -> None:
        self.couloir = couloir
        self.name: str = about["name"]
        self.version: str = about["version"]
        self.sources: Mapping[str, Sentence] = {key: Sentence(**text) for key, text in about["sources"].items()}
        self.profiles: Mapping[str, Sentence] = {key: Sentence(**text) for key, text in about["profiles"].items()}
        self.areas: Mapping[str, Sentence] = {key: Sentence(**text) for key, text in about["areas"].items()}
        self.hash = hash
        self._requirements: dict[str, Requirement] = {}
        for requirement in requirements:
            if requirement.id in self._requirements:
                raise ValueError(f"two requirements of {couloir} are called {requirement.id}")
            self._requirements[requirement.id] = requirement

    def __getitem__(self, requirement_id: str) -> Requirement:
        return self._requirements[requirement_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._requirements)

    def __len__(self) -> int:
        return len(self._requirements)

    def named(self, name: str) -> Requirement | None:
        """The requirement of that id: with or without the ``SC.`` prefix, or by its id of the first publication."""
        for candidate in (name, f"SC.{name}", name.removeprefix("SC.")):
            if candidate in self._requirements:
                return self._requirements[candidate]
        return next((item for item in self._requirements.values() if name in item.formerly), None)

    def applicable(self, software_type: str, profiles: Iterable[str] = (GENERAL,)) -> tuple[Requirement, ...]:
        """The requirements that are asked of that software type with those declared profiles."""
        declared = tuple(profiles)
        return tuple(item for item in self._requirements.values() if item.applies(software_type, declared))


def couloirs() -> tuple[str, ...]:
    """The couloirs that have a table."""
    folders = (entry for entry in files(__package__).iterdir() if entry.is_dir())
    return tuple(sorted(entry.name.replace("_", "-") for entry in folders if (entry / "about.toml").is_file()))


@cache
def table(couloir: str) -> Table:
    """The table of one couloir. Raises ``UnusableInput`` when there is none yet."""
    if couloir not in couloirs():
        known = ", ".join(couloirs())
        raise UnusableInput(
            "REQ-001",
            Sentence(f"il n'y a pas encore de table d'exigences pour {couloir}", f"no requirements for {couloir} yet"),
            Sentence(f"tables présentes : {known}", f"there are tables for: {known}"),
        )
    folder = files(__package__) / couloir.replace("-", "_")
    texts = {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.name.endswith(".toml")}
    digest = hashlib.sha256()
    for name in sorted(texts):
        digest.update(name.encode() + b"\0" + texts[name] + b"\0")
    about = tomllib.loads(texts.pop("about.toml").decode())
    rows = (row for name in sorted(texts) for row in _rows(name, texts[name]))
    requirements = (_requirement(couloir, area, row) for area, row in rows)
    return Table(couloir, about, requirements, f"sha256:{digest.hexdigest()}")


def _rows(name: str, text: bytes) -> Iterator[tuple[str, dict[str, Any]]]:
    area = name.removesuffix(".toml")
    return ((area, row) for row in tomllib.loads(text.decode())["requirement"])


def _requirement(couloir: str, area: str, row: dict[str, Any]) -> Requirement:
    condition = row.get("condition")
    return Requirement(
        id=row["id"],
        text=Sentence(row["fr"], row["en"]),
        couloir=couloir,
        area=area,
        use_cases=tuple(row.get("use_cases", USE_CASES)),
        level=row.get("level", "mandatory"),
        check_mode=row["check"],
        wave=row.get("wave"),
        software=tuple(row["software"]),
        review=row.get("review", "approved"),
        source=row.get("source", "export-2023"),
        approved=tuple(row.get("approved", ())),
        profiles=tuple(row.get("profiles", ())),
        condition=Sentence(**condition) if condition else NOTHING,
        formerly=tuple(row.get("formerly", ())),
        weight=row.get("weight", 1),
    )
