"""Starts and stops every service of a sandbox in one asyncio process.

What is heavy is imported inside :func:`start`, while the first start's keys are made on other threads.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import socket
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from banc_mocks.sandbox.config import LATER, SERVICES, Config
from banc_mocks.sandbox.config import Guest as Guest
from banc_mocks.sandbox.data_folder import READY_FILE, check_fresh, make_folder, open_store, unwritable
from banc_standards.errors import BancError, Sentence, UnusableInput

if TYPE_CHECKING:
    from banc_fixtures.pki.authority import Pki
    from banc_mocks.sandbox.faults import Fault
    from banc_mocks.sandbox.http import HttpService, Listener, StreamServer
    from banc_mocks.sandbox.ports import Bound
    from banc_mocks.sandbox.sandbox import Sandbox
    from banc_mocks.sandbox.store import Store
    from banc_mocks.sandbox.tls import Front

ServiceMaker = Callable[["Sandbox"], "HttpService"]
"""What a service's ``wire`` module calls ``service``."""

SERVER_NAMES = (
    "localhost",
    "127.0.0.1",
    "::1",
    "host.docker.internal",
    "psc",
    "insi",
    "dmp",
    "mssante",
    "annuaire",
    "pfi",
    "banc",
)
"""The names of every server certificate (CONTRACTS §4), beside the host's own and ``--san``."""

LOCAL_CLIENT = "banc-local"
LOCAL_CALLBACKS = tuple(
    f"{base}/callback"
    for port in (3000, 8080, 8443)
    for base in (f"http://localhost:{port}", f"https://localhost:{port}")
)
"""Return addresses of the client that the default session begins with: where development servers usually listen."""

CONTROL = "control"
STOP_S = 0.5
"""How long a stop waits for the exchanges under way, in seconds."""


class Running:
    """A sandbox that listens. ``ready`` is its ready line (CONTRACTS §1).

    ``aside`` is the folder in which what was stored before is kept, when a fresh start was asked for.
    """

    def __init__(self, sandbox: Sandbox, fronts: list[Front], servers: list[StreamServer]) -> None:
        self.aside: Path | None = None
        self.sandbox = sandbox
        self._fronts = fronts
        self._servers = servers

    @property
    def ready(self) -> dict[str, Any]:
        """The ready line of CONTRACTS §1."""
        return self.sandbox.ready

    async def stop(self) -> None:
        """Stops to listen, lets the exchanges under way end, writes all that was entered, closes the store."""
        await asyncio.gather(*(front.close() for front in self._fronts))
        await asyncio.gather(*(server.close(STOP_S) for server in self._servers))
        await asyncio.gather(*(front.cut() for front in self._fronts))
        await self.sandbox.crew.stop()
        self.sandbox.journal.flush()
        await self.sandbox.store.stop()
        with suppress(OSError):
            (self.sandbox.config.data / READY_FILE).unlink()


async def start(config: Config, more: Sequence[ServiceMaker] = ()) -> Running:
    """Starts a sandbox; returns once every port listens and ``DATA/sandbox.json`` is written.

    ``more`` makes further services, that the sandbox runs beside those of ``config``.
    Raises ``UnusableInput`` for options that cannot be used, ``EnvironmentFailed`` when a port is taken, when the data
    folder cannot be written or when another sandbox uses it.
    """
    from banc_mocks.sandbox.ports import addresses_of, require_token

    _check_services(config.services)
    _check_public_url(config.public_url)
    check_fresh(config)
    listening = addresses_of(config.host)
    require_token(config.host, listening, config.token)
    make_folder(config.data)
    pki = asyncio.get_running_loop().run_in_executor(None, _open_pki, config.data / "pki")
    makers = [*(import_module(name).service for name in _modules(config.services)), *more]

    store: Store | None = None
    try:
        aside, store = await open_store(config)
        running = await _assemble(config, listening, await pki, store, makers)
        running.aside = aside
        return running
    except BaseException as error:
        if store is not None:
            await store.stop()
        with suppress(BancError):
            await pki
        if isinstance(error, OSError):
            raise unwritable(Path(error.filename or config.data), error) from error
        raise


def faults(services: Iterable[str] = SERVICES) -> tuple[Fault, ...]:
    """The fault tables of the services, generic faults first."""
    from banc_mocks.sandbox.http import generic_faults

    tables = [(generic_faults(name), import_module(f"banc_mocks.{name}.faults").FAULTS) for name in services]
    return tuple(fault for pair in tables for table in pair for fault in table)


