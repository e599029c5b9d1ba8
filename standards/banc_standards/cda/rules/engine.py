"""Judging a clinical document in one pass: rules on the whole of it, then each element against its own templates.

One lookup by templateId gives the rules of an element, so that a document pays for the rules that concern it only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from banc_standards.cda.read import Document
from banc_standards.cda.rules.book import TemplateRule
from banc_standards.rulebook import MOST_HITS
from banc_standards.rules import Hit, Rule


class Engine:
    """The rules, arranged for one pass. It keeps no state of the documents that it judges."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        every = tuple(rules)
        self._whole: Final = tuple(rule for rule in every if not isinstance(rule, TemplateRule))
        self._by_template: Final = _arranged(rule for rule in every if isinstance(rule, TemplateRule))

    def judge(self, document: Document) -> Iterator[tuple[Rule, Hit]]:
        """Every broken rule with the place: those of the whole document, then element by element."""
        for rule in self._whole:
            for hit in rule.check(document):
                yield rule, hit
        told: dict[str, int] = {}
        by_template = self._by_template
        for node in document.nodes:
            for rule in self._of(node.templates, by_template):
                for hit in rule.on_node(node):
                    told[rule.id] = told.get(rule.id, 0) + 1
                    if told[rule.id] <= MOST_HITS:
                        yield rule, hit

    @staticmethod
    def _of(templates: frozenset[str], by_template: dict[str, tuple[TemplateRule, ...]]) -> Iterable[TemplateRule]:
        groups = [found for root in templates if (found := by_template.get(root))]
        if len(groups) < 2:
            return groups[0] if groups else ()
        return {rule.id: rule for group in groups for rule in group}.values()


def _arranged(rules: Iterable[TemplateRule]) -> dict[str, tuple[TemplateRule, ...]]:
    found: dict[str, list[TemplateRule]] = {}
    for rule in rules:
        for root in rule.templates:
            found.setdefault(root, []).append(rule)
    return {root: tuple(group) for root, group in found.items()}
