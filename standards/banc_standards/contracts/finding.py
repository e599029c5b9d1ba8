"""Finding (CONTRACTS §7): what a reader gets of a broken rule."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from banc_standards.contracts.shape import Shape


class Finding(Shape):
    """One place where a rule is broken, with what would repair it. An ``uncertain`` finding only informs."""

    rule: str
    severity: Literal["error", "warning", "info"]
    certainty: Literal["sourced", "deduced", "uncertain"]
    location: str
    line: int | None
    column: int | None
    found: str
    expected: str
    message: str
    clause: str
    fix: str
    source: Annotated[str, Field(pattern=r"^(banc|pack:.+)$")]

    @model_validator(mode="after")
    def _uncertain_only_informs(self) -> Self:
        if self.certainty == "uncertain" and self.severity != "info":
            raise ValueError("an uncertain finding is always info")
        return self