async def _assemble(
    config: Config, listening: tuple[str, ...], pki: Pki, store: Store, makers: Sequence[ServiceMaker]
) -> Running:
    from banc_mocks.sandbox.addresses import Addresses
    from banc_mocks.sandbox.certificates import Certificates
    from banc_mocks.sandbox.clock import real_now
    from banc_mocks.sandbox.faults import FaultTable
    from banc_mocks.sandbox.http import generic_faults
    from banc_mocks.sandbox.journal import Journal
    from banc_mocks.sandbox.sandbox import Sandbox
    from banc_mocks.sandbox.sessions import Sessions
    from banc_mocks.sandbox.switches import SwitchTable

    addresses = Addresses(_shown_host(config.host), config.public_url)
    certificates = await Certificates.open(
        store,
        pki,
        publication=lambda: addresses.base_url(CONTROL) if CONTROL in addresses else None,
        real=real_now,
    )
    sandbox = Sandbox(config, store, Journal(store), pki, certificates, addresses)
    services = sandbox.services = tuple(make(sandbox) for make in makers)
    sandbox.sessions = await Sessions.open(
        store,
        faults=FaultTable(
            fault
            for service in services
            for fault in (*(() if service.name == CONTROL else generic_faults(service.name)), *service.faults)
        ),
        switches=SwitchTable(switch for service in services for switch in service.switches),
    )
    opening = _Opening(sandbox, listening)
    try:
        await opening.listen()
        await _welcome(sandbox)
        sandbox.ready = _ready(sandbox)
        _write_ready(config.data / READY_FILE, sandbox.ready)
    except BaseException:
        await opening.give_up()
        raise
    return Running(sandbox, opening.fronts, opening.servers)


async def _welcome(sandbox: Sandbox) -> None:
    """The default session needs nothing (CONTRACTS §3): it has a Pro Santé Connect client, its secret made here."""
    from banc_mocks.sandbox.settings import Client

    default = sandbox.sessions.get("default")
    if not default.clients:
        client = Client(LOCAL_CLIENT, secrets.token_urlsafe(32), LOCAL_CALLBACKS, LOCAL_CALLBACKS)
        await sandbox.sessions.add_client(default, client)


class _Opening:
    """The ports of a sandbox, from the first bind to the last listen."""

    def __init__(self, sandbox: Sandbox, listening: tuple[str, ...]) -> None:
        self.fronts: list[Front] = []
        self.servers: list[StreamServer] = []
        self._sandbox = sandbox
        self._listening = listening
        self._bound: list[Bound] = []

    async def listen(self) -> None:
        """Binds every port before any listens, so that a taken one leaves nothing half open."""
        from banc_mocks.sandbox.ports import bind, check_base

        sandbox, config = self._sandbox, self._sandbox.config
        wanted = [(service, listener) for service in sandbox.services for listener in service.listeners]
        check_base(config.port_base, [listener.offset for _service, listener in wanted])
        for _service, listener in wanted:
            port = config.port_base + listener.offset if config.port_base else 0
            bound = bind(listener.name, self._listening, port)
            self._bound.append(bound)
            sandbox.addresses.add(listener.name, bound.port, tls=_speaks_tls(listener, config))
        certificate = _server_certificate(sandbox)
        for (service, listener), bound in zip(wanted, self._bound, strict=True):
            await self._open(service, listener, bound, certificate)

    async def give_up(self) -> None:
        """Closes what was opened: the loop lets go of a socket only while it is open."""
        await asyncio.gather(*(front.close() for front in self.fronts))
        for bound in self._bound:
            bound.close()

    async def _open(self, service: HttpService, listener: Listener, bound: Bound, certificate: Path) -> None:
        from banc_mocks.sandbox.serving import ServiceServer
        from banc_mocks.sandbox.tls import Front, server_context

        pki = self._sandbox.pki
        context = None
        if listener.upgrade or _speaks_tls(listener, self._sandbox.config):
            trust = pki.handshake_trust if listener.certificate == "requested" else None
            context = server_context(certificate, pki.server_key_file, client_trust=trust)
        server: StreamServer
        if listener.stream is not None and context is not None:
            server = listener.stream(self._sandbox, context)
        else:
            server = ServiceServer(self._sandbox, service, listener)
        await server.open()
        self.servers.append(server)
        front = Front(server.protocol, context=None if listener.upgrade else context, refused=server.handshake_refused)
        self.fronts.append(front)
        await front.listen(bound.sockets)


