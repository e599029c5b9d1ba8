"""The journal (CONTRACTS §6): what goes in, and what may be asked of it."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from banc_mocks.sandbox import tables
from banc_mocks.sandbox.batch import Batch, Receipt
from banc_mocks.sandbox.sessions import Session
from banc_mocks.sandbox.store import Store
from banc_standards.contracts.chain import Verification, verify

PAGE = 100
MAX_PAGE = 1_000
MAX_WAIT_S = 300
_COALESCE_S = 1.0
_MOST_COUNTED = 1_000
_SCAN = 500
"""Rows read at a time while looking for those whose facts match."""


@dataclass(frozen=True, slots=True)
class Query:
    """Which exchanges are wanted: after a position, of an operation, of an outcome, showing facts.

    A fact is named by its path ("ins", "lps.idam"); a list of values matches when it holds the wanted one.
    """

    after: int = 0
    operation: str | None = None
    outcome: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)

    def matches(self, entry: Mapping[str, Any]) -> bool:
        """True for an entry that shows everything that is wanted, its position aside."""
        if self.operation is not None and entry.get("operation") != self.operation:
            return False
        if self.outcome is not None and entry.get("outcome") != self.outcome:
            return False
        return all(_shows(entry.get("facts") or {}, name, wanted) for name, wanted in self.facts.items())


@dataclass(frozen=True, slots=True)
class Page:
    """Exchanges in order, the position to ask after next, and the epoch that they belong to."""

    exchanges: list[dict[str, Any]]
    next: int
    epoch: int


class Journal:
    """The journal of a sandbox, over its store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pending: dict[str, dict[tuple[Any, ...], _Read]] = {}
        self._waiting: dict[str, set[asyncio.Event]] = {}
        self.counts: Counter[tuple[str, str, str]] = Counter()
        """Entries since the start, by service, operation and outcome."""
        store.on_commit = self._announce

    # --- in ---

    async def enter(self, batch: Batch) -> Receipt:
        """Enters an exchange; resolves once it is durable, with the state that it changed.

        Raises ``StoreFailed``: nothing of the batch is then visible, its changes are reverted.
        """
        self._flush(batch.session)
        return await self._store.write(batch)

    def note(self, batch: Batch) -> None:
        """Enters a public read without waiting. The same one, of one peer, again within a second adds to ``count``."""
        entry = batch.entry
        if entry is None or batch.changes:
            raise ValueError("only a read that changes nothing is entered without waiting")
        reads = self._pending.setdefault(batch.session, {})
        key = (batch.epoch, *_likeness(entry))
        now = time.monotonic()
        known = reads.get(key)
        if known is not None and now - known.since < _COALESCE_S:
            known.batch.entry = {**known.entry, "count": known.entry["count"] + entry.get("count", 1)}
            return
        if not reads:
            asyncio.get_running_loop().call_later(_COALESCE_S, self._flush, batch.session)
        elif known is not None:
            self._store.post(reads.pop(key).batch)
        reads[key] = _Read(batch, now)

    # --- out ---

    async def exchanges(
        self, session: Session, query: Query, *, wait_s: float = 0, limit: int = PAGE, epoch: int | None = None
    ) -> Page:
        """The exchanges of the session's epoch that a query wants, at most ``limit``.

        When there is none, waits up to ``wait_s`` seconds for the first. Raises ``StoreFailed``.
        """
        deadline = time.monotonic() + min(wait_s, MAX_WAIT_S)
        asked = session.epoch if epoch is None else epoch
        await self.position(session)
        page = Page([], query.after, asked)
        with self._watch(session.id) as event:
            while True:
                event.clear()
                last = self._store.position(session.id, asked)
                if last is None or last > page.next:
                    page = await self._page(session.id, asked, query, page.next, limit)
                left = deadline - time.monotonic()
                if page.exchanges or left <= 0 or asked != session.epoch or session.ended:
                    return page
                try:
                    await asyncio.wait_for(event.wait(), left)
                except TimeoutError:
                    return page

    async def follow(self, session: Session, query: Query, *, beat_s: float = 15) -> AsyncGenerator[Page, None]:
        """Pages of exchanges as they come; an empty one each ``beat_s`` seconds of silence, and when an epoch opens."""
        epoch, after = session.epoch, query.after
        while True:
            wanted = Query(after, query.operation, query.outcome, query.facts)
            page = await self.exchanges(session, wanted, wait_s=beat_s, epoch=epoch)
            yield page
            after = page.next
            if not page.exchanges and epoch != session.epoch:
                epoch, after = session.epoch, 0
                yield Page([], 0, epoch)

    async def position(self, session: Session) -> int:
        """The ``seq`` of the last exchange, once all that was entered before is durable. Raises ``StoreFailed``."""
        self._flush(session.id)
        known = self._store.position(session.id, session.epoch)
        return known if known is not None else (await self._store.write(Batch(session.id, session.epoch))).position

    async def verify(self, session: Session, epoch: int | None = None) -> Verification:
        """Follows the chain of an epoch, by default the current one. Raises ``StoreFailed``."""
        await self.position(session)
        table = tables.exchanges.c
        entries = (
            sa.select(table.entry)
            .where(
                table.session == session.id,
                table.epoch == (session.epoch if epoch is None else epoch),
                table.writer == self._store.writer,
            )
            .order_by(table.seq)
        )
        return await self._store.scan(entries, lambda rows: verify(json.loads(row.entry) for row in rows))

    async def blob(self, digest: str) -> bytes | None:
        """The content called ``sha256:…``, or None. Raises ``StoreFailed``."""
        return await self._store.blob(digest)

    def wake(self, session_id: str) -> None:
        """Lets whoever waits on the session look again (after a reset)."""
        for event in self._waiting.get(session_id, ()):
            event.set()

    def flush(self) -> None:
        """Hands over every public read that still gathers its ``count``."""
        for session_id in list(self._pending):
            self._flush(session_id)

    # --- inside ---

    def _flush(self, session_id: str) -> None:
        for read in self._pending.pop(session_id, {}).values():
            self._store.post(read.batch)

    def _announce(self, entries: Sequence[dict[str, Any]]) -> None:
        for entry in entries:
            counted = (entry.get("service", ""), entry.get("operation", ""), entry.get("outcome", ""))
            if counted in self.counts or len(self.counts) < _MOST_COUNTED:
                self.counts[counted] += 1
        if self._waiting:
            for session_id in {entry["session"] for entry in entries}:
                self.wake(session_id)

    def _watch(self, session_id: str) -> _Watch:
        return _Watch(self._waiting, session_id)

    async def _page(self, session_id: str, epoch: int, query: Query, after: int, limit: int) -> Page:
        table = tables.exchanges.c
        found: list[dict[str, Any]] = []
        size = _SCAN if query.facts else limit
        while True:
            statement = sa.select(table.seq, table.entry).where(
                table.session == session_id, table.epoch == epoch, table.seq > after
            )
            if query.operation is not None:
                statement = statement.where(table.operation == query.operation)
            if query.outcome is not None:
                statement = statement.where(table.outcome == query.outcome)
            rows = await self._store.rows(statement.order_by(table.seq).limit(size))
            for row in rows:
                after = row.seq
                entry = json.loads(row.entry)
                if query.matches(entry):
                    found.append(entry)
                    if len(found) == limit:
                        return Page(found, after, epoch)
            if len(rows) < size:
                return Page(found, after, epoch)


