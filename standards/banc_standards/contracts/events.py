"""The events of a run (CONTRACTS §8), one JSON object a line: terminal, reports and bundle read nothing else.

Sentences are in the language that ``run.started`` names; ``other`` holds them in the other one, by key, so that a
report can be read in both. ``n`` counts from 1 without gaps.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from banc_standards.contracts.driver import Shown
from banc_standards.contracts.finding import Finding
from banc_standards.contracts.score import Gate, RequirementVerdict, RuleSet, Score
from banc_standards.contracts.shape import Count, Digest, Instant, SessionId, Shape
from banc_standards.contracts.sut import Sut
from banc_standards.contracts.vocabulary import AnswerStatus, Outcome, RunKind, SoftwareType, Verdict


class _Event(Shape):
    """``software`` tells which one an event is about, in a run that several play together."""

    v: Literal[1] = 1
    run: str
    n: Annotated[int, Field(ge=1)]
    at: Instant
    software: SoftwareType | None = None


class _Telling(_Event):
    """An event that carries sentences: ``other`` says them in the other language, by (dotted) key."""

    other: dict[str, str | list[str]] = Field(default_factory=dict)


class CastMember(Shape):
    """A software that plays in a run beside that of ``run.started``, and what it is judged against.

    ``judged`` is false for one that only keeps the others company.
    """

    software: SoftwareType
    sut: Sut
    profiles: list[str]
    requirements: RuleSet
    judged: bool = True


class RunStarted(_Event):
    """A run begins: what is judged, by which versions, with which seed. ``sandbox`` is the control API's address.

    ``cast`` are the other softwares, in a run that several play together.
    """

    type: Literal["run.started"] = "run.started"
    kind: RunKind
    lang: Literal["fr", "en"]
    sut: Sut
    bench: dict[str, str]
    requirements: RuleSet
    rules: RuleSet
    session: SessionId
    mode: Literal["strict", "lenient"]
    seed: int
    sandbox: str
    profiles: list[str]
    scenarios: list[str]
    cast: list[CastMember] = Field(default_factory=list)


class ScenarioStarted(_Telling):
    """A scenario begins."""

    type: Literal["scenario.started"] = "scenario.started"
    scenario: str
    title: str


class ScenarioEnded(_Telling):
    """A scenario is over. ``skipped``: a capability is missing; ``failed``: sandbox or driver could not be reached.

    ``judged`` tells whether the checks read what happened. ``subjects`` are the fictitious people whom it was about, by
    kind, the ids of the population.
    """

    type: Literal["scenario.ended"] = "scenario.ended"
    scenario: str
    outcome: Literal["done", "skipped", "failed"]
    reason: str | None = None
    duration_ms: Count
    judged: bool = True
    subjects: dict[str, list[str]] = Field(default_factory=dict)


class StepStarted(_Telling):
    """A step begins; ``position`` is the journal's sequence number before it."""

    type: Literal["step.started"] = "step.started"
    scenario: str
    step: str
    title: str
    position: Count


class StepEnded(_Telling):
    """A step is over. ``missed``: an expected exchange did not come."""

    type: Literal["step.ended"] = "step.ended"
    scenario: str
    step: str
    outcome: Literal["done", "missed", "skipped", "failed"]
    reason: str | None = None
    duration_ms: Count


class ActionSent(_Event):
    """The driver was asked for something; credentials stay out of the event."""

    type: Literal["action.sent"] = "action.sent"
    scenario: str
    step: str
    id: str
    action: str
    driver: str
    deadline_s: int
    input: dict[str, Any] = Field(default_factory=dict)


class EvidenceFile(Shape):
    """A file kept as evidence, by the name of its bytes."""

    name: str
    media_type: str
    blob: Digest
    size: Count


class ActionAnswered(_Event):
    """The driver answered, or gave no answer that can be read (``failure``, then ``status`` is ``failed``).

    ``not_asked``: it was silent before, so that nothing was sent; ``input`` then says what would have been.
    """

    type: Literal["action.answered"] = "action.answered"
    scenario: str
    step: str
    id: str
    action: str
    status: AnswerStatus
    output: dict[str, Any] = Field(default_factory=dict)
    shown: list[Shown] = Field(default_factory=list)
    evidence: list[EvidenceFile] = Field(default_factory=list)
    error: str | None = None
    duration_ms: Count
    failure: Literal["unreachable", "crashed", "timeout", "oversize", "invalid", "not_asked"] | None = None
    input: dict[str, Any] = Field(default_factory=dict)


