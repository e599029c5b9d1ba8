"""What a client sends, until a command takes it: lines and literals, bounded, the reading held up when nobody takes."""

from __future__ import annotations

import asyncio
from typing import Final

HEAD: Final = 200
"""Octets that are kept of a line that is too long."""
HIGH: Final = 262_144
"""Octets that wait before the connection is held up."""


class Left(Exception):
    """The client is gone."""


class TooLong(Exception):
    """A line passes its bound; the rest of it was read and dropped. ``head`` is how it begins."""

    def __init__(self, head: bytes) -> None:
        super().__init__("")
        self.head = head


class Intake:
    """The octets of one connection that were received and not taken yet."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._over = False
        self._changed = asyncio.Event()
        self._transport: asyncio.Transport | None = None
        self._held = False

    def attach(self, transport: asyncio.Transport) -> None:
        """The transport to hold up when too much waits."""
        self._transport = transport

    @property
    def waiting(self) -> bool:
        """Whether something came that no command took."""
        return bool(self._data)

    def feed(self, data: bytes) -> None:
        """Takes in what came."""
        self._data += data
        self._changed.set()
        if len(self._data) > HIGH and not self._held and self._transport is not None:
            self._held = True
            self._transport.pause_reading()

    def end(self) -> None:
        """Nothing comes any more."""
        self._over = True
        self._changed.set()

    async def line(self, limit: int) -> bytes:
        """One line, its end included. Raises :class:`Left`, :class:`TooLong`."""
        searched = dropped = 0
        head = b""
        while (found := self._data.find(b"\n", searched)) < 0:
            if len(self._data) > limit:
                head = head or bytes(self._data[:HEAD])
                dropped += len(self._data)
                del self._data[:]
                if dropped > 100 * limit:
                    raise Left
            searched = len(self._data)
            await self._more()
        line = self._take(found + 1)
        if dropped or len(line) > limit:
            raise TooLong(head or line[:HEAD])
        return line

    async def exactly(self, size: int) -> bytes:
        """That many octets. Raises :class:`Left`."""
        parts: list[bytes] = []
        missing = size
        while missing:
            if not self._data:
                await self._more()
            parts.append(self._take(min(missing, len(self._data))))
            missing -= len(parts[-1])
        return b"".join(parts)

    async def drop(self, size: int) -> None:
        """Reads that many octets and keeps none. Raises :class:`Left`."""
        while size:
            if not self._data:
                await self._more()
            size -= len(self._take(min(size, len(self._data))))

    def _take(self, size: int) -> bytes:
        taken = bytes(self._data[:size])
        del self._data[:size]
        if self._held and len(self._data) <= HIGH and self._transport is not None:
            self._held = False
            self._transport.resume_reading()
        return taken

    async def _more(self) -> None:
        if self._over:
            raise Left
        self._changed.clear()
        if self._held and self._transport is not None:  # what waits is not enough: let more come
            self._held = False
            self._transport.resume_reading()
        await self._changed.wait()
