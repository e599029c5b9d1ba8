"""What changed since an earlier report (``--baseline``): a known gap does not hide a new one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from banc_standards.contracts.report import Report
from banc_standards.contracts.vocabulary import Verdict
from banc_standards.errors import Sentence, UnusableInput

_RANK: dict[Verdict, int] = {"CONFORME": 2, "PARTIEL": 1, "NON_CONFORME": 0}


@dataclass(frozen=True, slots=True)
class Change:
    """A requirement whose verdict is not the earlier one. ``worse``: it was judged both times and lost."""

    requirement: str
    before: Verdict
    after: Verdict

    @property
    def worse(self) -> bool:
        """Whether the software lost something."""
        return self.before in _RANK and self.after in _RANK and _RANK[self.after] < _RANK[self.before]


@dataclass(frozen=True, slots=True)
class Gap:
    """One way in which the software does not conform: a check that fails in a scenario, and the rule that it breaks."""

    scenario: str
    check: str
    rule: str


def load(path: Path) -> Report:
    """Reads an earlier ``report.json``; raises ``UnusableInput`` when it is none."""
    try:
        return Report.read(path.read_bytes())
    except (OSError, ValidationError) as error:
        why = error.strerror if isinstance(error, OSError) else "ce n'est pas un report.json / not a report.json"
        raise UnusableInput(
            "REPORT-002",
            Sentence(f"référence illisible : {path} ({why})", f"unreadable baseline: {path} ({why})"),
            Sentence("donnez le report.json d'une exécution", "give the report.json of a run"),
        ) from None


def changes(before: Report, after: Report) -> tuple[Change, ...]:
    """The requirements whose verdict changed, in the order of the later report."""
    earlier = {item.requirement: item.verdict for item in before.requirements}
    return tuple(
        Change(item.requirement, earlier[item.requirement], item.verdict)
        for item in after.requirements
        if item.requirement in earlier and earlier[item.requirement] != item.verdict
    )


def gaps(report: Report) -> tuple[Gap, ...]:
    """Every gap that a report tells, once each."""
    found = (
        Gap(check.scenario or "", check.check, finding.rule)
        for check in report.checks
        if check.verdict in ("NON_CONFORME", "PARTIEL")
        for finding in check.findings
        if finding.severity == "error"
    )
    return tuple(dict.fromkeys(found))


def new_gaps(before: Report, after: Report) -> tuple[Gap, ...]:
    """The gaps that the earlier report does not tell."""
    known = frozenset(gaps(before))
    return tuple(gap for gap in gaps(after) if gap not in known)
