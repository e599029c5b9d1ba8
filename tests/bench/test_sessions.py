"""What a fresh session costs each test, beside the same number of bare calls of the control API in the same run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from banc_harness.handle import SandboxHandle

pytestmark = pytest.mark.bench

TESTS, SPENT_S = 200, 10.0
QUIET_ALONE_S = 0.12
"""The same tests without a session, on the idle machine on which the limit holds as it stands."""

MOST_FLOORS = 12
"""A session opened and deleted, counted in pairs of bare calls: about a third of this was measured."""

SUITE = """
import pytest

@pytest.mark.parametrize("number", range({count}))
def test_nothing({fixture}):
    pass
"""
_TOOK = re.compile(r"(\d+) passed.* in ([\d.]+)s")


def took(folder: Path, fixture: str) -> float:
    """Seconds that pytest says it spent on the tests of a file, in a process of its own."""
    suite = SUITE.format(count=TESTS, fixture=f"number, {fixture}" if fixture else "number")
    (folder / "test_suite.py").write_text(suite)
    (folder / "pytest.ini").write_text("[pytest]\n")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BANC_", "PYTEST_"))}
    plain = ("-q", "-p", "no:asyncio", "-p", "no:cacheprovider", "-W", "error")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *plain, "test_suite.py"],
        cwd=folder,
        env=kept,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    found = _TOOK.search(done.stdout)
    assert found is not None, done.stdout + done.stderr
    assert int(found[1]) == TESTS
    return float(found[2])


def each(count: int, call: Callable[[], object]) -> float:
    """Seconds that a call takes, over so many."""
    began = time.perf_counter()
    for _ in range(count):
        call()
    return (time.perf_counter() - began) / count


def test_two_hundred_tests_each_with_a_fresh_session(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    alone, with_sessions = took(tmp_path, ""), took(tmp_path, "banc_session")

    spent, allowed = with_sessions - alone, SPENT_S * max(1.0, alone / QUIET_ALONE_S)
    with capsys.disabled():
        print(
            f"\n{TESTS} fresh sessions: {spent:.2f} s on the sandbox, its start included, limit {SPENT_S:.0f} s"
            f" (now {allowed:.0f}); the same tests alone {alone:.2f} s"
        )
    assert spent < allowed


def test_a_session_beside_bare_calls(banc_sandbox: SandboxHandle, capsys: pytest.CaptureFixture[str]) -> None:
    def session() -> None:
        with banc_sandbox.session():
            pass

    each(20, session)
    floor = 2 * min(each(100, banc_sandbox.health) for _ in range(3))
    cost = min(each(TESTS // 2, session) for _ in range(3))

    with capsys.disabled():
        print(
            f"\na session opened and deleted: {cost * 1000:.2f} ms, {cost / floor:.1f} times two bare calls"
            f" ({floor * 1000:.2f} ms)"
        )
    assert cost / floor < MOST_FLOORS