class ExchangeSeen(_Event):
    """An exchange crossed the sandbox: claimed by a step, or stray (claimed by none)."""

    type: Literal["exchange"] = "exchange"
    seq: Count
    hash: Digest
    operation: str
    outcome: Outcome
    code: str | None = None
    fault: str | None = None
    scenario: str | None = None
    claimed_by: str | None = None
    stray: bool = False
    findings: list[Finding] = Field(default_factory=list)


class ExpectationWaiting(_Event):
    """A step waits for an exchange until ``deadline``."""

    type: Literal["expectation.waiting"] = "expectation.waiting"
    scenario: str
    step: str
    id: str
    operation: str
    outcome: Outcome | None = None
    match: dict[str, Any] = Field(default_factory=dict)
    deadline: Instant


class ExpectationMet(_Event):
    """The exchange came."""

    type: Literal["expectation.met"] = "expectation.met"
    scenario: str
    step: str
    id: str
    operation: str
    seq: Count


class Nearest(Shape):
    """The exchange that looks most like the expected one, and what differs (one sentence each)."""

    seq: Count
    operation: str
    outcome: Outcome
    code: str | None = None
    difference: list[str]


class ExpectationMissed(_Telling):
    """The exchange did not come in time."""

    type: Literal["expectation.missed"] = "expectation.missed"
    scenario: str
    step: str
    id: str
    operation: str
    outcome: Outcome | None = None
    match: dict[str, Any] = Field(default_factory=dict)
    nearest: Nearest | None = None


class QuestionAsked(_Event):
    """A person is asked something."""

    type: Literal["question.asked"] = "question.asked"
    scenario: str
    step: str
    id: str
    text: str
    options: list[str] = Field(default_factory=list)


class QuestionAnswered(_Event):
    """A person answered."""

    type: Literal["question.answered"] = "question.answered"
    scenario: str
    step: str
    id: str
    answer: str
    by: str


class EvidenceAdded(_Event):
    """A file joined the evidence of a step."""

    type: Literal["evidence.added"] = "evidence.added"
    scenario: str
    step: str
    evidence: EvidenceFile
    produced_by: Literal["driver", "person", "sandbox"]


class CheckEnded(_Telling):
    """A check was computed over its inputs: names of the exchanges (hashes) and of the files (digests)."""

    type: Literal["check.ended"] = "check.ended"
    check: str
    title: str
    scenario: str | None = None
    requirements: list[str]
    inputs: list[Digest]
    findings: list[Finding]
    verdict: Verdict
    zero_tolerance: bool = False


class RequirementDecided(_Telling, RequirementVerdict):
    """The verdict of one requirement."""

    type: Literal["requirement.decided"] = "requirement.decided"


class ReviewSigned(_Event):
    """A reviewer signed the verdict of one requirement."""

    type: Literal["review.signed"] = "review.signed"
    requirement: str
    verdict: Verdict
    reviewer: str
    review: Digest


class Log(_Telling):
    """Something worth reading that is neither a verdict nor an exchange."""

    type: Literal["log"] = "log"
    level: Literal["info", "warning", "error"]
    code: str
    text: str
    hint: str = ""


class RunEnded(_Telling):
    """A run is over: gate, score, exit code of the command."""

    type: Literal["run.ended"] = "run.ended"
    gate: Gate
    score: Score
    exit_code: Annotated[int, Field(ge=0, le=3)]
    duration_ms: Count


AnyEvent = (
    RunStarted
    | ScenarioStarted
    | ScenarioEnded
    | StepStarted
    | StepEnded
    | ActionSent
    | ActionAnswered
    | ExchangeSeen
    | ExpectationWaiting
    | ExpectationMet
    | ExpectationMissed
    | QuestionAsked
    | QuestionAnswered
    | EvidenceAdded
    | CheckEnded
    | RequirementDecided
    | ReviewSigned
    | Log
    | RunEnded
)
Event = Annotated[AnyEvent, Field(discriminator="type")]
EVENT: TypeAdapter[AnyEvent] = TypeAdapter(Event)


def read_event(line: str | bytes) -> AnyEvent:
    """Reads one line of a run's events; raises ``pydantic.ValidationError``."""
    return EVENT.validate_json(line)
