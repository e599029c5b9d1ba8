"""The tables of the store, the same over SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

SCHEMA_VERSION = "2"
"""Data folders are throw-away: a folder of another version is refused, never migrated."""

metadata = MetaData()

meta = Table("banc_meta", metadata, Column("name", String, primary_key=True), Column("value", Text, nullable=False))

exchanges = Table(
    "banc_exchanges",
    metadata,
    Column("session", String, primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("writer", String, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("operation", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("entry", Text, nullable=False),
)

blobs = Table(
    "banc_blobs",
    metadata,
    Column("digest", String, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("data", LargeBinary),
)
"""``data`` is null when the content is a file of the blob folder."""

state = Table(
    "banc_state",
    metadata,
    Column("session", String, primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("service", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("rank", BigInteger, nullable=False),
    Column("value", Text, nullable=False),
)
"""``rank`` grows with each put, so that a restart reads the values back in the order in which they came."""

records = Table(
    "banc_records",
    metadata,
    Column("kind", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("session", String),
    Column("value", Text, nullable=False),
    Index("banc_records_of_session", "session"),
)
"""What outlives a reset: sessions, certificates."""


def _indexed(name: str, *columns: Column[str] | Column[str | None] | Column[int] | Column[bool]) -> Table:
    """A table of working state that is searched in SQL and never held in memory whole.

    ``value`` is what :func:`state` would hold, ``metadata`` the object as the service gives it, the others what its
    queries filter on.
    """
    return Table(
        name,
        metadata,
        Column("session", String, primary_key=True),
        Column("epoch", Integer, primary_key=True),
        Column("key", String, primary_key=True),
        Column("rank", BigInteger, nullable=False),
        *columns,
        Column("value", Text, nullable=False),
        Column("metadata", Text, nullable=False),
        Index(f"{name}_rank", "rank"),
    )


entries = _indexed(
    "banc_dmp_entries",
    Column("patient", String, nullable=False),
    Column("status", String, nullable=False),
    Column("current", Boolean, nullable=False),
    Column("signature", Boolean, nullable=False),
    Column("masked", Boolean, nullable=False),
    Column("unique_id", String, nullable=False),
    Column("logical_id", String, nullable=False),
    Column("submission_set", String, nullable=False),
    Column("class_code", String),
    Column("type_code", String),
    Column("practice_setting", String),
    Column("facility_type", String),
    Column("format_code", String),
    Column("creation_time", String),
    Column("service_start", String),
    Column("service_stop", String),
    Column("events", Text, nullable=False),
    Column("confidentiality", Text, nullable=False),
    Column("reference_ids", Text, nullable=False),
    Column("authors", Text, nullable=False),
)
"""The document entries of the DMP by entryUUID. A code is ``code^^system``; a list has a line end around each item."""

sets = _indexed(
    "banc_dmp_sets",
    Column("patient", String, nullable=False),
    Column("status", String, nullable=False),
    Column("entry_uuid", String, nullable=False),
    Column("submission_time", String),
    Column("source_id", String),
    Column("content_type", String),
    Column("authors", Text, nullable=False),
)
"""The submission sets of the DMP by uniqueId."""

links = _indexed(
    "banc_dmp_links",
    Column("patient", String, nullable=False),
    Column("source", String, nullable=False),
    Column("target", String, nullable=False),
)
"""The associations of the DMP by id."""

for _table, _columns in (
    (entries, ("patient", "status", "creation_time")),
    (entries, ("unique_id",)),
    (entries, ("logical_id",)),
    (entries, ("submission_set",)),
    (sets, ("patient", "submission_time")),
    (sets, ("entry_uuid",)),
    (links, ("source",)),
    (links, ("target",)),
):
    Index(f"{_table.name}_{_columns[0]}", _table.c.session, _table.c.epoch, *(_table.c[name] for name in _columns))

INDEXED: Final[Mapping[tuple[str, str], Table]] = {
    ("dmp", "entry"): entries,
    ("dmp", "set"): sets,
    ("dmp", "link"): links,
}
"""The table of each service and kind that has one of its own; the others share ``state``."""
