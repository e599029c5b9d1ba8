"""``report.json`` (CONTRACTS §1): everything that the other reports are drawn from, without the bytes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from banc_standards.contracts.finding import Finding
from banc_standards.contracts.score import Gate, RequirementVerdict, RuleSet, Score
from banc_standards.contracts.shape import Count, Digest, Instant, SessionId, Shape
from banc_standards.contracts.sut import Sut
from banc_standards.contracts.vocabulary import Outcome, RunKind, SoftwareType, Verdict


class ReportedStep(Shape):
    """A step, with the journal numbers of the exchanges that it claimed and what it missed (sentences)."""

    step: str
    title: str
    outcome: Literal["done", "missed", "skipped", "failed"]
    reason: str | None = None
    software: SoftwareType | None = None
    exchanges: list[Count] = Field(default_factory=list)
    missed: list[str] = Field(default_factory=list)


class ReportedScenario(Shape):
    """A scenario and its steps."""

    scenario: str
    title: str
    outcome: Literal["done", "skipped", "failed"]
    reason: str | None = None
    duration_ms: Count
    software: SoftwareType | None = None
    session: SessionId | None = None
    steps: list[ReportedStep] = Field(default_factory=list)


class ReportedCheck(Shape):
    """A check, the requirements that it speaks for, and what it found."""

    check: str
    title: str
    scenario: str | None = None
    requirements: list[str]
    verdict: Verdict
    zero_tolerance: bool = False
    software: SoftwareType | None = None
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
    software: SoftwareType | None = None
    session: SessionId | None = None


class ReportedRequirement(RequirementVerdict):
    """The verdict of one requirement on one software."""

    software: SoftwareType | None = None


class ReportedPart(Shape):
    """One software of a report on several: what it is, what it was judged against, and how it ended.

    ``run`` and ``session`` are those of the run of its own, ``story`` the run that it shared with the others; either
    may be missing. Its gate and score count both.
    """

    software: SoftwareType
    sut: Sut
    profiles: list[str]
    requirement_set: RuleSet
    gate: Gate
    score: Score
    exit_code: Annotated[int, Field(ge=0, le=3)]
    run: str | None = None
    session: SessionId | None = None
    story: str | None = None
    duration_ms: Count = 0


class Report(Shape):
    """The whole result of a run, in the language ``lang``; of several runs when there are ``parts``.

    With ``parts``, what is one of a kind (``run``, ``sut``, ``session``…) is that of the first, ``gate``, ``score`` and
    ``exit_code`` are of all of them together, and every row names its software and session.
    """

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
    requirements: list[ReportedRequirement]
    scenarios: list[ReportedScenario]
    checks: list[ReportedCheck]
    exchanges: list[ReportedExchange]
    parts: list[ReportedPart] = Field(default_factory=list)
