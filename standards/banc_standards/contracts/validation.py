"""What ``banc validate --format json`` writes (CONTRACTS §7)."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from banc_standards.contracts.finding import Finding
from banc_standards.contracts.shape import Count, Shape


class ValidatedFile(Shape):
    """One file, a member of an archive (``ARCHIVE!/member``), or standard input (``-``).

    ``conform`` is true exactly when no finding is an error and the file could be judged; ``unusable`` says why not.
    """

    path: str
    kind: Literal["cda", "xdm", "xds", "vihf", "hl7v2", "fhir", "mail", "insi", "psc"] | None
    document_type: str | None
    level: Literal["N1", "N3"] | None
    conform: bool
    unusable: str | None
    findings: list[Finding]

    @model_validator(mode="after")
    def _conform_says_what_the_findings_say(self) -> Self:
        sound = self.unusable is None and all(finding.severity != "error" for finding in self.findings)
        if self.conform is not sound:
            raise ValueError("conform contradicts the findings")
        return self


class ValidationSummary(Shape):
    """The sums over all the files."""

    files: Count
    conform: Count
    not_conform: Count
    unusable: Count
    errors: Count
    warnings: Count
    infos: Count


class Validation(Shape):
    """Every file that was judged, in the order asked, then the sums."""

    version: Literal[1]
    files: list[ValidatedFile]
    summary: ValidationSummary
