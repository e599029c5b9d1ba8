"""``BancContainer``: the whole bench in one throw-away container, for tests."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import ssl
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self, TypeVar

import requests
from docker.errors import APIError, DockerException, ImageNotFound, NotFound
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer

from banc_harness.containers import failures
from banc_harness.containers.ports import BASE, container_ports, public_urls, seen_from_outside, services_seen
from banc_harness.handle import SandboxHandle
from banc_standards.errors import EnvironmentFailed, Lang, Sentence

if TYPE_CHECKING:
    from banc_harness.contents import ContentsControl
    from banc_harness.session_handle import InForce, IssuedCertificate, SessionHandle
    from banc_standards.contracts.vocabulary import CertificateKind, SessionMode

IMAGE = "banc-segur"
LABEL = "banc-segur.container"
LOG_LINES = 20
POLL_S = 0.05
GRACE_S = 1.0
"""How long the engine may take to notice that a container has ended, in seconds."""
TAKEN = "address already in use"
CHOICES_OF_PORTS = 5
"""How often the engine may choose free ports again: another program can take one between its choice and its use."""
ENGINE_GONE = (DockerException, requests.exceptions.RequestException)

_T = TypeVar("_T")


class BancContainer(DockerContainer):
    """A sandbox of the simulated national services in a container, gone at the end of its ``with`` block.

    >>> import requests
    >>> from banc_harness.containers import BancContainer
    >>> with BancContainer(services=["psc", "insi"]) as banc:
    ...     with banc.session() as session:
    ...         page = requests.get(session.services["psc"]["discovery"], verify=banc.ca_bundle, timeout=5)
    ...         seen = session.wait_for("psc.discovery")
    >>> page.json()["issuer"] == session.services["psc"]["issuer"], seen["outcome"]
    (True, 'accepted')

    ``image`` is by default that of ``BANC_IMAGE``, else ``banc-segur``. ``services`` are those to run, all by default;
    ``san`` are more names for the server certificates; ``token`` is the bearer token of the control API, made up when
    none is given. Ports are free ones of the loopback address, told to every session as its public addresses;
    ``port_base`` publishes fixed ones instead (CONTRACTS §2), so that addresses written in certificates hold on the
    host too. ``data`` keeps the sandbox's data in a folder or named volume. ``more`` are options of the engine, as
    docker-py takes them; the root file system is read-only and the process has no capability.

    Raises ``EnvironmentFailed``: CONTAINER-001 without an engine, -002 without the image, -003 when the engine refuses
    (a taken port), -004 when the sandbox is not ready within ``startup_timeout_s`` seconds, -005 when it is gone in the
    middle of a test, with the end of its log.
    """

    def __init__(
        self,
        *,
        image: str | None = None,
        services: Sequence[str] | None = None,
        san: Sequence[str] = (),
        token: str | None = None,
        plain_http: bool = False,
        port_base: int | None = None,
        data: str | None = None,
        lang: Lang = "fr",
        startup_timeout_s: float = 30.0,
        **more: Any,
    ) -> None:
        more.setdefault("init", True)
        more.setdefault("read_only", True)
        more.setdefault("cap_drop", ["ALL"])
        more.setdefault("security_opt", ["no-new-privileges"])
        more["labels"] = {LABEL: "test", **more.get("labels", {})}
        try:
            super().__init__(image or os.environ.get("BANC_IMAGE") or IMAGE, **more)
        except ENGINE_GONE as error:
            raise failures.no_engine(_said(error)) from error
        self.token = token or secrets.token_urlsafe(24)
        self.lang: Lang = lang
        self._plain_http = plain_http
        self._base = port_base or BASE
        self._startup_timeout_s = startup_timeout_s
        self._handle: _ContainerHandle | None = None
        self._san = tuple(san)
        self._inside = container_ports(None if services is None else tuple(services), self._base)
        self._fixed = port_base is not None
        self.with_envs(BANC_TOKEN=self.token, BANC_PORT_BASE=str(self._base), BANC_LANG=lang)
        if services is not None:
            self.with_env("BANC_SERVICES", ",".join(services))
        if plain_http:
            self.with_env("BANC_PLAIN_HTTP", "1")
        if data is not None:
            self.with_volume_mapping(data, "/data", "rw")
        self.with_tmpfs_mount("/tmp")  # noqa: S108 - inside the container

    # its life

    def start(self) -> Self:
        """Starts the container and waits until its sandbox is ready; leaves nothing behind when it is not."""
        try:
            self._start()
            self._handle = self._connect(time.monotonic() + self._startup_timeout_s)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self, force: bool = True, delete_volume: bool = True) -> None:
        """Removes the container, with its own volume."""
        if self._handle is not None:
            self._handle.close()
            self._handle = None
        try:
            super().stop(force, delete_volume)
        except NotFound:  # somebody removed it before us
            self.get_docker_client().client.close()

    # what it gives

    @property
    def handle(self) -> SandboxHandle:
        """The whole control API, for what has no method here. Raises ``RuntimeError`` before the start."""
        if self._handle is None:
            raise RuntimeError("not started: use it inside its `with` block")
        return self._handle

    @property
    def control(self) -> str:
        """The address of the control API and of the live page."""
        return self.handle.control

    @property
    def services(self) -> dict[str, dict[str, str]]:
        """The addresses of the services through the published ports, by service then name (CONTRACTS §1)."""
        return self.handle.services

    @property
    def psc(self) -> dict[str, str]:
        """Pro Santé Connect: ``issuer``, ``discovery``."""
        return self._service("psc")

    @property
    def insi(self) -> dict[str, str]:
        """INSi: ``url``, ``url_mtls``."""
        return self._service("insi")

    @property
    def dmp(self) -> dict[str, str]:
        """DMP: ``url``."""
        return self._service("dmp")

    @property
    def mssante(self) -> dict[str, str]:
        """MSSanté: ``smtp submission submission_tls imap imap_tls``, each ``host:port``."""
        return self._service("mssante")

    @property
    def annuaire(self) -> dict[str, str]:
        """Annuaire Santé, where the image simulates it."""
        return self._service("annuaire")

    @property
    def pfi(self) -> dict[str, str]:
        """Intermediation platform, where the image simulates it."""
        return self._service("pfi")

    @property
    def ca_bundle(self) -> str:
        """A PEM file of the sandbox's CA, such as ``requests`` takes for ``verify``."""
        return self.handle.ca_bundle

    def session(self, id: str | None = None, *, mode: SessionMode = "strict", mllp: bool = False) -> SessionHandle:
        """Opens a session of its own, for one test or one job; its ``with`` block deletes it."""
        return self.handle.session(id, mode=mode, mllp=mllp)

    @property
    def default(self) -> SessionHandle:
        """The session that needs nothing; the methods below are its own."""
        return self.handle.default

    def exchanges(self, operation: str | None = None, **which: Any) -> list[dict[str, Any]]:
        """Entries of the default session's journal, chosen as :meth:`SessionHandle.exchanges` does."""
        return self.default.exchanges(operation, **which)

    def wait_for(self, operation: str, **which: Any) -> dict[str, Any]:
        """The first such exchange of the default session, as :meth:`SessionHandle.wait_for` waits."""
        return self.default.wait_for(operation, **which)

    def arm(self, fault: str, **how: Any) -> InForce:
        """Makes a service misbehave in the default session, as :meth:`SessionHandle.arm` does."""
        return self.default.arm(fault, **how)

    def clock(self, *, offset_s: int = 0, frozen: bool = False) -> InForce:
        """Moves the default session's clock by that many seconds."""
        return self.default.clock(offset_s=offset_s, frozen=frozen)

    def issue_certificate(self, kind: CertificateKind, **wanted: Any) -> IssuedCertificate:
        """A certificate of the test PKI, as :meth:`SessionHandle.issue_certificate` asks for it."""
        return self.default.issue_certificate(kind, **wanted)

    def log_tail(self, lines: int = LOG_LINES) -> str:
        """The last lines that the container wrote; empty when it is gone."""
        try:
            return self.get_wrapped_container().logs(tail=lines).decode("utf-8", "replace").strip()
        except ENGINE_GONE:
            return ""

    def ended(self, *, within_s: float = 0.0) -> Sentence | None:
        """Why it does not run any more, or will not in ``within_s`` seconds; ``None`` while it does."""
        deadline = time.monotonic() + within_s
        while (over := self._ended()) is None and time.monotonic() < deadline:
            time.sleep(POLL_S)
        return over

    # how it starts

    def _start(self) -> None:
        try:
            self._publish()
            self._need_image()
            self._run()
        except EnvironmentFailed:
            raise
        except APIError as error:
            raise failures.not_started(_why(error)) from error
        except ENGINE_GONE as error:
            raise failures.no_engine(_said(error)) from error

    def _run(self) -> None:
        for left in reversed(range(CHOICES_OF_PORTS)):
            try:
                super().start()
                return
            except APIError as error:
                if self._fixed or not left or TAKEN not in _why(error):
                    raise
                if self._container is not None:
                    self._container.remove(force=True, v=True)
                    self._container = None

    def _ended(self) -> Sentence | None:
        try:
            container = self.get_wrapped_container()
            container.reload()
            state = container.attrs["State"]
        except NotFound:
            return Sentence("le conteneur a été retiré", "the container was removed")
        except ENGINE_GONE as error:
            return Sentence(f"le moteur ne répond plus ({_said(error)})", f"the engine is silent ({_said(error)})")
        if state["Running"]:
            return None
        code = f"{state['ExitCode']}{', OOM' if state.get('OOMKilled') else ''}"
        return Sentence(f"le conteneur s'est arrêté (code {code})", f"the container ended (exit code {code})")

    def _service(self, name: str) -> dict[str, str]:
        found = self.services.get(name)
        if not found:
            raise failures.not_running(name)
        return found

    def _publish(self) -> None:
        host = self.get_docker_client().host()
        here = host in ("localhost", "127.0.0.1", "::1")
        names = self._san if here else (*self._san, host)
        if names:
            self.with_env("BANC_SAN", ",".join(names))
        ports: dict[str, Any] = {}
        for port in self._inside:
            wanted = port if self._fixed else None
            ports[f"{port}/tcp"] = (("127.0.0.1", wanted) if self._fixed else ("127.0.0.1",)) if here else wanted
        self.ports = ports

    def _need_image(self) -> None:
        if not testcontainers_config.ryuk_disabled:
            try:
                self._have(testcontainers_config.ryuk_image)
            except APIError as error:
                raise failures.no_reaper(testcontainers_config.ryuk_image, _why(error)) from error
        if "/" not in self.image:  # a name of this machine: no registry has it
            try:
                self.get_docker_client().client.images.get(self.image)
            except ImageNotFound:
                raise failures.no_image(self.image, "") from None
            return
        try:
            self._have(self.image)
        except APIError as error:
            raise failures.no_image(self.image, _why(error)) from error

    def _have(self, image: str) -> None:
        images = self.get_docker_client().client.images
        try:
            images.get(image)
        except ImageNotFound:
            images.pull(image)

    def _connect(self, deadline: float) -> _ContainerHandle:
        host = self.get_container_host_ip()
        published: dict[int, int] = {}
        while True:
            over = self.ended()
            if over is None and not published:
                published = self._published()
            if published and _answers_ready(host, published[self._base], plain_http=self._plain_http):
                break
            if over is None and time.monotonic() > deadline:
                over = Sentence(f"rien en {self._startup_timeout_s:g} s", f"nothing in {self._startup_timeout_s:g} s")
            if over is not None:
                raise failures.never_ready(over, self.log_tail())
            time.sleep(POLL_S)
        ready = self._ready_line()
        urls = public_urls(host, published, base=self._base, plain_http=self._plain_http)
        handle = _ContainerHandle(
            self,
            seen_from_outside(ready["control"], host, published),
            ca_sha256=ready["ca_sha256"],
            services=services_seen(ready, host, published),
            public_urls=urls,
        )
        handle.default.set_public_urls(urls)
        return handle

    def _published(self) -> dict[int, int]:
        if not self.get_docker_client().get_connection_mode().use_mapped_port:
            return {port: port for port in self._inside}
        bindings = self.get_wrapped_container().attrs["NetworkSettings"]["Ports"] or {}
        found = {port: bindings.get(f"{port}/tcp") or [] for port in self._inside}
        if not all(found.values()):
            return {}
        return {port: int(places[0]["HostPort"]) for port, places in found.items()}

    def _ready_line(self) -> dict[str, Any]:
        said = self.get_wrapped_container().logs(stdout=True, stderr=False).decode("utf-8", "replace")
        for line in reversed(said.splitlines()):
            if line.startswith('{"event":"ready"'):
                found: dict[str, Any] = json.loads(line)
                return found
        raise failures.never_ready(Sentence("pas de ligne « ready »", "no ready line"), self.log_tail())


