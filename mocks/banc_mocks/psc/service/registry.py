"""Clients declared in a file, beside those of the control API: ``DATA/psc/clients.json``, read again when it changes.

``{"clients": [{…}, …]}``, each as ``POST …/clients`` takes it (CONTRACTS §11) with, if need be, the ``session`` that it
belongs to.
"""

from __future__ import annotations

import json
import logging
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from banc_mocks.sandbox.settings import Client
from banc_standards.contracts.control import ClientRequest
from banc_standards.errors import Sentence, UnusableInput
from banc_standards.psc.registration import unusable_of

FILE = "clients.json"
DEFAULT = "default"
MOST_BYTES = 2**20
_SESSION = re.compile(r"[a-z0-9]{4,16}")
_log = logging.getLogger(__name__)


class Registry:
    """The clients of a file. Raises ``UnusableInput`` when the file is there and cannot be used.

    A file that is spoiled later is told in the log, and the clients last read stay.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seen: tuple[int, int] | None = None
        self._clients: dict[tuple[str, str], Client] = {}
        self._refresh()

    def client(self, session: str, client_id: str) -> Client | None:
        """The client of a session."""
        self._follow()
        return self._clients.get((session, client_id))

    def sessions(self, client_id: str) -> list[str]:
        """The sessions that a client of that id is declared for."""
        self._follow()
        return [session for session, known in self._clients if known == client_id]

    def _follow(self) -> None:
        try:
            self._refresh()
        except UnusableInput as error:
            _log.warning("%s: %s", error.code, error.text.en)

    def _refresh(self) -> None:
        try:
            found = self._file.stat()
            seen = (found.st_mtime_ns, found.st_size)
        except FileNotFoundError:
            self._seen, self._clients = None, {}
            return
        if seen != self._seen:
            self._seen = seen
            self._clients = self._read()

    def _read(self) -> dict[tuple[str, str], Client]:
        clients: dict[tuple[str, str], Client] = {}
        try:
            if self._seen is not None and self._seen[1] > MOST_BYTES:
                raise ValueError(f"> {MOST_BYTES} octets")
            declared = json.loads(self._file.read_text("utf-8"))["clients"]
            for item in declared:
                session, client = _declared(item)
                if (session, client.client_id) in clients:
                    raise ValueError(f"{client.client_id} × 2")
                clients[session, client.client_id] = client
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, ValidationError) as error:
            why = str(error).partition("\n")[0][:200]
            raise UnusableInput(
                "PSC-001",
                Sentence(f"registre de clients inutilisable : {self._file} ({why})", f"{self._file}: unusable ({why})"),
                Sentence(
                    'attendu : {"clients": [{"client_id": "…", "client_secret": "…", "redirect_uris": ["…"]}]}',
                    'expected: {"clients": [{"client_id": "…", "client_secret": "…", "redirect_uris": ["…"]}]}',
                ),
            ) from None
        return clients


def _declared(item: dict[str, Any]) -> tuple[str, Client]:
    session = item.get("session", DEFAULT)
    if not isinstance(session, str) or not _SESSION.fullmatch(session):
        raise TypeError(f"session: {session!r}")
    wanted = ClientRequest.model_validate({name: value for name, value in item.items() if name != "session"})
    if wanted.client_secret is None and wanted.auth_method != "mtls":
        raise ValueError(f"{wanted.client_id}: client_secret")
    for address in unusable_of(wanted):
        raise ValueError(f"{wanted.client_id}: {address!r}")
    return session, Client.from_json(wanted.as_json())


@lru_cache(maxsize=16)
def registry(data: Path) -> Registry:
    """The registry of a data folder, one for all who ask."""
    return Registry(data / "psc" / FILE)
