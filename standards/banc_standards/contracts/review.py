"""A person's verdict on one requirement of a run: ``reviews/REQUIREMENT.json`` of a bundle (CONTRACTS §10)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from banc_standards.contracts.events import EvidenceFile
from banc_standards.contracts.shape import Digest, Instant, Shape
from banc_standards.contracts.vocabulary import Verdict


class Review(Shape):
    """What a reviewer decided, and upon what.

    ``automatic`` is the verdict of the checks alone, ``seen`` the hashes of the exchanges that those checks read: a
    review holds for this run and this evidence only. ``attachments`` are the files that the reviewer added.
    """

    v: Literal[1] = 1
    run: str
    requirement: str
    verdict: Literal["CONFORME", "NON_CONFORME"]
    comment: str
    reviewer: Annotated[str, Field(min_length=1)]
    at: Instant
    automatic: Verdict
    seen: list[Digest] = Field(default_factory=list)
    attachments: list[EvidenceFile] = Field(default_factory=list)
