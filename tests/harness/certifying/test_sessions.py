"""A tester's session: a software that people use, questions, evidence, reviews."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from banc_harness import runs
from banc_harness.certifying import reviews
from banc_harness.evidence import names
from banc_harness.runs import Done, Options
from banc_standards.contracts.events import AnyEvent, read_event
from banc_standards.contracts.review import Review
from banc_standards.contracts.sandbox import Ready
from banc_standards.errors import UnusableInput

BANC = Path(sys.executable).with_name("banc")
SUT = {
    "banc": 1,
    "vendor": "Éditeur",
    "product": {"name": "Logiciel", "version": "1"},
    "couloir": "hopital",
    "software_type": "DPI",
    "capabilities": ["psc.code"],
    "driver": {"kind": "manual"},
}
ANSWERS = {
    "by": "Camille Fictive",
    "actions": [{"action": "auth.*", "status": "refused", "said": "service indisponible", "evidence": ["vu.png"]}],
    "reviews": [
        {"requirement": "SC.PSC.*", "verdict": "CONFORME", "comment": "jamais décidée ici : les contrôles décident"},
        {
            "requirement": "SC.SSI/*",
            "verdict": "CONFORME",
            "comment": "vu dans la documentation",
            "evidence": ["vu.png"],
        },
        {"requirement": "SC.PORTA*", "verdict": "NON_CONFORME", "comment": "absent"},
    ],
}
Certify = Callable[..., Any]


@pytest.fixture
def certify(tmp_path: Path, ready: Ready) -> Certify:
    """A run of one scenario, with a tester whose answers are written beforehand."""
    (tmp_path / "vu.png").write_bytes(b"\x89PNG vu")
    (tmp_path / "answers.yaml").write_text(yaml.safe_dump(ANSWERS, allow_unicode=True), encoding="utf-8")

    async def run(sut: dict[str, Any] | None = None, **more: Any) -> Done:
        (tmp_path / "sut.yaml").write_text(json.dumps({**SUT, **(sut or {})}))
        given = {
            "kind": "homologation",
            "scenarios": ("PSC.01",),
            "sandbox": ready.control,
            "ca_file": Path(ready.ca_file),
            "answers": tmp_path / "answers.yaml",
            **more,
        }
        return await runs.run(Options(tmp_path / "sut.yaml", tmp_path / "data", report=tmp_path / "out", **given))

    return run


def told(folder: Path, kind: str) -> list[Any]:
    events: list[AnyEvent] = [read_event(line) for line in (folder / "events.ndjson").read_bytes().splitlines()]
    return [event for event in events if event.type == kind]


async def test_question_and_answer_of_a_manual_action_are_told(certify: Certify, tmp_path: Path) -> None:
    await certify()

    (asked,) = (event for event in told(tmp_path / "out", "question.asked") if event.scenario == "PSC.01")
    (answered,) = (event for event in told(tmp_path / "out", "question.answered") if event.scenario == "PSC.01")
    (done,) = told(tmp_path / "out", "action.answered")
    assert asked.text.startswith("Connectez-vous par Pro Santé Connect\nprofessionnel : ")
    assert asked.options == ["done", "refused", "unsupported", "failed"]
    assert (answered.id, answered.answer, answered.by) == (asked.id, "refused", "Camille Fictive")
    assert (done.status, done.shown[0].text) == ("refused", "service indisponible")


async def test_screenshots_are_evidence_of_a_person(certify: Certify, tmp_path: Path) -> None:
    await certify()

    added = told(tmp_path / "out", "evidence.added")
    assert {event.produced_by for event in added} == {"person"}
    assert {event.evidence.name for event in added} == {"vu.png"}
    kept = tmp_path / "out" / "evidence" / added[0].evidence.blob.removeprefix("sha256:")
    assert kept.read_bytes() == b"\x89PNG vu"


async def test_reviews_decide_what_checks_leave_open_and_nothing_else(certify: Certify, tmp_path: Path) -> None:
    report = (await certify()).report

    signed = {event.requirement: event for event in told(tmp_path / "out", "review.signed")}
    decided = {item.requirement: item for item in report.requirements}
    assert signed
    assert all(decided[name].verdict == event.verdict for name, event in signed.items())
    assert all(decided[name].reviewer == "Camille Fictive" for name in signed)
    assert {name for name, item in decided.items() if item.reviewer} == set(signed)
    assert all(decided[name].check_mode != "automatic" for name in signed)
    assert decided["SC.PSC.08"].verdict != "CONFORME"


async def test_each_review_lies_beside_the_events_byte_for_byte(certify: Certify, tmp_path: Path) -> None:
    await certify()

    for event in told(tmp_path / "out", "review.signed"):
        data = (tmp_path / "out" / names.review(event.requirement)).read_bytes()
        review = Review.read(data)
        assert (reviews.digest(review), reviews.content(review)) == (event.review, data)
        assert (review.run, review.requirement) == (event.run, event.requirement)


async def test_run_of_another_kind_asks_for_no_review(certify: Certify, tmp_path: Path) -> None:
    await certify(kind="recette")

    assert told(tmp_path / "out", "review.signed") == []


async def test_manual_override_takes_one_action_only(certify: Certify, tmp_path: Path) -> None:
    (tmp_path / "adapter.py").write_text("raise SystemExit('jamais lancé')")
    command = {"kind": "exec", "command": [sys.executable, "adapter.py"]}

    await certify({"driver": command, "overrides": {"auth.login": {"kind": "manual"}}})

    (sent,) = told(tmp_path / "out", "action.sent")
    (answered,) = told(tmp_path / "out", "action.answered")
    assert (sent.driver, answered.status) == ("manual", "refused")


async def test_what_a_person_must_set_is_written_for_its_owner_only(certify: Certify, tmp_path: Path) -> None:
    await certify()

    (started,) = told(tmp_path / "out", "run.started")
    path = tmp_path / "data" / "runs" / started.run / "access" / "access.json"
    assert json.loads(path.read_text())["ca_file"].endswith("ca.pem")
    assert path.stat().st_mode & 0o077 == 0


async def test_software_that_is_only_watched_is_waited_for(certify: Certify, tmp_path: Path) -> None:
    await certify({"driver": {"kind": "passive", "timeout_s": 1}}, kind="bac-a-sable", answers=None)

    (sent,) = told(tmp_path / "out", "action.sent")
    waiting = told(tmp_path / "out", "expectation.waiting")
    assert sent.driver == "passive"
    assert told(tmp_path / "out", "question.asked") == []
    assert len(waiting) == len(told(tmp_path / "out", "expectation.missed"))


async def test_pipe_without_answers_is_refused_before_anything_is_played(certify: Certify, tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="MANUAL-001"):
        await certify(answers=None)

    assert (tmp_path / "out" / "events.ndjson").read_bytes() == b""


async def test_tester_answers_on_a_real_terminal(tmp_path: Path, ready: Ready) -> None:
    (tmp_path / "sut.yaml").write_text(json.dumps(SUT))
    ours, theirs = pty.openpty()
    os.write(ours, b"Camille Fictive\n3\n\n")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BANC_")}
    environment = {
        **kept,
        "BANC_CA_FILE": ready.ca_file,
        "BANC_DATA": str(tmp_path / "data"),
        "PYTHONWARNINGS": "error",
    }
    arguments = ["run", "--sut", "sut.yaml", "--scenario", "PSC.01", "--sandbox", ready.control, "--report", "out"]
    process = await asyncio.create_subprocess_exec(
        BANC, *arguments, cwd=tmp_path, env=environment, stdin=theirs, stdout=subprocess.DEVNULL, stderr=theirs
    )
    os.close(theirs)
    shown = await read_all(ours)
    assert await process.wait() == 1, shown

    (answered,) = told(tmp_path / "out", "question.answered")
    assert (answered.answer, answered.by) == ("unsupported", "Camille Fictive")
    assert "Connectez-vous par Pro Santé Connect" in shown
    assert "à régler dans le logiciel" in shown


async def read_all(terminal: int) -> str:
    """Everything that is shown until the program at the other end is gone, while the sandbox here goes on."""

    def read() -> bytes:
        data = b""
        with contextlib.suppress(OSError):  # Linux says so when the other end of a terminal is closed
            while more := os.read(terminal, 4096):
                data += more
        os.close(terminal)
        return data

    return (await asyncio.to_thread(read)).decode("utf-8", "replace")
