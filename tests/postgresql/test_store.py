"""The store over PostgreSQL: the same promises as over SQLite."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from banc_mocks.sandbox.batch import Batch, Record, StoreFailed
from banc_mocks.sandbox.chain import digest
from banc_mocks.sandbox.journal import Journal, Query
from banc_mocks.sandbox.sessions import Sessions
from banc_mocks.sandbox.store import Store
from banc_standards.errors import BancError

from .cluster import Cluster, free_port

pytestmark = pytest.mark.postgresql


async def test_everything_comes_back_after_a_restart(tmp_path: Path, server: Cluster, database: str) -> None:
    large = bytes(2**20 + 1)
    store = await Store.open(tmp_path, url=server.url(database))
    sessions = await Sessions.open(store)
    session = await sessions.create()
    entry = {"operation": "dmp.TD2.1", "outcome": "accepted", "facts": {"ins": "1", "title": "Été à l'œuvre \x00 🩺"}}
    changes = [session.working.put("dmp", "document", key, {"key": key}) for key in ("a", "b")]
    changes.append(session.working.drop("dmp", "document", "a"))
    blobs = {digest(data): data for data in (b"small", large)}
    await store.write(
        Batch(session.id, 0, entry, blobs, changes, [Record("colour", "sky", {"is": "blue"}, session.id)])
    )
    await store.stop()

    again = await Store.open(tmp_path, url=server.url(database))
    reopened = await Sessions.open(again)
    found = reopened.get(session.id)
    journal = Journal(again)
    page = await journal.exchanges(found, Query(operation="dmp.TD2.1", facts={"ins": "1"}))
    chain = await journal.verify(found)
    contents = [await journal.blob(name) for name in blobs]
    items = found.items("dmp", "document")
    await reopened.delete(session.id)
    await again.stop()

    assert [entry["facts"]["title"] for entry in page.exchanges] == ["Été à l'œuvre \x00 🩺"]
    assert chain.intact
    assert contents == [b"small", large]
    assert items == [("b", {"key": "b"})]


async def test_batches_that_come_together_keep_their_order(tmp_path: Path, server: Cluster, database: str) -> None:
    store = await Store.open(tmp_path, url=server.url(database))
    wanted = [Batch("default", 0, {"operation": "psc.token", "outcome": "accepted", "n": n}) for n in range(600)]

    receipts = await asyncio.gather(*(store.write(batch) for batch in wanted))
    await store.stop()

    assert [receipt.position for receipt in receipts] == list(range(1, 601))
    rows = server.run(database, "SELECT entry::json->>'n' FROM banc_exchanges ORDER BY seq")
    assert rows == [(str(n),) for n in range(600)]


async def test_what_is_acknowledged_is_on_the_disk_of_the_server(
    tmp_path: Path, server: Cluster, database: str
) -> None:
    server.run(database, f'ALTER DATABASE "{database}" SET synchronous_commit = off')
    store = await Store.open(tmp_path, url=server.url(database))

    with store._engine.connect() as connection:
        setting = connection.exec_driver_sql("SHOW synchronous_commit").scalar()
    await store.stop()

    assert setting == "on"


async def test_a_second_sandbox_on_the_database_is_refused(tmp_path: Path, server: Cluster, database: str) -> None:
    store = await Store.open(tmp_path / "one", url=server.url(database))

    with pytest.raises(BancError) as refused:
        await Store.open(tmp_path / "two", url=server.url(database))
    await store.write(Batch("default", 0, {"operation": "psc.token", "outcome": "accepted"}))
    await store.stop()
    later = await Store.open(tmp_path / "two", url=server.url(database))
    await later.stop()

    assert refused.value.code == "UP-014"


async def test_two_sandboxes_share_a_database_by_schema(tmp_path: Path, server: Cluster, database: str) -> None:
    opened = []
    for name in ("one", "two"):
        server.run(database, f"CREATE SCHEMA {name}")
        opened.append(await Store.open(tmp_path / name, url=server.url(database, name)))

    for store in opened:
        receipt = await store.write(Batch("default", 0, {"operation": "psc.token", "outcome": "accepted"}))
        assert receipt.position == 1
    for store in opened:
        await store.stop()

    assert server.run(database, "SELECT count(*) FROM one.banc_exchanges") == [(1,)]


async def test_the_store_outlives_a_crash_of_its_server(tmp_path: Path, server: Cluster, database: str) -> None:
    store = await Store.open(tmp_path, url=server.url(database))
    before = await store.write(Batch("default", 0, {"operation": "psc.token", "outcome": "accepted"}))

    server.restart()
    after = await store.write(Batch("default", 0, {"operation": "psc.token", "outcome": "accepted"}))
    with pytest.raises(BancError, match="UP-014"):
        await Store.open(tmp_path / "two", url=server.url(database))
    await store.stop()

    assert (before.position, after.position) == (1, 2)


async def test_a_sandbox_that_lost_its_database_to_another_writes_no_more(
    tmp_path: Path, server: Cluster, database: str
) -> None:
    first = await Store.open(tmp_path / "one", url=server.url(database))
    await first.write(Batch("default", 0, {"operation": "psc.token", "outcome": "accepted"}))
    server.run("postgres", f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'")
    second = await Store.open(tmp_path / "two", url=server.url(database))

    with pytest.raises(StoreFailed):
        await first.write(Batch("default", 0, {"operation": "psc.token", "outcome": "accepted"}))
    await first.stop()
    await second.stop()

    assert server.run(database, "SELECT count(*) FROM banc_exchanges") == [(1,)]


async def test_a_row_that_another_program_holds_is_waited_for_and_no_longer(
    tmp_path: Path, server: Cluster, database: str
) -> None:
    import psycopg

    store = await Store.open(tmp_path, url=server.url(database), busy_ms=100)
    with psycopg.connect(server.url(database)) as other:
        other.execute("LOCK TABLE banc_exchanges IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(StoreFailed):
            await store.write(Batch("default", 0, {"operation": "psc.token", "outcome": "accepted"}))
    later = await store.write(Batch("default", 0, {"operation": "psc.token", "outcome": "accepted"}))
    await store.stop()

    assert later.position == 1


async def test_a_server_that_does_not_answer_or_refuses_is_told(tmp_path: Path, server: Cluster) -> None:
    for url in (server.url("no_such_database"), f"postgres://banc:s3cret@127.0.0.1:{free_port()}/banc"):
        with pytest.raises(BancError) as refused:
            await Store.open(tmp_path, url=url)
        assert refused.value.code == "UP-013"
        assert "s3cret" not in str(refused.value)
