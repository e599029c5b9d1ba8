"""The store: durable once acknowledged, all or nothing, in order."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from banc_mocks.sandbox import tables
from banc_mocks.sandbox.batch import Batch, Receipt, Record, StoreFailed
from banc_mocks.sandbox.chain import EntryRefused, digest
from banc_mocks.sandbox.sessions import Sessions
from banc_mocks.sandbox.store import Store
from banc_standards.contracts.chain import verify

LARGE = bytes(2**20 + 1)


def entry(**facts: Any) -> dict[str, Any]:
    return {"operation": "dmp.TD2.1", "outcome": "accepted", "facts": facts}


@pytest.fixture
async def store(tmp_path: Path) -> Any:
    store = await Store.open(tmp_path, busy_ms=50)
    yield store
    await store.stop()


async def test_a_written_entry_and_its_bytes_are_read_back_after_a_restart(tmp_path: Path) -> None:
    store = await Store.open(tmp_path)
    await store.write(Batch("default", 0, entry(n=1), {digest(b"abc"): b"abc"}))
    await store.stop()

    again = await Store.open(tmp_path)
    rows = await again.rows(sa.select(tables.exchanges.c.entry))
    found = await again.blob(digest(b"abc"))
    await again.stop()

    assert [json.loads(row.entry)["facts"] for row in rows] == [{"n": 1}]
    assert found == b"abc"


async def test_a_large_content_is_a_whole_file_of_the_blob_folder(store: Store, tmp_path: Path) -> None:
    name = digest(LARGE)

    await store.write(Batch("default", 0, entry(), {name: LARGE}))

    assert await store.blob(name) == LARGE
    assert [path.name for path in (tmp_path / "blobs").rglob("*") if path.is_file()] == [name.removeprefix("sha256:")]


async def test_an_unknown_content_is_none(store: Store) -> None:
    assert await store.blob(digest(b"never written")) is None


async def test_entries_handed_over_together_are_chained_in_their_order(store: Store) -> None:
    receipts = await asyncio.gather(*(store.write(Batch("default", 0, entry(n=n))) for n in range(1200)))

    sealed = [receipt.entry for receipt in receipts if receipt.entry is not None]
    assert [one["seq"] for one in sealed] == list(range(1, 1201))
    assert [one["facts"]["n"] for one in sealed] == list(range(1200))
    assert all(late["prev"] == early["hash"] for early, late in pairwise(sealed))


async def test_a_chain_goes_on_after_a_restart(tmp_path: Path) -> None:
    store = await Store.open(tmp_path)
    first = await store.write(Batch("default", 0, entry()))
    await store.stop()

    again = await Store.open(tmp_path)
    second = await again.write(Batch("default", 0, entry()))
    await again.stop()

    assert first.entry is not None
    assert second.entry is not None
    assert (second.entry["seq"], second.entry["prev"]) == (2, first.entry["hash"])


async def test_stopping_writes_what_was_posted(tmp_path: Path) -> None:
    store = await Store.open(tmp_path)
    for n in range(700):
        store.post(Batch("default", 0, entry(n=n)))

    await store.stop()

    again = await Store.open(tmp_path)
    count = (await again.rows(sa.select(sa.func.count()).select_from(tables.exchanges)))[0][0]
    await again.stop()
    assert count == 700


async def test_writing_to_a_stopped_store_is_refused(tmp_path: Path) -> None:
    store = await Store.open(tmp_path)
    await store.stop()

    with pytest.raises(StoreFailed):
        await store.write(Batch("default", 0, entry()))


async def test_a_folder_serves_one_sandbox_at_a_time(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreFailed, match="another sandbox"):
        await Store.open(tmp_path)


async def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreFailed):
        await Store.open(tmp_path / "file" / "data")


async def test_a_failed_transaction_fails_every_waiting_batch_and_shows_none(store: Store, tmp_path: Path) -> None:
    await store.write(Batch("default", 0, entry(n=0)))
    other = sqlite3.connect(tmp_path / "banc.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    results = await asyncio.gather(
        *(store.write(Batch("default", 0, entry(n=n), {digest(b"x"): b"x"})) for n in (1, 2)), return_exceptions=True
    )

    other.execute("ROLLBACK")
    other.close()
    assert [type(result) for result in results] == [StoreFailed, StoreFailed]
    assert await store.blob(digest(b"x")) is None
    receipt = await store.write(Batch("default", 0, entry(n=3)))
    assert receipt.position == 2


async def test_an_entry_with_a_floating_number_fails_alone(store: Store) -> None:
    bad, good = await asyncio.gather(
        store.write(Batch("default", 0, entry(n=0.5), {digest(b"bad"): b"bad"})),
        store.write(Batch("default", 0, entry(n=1))),
        return_exceptions=True,
    )

    assert isinstance(bad, EntryRefused)
    assert isinstance(good, Receipt)
    assert good.position == 1
    assert await store.blob(digest(b"bad")) is None


async def test_undecodable_bytes_of_a_header_are_stored_as_question_marks(store: Store) -> None:
    receipt = await store.write(Batch("default", 0, entry(header=b"caf\xe9".decode("utf-8", "surrogateescape"))))

    assert receipt.entry is not None
    assert receipt.entry["facts"] == {"header": "caf?"}


async def test_a_record_is_replaced_then_deleted(store: Store) -> None:
    records = sa.select(tables.records.c.value).where(tables.records.c.kind == "colour")

    await store.write(Batch("default", 0, records=[Record("colour", "sky", {"is": "grey"})]))
    await store.write(Batch("default", 0, records=[Record("colour", "sky", {"is": "blue"})]))
    after_replacing = [json.loads(row.value) for row in await store.rows(records)]
    await store.write(Batch("default", 0, records=[Record("colour", "sky", None)]))

    assert after_replacing == [{"is": "blue"}]
    assert await store.rows(records) == []


WRITER = """
import asyncio, sys
from pathlib import Path
from banc_mocks.sandbox.batch import Batch
from banc_mocks.sandbox.sessions import Sessions
from banc_mocks.sandbox.store import Store

