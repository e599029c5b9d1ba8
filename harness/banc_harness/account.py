"""What the events of a run have told so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from banc_standards.contracts import events
from banc_standards.contracts.events import AnyEvent
from banc_standards.contracts.finding import Finding
from banc_standards.contracts.vocabulary import SoftwareType, Verdict

FAILING: frozenset[Verdict] = frozenset({"NON_CONFORME", "PARTIEL"})


@dataclass(slots=True)
class Failure:
    """A check that failed: in which scenarios, for which requirements, with what findings."""

    check: str
    title: str
    requirements: list[str]
    zero_tolerance: bool
    scenarios: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


@dataclass(slots=True)
class Asked:
    """An action that the driver was asked for, and its answer once there."""

    sent: events.ActionSent
    answered: events.ActionAnswered | None = None


@dataclass(slots=True)
class Step:
    """A step as it went: what was asked, the exchanges that it claimed and the exchanges that did not come."""

    id: str
    title: str
    exchanges: list[events.ExchangeSeen] = field(default_factory=list)
    missed: list[events.ExpectationMissed] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    started: events.StepStarted | None = None
    ended: events.StepEnded | None = None


@dataclass(slots=True)
class Scenario:
    """A scenario as it went."""

    id: str
    title: str
    steps: dict[str, Step] = field(default_factory=dict)
    strays: list[events.ExchangeSeen] = field(default_factory=list)
    started: events.ScenarioStarted | None = None
    ended: events.ScenarioEnded | None = None

    @property
    def missed(self) -> int:
        """How many expected exchanges did not come."""
        return sum(len(step.missed) for step in self.steps.values())


@dataclass(slots=True)
class Account:
    """The whole story of a run, built event by event."""

    started: events.RunStarted | None = None
    ended: events.RunEnded | None = None
    scenarios: dict[str, Scenario] = field(default_factory=dict)
    requirements: list[events.RequirementDecided] = field(default_factory=list)
    checks: list[events.CheckEnded] = field(default_factory=list)
    remarks: list[events.Log] = field(default_factory=list)
    reviews: dict[str, events.ReviewSigned] = field(default_factory=dict)
    _exchanges: dict[int, events.ExchangeSeen] = field(default_factory=dict)

    @property
    def exchanges(self) -> list[events.ExchangeSeen]:
        """Every exchange, as it was last told: what an interruption cut short ends as a stray."""
        return list(self._exchanges.values())

    @property
    def strays(self) -> int:
        """How many exchanges no step claimed."""
        return sum(item.stray for item in self._exchanges.values())

    def add(self, event: AnyEvent) -> None:
        """Takes the next event in."""
        match event:
            case events.RunStarted():
                self.started = event
            case events.RunEnded():
                self.ended = event
            case events.ScenarioStarted():
                self._forget(event.scenario)
                self.scenarios[event.scenario] = Scenario(event.scenario, event.title, started=event)
            case events.ScenarioEnded():
                self._scenario(event.scenario).ended = event
            case events.StepStarted():
                self._scenario(event.scenario).steps[event.step] = Step(event.step, event.title, started=event)
            case events.StepEnded():
                self.step(event.scenario, event.step).ended = event
            case events.ActionSent():
                self.step(event.scenario, event.step).asked.append(Asked(event))
            case events.ActionAnswered():
                self._answer(self.step(event.scenario, event.step), event)
            case events.ExchangeSeen():
                self._exchange(event)
            case events.ExpectationMissed():
                self.step(event.scenario, event.step).missed.append(event)
            case events.CheckEnded():
                self.checks.append(event)
            case events.RequirementDecided():
                self.requirements.append(event)
            case events.ReviewSigned():
                self.reviews[event.requirement] = event
            case events.Log() if event.level != "info":
                self.remarks.append(event)
            case _:
                pass

    def only(self, software: SoftwareType) -> Account:
        """What was told of one of the softwares of the run."""
        return Account(
            started=self.started,
            ended=self.ended,
            scenarios={
                name: item
                for name, item in self.scenarios.items()
                if item.started is not None and item.started.software == software
            },
            requirements=[item for item in self.requirements if item.software == software],
            checks=[item for item in self.checks if item.software == software],
            remarks=self.remarks,
            _exchanges={seq: item for seq, item in self._exchanges.items() if item.software == software},
        )

    def step(self, scenario: str, step: str) -> Step:
        """A step, made on the spot when its beginning was never told."""
        return self._scenario(scenario).steps.setdefault(step, Step(step, ""))

    def failures(self) -> list[Failure]:
        """The checks that failed, once each, those of zero tolerance first."""
        found: dict[str, Failure] = {}
        for check in self.checks:
            if check.verdict not in FAILING:
                continue
            failure = found.setdefault(
                check.check, Failure(check.check, check.title, check.requirements, check.zero_tolerance)
            )
            if check.scenario and check.scenario not in failure.scenarios:
                failure.scenarios.append(check.scenario)
            failure.findings += [finding for finding in check.findings if finding not in failure.findings]
        return sorted(found.values(), key=lambda failure: not failure.zero_tolerance)

    def _forget(self, scenario: str) -> None:
        """A scenario that begins again, after an interruption, takes nothing over from its first attempt."""
        self.scenarios.pop(scenario, None)
        self.checks = [check for check in self.checks if check.scenario != scenario]

    def _scenario(self, scenario: str) -> Scenario:
        return self.scenarios.setdefault(scenario, Scenario(scenario, ""))

    def _answer(self, step: Step, event: events.ActionAnswered) -> None:
        step.shown += [shown.text for shown in event.shown]
        for asked in step.asked:
            if asked.sent.id == event.id:
                asked.answered = event

    def _exchange(self, event: events.ExchangeSeen) -> None:
        self._exchanges[event.seq] = event
        if event.stray and event.scenario:
            self._scenario(event.scenario).strays.append(event)
        elif event.scenario and event.claimed_by:
            self.step(event.scenario, event.claimed_by).exchanges.append(event)
