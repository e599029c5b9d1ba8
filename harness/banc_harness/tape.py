"""The exchanges of the run's session as they come, and which step claimed each."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from banc_harness.selection import Selection

LONGEST_WAIT_S = 20


class Source(Protocol):
    """Where exchanges and bytes come from: the control API, or a sealed journal."""

    async def exchanges(self, session: str, *, after: int = 0, wait: float = 0) -> tuple[list[dict[str, Any]], int]: ...

    async def blob(self, digest: str) -> bytes: ...


class Tape:
    """Follows one session from its present position on. Entries keep the journal's order; a claim is made once."""

    def __init__(self, source: Source, session: str, position: int) -> None:
        self._source = source
        self._session = session
        self._next = position
        self._entries: list[dict[str, Any]] = []
        self._claims: dict[int, str] = {}
        self.blobs: dict[str, bytes] = {}

    @property
    def position(self) -> int:
        """The ``after`` of what has not been read yet."""
        return self._next

    def entries(self, after: int = -1) -> Iterator[Mapping[str, Any]]:
        """What was read after a position, in order."""
        return (entry for entry in self._entries if entry["seq"] > after)

    def claimed_by(self, seq: int) -> str | None:
        """The step that claimed an exchange."""
        return self._claims.get(seq)

    def claim(self, seq: int, step: str) -> None:
        """An exchange belongs to a step from now on; the first claim stays."""
        self._claims.setdefault(seq, step)

    def find(self, wanted: Selection, after: int) -> Mapping[str, Any] | None:
        """The first unclaimed exchange after a position that is one that is wanted."""
        unclaimed = (entry for entry in self.entries(after) if entry["seq"] not in self._claims)
        return next((entry for entry in unclaimed if wanted.matches(entry)), None)

    async def read(self, wait: float = 0) -> bool:
        """Reads what came since; ``wait`` is how long to hold on for something, in seconds. Tells whether anything
        came.
        """
        entries, self._next = await self._source.exchanges(self._session, after=self._next, wait=wait)
        self._entries.extend(entries)
        return bool(entries)

    async def drain(self) -> int:
        """Reads until nothing more is there; returns the position reached."""
        while await self.read():
            pass
        return self._next

    async def wait(self, wanted: Selection, after: int, within_s: float) -> Mapping[str, Any] | None:
        """The first unclaimed exchange that is wanted, waiting for it until the time has passed."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within_s
        while (found := self.find(wanted, after)) is None:
            left = deadline - loop.time()
            if left <= 0:
                await self.drain()
                return self.find(wanted, after)
            await self.read(wait=min(left, LONGEST_WAIT_S))
        return found

    async def listen(self, seconds: float) -> None:
        """Takes in what comes for that long."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while (left := deadline - loop.time()) > 0:
            await self.read(wait=min(left, LONGEST_WAIT_S))

    async def load(self, after: int) -> None:
        """Fetches the bytes of every exchange after a position."""
        names = {
            message["blob"]
            for entry in self.entries(after)
            for message in (entry.get("request"), entry.get("response"))
            if message and message.get("blob")
        }
        for name in sorted(names - self.blobs.keys()):
            self.blobs[name] = await self._source.blob(name)
