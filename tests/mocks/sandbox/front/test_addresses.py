"""By which URL a peer is told of a listener: the session's map, then --public-url, then the Host header."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from banc_mocks.sandbox.addresses import Addresses
from banc_mocks.sandbox.launcher import Running

Connecting = Callable[..., httpx.AsyncClient]
Relaying = Callable[[str], Awaitable[str]]


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


async def test_behind_a_relay_the_host_header_tells_the_outer_port(
    connecting: Connecting, relaying: Relaying, url: str
) -> None:
    outer = await relaying(url)

    answer = await connecting().get(f"{outer}/lines")

    assert answer.json()["base"] == outer
    assert outer != url


async def test_behind_a_relay_the_sessions_map_holds_even_when_the_host_header_lies(
    connecting: Connecting, relaying: Relaying, running: Running, url: str
) -> None:
    sandbox = running.sandbox
    outer = await relaying(url)
    await sandbox.sessions.change(sandbox.sessions.default, public_urls={"guestbook": outer})

    answer = await connecting().get(f"{url}/lines", headers={"Host": "inner:8444"})
    followed = await connecting().get(f"{answer.json()['base']}/lines")

    assert followed.json()["base"] == outer
