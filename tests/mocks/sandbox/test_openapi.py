"""The OpenAPI document says what the control API does: schemathesis reads the one and tries the other."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
import schemathesis
from aiohttp import ClientSession
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig

from banc_mocks.sandbox.config import Config
from banc_mocks.sandbox.control.application import BASE, ENDPOINTS
from banc_mocks.sandbox.control.openapi import described
from banc_mocks.sandbox.launcher import start

EXAMPLES = 12
ENDLESS = "/sessions/{session}/events"


def tried_document() -> dict[str, Any]:
    """The document, narrowed to the default session, to answers that end and to queries that do not wait."""
    document: dict[str, Any] = json.loads(described(ENDPOINTS, BASE))
    del document["paths"][BASE + ENDLESS]
    document["paths"] = {path.replace("{session}", "default"): item for path, item in document["paths"].items()}
    for item in document["paths"].values():
        for operation in item.values():
            operation["parameters"] = [one for one in operation["parameters"] if one["name"] not in ("wait", "session")]
    return document


TRIED = [
    pytest.param(path, method, mode, id=f"{operation['operationId']}-{mode.value}")
    for path, item in tried_document()["paths"].items()
    for method, operation in item.items()
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE or operation["parameters"] or "requestBody" in operation
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, keys: Path) -> Iterator[str]:
    """A sandbox on its own loop, in a thread: schemathesis calls it from this one."""
    data = tmp_path_factory.mktemp("openapi") / "data"
    copytree(keys, data)
    found: list[str] = []
    ready, done = threading.Event(), threading.Event()

    async def live() -> None:
        running = await start(Config(services=(), port_base=0, data=data, plain_http=True))
        found.append(running.ready["control"])
        ready.set()
        await asyncio.to_thread(done.wait)
        await running.stop()

    thread = threading.Thread(target=asyncio.run, args=(live(),))
    thread.start()
    assert ready.wait(30)
    yield found[0]
    done.set()
    thread.join(30)


@pytest.mark.parametrize(("path", "method", "mode"), TRIED)
def test_an_endpoint_answers_as_it_is_described(address: str, path: str, method: str, mode: GenerationMode) -> None:
    config = SchemathesisConfig.from_dict(
        {"checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "401", "403", "404", "409", "422"]}}}
    )
    operation = schemathesis.openapi.from_dict(tried_document(), config=config)[path][method]

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def tried(case: schemathesis.Case) -> None:
        case.call_and_validate(base_url=address)

    tried()


async def test_the_document_is_served(control: ClientSession) -> None:
    async with control.get("openapi.json") as response:
        document = await response.json()

    assert document == json.loads(described(ENDPOINTS, BASE))
    assert document["openapi"] == "3.1.0"


def test_every_operation_has_its_own_name_and_says_what_it_does() -> None:
    names = [one.id for one in ENDPOINTS]

    assert len(set(names)) == len(names)
    assert all(one.text for one in ENDPOINTS)
