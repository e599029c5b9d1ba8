"""By which URL a peer is told of a listener: the session's map, then --public-url, then the Host header."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import httpx
import pytest

from banc_mocks.sandbox.addresses import Addresses
from banc_mocks.sandbox.launcher import Running

Connecting = Callable[..., httpx.AsyncClient]


@pytest.fixture
def addresses() -> Addresses:
    found = Addresses()
    found.add("psc", 8441, tls=True)
    found.add("wallet", 8445, tls=False)
    return found


def test_without_a_request_it_is_localhost(addresses: Addresses) -> None:
    assert addresses.base_url("psc") == "https://localhost:8441"


def test_the_host_header_keeps_its_port_for_the_listener_that_was_asked(addresses: Addresses) -> None:
    url = addresses.base_url("psc", host="banc.example:32801", asked="psc")

    assert url == "https://banc.example:32801"


def test_the_host_header_lends_its_name_alone_to_another_listener(addresses: Addresses) -> None:
    assert addresses.base_url("wallet", host="banc.example:32801", asked="psc") == "http://banc.example:8445"


def test_a_host_header_without_a_port_stands_as_it_is(addresses: Addresses) -> None:
    assert addresses.base_url("psc", host="psc.example", asked="psc") == "https://psc.example"


@pytest.mark.parametrize("host", ["evil.example/path", "a b", "<script>", "[::1", ""])
def test_a_host_header_that_is_not_a_host_is_left_aside(addresses: Addresses, host: str) -> None:
    assert addresses.base_url("psc", host=host, asked="psc") == "https://localhost:8441"


def test_an_ipv6_host_is_kept(addresses: Addresses) -> None:
    assert addresses.base_url("psc", host="[::1]:8441", asked="psc") == "https://[::1]:8441"


def test_the_sessions_map_comes_first(addresses: Addresses) -> None:
    url = addresses.base_url("psc", public_urls={"psc": "https://relay:9000/"}, host="localhost:8441", asked="psc")

    assert url == "https://relay:9000"


def test_the_session_prefix_ends_every_form(addresses: Addresses) -> None:
    public = Addresses(public_url="https://banc.example")
    public.add("psc", 8441, tls=True)

    urls = [
        addresses.base_url("psc", prefix="/s/k7f2"),
        addresses.base_url("psc", host="x:1", asked="psc", prefix="/s/k7f2"),
        addresses.base_url("psc", public_urls={"psc": "https://relay:9000/"}, prefix="/s/k7f2"),
        public.base_url("psc", host="x:1", asked="psc", prefix="/s/k7f2"),
    ]

    assert urls == [
        "https://localhost:8441/s/k7f2",
        "https://x:1/s/k7f2",
        "https://relay:9000/s/k7f2",
        "https://banc.example:8441/s/k7f2",
    ]


def test_a_listener_that_does_not_run_has_no_address(addresses: Addresses) -> None:
    with pytest.raises(KeyError):
        addresses.base_url("dmp")


@asynccontextmanager
async def relay(port: int) -> AsyncIterator[int]:
    """A TCP relay to a local port on another one, as a container engine maps ports."""
    pumps: set[asyncio.Task[None]] = set()
    open_ends: list[asyncio.StreamWriter] = []

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
        writer.close()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
        open_ends.extend((writer, inner_writer))
        pumps.add(asyncio.create_task(pump(reader, inner_writer)))
        pumps.add(asyncio.create_task(pump(inner_reader, writer)))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in pumps:
            task.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
        for end in open_ends:
            end.transport.abort()
        await asyncio.gather(*(end.wait_closed() for end in open_ends), return_exceptions=True)


async def test_behind_a_relay_the_host_header_tells_the_outer_port(
    connecting: Connecting, running: Running, url: str
) -> None:
    async with relay(urlsplit(url).port or 0) as outer:
        answer = await connecting().get(f"https://localhost:{outer}/lines")

    assert answer.json()["base"] == f"https://localhost:{outer}"


async def test_behind_a_relay_the_sessions_map_holds_even_when_the_host_header_lies(
    connecting: Connecting, running: Running, url: str
) -> None:
    sandbox = running.sandbox
    async with relay(urlsplit(url).port or 0) as outer:
        mapped = f"https://localhost:{outer}"
        await sandbox.sessions.change(sandbox.sessions.default, public_urls={"guestbook": mapped})

        answer = await connecting().get(f"{url}/lines", headers={"Host": "inner:8444"})
        followed = await connecting().get(f"{answer.json()['base']}/lines")

    assert followed.json()["base"] == mapped
