"""Work on other threads comes back to whoever asked for it, as a result or as an error."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest

from banc_mocks.sandbox.crew import MOST, Crew


@pytest.fixture
async def crew() -> AsyncIterator[Crew]:
    crew = Crew()
    yield crew
    await crew.stop()


async def test_each_job_gets_its_own_result(crew: Crew) -> None:
    asked = [crew.do(lambda n=n: n * n) for n in range(200)]  # type: ignore[misc]

    assert await asyncio.gather(*asked) == [n * n for n in range(200)]


async def test_jobs_run_beside_the_loop(crew: Crew) -> None:
    met = threading.Event()
    waiting = asyncio.ensure_future(crew.do(lambda: met.wait(10)))
    await asyncio.sleep(0)
    met.set()

    assert await waiting is True
    threads = set(await asyncio.gather(*(crew.do(threading.get_ident) for _ in range(100))))
    assert threading.get_ident() not in threads
    assert len(threads) <= MOST


async def test_an_error_reaches_who_asked_and_nobody_else(crew: Crew) -> None:
    found = await asyncio.gather(crew.do(lambda: 1 // 0), crew.do(lambda: 7), return_exceptions=True)

    assert isinstance(found[0], ZeroDivisionError)
    assert found[1] == 7


async def test_who_gives_up_does_not_hold_the_others_up(crew: Crew) -> None:
    going = threading.Event()
    given_up = asyncio.ensure_future(crew.do(lambda: going.wait(10)))
    await asyncio.sleep(0)
    given_up.cancel()
    going.set()

    assert await crew.do(lambda: "done") == "done"
    assert given_up.cancelled()


async def test_a_stop_ends_the_threads_and_lets_jobs_end_first() -> None:
    crew = Crew()
    asked = asyncio.ensure_future(crew.do(lambda: "done"))
    await asyncio.sleep(0)
    await crew.stop()

    assert await asked == "done"
    assert await crew.do(lambda: "again") == "again"
    await crew.stop()
