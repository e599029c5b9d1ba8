"""How many FHIR submissions a core judges, beside what another reader costs: json.loads and the model's own parse.

What is asserted is a ratio to that floor of the same run. Run with ``pytest -m bench -s tests/bench/test_fhir.py``.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest

from banc_harness.validate.judging import Order, judge_bytes
from banc_standards.fhir.read import read
from banc_standards.fhir.rules import ENGINE
from banc_standards.fhir.rules.examples import samples
from banc_standards.fhir.subject import subject_of

pytestmark = pytest.mark.bench

GOAL = 100
"""Bundles a second of a core."""
MOST = 4
"""How many times the floor a judgement may cost."""


def cpu(task: Callable[[], object], rounds: int) -> float:
    """CPU seconds of one call: the least of several rounds of calls."""
    times = []
    for _ in range(7):
        began = time.process_time()
        for _ in range(rounds):
            task()
        times.append((time.process_time() - began) / rounds)
    return min(times)


def test_submissions_a_second_of_a_core(capsys: pytest.CaptureFixture[str]) -> None:
    from fhir.resources.R4B import get_fhir_model_class

    content = samples()["submission"]
    data = json.dumps(content).encode()
    bundle = get_fhir_model_class("Bundle")
    order = Order()

    floor = cpu(lambda: bundle.model_validate(json.loads(data)), 30)
    judged = cpu(lambda: list(ENGINE.judge(subject_of(read(data)))), 30)
    whole = cpu(lambda: judge_bytes(data, "lot.json", order), 30)

    with capsys.disabled():
        print(
            f"\nFHIR submission of {len(data)} bytes: {1 / judged:.0f} bundles/s a core (goal {GOAL}), "
            f"{judged * 1000:.2f} ms, {judged / floor:.1f} x json and model ({floor * 1000:.2f} ms); "
            f"with the document inside {1 / whole:.0f}/s"
        )
    assert judged / floor <= MOST
