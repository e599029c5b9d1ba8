"""A running sandbox in the hands of a synchronous test: its sessions, what they saw, and how they are told to behave.

Only the standard library is imported until a handle is made. Handles may be shared between threads.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from banc_standards.errors import Lang

if TYPE_CHECKING:
    from banc_harness.contents import ContentsControl
    from banc_harness.session_handle import SessionHandle
    from banc_standards.contracts.vocabulary import SessionMode

_T = TypeVar("_T")

DEFAULT = "default"


class SandboxHandle:
    """The control API of a running sandbox (CONTRACTS §11), for tests that have no event loop.

    ``base`` is the address of the control port; ``ca_file`` or ``ca_sha256`` tells its CA, fetched from the sandbox
    when it runs on this machine and neither is given. ``services`` replaces the addresses of the ready line, and
    ``public_urls`` is told to every session opened here: both are for a sandbox seen through other ports.

    >>> with SandboxHandle("https://localhost:8440") as sandbox:            # doctest: +SKIP
    ...     with sandbox.session() as session:
    ...         session.arm("dmp.down", times=1)
    ...         seen = session.wait_for("dmp.TD2.1", timeout_s=10)

    Every method raises ``EnvironmentFailed`` when the sandbox cannot be reached or fails, ``UnusableInput`` when it
    refuses what it was asked, with the sandbox's own code, sentence and hint.
    """

    def __init__(
        self,
        base: str,
        *,
        token: str | None = None,
        ca_file: str | os.PathLike[str] | None = None,
        ca_sha256: str | None = None,
        lang: Lang = "fr",
        services: Mapping[str, Mapping[str, str]] | None = None,
        public_urls: Mapping[str, str] | None = None,
    ) -> None:
        from banc_harness.contents import ContentsControl
        from banc_harness.synchronous import Background

        self.control = base.rstrip("/")
        self.given_services = services
        self.public_urls = dict(public_urls or {})
        self._ca_file = None if ca_file is None else Path(ca_file)
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._filling = threading.Lock()
        self._ready: dict[str, Any] | None = None
        self._loop = Background("banc-handle")
        self._api = ContentsControl(self.control, token=token, ca_file=self._ca_file, ca_sha256=ca_sha256, lang=lang)
        try:
            self._loop.run(self._api.__aenter__)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections; the sandbox goes on. Further calls do nothing."""
        with self._filling:
            if not self._loop.closed:
                self._loop.run(self._api.close)
                self._loop.close()
            if self._folder is not None:
                self._folder.cleanup()
                self._folder = None

    @property
    def ready(self) -> dict[str, Any]:
        """The ready line of the sandbox (CONTRACTS §1), as it says it of itself."""
        with self._filling:
            if self._ready is None:
                self._ready = self.call(lambda api: api.sandbox()).as_json()
            return self._ready

    @property
    def services(self) -> dict[str, dict[str, str]]:
        """The addresses of the services for the default session, by service then name; one that does not run has no
        key.
        """
        found = self.ready["services"] if self.given_services is None else self.given_services
        return {name: dict(addresses) for name, addresses in found.items()}

    @property
    def ca_bundle(self) -> str:
        """A PEM file of the sandbox's CA, such as ``requests`` takes for ``verify``."""
        if self._ca_file is not None:
            return str(self._ca_file)
        pem = self.call(lambda api: api.ca_pem())
        with self._filling:
            if self._folder is None:
                self._folder = tempfile.TemporaryDirectory(prefix="banc-")
            path = Path(self._folder.name) / "ca.pem"
            path.write_text(pem, encoding="ascii")
            self._ca_file = path
        return str(path)

    # sessions

    def session(self, id: str | None = None, *, mode: SessionMode = "strict", mllp: bool = False) -> SessionHandle:
        """Opens a session of its own; without an id the sandbox chooses one. Its ``with`` block deletes it."""
        opened = self.call(lambda api: api.create_session(id, mode=mode, mllp=mllp))
        session = self.at(opened.id)
        if self.public_urls:
            session.set_public_urls(self.public_urls)
        return session

    def at(self, id: str) -> SessionHandle:
        """A session that exists already; nothing is asked of the sandbox yet."""
        from banc_harness.session_handle import SessionHandle

        return SessionHandle(self, id)

    @property
    def default(self) -> SessionHandle:
        """The session that needs nothing."""
        return self.at(DEFAULT)

    def session_ids(self) -> list[str]:
        """The ids of every session of the sandbox."""
        return self.call(lambda api: api.session_ids())

    # the sandbox as a whole

    def health(self) -> dict[str, Any]:
        """How the sandbox does: ``status``, ``version``, ``uptime_s``, ``sessions``, ``queue``."""
        return self.call(lambda api: api.health()).as_json()

    def identities(self) -> dict[str, list[dict[str, Any]]]:
        """The fictitious population: ``patients``, ``professionals``, ``structures``."""
        return self.call(lambda api: api.identities()).as_json()

    def blob(self, digest: str) -> bytes:
        """The bytes that an exchange names ``sha256:…``, verified."""
        return self.call(lambda api: api.blob(digest))

    def call(self, ask: Callable[[ContentsControl], Coroutine[Any, Any, _T]]) -> _T:
        """What a call of the asynchronous client returns; for what has no method here."""
        return self._loop.run(lambda: ask(self._api))
