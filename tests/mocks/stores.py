"""Which database the sandboxes of these tests stand on: SQLite, or the server that ``BANC_TEST_STORE`` names."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path


def store_url(data: Path) -> str | None:
    """The database of a data folder; None is the SQLite file in it. On a server, a schema of its own."""
    server = os.environ.get("BANC_TEST_STORE")
    if server is None:
        return None
    import psycopg

    schema = f"s{hashlib.sha256(str(data).encode()).hexdigest()[:16]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    return f"{server}?options=-csearch_path%3D{schema}"
