"""The durable store: one writer thread drains a queue and commits up to 500 batches in one transaction.

SQLAlchemy Core over SQLite (WAL) or, with the same interface, PostgreSQL. A batch is all or nothing; its future
resolves after the commit. When a transaction fails, every batch in it fails and none of it is visible.
"""

from __future__ import annotations

import asyncio
import json
import logging
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa

from banc_mocks.sandbox import tables
from banc_mocks.sandbox.batch import Batch, Receipt, StoreFailed
from banc_mocks.sandbox.blobs import IN_TABLE, BlobFolder
from banc_mocks.sandbox.chain import seal
from banc_mocks.sandbox.database import connect
from banc_mocks.sandbox.transaction import Transaction
from banc_standards.contracts.chain import Head
from banc_standards.errors import BancError, EnvironmentFailed

GROUP = 500
"""Most batches in one transaction."""

_FETCHED = 500
"""Rows held at a time by a reading."""

_Result = TypeVar("_Result")

_log = logging.getLogger("banc.store")


_Heads = dict[tuple[str, int], Head]


class _Job:
    __slots__ = ("batch", "error", "future", "receipt")

    def __init__(self, batch: Batch, future: asyncio.Future[Receipt] | None) -> None:
        self.batch = batch
        self.future = future
        self.receipt: Receipt | None = None
        self.error: BancError | None = None


