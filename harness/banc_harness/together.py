"""Several runs told as one: each software with its own run and its share of the story, one verdict over all of them.

Pure, from events only: a requirement rolls up what the checks said of the software in both runs, as within one run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from banc_harness.account import Account
from banc_harness.checks.registered import checks
from banc_harness.judging import missing_numbers, passed
from banc_harness.reports.json_report import Gathering
from banc_harness.scoring import Judged, gate, roll_up, score, together
from banc_harness.sealed import NOTHING_SEALED, Sealed
from banc_standards.contracts.events import AnyEvent, CheckEnded, RequirementDecided, RunEnded, RunStarted
from banc_standards.contracts.score import Gate, RuleSet, Score
from banc_standards.contracts.sut import Sut
from banc_standards.contracts.vocabulary import SoftwareType
from banc_standards.errors import Lang


@dataclass(slots=True)
class Played:
    """One run that has ended: what its events told, and the bytes where they were kept."""

    account: Account = field(default_factory=Account)
    gathering: Gathering = field(default_factory=Gathering)
    sealed: Sealed = NOTHING_SEALED

    def add(self, event: AnyEvent) -> None:
        """Takes the next event in."""
        self.account.add(event)
        self.gathering(event)

    @property
    def started(self) -> RunStarted:
        """Its first event; raises ``ValueError`` before."""
        if self.account.started is None:
            raise ValueError("the run has not started")
        return self.account.started

    @property
    def ended(self) -> RunEnded:
        """Its last event; raises ``ValueError`` before."""
        if self.account.ended is None:
            raise ValueError("the run has not ended")
        return self.account.ended

    @property
    def is_story(self) -> bool:
        """Whether several softwares played it."""
        return bool(self.started.cast)


@dataclass(frozen=True)
class Software:
    """One software over the runs that it played in: the one of its own, and the story shared with others."""

    name: SoftwareType
    sut: Sut
    profiles: Sequence[str]
    requirement_set: RuleSet
    own: Played | None
    story: Played | None

    @property
    def product(self) -> str:
        """Name and version."""
        return f"{self.sut.product.name} {self.sut.product.version}".strip()

    @property
    def played(self) -> tuple[Played, ...]:
        """Its runs, its own first."""
        return tuple(item for item in (self.own, self.story) if item is not None)

    @cached_property
    def checks(self) -> tuple[CheckEnded, ...]:
        """What was judged of it, in both runs."""
        own = () if self.own is None else self.own.account.checks
        shared = () if self.story is None else self.story.account.checks
        return (*own, *(item for item in shared if item.software == self.name))

    @cached_property
    def requirements(self) -> tuple[RequirementDecided, ...]:
        """The verdict of each of its requirements, over both runs."""
        told = [_rows(played, self.name) for played in self.played]
        return tuple(
            self._merged([rows[name] for rows in told if name in rows])
            for name in dict.fromkeys(name for rows in told for name in rows)
        )

    def gate(self, lang: Lang) -> Gate:
        """Its gate, over both runs."""
        broken = {item.check for item in self.checks if item.zero_tolerance and item.verdict == "NON_CONFORME"}
        return gate(
            self.played[0].started.kind,
            self.requirements,
            zero_tolerance=sorted(broken),
            missing_numbers=missing_numbers(self.sut),
            lang=lang,
        )

    @cached_property
    def score(self) -> Score:
        """Its score, over both runs."""
        return score(self.requirements)

    @cached_property
    def account(self) -> Account:
        """What its own run told, with its verdicts over both runs; without one, what its chapters told."""
        played = self.played[0]
        account = played.account if self.own is not None else played.account.only(self.name)
        lang = played.started.lang
        translated = self.gate(_OTHER[lang])
        other = {"gate.sentence": translated.sentence, "gate.reasons": translated.reasons}
        started = played.started.model_copy(update={"sut": self.sut, "requirements": self.requirement_set})
        ended = played.ended.model_copy(update={"gate": self.gate(lang), "score": self.score, "other": other})
        return replace(account, requirements=list(self.requirements), started=started, ended=ended)

    @property
    def exit_code(self) -> int:
        """Its exit code: that of its own run, unless the story keeps its gate closed."""
        own = 0 if self.own is None else self.own.ended.exit_code
        return own or int(not self.gate("fr").passed)

    def _merged(self, rows: list[RequirementDecided]) -> RequirementDecided:
        """One row of those of each run. Its reason is that of a run that came to the same verdict."""
        first = rows[0]
        about = [item for item in self.checks if first.requirement in item.requirements]
        known = checks()
        verdict = roll_up(
            (Judged(item.verdict, item.check not in known or known[item.check].blocking) for item in about),
            applicable=first.verdict != "NON_APPLICABLE",
            check_mode=first.check_mode,
        )
        if len(rows) == 1 or not about:
            return first
        row = next((item for item in rows if item.verdict == verdict), max(rows, key=lambda item: len(item.checks)))
        changes: dict[str, object] = {"verdict": verdict, "checks": sorted({item.check for item in about})}
        if verdict == "CONFORME":
            said, lang = passed(len(about)), self.played[0].started.lang
            changes |= {"reason": said.of(lang), "other": row.other | {"reason": said.of(_OTHER[lang])}}
        return row.model_copy(update=changes)


class Whole:
    """Runs that are told as one, in the order in which they are to be read."""

    def __init__(self, played: Iterable[Played]) -> None:
        self.played = sorted(played, key=lambda item: item.is_story)
        self.story = next((item for item in self.played if item.is_story), None)
        own = {item.started.sut.software_type: item for item in self.played if not item.is_story}
        found = [_of_run(item, self.story) for item in own.values()]
        if self.story is not None:
            found += [item for item in _cast(self.story) if item.name not in own]
        self.softwares: tuple[Software, ...] = tuple(item for item in found if item.requirements)

    @property
    def accounts(self) -> tuple[Account, ...]:
        """What each run told."""
        return tuple(item.account for item in self.played)

    @property
    def alone(self) -> Played | None:
        """The only run, of one software; ``None`` when there are several, or several played it."""
        return self.played[0] if len(self.played) == 1 and not self.played[0].is_story else None

    @property
    def lang(self) -> Lang:
        """The language of the runs."""
        return self.played[0].started.lang

    def gate(self, lang: Lang) -> Gate:
        """The gate of all of them: open when each one's is."""
        return together([(item.sut.product.name, item.gate(lang)) for item in self.softwares], lang)

    @cached_property
    def score(self) -> Score:
        """The score over the requirements of all of them."""
        return score([row for item in self.softwares for row in item.requirements])

    @property
    def exit_code(self) -> int:
        """The worst of all of them."""
        codes = [item.ended.exit_code for item in self.played] + [item.exit_code for item in self.softwares]
        return max(codes)

    @property
    def began(self) -> str:
        """When the first run started."""
        return min(item.started.at for item in self.played)

    @property
    def ended(self) -> str:
        """When the last run ended."""
        return max(item.ended.at for item in self.played)

    @property
    def duration_ms(self) -> int:
        """From the first start to the last end."""
        return int((datetime.fromisoformat(self.ended) - datetime.fromisoformat(self.began)).total_seconds() * 1000)


_OTHER: dict[Lang, Lang] = {"fr": "en", "en": "fr"}


def _rows(played: Played, name: SoftwareType) -> dict[str, RequirementDecided]:
    rows = played.account.requirements
    return {item.requirement: item for item in rows if not played.is_story or item.software == name}


def _of_run(own: Played, story: Played | None) -> Software:
    started = own.started
    name = started.sut.software_type
    shared = story if story is not None and _rows(story, name) else None
    return Software(name, started.sut, started.profiles, started.requirements, own, shared)


def _cast(story: Played) -> list[Software]:
    started = story.started
    first = Software(
        started.sut.software_type, started.sut, started.profiles, started.requirements, own=None, story=story
    )
    others = (
        Software(item.software, item.sut, item.profiles, item.requirements, own=None, story=story)
        for item in started.cast
        if item.judged
    )
    return [first, *others]
