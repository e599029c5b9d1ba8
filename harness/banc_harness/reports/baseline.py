"""What changed since an earlier report (``--baseline``): a known gap does not hide a new one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from banc_harness.judging import missing_numbers
from banc_harness.scoring import SHORT
from banc_standards.contracts.report import Report
from banc_standards.contracts.score import RequirementVerdict
from banc_standards.contracts.vocabulary import Verdict
from banc_standards.errors import Sentence, UnusableInput, reason

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


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run beside its baseline: the gaps that are new, those that were known and are no more, the requirements whose
    verdict changed, and what else closes the gate now and did not before (``lost``, requirement ids and numbers).
    """

    new: tuple[Gap, ...]
    fixed: tuple[Gap, ...]
    known: tuple[Gap, ...]
    changes: tuple[Change, ...]
    lost: tuple[str, ...]
    judged: bool

    @property
    def excuses(self) -> bool:
        """Whether everything that keeps the gate closed was known."""
        return self.judged and not self.new and not self.lost


def compare(before: Report, after: Report) -> Comparison:
    """What became of the gaps of an earlier report."""
    earlier, now = gaps(before), gaps(after)
    passed = {(check.scenario or "", check.check) for check in after.checks if check.verdict == "CONFORME"}
    return Comparison(
        new=tuple(gap for gap in now if gap not in frozenset(earlier)),
        fixed=tuple(gap for gap in earlier if gap not in frozenset(now) and (gap.scenario, gap.check) in passed),
        known=tuple(gap for gap in now if gap in frozenset(earlier)),
        changes=changes(before, after),
        lost=_lost(before, after),
        judged=after.score.judged > 0,
    )


def told(found: Comparison, *, excused: bool) -> Iterator[tuple[Sentence, str]]:
    """What a reader is told of a comparison, a sentence a line, with a style of the terminal."""
    for gap in found.new:
        where = f"{gap.rule} ({gap.check}, {gap.scenario or '—'})"
        yield Sentence(f"nouvel écart : {where}", f"new gap: {where}"), "bold red"
    for name in found.lost:
        yield Sentence(f"perdu : {name}", f"lost: {name}"), "bold red"
    for gap in found.fixed:
        where = f"{gap.rule} ({gap.check}, {gap.scenario or '—'})"
        yield Sentence(f"écart corrigé : {where}", f"gap fixed: {where}"), "green"
    count = len(found.known)
    if excused:
        yield (
            Sentence(
                f"rien de nouveau : {count} écarts connus restent, le code de sortie est 0",
                f"nothing new: {count} known gaps remain, the exit code is 0",
            ),
            "yellow",
        )
    elif count:
        yield Sentence(f"écarts connus : {count}", f"known gaps: {count}"), "dim"
    if found.fixed and not found.new and not found.lost:
        yield (
            Sentence(
                "rafraîchissez la référence : copiez le report.json de cette exécution à sa place",
                "refresh the baseline: copy the report.json of this run in its place",
            ),
            "bold",
        )


def load(path: Path) -> Report:
    """Reads an earlier ``report.json``; raises ``UnusableInput`` when it is none."""
    try:
        return Report.read(path.read_bytes())
    except (OSError, ValidationError) as error:
        none = Sentence("ce n'est pas un report.json", "not a report.json")
        why = reason(error) if isinstance(error, OSError) else none
        raise UnusableInput(
            "REPORT-002",
            Sentence(f"référence illisible : {path} ({why.fr})", f"unreadable baseline: {path} ({why.en})"),
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


def _lost(before: Report, after: Report) -> tuple[str, ...]:
    closed = {item.requirement: item for item in before.requirements if _closes(item, before.gate.scope)}
    worse = (
        item.requirement
        for item in after.requirements
        if _closes(item, after.gate.scope)
        and (item.requirement not in closed or _worse(closed[item.requirement].verdict, item.verdict))
    )
    numbers = (
        set(missing_numbers(after.sut)) - set(missing_numbers(before.sut)) if after.gate.scope == "profile" else ()
    )
    return (*worse, *sorted(numbers))


def _closes(item: RequirementVerdict, scope: str) -> bool:
    """Whether a requirement keeps the gate closed (docs/decisions/0003)."""
    if not item.in_gate:
        return False
    return item.verdict in SHORT if scope == "tested" else item.verdict not in ("CONFORME", "NON_APPLICABLE")


def _worse(before: Verdict, after: Verdict) -> bool:
    return before in _RANK and _RANK.get(after, -1) < _RANK[before]
