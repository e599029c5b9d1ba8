"""Public reads: entered without waiting; identical ones of one peer within a second are one entry (CONTRACTS §6)."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from banc_mocks.sandbox.batch import Batch
from banc_mocks.sandbox.store import Store
from banc_standards.errors import BancError

if TYPE_CHECKING:
    from banc_mocks.sandbox.call import Call

WINDOW_S = 1.0

_log = logging.getLogger("banc.sandbox")
_Key = tuple[str, int, str, str, str]


class PublicReads:
    """Holds the latest public reads for a second, counting those that repeat, then posts them.

    ``flush`` posts what is held at once: before any other entry of the session, so that the journal keeps the order in
    which things happened, before a reading of the journal, and at the end.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._held: dict[_Key, tuple[Batch, asyncio.TimerHandle]] = {}

    def add(self, call: Call, batch: Batch) -> None:
        """Enters one public read."""
        assert batch.entry is not None
        host = call.peer.address.rpartition(":")[0]
        response = batch.entry["response"] or {}
        line = batch.entry["request"]["line"]
        key = (batch.session, batch.epoch, host, f"{call.head.listener} {line}", str(response.get("blob")))
        held = self._held.get(key)
        if held is not None and held[0].entry is not None:
            held[0].entry["count"] += 1
            return
        timer = asyncio.get_running_loop().call_later(WINDOW_S, self._post, key)
        self._held[key] = (batch, timer)

    def flush(self, session_id: str | None = None) -> None:
        """Posts what is held, of one session or of all."""
        for key in [key for key in self._held if session_id is None or key[0] == session_id]:
            self._post(key)

    def _post(self, key: _Key) -> None:
        batch, timer = self._held.pop(key)
        timer.cancel()
        try:
            self._store.post(batch)
        except BancError:
            _log.exception("a public read was not written")
