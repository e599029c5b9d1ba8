"""A sandbox in a process of its own, that can be killed."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from .hospital import Bench

UP = "import sys; from banc_harness.cli import main; sys.exit(main(sys.argv[1:]))"


@contextmanager
def up(folder: Path, session: str | None = None) -> Iterator[tuple[subprocess.Popen[bytes], Bench]]:
    """``banc up`` over ``folder / "data"``, and a session of it, made when it is None."""
    command = [sys.executable, "-c", UP, "up", "--port-base", "0", "--services", "dmp", "--data", str(folder / "data")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    try:
        ready = json.loads(process.stdout.readline())
        trust = ssl.create_default_context(cafile=ready["ca_file"])
        with httpx.Client(base_url=ready["control"], verify=trust, timeout=60) as control:
            made = session or control.post("/control/v1/sessions", json={"mode": "strict"}).json()["id"]
            yield process, Bench(ready, made, control, folder)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
