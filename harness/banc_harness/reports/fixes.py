"""Why not 100 %: what was found grouped by cause, and the shortest list of fixes that turns the failing requirements.

Findings of several rules at the same place of the same exchange have one cause. An exchange that did not come because
the nearest one was refused, or because an earlier step was, has the causes of that refusal. A requirement needs every
one of its causes fixed, so the shortest list is all of them, once each; the order is the one in which requirements turn
soonest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from banc_harness.account import FAILING, Account
from banc_harness.reports.places import Place, place
from banc_harness.scoring import share
from banc_standards.contracts.events import CheckEnded, RequirementDecided
from banc_standards.contracts.finding import Finding


@dataclass(frozen=True, slots=True)
class Spot:
    """One finding of a check in a scenario."""

    finding: Finding
    place: Place
    check: str
    scenario: str


@dataclass(slots=True)
class Cause:
    """One thing to change: the rules that notice it, where, and the requirements that it keeps from conforming."""

    rules: list[str] = field(default_factory=list)
    spots: list[Spot] = field(default_factory=list)
    checks: list[str] = field(default_factory=list)
    requirements: list[str] = field(default_factory=list)
    zero_tolerance: bool = False

    @property
    def id(self) -> str:
        """The name of the cause: its first rule."""
        return self.rules[0]

    @property
    def finding(self) -> Finding:
        """The finding that says it best: of a document rule when there is one, since those name their text exactly."""
        return min(self.spots, key=lambda spot: spot.finding.rule.startswith("CHK-")).finding

    @property
    def example(self) -> Finding:
        """The finding that shows it best: one that tells both what was found and what was expected."""
        return max(self.spots, key=lambda spot: bool(spot.finding.found) + bool(spot.finding.expected)).finding

    @property
    def places(self) -> int:
        """In how many places it shows."""
        return len(self.spots)

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Where it shows, in the order of the run."""
        return tuple(dict.fromkeys(spot.scenario for spot in self.spots if spot.scenario))


@dataclass(frozen=True, slots=True)
class Fix:
    """A cause on the list: the requirements that conform once it and those before it are fixed, and the score then."""

    cause: Cause
    turns: tuple[str, ...]
    score: float | None


@dataclass(frozen=True, slots=True)
class Fixes:
    """The list, the causes that no applicable requirement needs, and the requirements that wait for something else."""

    needed: tuple[Fix, ...]
    others: tuple[Cause, ...]
    unexplained: tuple[RequirementDecided, ...]


def fixes(account: Account) -> Fixes:
    """The shortest list of fixes of a run."""
    causes = _Causes(account)
    failing = [item for item in account.requirements if item.verdict in FAILING]
    needs = {item.requirement: causes.of_requirement(item.requirement) for item in failing}
    for name, found in needs.items():
        for cause in found:
            cause.requirements.append(name)
    explained = [item for item in failing if needs[item.requirement]]
    ordered = list(_ordered(account, explained, needs))
    listed = {fix.cause.id for fix in ordered}
    rest = [cause for cause in causes.all if cause.id not in listed]
    closing = [Fix(cause, (), None) for cause in rest if cause.zero_tolerance]
    return Fixes(
        needed=(*closing, *ordered),
        others=tuple(cause for cause in rest if not cause.zero_tolerance),
        unexplained=tuple(item for item in failing if not needs[item.requirement]),
    )


def _ordered(account: Account, failing: Sequence[RequirementDecided], needs: dict[str, list[Cause]]) -> Iterator[Fix]:
    turned: set[str] = set()
    done: set[str] = set()
    waiting = list(failing)
    while waiting:
        left = {item.requirement: [c for c in needs[item.requirement] if c.id not in done] for item in waiting}
        urgent = min(
            waiting,
            key=lambda item: (
                not any(cause.zero_tolerance for cause in left[item.requirement]),
                not item.in_gate,
                len(left[item.requirement]),
                -item.weight,
            ),
        )
        for cause in left[urgent.requirement]:
            done.add(cause.id)
            now = [item for item in waiting if all(c.id in done for c in needs[item.requirement])]
            waiting = [item for item in waiting if item not in now]
            turned.update(item.requirement for item in now)
            yield Fix(cause, tuple(item.requirement for item in now), _score(account.requirements, turned))


def _score(decided: Iterable[RequirementDecided], turned: set[str]) -> float | None:
    """The score with some requirements turned to conform, or to the look that they then still need."""
    then = [_turned(item) if item.requirement in turned else item for item in decided if item.level != "optional"]
    return share(then).percent


def _turned(item: RequirementDecided) -> RequirementDecided:
    verdict = "CONFORME" if item.check_mode == "automatic" else "A_COMPLETER"
    return item.model_copy(update={"verdict": verdict})


