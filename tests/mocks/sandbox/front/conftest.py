from __future__ import annotations

import asyncio
import importlib.util
import shutil
import ssl
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from banc_fixtures.pki.authority import Pki
from banc_mocks.sandbox.config import Config
from banc_mocks.sandbox.journal import Query
from banc_mocks.sandbox.launcher import Running, start
from banc_mocks.sandbox.sessions import Session

from ...stores import store_url

Starting = Callable[..., Awaitable[Running]]
Entries = Callable[..., Awaitable[list[dict[str, Any]]]]
Connecting = Callable[..., httpx.AsyncClient]
Certifying = Callable[..., Awaitable[tuple[Path, Path]]]


def _guestbook() -> ModuleType:
    path = Path(__file__).with_name("guestbook.py")
    spec = importlib.util.spec_from_file_location("guestbook", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["guestbook"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def guestbook() -> ModuleType:
    """The tiny service that these tests drive."""
    return _guestbook()


@pytest.fixture(scope="session")
def made_pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PKI made once, since keys take time."""
    return Pki.open(tmp_path_factory.mktemp("made") / "pki", datetime.now(UTC)).folder


@pytest.fixture
def data(tmp_path: Path, made_pki: Path) -> Path:
    """A data folder whose PKI is made."""
    folder = tmp_path / "data"
    shutil.copytree(made_pki, folder / "pki")
    return folder


@pytest.fixture
async def starting(data: Path, guestbook: ModuleType) -> AsyncIterator[Starting]:
    """Starts sandboxes with the guest book; each is stopped at the end of the test."""
    async with AsyncExitStack() as stack:

        async def starting(**wanted: Any) -> Running:
            config = Config(**{"services": (), "port_base": 0, "data": data, "store_url": store_url(data)} | wanted)
            running = await start(config, [guestbook.service])
            stack.push_async_callback(running.stop)
            return running

        yield starting


@pytest.fixture
async def running(starting: Starting) -> Running:
    """A sandbox with the guest book, on free ports."""
    return await starting()


@pytest.fixture
def entries(running: Running) -> Entries:
    """The journal of a session, once everything is durable."""

    async def entries(session_id: str = "default", **wanted: Any) -> list[dict[str, Any]]:
        session = running.sandbox.sessions.get(session_id)
        return (await running.sandbox.journal.exchanges(session, Query(**wanted), wait_s=2)).exchanges

    return entries


@pytest.fixture
async def connecting(running: Running) -> AsyncIterator[Connecting]:
    """HTTP clients that trust the sandbox, with or without a client certificate."""
    async with AsyncExitStack() as stack:
        clients: list[httpx.AsyncClient] = []

        def connecting(certificate: tuple[Path, Path] | None = None, **options: Any) -> httpx.AsyncClient:
            context = ssl.create_default_context(cafile=running.ready["ca_file"])
            if certificate is not None:
                context.load_cert_chain(*certificate)
            client = httpx.AsyncClient(verify=context, **options)
            clients.append(client)
            stack.push_async_callback(client.aclose)
            return client

        yield connecting


@pytest.fixture
def client(connecting: Connecting, url: str) -> httpx.AsyncClient:
    """A client of the guest book, without a certificate."""
    return connecting(base_url=url)


@pytest.fixture
def url(running: Running) -> str:
    """Where the guest book is."""
    return str(running.ready["services"]["guestbook"]["url"])


@pytest.fixture
def members(running: Running) -> str:
    """The port of the guest book that asks for a client certificate."""
    return str(running.ready["services"]["guestbook"]["members"])


@asynccontextmanager
async def _relay(port: int) -> AsyncIterator[int]:
    """A TCP relay to a local port on another one, as a container engine maps ports."""
    pumps: set[asyncio.Task[None]] = set()
    open_ends: list[asyncio.StreamWriter] = []

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
        writer.close()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
        open_ends.extend((writer, inner_writer))
        pumps.add(asyncio.create_task(pump(reader, inner_writer)))
        pumps.add(asyncio.create_task(pump(inner_reader, writer)))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in pumps:
            task.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
        for end in open_ends:
            end.transport.abort()
        await asyncio.gather(*(end.wait_closed() for end in open_ends), return_exceptions=True)


@pytest.fixture
async def relaying() -> AsyncIterator[Callable[[str], Awaitable[str]]]:
    """Maps the port of a base URL to another one; gives the URL outside."""
    async with AsyncExitStack() as stack:

        async def relaying(url: str) -> str:
            inner = urlsplit(url)
            assert inner.port is not None
            outer = await stack.enter_async_context(_relay(inner.port))
            return f"{inner.scheme}://{inner.hostname}:{outer}"

        yield relaying


@pytest.fixture
def certifying(running: Running, tmp_path: Path) -> Certifying:
    """Issues a certificate to a session; gives the files of certificate and key."""

    async def certifying(session: Session | None = None, **wanted: Any) -> tuple[Path, Path]:
        sandbox = running.sandbox
        issued = await sandbox.certificates.issue(session or sandbox.sessions.default, **{"kind": "AUTH_CLI"} | wanted)
        certificate, key = tmp_path / f"{issued.sha256}.pem", tmp_path / f"{issued.sha256}.key"
        certificate.write_text(issued.pem + issued.chain_pem)
        key.write_text(issued.key_pem or "")
        return certificate, key

    return certifying
