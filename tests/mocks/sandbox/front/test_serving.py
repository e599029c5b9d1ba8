"""Around each handler: bodies, unknown addresses, faults, failures; every exchange ends in the journal."""

from __future__ import annotations

import asyncio
import socket
import ssl
import zlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from banc_mocks.sandbox.launcher import Running
from banc_mocks.sandbox.serving import ServiceServer
from banc_mocks.sandbox.tls import Front
from banc_standards.contracts.exchange import Exchange

Entries = Callable[..., Awaitable[list[dict[str, Any]]]]
Starting = Callable[..., Awaitable[Running]]


async def raw(running: Running, url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    context = ssl.create_default_context(cafile=running.ready["ca_file"])
    return await asyncio.open_connection("localhost", urlsplit(url).port, ssl=context)


async def test_an_exchange_is_entered_whole(client: httpx.AsyncClient, running: Running, entries: Entries) -> None:
    answer = await client.post("/lines/a?x=1", content=b"hello", headers={"Content-Type": "Text/Plain; charset=utf-8"})

    (entry,) = await entries()
    read = Exchange.model_validate(entry)
    assert read.request is not None
    assert read.response is not None
    assert read.request.line == "POST /lines/a?x=1"
    assert ("content-type", "Text/Plain; charset=utf-8") in [
        (name.lower(), value) for name, value in read.request.headers
    ]
    assert (read.request.size, read.request.media_type) == (5, "text/plain")
    assert (read.response.line, read.response.media_type) == ("201", "application/json")
    assert (read.operation, read.transport, read.outcome) == ("guestbook.sign", "https", "accepted")
    assert read.facts == {"name": "a"}
    journal = running.sandbox.journal
    assert await journal.blob(str(read.request.blob)) == b"hello"
    assert await journal.blob(str(read.response.blob)) == answer.content


async def test_what_was_acknowledged_outlives_a_restart(
    starting: Starting, data: Path, client: httpx.AsyncClient, running: Running
) -> None:
    await client.post("/lines/a", content=b"hello")
    await running.stop()

    again = await starting()

    assert again.sandbox.sessions.default.get("guestbook", "line", "a") == "hello"
    assert (await again.sandbox.journal.verify(again.sandbox.sessions.default)).entries == 1


async def test_an_unknown_address_gets_the_services_own_error(client: httpx.AsyncClient, entries: Entries) -> None:
    answer = await client.post("/nowhere", content=b"what was sent")

    assert (answer.status_code, answer.json()) == (404, {"error": "HTTP-005"})
    (entry,) = await entries()
    assert (entry["operation"], entry["outcome"], entry["request"]["size"]) == ("guestbook.unknown", "refused", 13)


async def test_a_wrong_method_is_told_from_an_unknown_address(client: httpx.AsyncClient, entries: Entries) -> None:
    answer = await client.delete("/lines")

    assert answer.status_code == 405
    assert [entry["findings"][0]["expected"] for entry in await entries()] == ["GET"]


async def test_head_is_answered_like_get_without_a_body(client: httpx.AsyncClient) -> None:
    answer = await client.head("/lines")

    assert (answer.status_code, answer.content) == (200, b"")


async def test_a_body_of_the_size_allowed_passes(client: httpx.AsyncClient) -> None:
    assert (await client.post("/lines/a", content=b"x" * 2000)).status_code == 201


async def test_an_oversized_body_is_refused_and_what_was_read_is_kept(
    client: httpx.AsyncClient, running: Running, entries: Entries
) -> None:
    answer = await client.post("/lines/a", content=b"x" * 500_000)

    assert (answer.status_code, answer.json()) == (413, {"error": "HTTP-002"})
    (entry,) = await entries()
    assert (entry["operation"], entry["code"], entry["request"]["size"]) == ("guestbook.sign", "HTTP-002", 2000)


async def test_a_compressed_bomb_is_refused(client: httpx.AsyncClient, entries: Entries) -> None:
    bomb = zlib.compress(b"\0" * 30_000_000)

    answer = await client.post("/lines/a", content=bomb, headers={"Content-Encoding": "deflate"})

    assert answer.status_code == 413


async def test_a_body_cut_short_is_journaled(running: Running, url: str, entries: Entries) -> None:
    _reader, writer = await raw(running, url)
    writer.write(b"POST /lines/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf of it")
    await writer.drain()
    writer.transport.abort()

    (entry,) = await entries(outcome="refused")
    assert (entry["code"], entry["request"]["size"]) == ("HTTP-003", 10)
    assert running.sandbox.sessions.default.get("guestbook", "line", "a") is None


async def test_a_body_that_stalls_is_refused(running: Running, guestbook: ModuleType, entries: Entries) -> None:
    service = guestbook.service(running.sandbox)
    server = ServiceServer(running.sandbox, service, service.listeners[0], body_timeout_s=0.05)
    front = Front(server.protocol, context=None, refused=server.handshake_refused)
    listening = socket.create_server(("127.0.0.1", 0))
    await front.listen([listening])
    reader, writer = await asyncio.open_connection(*listening.getsockname())

    writer.write(b"POST /lines/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf of it")
    answer = await asyncio.wait_for(reader.readuntil(b"}"), 5)

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert answer.endswith(b'{"error": "HTTP-004"}')
    assert [entry["code"] for entry in await entries()] == ["HTTP-004"]
    writer.close()
    await front.close()
    await server.close(0)


@pytest.mark.parametrize(
    "sent",
    [
        b"\x00\x01\x02\x03\r\n\r\n",
        b"GET /lines HTTP/9.9\r\nHost: localhost\r\n\r\n",
        b"POST /lines/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: many\r\n\r\n",
        b"GET /lines HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * 20_000 + b"\r\n\r\n",
    ],
    ids=["not HTTP", "wrong version", "wrong length", "endless header"],
)
async def test_what_is_not_http_is_answered_and_journaled(
    running: Running, url: str, entries: Entries, sent: bytes
) -> None:
    reader, writer = await raw(running, url)

    writer.write(sent)
    answer = await asyncio.wait_for(reader.read(), 5)

    assert answer.split(b" ")[1] == b"400"
    (entry,) = await entries()
    assert (entry["operation"], entry["code"], entry["outcome"]) == ("guestbook.unknown", "HTTP-001", "refused")
    writer.close()


async def test_a_broken_chunk_is_refused(running: Running, url: str, entries: Entries) -> None:
    reader, writer = await raw(running, url)

    writer.write(
        b"POST /lines/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n"
    )
    answer = await asyncio.wait_for(reader.read(), 5)

    assert answer.split(b" ")[1] == b"400"
    assert [entry["outcome"] for entry in await entries()] == ["refused"]
    writer.close()


async def test_a_client_that_expects_100_is_told_to_go_on(running: Running, url: str) -> None:
    reader, writer = await raw(running, url)

    writer.write(
        b"POST /lines/a HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 5\r\n"
        b"Connection: close\r\n\r\n"
    )
    first = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
    writer.write(b"hello")
    second = await asyncio.wait_for(reader.read(), 5)

    assert first == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert second.startswith(b"HTTP/1.1 201 ")
    writer.close()


async def test_a_refusal_of_the_service_is_in_its_own_words(client: httpx.AsyncClient, entries: Entries) -> None:
    answer = await client.get("/closed")

    assert (answer.status_code, answer.json()) == (400, {"error": "GUEST-001"})
    assert [(entry["outcome"], entry["code"]) for entry in await entries()] == [("refused", "GUEST-001")]


async def test_a_defect_is_answered_500_and_journaled(client: httpx.AsyncClient, entries: Entries) -> None:
    answer = await client.get("/broken")

    assert (answer.status_code, answer.json()) == (500, {"error": "INTERNAL-001"})
    assert [(entry["outcome"], entry["code"]) for entry in await entries()] == [("failed", "INTERNAL-001")]


async def test_a_defect_takes_its_state_changes_back(client: httpx.AsyncClient, running: Running) -> None:
    await client.post("/half")

    assert running.sandbox.sessions.default.get("guestbook", "line", "ghost") is None


async def test_public_reads_of_one_peer_are_one_entry(client: httpx.AsyncClient, entries: Entries) -> None:
    for _ in range(3):
        await client.get("/")

    assert [(entry["operation"], entry["count"]) for entry in await entries()] == [("guestbook.page", 3)]


async def test_a_public_read_keeps_its_place_before_what_follows(client: httpx.AsyncClient, entries: Entries) -> None:
    await client.get("/")
    await client.get("/lines")

    assert [entry["operation"] for entry in await entries()] == ["guestbook.page", "guestbook.read"]


async def arm(running: Running, fault: str, **wanted: Any) -> None:
    sessions = running.sandbox.sessions
    sessions.default.faults.arm(sessions.faults.arming(fault, times=1, **wanted))


async def test_a_service_that_is_down_answers_503_once(
    running: Running, client: httpx.AsyncClient, entries: Entries
) -> None:
    await arm(running, "guestbook.down")

    statuses = [(await client.post("/lines/a", content=b"hello")).status_code for _ in range(2)]

    assert statuses == [503, 201]
    first, second = await entries()
    assert (first["fault"], first["outcome"], second["fault"]) == ("guestbook.down", "refused", None)


async def test_a_fault_chooses_its_operation(running: Running, client: httpx.AsyncClient) -> None:
    await arm(running, "guestbook.down", match={"operation": "guestbook.sign"})

    statuses = [(await client.get("/lines")).status_code, (await client.post("/lines/a")).status_code]

    assert statuses == [200, 503]


async def test_a_connection_that_is_dropped_is_journaled_without_an_answer(
    running: Running, client: httpx.AsyncClient, entries: Entries
) -> None:
    await arm(running, "guestbook.close")

    with pytest.raises(httpx.TransportError):
        await client.post("/lines/a", content=b"hello")

    (entry,) = await entries()
    assert (entry["fault"], entry["response"], entry["outcome"]) == ("guestbook.close", None, "failed")
    assert running.sandbox.sessions.default.get("guestbook", "line", "a") is None


async def test_a_slow_service_answers_late(running: Running, client: httpx.AsyncClient, entries: Entries) -> None:
    await arm(running, "guestbook.slow", sequence=[{"delay_ms": 60}])

    answer = await client.get("/lines")

    assert answer.status_code == 200
    (entry,) = await entries()
    assert entry["fault"] == "guestbook.slow"
    assert entry["duration_us"] >= 60_000


async def test_an_exchange_that_cannot_be_written_is_not_acknowledged(
    running: Running, client: httpx.AsyncClient
) -> None:
    default = running.sandbox.sessions.default
    await running.sandbox.store.stop()

    answer = await client.post("/lines/a", content=b"hello")

    assert (answer.status_code, answer.json()) == (500, {"error": "INTERNAL-001"})
    assert default.get("guestbook", "line", "a") is None


async def test_two_sessions_at_the_same_time_over_the_same_ports_see_only_their_own(
    running: Running, client: httpx.AsyncClient, entries: Entries
) -> None:
    names = [(await running.sandbox.sessions.create()).id for _ in range(2)]

    async def drive(name: str) -> None:
        for number in range(20):
            await client.post(f"/s/{name}/lines/{number}", content=name.encode())

    await asyncio.gather(*(drive(name) for name in names))

    for name in names:
        lines = (await client.get(f"/s/{name}/lines")).json()["lines"]
        assert set(lines.values()) == {name}
        found = await entries(name)
        assert len(found) == 21
        assert {entry["session"] for entry in found} == {name}
        assert (await running.sandbox.journal.verify(running.sandbox.sessions.get(name))).intact
    assert (await running.sandbox.journal.position(running.sandbox.sessions.default)) == 0
