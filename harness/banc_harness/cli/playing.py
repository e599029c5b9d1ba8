"""Plays a run for a reader at a terminal: progress, verdict, where the report lies, what changed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from banc_harness import runs
from banc_harness.demo import check_defects, witness
from banc_harness.terminal.screen import Terminal


def options(**given: Any) -> runs.Options:
    """The options of a run; what has no option of its own comes from ``BANC_DATA``, ``BANC_TOKEN``, ``BANC_CA_FILE``
    and ``BANC_CA_SHA256``.
    """
    ca_file = os.environ.get("BANC_CA_FILE")
    return runs.Options(
        data=Path(os.environ.get("BANC_DATA") or ".banc"),
        token=os.environ.get("BANC_TOKEN") or None,
        ca_file=Path(ca_file) if ca_file else None,
        ca_sha256=os.environ.get("BANC_CA_SHA256") or None,
        **given,
    )


def play(chosen: runs.Options) -> int:
    """Runs against the described software; returns the exit code."""
    terminal = Terminal(chosen.lang)
    for remark in runs.warnings(chosen):
        terminal.remark(remark)
    return _show(asyncio.run(_run(chosen, terminal)), terminal)


def demonstrate(chosen: runs.Options, defects: Sequence[str]) -> int:
    """Runs against the witness software; returns the exit code."""
    check_defects(defects)
    terminal = Terminal(chosen.lang)
    return _show(asyncio.run(_demonstrate(chosen, defects, terminal)), terminal)


async def _run(chosen: runs.Options, terminal: Terminal) -> runs.Done:
    try:
        return await runs.run(chosen, [terminal])
    except asyncio.CancelledError:
        terminal.interrupted()
        raise
    finally:
        terminal.close()


async def _demonstrate(chosen: runs.Options, defects: Sequence[str], terminal: Terminal) -> runs.Done:
    async with witness(defects) as described:
        return await _run(replace(chosen, sut=described), terminal)


def _show(done: runs.Done, terminal: Terminal) -> int:
    terminal.changed([(change.requirement, change.before, change.after) for change in done.changes])
    terminal.saved(done.page)
    return done.exit_code
