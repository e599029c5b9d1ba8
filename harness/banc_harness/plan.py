"""What a run will do: which software, which scenarios, judged by which checks against which requirements."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib import metadata
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from banc_fixtures.population import Population, UnknownIdentity
from banc_harness.checks import Checks
from banc_harness.play import Scenario, Scenarios
from banc_harness.requirements.table import GENERAL, Table
from banc_harness.sut import nearest
from banc_standards.contracts.score import RuleSet
from banc_standards.contracts.sut import Sut
from banc_standards.contracts.vocabulary import RunKind, SoftwareType
from banc_standards.errors import Lang, Sentence, UnusableInput

JUDGE = (
    "banc_standards",
    "banc_fixtures",
    "banc_harness.certifying.reviews",
    "banc_harness.checks",
    "banc_harness.judging",
    "banc_harness.scoring",
    "banc_harness.selection",
    "banc_harness.told",
    "banc_harness.trace",
)
"""The code that verdicts depend on."""


@dataclass(frozen=True, slots=True)
class Player:
    """A software of a run: its description, the ``folder`` where that lies, and what it is judged against.

    One that is not ``judged`` only keeps the others company.
    """

    sut: Sut
    folder: Path
    profiles: tuple[str, ...]
    table: Table
    judged: bool = True

    @property
    def software(self) -> SoftwareType:
        """Its type, by which a chapter names it."""
        return self.sut.software_type

    def lacking(self, scenario: Scenario) -> tuple[str, ...]:
        """The capabilities that a scenario requires and that the software does not declare."""
        return tuple(name for name in scenario.requires if name not in self.sut.capabilities)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is decided before a run starts. ``folder`` is where ``sut.yaml`` lies.

    ``software`` is told in every event when the run is one of several; ``cast`` are the other softwares of a story.
    """

    run: str
    kind: RunKind
    lang: Lang
    sut: Sut
    folder: Path
    profiles: tuple[str, ...]
    scenarios: tuple[Scenario, ...]
    checks: Checks
    table: Table
    seed: int
    fail_under: float | None = None
    software: SoftwareType | None = None
    cast: tuple[Player, ...] = ()

    @property
    def players(self) -> tuple[Player, ...]:
        """Every software of the run, the one under test first."""
        return (Player(self.sut, self.folder, self.profiles, self.table), *self.cast)

    def player(self, scenario: Scenario) -> Player:
        """Who plays a scenario: the software under test, unless another one of the cast is meant."""
        players = self.players
        return next((item for item in players if item.software == scenario.by), players[0])

    def lacking(self, scenario: Scenario) -> tuple[str, ...]:
        """The capabilities that a scenario requires and that its software does not declare."""
        return self.player(scenario).lacking(scenario)


def profiles_of(sut: Sut, table: Table, asked: str | None) -> tuple[str, ...]:
    """The profiles that are judged: those declared, or the asked one with the general one. Raises ``UnusableInput`` for
    one that the couloir's table does not have.
    """
    known = tuple(dict.fromkeys((GENERAL, *table.profiles)))
    if asked is None:
        for declared in sut.profiles:
            if declared not in known:
                raise UnusableInput(
                    "SUT-016",
                    Sentence(f"profiles : le profil « {declared} » n'existe pas", f"profiles: no profile “{declared}”"),
                    _meant(declared, known),
                )
        return tuple(sut.profiles)
    if asked not in known:
        raise UnusableInput(
            "RUN-002",
            Sentence(f"le profil « {asked} » n'existe pas", f"there is no profile “{asked}”"),
            _meant(asked, known),
        )
    return tuple(dict.fromkeys((GENERAL, asked)))


def unasked(sut: Sut, table: Table) -> tuple[Sentence, ...]:
    """A remark when the couloir's table asks nothing of this type of software."""
    asked = sorted({software for requirement in table.values() for software in requirement.software})
    if sut.software_type in asked:
        return ()
    fr, en = f"rien n'est demandé à un {sut.software_type}", f"nothing is asked of a {sut.software_type}"
    known = ", ".join(asked)
    return (
        Sentence(
            f"software_type : dans le couloir {sut.couloir}, {fr} (seulement : {known})",
            f"software_type: in the couloir {sut.couloir}, {en} (only: {known})",
        ),
    )


