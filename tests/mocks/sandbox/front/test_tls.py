"""Handshakes: what the TLS front refuses is journaled, what it lets through is the service's to judge."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from banc_mocks.sandbox.launcher import Running
from banc_mocks.sandbox.tls import Connection, Front, Refusal, server_context

Entries = Callable[..., Awaitable[list[dict[str, Any]]]]
Connecting = Callable[..., httpx.AsyncClient]
Certifying = Callable[..., Awaitable[tuple[Path, Path]]]


def self_signed(folder: Path) -> tuple[Path, Path]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a stranger")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    paths = folder / "stranger.pem", folder / "stranger.key"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths


async def test_a_client_certificate_that_nobody_issued_is_refused_and_journaled(
    connecting: Connecting, members: str, entries: Entries, tmp_path: Path
) -> None:
    stranger = connecting(self_signed(tmp_path))

    with pytest.raises(httpx.TransportError):
        await stranger.get(f"{members}/lines")

    (entry,) = await entries(operation="tls.refused")
    assert (entry["outcome"], entry["code"]) == ("refused", "CERTIFICATE_VERIFY_FAILED")
    assert entry["findings"][0]["rule"] == "TLS-REFUSED"
    assert "self-signed" in entry["findings"][0]["found"]
    assert entry["peer"]["address"].startswith(("127.0.0.1:", "[::1]:"))
    assert entry["facts"] == {"listener": "members", "server_name": "localhost"}


async def test_plain_http_to_a_tls_port_is_journaled_as_such(url: str, entries: Entries) -> None:
    async with httpx.AsyncClient() as stranger:
        with pytest.raises(httpx.TransportError):
            await stranger.get(url.replace("https:", "http:"))

    (entry,) = await entries(operation="tls.refused")
    assert entry["code"] == "HTTP_REQUEST"


async def test_a_client_without_tls_1_2_is_refused(running: Running, url: str, entries: Entries) -> None:
    context = ssl.create_default_context(cafile=running.ready["ca_file"])
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = ssl.TLSVersion.TLSv1_1
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    where = urlsplit(url)

    with pytest.raises((ssl.SSLError, ConnectionError)):
        await asyncio.open_connection(where.hostname, where.port, ssl=context)

    (entry,) = await entries(operation="tls.refused")
    assert entry["code"] == "UNSUPPORTED_PROTOCOL"


async def test_a_client_that_rejects_our_certificate_is_journaled(url: str, entries: Entries) -> None:
    async with httpx.AsyncClient(verify=ssl.create_default_context()) as stranger:
        with pytest.raises(httpx.ConnectError):
            await stranger.get(url)

    (entry,) = await entries(operation="tls.refused")
    assert entry["outcome"] == "refused"


async def test_a_port_probe_leaves_no_entry(url: str, client: httpx.AsyncClient, entries: Entries) -> None:
    where = urlsplit(url)
    _reader, writer = await asyncio.open_connection("127.0.0.1", where.port)
    writer.close()
    await writer.wait_closed()

    await client.get("/lines")

    assert [entry["operation"] for entry in await entries()] == ["guestbook.read"]


async def test_both_loopbacks_answer(connecting: Connecting, url: str) -> None:
    port = urlsplit(url).port

    answers = [await connecting().get(f"https://{host}:{port}/lines") for host in ("127.0.0.1", "[::1]")]

    assert [answer.status_code for answer in answers] == [200, 200]


@pytest.mark.parametrize(
    ("profile", "rules"),
    [
        ("valid", []),
        ("expired", ["TLS-003"]),
        ("not_yet", ["TLS-004"]),
        ("revoked", ["TLS-005"]),
        ("foreign_ca", ["TLS-002"]),
    ],
)
async def test_each_certificate_passes_the_handshake_and_gets_the_services_answer(
    connecting: Connecting, certifying: Certifying, members: str, entries: Entries, profile: str, rules: list[str]
) -> None:
    client = connecting(await certifying(profile=profile))

    answer = await client.post(f"{members}/members")

    assert answer.status_code == (403 if rules else 201)
    (entry,) = await entries(operation="guestbook.members")
    assert [finding["rule"] for finding in entry["findings"]] == rules
    assert entry["peer"]["certificate"]["kind"] == "AUTH_CLI"
    assert entry["peer"]["session_by"] == "certificate"


async def test_an_absent_certificate_is_answered_by_the_service(connecting: Connecting, members: str) -> None:
    answer = await connecting().post(f"{members}/members")

    assert (answer.status_code, answer.json()) == (403, ["TLS-001"])


async def test_dates_are_judged_on_the_session_clock(
    running: Running, connecting: Connecting, certifying: Certifying, members: str
) -> None:
    sandbox = running.sandbox
    client = connecting(await certifying())
    before = await client.post(f"{members}/members")

    await sandbox.sessions.set_clock(sandbox.sessions.default, offset_s=4 * 366 * 86_400)
    after = await client.post(f"{members}/members")

    assert (before.status_code, after.json()) == (201, ["TLS-003"])


async def test_a_revocation_counts_at_once(
    running: Running, connecting: Connecting, certifying: Certifying, members: str
) -> None:
    sandbox = running.sandbox
    client = connecting(await certifying())
    before = await client.post(f"{members}/members")

    await sandbox.certificates.revoke(sandbox.sessions.default, sandbox.certificates.of("default")[0].id)
    after = await client.post(f"{members}/members")

    assert (before.status_code, after.json()) == (201, ["TLS-005"])


async def test_bytes_sent_with_the_end_of_the_handshake_are_not_lost(running: Running, url: str) -> None:
    context = ssl.create_default_context(cafile=running.ready["ca_file"])
    port = urlsplit(url).port

    def ask() -> bytes:
        with (
            socket.create_connection(("127.0.0.1", port)) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as secured,
        ):
            secured.sendall(b"GET /lines HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return secured.recv(15)

    answers = await asyncio.gather(*(asyncio.to_thread(ask) for _ in range(10)))

    assert set(answers) == {b"HTTP/1.1 200 OK"}


async def test_a_handshake_that_stalls_is_given_up(made_pki: Path) -> None:
    refused: asyncio.Queue[Refusal] = asyncio.Queue()

    def never(_connection: Connection) -> asyncio.Protocol:
        raise AssertionError("no handshake ended")

    pem = made_pki / "organisations.pem"
    context = server_context(pem, made_pki / "organisations.key")
    front = Front(never, context=context, refused=refused.put_nowait, handshake_timeout_s=0.05)
    listening = socket.create_server(("127.0.0.1", 0))
    await front.listen([listening])

    _reader, writer = await asyncio.open_connection(*listening.getsockname())
    refusal = await asyncio.wait_for(refused.get(), 5)

    assert refusal.reason == "HANDSHAKE_TIMEOUT"
    writer.close()
    await front.close()
