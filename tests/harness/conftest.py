from __future__ import annotations

import hashlib
import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from banc_harness.client import Control
from banc_harness.in_process import sandbox
from banc_harness.trace import Exchange
from banc_standards.contracts.sandbox import Ready

MakeExchange = Callable[..., Exchange]


@pytest.fixture
def exchange() -> MakeExchange:
    """Makes journal entries with their bytes, numbered in the order in which they are made."""
    numbers: Iterator[int] = itertools.count(1)

    def make(
        operation: str = "dmp.TD2.1",
        outcome: str = "accepted",
        *,
        sent: bytes = b"",
        answered: bytes = b"",
        line: str = "POST /x",
        sent_as: str = "text/plain",
        claimed_by: str | None = "UC1.01.1",
        **more: Any,
    ) -> Exchange:
        seq, names = next(numbers), []
        blobs = {}
        for data in (sent, answered):
            names.append(f"sha256:{hashlib.sha256(data).hexdigest()}")
            blobs[names[-1]] = data
        entry = {
            "seq": seq,
            "hash": f"sha256:{seq:064x}",
            "service": operation.partition(".")[0],
            "operation": operation,
            "outcome": outcome,
            "code": None,
            "fault": None,
            "clock": "2026-11-21T10:00:00Z",
            "facts": {},
            "findings": [],
            "request": {
                "line": line,
                "headers": [["Content-Type", sent_as]],
                "blob": names[0],
                "size": len(sent),
                "media_type": sent_as.partition(";")[0],
            },
            "response": {"line": "200", "headers": [], "blob": names[1], "size": len(answered), "media_type": None},
            **more,
        }
        return Exchange(entry, blobs, claimed_by)

    return make


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose PKI is made once."""
    return tmp_path_factory.mktemp("banc")


@pytest.fixture
async def ready(data: Path) -> AsyncIterator[Ready]:
    """A real sandbox on free ports, with no national service."""
    async with sandbox(data, services=()) as started:
        yield started


@pytest.fixture
async def control(ready: Ready) -> AsyncIterator[Control]:
    async with Control(ready.control, ca_file=Path(ready.ca_file)) as client:
        yield client
