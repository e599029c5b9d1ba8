"""A load generator in a process of its own: the same request over and over, by several clients on kept connections.

Told by one JSON object on standard input: ``port``, ``ca_file`` (null: no TLS), ``request`` (text, whole; or
``requests``, sent one after the other and over again), ``clients``, ``seconds``.
Prints ``{"rate", "answered", "p50_ms", "p99_ms", "failed"}``.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
import time
from collections.abc import Iterator
from itertools import cycle
from typing import Any


async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> bool:
    """One exchange; whether it was answered 200."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").lower().split("\r\n")
    length = next((int(line.partition(":")[2]) for line in lines if line.startswith("content-length:")), 0)
    if any(line.startswith("transfer-encoding: chunked") for line in lines):
        while (size := int((await reader.readline()).strip(), 16)) > 0:
            await reader.readexactly(size + 2)
        await reader.readline()
    elif length:
        await reader.readexactly(length)
    return lines[0].split(" ")[1] == "200"


async def client(told: dict[str, Any], until: float, spent: list[float], requests: Iterator[bytes]) -> int:
    """Requests until the time is over; returns how many failed."""
    context = ssl.create_default_context(cafile=told["ca_file"]) if told["ca_file"] else None
    reader, writer = await asyncio.open_connection("localhost" if context else "127.0.0.1", told["port"], ssl=context)
    failed = 0
    while (began := time.perf_counter()) < until:
        failed += not await one(reader, writer, next(requests))
        spent.append(time.perf_counter() - began)
    writer.close()
    return failed


async def load(told: dict[str, Any]) -> dict[str, float]:
    spent: list[float] = []
    requests = cycle([request.encode() for request in told.get("requests") or [told["request"]]])
    began = time.perf_counter()
    until = began + told["seconds"]
    failures = await asyncio.gather(*(client(told, until, spent, requests) for _ in range(told["clients"])))
    took = time.perf_counter() - began
    spent.sort()
    return {
        "rate": len(spent) / took,
        "answered": len(spent),
        "p50_ms": spent[len(spent) // 2] * 1000,
        "p99_ms": spent[int(len(spent) * 0.99)] * 1000,
        "failed": sum(failures),
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(load(json.load(sys.stdin)))))
