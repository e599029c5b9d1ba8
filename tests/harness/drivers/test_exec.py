"""The ``exec`` driver against real little programs: good, crashing, slow, lying."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from banc_harness.drivers.process import MAX_ERRORS, ExecDriver
from banc_harness.drivers.reply import MAX_ANSWER, DriverFailed
from banc_standards.contracts.driver import Action

Adapter = Callable[[str], ExecDriver]

ECHO = """
import json, sys
asked = json.load(sys.stdin)
json.dump({"banc": 1, "id": asked["id"], "status": "done", "output": {"seen": asked["input"]}}, sys.stdout)
"""


@pytest.fixture
def adapter(tmp_path: Path) -> Adapter:
    def make(program: str) -> ExecDriver:
        (tmp_path / "adapter.py").write_text(program)
        return ExecDriver([sys.executable, "adapter.py"], folder=tmp_path, timeout_s=5)

    return make


async def failure(driver: ExecDriver, action: Action) -> DriverFailed:
    with pytest.raises(DriverFailed) as failed:
        await driver.act(action)
    return failed.value


async def test_good_adapter_reads_the_action_and_answers(adapter: Adapter, action: Action) -> None:
    reply = await adapter(ECHO).act(action)

    assert reply.answer.status == "done"
    assert reply.answer.output == {"seen": {"patient": {"local_id": "1"}}}
    assert reply.evidence == ()


async def test_what_it_says_on_stderr_is_kept_as_evidence(adapter: Adapter, action: Action) -> None:
    reply = await adapter("import sys; print('détail', file=sys.stderr)" + ECHO).act(action)

    assert [(item.name, item.data) for item in reply.evidence] == [("stderr.txt", "détail\n".encode())]


async def test_files_of_the_answer_are_evidence(adapter: Adapter, action: Action) -> None:
    program = ECHO.replace(
        '"done",', '"done", "evidence": [{"name": "a.txt", "media_type": "text/plain", "base64": "QQ=="}],'
    )

    reply = await adapter(program).act(action)

    assert [(item.name, item.data) for item in reply.evidence] == [("a.txt", b"A")]


async def test_program_beside_the_description_is_found(tmp_path: Path, action: Action) -> None:
    program = tmp_path / "adapter"
    program.write_text(f"#!{sys.executable}\n{ECHO}")
    program.chmod(0o755)

    reply = await ExecDriver(["./adapter"], folder=tmp_path, timeout_s=5).act(action)

    assert reply.answer.status == "done"


async def test_program_that_cannot_be_started_is_unreachable(tmp_path: Path, action: Action) -> None:
    failed = await failure(ExecDriver(["./nothing"], folder=tmp_path, timeout_s=5), action)

    assert failed.failure == "unreachable"
    assert "nothing" in failed.text.fr


async def test_crash_is_told_with_its_last_words(adapter: Adapter, action: Action) -> None:
    failed = await failure(adapter("raise SystemExit('plus de licence')"), action)

    assert failed.failure == "crashed"
    assert "plus de licence" in failed.text.fr
    assert [item.data for item in failed.evidence] == [b"plus de licence\n"]


async def test_slow_adapter_is_stopped_at_the_deadline_with_all_that_it_started(
    adapter: Adapter, action: Action, tmp_path: Path
) -> None:
    program = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open("child", "w").write(str(child.pid))
time.sleep(60)
"""
    began = time.monotonic()

    failed = await failure(adapter(program), action.model_copy(update={"deadline_s": 1}))

    assert failed.failure == "timeout"
    assert time.monotonic() - began < 4
    assert not _alive(int((tmp_path / "child").read_text()))


async def test_adapter_deaf_to_the_polite_signal_is_killed(adapter: Adapter, action: Action) -> None:
    program = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"

    failed = await failure(adapter(program), action.model_copy(update={"deadline_s": 1}))

    assert failed.failure == "timeout"


@pytest.mark.parametrize(
    "said",
    [
        "",
        "bonjour",
        "[]",
        '{"banc": 2, "id": "a-1", "status": "done"}',
        '{"banc": 1, "id": "a-1", "status": "fine"}',
        '{"banc": 1, "id": "other", "status": "done"}',
        '{"banc": 1, "id": "a-1"}',
        '{"banc": 1, "id": "a-1", "status": "done"} {"more": 1}',
        '{"banc": 1, "id": "a-1", "status": "done", "evidence": [{"name": "a", "media_type": "b", "base64": "é"}]}',
    ],
)
async def test_lying_about_the_contract_is_told(adapter: Adapter, action: Action, said: str) -> None:
    failed = await failure(adapter(f"print({said!r})"), action)

    assert failed.failure == "invalid"


async def test_endless_answer_is_bounded(adapter: Adapter, action: Action) -> None:
    failed = await failure(adapter(f"import sys; sys.stdout.write('x' * {MAX_ANSWER + 100_000})"), action)

    assert failed.failure == "oversize"


async def test_endless_complaints_keep_their_end(adapter: Adapter, action: Action) -> None:
    reply = await adapter(f"import sys; sys.stderr.write('x' * {2 * MAX_ERRORS} + 'fin')" + ECHO).act(action)

    assert len(reply.evidence[0].data) == MAX_ERRORS
    assert reply.evidence[0].data.endswith(b"fin")


async def test_adapter_that_does_not_read_its_input_may_still_answer(adapter: Adapter, action: Action) -> None:
    large = action.model_copy(update={"input": {"document": "x" * 2_000_000}})

    reply = await adapter("""print('{"banc": 1, "id": "a-1", "status": "unsupported"}')""").act(large)

    assert reply.answer.status == "unsupported"


def _alive(pid: int) -> bool:
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        if "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text():
            return False
        time.sleep(0.02)
    return True
