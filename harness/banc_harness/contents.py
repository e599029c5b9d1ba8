"""What a session keeps, as the control API lists it: mailboxes and their messages, documents, tokens, armed faults."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from banc_harness.client import Control

PAGE = 1000
"""Rows asked for at once, the most that the sandbox gives."""


class ContentsControl(Control):
    """A client of the control API that also lists what a session keeps."""

    async def session_ids(self) -> list[str]:
        """The ids of every session."""
        return [row["id"] for row in await self._rows("/sessions", "sessions")]

    async def mailboxes(self, session: str) -> list[dict[str, Any]]:
        """Every mailbox, with how many messages the session put into it."""
        return await self._rows(f"/sessions/{session}/mailboxes", "mailboxes")

    async def messages(self, session: str, address: str) -> list[dict[str, Any]]:
        """The messages of one mailbox, oldest first."""
        return await self._rows(f"/sessions/{session}/mailboxes/{quote(address, safe='')}/messages", "messages")

    async def message_bytes(self, session: str, address: str, uid: int) -> bytes:
        """The octets of one message."""
        return await self._call("GET", f"/sessions/{session}/mailboxes/{quote(address, safe='')}/messages/{uid}/raw")

    async def documents(self, session: str) -> list[dict[str, Any]]:
        """The documents that the DMP of the session holds."""
        return await self._rows(f"/sessions/{session}/documents", "documents")

    async def tokens(self, session: str) -> list[dict[str, Any]]:
        """The access tokens that Pro Santé Connect issued, by what they stand for."""
        return await self._rows(f"/sessions/{session}/tokens", "tokens")

    async def faults(self, session: str) -> list[dict[str, Any]]:
        """The faults that are armed and not yet spent."""
        return await self._rows(f"/sessions/{session}/faults", "faults")

    async def disarm_fault(self, session: str, fault: str) -> None:
        """Disarms one fault, under whatever match it was armed."""
        await self._call("DELETE", f"/sessions/{session}/faults/{quote(fault, safe='')}")

    async def _rows(self, path: str, name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        query = {"limit": str(PAGE)}
        while True:
            page = await self._json_object("GET", path, query=query)
            try:
                found.extend(page[name])
                after = page["next"]
            except (KeyError, TypeError):
                raise self._nonsense(path) from None
            if after is None:
                return found
            query["after"] = str(after)
