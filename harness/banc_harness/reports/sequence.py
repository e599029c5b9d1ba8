"""The run as a sequence diagram: who spoke to whom, in the order of time, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from banc_harness.account import Account, Scenario, Step
from banc_harness.reports.redaction import safe
from banc_harness.reports.wording import Wording
from banc_harness.sealed import Sealed
from banc_standards.contracts.events import ExchangeSeen
from banc_standards.errors import Sentence

BENCH, SOFTWARE = "bench", "software"
NAMES = {
    BENCH: Sentence("Banc (pilote)", "Bench (driver)"),
    "psc": Sentence("Pro Santé Connect", "Pro Santé Connect"),
    "insi": Sentence("INSi", "INSi"),
    "mssante": Sentence("MSSanté", "MSSanté"),
    "dmp": Sentence("DMP", "DMP"),
    "annuaire": Sentence("Annuaire Santé", "Annuaire Santé"),
    "pfi": Sentence("PFI", "PFI"),
    "tls": Sentence("TLS", "TLS"),
}
"""The lanes, in their order; another service comes after them."""

LONGEST_RESULT = 60
Kind = Literal["action", "exchange", "missed"]


@dataclass(frozen=True, slots=True)
class Row:
    """One arrow. ``lane`` is the column of the service; ``at`` is text for the reader, from the scenario's start."""

    kind: Kind
    at: Sentence
    lane: int
    label: str
    outcome: str
    result: Sentence
    seq: int | None = None
    errors: int = 0
    backwards: bool = False
    times: int = 1


@dataclass(frozen=True, slots=True)
class Band:
    """A step and its arrows; ``id`` is empty for what no step waited for."""

    id: str
    title: Sentence
    outcome: str
    reason: Sentence
    shown: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Diagram:
    """One scenario. ``lanes`` are the columns, the bench and the software first."""

    id: str
    title: Sentence
    outcome: str
    reason: Sentence
    duration_ms: int
    lanes: tuple[Sentence, ...]
    bands: tuple[Band, ...]


@dataclass(slots=True)
class _Timed:
    at: str
    rank: int
    row: Row = field(repr=False)


def diagrams(account: Account, sealed: Sealed, wording: Wording) -> Iterator[Diagram]:
    """A diagram for each scenario, in the order of the run."""
    for scenario in account.scenarios.values():
        yield _Drawing(account, scenario, sealed, wording).diagram()


