"""The client of the control API, against a real sandbox and against what is none."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from banc_harness.client import Control
from banc_standards.contracts.control import CertificateRequest, ClientRequest, LoginRequest, Observation
from banc_standards.contracts.sandbox import Ready
from banc_standards.errors import BancError, EnvironmentFailed, UnusableInput

Serve = Callable[[int, str], Awaitable[str]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Something that listens and always answers the same."""
    async with AsyncExitStack() as opened:

        async def make(status: int, body: str) -> str:
            async def handler(_: web.Request) -> web.StreamResponse:
                return web.Response(status=status, text=body)

            app = web.Application()
            app.router.add_route("*", "/{path:.*}", handler)
            runner = web.AppRunner(app)
            await runner.setup()
            opened.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            return f"http://127.0.0.1:{runner.addresses[0][1]}"

        yield make


async def refusal(base: str, **known: Any) -> BancError:
    with pytest.raises(BancError) as refused:
        async with Control(base, **known) as control:
            await control.health()
    return refused.value


async def test_ready_line_is_the_one_of_the_start(ready: Ready, control: Control) -> None:
    assert await control.sandbox() == ready


async def test_session_lives_through_the_api(control: Control) -> None:
    session = await control.create_session(mode="lenient")
    await control.lease(session.id, "r-1")
    recorded = await control.observe(session.id, Observation(text="vu", facts={"ins": "1"}))

    entries, position = await control.exchanges(session.id, after=session.position, facts={"ins": "1"})

    assert [entry["hash"] for entry in entries] == [recorded.hash]
    assert position == recorded.seq
    assert (await control.session(session.id)).mode == "lenient"
    await control.delete_session(session.id)
    with pytest.raises(UnusableInput):
        await control.session(session.id)


async def test_waiting_ends_when_something_comes(control: Control) -> None:
    session = await control.create_session()
    await control.observe(session.id, Observation())

    entries, _ = await control.exchanges(session.id, wait=30)

    assert len(entries) == 1


async def test_certificate_comes_with_its_key(control: Control) -> None:
    session = await control.create_session()

    issued = await control.issue(session.id, CertificateRequest(kind="SIGN", holder="S01", format="p12"))

    assert issued.p12
    assert issued.password


async def test_lease_of_another_run_is_an_environment_failure_that_names_it(control: Control) -> None:
    session = await control.create_session()
    await control.lease(session.id, "r-1")

    with pytest.raises(EnvironmentFailed, match="r-1"):
        await control.lease(session.id, "r-2")


async def test_refusal_keeps_the_sandbox_s_code(control: Control) -> None:
    with pytest.raises(UnusableInput) as refused:
        await control.set_login("default", LoginRequest(auto="nobody"))

    assert refused.value.code == "FIX-001"
    assert "nobody" in refused.value.text.fr


async def test_refusal_is_in_the_language_asked_for(ready: Ready) -> None:
    async with Control(ready.control, ca_file=Path(ready.ca_file), lang="en") as control:
        with pytest.raises(UnusableInput, match="knows no professional"):
            await control.set_login("default", LoginRequest(auto="nobody"))


async def test_registered_clients_are_listed(control: Control) -> None:
    session = await control.create_session()
    await control.register_client(session.id, ClientRequest(client_id="dossier"))

    assert [client.client_id for client in await control.clients(session.id)] == ["dossier"]


async def test_ca_of_this_machine_is_fetched_when_no_file_is_given(ready: Ready) -> None:
    async with Control(ready.control) as control:
        assert (await control.health()).status == "ok"


async def test_ca_is_compared_with_the_hash_printed_at_start(ready: Ready) -> None:
    async with Control(ready.control, ca_sha256=ready.ca_sha256.upper()) as control:
        assert (await control.health()).status == "ok"

    assert (await refusal(ready.control, ca_sha256="0" * 64)).code == "CONTROL-007"


async def test_ca_of_a_remote_sandbox_is_never_guessed() -> None:
    error = await refusal("https://sandbox.invalid:8440")

    assert isinstance(error, UnusableInput)
    assert error.code == "CONTROL-006"


async def test_nobody_there_is_an_environment_failure(unused_tcp_port: int) -> None:
    error = await refusal(f"http://127.0.0.1:{unused_tcp_port}")

    assert isinstance(error, EnvironmentFailed)
    assert error.code == "CONTROL-002"
    assert "banc up" in error.hint.fr


@pytest.mark.parametrize("base", ["localhost:8440", "ftp://localhost", ""])
async def test_address_that_is_none_is_unusable(base: str) -> None:
    assert (await refusal(base)).code == "CONTROL-001"


@pytest.mark.parametrize(
    ("status", "body", "code", "kind"),
    [
        (200, "<html>", "CONTROL-003", EnvironmentFailed),
        (200, "[]", "CONTROL-003", EnvironmentFailed),
        (404, "nothing", "CONTROL-003", EnvironmentFailed),
        (500, '{"code": "API-500", "detail": "boom", "hint": ""}', "API-500", EnvironmentFailed),
        (401, "", "CONTROL-008", UnusableInput),
        (400, '{"code": "X-1", "detail": "no", "hint": "do"}', "X-1", UnusableInput),
    ],
)
async def test_answer_that_is_none(serve: Serve, status: int, body: str, code: str, kind: type[BancError]) -> None:
    error = await refusal(await serve(status, body))

    assert (error.code, type(error)) == (code, kind)


async def test_other_bytes_than_the_name_promises_are_refused(serve: Serve) -> None:
    async with Control(await serve(200, "other bytes")) as control:
        with pytest.raises(EnvironmentFailed, match="CONTROL-004"):
            await control.blob("sha256:" + "0" * 64)
