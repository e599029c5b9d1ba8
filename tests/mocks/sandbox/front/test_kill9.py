"""What was acknowledged survives ``kill -9``: state, entry, octets, and a chain that verifies."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from banc_standards.contracts.chain import verify

TIMES = 5
SCRIPT = Path(__file__).with_name("up_guestbook.py")


@contextmanager
def up(data: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any], httpx.Client]]:
    """A sandbox in a process of its own, its ready line, and a client that trusts it."""
    process = subprocess.Popen(
        [sys.executable, str(SCRIPT), str(data)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        ready = json.loads(process.stdout.readline())
        with httpx.Client(verify=ssl.create_default_context(cafile=ready["ca_file"])) as client:
            yield process, ready, client
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def journal(client: httpx.Client, ready: dict[str, Any]) -> list[dict[str, Any]]:
    """Every entry of the default session."""
    base = f"{ready['control']}/control/v1/sessions/default/exchanges"
    entries: list[dict[str, Any]] = []
    after = 0
    while page := client.get(base, params={"after": after}).json():
        if not page["exchanges"]:
            return entries
        entries += page["exchanges"]
        after = page["next"]
    return entries


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
def test_kills_right_after_an_acknowledgement_lose_nothing(data: Path) -> None:
    for number in range(TIMES):
        with up(data) as (process, ready, client):
            answer = client.post(
                f"{ready['services']['guestbook']['url']}/lines/{number}", content=f"line {number}".encode()
            )
            process.kill()
            assert answer.status_code == 201

    with up(data) as (_process, ready, client):
        entries = journal(client, ready)
        lines = client.get(f"{ready['services']['guestbook']['url']}/lines").json()["lines"]
        blobs = [
            client.get(f"{ready['control']}/control/v1/blobs/{entry['request']['blob']}").content for entry in entries
        ]

    assert lines == {str(number): f"line {number}" for number in range(TIMES)}
    assert [entry["facts"]["name"] for entry in entries] == [str(number) for number in range(TIMES)]
    assert blobs == [f"line {number}".encode() for number in range(TIMES)]
    chain = verify(entries)
    assert (chain.intact, chain.entries) == (True, TIMES)


def test_a_process_that_is_asked_to_end_drains_its_journal(data: Path) -> None:
    with up(data) as (process, ready, client):
        client.get(f"{ready['services']['guestbook']['url']}/")
        assert process.stdin is not None
        process.stdin.close()

        assert process.wait(timeout=10) == 0

    with up(data) as (_process, ready, client):
        assert [entry["operation"] for entry in journal(client, ready)] == ["guestbook.page"]
