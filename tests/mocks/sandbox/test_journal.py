"""The journal: what is entered, gathered, asked for and waited for."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import Any

import pytest

from banc_mocks.sandbox.batch import Batch, StoreFailed
from banc_mocks.sandbox.chain import digest
from banc_mocks.sandbox.journal import Query, new_id


def exchange(operation: str = "dmp.TD2.1", outcome: str = "accepted", **facts: Any) -> dict[str, Any]:
    return {"operation": operation, "outcome": outcome, "count": 1, "facts": facts}


def read(address: str = "127.0.0.1:5000", line: str = "GET /jwks", body: bytes = b"{}") -> dict[str, Any]:
    return exchange("psc.jwks") | {
        "peer": {"address": address, "certificate": None},
        "request": {"line": line},
        "response": {"line": "200", "blob": digest(body)},
    }


async def entered(world: Any, **query: Any) -> list[dict[str, Any]]:
    return list((await world.journal.exchanges(world.sessions.default, Query(**query))).exchanges)


async def test_exchanges_come_in_order_after_a_position(world: Any) -> None:
    for n in range(3):
        await world.journal.enter(Batch("default", 0, exchange(n=n)))

    page = await world.journal.exchanges(world.sessions.default, Query(after=1))

    assert [entry["facts"]["n"] for entry in page.exchanges] == [1, 2]
    assert page.next == 3


async def test_a_page_has_a_limit_and_tells_where_to_go_on(world: Any) -> None:
    for n in range(5):
        await world.journal.enter(Batch("default", 0, exchange(n=n)))

    first = await world.journal.exchanges(world.sessions.default, Query(), limit=2)
    second = await world.journal.exchanges(world.sessions.default, Query(after=first.next), limit=2)

    assert [entry["seq"] for entry in first.exchanges + second.exchanges] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("query", "seqs"),
    [
        ({"operation": "psc.token"}, [2]),
        ({"outcome": "refused"}, [3]),
        ({"facts": {"ins": "279035121518989"}}, [1, 3]),
        ({"facts": {"documents": "urn:oid:1.2"}}, [1]),
        ({"facts": {"lps.idam": "R1"}}, [3]),
        ({"facts": {"absent": "x"}}, []),
        ({"operation": "dmp.TD2.1", "facts": {"n": "1"}}, [1]),
    ],
)
async def test_a_query_chooses_by_operation_outcome_and_facts(
    world: Any, query: dict[str, Any], seqs: list[int]
) -> None:
    await world.journal.enter(Batch("default", 0, exchange(ins="279035121518989", documents=["urn:oid:1.2"], n=1)))
    await world.journal.enter(Batch("default", 0, exchange("psc.token")))
    await world.journal.enter(
        Batch("default", 0, exchange(outcome="refused", ins="279035121518989", lps={"idam": "R1"}))
    )

    assert [entry["seq"] for entry in await entered(world, **query)] == seqs


async def test_the_same_read_within_a_second_is_one_entry_with_its_count(world: Any) -> None:
    for port in range(10):
        world.journal.note(Batch("default", 0, read(f"127.0.0.1:{5000 + port}")))

    (entry,) = await entered(world)

    assert entry["count"] == 10


@pytest.mark.parametrize("other", [{"address": "10.0.0.1:5000"}, {"line": "GET /other"}, {"body": b"[]"}])
async def test_reads_that_differ_are_entered_apart(world: Any, other: dict[str, Any]) -> None:
    world.journal.note(Batch("default", 0, read()))
    world.journal.note(Batch("default", 0, read(**other)))

    assert [entry["count"] for entry in await entered(world)] == [1, 1]


async def test_a_read_stands_before_the_write_that_came_after_it(world: Any) -> None:
    world.journal.note(Batch("default", 0, read()))
    await world.journal.enter(Batch("default", 0, exchange()))

    assert [entry["operation"] for entry in await entered(world)] == ["psc.jwks", "dmp.TD2.1"]


async def test_a_read_is_entered_by_itself_after_its_second(world: Any) -> None:
    waiting = asyncio.create_task(world.journal.exchanges(world.sessions.default, Query(), wait_s=30))
    await asyncio.sleep(0)  # it waits from now on

    world.journal.note(Batch("default", 0, read()))

    page = await asyncio.wait_for(waiting, 5)
    assert [entry["operation"] for entry in page.exchanges] == ["psc.jwks"]


async def test_a_read_that_changes_something_is_not_one(world: Any) -> None:
    change = world.sessions.default.working.put("psc", "token", "1", 1)

    with pytest.raises(ValueError, match="changes nothing"):
        world.journal.note(Batch("default", 0, read(), changes=[change]))


async def test_waiting_ends_with_the_first_exchange_that_is_wanted(world: Any) -> None:
    waiting = asyncio.create_task(
        world.journal.exchanges(world.sessions.default, Query(operation="dmp.TD2.1"), wait_s=30)
    )
    await world.journal.enter(Batch("default", 0, exchange("psc.token")))
    assert not waiting.done()

    await world.journal.enter(Batch("default", 0, exchange()))

    page = await asyncio.wait_for(waiting, 5)
    assert [entry["operation"] for entry in page.exchanges] == ["dmp.TD2.1"]


async def test_waiting_in_vain_ends_in_time(world: Any) -> None:
    page = await asyncio.wait_for(world.journal.exchanges(world.sessions.default, Query(), wait_s=0.05), 5)

    assert (page.exchanges, page.next) == ([], 0)


async def test_waiting_ends_when_the_epoch_is_closed(world: Any) -> None:
    waiting = asyncio.create_task(world.journal.exchanges(world.sessions.default, Query(), wait_s=30))
    await asyncio.sleep(0)  # it waits from now on

    await world.sessions.reset("default")
    world.journal.wake("default")

    assert (await asyncio.wait_for(waiting, 5)).exchanges == []


async def test_waiting_ends_with_the_session(world: Any) -> None:
    session = await world.sessions.create("aaaa")
    waiting = asyncio.create_task(world.journal.exchanges(session, Query(), wait_s=30))
    await asyncio.sleep(0)  # it waits from now on

    await world.sessions.delete("aaaa")
    world.journal.wake("aaaa")

    assert (await asyncio.wait_for(waiting, 5)).exchanges == []


async def test_the_position_counts_what_was_posted_before(world: Any) -> None:
    world.journal.note(Batch("default", 0, read()))

    assert await world.journal.position(world.sessions.default) == 1


async def test_an_entry_altered_in_the_database_breaks_the_chain(world: Any) -> None:
    for n in range(3):
        await world.journal.enter(Batch("default", 0, exchange(n=n)))
    before = await world.journal.verify(world.sessions.default)

    other = sqlite3.connect(world.folder / "banc.db")
    other.execute("""UPDATE banc_exchanges SET entry = replace(entry, '"n":1', '"n":7')""")
    other.commit()
    other.close()

    after = await world.journal.verify(world.sessions.default)
    assert (before.intact, before.entries) == (True, 3)
    assert (after.broken_at, after.reason) == (2, "hash")


async def test_a_failed_write_takes_its_state_back(world: Any) -> None:
    session = world.sessions.default
    other = sqlite3.connect(world.folder / "banc.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    change = session.working.put("dmp", "document", "1", "x")

    with pytest.raises(StoreFailed):
        await world.journal.enter(Batch("default", 0, exchange(), changes=[change]))

    other.execute("ROLLBACK")
    other.close()
    assert session.items("dmp", "document") == []
    assert await entered(world) == []


def test_an_id_is_a_version_7_uuid_that_sorts_by_time() -> None:
    early, late = new_id(1_800_000_000_000), new_id(1_800_000_000_001)

    assert early < late
    assert (early[14], early[19] in "89ab") == ("7", True)
