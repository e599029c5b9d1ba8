"""Writes any report of a run, or of several told as one, again: from the events of a bundle or folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from banc_harness.reports import fhir, gitb, junit, sarif, whole
from banc_harness.sealed import NOTHING_SEALED, Sealed
from banc_harness.together import Played, Whole
from banc_standards.contracts.events import AnyEvent, read_event
from banc_standards.errors import Sentence, UnusableInput, reason

EVENTS = "events.ndjson"


def _json(told: Whole) -> str:
    return json.dumps(whole.report(told).as_json(), ensure_ascii=False, indent=2) + "\n"


FORMATS: Final[dict[str, Callable[[Whole], str | bytes]]] = {
    "html": whole.page,
    "pdf": whole.printed,
    "json": _json,
    "junit": lambda told: junit.render(*told.accounts),
    "gitb": lambda told: gitb.render(*told.accounts),
    "fhir": lambda told: fhir.render(*told.accounts),
    "sarif": lambda told: sarif.render(*told.accounts),
    "markdown": whole.summary,
}
"""Every format of ``banc report``, by its name."""


@contextmanager
def opened(path: Path) -> Iterator[Whole]:
    """The run of a bundle, or those of a folder of reports or of a file of events.

    Raises ``UnusableInput`` when it is none of them, or when a run has not ended.
    """
    if path.is_dir() or path.suffix == ".ndjson":
        yield _told(_lines(path / EVENTS if path.is_dir() else path))
        return
    from banc_harness.evidence.bundle import Bundle

    with Bundle.open(path) as bundle:
        yield _told(bundle.events(), bundle.sealed)


def _told(events: Iterator[AnyEvent], sealed: Sealed = NOTHING_SEALED) -> Whole:
    runs: dict[str, Played] = {}
    for event in events:
        if event.run not in runs:
            runs[event.run] = Played(sealed=sealed)
        runs[event.run].add(event)
    if not runs or any(item.account.started is None or item.account.ended is None for item in runs.values()):
        raise UnusableInput(
            "REPORT-005",
            Sentence("cette exécution n'est pas allée à son terme", "this run did not come to its end"),
            Sentence("reprenez-la par --resume, puis demandez son rapport", "take it up with --resume, then ask again"),
        )
    return Whole(runs.values())


def _lines(path: Path) -> Iterator[AnyEvent]:
    try:
        with path.open("rb") as file:
            yield from (read_event(line) for line in file)
    except OSError as error:
        raise _unreadable(path, reason(error)) from None
    except ValidationError:
        raise _unreadable(path, Sentence("ce ne sont pas des événements", "no events")) from None


def _unreadable(path: Path, why: Sentence) -> UnusableInput:
    return UnusableInput(
        "REPORT-003",
        Sentence(f"impossible de lire {path} : {why.fr}", f"cannot read {path}: {why.en}"),
        Sentence(
            "donnez un dossier de preuves (*.banc.zip) ou le dossier des rapports d'une exécution",
            "give an evidence bundle (*.banc.zip) or the folder of a run's reports",
        ),
    )
