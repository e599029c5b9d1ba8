"""A witness ends with the process that started it, whatever ended that one."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.journeys

WITHIN_S = 20
PARENT = """
import asyncio, contextlib, json
from banc_harness.demo import PLACES, witness

async def hold():
    async with contextlib.AsyncExitStack() as running:
        started = [await running.enter_async_context(witness((), kind)) for kind in PLACES]
        print(json.dumps([one.sut.driver.url for one in started]), flush=True)
        await asyncio.Event().wait()

asyncio.run(hold())
"""


def connected(urls: Sequence[str]) -> list[socket.socket]:
    """A connection to each witness: its end shows when the kernel takes the process away."""
    places = [urlsplit(url) for url in urls]
    return [socket.create_connection((place.hostname, place.port), timeout=WITHIN_S) for place in places]


def ended(connection: socket.socket) -> bool:
    """Waits for the other end to go, with or without having taken the connection; a timeout raises."""
    with connection, suppress(ConnectionResetError):
        return connection.recv(1) == b""
    return True


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_witness_is_left_behind(number: signal.Signals) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert parent.stdout is not None
    urls = json.loads(parent.stdout.readline())
    held = connected(urls)

    parent.send_signal(number)
    parent.wait()

    assert all(ended(connection) for connection in held)
    for url in urls:
        with pytest.raises(ConnectionRefusedError):
            connected([url])
    parent.stdout.close()
