"""The tables of the store, the same over SQLite and PostgreSQL."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

SCHEMA_VERSION = "1"

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