def _modules(services: Iterable[str]) -> list[str]:
    return ["banc_mocks.sandbox.control.wire", *(f"banc_mocks.{name}.wire" for name in dict.fromkeys(services))]


def _check_services(services: Iterable[str]) -> None:
    for name in services:
        if name in LATER:
            raise UnusableInput(
                "UP-006",
                Sentence(f"{name} n'est pas encore simulé", f"{name} is not simulated yet"),
                Sentence("connus : " + ", ".join(SERVICES), "known: " + ", ".join(SERVICES)),
            )
        if name not in SERVICES:
            near = get_close_matches(name, SERVICES, 1) or SERVICES
            raise UnusableInput(
                "UP-006",
                Sentence(f"service inconnu : {name}", f"unknown service: {name}"),
                Sentence("connus : " + ", ".join(near), "known: " + ", ".join(near)),
            )


def _check_public_url(url: str | None) -> None:
    if url is None:
        return
    try:
        parts = urlsplit(url)
        fit = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.path in ("", "/")
    except ValueError:
        fit = False
    if not fit:
        raise UnusableInput(
            "UP-008",
            Sentence(f"--public-url {url} : adresse inutilisable", f"--public-url {url}: unusable address"),
            Sentence(
                "donnez un schéma et un hôte, https://banc.exemple ; les ports restent ceux du bac à sable",
                "give a scheme and a host, https://banc.example; the ports stay those of the sandbox",
            ),
        )


def _open_pki(folder: Path) -> Pki:
    from banc_fixtures.pki.authority import Pki
    from banc_mocks.sandbox.clock import real_now

    return Pki.open(folder, real_now())


def _server_certificate(sandbox: Sandbox) -> Path:
    """Issues this start's server certificate; returns the file that holds it and its chain."""
    from banc_fixtures.pki.issuing import Order, issue
    from banc_fixtures.pki.keys import read_key
    from banc_fixtures.pki.names import OrganisationHolder
    from banc_mocks.sandbox.clock import real_now

    pki = sandbox.pki
    names = (*SERVER_NAMES, *_own_names(), *sandbox.config.san)
    holder = OrganisationHolder("1990000001", "BANC SEGUR")
    order = Order("SERVER", holder, cn="localhost", names=names, publication=sandbox.addresses.base_url(CONTROL))
    issued = issue(pki, order, real_now(), key=read_key(pki.server_key_file))
    path = pki.folder / "server.pem"
    path.write_text(issued.pem + issued.chain_pem)
    return path


def _own_names() -> tuple[str, ...]:
    from banc_fixtures.pki.profiles import is_host_name

    name = socket.gethostname()
    return (name,) if is_host_name(name) else ()


def _speaks_tls(listener: Listener, config: Config) -> bool:
    """Whether TLS begins with the connection."""
    return not listener.upgrade and not (config.plain_http and listener.certificate == "none")


def _shown_host(host: str) -> str:
    """What stands for this machine in addresses: wildcards and loopbacks are called localhost."""
    return "localhost" if host in ("0.0.0.0", "::", "127.0.0.1", "::1") else host  # noqa: S104  compared, not bound


def _ready(sandbox: Sandbox) -> dict[str, Any]:
    from banc_fixtures.pki.trust import fingerprint, write_bundle

    config, base = sandbox.config, sandbox.addresses.base_url
    found = {service.name: service.addresses(base) for service in sandbox.services}
    return {
        "event": "ready",
        "pid": os.getpid(),
        "plain_http": config.plain_http,
        "ca_file": str(write_bundle(sandbox.pki, config.data / "trust").absolute()),
        "ca_sha256": fingerprint(sandbox.pki),
        "control": base(CONTROL),
        "services": {name: places for name, places in found.items() if places},
    }


def _write_ready(path: Path, ready: dict[str, Any]) -> None:
    from banc_fixtures.pki.keys import write_private

    draft = path.with_suffix(".tmp")
    write_private(draft, json.dumps(ready, ensure_ascii=False, separators=(",", ":")).encode("utf-8") + b"\n")
    draft.replace(path)
