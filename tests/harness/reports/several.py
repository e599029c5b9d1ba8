"""Runs that are told as one: two softwares, each with its run, and the story that they share."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from banc_harness.together import Played, Whole
from banc_standards.contracts.events import AnyEvent, read_event

from .recording import CDA, SET, SUT, Recording, check, finding, requirement

LABORATORY = SUT | {
    "product": {"name": "Labo Plus", "version": "2.0"},
    "couloir": "biologie",
    "software_type": "SGL",
}
HOSPITAL = SUT | {"profiles": ["general"]}


def own(recording: Recording, sut: dict[str, Any], run: str) -> list[AnyEvent]:
    """The run of one of several softwares."""
    rows = []
    for event in recording.events(passed=True):
        row = json.loads(event.model_dump_json()) | {"run": run, "software": sut["software_type"]}
        rows.append(row | ({"sut": sut, "session": f"own{run[-1]}"} if row["type"] == "run.started" else {}))
    return [read_event(json.dumps(row)) for row in rows]


def story(recording: Recording, chapters: Iterable[tuple[str, str]]) -> list[AnyEvent]:
    """A run of both: the recorded chapter (``UC1.01``) is the hospital's, the others do nothing."""
    rows: list[dict[str, Any]] = []
    for event in recording.events(passed=True):
        row = json.loads(event.model_dump_json()) | {"run": "r-9", "software": event.software or "DPI"}
        if row["type"] == "run.started":
            member = {"software": "SGL", "sut": LABORATORY, "profiles": ["general"], "requirements": SET}
            row |= {"sut": HOSPITAL, "session": "both", "cast": [member], "software": None}
        if row["type"] == "scenario.ended":
            row["subjects"] = {"patients": ["PAT-03"]}
        rows.append(row)
        if row["type"] == "scenario.ended":
            for name, software in chapters:
                common = {"v": 1, "run": "r-9", "at": row["at"], "scenario": name, "software": software}
                title = {"title": f"Chapitre {name}", "other": {"title": f"Chapter {name}"}}
                rows.append(common | {"type": "scenario.started"} | title)
                rows.append(common | {"type": "scenario.ended", "outcome": "done", "duration_ms": 1})
    return [read_event(json.dumps(row | {"n": n})) for n, row in enumerate(rows, start=1)]


def played(events: Iterable[AnyEvent], recording: Recording) -> Played:
    """A run that has ended."""
    made = Played(sealed=recording.sealed)
    for event in events:
        made.add(event)
    return made


def runs(*, broken_story: bool = False) -> list[tuple[list[AnyEvent], Recording]]:
    """The hospital's run, the laboratory's, and the story; in which something may be wrong."""
    hospital = Recording().exchange("psc.token").then(check("CHK-A", "R1"), requirement("R1", "CONFORME"))
    laboratory = Recording().exchange("dmp.TD2.1").then(check("CHK-B", "R1"), requirement("R1", "CONFORME"))
    told = Recording().submission(CDA.format(narrative="").encode())
    wrong = [finding("X-1", "dmp.TD2.1#1 a")] if broken_story else []
    verdict = "NON_CONFORME" if broken_story else "CONFORME"
    told.then(
        check("CHK-A", "R1", *wrong, software="DPI"),
        requirement("R1", verdict, reason="CHK-A, UC1.01 : raison", software="DPI"),
        requirement("R2", "NON_TESTE", software="DPI"),
        requirement("R1", "NON_TESTE", software="SGL"),
    )
    return [
        (own(hospital, HOSPITAL, "r-1"), hospital),
        (own(laboratory, LABORATORY, "r-2"), laboratory),
        (story(told, [("UC2.80", "SGL")]), told),
    ]


def whole(*, broken_story: bool = False) -> Whole:
    """All of them, told as one."""
    return Whole(played(events, recording) for events, recording in runs(broken_story=broken_story))