def check_identities(sut: Sut, people: Population) -> None:
    """Raises ``UnusableInput`` when the description names somebody, or a place, that the bench does not know."""
    named = (
        ("professional", sut.identities.professional, people.professional, people.professionals),
        ("structure", sut.identities.structure, people.structure, people.structures),
    )
    for key, asked, find, known in named:
        if asked is None:
            continue
        try:
            find(asked)
        except UnknownIdentity as unknown:
            raise UnusableInput(
                "SUT-007",
                Sentence(f"identities.{key} : {unknown.text.fr}", f"identities.{key}: {unknown.text.en}"),
                _meant(asked, [item.id for item in known]),
            ) from None


def scenarios_of(
    known: Scenarios, *, couloir: str, profiles: Sequence[str], asked: Iterable[str] = ()
) -> tuple[Scenario, ...]:
    """The scenarios to play: those asked by id or pattern, else all of the couloir and profiles.

    A story is asked for by its name, a chapter of it alone by its very id. Raises ``UnusableInput`` when an id or a
    pattern names none.
    """
    wanted = tuple(asked)
    for pattern in wanted:
        if not any(_asks(pattern, item) for item in known.values()):
            raise UnusableInput(
                "RUN-001",
                Sentence(f"le scénario « {pattern} » n'existe pas", f"there is no scenario “{pattern}”"),
                _meant_scenario(pattern, (*known, *known.stories())),
            )
    if wanted:
        return tuple(item for item in known.values() if any(_asks(pattern, item) for pattern in wanted))
    return tuple(
        item
        for item in known.values()
        if not item.story
        and (not item.couloirs or couloir in item.couloirs)
        and (not item.profiles or not set(item.profiles).isdisjoint(profiles))
    )


def _asks(pattern: str, item: Scenario) -> bool:
    if item.story:
        return pattern in (item.story, item.id)
    return fnmatchcase(item.id, pattern)


def requirement_set(table: Table) -> RuleSet:
    """The frozen requirements of a run."""
    return RuleSet(name=table.name, version=table.version, hash=table.hash, count=len(table))


@cache
def rule_set(count: int) -> RuleSet:
    """The frozen judge of a run: the hash covers the code of every check and of the formats that it reads."""
    digest = hashlib.sha256()
    for name in JUDGE:
        package, _, module = name.partition(".")
        root = files(package)
        path = module.replace(".", "/")
        if module and (root / f"{path}.py").is_file():
            digest.update(name.encode() + b"\0" + (root / f"{path}.py").read_bytes() + b"\0")
        else:
            _add(digest, root / path if path else root, name)
    return RuleSet(name="banc-segur", version=version(), hash=f"sha256:{digest.hexdigest()}", count=count)


def bench_versions() -> dict[str, str]:
    """The versions that a report names."""
    return {"banc-segur": version(), "python": platform.python_version()}


def version() -> str:
    """The version of the product; ``0`` when it runs from a folder that was never installed."""
    try:
        return metadata.version("banc-segur")
    except metadata.PackageNotFoundError:
        return "0"


def _add(digest: hashlib._Hash, folder: Traversable, place: str) -> None:
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        here = f"{place}/{entry.name}"
        if entry.is_dir() and entry.name != "__pycache__":
            _add(digest, entry, here)
        elif entry.name.endswith((".py", ".json", ".toml")):
            digest.update(here.encode() + b"\0" + entry.read_bytes() + b"\0")


def _meant_scenario(word: str, known: Sequence[str]) -> Sentence:
    close = nearest(word, known)
    if close is None:
        return Sentence("voyez banc scenarios", "see banc scenarios")
    return Sentence(
        f"vouliez-vous dire « {close} » ? voyez banc scenarios", f"did you mean “{close}”? see banc scenarios"
    )


def _meant(word: str, known: Sequence[str]) -> Sentence:
    close = nearest(word, known)
    if close is None:
        return Sentence(f"possible : {', '.join(known)}", f"possible: {', '.join(known)}")
    return Sentence(f"vouliez-vous dire « {close} » ?", f"did you mean “{close}”?")
