"""The store over PostgreSQL: the same interface as over SQLite.

Runs when ``BANC_TEST_POSTGRESQL`` holds a SQLAlchemy URL of an empty database, and its driver is installed.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from banc_mocks.sandbox.batch import Batch, Record
from banc_mocks.sandbox.chain import digest
from banc_mocks.sandbox.journal import Journal, Query
from banc_mocks.sandbox.sessions import Sessions
from banc_mocks.sandbox.store import Store

URL = os.environ.get("BANC_TEST_POSTGRESQL")

pytestmark = pytest.mark.skipif(URL is None, reason="BANC_TEST_POSTGRESQL names no database")


async def test_everything_comes_back_after_a_restart(tmp_path: Path) -> None:
    large = bytes(2**20 + 1)
    store = await Store.open(tmp_path, url=URL)
    sessions = await Sessions.open(store)
    session = await sessions.create()
    entry = {"operation": "dmp.TD2.1", "outcome": "accepted", "facts": {"ins": "1"}}
    changes = [session.working.put("dmp", "document", key, {"key": key}) for key in ("a", "b")]
    changes.append(session.working.drop("dmp", "document", "a"))
    blobs = {digest(data): data for data in (b"small", large)}
    await store.write(
        Batch(session.id, 0, entry, blobs, changes, [Record("colour", "sky", {"is": "blue"}, session.id)])
    )
    await store.stop()

    again = await Store.open(tmp_path, url=URL)
    reopened = await Sessions.open(again)
    found = reopened.get(session.id)
    journal = Journal(again)
    page = await journal.exchanges(found, Query(operation="dmp.TD2.1", facts={"ins": "1"}))
    chain = await journal.verify(found)
    contents = [await journal.blob(name) for name in blobs]
    items = found.items("dmp", "document")
    await reopened.delete(session.id)
    await again.stop()

    assert len(page.exchanges) == 1
    assert chain.intact
    assert contents == [b"small", large]
    assert items == [("b", {"key": "b"})]
