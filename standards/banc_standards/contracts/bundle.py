"""The evidence bundle (CONTRACTS §10): its manifest, and the tombstone of a content that was taken out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from banc_standards.contracts.finding import Finding
from banc_standards.contracts.score import Gate, RequirementVerdict, RuleSet, Score
from banc_standards.contracts.shape import Count, Digest, Instant, SessionId, Sha256, Shape
from banc_standards.contracts.vocabulary import CheckMode, Level, RunKind, Verdict

BUNDLE_VERSION = 1

Role = Literal[
    "sut",
    "events",
    "journal",
    "blob",
    "checks",
    "requirements",
    "rules",
    "verdicts",
    "review",
    "attachment",
    "report",
]


class SealedFile(Shape):
    """One file of the bundle: its name, the SHA-256 and size in bytes of its content, and what it is there for."""

    name: str
    sha256: Sha256
    size: Count
    role: Role


class Person(Shape):
    """Somebody who answers for the run: the signer of the bundle, or a reviewer."""

    name: Annotated[str, Field(min_length=1)]
    role: Literal["signer", "reviewer"]


class SealedSession(Shape):
    """The session whose journal is sealed; the run begins after ``position``."""

    id: SessionId
    epoch: Count
    mode: Literal["strict", "lenient"]
    position: Count


class ChainHead(Shape):
    """The last entry of one writer of the journal."""

    writer: str
    seq: Annotated[int, Field(ge=1, strict=True)]
    hash: Digest


class Manifest(Shape):
    """``manifest.json``: what the bundle is of, and every other file by its hash. ``sealed`` is the signing time."""

    version: Annotated[int, Field(ge=1, strict=True)]
    run: str
    kind: RunKind
    lang: Literal["fr", "en"]
    sealed: Instant
    people: list[Person]
    bench: dict[str, str]
    requirement_set: RuleSet
    rule_set: RuleSet
    seed: int
    session: SealedSession
    heads: list[ChainHead]
    files: list[SealedFile]


class Tombstone(Shape):
    """What stands in the place of a content that was taken out, and why."""

    redacted: Digest
    reason: Annotated[str, Field(min_length=1, pattern=r"\S")]


class SealedCheck(Shape):
    """One verdict of a check on one scenario, recomputed from the sealed bytes. Both languages are in ``events``."""

    check: str
    scenario: str | None
    requirements: list[str]
    inputs: list[Digest]
    findings: list[Finding]
    verdict: Verdict
    zero_tolerance: bool


class SealedChecks(Shape):
    """``checks.json``: every verdict of a check, in the order of the run."""

    version: Literal[1] = 1
    checks: list[SealedCheck]


class SealedVerdicts(Shape):
    """``verdicts.json``: every requirement's verdict, the gate and the score."""

    version: Literal[1] = 1
    requirements: list[RequirementVerdict]
    gate: Gate
    score: Score


class BothLanguages(Shape):
    """A sentence in the two languages."""

    fr: str
    en: str


class SealedRule(Shape):
    """One check as the run applied it."""

    check: str
    text: BothLanguages
    fix: BothLanguages
    clause: str
    severity: Literal["error", "warning", "info"]
    certainty: Literal["sourced", "deduced", "uncertain"]
    requirements: list[str]
    scenarios: list[str]
    blocking: bool
    zero_tolerance: bool


class SealedRules(Shape):
    """``rules.json``: the frozen judge of the run."""

    version: Literal[1] = 1
    rule_set: RuleSet
    rules: list[SealedRule]


class SealedRequirement(Shape):
    """One requirement as the run asked it."""

    requirement: str
    text: BothLanguages
    area: str
    use_cases: list[str]
    level: Level
    check_mode: CheckMode
    weight: Count
    software: list[str]
    profiles: list[str]
    approved: list[str]
    review: str
    source: str
    condition: BothLanguages


class SealedRequirements(Shape):
    """``requirements/COULOIR.json``: the frozen requirements of the run."""

    version: Literal[1] = 1
    requirement_set: RuleSet
    couloir: str
    requirements: list[SealedRequirement]
