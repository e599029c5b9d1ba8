"""How soon ``banc validate`` answers, and how many documents a core judges: beside lxml's parser in the same run.

Figures of seconds tell of the machine and of what else it does; what is asserted is stretched by, or is a ratio to, the
floor of the same run. Run with ``pytest -m bench -s tests/bench/test_validate.py``.
"""

from __future__ import annotations

import compileall
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from lxml import etree

import banc_harness
import banc_standards
from banc_harness.validate.judging import Order, judge_bytes
from banc_standards.cda.build import discharge_letter

from ..standards.letters import letter

pytestmark = [
    pytest.mark.bench,
    pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is told in KiB on Linux"),
]

EXAMPLES = Path(__file__).parents[3] / "shared" / "data" / "cda" / "examples"
FIRST_ANSWER_S, RESIDENT_MIB = 0.4, 80
QUIET_FLOOR_S = (
    0.03  # importing lxml and parsing one document, on the idle machine on which the limit holds as it stands
)
GROWTH_MIB = 16
ROUNDS = 7

_PEAK = """
import resource
with open("/proc/self/status") as status:
    own = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
print(max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss), file=sys.stderr)
"""
VALIDATE = f"import sys; from banc_harness.cli import main; main(sys.argv[1:]){_PEAK}"
FLOOR = f"import sys; from lxml import etree; etree.parse(sys.argv[1]){_PEAK}"


@dataclass(frozen=True)
class Run:
    """One process and its children: seconds to the end, CPU seconds, resident MiB of the largest."""

    wall_s: float
    cpu_s: float
    resident_mib: float


def run(code: str, *arguments: str) -> Run:
    """Runs Python code in a process of its own and measures it."""
    began = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert child.stderr is not None
    told = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    child.stderr.close()
    assert child.returncode == 0
    return Run(wall, usage.ru_utime + usage.ru_stime, int(told.split()[-1]) / 1024)


def best(rounds: list[Run]) -> Run:
    """The shortest time and the largest memory."""
    return Run(
        min(one.wall_s for one in rounds), min(one.cpu_s for one in rounds), max(one.resident_mib for one in rounds)
    )


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    """Bytecode, as an installed wheel has it."""
    for package in (banc_harness, banc_standards):
        compileall.compile_dir(next(iter(package.__path__)), quiet=2)


@pytest.fixture
def one_letter(tmp_path: Path) -> Path:
    """A file that conforms."""
    path = tmp_path / "lettre.xml"
    path.write_bytes(discharge_letter(letter()))
    return path


def test_first_answer_on_one_file(one_letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    floor = best([run(FLOOR, str(one_letter)) for _ in range(ROUNDS)])

    first = best([run(VALIDATE, "validate", str(one_letter)) for _ in range(ROUNDS)])

    with capsys.disabled():
        print(
            f"\nfirst answer: {first.wall_s:.2f} s ({first.cpu_s:.2f} s CPU, {first.cpu_s / floor.cpu_s:.1f} x lxml's "
            f"{floor.cpu_s:.3f} s; limit {FIRST_ANSWER_S} s), {first.resident_mib:.0f} MiB (limit {RESIDENT_MIB} MiB)"
        )
    assert first.wall_s <= FIRST_ANSWER_S * max(1.0, floor.wall_s / QUIET_FLOOR_S)
    assert first.resident_mib <= RESIDENT_MIB


def cpu(task: Callable[[], object], rounds: int) -> float:
    """CPU seconds of one call: the least of several rounds of calls."""
    times = []
    for _ in range(7):
        began = time.process_time()
        for _ in range(rounds):
            task()
        times.append((time.process_time() - began) / rounds)
    return min(times)


RATES = {
    "BIO-CR-BIO_2024.01_TSH_1.xml": (500, 24),
    "BIO-CR-BIO_2021.01_Microbiologie_V1.xml": (300, 24),
}
"""Documents a second of a core that are aimed at, and how many times lxml's parsing a judgement may cost."""


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the published examples are not here")
@pytest.mark.parametrize("name", RATES)
def test_documents_a_second_of_a_core(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    data = (EXAMPLES / name).read_bytes()
    goal, most = RATES[name]
    order = Order()
    judge_bytes(data, name, order)

    parsed = cpu(lambda: etree.fromstring(data), 40)
    judged = cpu(lambda: judge_bytes(data, name, order), 20)

    with capsys.disabled():
        print(
            f"\n{name}: {1 / judged:.0f} documents/s a core (goal {goal}), {judged * 1000:.2f} ms, "
            f"{judged / parsed:.1f} x lxml's parse of {parsed * 1000:.2f} ms"
        )
    assert judged / parsed <= most


def test_ten_thousand_documents_in_flat_memory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "lot"
    folder.mkdir()
    content = discharge_letter(letter())
    (folder / "00000.xml").write_bytes(content)

    few = 500
    for number in range(1, few):
        os.link(folder / "00000.xml", folder / f"{number:05}.xml")
    small = run(VALIDATE, "validate", str(folder), "--jobs", "2", "--format", "json")
    for number in range(few, 10_000):
        os.link(folder / "00000.xml", folder / f"{number:05}.xml")
    large = run(VALIDATE, "validate", str(folder), "--jobs", "2", "--format", "json")

    with capsys.disabled():
        print(
            f"\n10,000 documents of {len(content)} bytes, --jobs 2: {10_000 / large.wall_s:.0f}/s, largest process "
            f"{large.resident_mib:.0f} MiB ({small.resident_mib:.0f} MiB for {few})"
        )
    assert large.resident_mib <= small.resident_mib + GROWTH_MIB
