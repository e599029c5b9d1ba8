"""Judges a run again from its events, its journal and its contents: nothing else is read, nothing is waited for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from banc_harness.certifying import reviews
from banc_harness.checks import Checks
from banc_harness.judging import (
    Judgement,
    conclude,
    decide_all,
    judge_inapplicable,
    judge_late,
    judge_played,
    judge_unplayed,
)
from banc_harness.requirements.table import Table
from banc_harness.scoring import score
from banc_harness.sealed import Sealed
from banc_harness.told import Told
from banc_standards.contracts import events
from banc_standards.contracts.bundle import SealedCheck, SealedChecks, SealedVerdicts
from banc_standards.contracts.events import AnyEvent
from banc_standards.contracts.review import Review
from banc_standards.errors import Lang, Sentence


@dataclass(slots=True)
class Rerun:
    """What the checks say of a run, and what follows from it. Feed it the events, then ask."""

    sealed: Sealed
    checks: Checks
    judgements: list[Judgement] = field(default_factory=list)
    _started: events.RunStarted | None = None
    _told: Told | None = None
    _late: Told | None = None

    def add(self, event: AnyEvent) -> list[Judgement]:
        """Takes the next event in; returns what the checks say at this point. Raises ``KeyError`` for an exchange that
        the journal does not hold.
        """
        said: list[Judgement] = []
        match event:
            case events.RunStarted():
                self._started = event
                self._late = Told("", event.lang)
            case events.ScenarioStarted():
                self._told = Told(event.scenario, self.started.lang)
            case events.ScenarioEnded():
                said = self._judge(event)
                self._told = None
            case events.RequirementDecided() | events.RunEnded():
                said = self._judge_late()
            case events.ExchangeSeen(scenario=None):
                if self._late is not None:
                    self._late.add(event)
            case _:
                if self._told is not None:
                    self._told.add(event)
        self.judgements += said
        return said

    @property
    def started(self) -> events.RunStarted:
        """How the run began. Raises ``ValueError`` before it did."""
        if self._started is None:
            raise ValueError("run.started is missing")
        return self._started

    def verdicts(self, table: Table, taken: Iterable[Review] = (), lang: Lang | None = None) -> SealedVerdicts:
        """The requirements' verdicts with the reviews taken in, the gate and the score."""
        said: Lang = lang or self.started.lang
        run = self.started
        alone = decide_all(table, self.checks, self.judgements, sut=run.sut, profiles=run.profiles, lang=said)
        decided = reviews.apply(alone, taken, self.judgements, said)
        gate = conclude(run.kind, decided, self.judgements, sut=run.sut, lang=said)
        return SealedVerdicts(requirements=decided, gate=gate, score=score(decided))

    def _judge(self, event: events.ScenarioEnded) -> list[Judgement]:
        if event.judged and self._told is not None:
            trace = self._told.trace(
                self.sealed.entries, self.sealed.blobs, subjects=event.subjects, sut=self.started.sut
            )
            return judge_played(self.checks, trace)
        if event.outcome == "skipped" and self.started.kind == "bac-a-sable":
            return []
        return judge_unplayed(self.checks, event.scenario, _both(event, self.started.lang), sut=self.started.sut)

    def _judge_late(self) -> list[Judgement]:
        if self._late is None:
            return []
        late, self._late = self._late, None
        trace = late.trace(self.sealed.entries, self.sealed.blobs, subjects={}, sut=self.started.sut)
        return judge_inapplicable(self.checks, self.started.sut) + judge_late(self.checks, trace)


def sealed_check(judgement: Judgement) -> SealedCheck:
    """A judgement as ``checks.json`` says it."""
    return SealedCheck.model_validate(
        {
            "check": judgement.check.id,
            "scenario": judgement.scenario or None,
            "requirements": list(judgement.check.requirements),
            "inputs": list(judgement.inputs),
            "findings": [finding.as_json() for finding in judgement.findings],
            "verdict": judgement.verdict,
            "zero_tolerance": judgement.check.zero_tolerance,
        }
    )


def told_check(event: events.CheckEnded) -> SealedCheck:
    """What an event told of a check, as ``checks.json`` says it."""
    return SealedCheck.model_validate(event.model_dump())


def sealed_checks(judgements: Sequence[Judgement]) -> SealedChecks:
    """``checks.json``."""
    return SealedChecks(checks=[sealed_check(item) for item in judgements])


def unread(judgement: Judgement) -> bool:
    """Whether the check could not decide because a content was taken out of the bundle."""
    return judgement.crash.startswith("Redacted:")


def _both(event: events.ScenarioEnded, lang: Lang) -> Sentence:
    told: Mapping[str, Any] = event.other
    here, there = event.reason or "", str(told.get("reason", event.reason or ""))
    return Sentence(there, here) if lang == "en" else Sentence(here, there)
