"""What a sandbox holds of a run, brought to disk before it stops: the journal and the contents that it names."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from banc_harness.evidence import names
from banc_harness.evidence.blobs import ReadBlobs
from banc_harness.evidence.journal import JournalLines, line
from banc_harness.sealed import Sealed
from banc_standards.contracts.bundle import ChainHead
from banc_standards.errors import EnvironmentFailed, Sentence


class Source(Protocol):
    """Where the journal and its contents come from: the control API."""

    async def exchanges(self, session: str, *, after: int = 0) -> tuple[list[dict[str, Any]], int]: ...

    async def blob(self, digest: str) -> bytes: ...


class Spool:
    """A folder that holds ``journal.ndjson`` and ``blobs/``, as a bundle will. Close it when done."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._entries: JournalLines | None = None

    def close(self) -> None:
        """Lets the files go; the folder stays."""
        if self._entries is not None:
            self._entries.close()

    @property
    def journal(self) -> Path:
        """The file of the journal."""
        return self.folder / names.JOURNAL

    @property
    def entries(self) -> JournalLines:
        """The entries by ``seq``."""
        if self._entries is None:
            with self.journal.open("rb") as file:
                self._entries = JournalLines(file)
        return self._entries

    @property
    def sealed(self) -> Sealed:
        """Entries and contents, read when asked for."""
        return Sealed(self.entries, ReadBlobs(lambda: sorted(self.named()), self.read))

    def named(self) -> set[str]:
        """The names of the contents that exchanges name."""
        return {name for entry in self.entries.values() for name in blobs_of(entry)}

    def path(self, digest: str) -> Path:
        """The file of one content."""
        return self.folder / names.blob(digest)

    def read(self, digest: str) -> bytes:
        """One content. Raises ``KeyError`` when it is not there."""
        try:
            return self.path(digest).read_bytes()
        except OSError:
            raise KeyError(digest) from None

    @property
    def epoch(self) -> int:
        """The epoch of the session that the entries are of, 0 without any."""
        return next((int(entry["epoch"]) for entry in self.entries.values()), 0)

    def heads(self) -> list[ChainHead]:
        """The last entry of each writer."""
        found = {entry["writer"]: ChainHead(**_head(entry)) for entry in self.entries.values()}
        return [found[writer] for writer in sorted(found)]


async def collect(source: Source, session: str, folder: Path, *, until: int) -> Spool:
    """Brings the journal of a session, from its first entry to the one of seq ``until``, and every content that it
    names. Nothing is held in memory but one page and one content.

    Raises what the control API raises, and ``EnvironmentFailed`` when the journal ends before.
    """
    spool = Spool(folder)
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    reached = 0
    with spool.journal.open("wb") as file:
        while reached < until:
            page, after = await source.exchanges(session, after=reached)
            kept = [entry for entry in page if entry["seq"] <= until]
            file.writelines(map(line, kept))
            for entry in kept:
                for name in blobs_of(entry):
                    await _fetch(source, name, spool.path(name))
            if not page:
                raise _ended_early(session, reached, until)
            reached = max(after, page[-1]["seq"])
    return spool


def blobs_of(entry: Mapping[str, Any]) -> Iterator[str]:
    """The names of the contents of one entry."""
    for side in ("request", "response"):
        name = (entry.get(side) or {}).get("blob")
        if name:
            yield str(name)


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


async def _fetch(source: Source, name: str, path: Path) -> None:
    if not await asyncio.to_thread(path.exists):
        await asyncio.to_thread(_keep, path, await source.blob(name))


def _keep(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _head(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: entry[name] for name in ("writer", "seq", "hash")}


def _ended_early(session: str, reached: int, until: int) -> EnvironmentFailed:
    return EnvironmentFailed(
        "SEAL-003",
        Sentence(
            f"le journal de la session {session} s'arrête à {reached}, l'exécution en a vu {until}",
            f"the journal of the session {session} ends at {reached}, the run saw {until}",
        ),
        Sentence("la session a été remise à zéro : recommencez", "the session was reset: start again"),
    )
