"""The stream of a run: numbered without gaps, one JSON object a line."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from banc_harness.events import Recorder, line, ndjson
from banc_standards.contracts import events
from banc_standards.contracts.events import AnyEvent, read_event
from banc_standards.errors import EnvironmentFailed, Lang, Sentence

NOON = datetime(2026, 11, 21, 12, 0, 0, 123, tzinfo=UTC)


@pytest.fixture
def told() -> list[AnyEvent]:
    return []


@pytest.fixture
def recorder(told: list[AnyEvent]) -> Recorder:
    return Recorder("r-1", lambda: NOON, told.append)


def test_events_are_numbered_from_one_without_gaps(recorder: Recorder, told: list[AnyEvent]) -> None:
    for rank in range(3):
        recorder.emit(events.ScenarioStarted, scenario=f"UC1.0{rank}", title="…")

    assert [event.n for event in told] == [1, 2, 3]
    assert {(event.v, event.run, event.at) for event in told} == {(1, "r-1", "2026-11-21T12:00:00.000123Z")}


def test_event_that_is_none_takes_no_number(recorder: Recorder, told: list[AnyEvent]) -> None:
    with pytest.raises(ValidationError):
        recorder.emit(events.ScenarioStarted, scenario="UC1.01")
    recorder.emit(events.ScenarioStarted, scenario="UC1.01", title="…")

    assert [event.n for event in told] == [1]


def test_line_reads_back_as_the_same_event(recorder: Recorder) -> None:
    event = recorder.emit(events.Log, level="info", code="X", text="été\nhiver")

    written = line(event)

    assert written.count("\n") == 1
    assert "été" in written
    assert read_event(written) == event


def test_number_that_json_does_not_know_is_written_as_null(recorder: Recorder) -> None:
    event = recorder.emit(
        events.ActionAnswered,
        scenario="UC1.01",
        step="UC1.01.1",
        id="a",
        action="auth.login",
        status="done",
        output={"much": float("nan")},
        duration_ms=1,
    )

    assert '"much":null' in line(event)


def test_each_event_is_in_the_file_at_once(recorder: Recorder, tmp_path: Path) -> None:
    target = tmp_path / "events.ndjson"

    with ndjson(str(target)) as consume:
        consume(recorder.emit(events.ScenarioStarted, scenario="UC1.01", title="…"))

        assert read_event(target.read_text().splitlines()[0]).n == 1


def test_dash_is_standard_output(recorder: Recorder, capsys: pytest.CaptureFixture[str]) -> None:
    with ndjson("-") as consume:
        consume(recorder.emit(events.ScenarioStarted, scenario="UC1.01", title="…"))

    assert read_event(capsys.readouterr().out).type == "scenario.started"


def test_file_that_cannot_be_written_is_an_environment_failure(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFailed, match="EVENTS-001"), ndjson(str(tmp_path / "no" / "events.ndjson")):
        pass


@pytest.mark.parametrize(("lang", "said", "other"), [("fr", "bonjour", "hello"), ("en", "hello", "bonjour")])
def test_sentence_is_told_in_the_language_of_the_run_and_kept_in_the_other(lang: Lang, said: str, other: str) -> None:
    told: list[AnyEvent] = []
    recorder = Recorder("r-1", lambda: NOON, told.append, lang)

    event = recorder.emit(events.ScenarioStarted, scenario="UC1.01", title=Sentence("bonjour", "hello"))

    assert (event.title, event.other) == (said, {"title": other})
