"""How many HL7 v2 messages with a clinical document of 300 KB a core judges, beside what nobody can do without.

The floor is decoding the base64 and lxml's parse of the document in the same run; what is asserted is a ratio to it.
Run with ``pytest -m bench -s tests/bench/test_hl7.py``.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from banc_harness.validate.judging import Order, judge_bytes
from banc_standards.cda.build import discharge_letter, discharge_letter_n1
from banc_standards.cda.pdf import simple_pdf

from ..standards.hl7v2.messages import BASES, documents, sent
from ..standards.letters import letter

pytestmark = pytest.mark.bench

PUBLISHED = Path(__file__).parents[3] / "shared" / "data" / "hl7v2"
GOAL = 200
"""Messages a second of a core."""
MOST = {"letter of level 1": 12, "structured letter": 22}
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


def grown(document: bytes, size: int) -> bytes:
    """The document with a comment, so that it weighs ``size`` bytes."""
    return document + b"<!--" + b"x" * max(0, size - len(document) - 7) + b"-->"


def message(document: bytes) -> bytes:
    encoded = base64.b64encode(document).decode()
    return sent(BASES["mdm"]).decode().replace(documents()["PD94bWwg…"], encoded).encode()


DOCUMENTS = {
    "letter of level 1": lambda: discharge_letter_n1(letter(), simple_pdf(["Lettre de liaison"]) + b"%" * 160_000),
    "structured letter": lambda: grown(discharge_letter(letter()), 225_000),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_messages_a_second_of_a_core(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    document = DOCUMENTS[name]()
    data = message(document)
    encoded = base64.b64encode(document)
    order = Order()
    verdict = judge_bytes(data, "a.er7", order).verdicts[0]
    assert verdict.level is not None, [item.finding.rule for item in verdict.noted]

    floor = cpu(lambda: etree.fromstring(base64.b64decode(encoded)), 20)
    judged = cpu(lambda: judge_bytes(data, "a.er7", order), 20)

    with capsys.disabled():
        print(
            f"\n{name}, message of {len(data) // 1000} KB: {1 / judged:.0f}/s a core (goal {GOAL}), "
            f"{judged * 1000:.2f} ms, {judged / floor:.1f} x the floor of {floor * 1000:.2f} ms"
        )
    assert judged / floor <= MOST[name]


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published messages are not here")
@pytest.mark.parametrize("name", ["cda21-mdm-t02-init-fullcda", "cda21-oru-r01-init-fullcda"])
def test_published_messages_a_second_of_a_core(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    data = (PUBLISHED / f"{name}.er7").read_bytes().replace(b"\r\n", b"\r").replace(b"\n", b"\r")
    line = next(line for line in data.split(b"\r") if line.startswith(b"OBX|1|"))
    encoded = line.split(b"|")[5].split(b"^")[4]
    order = Order()
    judge_bytes(data, name, order)

    floor = cpu(lambda: etree.fromstring(base64.b64decode(encoded)), 20)
    judged = cpu(lambda: judge_bytes(data, name, order), 20)

    with capsys.disabled():
        print(
            f"\n{name}: {1 / judged:.0f}/s a core, {judged * 1000:.2f} ms, {judged / floor:.1f} x the floor of "
            f"{floor * 1000:.2f} ms"
        )
    assert judged / floor <= 16
