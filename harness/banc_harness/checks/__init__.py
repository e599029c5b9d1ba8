"""Checks: pure judgements over what crossed the wire, bound to requirements.

A theme is a module of this package that holds checks; ``registered.py`` lists the themes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from types import ModuleType
from typing import TYPE_CHECKING

from banc_harness.selection import Selection
from banc_standards.errors import Sentence
from banc_standards.rules import Certainty, Finding, Hit, Rule, Severity

if TYPE_CHECKING:
    from banc_harness.trace import Trace

Judgement = Callable[["Trace"], Iterable[Hit | Finding]]


WAYS: Mapping[str, tuple[str, ...]] = {"psc.code": ("PSC.01", "PSC.02", "PSC.03"), "psc.ciba": ()}
"""The capabilities by which a software signs people in, with a browser and without; scenarios of every profile that try
nothing else.
"""


def has_way(way: str, capabilities: Collection[str]) -> bool:
    """Whether what speaks of one way to sign in applies to a software; one that declares no way is not let off."""
    return way in capabilities or WAYS.keys().isdisjoint(capabilities)


class NothingToJudge(Exception):
    """Raised by a judgement when none of the selected exchanges holds what it speaks of, nor had to."""


@dataclass(frozen=True, slots=True)
class Check:
    """One judgement over a trace: its rule, the requirements that it proves, and the exchanges that it needs.

    ``scenarios`` are patterns of scenario ids. ``presence``: the check proves that something happens, so that a missed
    expectation of it fails the check; without it, what never came leaves nothing to judge. ``absence``: the check
    proves that something does not happen, so that it is judged without any selected exchange too. ``blocking``: a
    failure fails the requirement, else it only makes it partial. ``zero_tolerance``: a failure turns the gate red
    whatever the score, and stray exchanges are judged too. ``word_of`` are the actions whose answers the check reads
    beside the wire: one that the driver never answered leaves the check untested. ``way`` is the one of ``WAYS`` that
    the check speaks of: it does not apply to a software that only has another.
    """

    rule: Rule
    judgement: Judgement
    requirements: tuple[str, ...]
    on: Selection
    scenarios: tuple[str, ...]
    presence: bool = False
    absence: bool = False
    blocking: bool = True
    zero_tolerance: bool = False
    word_of: tuple[str, ...] = ()
    way: str = ""

    @property
    def id(self) -> str:
        """The stable id, also the id of the rule."""
        return self.rule.id

    def concerns(self, scenario: str) -> bool:
        """Whether the check is judged on the trace of this scenario."""
        return any(fnmatchcase(scenario, pattern) for pattern in self.scenarios)

    def applies(self, capabilities: Collection[str]) -> bool:
        """Whether it speaks of a software with these capabilities."""
        return not self.way or has_way(self.way, capabilities)

    def findings(self, trace: Trace) -> tuple[Finding, ...]:
        """What the check has to say of one trace, in the language of the trace."""
        said = self.judgement(trace)
        return tuple(item if isinstance(item, Finding) else self.rule.finding(item, trace.lang) for item in said)


def check(
    *,
    id: str,
    requirements: Iterable[str],
    on: Selection,
    text: Sentence,
    clause: str,
    fix: Sentence,
    scenarios: Iterable[str] = ("*",),
    severity: Severity = "error",
    certainty: Certainty = "sourced",
    presence: bool = False,
    absence: bool = False,
    blocking: bool = True,
    zero_tolerance: bool = False,
    word_of: Iterable[str] = (),
    way: str = "",
) -> Callable[[Judgement], Check]:
    """Makes a :class:`Check` of a generator over a :class:`~banc_harness.trace.Trace`.

    What the generator yields is a ``Hit`` of the check's own rule, or a ready ``Finding`` of a document rule. Only
    findings of severity ``error`` fail the check.
    """

    def decorate(judgement: Judgement) -> Check:
        rule = Rule(
            id=id,
            text=text,
            clause=clause,
            fix=fix,
            check=lambda trace: (item for item in judgement(trace) if isinstance(item, Hit)),
            severity=severity,
            certainty=certainty,
            subject="trace",
        )
        return Check(
            rule=rule,
            judgement=judgement,
            requirements=tuple(requirements),
            on=on,
            scenarios=tuple(scenarios),
            presence=presence,
            absence=absence,
            blocking=blocking,
            zero_tolerance=zero_tolerance,
            word_of=tuple(word_of),
            way=way,
        )

    return decorate


class Checks(Mapping[str, Check]):
    """An explicit, immutable set of checks by id. Raises ``ValueError`` when two carry the same id."""

    def __init__(self, checks: Iterable[Check]) -> None:
        self._checks: dict[str, Check] = {}
        for item in checks:
            if item.id in self._checks:
                raise ValueError(f"two checks are called {item.id}")
            self._checks[item.id] = item

    @classmethod
    def of(cls, modules: Iterable[ModuleType]) -> Checks:
        """The checks that the modules define, in their order."""
        return cls(item for module in modules for item in vars(module).values() if isinstance(item, Check))

    def __getitem__(self, check_id: str) -> Check:
        return self._checks[check_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._checks)

    def __len__(self) -> int:
        return len(self._checks)

    def of_requirement(self, requirement: str) -> tuple[Check, ...]:
        """The checks that are bound to one requirement."""
        return tuple(item for item in self.values() if requirement in item.requirements)