class _Drawing:
    def __init__(self, account: Account, scenario: Scenario, sealed: Sealed, wording: Wording) -> None:
        self._account = account
        self._scenario = scenario
        self._sealed = sealed
        self._wording = wording
        seen = {item.operation.partition(".")[0] for step in scenario.steps.values() for item in step.exchanges}
        seen |= {item.operation.partition(".")[0] for item in scenario.strays}
        seen |= {
            name.strip().partition(".")[0]
            for step in scenario.steps.values()
            for item in step.missed
            for name in item.operation.split("|")[:1]
        }
        services = [name for name in NAMES if name in seen] + sorted(seen - NAMES.keys())
        self._lanes = [BENCH, SOFTWARE, *services]
        self._began = scenario.started.at if scenario.started is not None else ""

    def diagram(self) -> Diagram:
        scenario, ended = self._scenario, self._scenario.ended
        outcome = ended.outcome if ended is not None else "failed"
        outcome_shown = "missed" if outcome == "done" and scenario.missed else outcome
        title = (
            self._wording.said(scenario.started, "title")
            if scenario.started
            else Sentence(scenario.title, scenario.title)
        )
        bands = [self._band(step) for step in scenario.steps.values()]
        if scenario.strays:
            bands.append(self._stray_band())
        return Diagram(
            id=scenario.id,
            title=title,
            outcome=outcome_shown,
            reason=self._wording.said(ended, "reason") if ended is not None else Sentence("", ""),
            duration_ms=ended.duration_ms if ended is not None else 0,
            lanes=tuple(self._name(lane) for lane in self._lanes),
            bands=tuple(bands),
        )

    def _name(self, lane: str) -> Sentence:
        if lane == SOFTWARE:
            name = self._software()
            return Sentence(name or "Logiciel", name or "Software")
        return NAMES.get(lane, Sentence(lane, lane))

    def _software(self) -> str:
        """The name of the software that played the scenario."""
        run, who = self._account.started, self._scenario.started
        if run is None:
            return ""
        role = next((item for item in run.cast if who is not None and item.software == who.software), run)
        return role.sut.product.name

    def _band(self, step: Step) -> Band:
        rows = [_Timed(asked.sent.at, 0, self._action(rank, step)) for rank, asked in enumerate(step.asked)]
        rows += [_Timed(self._time(item), item.seq, self._exchange(item)) for item in step.exchanges]
        rows.sort(key=lambda item: (item.at, item.rank))
        missed = [self._missed(rank, step) for rank in range(len(step.missed))]
        return Band(
            id=step.id,
            title=self._wording.said(step.started, "title")
            if step.started is not None
            else Sentence(step.title, step.title),
            outcome=step.ended.outcome if step.ended is not None else "failed",
            reason=self._wording.said(step.ended, "reason") if step.ended is not None else Sentence("", ""),
            shown=tuple(safe(text) for text in step.shown),
            rows=(*(item.row for item in rows), *missed),
        )

    def _stray_band(self) -> Band:
        rows = tuple(self._exchange(item) for item in sorted(self._scenario.strays, key=lambda item: item.seq))
        title = Sentence("Échanges qu'aucune étape n'attendait", "Exchanges that no step waited for")
        return Band("", title, "stray", Sentence("", ""), (), rows)

    def _time(self, item: ExchangeSeen) -> str:
        entry = self._sealed.entries.get(item.seq)
        return item.at if entry is None else str(entry.get("at") or item.at)

    def _action(self, rank: int, step: Step) -> Row:
        asked = step.asked[rank]
        status = asked.answered.status if asked.answered is not None else "failed"
        error = _short(safe(asked.answered.error or "")) if asked.answered is not None else ""
        said = _STATUS[status]
        more = f" : {error}" if error else ""
        return Row(
            "action",
            self._since(asked.sent.at),
            2,
            asked.sent.action,
            status,
            Sentence(said.fr + more, said.en + more),
        )

    def _exchange(self, item: ExchangeSeen) -> Row:
        entry = self._sealed.entries.get(item.seq, {})
        service, _, name = item.operation.partition(".")
        code = item.code or ""
        said = OUTCOMES[item.outcome]
        fault = f" · {item.fault}" if item.fault else ""
        tail = f" · {code}" if code and item.outcome != "accepted" else ""
        return Row(
            "exchange",
            self._since(self._time(item)),
            self._lanes.index(service) + 1,
            name or service,
            item.outcome,
            Sentence(said.fr + tail + fault, said.en + tail + fault),
            seq=item.seq,
            errors=sum(finding.severity == "error" for finding in item.findings),
            backwards=entry.get("direction") == "out",
            times=int(entry.get("count") or 1),
        )

    def _missed(self, rank: int, step: Step) -> Row:
        missed = step.missed[rank]
        first = missed.operation.split("|")[0].strip()
        near_fr = near_en = ""
        if missed.nearest is not None:
            difference = self._wording.listed(missed, "nearest.difference")
            near_fr = f" ; au plus près n° {missed.nearest.seq} : " + " ; ".join(item.fr for item in difference)
            near_en = f"; nearest no. {missed.nearest.seq}: " + "; ".join(item.en for item in difference)
        return Row(
            "missed",
            Sentence("", ""),
            self._lanes.index(first.partition(".")[0]) + 1,
            missed.operation,
            "missed",
            Sentence(safe(f"n'est pas venu{near_fr}"), safe(f"did not come{near_en}")),
            seq=missed.nearest.seq if missed.nearest is not None else None,
        )

    def _since(self, at: str) -> Sentence:
        try:
            delta = datetime.fromisoformat(at) - datetime.fromisoformat(self._began)
        except ValueError:
            return Sentence("", "")
        text = f"{max(delta.total_seconds(), 0.0):.2f} s"
        return Sentence(text.replace(".", ","), text)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_RESULT else f"{text[: LONGEST_RESULT - 1]}…"


OUTCOMES = {
    "accepted": Sentence("accepté", "accepted"),
    "refused": Sentence("refusé", "refused"),
    "failed": Sentence("en panne", "failed"),
    "observed": Sentence("observé", "observed"),
}
_STATUS = {
    "done": Sentence("fait", "done"),
    "refused": Sentence("décliné par le logiciel", "declined by the software"),
    "unsupported": Sentence("non pris en charge", "not supported"),
    "failed": Sentence("échec", "failed"),
}
