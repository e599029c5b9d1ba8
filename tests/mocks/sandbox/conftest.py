"""A store on a fresh folder, its journal and its sessions; and a whole sandbox that runs no service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

import pytest
from aiohttp import ClientSession

from banc_fixtures.pki.authority import Pki
from banc_mocks.sandbox.clock import real_now
from banc_mocks.sandbox.config import Config
from banc_mocks.sandbox.faults import Fault, FaultTable
from banc_mocks.sandbox.journal import Journal
from banc_mocks.sandbox.launcher import Running, start
from banc_mocks.sandbox.sessions import Sessions
from banc_mocks.sandbox.store import Store
from banc_mocks.sandbox.switches import Switch, SwitchTable
from banc_standards.errors import Sentence

from ..stores import store_url

FAULTS = (
    Fault("dmp.down", "dmp", Sentence("Le DMP ne répond pas.", "The DMP does not answer.")),
    Fault("dmp.slow", "dmp", Sentence("Le DMP est lent.", "The DMP is slow."), ("ins",), {"delay_ms": 2000}),
)
SWITCHES = (
    Switch("psc.rotation", "psc", Sentence("Rotation.", "Rotation."), default=False),
    Switch("insi.case", "insi", Sentence("Casse.", "Case."), default="upper", values=("upper", "lower")),
)


@dataclass
class World:
    """A store with what stands on it."""

    folder: Path
    store: Store
    journal: Journal
    sessions: Sessions

    @classmethod
    async def open(cls, folder: Path) -> World:
        store = await Store.open(folder, url=store_url(folder), busy_ms=50)
        sessions = await Sessions.open(store, faults=FaultTable(FAULTS), switches=SwitchTable(SWITCHES))
        return cls(folder, store, Journal(store), sessions)

    async def stop(self) -> None:
        self.journal.flush()
        await self.store.stop()


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = await World.open(tmp_path)
    yield world
    await world.stop()


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds a PKI, made once: its keys are what a first start waits for."""
    folder = tmp_path_factory.mktemp("keys")
    Pki.open(folder / "pki", real_now())
    return folder


@pytest.fixture
async def running(tmp_path: Path, keys: Path) -> AsyncIterator[Running]:
    """A sandbox on free ports, in clear, that runs the control API alone."""
    copytree(keys, tmp_path / "data")
    data = tmp_path / "data"
    running = await start(Config(services=(), port_base=0, data=data, store_url=store_url(data), plain_http=True))
    yield running
    await running.stop()


@pytest.fixture
async def control(running: Running) -> AsyncIterator[ClientSession]:
    """A client of the control API."""
    base = f"{running.ready['control']}/control/v1/"
    async with ClientSession(base, headers={"Accept-Language": "en"}) as client:
        yield client
