"""Writing rules beside their checks: a book names the text that its rules come from, and keeps them in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any, Final, TypeVar

from banc_standards.errors import Sentence
from banc_standards.rules import Certainty, Hit, Rule, Severity

Check = TypeVar("Check", bound=Callable[[Any], Iterable[Hit]])
MOST_HITS: Final = 100
Pair = tuple[str, str]
"""A sentence in French, then in English."""


class RuleBook:
    """The rules of one text. ``clause`` names it; ``code`` is the wire error code that a refusal carries by default.

    A rule written here tells at most :data:`MOST_HITS` places of one subject, so that no document, however broken,
    drowns its reader or the server.
    """

    def __init__(self, clause: str, code: str = "") -> None:
        self._clause = clause
        self._code = code
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
        check: Callable[[Any], Iterable[Hit]],
        *,
        at: str = "",
        severity: Severity = "error",
        certainty: Certainty = "sourced",
        code: str | None = None,
        always: bool = False,
    ) -> None:
        """Adds a rule; ``at`` says where in the text (a section, an element) the rule stands."""
        rule = Rule(
            id=id,
            text=Sentence(*text),
            clause=f"{self._clause}, {at}" if at else self._clause,
            fix=Sentence(*fix),
            check=lambda subject: islice(check(subject), MOST_HITS),
            severity=severity,
            certainty=certainty,
            code=self._code if code is None else code,
            always=always,
        )
        self._rules.append(rule)

    def advise(
        self,
        id: str,
        text: Pair,
        fix: Pair,
        check: Callable[[Any], Iterable[Hit]],
        *,
        at: str = "",
    ) -> None:
        """Adds a sound rule that no published check enforces: it warns, and is marked as deduced."""
        self.add(id, text, fix, check, at=at, severity="warning", certainty="deduced")

    def rule(
        self,
        id: str,
        text: Pair,
        fix: Pair,
        *,
        at: str = "",
        severity: Severity = "error",
        certainty: Certainty = "sourced",
        code: str | None = None,
        always: bool = False,
    ) -> Callable[[Check], Check]:
        """The decorator form of :meth:`add`, for a check that is a function of its own."""

        def write(check: Check) -> Check:
            self.add(id, text, fix, check, at=at, severity=severity, certainty=certainty, code=code, always=always)
            return check

        return write
