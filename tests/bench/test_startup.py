"""How long a sandbox takes to be ready, and what it weighs: beside a bare aiohttp server started in the same run."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

pytestmark = [
    pytest.mark.bench,
    pytest.mark.skipif(sys.platform != "linux", reason="CPU time and memory of a child are read in /proc"),
]

ROUNDS = 5
FIRST_S, LATER_S, RESIDENT_MIB, RESET_S = 1.2, 0.8, 110, 0.050
MOST_FLOORS = 12
"""How many times the wall time of a bare aiohttp server a start may take: about 7 when idle. Goals are printed."""

UP = "import sys; from banc_harness.cli import main; sys.exit(main(sys.argv[1:]))"
FLOOR = """
import asyncio, sys
from aiohttp import web

async def hello(request):
    return web.Response()

async def main():
    runner = web.ServerRunner(web.Server(hello))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print("{}", flush=True)
    await asyncio.to_thread(sys.stdin.read)

asyncio.run(main())
"""


@dataclass(frozen=True)
class Start:
    """One start: seconds to the ready line, CPU seconds spent by then, resident MiB then, and the line."""

    wall_s: float
    cpu_s: float
    resident_mib: float
    ready: dict[str, Any]


@contextmanager
def started(*command: str) -> Iterator[Start]:
    """Starts a child and measures it when its first line comes."""
    began = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert child.stdout is not None
    assert child.stdin is not None
    try:
        line = child.stdout.readline()
        wall = time.perf_counter() - began
        fields = Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()
        cpu = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        status = dict(
            entry.split(":", 1) for entry in Path(f"/proc/{child.pid}/status").read_text().splitlines() if ":" in entry
        )
        resident = int(status["VmRSS"].split()[0]) / 1024
        yield Start(wall, cpu, resident, json.loads(line))
    finally:
        child.terminate()
        child.wait()
        child.stdin.close()
        child.stdout.close()


def up(data: Path) -> tuple[str, ...]:
    return ("-c", UP, "up", "--port-base", "0", "--data", str(data))


def measure(rounds: int, command: Callable[[int], tuple[str, ...]]) -> list[Start]:
    found = []
    for number in range(rounds):
        with started(*command(number)) as start:
            found.append(start)
    return found


def least(starts: list[Start]) -> float:
    return min(one.wall_s for one in starts)


def tell(capsys: pytest.CaptureFixture[str], name: str, starts: list[Start], floor: list[Start], goal_s: float) -> None:
    wall, cpu = least(starts), min(one.cpu_s for one in starts)
    bare_wall, bare_cpu = least(floor), min(one.cpu_s for one in floor)
    with capsys.disabled():
        print(
            f"\n{name}: CPU {cpu:.2f} s ({cpu / bare_cpu:.1f} x bare aiohttp's {bare_cpu:.2f} s), wall {wall:.2f} s "
            f"({wall / bare_wall:.1f} x {bare_wall:.2f} s, goal {goal_s} s), "
            f"resident {max(one.resident_mib for one in starts):.0f} MiB"
        )


@pytest.fixture(scope="module")
def floor() -> list[Start]:
    return measure(ROUNDS, lambda _number: ("-c", FLOOR))


def test_first_start(tmp_path: Path, floor: list[Start], capsys: pytest.CaptureFixture[str]) -> None:
    starts = measure(ROUNDS, lambda number: up(tmp_path / str(number)))

    tell(capsys, "first start", starts, floor, FIRST_S)
    assert least(starts) <= MOST_FLOORS * least(floor)
    assert max(one.resident_mib for one in starts) <= RESIDENT_MIB


def test_later_start(tmp_path: Path, floor: list[Start], capsys: pytest.CaptureFixture[str]) -> None:
    measure(1, lambda _number: up(tmp_path))

    starts = measure(ROUNDS, lambda _number: up(tmp_path))

    tell(capsys, "later start", starts, floor, LATER_S)
    assert least(starts) <= MOST_FLOORS * least(floor)
    assert max(one.resident_mib for one in starts) <= RESIDENT_MIB


def test_session_reset(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with started(*up(tmp_path)) as start:
        base = f"{start.ready['control']}/control/v1/sessions/default"
        with httpx.Client(verify=ssl.create_default_context(cafile=start.ready["ca_file"])) as client:
            for _ in range(50):
                client.get(f"{start.ready['services']['insi']['url']}/nowhere")
            times = []
            for _ in range(ROUNDS):
                began = time.perf_counter()
                assert client.post(f"{base}/reset").is_success
                times.append(time.perf_counter() - began)

    with capsys.disabled():
        print(f"\nsession reset: {min(times) * 1000:.1f} ms at best, {max(times) * 1000:.1f} ms at worst, limit 50 ms")
    assert min(times) <= RESET_S
