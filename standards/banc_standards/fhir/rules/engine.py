"""Judging a resource and all that it holds: what reading found, then each resource against its own rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from banc_standards.fhir.rules.book import ResourceRule
from banc_standards.fhir.subject import Subject
from banc_standards.rulebook import MOST_HITS
from banc_standards.rules import Hit, Rule


class Engine:
    """The rules, arranged by the type of resource that they look at. It keeps no state of what it judges."""

    def __init__(self, reading: Iterable[Rule], rules: Iterable[Rule]) -> None:
        every = tuple(rules)
        self._reading: Final[Mapping[str, Rule]] = {rule.id: rule for rule in reading}
        self._whole: Final = tuple(rule for rule in every if not isinstance(rule, ResourceRule))
        self._each: Final = tuple(rule for rule in every if isinstance(rule, ResourceRule))
        self._by_type: dict[str, tuple[ResourceRule, ...]] = {}

    def judge(self, subject: Subject) -> Iterator[tuple[Rule, Hit]]:
        """Every broken rule with the place."""
        for fault in subject.faults:
            yield self._reading[fault.rule_id], subject.hit(fault.path, fault.found, fault.expected)
        for rule in self._whole:
            for hit in rule.check(subject):
                yield rule, hit
        told: dict[str, int] = {}
        for resource in subject.resources:
            for one in self._of(resource.type):
                if one.profiles and one.profiles.isdisjoint(resource.profiles):
                    continue
                for hit in one.on_resource(resource):
                    told[one.id] = told.get(one.id, 0) + 1
                    if told[one.id] <= MOST_HITS:
                        yield one, hit

    def _of(self, name: str) -> tuple[ResourceRule, ...]:
        found = self._by_type.get(name)
        if found is None:
            found = tuple(rule for rule in self._each if not rule.types or name in rule.types)
            self._by_type[name] = found
        return found
