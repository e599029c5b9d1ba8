"""One performance of a scenario: what its steps ask for is done, told as events, and kept for the checks."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from banc_fixtures.patients import Patient
from banc_fixtures.professionals import Professional
from banc_fixtures.structures import Structure
from banc_harness.bench import Bench
from banc_harness.certifying.desk import STATUSES
from banc_harness.drivers.manual import ManualDriver
from banc_harness.drivers.reply import DriverFailed, Reply
from banc_harness.events import instant
from banc_harness.inputs import for_software, mailbox_in
from banc_harness.levers import Levers
from banc_harness.play import Scenario
from banc_harness.selection import Difference, Selection, nearest
from banc_harness.session import acting_professional, acting_structure
from banc_harness.told import Told, described, unsupported
from banc_harness.trace import Acted, Exchange, Trace
from banc_standards.contracts import events
from banc_standards.contracts.driver import Action, ActionSandbox
from banc_standards.contracts.sut import Sut
from banc_standards.errors import Lang, Sentence

AFTER_A_NO_S = 0.5
"""How long an expectation waits once the software declined, or an earlier exchange of the scenario was missed, in
seconds.
"""

_OTHER: dict[Lang, Lang] = {"fr": "en", "en": "fr"}
StepOutcome = Literal["done", "missed", "skipped", "failed"]


@dataclass(slots=True)
class _OpenStep:
    id: str
    also: tuple[str, ...]
    position: int
    began: float
    outcomes: set[StepOutcome] = field(default_factory=set)
    reason: Sentence | None = None
    patience_s: float = 0.0


class Performance:
    """The stage of one scenario (see :class:`~banc_harness.play.Stage`). What it changes in the session, it puts
    back.
    """

    def __init__(self, bench: Bench, scenario: Scenario) -> None:
        self._bench = bench
        self._scenario = scenario
        self._position = bench.tape.position
        self._step: _OpenStep | None = None
        self._told = Told(scenario.id, bench.lang)
        self._subjects: dict[str, dict[str, None]] = {"patients": {}, "professionals": {}, "structures": {}}
        self.levers = Levers(bench, self._tell_clock)

    # who

    @property
    def sut(self) -> Sut:
        """The software under test."""
        return self._bench.sut

    @property
    def notes(self) -> dict[str, Any]:
        """What earlier scenarios of the run left."""
        return self._bench.notes

    def patient(self, id: str) -> Patient:
        """A patient, noted as a subject of the scenario."""
        found = self._bench.population.patient(id)
        self._subjects["patients"][found.id] = None
        return found

    def professional(self, id: str | None) -> Professional:
        """A professional, noted as a subject of the scenario."""
        people = self._bench.population
        found = people.professional(id) if id is not None else acting_professional(self.sut, people)
        self._subjects["professionals"][found.id] = None
        return found

    def structure(self, id: str | None) -> Structure:
        """A structure, noted as a subject of the scenario."""
        places = self._bench.population
        found = places.structure(id) if id is not None else acting_structure(self.sut, places)
        self._subjects["structures"][found.id] = None
        return found

    def mailbox(self, holder: Professional | Structure) -> str:
        """A mailbox as the session names it."""
        return mailbox_in(self._bench.session.id, holder.mailbox)

    @property
    def sandbox(self) -> ActionSandbox:
        """What each action tells the software."""
        return self._bench.session.sandbox

    # steps

    async def open_step(self, id: str, title: Sentence, also: tuple[str, ...]) -> None:
        """Begins a step at the journal's present position."""
        position = await self._bench.tape.drain()
        self._step = _OpenStep(id, also, position, time.monotonic())
        self._emit(events.StepStarted, step=id, title=title, position=position)

    async def close_step(self, *, broken: bool) -> None:
        """Ends the step, which claims what it said belongs to it."""
        step = self._current()
        self._step = None
        if broken:
            step.outcomes.add("failed")
        else:
            await self._bench.tape.drain()
            self._claim_also(step)
        worst: tuple[StepOutcome, ...] = ("failed", "skipped", "missed")
        self._emit(
            events.StepEnded,
            step=step.id,
            outcome=next((outcome for outcome in worst if outcome in step.outcomes), "done"),
            reason=step.reason,
            duration_ms=_since(step.began),
        )

    async def act(self, action: str, input: Mapping[str, Any], deadline_s: int | None) -> Acted:
        """Asks the driver, whatever it does with that; one that could not be had is not asked again in the scenario."""
        gone = next((item for item in self._told.acts if item.gone), None)
        if gone is not None:
            self._not_asked(self._current(), action, input, gone)
        else:
            await self._ask(self._current(), action, input, deadline_s)
        return self._told.acts[-1]

    async def _tell_clock(self, wanted: Mapping[str, Any]) -> None:
        if self.sut.clock == "follows":
            step = self._step or _OpenStep(self._scenario.id, (), self._position, time.monotonic())
            await self._ask(step, "clock.set", wanted)

    async def _ask(self, step: _OpenStep, action: str, input: Mapping[str, Any], deadline_s: int | None = None) -> None:
        driver = self._bench.drivers.of(action)
        asked = Action(
            id=str(uuid.uuid4()),
            run=self._bench.recorder.run,
            session=self._bench.session.id,
            step=step.id,
            action=action,
            deadline_s=deadline_s or driver.timeout_s,
            lang=self._bench.lang,
            sandbox=self._bench.session.sandbox,
            input=for_software(input, self._bench.session.id),
        )
        self._emit(
            events.ActionSent,
            step=step.id,
            id=asked.id,
            action=action,
            driver=driver.name,
            deadline_s=asked.deadline_s,
            input=asked.input,
        )
        if isinstance(driver, ManualDriver):
            question = str(driver.question(asked))
            self._emit(events.QuestionAsked, step=step.id, id=asked.id, text=question, options=list(STATUSES))
        began = time.monotonic()
        try:
            reply = await driver.act(asked)
        except DriverFailed as failure:
            self._not_answered(step, asked, failure, began)
        else:
            if reply.by:
                answer = reply.answer.status
                self._emit(events.QuestionAnswered, step=step.id, id=asked.id, answer=answer, by=reply.by)
            self._answered(step, asked, reply, began)

    async def expect(self, wanted: Selection, within_s: float) -> Exchange | None:
        """Waits for an exchange, or only looks for it when the driver could not be asked."""
        step, tape = self._current(), self._bench.tape
        patience = self._patience(step, within_s)
        awaited = described(wanted)
        told = {"step": step.id, "id": str(uuid.uuid4()), "operation": awaited.pop("operation")}
        deadline = instant(self._bench.recorder.now() + timedelta(seconds=patience))
        self._emit(events.ExpectationWaiting, **told, **awaited, deadline=deadline)
        entry = await tape.wait(wanted, step.position, patience)
        if entry is not None:
            seq = int(entry["seq"])
            tape.claim(seq, step.id)
            self._tell(entry)
            self._emit(events.ExpectationMet, **told, seq=seq)
            return Exchange(entry, tape.blobs, step.id)
        close = nearest(wanted, tape.entries(step.position))
        step.outcomes.add("missed")
        difference = [] if close is None else [_difference(item) for item in close[1]]
        self._emit(
            events.ExpectationMissed,
            **told,
            **awaited,
            nearest=self._nearest(close, difference),
            other={"nearest.difference": [item.of(_OTHER[self._bench.lang]) for item in difference]},
        )
        return None

    def _patience(self, step: _OpenStep, within_s: float) -> float:
        """How long it is worth waiting, in seconds: the software may have said no, or lost the thread before."""
        acts = self._told.acts
        if any(not item.answered for item in acts):
            return 0.0
        within_s = max(within_s, step.patience_s)
        lost = any(item.met is None for item in self._told.expectations)
        declined = any(item.step == step.id and item.status in ("refused", "failed") for item in acts)
        return min(within_s, AFTER_A_NO_S) if lost or declined else within_s

    async def let_pass(self, seconds: int) -> None:
        """Leaves the software alone, and listens to what it does by itself."""
        text = Sentence(f"{seconds} s sans l'utilisateur", f"{seconds} s without the user")
        self._bench.recorder.emit(events.Log, level="info", code="BENCH-IDLE", text=text)
        await self._bench.tape.listen(seconds)

    async def trace(self) -> Trace:
        """Everything that happened, bytes included; tells the strays."""
        tape = self._bench.tape
        await tape.drain()
        for entry in tape.entries(self._position):
            if tape.claimed_by(entry["seq"]) is None:
                self._tell(entry)
        await tape.load(self._position)
        entries = {int(entry["seq"]): entry for entry in tape.entries(self._position)}
        return self._told.trace(entries, tape.blobs, subjects=self.subjects, sut=self.sut)

    @property
    def subjects(self) -> dict[str, list[str]]:
        """The people whom the scenario was about so far, by kind, by their ids."""
        return {kind: list(ids) for kind, ids in self._subjects.items()}

    @property
    def silent(self) -> bool:
        """Whether the driver was asked and never answered."""
        return bool(self._told.acts) and all(item.status == "error" for item in self._told.acts)

    # telling

    def _current(self) -> _OpenStep:
        if self._step is None:
            raise RuntimeError(f"{self._scenario.id}: something is done outside a step")
        return self._step

    def _emit(self, kind: type[Any], /, **content: Any) -> None:
        self._told.add(self._bench.recorder.emit(kind, scenario=self._scenario.id, **content))

    def _tell(self, entry: Mapping[str, Any]) -> None:
        claimed_by = self._bench.tape.claimed_by(entry["seq"])
        told = {name: entry.get(name) for name in ("seq", "hash", "operation", "outcome", "code", "fault")}
        findings = entry.get("findings") or []
        self._emit(events.ExchangeSeen, **told, claimed_by=claimed_by, stray=claimed_by is None, findings=findings)

    def _claim_also(self, step: _OpenStep) -> None:
        if not step.also:
            return
        wanted = Selection(operation=step.also)
        for entry in self._bench.tape.entries(step.position):
            if self._bench.tape.claimed_by(entry["seq"]) is None and wanted.matches(entry):
                self._bench.tape.claim(entry["seq"], step.id)
                self._tell(entry)

    def _answered(self, step: _OpenStep, asked: Action, reply: Reply, began: float) -> None:
        answer = reply.answer
        files = self._bench.keep(reply.evidence)
        step.patience_s = max(step.patience_s, reply.patience_s or 0.0)
        self._emit(
            events.ActionAnswered,
            step=step.id,
            id=asked.id,
            action=asked.action,
            status=answer.status,
            output=answer.output,
            shown=answer.shown,
            evidence=files,
            error=answer.error,
            duration_ms=_since(began),
        )
        self._tell_evidence(step, files, by_a_person=bool(reply.by))
        if answer.status == "unsupported":
            step.outcomes.add("skipped")
            step.reason = unsupported(asked.action)

    def _not_answered(self, step: _OpenStep, asked: Action, failure: DriverFailed, began: float) -> None:
        self._bench.driver_failures.append(failure)
        said = failure.text.of(self._bench.lang)
        files = self._bench.keep(failure.evidence)
        self._emit(
            events.ActionAnswered,
            step=step.id,
            id=asked.id,
            action=asked.action,
            status="failed",
            evidence=files,
            error=f"{failure.code}: {said}",
            duration_ms=_since(began),
            failure=failure.failure,
        )
        self._bench.recorder.emit(events.Log, level="error", code=failure.code, text=failure.text)
        self._tell_evidence(step, files)
        step.outcomes.add("failed")
        step.reason = failure.text

    def _not_asked(self, step: _OpenStep, action: str, input: Mapping[str, Any], gone: Acted) -> None:
        self._emit(
            events.ActionAnswered,
            step=step.id,
            id=str(uuid.uuid4()),
            action=action,
            status="failed",
            error=gone.why,
            duration_ms=0,
            failure="not_asked",
            input=for_software(input, self._bench.session.id),
        )

    def _tell_evidence(self, step: _OpenStep, files: list[events.EvidenceFile], *, by_a_person: bool = False) -> None:
        for file in files:
            produced_by = "person" if by_a_person else "driver"
            self._emit(events.EvidenceAdded, step=step.id, evidence=file, produced_by=produced_by)

    def _nearest(self, close: Any, difference: Iterable[Sentence]) -> events.Nearest | None:
        if close is None:
            return None
        entry = close[0]
        return events.Nearest(
            seq=entry["seq"],
            operation=entry["operation"],
            outcome=entry["outcome"],
            code=entry.get("code"),
            difference=[item.of(self._bench.lang) for item in difference],
        )


def _difference(item: Difference) -> Sentence:
    found = item.found or "∅"
    return Sentence(
        f"{item.what} : attendu {item.expected}, trouvé {found}",
        f"{item.what}: expected {item.expected}, found {found}",
    )


def _since(began: float) -> int:
    return int((time.monotonic() - began) * 1000)
