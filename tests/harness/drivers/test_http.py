"""The ``http`` driver against real little servers: good, late, crashing, slow, lying."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from aiohttp import web

from banc_harness.drivers.http import HttpDriver
from banc_harness.drivers.reply import MAX_ANSWER, DriverFailed
from banc_standards.contracts.driver import Action
from banc_standards.errors import UnusableInput

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Adapter = Callable[..., Awaitable[HttpDriver]]


@pytest.fixture
async def adapter() -> AsyncIterator[Adapter]:
    """Serves handlers by path on a real port and drives them."""
    async with AsyncExitStack() as opened:

        async def make(token_env: str | None = None, **handlers: Handler) -> HttpDriver:
            app = web.Application()
            for name, handler in handlers.items():
                method, path = ("POST", "/banc/v1/actions") if name == "actions" else ("GET", f"/banc/v1/{name}")
                app.router.add_route(method, path, handler)
            runner = web.AppRunner(app, shutdown_timeout=0.1)
            await runner.setup()
            opened.push_async_callback(runner.cleanup)
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            driver = HttpDriver(url, timeout_s=5, token_env=token_env, environment={"TOKEN": "s3cret"})
            opened.push_async_callback(driver.close)
            return driver

        yield make


async def done(request: web.Request) -> web.StreamResponse:
    asked = await request.json()
    seen = request.headers.get("Authorization")
    return web.json_response({"banc": 1, "id": asked["id"], "status": "done", "output": {"token": seen}})


def saying(status: int, body: str, **headers: str) -> Handler:
    async def handler(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text=body, headers=headers)

    return handler


async def failure(driver: HttpDriver, action: Action) -> DriverFailed:
    with pytest.raises(DriverFailed) as failed:
        await driver.act(action)
    return failed.value


async def test_good_adapter_answers(adapter: Adapter, action: Action) -> None:
    driver = await adapter(actions=done)

    assert (await driver.act(action)).answer.output == {"token": None}


async def test_token_of_the_environment_is_shown(adapter: Adapter, action: Action) -> None:
    driver = await adapter("TOKEN", actions=done)

    assert (await driver.act(action)).answer.output == {"token": "Bearer s3cret"}


async def test_late_answer_is_fetched_at_its_location(adapter: Adapter, action: Action) -> None:
    asked: list[str] = []

    async def later(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        if len(asked) < 3:
            return web.Response(status=202)
        return web.json_response({"banc": 1, "id": "a-1", "status": "done"})

    driver = await adapter(actions=saying(202, "", Location="/banc/v1/later"), later=later)

    assert (await driver.act(action)).answer.status == "done"
    assert len(asked) == 3


async def test_late_answer_that_never_comes_is_a_timeout(adapter: Adapter, action: Action) -> None:
    driver = await adapter(actions=saying(202, "", Location="later"), later=saying(202, ""))

    failed = await failure(driver, action.model_copy(update={"deadline_s": 1}))

    assert failed.failure == "timeout"


async def test_slow_adapter_is_a_timeout(adapter: Adapter, action: Action) -> None:
    never = asyncio.Event()

    async def slow(_: web.Request) -> web.StreamResponse:
        await never.wait()
        return web.Response()

    failed = await failure(await adapter(actions=slow), action.model_copy(update={"deadline_s": 1}))

    assert failed.failure == "timeout"


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        (saying(500, "boom"), "crashed"),
        (saying(404, "nothing here"), "unreachable"),
        (saying(200, "bonjour"), "invalid"),
        (saying(200, json.dumps({"banc": 1, "id": "other", "status": "done"})), "invalid"),
        (saying(202, ""), "invalid"),
        (saying(202, "", Location="http://192.0.2.1/steal"), "invalid"),
        (saying(302, "", Location="/banc/v1/later"), "unreachable"),
        (saying(200, "x" * (MAX_ANSWER + 1)), "oversize"),
    ],
    ids=["500", "404", "text", "other id", "no location", "foreign location", "redirect", "oversize"],
)
async def test_lie_or_crash_is_told(adapter: Adapter, action: Action, handler: Handler, expected: str) -> None:
    failed = await failure(await adapter(actions=handler), action)

    assert failed.failure == expected


async def test_nobody_listening_is_unreachable(action: Action, unused_tcp_port: int) -> None:
    driver = HttpDriver(f"http://127.0.0.1:{unused_tcp_port}", timeout_s=5, environment={})
    try:
        failed = await failure(driver, action)
    finally:
        await driver.close()

    assert failed.failure == "unreachable"


async def test_capabilities_are_an_open_list(adapter: Adapter) -> None:
    driver = await adapter(capabilities=saying(200, '{"banc": 1, "capabilities": ["psc.code", "own.thing"]}'))

    assert await driver.capabilities() == ("psc.code", "own.thing")


async def test_adapter_need_not_say_what_it_can_do(adapter: Adapter) -> None:
    assert await (await adapter(actions=done)).capabilities() is None


async def test_nonsense_for_capabilities_is_told(adapter: Adapter) -> None:
    driver = await adapter(capabilities=saying(200, "[]"))

    with pytest.raises(DriverFailed) as failed:
        await driver.capabilities()
    assert failed.value.failure == "invalid"


@pytest.mark.parametrize("url", ["localhost:9000", "ftp://localhost", "http://"])
def test_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(UnusableInput, match="SUT-011"):
        HttpDriver(url, timeout_s=5, environment={})


def test_token_that_is_not_set_is_refused() -> None:
    with pytest.raises(UnusableInput, match="SUT-012"):
        HttpDriver("http://localhost", timeout_s=5, token_env="TOKEN", environment={})