class Store:
    """The store of one sandbox process. Make it with :meth:`open`, end it with :meth:`stop`."""

    def __init__(self, engine: sa.Engine, folder: Path, writer: str, release: Callable[[], None]) -> None:
        self.writer = writer
        self.on_commit: Callable[[Sequence[dict[str, Any]]], None] | None = None
        self.committed = 0
        self.failed = 0
        self.failing = False
        """Whether the last transaction that had something to write failed."""
        self._engine = engine
        self._release = release
        self._held: sa.Connection | None = None
        self._blobs = BlobFolder(folder)
        self._waiting: deque[_Job] = deque()
        self._calls: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._called = False
        self._heads: _Heads = {}
        self._rank = 0
        self._under_way = 0
        self._loop = asyncio.get_running_loop()
        self._stopped = False
        self._thread = threading.Thread(target=self._drain, name="banc-store", daemon=True)

    @classmethod
    async def open(cls, folder: Path, *, url: str | None = None, writer: str = "w1", busy_ms: int = 5_000) -> Store:
        """Opens, and makes when new, the store of a data folder.

        ``url`` is a SQLAlchemy URL, by default the SQLite file ``banc.db`` of ``folder``. ``busy_ms`` is how long a
        write waits for another process that holds the database. Raises :class:`StoreFailed` when the folder or the
        database cannot be used, or when another sandbox uses it.
        """
        loop = asyncio.get_running_loop()
        try:
            engine, release, rank = await loop.run_in_executor(None, connect, folder, url, busy_ms)
        except (sa.exc.SQLAlchemyError, OSError, ImportError) as error:
            raise StoreFailed(_reason(error)) from error
        store = cls(engine, folder / "blobs", writer, release)
        store._rank = rank
        store._thread.start()
        return store

    @property
    def backlog(self) -> int:
        """Batches that wait for their transaction."""
        return len(self._waiting)

    def position(self, session: str, epoch: int) -> int | None:
        """The ``seq`` of the last entry of a chain; None when only a write can tell, because others are under way."""
        head = None if self._under_way else self._heads.get((session, epoch))
        return None if head is None else head.seq

    async def write(self, batch: Batch) -> Receipt:
        """Resolves once the batch is durable. Raises :class:`StoreFailed`, or ``EntryRefused`` for a bad entry."""
        future: asyncio.Future[Receipt] = self._loop.create_future()
        self._put(_Job(batch, future))
        return await future

    def post(self, batch: Batch) -> None:
        """Hands a batch over without waiting for it; a failure is logged."""
        self._put(_Job(batch, None))

    async def rows(self, statement: sa.Select[Any]) -> list[Any]:
        """The rows of a query, read beside the writer. Raises :class:`StoreFailed`."""
        return await self.scan(statement, list)

    def look(self, statement: sa.Select[Any]) -> list[Any]:
        """The few rows of a look-up by key, read here and now. Raises :class:`StoreFailed`.

        It holds the loop up, so that what was read cannot change before it is used: never for a search.
        """
        return self._scan(statement, list)

    async def scan(self, statement: sa.Select[Any], read: Callable[[Iterator[Any]], _Result]) -> _Result:
        """What ``read`` makes, on another thread, of rows that come a few at a time. Raises :class:`StoreFailed`."""
        return await asyncio.to_thread(self._scan, statement, read)

    async def blob(self, digest: str) -> bytes | None:
        """The content called ``sha256:…``, or None when it is unknown. Raises :class:`StoreFailed`."""
        found = await self.rows(sa.select(tables.blobs.c.data).where(tables.blobs.c.digest == digest))
        if not found:
            return None
        data = found[0][0]
        return bytes(data) if data is not None else await asyncio.to_thread(self._blobs.read, digest)

    async def stop(self) -> None:
        """Writes all that was handed over, then closes. Later writes raise :class:`StoreFailed`."""
        if self._stopped:
            return
        self._stopped = True
        self._calls.put(False)
        await asyncio.to_thread(self._thread.join)
        self._engine.dispose()
        self._release()

    def _put(self, job: _Job) -> None:
        if self._stopped:
            raise StoreFailed("le magasin est fermé / the store is closed")
        self._under_way += 1
        self._waiting.append(job)
        if not self._called:  # once for all that this turn of the loop hands over: each call costs a change of thread
            self._called = True
            self._loop.call_soon(self._call)

    def _call(self) -> None:
        self._called = False
        self._calls.put(True)

    def _scan(self, statement: sa.Select[Any], read: Callable[[Iterator[Any]], _Result]) -> _Result:
        try:
            with (
                self._engine.connect().execution_options(yield_per=_FETCHED) as connection,
                connection.execute(statement) as found,  # closed also when only its beginning was read
            ):
                return read(iter(found))
        except (sa.exc.SQLAlchemyError, EnvironmentFailed) as error:
            raise StoreFailed(_reason(error)) from error

    # --- the writer thread ---

    def _drain(self) -> None:
        running = True
        while running:
            running = self._calls.get()
            while group := self._group():
                self._commit(group)
                with suppress(RuntimeError):  # the loop was closed without stop(): nobody waits any more
                    self._loop.call_soon_threadsafe(self._settle, group)
        self._let_go()

    def _group(self) -> list[_Job]:
        group: list[_Job] = []
        with suppress(IndexError):
            while len(group) < GROUP:
                group.append(self._waiting.popleft())
        return group

    def _commit(self, group: list[_Job]) -> None:
        heads: _Heads = {}
        try:
            with self._begun() as connection:
                transaction = Transaction(connection)
                for job in group:
                    self._add(transaction, job, heads)
                transaction.flush()
        except Exception as error:  # whatever it is, whoever waits must hear of it and the thread must go on
            _log.error("%d batches were not written", len(group), exc_info=error)
            for job in group:
                job.error = job.error or StoreFailed(_reason(error))
            self.failing = True
            return
        self._heads.update(heads)
        if any(job.error is None and job.batch.writes for job in group):
            self.failing = False

    @contextmanager
    def _begun(self) -> Iterator[sa.Connection]:
        """A transaction of the writer's. In a file it keeps its connection; a server's is tried anew each time."""
        if self._engine.dialect.name != "sqlite":
            with self._engine.begin() as connection:
                yield connection
            return
        if self._held is None:
            self._held = self._engine.connect()
        try:
            with self._held.begin():
                yield self._held
        except Exception:
            self._let_go()
            raise

    def _let_go(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            held.close()

    def _add(self, transaction: Transaction, job: _Job, heads: _Heads) -> None:
        batch = job.batch
        if batch.purge is not None:
            transaction.purge(batch.session, batch.purge)
            if batch.purge.epochs_before is None:
                heads.update({known: Head() for known in {*heads, *self._heads} if known[0] == batch.session})
        chain = (batch.session, batch.epoch)
        head = heads.get(chain) or self._heads.get(chain) or self._read_head(transaction.connection, *chain)
        entry = None
        if batch.entry is not None:
            try:
                sealed = seal(batch.entry, head, session=batch.session, epoch=batch.epoch, writer=self.writer)
            except BancError as error:
                job.error = error
                return
            transaction.add(sealed)
            head, entry = sealed.head, sealed.entry
        heads[chain] = head
        for name, data in batch.blobs.items():
            small = len(data) <= IN_TABLE
            if not small:
                self._blobs.keep(name, data)
            transaction.keep(name, len(data), data if small else None)
        for change in batch.changes:
            self._rank += 1
            transaction.change(batch.session, batch.epoch, change, self._rank)
        for record in batch.records:
            transaction.record(record)
        job.receipt = Receipt(entry, head.seq)

    def _read_head(self, connection: sa.Connection, session: str, epoch: int) -> Head:
        table = tables.exchanges
        last = connection.execute(
            sa.select(table.c.entry)
            .where(table.c.session == session, table.c.epoch == epoch, table.c.writer == self.writer)
            .order_by(table.c.seq.desc())
            .limit(1)
        ).scalar()
        if last is None:
            return Head()
        entry = json.loads(last)
        return Head(entry["seq"], entry["hash"])

    # --- back on the loop ---

    def _settle(self, group: list[_Job]) -> None:
        entries: list[dict[str, Any]] = []
        self._under_way -= len(group)
        for job in group:
            good = job.error is None
            self.committed += good
            self.failed += not good
            for change in job.batch.changes:
                change.commit() if good else change.revert()
            if good and job.receipt is not None and job.receipt.entry is not None:
                entries.append(job.receipt.entry)
            future = job.future
            if future is None or future.done():
                continue
            if job.error is not None:
                future.set_exception(job.error)
            elif job.receipt is not None:
                future.set_result(job.receipt)
        if entries and self.on_commit is not None:
            self.on_commit(entries)


def _reason(error: BaseException) -> str:
    """The first line of what went wrong, without SQLAlchemy's own preamble."""
    cause = getattr(error, "orig", None) or error
    return str(cause).splitlines()[0] if str(cause) else type(cause).__name__
