"""``kill -9`` in the middle of a sending: every message that got its 250 is in its mailbox after a restart."""

from __future__ import annotations

import json
import smtplib
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from ssl import create_default_context
from typing import Any

import httpx
import pytest

from banc_standards.mail import build

from .conftest import APPLICATION, GP, PLACE, mail

UP = "import sys; from banc_harness.cli import main; sys.exit(main(sys.argv[1:]))"
BEFORE = 40
"""Acknowledged messages after which the sandbox is killed."""


@contextmanager
def up(data: Path) -> Iterator[tuple[subprocess.Popen[bytes], dict[str, Any], httpx.Client]]:
    """``banc up`` in a process of its own, its ready line, and a client of its control API."""
    command = [sys.executable, "-c", UP, "up", "--port-base", "0", "--services", "mssante", "--data", str(data)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    try:
        ready = json.loads(process.stdout.readline())
        control = f"{ready['control']}/control/v1/sessions/default"
        with httpx.Client(base_url=control, verify=create_default_context(cafile=ready["ca_file"])) as client:
            yield process, ready, client
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
def test_what_was_acknowledged_is_there_after_a_kill(tmp_path: Path) -> None:
    data, pem = tmp_path / "data", tmp_path / "application.pem"
    acknowledged: list[str] = []
    enough = threading.Event()

    with up(data) as (process, ready, client):
        made = client.post("/certificates", json={"kind": "AUTH_CLI", "holder": PLACE.id}).json()
        pem.write_text(made["private_key"] + made["certificate"] + made["chain"])
        context = create_default_context(cafile=ready["ca_file"])
        context.load_cert_chain(pem)
        host, _, port = ready["services"]["mssante"]["submission_tls"].rpartition(":")

        def send() -> None:
            with suppress(smtplib.SMTPException, OSError):
                smtp = smtplib.SMTP_SSL(host, int(port), context=context, timeout=20)
                smtp.login(APPLICATION, "")
                while True:
                    one = mail()
                    smtp.sendmail(APPLICATION, [GP.mailbox], build.message(one))
                    acknowledged.append(one.message_id)
                    if len(acknowledged) >= BEFORE:
                        enough.set()

        senders = [threading.Thread(target=send, daemon=True) for _ in range(3)]
        for sender in senders:
            sender.start()
        assert enough.wait(30)
        process.kill()
        for sender in senders:
            sender.join(30)

    with up(data) as (_process, _ready, client):
        held = client.get(f"/mailboxes/{GP.mailbox}/messages", params={"limit": 1000}).json()["messages"]
        entries = client.get("/exchanges", params={"operation": "mssante.submission", "limit": 1000}).json()
    stored = [message["message_id"] for message in held]
    assert set(acknowledged) <= set(stored)
    assert [entry["facts"]["message_id"] for entry in entries["exchanges"]] == stored
    assert [message["uid"] for message in held] == list(range(1, len(held) + 1))
