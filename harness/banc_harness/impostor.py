"""Somebody who stands in for a service with a certificate that must not be believed, and passes everything on.

What a software sends to it proves that the certificate was believed. It belongs to one session: only the addresses that
the session's services announce lead to it.
"""

from __future__ import annotations

import asyncio
import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from banc_harness.client import Control
from banc_standards.contracts.control import CertificateRequest
from banc_standards.contracts.vocabulary import CertificateProfile
from banc_standards.errors import EnvironmentFailed, Sentence

CHUNK = 64 * 1024


@dataclass(slots=True)
class Impostor:
    """A TLS server on loopback. ``reached`` counts its connections, ``believed`` the completed handshakes."""

    profile: CertificateProfile
    reached: int = 0
    believed: int = 0
    address: str = ""
    _server: asyncio.Server | None = None

    async def stand_in(self, control: Control, session: str, service: str, ca_file: str | None) -> None:
        """Listens in the place of the service at that address. Raises what the control API raises."""
        issued = await control.issue(session, CertificateRequest(kind="SERVER", profile=self.profile))
        if issued.private_key is None:
            raise EnvironmentFailed(
                "CONTROL-009", Sentence("le certificat est rendu sans sa clé", "the certificate comes without its key")
            )
        shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory(prefix="imposteur-") as folder:
            file = Path(folder) / "server.pem"
            file.touch(0o600)
            file.write_text(issued.certificate + issued.chain + issued.private_key)
            shown.load_cert_chain(file)
        parts = urlsplit(service)
        trusted = ssl.create_default_context(cafile=ca_file)

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.reached += 1
            try:
                await writer.start_tls(shown)
                self.believed += 1
                there = await asyncio.open_connection(parts.hostname, parts.port, ssl=trusted)
                await asyncio.gather(_pass_on(reader, there[1]), _pass_on(there[0], writer))
            except (OSError, ssl.SSLError, EOFError):
                return
            finally:
                writer.close()

        self._server = await asyncio.start_server(serve, "127.0.0.1", 0)
        self.address = f"https://localhost:{self._server.sockets[0].getsockname()[1]}"

    async def leave(self) -> None:
        """Stops to listen."""
        if self._server is not None:
            self._server.close()
            self._server = None


async def _pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while data := await source.read(CHUNK):
        target.write(data)
        await target.drain()
    target.close()
