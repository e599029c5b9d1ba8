"""The rows of one transaction, gathered so that each table is written with one ``executemany``."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from banc_mocks.sandbox.batch import Purge, Record
from banc_mocks.sandbox.chain import Sealed
from banc_mocks.sandbox.database import insert, insert_new, upsert
from banc_mocks.sandbox.tables import INDEXED, blobs, exchanges, records, state
from banc_mocks.sandbox.working import Change

_Key = tuple[str, int, str, str, str]


@dataclass(slots=True)
class Transaction:
    """What waits to be written over one connection, in the order of the batches."""

    connection: sa.Connection
    _exchanges: list[dict[str, Any]] = field(default_factory=list)
    _blobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    _puts: dict[_Key, dict[str, Any]] = field(default_factory=dict)
    _drops: dict[_Key, dict[str, Any]] = field(default_factory=dict)
    _rows: dict[sa.Table, dict[_Key, dict[str, Any]]] = field(default_factory=dict)
    _records: dict[tuple[str, str], Record] = field(default_factory=dict)

    def add(self, sealed: Sealed) -> None:
        """Adds a sealed exchange."""
        entry = sealed.entry
        row = {name: entry[name] for name in ("session", "epoch", "writer", "seq")}
        row |= {"operation": entry.get("operation", ""), "outcome": entry.get("outcome", ""), "entry": sealed.text}
        self._exchanges.append(row)

    def keep(self, digest: str, size: int, data: bytes | None) -> None:
        """Adds a content; ``data`` None says that the blob folder holds it."""
        self._blobs[digest] = {"digest": digest, "size": size, "data": data}

    def change(self, session: str, epoch: int, change: Change, rank: int) -> None:
        """Adds a change of working state; the last one of a key wins."""
        key = (session, epoch, change.service, change.kind, change.key)
        if change.columns is not None:
            table = INDEXED[change.service, change.kind]
            row = {"session": session, "epoch": epoch, "key": change.key, "rank": rank, "value": change.text}
            self._rows.setdefault(table, {})[key] = row | dict(change.columns)
        elif change.text is None:
            self._puts.pop(key, None)
            self._drops[key] = {f"b_{name}": part for name, part in zip(_KEY, key, strict=True)}
        else:
            self._drops.pop(key, None)
            self._puts[key] = dict(zip(_KEY, key, strict=True)) | {"rank": rank, "value": change.text}

    def record(self, record: Record) -> None:
        """Adds a record; the last one of a key wins."""
        self._records[record.kind, record.key] = record

    def purge(self, session: str, purge: Purge) -> None:
        """Forgets what a purge names, after everything that was added before it."""
        self.flush()
        if purge.epochs_before is not None:
            for table in (state, *INDEXED.values()):
                closed = sa.delete(table).where(table.c.session == session, table.c.epoch < purge.epochs_before)
                self.connection.execute(closed)
            return
        for table in (exchanges, state, records, *INDEXED.values()):
            self.connection.execute(sa.delete(table).where(table.c.session == session))

    def flush(self) -> None:
        """Sends the statements; the transaction stays open."""
        connection, dialect = self.connection, self.connection.dialect
        if self._blobs:
            insert_new(dialect, blobs).run(connection, self._blobs.values())
        if self._exchanges:
            insert(dialect, exchanges).run(connection, self._exchanges)
        if self._puts:
            upsert(dialect, state, "value").run(connection, self._puts.values())
        for table, rows in self._rows.items():
            columns = (column.name for column in table.columns if column.name not in _KEPT)
            upsert(dialect, table, *columns).run(connection, rows.values())
        if self._drops:
            matched = (column == sa.bindparam(f"b_{column.name}") for column in state.primary_key.columns)
            connection.execute(sa.delete(state).where(*matched), list(self._drops.values()))
        self._flush_records()
        for gathered in (self._blobs, self._exchanges, self._puts, self._drops, self._rows, self._records):
            gathered.clear()

    def _flush_records(self) -> None:
        kept = [
            {"kind": item.kind, "key": item.key, "session": item.session, "value": json.dumps(item.value)}
            for item in self._records.values()
            if item.value is not None
        ]
        if kept:
            upsert(self.connection.dialect, records, "session", "value").run(self.connection, kept)
        for item in self._records.values():
            if item.value is None:
                self.connection.execute(
                    sa.delete(records).where(records.c.kind == item.kind, records.c.key == item.key)
                )


_KEY = tuple(column.name for column in state.primary_key.columns)
_KEPT = frozenset({"session", "epoch", "key", "rank"})