async def main():
    store = await Store.open(Path(sys.argv[1]))
    working = (await Sessions.open(store)).default.working
    async def client(name):
        n = 0
        while True:
            n += 1
            entry = {"operation": "x", "outcome": "accepted", "facts": {"client": name, "n": n}}
            change = working.put("test", "last", name, n)
            receipt = await store.write(Batch("default", 0, entry, changes=[change]))
            print(receipt.entry["hash"], flush=True)
    await asyncio.gather(*(client(str(number)) for number in range(8)))

asyncio.run(main())
"""


@dataclass
class Survived:
    """What a writer was told before it was killed, and what a restart finds."""

    acknowledged: set[str]
    entries: list[dict[str, Any]]
    last: dict[str, int]


@pytest.fixture
async def survived(tmp_path: Path) -> Survived:
    """A process that writes for eight clients at once is killed at its two-hundredth acknowledgement."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITER, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    acknowledged = {(await process.stdout.readline()).decode().strip() for _ in range(200)}
    process.send_signal(signal.SIGKILL)
    acknowledged |= set((await process.stdout.read()).decode().split("\n")[:-1])
    await process.wait()

    store = await Store.open(tmp_path)
    rows = await store.rows(sa.select(tables.exchanges.c.entry).order_by(tables.exchanges.c.seq))
    session = (await Sessions.open(store)).default
    await store.stop()
    return Survived(acknowledged, [json.loads(row.entry) for row in rows], dict(session.items("test", "last")))


async def test_what_was_acknowledged_survives_a_kill(survived: Survived) -> None:
    assert survived.acknowledged <= {entry["hash"] for entry in survived.entries}


async def test_the_chain_survives_a_kill(survived: Survived) -> None:
    assert verify(survived.entries).intact


async def test_an_exchange_and_what_it_changed_survive_a_kill_together(survived: Survived) -> None:
    assert survived.last == {entry["facts"]["client"]: entry["facts"]["n"] for entry in survived.entries}
