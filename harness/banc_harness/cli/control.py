"""The control API as ``banc env`` and ``banc cert`` use it."""

from __future__ import annotations

from urllib.parse import quote

from banc_harness.client import Control
from banc_standards.contracts.control import Client, ClientPage


class SandboxControl(Control):
    """A client of the control API that also lists what is registered."""

    async def clients(self, session: str) -> list[Client]:
        """The Pro Santé Connect clients of a session, every page of them."""
        found: list[Client] = []
        after: str | None = ""
        while after is not None:
            where = f"?after={quote(after, safe='')}" if after else ""
            page = await self._shape(ClientPage, "GET", f"/sessions/{session}/clients{where}")
            found += page.clients
            after = page.next
        return found
