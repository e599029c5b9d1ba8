"""Sixteen sessions of one sandbox at work at the same time: each sees its own exchanges, and nobody else's."""

from __future__ import annotations

import ssl
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from urllib.error import HTTPError

import pytest

pytestmark = pytest.mark.journeys

SESSIONS, ROUNDS = 16, 12


def test_sixteen_sessions_do_not_mix(banc_sandbox):
    trust = ssl.create_default_context(cafile=banc_sandbox.ca_bundle)
    together = threading.Barrier(SESSIONS)

    def work(number: int) -> tuple[list[bytes], list[str]]:
        with banc_sandbox.session() as session:
            together.wait(30)
            place = session.services["insi"]["url"]
            for turn in range(ROUNDS):
                body = f"<from session='{number}' turn='{turn}'/>".encode()
                try:
                    request = urllib.request.Request(place, body, {"Content-Type": "application/soap+xml"})
                    urllib.request.urlopen(request, context=trust, timeout=30).close()
                except HTTPError as refused:
                    refused.close()
                session.observe(str(number), operation="test.said", facts={"number": number, "turn": turn})
            entries = session.exchanges()
            sent = [session.sent(entry) for entry in entries if entry["service"] == "insi"]
            return sent, [entry["session"] for entry in entries]

    with ThreadPoolExecutor(SESSIONS) as threads:
        seen = list(threads.map(work, range(SESSIONS)))

    for number, (sent, sessions) in enumerate(seen):
        assert sent == [f"<from session='{number}' turn='{turn}'/>".encode() for turn in range(ROUNDS)]
        assert len(sessions) == 2 * ROUNDS
        assert len(set(sessions)) == 1
    assert len({sessions[0] for _, sessions in seen}) == SESSIONS
