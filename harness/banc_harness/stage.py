"""One performance of a scenario: what its steps ask for is done, told as events, and kept for the checks."""

from __future__ import annotations

import hashlib
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
from banc_harness.drivers.reply import DriverFailed, Evidence, Reply
from banc_harness.events import instant
from banc_harness.inputs import for_software, mailbox_in
from banc_harness.levers import Levers
from banc_harness.play import Scenario
from banc_harness.selection import Difference, Selection, nearest
from banc_harness.session import acting_professional, acting_structure
from banc_harness.trace import Acted, Exchange, Expectation, Trace
from banc_standards.contracts import events
from banc_standards.contracts.driver import Action
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


class Performance:
    """The stage of one scenario (see :class:`~banc_harness.play.Stage`). What it changes in the session, it puts
    back.
    """

    def __init__(self, bench: Bench, scenario: Scenario) -> None:
        self._bench = bench
        self._scenario = scenario
        self._position = bench.tape.position
        self._step: _OpenStep | None = None
        self._acts: list[Acted] = []
        self._expectations: list[Expectation] = []
        self._subjects: dict[str, dict[str, None]] = {"patients": {}, "professionals": {}, "structures": {}}
        self.levers = Levers(bench, self._tell_clock)

    # who

    @property
    def sut(self) -> Sut:
        """The software under test."""
        return self._bench.sut

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
        gone = next((item for item in self._acts if item.gone), None)
        if gone is not None:
            acted = Acted(
                self._current().id,
                action,
                "error",
                for_software(input, self._bench.session.id),
                why=gone.why,
                gone=True,
            )
        else:
            acted = await self._ask(self._current(), action, input, deadline_s)
        self._acts.append(acted)
        return acted

    async def _tell_clock(self, wanted: Mapping[str, Any]) -> None:
        if self.sut.clock == "follows":
            step = self._step or _OpenStep(self._scenario.id, (), self._position, time.monotonic())
            self._acts.append(await self._ask(step, "clock.set", wanted))

    async def _ask(
        self, step: _OpenStep, action: str, input: Mapping[str, Any], deadline_s: int | None = None
    ) -> Acted:
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
        began = time.monotonic()
        try:
            reply = await driver.act(asked)
        except DriverFailed as failure:
            return self._not_answered(step, asked, failure, began)
        return self._answered(step, asked, reply, began)

    async def expect(self, wanted: Selection, within_s: float) -> Exchange | None:
        """Waits for an exchange, or only looks for it when the driver could not be asked."""
        step, tape = self._current(), self._bench.tape
        untested = next((item.why for item in self._acts if not item.answered), "")
        patience = self._patience(step, within_s)
        told = {"step": step.id, "id": str(uuid.uuid4()), "operation": _operations(wanted)}
        awaited = {"outcome": wanted.outcome if isinstance(wanted.outcome, str) else None, "match": _match(wanted)}
        deadline = instant(self._bench.recorder.now() + timedelta(seconds=patience))
        self._emit(events.ExpectationWaiting, **told, **awaited, deadline=deadline)
        entry = await tape.wait(wanted, step.position, patience)
        if entry is not None:
            seq = int(entry["seq"])
            tape.claim(seq, step.id)
            self._tell(entry)
            self._emit(events.ExpectationMet, **told, seq=seq)
            self._expectations.append(Expectation(step.id, wanted, met=seq))
            return Exchange(entry, tape.blobs, step.id)
        close = nearest(wanted, tape.entries(step.position))
        self._expectations.append(
            Expectation(
                step.id,
                wanted,
                nearest=None if close is None else int(close[0]["seq"]),
                differences=() if close is None else close[1],
                untested=untested,
            )
        )
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
        if any(not item.answered for item in self._acts):
            return 0.0
        lost = any(item.met is None for item in self._expectations)
        declined = any(item.step == step.id and item.status in ("refused", "failed") for item in self._acts)
        return min(within_s, AFTER_A_NO_S) if lost or declined else within_s

    async def trace(self) -> Trace:
        """Everything that happened, bytes included; tells the strays."""
        tape = self._bench.tape
        await tape.drain()
        for entry in tape.entries(self._position):
            if tape.claimed_by(entry["seq"]) is None:
                self._tell(entry)
        await tape.load(self._position)
        return Trace(
            scenario=self._scenario.id,
            exchanges=tuple(
                Exchange(entry, tape.blobs, tape.claimed_by(entry["seq"])) for entry in tape.entries(self._position)
            ),
            acts=tuple(self._acts),
            expectations=tuple(self._expectations),
            subjects={kind: tuple(ids) for kind, ids in self._subjects.items()},
            sut=self.sut,
            lang=self._bench.lang,
        )

    @property
    def silent(self) -> bool:
        """Whether the driver was asked and never answered."""
        return bool(self._acts) and all(item.status == "error" for item in self._acts)

    # telling

    def _current(self) -> _OpenStep:
        if self._step is None:
            raise RuntimeError(f"{self._scenario.id}: something is done outside a step")
        return self._step

    def _emit(self, kind: type[Any], /, **content: Any) -> None:
        self._bench.recorder.emit(kind, scenario=self._scenario.id, **content)

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

    def _answered(self, step: _OpenStep, asked: Action, reply: Reply, began: float) -> Acted:
        answer = reply.answer
        files = self._keep(reply.evidence)
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
        self._tell_evidence(step, files)
        why = answer.error or ""
        if answer.status == "unsupported":
            step.outcomes.add("skipped")
            step.reason = Sentence(
                f"le logiciel ne sait pas faire {asked.action}", f"the software does not support {asked.action}"
            )
            why = step.reason.of(self._bench.lang)
        shown = tuple((item.level, item.text) for item in answer.shown)
        return Acted(step.id, asked.action, answer.status, asked.input, answer.output, shown, why)

    def _not_answered(self, step: _OpenStep, asked: Action, failure: DriverFailed, began: float) -> Acted:
        self._bench.driver_failures.append(failure)
        said = failure.text.of(self._bench.lang)
        files = self._keep(failure.evidence)
        self._emit(
            events.ActionAnswered,
            step=step.id,
            id=asked.id,
            action=asked.action,
            status="failed",
            evidence=files,
            error=f"{failure.code}: {said}",
            duration_ms=_since(began),
        )
        self._bench.recorder.emit(events.Log, level="error", code=failure.code, text=failure.text)
        self._tell_evidence(step, files)
        step.outcomes.add("failed")
        step.reason = failure.text
        gone = failure.failure in ("unreachable", "timeout")
        return Acted(step.id, asked.action, "error", asked.input, why=said, gone=gone)

    def _keep(self, evidence: Iterable[Evidence]) -> list[events.EvidenceFile]:
        kept = []
        for item in evidence:
            blob = f"sha256:{hashlib.sha256(item.data).hexdigest()}"
            self._bench.files[blob] = item
            kept.append(events.EvidenceFile(name=item.name, media_type=item.media_type, blob=blob, size=len(item.data)))
        return kept

    def _tell_evidence(self, step: _OpenStep, files: list[events.EvidenceFile]) -> None:
        for file in files:
            self._emit(events.EvidenceAdded, step=step.id, evidence=file, produced_by="driver")

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


def _operations(wanted: Selection) -> str:
    return wanted.operation if isinstance(wanted.operation, str) else " | ".join(wanted.operation)


def _match(wanted: Selection) -> dict[str, Any]:
    more = {"code": wanted.code, "fault": wanted.fault}
    if isinstance(wanted.outcome, tuple):
        more["outcome"] = wanted.outcome
    return {**{name: value for name, value in more.items() if value is not None}, **wanted.facts}


def _since(began: float) -> int:
    return int((time.monotonic() - began) * 1000)
