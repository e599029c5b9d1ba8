"""To which session a request belongs: certificate, then credential, then address, then default (CONTRACTS §3)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from banc_mocks.sandbox.attribution import PeerCertificate, attribute, split_prefix
from banc_mocks.sandbox.launcher import Running
from banc_mocks.sandbox.sessions import Session

Entries = Callable[..., Awaitable[list[dict[str, Any]]]]
Connecting = Callable[..., httpx.AsyncClient]
Certifying = Callable[..., Awaitable[tuple[Path, Path]]]

MINE, OTHER = "mine", "other"


def shown(session: str | None) -> PeerCertificate | None:
    return PeerCertificate(b"", "00", session=session) if session else None


@pytest.mark.parametrize(
    ("certificate", "address", "session", "by", "refusal"),
    [
        (None, None, "default", "default", None),
        (None, MINE, MINE, "address", None),
        (MINE, None, MINE, "certificate", None),
        (MINE, MINE, MINE, "certificate", None),
        (MINE, OTHER, MINE, "certificate", "SESSION-001"),
        (None, "gone", "default", "default", "SESSION-002"),
        (MINE, "gone", MINE, "certificate", "SESSION-002"),
        ("gone", None, "default", "default", None),
        ("gone", MINE, MINE, "address", None),
    ],
)
def test_certificate_and_address(
    certificate: str | None, address: str | None, session: str, by: str, refusal: str | None
) -> None:
    found = attribute(shown(certificate), address, lambda name: name in {"default", MINE, OTHER})

    assert (found.session, found.by) == (session, by)
    assert (found.refusal.code if found.refusal else None) == refusal


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/auth", (None, "/auth")),
        ("/s/k7f2/auth/realms", ("k7f2", "/auth/realms")),
        ("/s/k7f2", ("k7f2", "/")),
        ("/s/K7F2/auth", (None, "/s/K7F2/auth")),
        ("/s/abc/auth", (None, "/s/abc/auth")),
        ("/si-dmp-server/v2", (None, "/si-dmp-server/v2")),
    ],
)
def test_the_prefix_of_a_path(path: str, expected: tuple[str | None, str]) -> None:
    assert split_prefix(path) == expected


@pytest.fixture
async def mine(running: Running) -> Session:
    return await running.sandbox.sessions.create(MINE)


@pytest.fixture
async def other(running: Running) -> Session:
    return await running.sandbox.sessions.create(OTHER)


def signed(session: str) -> dict[str, str]:
    return {"Authorization": f"Session {session}"}


async def test_the_address_names_the_session(client: httpx.AsyncClient, mine: Session, entries: Entries) -> None:
    answer = await client.post(f"/s/{mine.id}/lines/a", content=b"hello")

    assert answer.json() == {"session": MINE}
    (entry,) = await entries(MINE)
    assert entry["peer"]["session_by"] == "address"
    assert entry["request"]["line"] == f"POST /s/{MINE}/lines/a"


async def test_the_credential_names_the_session(client: httpx.AsyncClient, mine: Session, entries: Entries) -> None:
    answer = await client.post("/lines/a", content=b"hello", headers=signed(mine.id))

    assert answer.json() == {"session": MINE}
    (entry,) = await entries(MINE)
    assert entry["peer"]["session_by"] == "credential"


async def test_a_credential_that_agrees_with_the_address_comes_first(
    client: httpx.AsyncClient, mine: Session, entries: Entries
) -> None:
    await client.post(f"/s/{mine.id}/lines/a", headers=signed(mine.id))

    assert [entry["peer"]["session_by"] for entry in await entries(MINE)] == ["credential"]


async def test_a_credential_that_disagrees_with_the_address_is_refused_and_journaled_in_both(
    client: httpx.AsyncClient, mine: Session, other: Session, entries: Entries
) -> None:
    answer = await client.post(f"/s/{mine.id}/lines/a", headers=signed(other.id))

    assert (answer.status_code, answer.json()) == (403, {"error": "SESSION-001"})
    found = [entry for name in (MINE, OTHER) for entry in await entries(name)]
    assert [(entry["session"], entry["code"], entry["outcome"]) for entry in found] == [
        (MINE, "SESSION-001", "refused"),
        (OTHER, "SESSION-001", "refused"),
    ]
    assert (found[0]["findings"][0]["found"], found[0]["findings"][0]["expected"]) == (MINE, "other (credential)")
    assert dict(mine.items("guestbook", "line")) == {}


async def test_a_credential_that_disagrees_with_the_certificate_is_refused_in_the_certificates_session(
    connecting: Connecting, certifying: Certifying, members: str, mine: Session, other: Session, entries: Entries
) -> None:
    client = connecting(await certifying(mine))

    answer = await client.post(f"{members}/lines/a", headers=signed(other.id))

    assert answer.status_code == 403
    assert [(await entries(name))[0]["code"] for name in (MINE, OTHER)] == ["SESSION-001", "SESSION-001"]


async def test_an_address_that_disagrees_with_the_certificate_is_refused_and_journaled_in_both(
    connecting: Connecting, certifying: Certifying, members: str, mine: Session, other: Session, entries: Entries
) -> None:
    client = connecting(await certifying(mine))

    answer = await client.post(f"{members}/s/{other.id}/members")

    assert answer.status_code == 403
    assert [(await entries(name))[0]["code"] for name in (MINE, OTHER)] == ["SESSION-001", "SESSION-001"]


async def test_the_certificate_names_the_session(
    connecting: Connecting, certifying: Certifying, members: str, mine: Session
) -> None:
    client = connecting(await certifying(mine))

    assert (await client.post(f"{members}/members")).json() == {"session": MINE}


async def test_an_unknown_session_in_the_address_is_refused(client: httpx.AsyncClient, entries: Entries) -> None:
    answer = await client.get("/s/nobody/lines")

    assert (answer.status_code, answer.json()) == (404, {"error": "SESSION-002"})
    assert [entry["code"] for entry in await entries()] == ["SESSION-002"]


async def test_the_certificate_of_a_deleted_session_says_nothing(
    running: Running, connecting: Connecting, certifying: Certifying, members: str, mine: Session
) -> None:
    client = connecting(await certifying(mine))
    await running.sandbox.sessions.delete(mine.id)

    assert (await client.post(f"{members}/lines/a")).json() == {"session": "default"}