class _ContainerHandle(SandboxHandle):
    """The handle of a container's sandbox, which tells when that container is gone."""

    def __init__(
        self,
        container: BancContainer,
        base: str,
        *,
        ca_sha256: str,
        services: Mapping[str, Mapping[str, str]],
        public_urls: Mapping[str, str],
    ) -> None:
        self._container = container
        super().__init__(
            base,
            token=container.token,
            ca_sha256=ca_sha256,
            lang=container.lang,
            services=services,
            public_urls=public_urls,
        )

    def call(self, ask: Callable[[ContentsControl], Coroutine[Any, Any, _T]]) -> _T:
        try:
            return super().call(ask)
        except EnvironmentFailed as error:
            over = self._container.ended(within_s=GRACE_S) if error.code == "CONTROL-002" else None
            if over is None:
                raise
            raise failures.gone(over, self._container.log_tail()) from error


def _answers_ready(host: str, port: int, *, plain_http: bool) -> bool:
    """Whether ``/ready`` says so; who answers is told from another when the handle opens, by the printed hash."""
    connection: http.client.HTTPConnection
    if plain_http:
        connection = http.client.HTTPConnection(host, port, timeout=2)
    else:
        unverified = ssl.create_default_context()
        unverified.check_hostname = False
        unverified.verify_mode = ssl.CERT_NONE
        connection = http.client.HTTPSConnection(host, port, timeout=2, context=unverified)
    try:
        connection.request("GET", "/ready")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _why(error: APIError) -> str:
    return str(error.explanation or error)


def _said(error: BaseException) -> str:
    return str(error).strip() or type(error).__name__
