"""Standard output and error as commands find them: closed, full, or read by a program that leaves before the end."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from typing import Any, TextIO


class _Patient(io.FileIO):
    """A descriptor whose reader may leave: what is written after that goes nowhere, and the command goes on to its
    verdict, which its exit code tells.
    """

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            _to_nowhere(self.fileno())
            return memoryview(data).nbytes


def prepare() -> None:
    """Has both streams of this process speak UTF-8, take what is written even when closed, and outlive their reader."""
    if sys.stdout is sys.__stdout__:
        sys.stdout = _prepared(sys.stdout)
    if sys.stderr is sys.__stderr__:
        sys.stderr = _prepared(sys.stderr)


def silence() -> None:
    """Drops what standard output could not take, so that the end of the process does not try again."""
    with suppress(OSError, ValueError):
        _to_nowhere(sys.stdout.fileno())


def _prepared(stream: TextIO | None) -> TextIO:
    if stream is None:
        nowhere = io.FileIO(os.open(os.devnull, os.O_WRONLY), "w", closefd=False)
        return io.TextIOWrapper(io.BufferedWriter(nowhere), encoding="utf-8", errors="replace")
    if not isinstance(stream, io.TextIOWrapper):  # something else stands for it
        return stream
    if os.name == "posix" and not stream.isatty():
        raw = _Patient(stream.fileno(), "w", closefd=False)
        return io.TextIOWrapper(
            io.BufferedWriter(raw),
            encoding="utf-8",
            errors="replace",
            line_buffering=stream.line_buffering,
            write_through=stream.write_through,
        )
    if stream.encoding.lower() not in ("utf-8", "utf8"):
        stream.reconfigure(encoding="utf-8", errors="replace")
    return stream


def _to_nowhere(number: int) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)
