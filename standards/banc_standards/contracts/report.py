"""``report.json`` (CONTRACTS §1): everything that the other reports are drawn from, without the bytes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from banc_standards.contracts.finding import Finding
from banc_standards.contracts.score import Gate, RequirementVerdict, RuleSet, Score
from banc_standards.contracts.shape import Count, Digest, Instant, SessionId, Shape
from banc_standards.contracts.sut import Sut
from banc_standards.contracts.vocabulary import Outcome, RunKind, Verdict


class ReportedStep(Shape):
    """A step, with the journal numbers of the exchanges that it claimed and what it missed (sentences)."""

    step: str
    title: str
    outcome: Literal["done", "missed", "skipped", "failed"]
    reason: str | None = None
    exchanges: list[Count] = Field(default_factory=list)
    missed: list[str] = Field(default_factory=list)


class ReportedScenario(Shape):
    """A scenario and its steps."""

    scenario: str
    title: str
    outcome: Literal["done", "skipped", "failed"]
    reason: str | None = None
    duration_ms: Count
    steps: list[ReportedStep] = Field(default_factory=list)


class ReportedCheck(Shape):
    """A check, the requirements that it speaks for, and what it found."""

    check: str
    title: str
    scenario: str | None = None
    requirements: list[str]
    verdict: Verdict
    zero_tolerance: bool = False
    inputs: list[Digest] = Field(default_factory=list)
    findings: list[Finding] = Field(default_factory=list)


class ReportedExchange(Shape):
    """An exchange of the run, by its place in the journal."""

    seq: Count
    hash: Digest
    operation: str
    outcome: Outcome
    code: str | None = None
    claimed_by: str | None = None
    stray: bool = False
    findings: list[Finding] = Field(default_factory=list)


class Report(Shape):
    """The whole result of a run, in the language ``lang``."""

    version: Literal[1] = 1
    run: str
    kind: RunKind
    lang: Literal["fr", "en"]
    started: Instant
    ended: Instant
    duration_ms: Count
    bench: dict[str, str]
    sut: Sut
    profiles: list[str]
    session: SessionId
    mode: Literal["strict", "lenient"]
    seed: int
    requirement_set: RuleSet
    rule_set: RuleSet
    gate: Gate
    score: Score
    exit_code: Annotated[int, Field(ge=0, le=3)]
    requirements: list[RequirementVerdict]
    scenarios: list[ReportedScenario]
    checks: list[ReportedCheck]
    exchanges: list[ReportedExchange]
