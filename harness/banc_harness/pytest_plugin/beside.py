"""The sandbox of a test run, in a process of its own: ``python -m banc_harness.pytest_plugin.beside``.

It prints its ready line and ends with its standard input: also when the test run is killed.
"""

from __future__ import annotations

import asyncio
import faulthandler
import json
import sys
from pathlib import Path
from typing import Any

from banc_harness.cli.failure import tell
from banc_harness.cli.language import Words
from banc_harness.in_process import sandbox
from banc_standards.errors import BancError


async def serve(asked: dict[str, Any]) -> None:
    """A sandbox as it is ``asked`` for, until standard input ends. Raises what its start raises."""
    async with sandbox(Path(asked.pop("data")), **asked) as ready:
        live = "prêt ; en direct sur" if asked["lang"] == "fr" else "ready; live on"
        print(f"{live} {ready.control}/ (pid {ready.pid})", file=sys.stderr, flush=True)
        print(json.dumps(ready.as_json(), ensure_ascii=False), flush=True)
        await asyncio.to_thread(sys.stdin.buffer.read)


def main() -> int:
    """The exit code: 0, 2 or 3."""
    faulthandler.enable()
    asked = json.loads(sys.stdin.readline())
    try:
        asyncio.run(serve(asked))
    except BancError as error:
        return tell(error, Words(asked["lang"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
