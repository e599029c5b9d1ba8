"""The journal's speed: 4 KiB exchanges made durable for 16 clients, against floors measured in the same run.

The goal is 5,000 exchanges a second. What is asserted is the ratio of CPU times to a floor, with margin: rates tell of
the machine and of what else it does. Run with ``pytest -m bench -s tests/bench/test_journal.py``.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any

import pytest
from aiohttp import ClientSession, TCPConnector, web

from banc_mocks.sandbox.batch import Batch
from banc_mocks.sandbox.chain import digest
from banc_mocks.sandbox.journal import Journal, new_id
from banc_mocks.sandbox.store import Store

pytestmark = pytest.mark.bench

CLIENTS = 16
EXCHANGES = 20_000
SIZE = 4096


@dataclass(frozen=True)
class Measure:
    """How many a second, and the CPU time of each in this process, both threads together."""

    name: str
    rate: float
    cpu_ms: float

    def __str__(self) -> str:
        return f"{self.name:<44} {self.rate:>9,.0f}/s   {self.cpu_ms:.3f} ms CPU each"


async def measured(name: str, count: int, work: Callable[[], Awaitable[None]]) -> Measure:
    began, cpu = time.perf_counter(), time.process_time()
    await work()
    return Measure(name, count / (time.perf_counter() - began), (time.process_time() - cpu) / count * 1000)


def exchange(n: int, body: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    """An entry of the size and shape of a real one, and the 4 KiB that it names."""
    name = digest(body)
    return {
        "id": new_id(1_800_000_000_000 + n),
        "at": "2026-11-21T10:00:00.123456Z",
        "clock": "2026-11-21T10:00:00Z",
        "duration_us": 12_400,
        "service": "dmp",
        "operation": "dmp.TD2.1",
        "direction": "in",
        "transport": "https",
        "outcome": "accepted",
        "code": None,
        "fault": None,
        "count": 1,
        "peer": {"address": "127.0.0.1:51234", "certificate": None, "token": None, "session_by": "default"},
        "request": {
            "line": "POST /si-dmp-server/v2/services/repository",
            "headers": [["Host", "localhost:8443"], ["Content-Type", "application/soap+xml"], ["Accept", "*/*"]],
            "blob": name,
            "size": len(body),
            "media_type": "application/soap+xml",
        },
        "response": {"line": "200", "headers": [], "blob": None, "size": 0, "media_type": None},
        "facts": {"ins": "279035121518989", "documents": [f"urn:oid:1.2.250.{n}"], "message_id": f"urn:uuid:{n}"},
        "findings": [],
    }, {name: body}


async def at_once(clients: int, count: int, one: Callable[[int], Awaitable[None]]) -> None:
    """Runs ``count`` calls, ``clients`` of them at any time."""

    async def client(first: int) -> None:
        for n in range(first, count, clients):
            await one(n)

    await asyncio.gather(*(client(first) for first in range(clients)))


def raw_sqlite(folder: Path) -> Measure:
    """The floor: the same rows, unhashed, by one ``executemany`` for each 16, committed as durably."""
    rows = [(n, "x" * 1200, os.urandom(SIZE)) for n in range(EXCHANGES)]
    database = sqlite3.connect(folder / "floor.db", isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE row (n INTEGER PRIMARY KEY, entry TEXT, data BLOB)")
    began, cpu = time.perf_counter(), time.process_time()
    for first in range(0, EXCHANGES, CLIENTS):
        database.execute("BEGIN")
        database.executemany("INSERT INTO row VALUES (?, ?, ?)", rows[first : first + CLIENTS])
        database.execute("COMMIT")
    took, spent = time.perf_counter() - began, time.process_time() - cpu
    database.close()
    return Measure("floor: raw sqlite, 16 rows a commit", EXCHANGES / took, spent / EXCHANGES * 1000)


async def test_durable_exchanges(tmp_path: Path) -> None:
    bodies = [os.urandom(SIZE) for _ in range(EXCHANGES)]
    floor = raw_sqlite(tmp_path)
    store = await Store.open(tmp_path / "store")
    journal = Journal(store)

    waits: list[float] = []

    async def one(n: int) -> None:
        began = time.perf_counter()
        await journal.enter(Batch("default", 0, *exchange(n, bodies[n])))
        waits.append((time.perf_counter() - began) * 1000)

    durable = await measured("journal: durable, 4 KiB, 16 clients", EXCHANGES, lambda: at_once(CLIENTS, EXCHANGES, one))
    await store.stop()

    late = quantiles(waits, n=100)
    print(f"\n{floor}\n{durable}; p50 {late[49]:.1f} ms, p99 {late[98]:.1f} ms")
    print(f"floor / journal: {floor.rate / durable.rate:.2f} (goal: 5,000/s)")
    assert durable.cpu_ms < 20 * floor.cpu_ms


async def test_durable_exchanges_over_http(tmp_path: Path) -> None:
    body = os.urandom(SIZE)
    store = await Store.open(tmp_path / "store")
    journal = Journal(store)
    count = EXCHANGES // 4

    async def bare(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(text="ok")

    async def durable(request: web.Request) -> web.Response:
        data = await request.read()
        await journal.enter(Batch("default", 0, *exchange(0, data)))
        return web.Response(text="ok")

    async def read(request: web.Request) -> web.Response:
        entry, _ = exchange(0, b"")
        journal.note(Batch("default", 0, entry))
        return web.Response(text="ok")

    app = web.Application()
    app.add_routes([web.post("/bare", bare), web.post("/durable", durable), web.get("/read", read)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]

    async with ClientSession(f"http://127.0.0.1:{port}", connector=TCPConnector(limit=CLIENTS)) as client:

        async def rate(method: str, path: str, data: bytes | None = None) -> Measure:
            async def one(_n: int) -> None:
                async with client.request(method, path, data=data) as response:
                    await response.read()

            await at_once(CLIENTS, 500, one)
            return await measured(f"http {path}, client included", count, lambda: at_once(CLIENTS, count, one))

        floor = await rate("POST", "/bare", body)
        written = await rate("POST", "/durable", body)
        noted = await rate("GET", "/read")
    await runner.cleanup()
    await store.stop()

    print(f"\n{floor}\n{written}\n{noted} (the same one, gathered)\nbare / durable: {floor.rate / written.rate:.2f}")
    assert written.cpu_ms < 5 * floor.cpu_ms
