"""Keeps a sandbox up until it is told to stop."""

from __future__ import annotations

import asyncio
import gc
import json
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from banc_harness.cli.language import Words

_SWITCH_S = 0.001
"""Longest wait of a thread that signed or committed for the interpreter's lock, in seconds: Python's own is five times
that. Only here, where the process is ours.
"""


async def serve(data: Path, say: Words, **options: Any) -> None:
    """Starts a sandbox, prints its ready line, and stops it on SIGINT or SIGTERM.

    Raises ``UnusableInput`` or ``EnvironmentFailed`` when it cannot start.
    """
    gc.disable()  # what a start loads and makes stays to the end: looking through it again and again finds nothing
    try:
        from banc_harness.in_process import sandbox

        sys.setswitchinterval(_SWITCH_S)
        told_to_stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        with suppress(NotImplementedError):  # Windows has no signal handlers in its loop: Ctrl-C cancels there
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, told_to_stop.set)
        async with sandbox(data, lang=say.lang, **options) as ready:
            gc.freeze()
            gc.enable()
            print(json.dumps(ready.as_json(), ensure_ascii=False, separators=(",", ":")), flush=True)
            live = say("prêt ; en direct sur", "ready; live on")
            print(f"{live} {ready.control}/{say(' ; Ctrl-C pour arrêter', '; Ctrl-C to stop')}", file=sys.stderr)
            await told_to_stop.wait()
    finally:
        gc.enable()
