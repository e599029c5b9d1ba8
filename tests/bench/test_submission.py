"""Submission over STARTTLS, 50 messages a connection, 4 KiB each: beside aiosmtpd's bare sink and Exim, same client.

The goal is 1,000 stored messages a second. Stored means: judged, in the recipient's mailbox and in the journal,
durable before the 250. The bare sink keeps nothing; Exim writes its spool and delivers nothing. What is asserted is
the CPU time of a message against the bare sink's, with margin: rates tell of the machine, and the client takes its
share of it.
Run with ``pytest -m bench -s tests/bench/test_submission.py``.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import secrets
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from banc_fixtures.population import population
from banc_standards.psc.build import challenge

pytestmark = [
    pytest.mark.bench,
    pytest.mark.skipif(sys.platform != "linux", reason="the CPU time of a child is read in /proc"),
]

CLIENTS, A_CONNECTION, MESSAGES, SIZE = 16, 50, 4_000, 4_096
GOAL = 1_000
SENDER, RECIPIENT = population().professional("P01"), population().professional("P09")
CALLBACK = "https://logiciel.example.test/callback"

UP = "import sys; from banc_harness.cli import main; sys.exit(main(sys.argv[1:]))"
SINK = """
import asyncio, ssl, sys
from aiosmtpd.smtp import SMTP

class Sink:
    async def handle_DATA(self, server, session, envelope):
        return "250 OK"

async def main():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    loop = asyncio.get_running_loop()
    make = lambda: SMTP(Sink(), tls_context=context, require_starttls=True, hostname="sink", loop=loop)
    server = await loop.create_server(make, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)

asyncio.run(main())
"""
EXIM = """
primary_hostname = exim.test
exim_path = {exim}
spool_directory = {folder}/spool
log_file_path = {folder}/log-%slog
pid_file_path = {folder}/exim.pid
local_interfaces = 127.0.0.1.{port}
tls_advertise_hosts = *
tls_certificate = {certificate}
tls_privatekey = {key}
queue_only = true
queue_run_in_order = false
smtp_accept_max_per_connection = 0
smtp_accept_queue_per_connection = 0
smtp_accept_max = 100
smtp_reserve_hosts = *
acl_smtp_rcpt = accept
acl_smtp_data = accept
begin routers
all:
  driver = accept
  transport = none
begin transports
none:
  driver = appendfile
  file = /dev/null
"""


@dataclass(frozen=True)
class Server:
    """A mail server under load: its port, the processes whose CPU time counts, and how the client signs in."""

    name: str
    port: int
    pid: int
    auth: bytes = b""

    def cpu_s(self) -> float:
        """CPU seconds of the process and of its children that have ended."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Measure:
    """Messages a second, and the server's CPU time for each."""

    name: str
    rate: float
    cpu_ms: float

    def __str__(self) -> str:
        return f"{self.name:<34} {self.rate:>7,.0f}/s   {self.cpu_ms:.3f} ms CPU each"


@contextmanager
def child(*command: str, first_line: bool = True) -> Iterator[tuple[subprocess.Popen[bytes], bytes]]:
    """Runs a command until the end of the block; gives its first line."""
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline() if first_line else b""
    finally:
        process.terminate()
        process.wait(20)
        process.stdin.close()
        process.stdout.close()


