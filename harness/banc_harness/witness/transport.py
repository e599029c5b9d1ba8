"""How the witness reaches a service: HTTPS, a private trust store, sometimes a client certificate."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

MAX_ANSWER = 64 * 2**20
WORKSTATION = ("127.0.0.2", 0)
"""Where the user's workstation calls from, which is not the software's server."""


class Unreachable(Exception):
    """The service did not answer: refused connection, broken TLS, silence."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a service answered: HTTP status, headers with lower-case names, bytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A certificate chain and its private key, as PEM files."""

    certificate: Path
    key: Path


@dataclass(slots=True)
class Transport:
    """One TLS identity towards the services. ``timeout_s`` bounds each read and write, ``None`` leaves them unbounded;
    ``source`` is the address that calls leave from. A ``gullible`` one believes any server.
    """

    ca_file: str
    pair: KeyPair | None = None
    timeout_s: float | None = 15.0
    source: tuple[str, int] | None = None
    gullible: bool = False
    _context: ssl.SSLContext | None = field(default=None, init=False)

    def presenting(self, pair: KeyPair) -> Self:
        """The same trust, with a client certificate."""
        return type(self)(self.ca_file, pair, self.timeout_s)

    def from_workstation(self) -> Self:
        """The same trust, from another address of this machine."""
        return type(self)(self.ca_file, self.pair, self.timeout_s, WORKSTATION)

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            context = ssl.create_default_context(cafile=self.ca_file)
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            if self.gullible:
                context.check_hostname = False
                context.verify_mode = ssl.CERT_NONE
            if self.pair:
                context.load_cert_chain(self.pair.certificate, self.pair.key)
            self._context = context  # once it is whole: several threads may call
        return self._context

    def send(
        self, method: str, url: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answered:
        """One request and its answer.

        Raises :class:`Unreachable` when nothing usable comes back.
        """
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        connection: http.client.HTTPConnection = (
            http.client.HTTPSConnection(
                "127.0.0.1" if self.source and host == "localhost" else host,
                port,
                timeout=self.timeout_s,
                context=self._tls(),
                source_address=self.source,
            )
            if parts.scheme == "https"
            else http.client.HTTPConnection(host, port, timeout=self.timeout_s)
        )
        target = parts.path + (f"?{parts.query}" if parts.query else "") or "/"
        try:
            connection.request(method, target, body=body, headers=dict(headers or {}))
            response = connection.getresponse()
            return Answered(
                response.status,
                {name.lower(): value for name, value in response.getheaders()},
                response.read(MAX_ANSWER),
            )
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(f"{parts.scheme}://{parts.netloc} : {error}") from error
        finally:
            connection.close()
