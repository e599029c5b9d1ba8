"""Gate, score and verdicts: what ``run.ended`` and ``report.json`` both carry."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from banc_standards.contracts.shape import Count, Digest, Shape
from banc_standards.contracts.vocabulary import CheckMode, Level, Verdict

Percent = Annotated[float, Field(ge=0, le=100, description="Per cent, one decimal.")]


class RuleSet(Shape):
    """A frozen set of requirements or rules: its name, version, hash and how many it holds."""

    name: str
    version: str
    hash: Digest
    count: Count


class Gate(Shape):
    """Whether the run passes.

    ``tested``: over what was judged; ``profile``: over every applicable mandatory requirement.
    ``reasons`` are sentences, in the language of the run, each naming what keeps the gate closed.
    """

    passed: bool
    scope: Literal["tested", "profile"]
    sentence: str
    reasons: list[str] = Field(default_factory=list)


class Share(Shape):
    """A weighted share of conformity: ``percent`` is null when nothing was judged."""

    percent: Percent | None
    judged: Count
    applicable: Count


class Score(Share):
    """The weighted score of the run, by area and by use case; recommendations stay apart and never lower it."""

    by_area: dict[str, Share] = Field(default_factory=dict)
    by_use_case: dict[str, Share] = Field(default_factory=dict)
    recommendations: Share | None = None
    verdicts: dict[Verdict, Count] = Field(default_factory=dict)


class RequirementVerdict(Shape):
    """The verdict of one requirement in this run, with the sentence that says why.

    ``reviewer`` is the person whose review made it what it is.
    """

    requirement: str
    text: str
    area: str
    use_cases: list[str] = Field(default_factory=list)
    level: Level
    check_mode: CheckMode
    weight: Annotated[int, Field(ge=0, le=3)]
    verdict: Verdict
    reason: str
    checks: list[str] = Field(default_factory=list)
    in_gate: bool = True
    reviewer: str | None = None
