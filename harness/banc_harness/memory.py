"""What the softwares of a story know of its former chapters, so that a later one is judged with it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from banc_fixtures.population import Population
from banc_harness.play import Scenario
from banc_harness.selection import Selection
from banc_harness.session import acting_professional
from banc_harness.trace import Acted, Exchange, Trace
from banc_standards.contracts.sut import Sut
from banc_standards.contracts.vocabulary import SoftwareType

KNOWN = Selection(operation=("insi.*", "dmp.TD2.1"), outcome="accepted")
"""What a software still knows later: the identities that INSi gave it, and what it filed."""
MAILED = Selection(operation="mssante.submission", outcome="accepted")
FETCH = "mail.fetch"


@dataclass(slots=True)
class Memory:
    """Filled chapter by chapter; a scenario that is no chapter leaves nothing and gets nothing."""

    _population: Population
    _known: dict[SoftwareType, list[Exchange]] = field(default_factory=dict)
    _acts: dict[SoftwareType, list[Acted]] = field(default_factory=dict)
    _mails: list[tuple[SoftwareType, Exchange]] = field(default_factory=list)
    _fetched: set[tuple[SoftwareType, int]] = field(default_factory=set)

    def recalled(self, trace: Trace, scenario: Scenario, sut: Sut) -> Trace:
        """The trace of a chapter with what its software knew before: identities, filings, the patients whom it was
        given, and the mails of the others that it is now asked to fetch.
        """
        who = scenario.by
        if not scenario.story or who is None:
            return trace
        return replace(
            trace,
            earlier=tuple(self._known.get(who, ())),
            acts=(*self._acts.get(who, ()), *trace.acts),
            arrived=tuple(self._arrived(trace, who, sut)),
        )

    def keep(self, trace: Trace, scenario: Scenario) -> None:
        """Keeps what a chapter leaves to the later ones; takes the trace as it was before it was recalled."""
        who = scenario.by
        if not scenario.story or who is None:
            return
        self._known.setdefault(who, []).extend(item for item in trace.exchanges if KNOWN.matches(item.entry))
        self._acts.setdefault(who, []).extend(act for act in trace.acts if act.action.startswith("patient."))
        self._mails += [(who, item) for item in trace.exchanges if MAILED.matches(item.entry)]

    def _arrived(self, trace: Trace, who: SoftwareType, sut: Sut) -> list[Exchange]:
        step = next((act.step for act in trace.acts if act.action == FETCH), None)
        if step is None:
            return []
        box = acting_professional(sut, self._population).mailbox
        found = []
        for sender, item in self._mails:
            fresh = sender != who and (who, item.seq) not in self._fetched
            if fresh and box in (item.fact("recipients") or ()):
                self._fetched.add((who, item.seq))
                found.append(item.claimed_as(step))
        return found
