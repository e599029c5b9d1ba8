"""Writing rules of FHIR: one looks at each resource of its types that claims one of its profiles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from banc_standards.errors import Sentence
from banc_standards.fhir.subject import Resource, Subject
from banc_standards.rulebook import MOST_HITS, Pair
from banc_standards.rules import Certainty, Hit, Rule, Severity

OnResource = Callable[[Resource], Iterable[Hit]]
_F = TypeVar("_F", bound=OnResource)


@dataclass(frozen=True, slots=True)
class ResourceRule(Rule):
    """A rule on resources: those of its ``types`` (all, without) that claim one of its ``profiles`` (if it has any)."""

    types: frozenset[str] = frozenset()
    profiles: frozenset[str] = frozenset()
    on_resource: OnResource = field(default=lambda _: ())

    def concerns(self, resource: Resource) -> bool:
        """Whether the rule looks at a resource."""
        if self.types and resource.type not in self.types:
            return False
        return not self.profiles or not self.profiles.isdisjoint(resource.profiles)


class FhirBook:
    """The rules of one guide. ``clause`` names it, ``profiles`` are those that its rules look at by default."""

    def __init__(self, clause: str, types: str = "", profiles: Iterable[str] = ()) -> None:
        self._clause = clause
        self._types = frozenset(types.split())
        self._profiles = frozenset(profiles)
        self._rules: list[Rule] = []

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules written so far, in their order."""
        return tuple(self._rules)

    def add(
        self,
        id: str,
        text: Pair,
        fix: Pair,
        on_resource: OnResource,
        *,
        at: str = "",
        severity: Severity = "error",
        certainty: Certainty = "sourced",
        types: str | None = None,
        profiles: Iterable[str] | None = None,
    ) -> None:
        """Adds a rule; ``types`` and ``profiles`` take the place of the book's."""
        wanted = self._types if types is None else frozenset(types.split())
        claimed = self._profiles if profiles is None else frozenset(profiles)

        def check(subject: Any) -> Iterator[Hit]:
            return islice(_all_hits(rule, subject), MOST_HITS)

        rule = ResourceRule(
            id=id,
            text=Sentence(*text),
            clause=f"{self._clause}, {at}" if at else self._clause,
            fix=Sentence(*fix),
            check=check,
            severity=severity,
            certainty=certainty,
            types=wanted,
            profiles=claimed,
            on_resource=on_resource,
        )
        self._rules.append(rule)

    def rule(
        self,
        id: str,
        text: Pair,
        fix: Pair,
        *,
        at: str = "",
        severity: Severity = "error",
        certainty: Certainty = "sourced",
        types: str | None = None,
        profiles: Iterable[str] | None = None,
    ) -> Callable[[_F], _F]:
        """The decorator form of :meth:`add`."""

        def write(check: _F) -> _F:
            self.add(
                id, text, fix, check, at=at, severity=severity, certainty=certainty, types=types, profiles=profiles
            )
            return check

        return write


def _all_hits(rule: ResourceRule, subject: Subject) -> Iterator[Hit]:
    for resource in subject.resources:
        if rule.concerns(resource):
            yield from rule.on_resource(resource)
