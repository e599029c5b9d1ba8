"""Writes any report of a run again, from its events and sealed bytes only: a bundle, or the folder of its reports."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from banc_harness.account import Account
from banc_harness.reports import fhir, gitb, html_report, junit, markdown, pdf_report, sarif
from banc_harness.reports.json_report import Gathering
from banc_harness.sealed import NOTHING_SEALED, Sealed
from banc_standards.contracts.events import AnyEvent, read_event
from banc_standards.errors import Sentence, UnusableInput

EVENTS = "events.ndjson"


@dataclass(slots=True)
class Told:
    """A run that has ended, as its events tell it. ``sealed`` is empty where only events were kept."""

    account: Account = field(default_factory=Account)
    gathering: Gathering = field(default_factory=Gathering)
    sealed: Sealed = NOTHING_SEALED


def _json(told: Told) -> str:
    return json.dumps(told.gathering.report().as_json(), ensure_ascii=False, indent=2) + "\n"


FORMATS: Final[dict[str, Callable[[Told], str | bytes]]] = {
    "html": lambda told: html_report.render(told.account, told.sealed),
    "pdf": lambda told: pdf_report.render(told.account, told.sealed),
    "json": _json,
    "junit": lambda told: junit.render(told.account),
    "gitb": lambda told: gitb.render(told.account),
    "fhir": lambda told: fhir.render(told.account),
    "sarif": lambda told: sarif.render(told.account),
    "markdown": lambda told: markdown.render(told.account),
}
"""Every format of ``banc report``, by its name."""


@contextmanager
def opened(path: Path) -> Iterator[Told]:
    """The run of a bundle, of a folder of reports, or of a file of events.

    Raises ``UnusableInput`` when it is none of them, or when the run has not ended.
    """
    told = Told()
    if path.is_dir() or path.suffix == ".ndjson":
        _take(told, _lines(path / EVENTS if path.is_dir() else path))
        yield told
        return
    from banc_harness.evidence.bundle import Bundle

    with Bundle.open(path) as bundle:
        _take(told, bundle.events())
        told.sealed = bundle.sealed
        yield told


def _take(told: Told, events: Iterator[AnyEvent]) -> None:
    for event in events:
        told.account.add(event)
        told.gathering(event)
    if told.account.started is None or told.account.ended is None:
        raise UnusableInput(
            "REPORT-005",
            Sentence("cette exécution n'est pas allée à son terme", "this run did not come to its end"),
            Sentence("reprenez-la par --resume, puis demandez son rapport", "take it up with --resume, then ask again"),
        )


def _lines(path: Path) -> Iterator[AnyEvent]:
    try:
        with path.open("rb") as file:
            yield from (read_event(line) for line in file)
    except OSError as error:
        raise _unreadable(path, error.strerror or "") from None
    except ValidationError:
        raise _unreadable(path, "events") from None


def _unreadable(path: Path, why: str) -> UnusableInput:
    return UnusableInput(
        "REPORT-003",
        Sentence(f"impossible de lire {path} : {why}", f"cannot read {path}: {why}"),
        Sentence(
            "donnez un dossier de preuves (*.banc.zip) ou le dossier des rapports d'une exécution",
            "give an evidence bundle (*.banc.zip) or the folder of a run's reports",
        ),
    )
