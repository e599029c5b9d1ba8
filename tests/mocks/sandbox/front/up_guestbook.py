"""A sandbox with the guest book as a process of its own: prints its ready line, runs until it is ended."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import guestbook

from banc_mocks.sandbox.config import Config
from banc_mocks.sandbox.launcher import start


async def main(data: Path) -> None:
    """Runs until standard input ends."""
    running = await start(Config(services=(), port_base=0, data=data), [guestbook.service])
    sys.stdout.write(json.dumps(running.ready) + "\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await running.stop()


asyncio.run(main(Path(sys.argv[1])))
