"""The one model of a judgement: a rule, the places where it is broken, and the finding that a reader gets.

A *document* rule reads one parsed artefact; a *trace* rule reads a selection of exchanges. Both are pure functions that
yield :class:`Hit`; severity, certainty, sentences and clause live on the :class:`Rule`, apart from the check itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from banc_standards.errors import Lang, Sentence

Severity = Literal["error", "warning", "info"]
Certainty = Literal["sourced", "deduced", "uncertain"]
Subject = Literal["document", "trace"]


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where a rule is broken: where, what was found, what was expected there."""

    location: str
    found: str = ""
    expected: str = ""
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A judgement that the product can make.

    ``clause`` names the text that the rule comes from. ``code`` is the protocol's own error code that a simulated
    service answers with when it refuses because of this rule; ``always`` tells that the real service is known to refuse
    it, so that the lenient mode refuses it too.

    Raises ``ValueError`` when an uncertain rule would do more than inform.
    """

    id: str
    text: Sentence
    clause: str
    fix: Sentence
    check: Callable[[Any], Iterable[Hit]]
    severity: Severity = "error"
    certainty: Certainty = "sourced"
    subject: Subject = "document"
    code: str = ""
    always: bool = False

    def __post_init__(self) -> None:
        if self.certainty == "uncertain" and self.severity != "info":
            raise ValueError(f"{self.id}: an uncertain rule only informs")

    def judge(self, subject: Any, lang: Lang = "fr") -> Iterator[Finding]:
        """Yields one finding per place where ``subject`` breaks the rule."""
        for hit in self.check(subject):
            yield self.finding(hit, lang)

    def finding(self, hit: Hit, lang: Lang = "fr") -> Finding:
        """The finding for one hit, its sentences in ``lang``."""
        return Finding(
            rule=self.id,
            severity=self.severity,
            certainty=self.certainty,
            location=hit.location,
            line=hit.line,
            column=hit.column,
            found=hit.found,
            expected=hit.expected,
            message=self.text.of(lang),
            clause=self.clause,
            fix=self.fix.of(lang),
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """What a reader gets of a broken rule (CONTRACTS §7)."""

    rule: str
    severity: Severity
    certainty: Certainty
    location: str
    message: str
    clause: str
    fix: str
    found: str = ""
    expected: str = ""
    line: int | None = None
    column: int | None = None
    source: str = "banc"

    def as_json(self) -> dict[str, Any]:
        """The finding as the JSON object of CONTRACTS §7, keys in its order."""
        return {
            "rule": self.rule,
            "severity": self.severity,
            "certainty": self.certainty,
            "location": self.location,
            "line": self.line,
            "column": self.column,
            "found": self.found,
            "expected": self.expected,
            "message": self.message,
            "clause": self.clause,
            "fix": self.fix,
            "source": self.source,
        }


def holds(_: Any) -> Iterator[Hit]:
    """The check of a rule that is judged where the bytes are read (a parser, a handshake): it yields nothing."""
    return iter(())


class Registry(Mapping[str, Rule]):
    """An explicit, immutable set of rules by id.

    Raises ``ValueError`` when two rules carry the same id.
    """

    def __init__(self, *groups: Iterable[Rule]) -> None:
        self._rules: dict[str, Rule] = {}
        for group in groups:
            for rule in group:
                if rule.id in self._rules:
                    raise ValueError(f"two rules are called {rule.id}")
                self._rules[rule.id] = rule

    def __getitem__(self, rule_id: str) -> Rule:
        return self._rules[rule_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rules)

    def __len__(self) -> int:
        return len(self._rules)


def judge(rules: Iterable[Rule], subject: Any, lang: Lang = "fr") -> list[Finding]:
    """Every finding of ``rules`` on one subject, in the order of the rules."""
    return [finding for rule in rules for finding in rule.judge(subject, lang)]
