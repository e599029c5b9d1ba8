"""What the events of a run tell of one scenario, as checks read it. Live and offline, a trace is made here only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from banc_harness.selection import Selection
from banc_harness.trace import Acted, Blobs, Exchange, Expectation, Trace
from banc_standards.contracts import events
from banc_standards.contracts.events import AnyEvent
from banc_standards.contracts.sut import Sut
from banc_standards.errors import Lang, Sentence

OR = " | "
"""Between the operations that an expectation takes."""

_KEYS = ("code", "fault", "outcome")
"""What the ``match`` of an expectation holds besides facts."""


@dataclass(slots=True)
class Told:
    """The acts, expectations and claimed exchanges of one scenario, event by event, in the language of the run.

    ``scenario`` is empty for what came after the last one.
    """

    scenario: str
    lang: Lang
    acts: list[Acted] = field(default_factory=list)
    expectations: list[Expectation] = field(default_factory=list)
    claims: dict[int, str | None] = field(default_factory=dict)
    _asked: dict[str, events.ActionSent] = field(default_factory=dict)
    _awaited: dict[str, tuple[Selection, str]] = field(default_factory=dict)

    def add(self, event: AnyEvent) -> None:
        """Takes the next event of the scenario in."""
        match event:
            case events.ActionSent():
                self._asked[event.id] = event
            case events.ActionAnswered():
                self.acts.append(self._acted(event))
            case events.ExpectationWaiting():
                self._awaited[event.id] = (selection(event), self.untested)
            case events.ExpectationMet():
                self._expected(event, met=event.seq)
            case events.ExpectationMissed():
                self._expected(event, nearest=None if event.nearest is None else event.nearest.seq)
            case events.ExchangeSeen():
                self.claims[event.seq] = event.claimed_by
            case _:
                pass

    @property
    def untested(self) -> str:
        """Why what is expected now could not come: the software could not be asked. Empty when it could."""
        return next((item.why for item in self.acts if not item.answered), "")

    def trace(
        self,
        entries: Mapping[int, Mapping[str, Any]],
        blobs: Blobs,
        *,
        subjects: Mapping[str, Iterable[str]],
        sut: Sut,
    ) -> Trace:
        """The trace of what was told so far, over journal entries by ``seq``; raises ``KeyError`` for one that is not
        among them.
        """
        return Trace(
            scenario=self.scenario,
            exchanges=tuple(Exchange(entries[seq], blobs, self.claims[seq]) for seq in sorted(self.claims)),
            acts=tuple(self.acts),
            expectations=tuple(_explained(item, entries) for item in self.expectations),
            subjects={kind: tuple(ids) for kind, ids in subjects.items()},
            sut=sut,
            lang=self.lang,
        )

    def _acted(self, event: events.ActionAnswered) -> Acted:
        sent = self._asked.get(event.id)
        asked = event.input if sent is None else sent.input
        shown = tuple((item.level, item.text) for item in event.shown)
        if event.failure is None:
            why = unsupported(event.action).of(self.lang) if event.status == "unsupported" else event.error or ""
            return Acted(event.step, event.action, event.status, asked, event.output, shown, why)
        error = event.error or ""
        why = error if event.failure == "not_asked" else error.partition(": ")[2]
        gone = event.failure in ("unreachable", "timeout", "not_asked")
        return Acted(event.step, event.action, "error", asked, why=why, gone=gone)

    def _expected(
        self,
        event: events.ExpectationMet | events.ExpectationMissed,
        *,
        met: int | None = None,
        nearest: int | None = None,
    ) -> None:
        awaited = self._awaited.get(event.id)
        wanted, untested = awaited if awaited is not None else (Selection(operation=_several(event.operation)), "")
        untested = "" if met is not None else untested
        self.expectations.append(Expectation(event.step, wanted, met=met, nearest=nearest, untested=untested))


def described(wanted: Selection) -> dict[str, Any]:
    """What an expectation's events say of a selection: ``operation``, ``outcome``, ``match``."""
    operations = (wanted.operation,) if isinstance(wanted.operation, str) else wanted.operation
    outcomes = wanted.outcome if isinstance(wanted.outcome, tuple) else None
    keys = {"code": wanted.code, "fault": wanted.fault, "outcome": outcomes}
    return {
        "operation": OR.join(operations),
        "outcome": wanted.outcome if isinstance(wanted.outcome, str) else None,
        "match": {**{name: value for name, value in keys.items() if value is not None}, **wanted.facts},
    }


def selection(event: events.ExpectationWaiting) -> Selection:
    """The selection that an event describes."""
    keys = {name: _plain(value) for name, value in event.match.items() if name in _KEYS}
    return Selection(
        operation=_several(event.operation),
        outcome=keys.get("outcome", event.outcome),
        code=keys.get("code"),
        fault=keys.get("fault"),
        facts={name: value for name, value in event.match.items() if name not in _KEYS},
    )


def unsupported(action: str) -> Sentence:
    """Why nothing came of an action that the software does not know."""
    return Sentence(f"le logiciel ne sait pas faire {action}", f"the software does not support {action}")


def _explained(item: Expectation, entries: Mapping[int, Mapping[str, Any]]) -> Expectation:
    if item.nearest is None:
        return item
    return replace(item, differences=item.selection.differences(entries[item.nearest]))


def _several(operations: str) -> str | tuple[str, ...]:
    parts = tuple(operations.split(OR))
    return parts[0] if len(parts) == 1 else parts


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
