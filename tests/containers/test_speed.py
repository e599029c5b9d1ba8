"""How long a container takes from nothing to ``/ready``, beside one of the same image that does nothing."""

from __future__ import annotations

import http.client
import ssl
import subprocess
import time
from collections.abc import Callable
from typing import Any

import pytest
from docker.models.containers import Container

ROUNDS = 3
COLD_START_S = 3.0
QUIET_FLOOR_S = 0.25  # the idle container on the quiet machine on which the limit holds as it stands
HARDENED: dict[str, Any] = {"read_only": True, "tmpfs": {"/tmp": ""}, "ports": {"8440/tcp": ("127.0.0.1",)}}

Run = Callable[..., Container]

pytestmark = pytest.mark.containers


def idle(run: Run) -> float:
    """Seconds for a container of the image that starts Python and ends."""
    begun = time.perf_counter()
    assert run("-c", "pass", entrypoint=["python"]).wait()["StatusCode"] == 0
    return time.perf_counter() - begun


def cold(run: Run) -> float:
    """Seconds until ``/ready`` answers 200 on a new container with an empty volume, keys and certificates made."""
    begun = time.perf_counter()
    container = run(**HARDENED)
    follow = ["docker", "logs", "-f", str(container.id)]
    with subprocess.Popen(follow, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as log:
        assert log.stdout is not None
        assert log.stdout.readline().startswith('{"event":"ready"')
        log.terminate()
    container.reload()
    port = int(container.attrs["NetworkSettings"]["Ports"]["8440/tcp"][0]["HostPort"])
    unverified = ssl.create_default_context()
    unverified.check_hostname, unverified.verify_mode = False, ssl.CERT_NONE
    connection = http.client.HTTPSConnection("127.0.0.1", port, context=unverified, timeout=5)
    connection.request("GET", "/ready")
    assert connection.getresponse().status == 200
    seconds = time.perf_counter() - begun
    connection.close()
    return seconds


def test_cold_container_is_ready_within_three_seconds(run: Run) -> None:
    rounds = [(idle(run), cold(run)) for _ in range(ROUNDS)]
    floor, best = (min(times) for times in zip(*rounds, strict=True))

    limit = COLD_START_S * max(1.0, floor / QUIET_FLOOR_S)
    print(f"\ncold start to /ready {best:.2f} s (idle container {floor:.2f} s, limit {limit:.2f} s)")
    assert best <= limit
