"""Plays the scenarios of a plan against one session, judges them, and tells everything as events.

The stream is the only output: terminal, reports and bundle are pure consumers of it.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from banc_fixtures.population import Population, population
from banc_harness import announcing
from banc_harness.bench import Bench
from banc_harness.certifying import resuming
from banc_harness.certifying.desk import Desk
from banc_harness.certifying.resuming import Past
from banc_harness.certifying.reviewing import review
from banc_harness.certifying.reviews import apply, strangers
from banc_harness.client import Control
from banc_harness.drivers.choice import Drivers
from banc_harness.drivers.reply import Evidence
from banc_harness.events import Recorder
from banc_harness.judging import (
    Judgement,
    conclude,
    decide_all,
    judge_inapplicable,
    judge_late,
    judge_played,
    judge_unplayed,
)
from banc_harness.memory import Memory
from banc_harness.plan import Plan, Player
from banc_harness.play import Play, Scenario
from banc_harness.scoring import score, together
from banc_harness.sealed import Sealed
from banc_harness.session import LEASE_S, RunSession, furnish, open_session
from banc_harness.stage import Performance
from banc_harness.tape import Tape
from banc_harness.told import Told
from banc_standards.contracts import events
from banc_standards.contracts.events import AnyEvent
from banc_standards.contracts.review import Review
from banc_standards.contracts.score import Gate, RequirementVerdict
from banc_standards.contracts.vocabulary import SessionMode, SoftwareType
from banc_standards.errors import BancError, EnvironmentFailed, Lang, Sentence

PATIENCE_WITH_DRIVER = 2
"""Scenarios in a row without any answer of the driver, after which the next ones are not played."""


class Engine:
    """One run. :meth:`run` may be iterated once; ``files`` then holds the evidence by the name of its bytes, and
    ``reviews`` what a person decided, by requirement.

    ``ca_file`` is the sandbox's CA on this machine, told to the software. ``environment`` is where tokens of drivers
    are read, ``now`` the wall clock that dates the events. ``desk`` is where a person can be asked, for the actions of
    manual drivers and, in a run of kind homologation, for what the checks leave open. ``past`` is the interrupted run
    that this one takes up; ``opened`` is told the session before anything is played, what it says is told on.
    """

    def __init__(
        self,
        plan: Plan,
        control: Control,
        *,
        mode: SessionMode,
        ca_file: Path,
        environment: Mapping[str, str] = os.environ,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        desk: Desk | None = None,
        past: Past | None = None,
        opened: Callable[[RunSession], Sentence | None] = lambda session: None,
    ) -> None:
        self._plan = plan
        self._control = control
        self._mode: SessionMode = mode
        self._ca_file = ca_file
        self._environment = environment
        self._now = now
        self._started = time.monotonic()
        self._judgements: list[Judgement] = []
        self._benches: dict[SoftwareType, Bench] = {}
        self._memory = Memory(population())
        self._concluded: dict[SoftwareType, tuple[Gate, ...]] = {}
        self._broken = False
        self._unfinished = False
        self._tape: Tape | None = None
        self.session: RunSession | None = None
        self._langs: tuple[Lang, Lang] = ("en", "fr") if plan.lang == "en" else ("fr", "en")
        self._desk = desk
        self._past = past
        self._opened = opened
        self._late = Told("", plan.lang)
        self.files: dict[str, Evidence] = {} if past is None else past.files
        self.reviews: dict[str, Review] = {}

    async def run(self) -> AsyncGenerator[AnyEvent, None]:
        """Plays and judges, yielding every event as it happens.

        Raises ``UnusableInput`` or ``EnvironmentFailed`` before the first event when the run cannot start. Afterwards
        nothing raises: what fails is told, and the last event carries the exit code.
        """
        people = population()
        drivers = {player.software: self._drivers(player) for player in self._plan.players}
        try:
            session = self.session = await self._open_session(people)
            told: asyncio.Queue[AnyEvent | None] = asyncio.Queue()
            bench = self._bench(session, people, drivers[self._plan.sut.software_type], told)
            if self._past is not None:
                self._judgements = await resuming.recall(bench.tape, self._past, self._plan)
                self._unfinished = self._past.failed
            self._benches = {self._plan.sut.software_type: bench}
            for player in self._plan.cast:
                self._benches[player.software] = await self._beside(bench, player, drivers[player.software])
            playing = asyncio.create_task(self._play_all(bench, told, self._opened(session)))
            try:
                while (event := await told.get()) is not None:
                    yield event
                await playing
            finally:
                playing.cancel()
                await asyncio.gather(playing, return_exceptions=True)
                await self._let_go(session)
        finally:
            for each in drivers.values():
                await each.close()

    @property
    def sealed(self) -> Sealed:
        """The journal entries and bytes of the run so far, as the checks read them."""
        if self._tape is None:
            return Sealed({}, {})
        return Sealed({entry["seq"]: entry for entry in self._tape.entries()}, self._tape.blobs)

    @property
    def position(self) -> int:
        """How far the journal of the session was read: what comes later is not of this run."""
        return 0 if self._tape is None else self._tape.position

    async def _open_session(self, people: Population) -> RunSession:
        if self._past is not None:
            return await resuming.reopen(self._control, self._past, people, ca_file=self._ca_file)
        return await open_session(
            self._control, self._plan.sut, people, run=self._plan.run, mode=self._mode, ca_file=self._ca_file
        )

    def _drivers(self, player: Player) -> Drivers:
        played = (item for item in self._plan.scenarios if self._plan.player(item).software == player.software)
        return Drivers(
            player.sut,
            actions={action for scenario in played for action in scenario.actions},
            folder=player.folder,
            environment=self._environment,
            desk=self._desk,
            observe=self._control.observe,
        )

    async def _beside(self, bench: Bench, player: Player, drivers: Drivers) -> Bench:
        """The bench of another software of the cast: the same session and journal, its own credentials and driver."""
        described = await furnish(
            self._control, bench.session.id, player.sut, bench.population, ca_file=self._ca_file, beside=True
        )
        session = replace(bench.session, sandbox=described)
        return replace(bench, session=session, sut=player.sut, drivers=drivers, driver_failures=[], silent_scenarios=0)

    def _bench(
        self, session: RunSession, people: Population, drivers: Drivers, told: asyncio.Queue[AnyEvent | None]
    ) -> Bench:
        self._tape = tape = Tape(self._control, session.id, session.position)
        before = 0 if self._past is None else len(self._past.events)
        recorder = Recorder(self._plan.run, self._now, told.put_nowait, self._plan.lang, before=before)
        recorder.software = self._plan.software
        return Bench(
            control=self._control,
            session=session,
            sut=self._plan.sut,
            population=people,
            drivers=drivers,
            recorder=recorder,
            tape=tape,
            lang=self._plan.lang,
            files=self.files,
        )

    async def _play_all(self, bench: Bench, told: asyncio.Queue[AnyEvent | None], opening: Sentence | None) -> None:
        try:
            if self._past is None:
                announcing.start(bench, self._plan)
                await self._compare_capabilities(bench)
            else:
                self._tell_resumption(bench, self._past)
            if opening is not None:
                bench.recorder.emit(events.Log, level="info", code="MANUAL-002", text=opening)
            for scenario in self._plan.scenarios:
                if self._past is None or scenario.id not in self._past.finished:
                    player = self._plan.player(scenario)
                    with self._about(bench, player):
                        await self._play(self._benches[player.software], scenario)
            await self._judge_late(bench)
            self._tell_end(bench, await self._decide(bench))
        finally:
            told.put_nowait(None)

    @contextmanager
    def _about(self, bench: Bench, player: Player) -> Iterator[None]:
        """What is told meanwhile is about this software, where several play."""
        if self._plan.cast:
            bench.recorder.software = player.software
        yield
        bench.recorder.software = self._plan.software

    async def _play(self, bench: Bench, scenario: Scenario) -> None:
        began = time.monotonic()
        bench.recorder.emit(events.ScenarioStarted, scenario=scenario.id, title=scenario.title)
        performance = Performance(bench, scenario)
        outcome, reason, judged = "done", None, False
        if lacking := self._plan.lacking(scenario):
            outcome, reason = "skipped", announcing.lacking(lacking)
            if self._plan.kind != "bac-a-sable":
                self._judge_unplayed(bench, scenario, reason)
        elif self._broken or bench.silent_scenarios >= PATIENCE_WITH_DRIVER:
            outcome, reason = "failed", _SANDBOX_LOST if self._broken else _DRIVER_LOST
            self._judge_unplayed(bench, scenario, reason)
        else:
            reason, judged = await self._perform(bench, performance, scenario)
            outcome = "done" if reason is None else "failed"
        bench.recorder.emit(
            events.ScenarioEnded,
            scenario=scenario.id,
            outcome=outcome,
            reason=reason,
            duration_ms=int((time.monotonic() - began) * 1000),
            judged=judged,
            subjects=performance.subjects,
        )

    async def _perform(
        self, bench: Bench, performance: Performance, scenario: Scenario
    ) -> tuple[Sentence | None, bool]:
        """Plays one scenario and judges it; returns why it could not be played to its end, if it could not, and whether
        the checks read it.
        """
        try:
            await self._control.lease(bench.session.id, self._plan.run, ttl_s=LEASE_S)
            await bench.tape.drain()
            failure: Sentence | None = None
            try:
                await scenario.scene(Play(performance))
            except BancError as error:
                failure = self._tell_failure(bench, scenario, error)
            except Exception as error:  # a scenario that breaks must not take the run with it
                broken = BancError("SCENARIO-001", Sentence(repr(error), repr(error)))
                failure = self._tell_failure(bench, scenario, broken)
            if self._broken:
                self._judge_unplayed(bench, scenario, failure or _SANDBOX_LOST)
                return failure, False
            await performance.levers.put_back()
            trace = await performance.trace()
        except BancError as error:
            failure = self._tell_failure(bench, scenario, error)
            self._judge_unplayed(bench, scenario, failure)
            return failure, False
        bench.silent_scenarios = bench.silent_scenarios + 1 if performance.silent else 0
        recalled = self._memory.recalled(trace, scenario, bench.sut)
        self._memory.keep(trace, scenario)
        self._tell_judgements(bench, judge_played(self._plan.checks, recalled, scenario.like))
        return failure, True

    async def _compare_capabilities(self, bench: Bench) -> None:
        """Warns of what ``sut.yaml`` declares and the adapter does not; an adapter need not say anything."""
        for player in self._plan.players:
            with self._about(bench, player):
                await self._compare(self._benches[player.software])

    async def _compare(self, bench: Bench) -> None:
        try:
            said = await bench.drivers.general.capabilities()
        except BancError:
            return
        if said is None or not (missing := [name for name in bench.sut.capabilities if name not in said]):
            return
        listed = ", ".join(missing)
        text = Sentence(f"le pilote n'annonce pas : {listed}", f"the driver does not announce: {listed}")
        bench.recorder.emit(events.Log, level="warning", code="DRIVER-010", text=text.of(self._plan.lang))

    async def _judge_late(self, bench: Bench) -> None:
        """Zero tolerance applies to what came after the last scenario, too, and to what an interruption cut short."""
        if not self._plan.cast:
            self._tell_judgements(bench, judge_inapplicable(self._plan.checks, self._plan.sut))
        tape, position = bench.tape, bench.tape.position
        if self._broken:
            return
        try:
            await tape.drain()
            await tape.load(position)
        except BancError as error:
            self._tell_failure(bench, None, error)
            return
        last = self._plan.player(self._plan.scenarios[-1]) if self._plan.scenarios else self._plan.players[0]
        with self._about(bench, last):
            self._tell_strays(bench, tape.entries(position))
            entries = {int(entry["seq"]): entry for entry in tape.entries()}
            trace = self._late.trace(entries, tape.blobs, subjects={}, sut=last.sut)
            self._tell_judgements(bench, judge_late(self._plan.checks, trace))

    def _tell_strays(self, bench: Bench, entries: Iterable[Mapping[str, Any]]) -> None:
        for entry in entries:
            names = ("seq", "hash", "operation", "outcome", "code", "fault")
            content = {name: entry.get(name) for name in names}
            findings = list(entry.get("findings") or ())
            self._late.add(bench.recorder.emit(events.ExchangeSeen, **content, stray=True, findings=findings))

    def _judge_unplayed(self, bench: Bench, scenario: Scenario, why: Sentence) -> None:
        said = judge_unplayed(self._plan.checks, scenario.id, why, sut=bench.sut, like=scenario.like)
        self._tell_judgements(bench, said)

    async def _decide(self, bench: Bench) -> list[RequirementVerdict]:
        decided: list[RequirementVerdict] = []
        for player in self._plan.players:
            if player.judged:
                with self._about(bench, player):
                    decided += await self._decide_for(bench, player)
        return decided

    async def _decide_for(self, bench: Bench, player: Player) -> list[RequirementVerdict]:
        plan, about = self._plan, self._judgements_of(player)
        by_checks = [
            decide_all(player.table, plan.checks, about, sut=player.sut, profiles=player.profiles, lang=lang)
            for lang in self._langs
        ]
        if self._past is not None:
            others = strangers(self._past.reviews.values(), plan.run, self._judgements)
            self.reviews.update({name: item for name, item in self._past.reviews.items() if item not in others})
        if plan.kind == "homologation" and self._desk is not None:
            await review(bench, self._desk, by_checks[0], self._judgements, self.reviews)
        decided, translated = (
            apply(verdicts, self.reviews.values(), self._judgements, lang)
            for verdicts, lang in zip(by_checks, self._langs, strict=True)
        )
        for item, same in zip(decided, translated, strict=True):
            other: dict[str, str | list[str]] = {"text": same.text, "reason": same.reason}
            bench.recorder.emit(events.RequirementDecided, **dict(item), other=other)
        self._concluded[player.software] = tuple(
            conclude(plan.kind, decided, about, sut=player.sut, lang=lang) for lang in self._langs
        )
        return decided

    def _judgements_of(self, player: Player) -> list[Judgement]:
        """What was judged of one software: its scenarios, and what came after the last one if that was its own."""
        if not self._plan.cast:
            return self._judgements
        own = {item.id for item in self._plan.scenarios if self._plan.player(item).software == player.software}
        if self._plan.scenarios and self._plan.scenarios[-1].id in own:
            own.add("")
        return [item for item in self._judgements if item.scenario in own]

    # telling

    def _tell_resumption(self, bench: Bench, past: Past) -> None:
        """Says that the run goes on, and what the scenario that was cut short had done: no step claims it."""
        count = len(past.finished)
        text = Sentence(
            f"exécution reprise : {count} scénarios gardés", f"run taken up again: {count} scenarios are kept"
        )
        bench.recorder.emit(events.Log, level="info", code="RESUME-000", text=text)
        self._tell_strays(bench, [entry for entry in bench.tape.entries() if entry["seq"] not in past.settled])

    def _tell_judgements(self, bench: Bench, judgements: Iterable[Judgement]) -> None:
        for judgement in judgements:
            self._judgements.append(judgement)
            announcing.judgement(bench.recorder, judgement)

    def _tell_failure(self, bench: Bench, scenario: Scenario | None, error: BancError) -> Sentence:
        self._broken = self._broken or isinstance(error, EnvironmentFailed)
        self._unfinished = True
        where = "" if scenario is None else f"{scenario.id} : "
        bench.recorder.emit(
            events.Log,
            level="error",
            code=error.code,
            text=Sentence(where + error.text.fr, where + error.text.en),
            hint=error.hint,
        )
        return error.text

    def _tell_end(self, bench: Bench, decided: list[RequirementVerdict]) -> None:
        plan = self._plan
        judged = [player for player in plan.players if player.software in self._concluded]
        passing, translated = (
            together([(player.sut.product.name, self._concluded[player.software][rank]) for player in judged], lang)
            for rank, lang in enumerate(self._langs)
        )
        reached = score(decided)
        short = plan.fail_under is not None and (reached.percent or 0) < plan.fail_under
        failed = any(item.in_gate and item.verdict == "NON_CONFORME" for item in decided) or any(
            item.check.zero_tolerance and item.verdict == "NON_CONFORME"
            for player in judged
            for item in self._judgements_of(player)
        )
        if failed or short:
            exit_code = 1
        elif self._unfinished or any(each.driver_failures for each in self._benches.values()):
            exit_code = 3
        else:
            exit_code = 0 if passing.passed else 1
        bench.recorder.emit(
            events.RunEnded,
            gate=passing,
            score=reached,
            exit_code=exit_code,
            duration_ms=int((time.monotonic() - self._started) * 1000),
            other={"gate.sentence": translated.sentence, "gate.reasons": translated.reasons},
        )

    async def _let_go(self, session: RunSession) -> None:
        try:
            await self._control.release(session.id)
        except BancError:
            return


_DRIVER_LOST = Sentence("le pilote ne répond pas", "the driver does not answer")
_SANDBOX_LOST = Sentence("le bac à sable ne répond plus", "the sandbox no longer answers")
