"""The console's addresses on the control port."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from banc_mocks.console.page import FILES
from banc_mocks.sandbox.config import Config
from banc_mocks.sandbox.launcher import start

TOKEN = "jeton-de-test"
SEEN = {"operation": "test.seen", "text": "vu", "facts": {"ins": "1"}}


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[ClientSession]:
    """A client of a sandbox that has a token and runs no service; it shows the token only when told to."""
    running = await start(
        Config(services=(), host="localhost", port_base=0, data=tmp_path, token=TOKEN, plain_http=True)
    )
    async with ClientSession(running.ready["control"]) as session:
        yield session
    await running.stop()


def bearer() -> dict[str, str]:
    return {"Authorization": f"Bearer {TOKEN}"}


async def test_page_and_its_files_are_served_to_anyone_under_a_strict_policy(client: ClientSession) -> None:
    for path in ("/", *(f"/console/{name}" for name in FILES)):
        async with client.get(path) as answer:
            assert answer.status == 200
            policy = answer.headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'none'; script-src 'self'")
            assert "unsafe" not in policy


async def test_page_names_no_other_address(client: ClientSession) -> None:
    for path in ("/", *(f"/console/{name}" for name in FILES)):
        async with client.get(path) as answer:
            text = (await answer.text()).replace("http://www.w3.org/2000/svg", "")
            assert re.findall(r"(?:https?:)?//[a-z]", text) == []


@pytest.mark.parametrize("path", ["/console/none.js", "/console/..%2fpage.py", "/console/page.py"])
async def test_nothing_else_is_served(client: ClientSession, path: str) -> None:
    async with client.get(path) as answer:
        assert answer.status == 404


@pytest.mark.parametrize("path", ["/console/sessions/default/exchanges/1", "/console/rules/sentences"])
async def test_what_the_page_reads_is_behind_the_token(client: ClientSession, path: str) -> None:
    async with client.get(path) as answer:
        assert answer.status == 401


async def test_exchange_is_given_with_its_views(client: ClientSession) -> None:
    async with client.post("/control/v1/sessions/default/observations", json=SEEN, headers=bearer()) as answer:
        seq = (await answer.json())["seq"]

    async with client.get(f"/console/sessions/default/exchanges/{seq}", headers=bearer()) as answer:
        told = await answer.json()

    assert told["exchange"]["operation"] == "test.seen"
    assert (told["request"], told["response"], told["tokens"]) == (None, None, [])


@pytest.mark.parametrize("seq", ["0", "99", "x", "9" * 30])
async def test_exchange_that_is_not_there_is_not_found(client: ClientSession, seq: str) -> None:
    async with client.get(f"/console/sessions/default/exchanges/{seq}", headers=bearer()) as answer:
        assert answer.status == 404


async def test_every_rule_is_told_in_both_languages(client: ClientSession) -> None:
    async with client.get("/console/rules/sentences", headers=bearer()) as answer:
        told = await answer.json()

    assert {"CDA-HDR-023", "XDS-PART-006", "VIHF-027", "PSC-AUT-015", "TLS-006"} <= told.keys()
    assert all(rule["text"]["fr"] and rule["text"]["en"] for rule in told.values())


async def test_page_of_another_site_is_refused(client: ClientSession) -> None:
    headers = {**bearer(), "Origin": "https://ailleurs.exemple"}

    async with client.get("/console/rules/sentences", headers=headers) as answer:
        assert answer.status == 403
