"""``report.json``: the whole result of a run, gathered from its events (schema ``report.schema.json``)."""

from __future__ import annotations

import json
from pathlib import Path

from banc_harness.reports import folder
from banc_standards.contracts import events
from banc_standards.contracts.events import AnyEvent
from banc_standards.contracts.report import (
    Report,
    ReportedCheck,
    ReportedExchange,
    ReportedRequirement,
    ReportedScenario,
    ReportedStep,
)

FILE = "report.json"


class Gathering:
    """A consumer of events that ends as a :class:`~banc_standards.contracts.report.Report`."""

    def __init__(self) -> None:
        self._started: events.RunStarted | None = None
        self._ended: events.RunEnded | None = None
        self._requirements: list[ReportedRequirement] = []
        self._scenarios: list[ReportedScenario] = []
        self._steps: list[ReportedStep] = []
        self._claimed: dict[str, list[int]] = {}
        self._missed: dict[str, list[str]] = {}
        self._titles: dict[str, str] = {}
        self._checks: list[ReportedCheck] = []
        self._exchanges: dict[int, ReportedExchange] = {}

    def __call__(self, event: AnyEvent) -> None:
        """Takes one event, in the order of the run."""
        match event:
            case events.RunStarted():
                self._started = event
            case events.ScenarioStarted():
                self._titles[event.scenario] = event.title
                self._forget(event.scenario)
            case events.StepStarted():
                self._titles[event.step] = event.title
            case events.StepEnded():
                self._end_step(event)
            case events.ScenarioEnded():
                self._end_scenario(event)
            case events.ExchangeSeen():
                self._exchanges[event.seq] = ReportedExchange.model_validate(event.model_dump())
                if event.claimed_by is not None:
                    self._claimed.setdefault(event.claimed_by, []).append(event.seq)
            case events.ExpectationMissed():
                self._missed.setdefault(event.step, []).append(self._missing(event))
            case events.CheckEnded():
                self._checks.append(ReportedCheck.model_validate(event.model_dump()))
            case events.RequirementDecided():
                self._requirements.append(ReportedRequirement.model_validate(event.model_dump()))
            case events.RunEnded():
                self._ended = event

    def report(self) -> Report:
        """The report; raises ``ValueError`` before the run has ended."""
        started, ended = self._started, self._ended
        if started is None or ended is None:
            raise ValueError("the run has not ended")
        return Report(
            run=started.run,
            kind=started.kind,
            lang=started.lang,
            started=started.at,
            ended=ended.at,
            duration_ms=ended.duration_ms,
            bench=started.bench,
            sut=started.sut,
            profiles=started.profiles,
            session=started.session,
            mode=started.mode,
            seed=started.seed,
            requirement_set=started.requirements,
            rule_set=started.rules,
            gate=ended.gate,
            score=ended.score,
            exit_code=ended.exit_code,
            requirements=self._requirements,
            scenarios=self._scenarios,
            checks=self._checks,
            exchanges=[self._exchanges[seq] for seq in sorted(self._exchanges)],
        )

    def _forget(self, scenario: str) -> None:
        """A scenario that begins again, after an interruption, takes nothing over from its first attempt."""
        self._steps, self._claimed, self._missed = [], {}, {}
        self._checks = [check for check in self._checks if check.scenario != scenario]

    def _end_step(self, event: events.StepEnded) -> None:
        self._steps.append(
            ReportedStep(
                step=event.step,
                title=self._titles.get(event.step, event.step),
                outcome=event.outcome,
                reason=event.reason,
                exchanges=self._claimed.pop(event.step, []),
                missed=self._missed.pop(event.step, []),
                software=event.software,
            )
        )

    def _end_scenario(self, event: events.ScenarioEnded) -> None:
        self._scenarios.append(
            ReportedScenario(
                scenario=event.scenario,
                title=self._titles.get(event.scenario, event.scenario),
                outcome=event.outcome,
                reason=event.reason,
                duration_ms=event.duration_ms,
                steps=self._steps,
                software=event.software,
            )
        )
        self._steps = []

    def _missing(self, event: events.ExpectationMissed) -> str:
        french = self._started is None or self._started.lang == "fr"
        wanted = ", ".join([event.operation, *([event.outcome] if event.outcome else [])])
        if event.nearest is None:
            return f"{wanted} : rien d'approchant" if french else f"{wanted}: nothing like it"
        near = f"{event.nearest.operation}#{event.nearest.seq} ({' ; '.join(event.nearest.difference)})"
        return f"{wanted} : au plus près {near}" if french else f"{wanted}: nearest {near}"


def write(report: Report, into: Path) -> Path:
    """Writes ``report.json`` into a folder, made when absent. Raises ``EnvironmentFailed`` when it cannot be
    written.
    """
    return folder.write(into, FILE, json.dumps(report.as_json(), ensure_ascii=False, indent=2) + "\n")
