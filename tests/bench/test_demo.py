"""How long the main job takes once installed, from the command to its report."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.bench

DEMO_S = 20.0
MOST_FLOORS = 240
"""CPU of the demonstration, counted in starts of a bare aiohttp server: about half of this was measured."""

DEMO = "import sys; from banc_harness.cli import main; sys.exit(main(['demo', '--report', sys.argv[1]]))"
FLOOR = """
import asyncio
from aiohttp import web

async def main():
    runner = web.ServerRunner(web.Server(lambda request: web.Response()))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await runner.cleanup()

asyncio.run(main())
"""


@dataclass(frozen=True)
class Spent:
    """Seconds of the clock and of the processors, children included."""

    wall_s: float
    cpu_s: float


def spent(folder: Path, *command: str) -> Spent:
    """Runs a command to its end in a folder."""
    before, began = os.times(), time.perf_counter()
    subprocess.run([sys.executable, *command], check=True, cwd=folder, capture_output=True, timeout=120)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Spent(time.perf_counter() - began, cpu)


def test_the_demonstration_beside_a_bare_server(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    floor = min((spent(tmp_path, "-c", FLOOR) for _ in range(3)), key=lambda taken: taken.cpu_s)
    first, later = (spent(tmp_path, "-c", DEMO, str(tmp_path / name)) for name in ("first", "later"))

    ratio = later.cpu_s / floor.cpu_s
    with capsys.disabled():
        print(
            f"\nbanc demo: first {first.wall_s:.1f} s ({first.cpu_s:.1f} s CPU), later {later.wall_s:.1f} s"
            f" ({later.cpu_s:.1f} s CPU), goal {DEMO_S:.0f} s; {ratio:.0f} bare starts of {floor.cpu_s:.2f} s CPU"
        )
    assert (tmp_path / "later" / "report.json").stat().st_size > 0
    assert ratio < MOST_FLOORS
