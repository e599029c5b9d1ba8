"""Plays a run for a reader at a terminal: progress, verdict, where the report lies, what changed."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Sequence
from getpass import getpass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from banc_harness import demonstration, runs
from banc_harness.cli.language import Words
from banc_harness.demo import played_by
from banc_harness.scenarios.registered import scenarios
from banc_harness.terminal.demonstration import Demonstration
from banc_harness.terminal.screen import Terminal
from banc_standards.errors import Sentence, UnusableInput

if TYPE_CHECKING:
    from banc_harness.evidence.signature import Signer


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
    _heed_sigterm()
    terminal = Terminal(chosen.lang)
    for remark in runs.warnings(chosen):
        terminal.remark(remark)
    return _show(asyncio.run(_run(chosen, terminal)), terminal)


def demonstrate(chosen: runs.Options, defects: Sequence[str]) -> int:
    """Runs against the witness software, all of them at once, and tells one verdict; returns the worst exit code."""
    _heed_sigterm()
    parts = played_by(scenarios(), chosen.scenarios, defects)
    watching = Demonstration(chosen.lang)
    try:
        done = asyncio.run(demonstration.demonstrate(chosen, parts, defects, watching.watch))
    finally:
        watching.close()
    watching.verdict(done.whole)
    watching.saved(done.page)
    return done.whole.exit_code


def signer_of(sign: Path | None, bundle: Path | None, say: Words) -> Signer:
    """Who signs the bundle: asked for before anything is played. Raises ``UnusableInput`` without a key that can sign,
    ``EnvironmentFailed`` when the bundle could not be written.
    """
    from banc_harness.evidence import seal, signature

    if sign is None:
        raise UnusableInput(
            "SIGN-006",
            Sentence(
                "un dossier de preuves est toujours signé : il manque --sign",
                "an evidence bundle is always signed: --sign is missing",
            ),
            signature.HOW_TO_MAKE_A_KEY,
        )
    password = os.environ.get("BANC_SIGN_PASSWORD")
    if password is None and signature.is_locked(sign) and sys.stdin.isatty():
        password = getpass(say(f"Mot de passe de {sign} : ", f"Password of {sign}: "), sys.stderr)
    found = signature.load(sign, password)
    if bundle is not None:
        seal.check_writable(bundle)
    return found


def _heed_sigterm() -> None:
    """Has SIGTERM, with which pipelines and containers stop a command, end a run as Ctrl-C does."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a background job of a shell
        raise KeyboardInterrupt
    signal.raise_signal(signal.SIGINT)


async def _run(chosen: runs.Options, terminal: Terminal) -> runs.Done:
    try:
        return await runs.run(chosen, [terminal])
    except asyncio.CancelledError:
        terminal.interrupted()
        raise
    finally:
        terminal.close()


def _show(done: runs.Done, terminal: Terminal) -> int:
    if done.compared is not None:
        terminal.compared(done.compared, excused=done.excused)
    terminal.saved(done.page)
    if done.bundle is not None:
        terminal.sealed(done.bundle)
    if done.unsealed is not None:
        terminal.failed(done.unsealed)
    return done.exit_code
