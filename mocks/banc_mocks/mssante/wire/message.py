"""The octets of a message as DATA brings them (RFC 5321 §4.1.1.4, §4.5.2)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

_FIRST: Final = b".\r\n"
_LAST: Final = b"\r\n.\r\n"
"""What ends a message: a dot alone on its line, on the first line or on a later one; only CRLF ends a line (§2.3.8)."""


async def read_message(reader: asyncio.StreamReader, limit: int, *, alive: Callable[[], None]) -> bytes:
    """The message up to its end, dots unstuffed. ``alive`` is called as long as octets come.

    Beyond ``limit`` octets the rest is read and dropped: what is returned is longer than the limit by one.
    Raises ``asyncio.IncompleteReadError`` when the client leaves.
    """
    received = bytearray(await reader.readexactly(len(_FIRST)))
    if received == _FIRST:
        return b""
    while not received.endswith(_LAST) and _begins_end(received):
        received += await reader.readexactly(1)
    dropped = False
    while not received.endswith(_LAST):
        try:
            received += await reader.readuntil(_LAST)
        except asyncio.LimitOverrunError as error:
            received += await reader.readexactly(error.consumed)
            alive()
        if len(received) > limit:
            dropped = True
            del received[: -len(_LAST)]
    if dropped:
        return bytes(limit + 1)
    content = bytes(received[: -len(_FIRST)])
    return (content[1:] if content.startswith(b".") else content).replace(b"\r\n.", b"\r\n")


def _begins_end(received: bytearray) -> bool:
    """Whether the octets stop in the midst of what may be the end, so that no search may start after them."""
    return any(received.endswith(_LAST[:length]) for length in range(1, len(_LAST)))
