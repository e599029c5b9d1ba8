"""The ``exec`` driver: one command per action, one JSON object on standard input, exactly one on standard output."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from banc_harness.drivers.reply import MAX_ANSWER, DriverFailed, Evidence, Reply, read_answer
from banc_standards.contracts.driver import Action
from banc_standards.errors import Sentence

MAX_ERRORS = 256 * 2**10
"""What is kept of standard error, in bytes: its end."""

GRACE_S = 1.0
"""Between the polite signal and the other one, in seconds."""


class ExecDriver:
    """Runs ``command`` in ``folder``, where ``sut.yaml`` lies; a relative program is looked for there first."""

    name = "exec"

    def __init__(self, command: Sequence[str], *, folder: Path, timeout_s: int) -> None:
        self.timeout_s = timeout_s
        self._folder = folder
        program, *arguments = command
        beside = folder / program
        self._command = [str(beside) if os.sep in program and beside.exists() else program, *arguments]

    async def act(self, action: Action) -> Reply:
        """Runs the command; its whole process group is killed at the deadline."""
        process = await self._start()
        try:
            async with asyncio.timeout(action.deadline_s):
                output, errors = await _exchange(process, action.model_dump_json().encode() + b"\n")
                await process.wait()
        except TimeoutError:
            raise DriverFailed(
                "timeout",
                Sentence(
                    f"le pilote n'a pas répondu en {action.deadline_s} s ; il a été arrêté",
                    f"the driver did not answer within {action.deadline_s} s; it was stopped",
                ),
            ) from None
        finally:
            await _stop(process)
        left = (Evidence("stderr.txt", "text/plain", errors),) if errors else ()
        if len(output) > MAX_ANSWER:
            raise DriverFailed(
                "oversize",
                Sentence(
                    f"le pilote a écrit plus de {MAX_ANSWER >> 20} Mio", f"the driver wrote over {MAX_ANSWER >> 20} MiB"
                ),
                left,
            )
        if process.returncode:
            last = errors.decode("utf-8", "replace").strip().rpartition("\n")[2]
            fr, en = (f" : {last}", f": {last}") if last else ("", "")
            raise DriverFailed(
                "crashed",
                Sentence(
                    f"le pilote s'est terminé par le code {process.returncode}{fr}",
                    f"the driver ended with code {process.returncode}{en}",
                ),
                left,
            )
        return read_answer(output, action, left)

    async def capabilities(self) -> tuple[str, ...] | None:
        """A command says nothing of what it can do."""
        return None

    async def close(self) -> None:
        """Nothing is held between two actions."""

    async def _start(self) -> asyncio.subprocess.Process:
        try:
            return await asyncio.create_subprocess_exec(
                *self._command,
                cwd=self._folder,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            said = getattr(error, "strerror", None) or str(error)
            raise DriverFailed(
                "unreachable",
                Sentence(
                    f"impossible de lancer le pilote {self._command[0]} : {said}",
                    f"cannot start the driver {self._command[0]}: {said}",
                ),
            ) from None


async def _exchange(process: asyncio.subprocess.Process, asked: bytes) -> tuple[bytes, bytes]:
    """Writes the action while both outputs are read, so that neither side waits for the other."""
    assert process.stdout is not None
    assert process.stderr is not None
    async with asyncio.TaskGroup() as together:
        together.create_task(_write(process, asked))
        output = together.create_task(_read_head(process.stdout))
        errors = together.create_task(_read_tail(process.stderr))
    return output.result(), errors.result()


async def _write(process: asyncio.subprocess.Process, asked: bytes) -> None:
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(asked)
        await process.stdin.drain()
    process.stdin.close()


async def _read_head(stream: asyncio.StreamReader) -> bytes:
    """What is written, one byte more than the limit at most; the rest is read and dropped."""
    kept = bytearray()
    while chunk := await stream.read(2**16):
        kept += chunk[: MAX_ANSWER + 1 - len(kept)]
    return bytes(kept)


async def _read_tail(stream: asyncio.StreamReader) -> bytes:
    kept = bytearray()
    while chunk := await stream.read(2**16):
        kept += chunk
        del kept[:-MAX_ERRORS]
    return bytes(kept)


async def _stop(process: asyncio.subprocess.Process) -> None:
    """Ends a command that still runs, and everything that it started, the polite way first."""
    if process.returncode is not None:
        return
    if sys.platform == "win32":
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    else:
        for sign in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(process.pid, sign)
            except (ProcessLookupError, PermissionError):
                break
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), GRACE_S)
    await process.wait()