@dataclass(slots=True)
class _Read:
    """A public read that gathers its ``count``, since a monotonic instant."""

    batch: Batch
    since: float

    @property
    def entry(self) -> dict[str, Any]:
        return self.batch.entry or {}


class _Watch:
    """A place among those who wait on a session."""

    def __init__(self, waiting: dict[str, set[asyncio.Event]], session_id: str) -> None:
        self._waiting = waiting
        self._session_id = session_id
        self._event = asyncio.Event()

    def __enter__(self) -> asyncio.Event:
        self._waiting.setdefault(self._session_id, set()).add(self._event)
        return self._event

    def __exit__(self, *_: object) -> None:
        events = self._waiting[self._session_id]
        events.discard(self._event)
        if not events:
            del self._waiting[self._session_id]


def new_id(now_ms: int) -> str:
    """A fresh id that sorts by time (RFC 9562 §5.7, UUID version 7), from Unix time in milliseconds."""
    value = (now_ms & (2**48 - 1)) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(0x3 << 62) | 2 << 62
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _likeness(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    """What two public reads share when they are the same: operation, peer, request line, answer."""
    peer = entry.get("peer") or {}
    certificate = peer.get("certificate") or {}
    request, response = entry.get("request") or {}, entry.get("response") or {}
    return (
        entry.get("operation"),
        entry.get("outcome"),
        str(peer.get("address", "")).rpartition(":")[0],
        certificate.get("sha256"),
        request.get("line"),
        response.get("line"),
        response.get("blob"),
    )


def _shows(facts: Mapping[str, Any], name: str, wanted: str) -> bool:
    found: Any = facts
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    if isinstance(found, list):
        return wanted in map(_text, found)
    return found is not None and _text(found) == wanted


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
