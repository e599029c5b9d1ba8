"""What the events say, in both languages: the run's own words, their other language, and the rules' sentences."""

from __future__ import annotations

from typing import Any, Protocol

from banc_harness.catalogue import catalogue
from banc_standards.contracts.events import AnyEvent
from banc_standards.contracts.finding import Finding
from banc_standards.errors import Lang, Sentence


class _Told(Protocol):
    @property
    def other(self) -> dict[str, str | list[str]]: ...


class Wording:
    """Finds both languages of a run that was told in ``lang``. What has only one is the same in both."""

    def __init__(self, lang: Lang) -> None:
        self._lang = lang

    def pair(self, text: str, other: str | None) -> Sentence:
        """A text in the run's language and the same in the other one."""
        if not other:
            return Sentence(text, text)
        return Sentence(other, text) if self._lang == "en" else Sentence(text, other)

    def said(self, event: AnyEvent | _Told, key: str) -> Sentence:
        """A sentence of an event; ``key`` may be dotted."""
        value: Any = event
        for name in key.split("."):
            value = getattr(value, name)
        told = getattr(event, "other", {}).get(key)
        return self.pair(value or "", told if isinstance(told, str) else None)

    def listed(self, event: AnyEvent | _Told, key: str) -> tuple[Sentence, ...]:
        """A list of sentences of an event."""
        value: Any = event
        for name in key.split("."):
            value = getattr(value, name)
        told = getattr(event, "other", {}).get(key)
        others = told if isinstance(told, list) and len(told) == len(value) else [None] * len(value)
        return tuple(self.pair(text, other) for text, other in zip(value, others, strict=True))

    def message(self, finding: Finding) -> Sentence:
        """What the rule of a finding asks. A finding of another version of the rule keeps its own words."""
        rule = catalogue().get(finding.rule)
        known = rule is not None and rule.text.of(self._lang) == finding.message
        return rule.text if rule is not None and known else Sentence(finding.message, finding.message)

    def fix(self, finding: Finding) -> Sentence:
        """What to do about a finding."""
        rule = catalogue().get(finding.rule)
        known = rule is not None and rule.fix.of(self._lang) == finding.fix
        return rule.fix if rule is not None and known else Sentence(finding.fix, finding.fix)


def percent(value: float | None) -> Sentence:
    """A percentage as each language writes it; a dash when nothing was judged."""
    if value is None:
        return Sentence("—", "—")
    return Sentence(f"{value:.1f} %".replace(".", ","), f"{value:.1f}%")


def seconds(milliseconds: int) -> Sentence:
    """A duration as each language writes it."""
    text = f"{milliseconds / 1000:.1f} s"
    return Sentence(text.replace(".", ","), text)
