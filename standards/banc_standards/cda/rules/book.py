"""Writing the rules of a clinical document: on the whole of it, or on every element that carries a templateId."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

from banc_standards.cda.node import Node
from banc_standards.cda.read import Document
from banc_standards.errors import Sentence
from banc_standards.rulebook import MOST_HITS, Pair, RuleBook
from banc_standards.rules import Certainty, Hit, Rule, Severity, holds

NodeCheck: TypeAlias = Callable[[Node], Iterable[Hit]]


@dataclass(frozen=True, slots=True)
class TemplateRule(Rule):
    """A rule on the elements that carry one of ``templates``; ``on_node`` judges one of them."""

    templates: tuple[str, ...] = ()
    on_node: NodeCheck = holds


class ClinicalBook(RuleBook):
    """The rules of one volet or content model. Every refusal carries ``InvalidDocumentContent``."""

    def __init__(self, clause: str) -> None:
        super().__init__(clause, "InvalidDocumentContent")
        self._text = clause

    def on(
        self,
        templates: str | Iterable[str],
        id: str,
        text: Pair,
        fix: Pair,
        *,
        at: str = "",
        severity: Severity = "error",
        certainty: Certainty = "sourced",
    ) -> Callable[[NodeCheck], NodeCheck]:
        """Adds a rule on each element that carries one of the templateIds, once an element.

        The engine calls the check with the element as a :class:`~banc_standards.cda.node.Node`.
        """
        wanted = (templates,) if isinstance(templates, str) else tuple(templates)

        def write(check: NodeCheck) -> NodeCheck:
            rule = TemplateRule(
                id=id,
                text=Sentence(*text),
                clause=f"{self._text}, {at}" if at else self._text,
                fix=Sentence(*fix),
                check=lambda document: islice(_everywhere(document, wanted, check), MOST_HITS),
                severity=severity,
                certainty=certainty,
                code=self._code,
                templates=wanted,
                on_node=check,
            )
            self._rules.append(rule)
            return check

        return write

    def inform_on(
        self, templates: str | Iterable[str], id: str, text: Pair, fix: Pair, *, at: str = ""
    ) -> Callable[[NodeCheck], NodeCheck]:
        """Adds a sound rule that no published check enforces: it only informs, and is marked as deduced."""
        return self.on(templates, id, text, fix, at=at, severity="info", certainty="deduced")


def _everywhere(document: Document, templates: tuple[str, ...], check: NodeCheck) -> Iterator[Hit]:
    wanted = set(templates)
    for node in document.nodes:
        if not wanted.isdisjoint(node.templates):
            yield from check(node)