def message() -> bytes:
    """A plain mail of 4 KiB that breaks no rule."""
    head = (
        f"Date: Mon, 05 Jan 2026 17:00:00 +0000\r\nFrom: Dr_A_BE <{SENDER.mailbox}>\r\nTo: {RECIPIENT.mailbox}\r\n"
        f"Message-ID: <{secrets.token_hex(16)}@logiciel.test>\r\nSubject: essai\r\nX-MSS-NIL: DEV000001\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    ).encode()
    line = b"Bonjour, voici soixante-dix caracteres environ pour remplir la ligne.\r\n"
    return head + (line * (SIZE // len(line) + 1))[: SIZE - len(head) - 2] + b"\r\n"


async def conversation(server: Server, context: ssl.SSLContext, mails: list[bytes]) -> None:
    """One connection: STARTTLS, AUTH when there is one, each mail, QUIT."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)

    async def ask(data: bytes, expected: bytes) -> None:
        writer.write(data)
        line = await reader.readline()
        while line[3:4] == b"-":
            line = await reader.readline()
        assert line.startswith(expected), line

    await ask(b"", b"220")
    await ask(b"EHLO client.test\r\n", b"250")
    await ask(b"STARTTLS\r\n", b"220")
    await writer.start_tls(context, server_hostname="localhost")
    await ask(b"EHLO client.test\r\n", b"250")
    if server.auth:
        await ask(server.auth, b"235")
    sender, recipient = SENDER.mailbox.encode(), RECIPIENT.mailbox.encode()
    for data in mails:
        await ask(b"MAIL FROM:<" + sender + b">\r\n", b"250")
        await ask(b"RCPT TO:<" + recipient + b">\r\n", b"250")
        await ask(b"DATA\r\n", b"354")
        await ask(data + b".\r\n", b"250")
    await ask(b"QUIT\r\n", b"221")
    writer.close()
    with suppress(ConnectionError, ssl.SSLError):
        await writer.wait_closed()


async def load(server: Server, ca: str, mails: list[bytes]) -> Measure:
    """Every mail, over connections of 50, sixteen at a time."""
    context = ssl.create_default_context(cafile=ca)
    context.check_hostname = False
    waiting = [mails[first : first + A_CONNECTION] for first in range(0, len(mails), A_CONNECTION)]

    async def client() -> None:
        while waiting:
            await conversation(server, context, waiting.pop())

    began, cpu = time.perf_counter(), server.cpu_s()
    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    took = time.perf_counter() - began
    if server.name == "Exim":
        await asyncio.sleep(0.5)  # its children are counted once they have ended
    return Measure(server.name, len(mails) / took, (server.cpu_s() - cpu) / len(mails) * 1000)


def token(ready: dict[str, object], control: httpx.Client) -> str:
    """An access token of Pro Santé Connect in the default session."""
    base = "/control/v1/sessions/default"
    control.post(
        f"{base}/clients", json={"client_id": "lps", "client_secret": "secret", "redirect_uris": [CALLBACK]}
    ).raise_for_status()
    control.put(f"{base}/login", json={"auto": SENDER.idnat}).raise_for_status()
    control.put(f"{base}/switches", json={"psc.access_token_s": 300}).raise_for_status()
    document = control.get(ready["services"]["psc"]["discovery"]).json()  # type: ignore[index]
    verifier = secrets.token_urlsafe(48)
    asked = control.get(
        document["authorization_endpoint"],
        params={
            "response_type": "code",
            "client_id": "lps",
            "redirect_uri": CALLBACK,
            "scope": "openid scope_all",
            "acr_values": "eidas1",
            "state": secrets.token_urlsafe(24),
            "nonce": secrets.token_urlsafe(24),
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
        },
    )
    code = parse_qs(urlsplit(asked.headers["Location"]).query)["code"][0]
    granted = control.post(
        document["token_endpoint"],
        data={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": verifier,
            "client_id": "lps",
            "client_secret": "secret",
        },
    )
    return str(granted.json()["access_token"])


@contextmanager
def exim(certificate: Path, key: Path) -> Iterator[Server | None]:
    """Exim that spools and delivers nothing; None when it is not installed or may not be run."""
    found = shutil.which("exim4", path=f"{os.environ['PATH']}:/usr/sbin") or shutil.which("exim")
    if found is None or os.geteuid() != 0:
        yield None
        return
    port = 20_000 + secrets.randbelow(20_000)
    place = Path("/var/tmp") / f"banc-exim-{secrets.token_hex(4)}"
    place.mkdir(mode=0o755)
    for source, name in ((certificate, "server.pem"), (key, "server.key")):
        shutil.copy(source, place / name)
        (place / name).chmod(0o644)
    settings = place / "exim.conf"
    settings.write_text(
        EXIM.format(exim=found, folder=place, port=port, certificate=place / "server.pem", key=place / "server.key")
    )
    (place / "spool").mkdir()
    for path in (place, place / "spool"):
        shutil.chown(path, "Debian-exim")
    try:
        with child(found, "-C", str(settings), "-bdf", first_line=False) as (process, _):
            _wait_for(port)
            yield Server("Exim", port, process.pid)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _wait_for(port: int) -> None:
    """Returns once the port answers. Raises ``OSError`` when it does not."""
    for left in reversed(range(100)):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if not left:
                raise
            time.sleep(0.1)
        else:
            return


def test_stored_submissions(tmp_path: Path) -> None:
    mails = [message() for _ in range(MESSAGES)]
    data = tmp_path / "data"
    up = ("up", "--port-base", "0", "--services", "psc,mssante", "--data", str(data))
    measures: list[Measure] = []
    with child(sys.executable, "-c", UP, *up) as (process, line):
        ready = json.loads(line)
        ca = ready["ca_file"]
        trust = ssl.create_default_context(cafile=ca)
        certificate, key = data / "pki" / "server.pem", data / "pki" / "server.key"
        with httpx.Client(base_url=ready["control"], verify=trust, timeout=60) as control:
            port = int(ready["services"]["mssante"]["submission"].rpartition(":")[2])
            bearer = f"user={SENDER.mailbox}\x01auth=Bearer {token(ready, control)}\x01\x01"
            auth = b"AUTH XOAUTH2 " + base64.b64encode(bearer.encode()) + b"\r\n"
            banc = Server("banc, judged and stored", port, process.pid, auth)
            asyncio.run(load(banc, ca, mails[:200]))
            best = max((asyncio.run(load(banc, ca, mails)) for _ in range(2)), key=lambda one: one.rate)
            stored = control.get(f"/control/v1/sessions/default/mailboxes/{RECIPIENT.mailbox}/messages?limit=1")
            assert stored.json()["messages"]
            counted = control.get("/control/v1/sessions/default/mailboxes?limit=1000").json()["mailboxes"]
            held = {box["address"]: box["messages"] for box in counted}[RECIPIENT.mailbox]
        assert held == 2 * MESSAGES + 200
        with child(sys.executable, "-c", SINK, str(certificate), str(key)) as (sink_process, sink_line):
            sink = Server("aiosmtpd, bare sink, keeps nothing", int(sink_line), sink_process.pid)
            asyncio.run(load(sink, ca, mails[:200]))
            floor = max((asyncio.run(load(sink, ca, mails)) for _ in range(2)), key=lambda one: one.rate)
        measures += [best, floor]
        with exim(certificate, key) as spooler:
            if spooler is not None:
                measures.append(asyncio.run(load(spooler, ca, mails)))
    print()
    for measure in measures:
        print(measure)
    print(f"bare sink / banc: {floor.rate / best.rate:.2f} (goal: {GOAL:,} stored/s)")
    assert best.cpu_ms < 6 * floor.cpu_ms
