"""One line, one event, told apart by its type."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from banc_standards.contracts.events import AnyEvent, ExchangeSeen, Log, read_event

COMMON: dict[str, Any] = {"v": 1, "run": "r-1", "n": 1, "at": "2026-11-21T10:00:00.5Z"}
NAMES = {
    "run.started", "scenario.started", "scenario.ended", "step.started", "step.ended", "action.sent",
    "action.answered", "exchange", "expectation.waiting", "expectation.met", "expectation.missed", "question.asked",
    "question.answered", "evidence.added", "check.ended", "requirement.decided", "review.signed", "log", "run.ended",
}  # fmt: skip


def test_every_event_of_the_contracts_has_its_model() -> None:
    assert {model.model_fields["type"].default for model in get_args(AnyEvent)} == NAMES


def test_an_event_is_read_by_its_type() -> None:
    line = {**COMMON, "type": "exchange", "seq": 3, "hash": "sha256:" + "0" * 64, "operation": "dmp.TD2.1",
            "outcome": "accepted", "scenario": "UC1.01", "claimed_by": "UC1.01.3"}  # fmt: skip
    event = read_event(json.dumps(line))
    assert isinstance(event, ExchangeSeen)
    assert event.claimed_by == "UC1.01.3"
    assert not event.stray


def test_an_event_is_written_and_read_back_the_same() -> None:
    event = Log(**COMMON, level="warning", code="SUT-CAPABILITY", text="inconnue")
    assert read_event(event.model_dump_json()) == event


@pytest.mark.parametrize("change", [{"type": "surprise"}, {"n": 0}, {"at": "hier"}, {"v": 2}])
def test_an_event_that_is_none_is_refused(change: dict[str, Any]) -> None:
    line = {**COMMON, "type": "log", "level": "info", "code": "X", "text": "t", **change}
    with pytest.raises(ValidationError):
        read_event(json.dumps(line))
