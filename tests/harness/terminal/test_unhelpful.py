"""What the terminal says of a driver whose answer explains why nothing came."""

from __future__ import annotations

from typing import Any

import pytest

from banc_harness.account import Asked, Step
from banc_harness.terminal.progress import unhelpful
from banc_standards.contracts import events

COMMON: dict[str, Any] = {
    "v": 1,
    "run": "r-1",
    "n": 1,
    "at": "2026-11-21T10:00:00Z",
    "scenario": "PSC.01",
    "step": "PSC.01.1",
}
SENT = events.ActionSent(**COMMON, id="a", action="auth.login", driver="exec", deadline_s=30)
MISSED = events.ExpectationMissed(**COMMON, id="e", operation="psc.token")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"status": "unsupported"}, ["auth.login : the driver does not support this action"]),
        ({"status": "failed", "error": "no screen"}, ["auth.login : the driver answered that it failed : no screen"]),
        ({"status": "failed", "failure": "timeout"}, []),
        ({"status": "done"}, []),
    ],
)
def test_an_answer_that_explains_the_silence_is_told(answer: dict[str, Any], said: list[str]) -> None:
    answered = events.ActionAnswered(**COMMON, id="a", action="auth.login", duration_ms=3, **answer)
    step = Step("PSC.01.1", "", missed=[MISSED], asked=[Asked(SENT, answered)])

    assert list(unhelpful(step, "en")) == said
    assert list(unhelpful(Step("PSC.01.1", "", asked=[Asked(SENT, answered)]), "en")) == []