class _Causes:
    """The causes of a run, by rule."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._by_rule: dict[str, Cause] = {}
        self._seen = {item.seq: item for item in account.exchanges}
        self._told = {finding.rule for check in account.checks for finding in check.findings}
        self._of_check: dict[tuple[str, str], list[str]] = {}
        failed = [item for item in account.checks if item.verdict == "NON_CONFORME"]
        for check in failed:
            self._take(check)
        self._join(spot for cause in self._by_rule.values() for spot in cause.spots)
        for check in failed:
            self._relate(check)

    @property
    def all(self) -> list[Cause]:
        """Every cause, once."""
        return list({id(cause): cause for cause in self._by_rule.values()}.values())

    def of_requirement(self, requirement: str) -> list[Cause]:
        """What keeps a requirement from conforming."""
        rules: list[str] = []
        for check in self._account.checks:
            if requirement not in check.requirements:
                continue
            if check.verdict == "NON_CONFORME":
                rules += self._of_check.get((check.check, check.scenario or ""), [])
            elif check.verdict == "NON_TESTE" and check.scenario:
                rules += self._missed(check.scenario)
        found = {id(self._by_rule[rule]): self._by_rule[rule] for rule in rules if rule in self._by_rule}
        return list(found.values())

    def _take(self, check: CheckEnded) -> None:
        for finding in check.findings:
            at = place(finding.location)
            if finding.severity == "error" and not self._refusal(at):
                cause = self._by_rule.setdefault(finding.rule, Cause([finding.rule]))
                cause.spots.append(Spot(finding, at, check.check, check.scenario or ""))

    def _relate(self, check: CheckEnded) -> None:
        """Notes which causes a failed check has."""
        rules = []
        for finding in check.findings:
            if finding.severity == "error":
                refused = self._refusal(place(finding.location))
                rules += refused or [finding.rule]
        self._of_check[check.check, check.scenario or ""] = rules
        for rule in rules:
            cause = self._by_rule.get(rule)
            if cause is None:
                continue
            cause.zero_tolerance = cause.zero_tolerance or check.zero_tolerance
            if check.check not in cause.checks:
                cause.checks.append(check.check)

    def _refusal(self, at: Place) -> list[str]:
        """Why an exchange did not come, when that is told elsewhere: the rules that the nearest one breaks, or those
        for which an earlier step of the scenario already missed its own.
        """
        if at.step is None:
            return []
        return self._near(at.step, at.seq) or self._earlier(at.step)

    def _near(self, step: str, seq: int | None) -> list[str]:
        near = None if seq is None else self._seen.get(seq)
        if near is None or near.fault is not None:
            return []
        if near.outcome == "accepted" and not self._expected_there(step, near.operation):
            return []
        return [item.rule for item in near.findings if item.severity == "error" and item.rule in self._told]

    def _earlier(self, step: str) -> list[str]:
        played = self._account.scenarios.get(step.rpartition(".")[0])
        if played is None or step not in played.steps:
            return []
        before = takewhile(lambda one: one.id != step, played.steps.values())
        missed = [(one.id, item.nearest.seq) for one in before for item in one.missed if item.nearest is not None]
        return list(dict.fromkeys(rule for name, seq in missed for rule in self._near(name, seq)))

    def _expected_there(self, step: str, operation: str) -> bool:
        """Whether the step waited for that very operation, with another result."""
        played = self._account.scenarios.get(step.rpartition(".")[0])
        missed = played.steps[step].missed if played is not None and step in played.steps else []
        return any(item.operation == operation for item in missed)

    def _missed(self, scenario: str) -> list[str]:
        """The causes for which a scenario did not go to its end."""
        played = self._account.scenarios.get(scenario)
        missed = [item for step in played.steps.values() for item in step.missed] if played else []
        rules: list[str] = []
        for item in missed:
            if item.nearest is not None:
                rules += self._refusal(Place(item.nearest.seq, "", item.step))
        return rules

    def _join(self, spots: Iterable[Spot]) -> None:
        """Makes one cause of the rules that are broken at the same place."""
        by_exchange: dict[int, list[Spot]] = {}
        for spot in spots:
            if spot.place.seq is not None and spot.place.within:
                by_exchange.setdefault(spot.place.seq, []).append(spot)
        for together in by_exchange.values():
            for rank, one in enumerate(together):
                for other in together[rank + 1 :]:
                    if one.place.same(other.place):
                        self._merge(one.finding.rule, other.finding.rule)

    def _merge(self, one: str, other: str) -> None:
        kept, joined = self._by_rule[one], self._by_rule[other]
        if kept is joined:
            return
        kept.rules += joined.rules
        kept.spots += joined.spots
        for rule in joined.rules:
            self._by_rule[rule] = kept
