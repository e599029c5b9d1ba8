"""Sessions: isolated, reset, restarted, leased."""

from __future__ import annotations

import sqlite3
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from banc_mocks.sandbox import tables
from banc_mocks.sandbox.batch import Batch, StoreFailed
from banc_mocks.sandbox.clock import real_now
from banc_mocks.sandbox.journal import Query
from banc_mocks.sandbox.sessions import Session, SessionRefused, Sessions, SessionUnknown
from banc_mocks.sandbox.settings import Client, Login, Software
from banc_mocks.sandbox.store import Store
from banc_standards.errors import UnusableInput


async def keep(world: Any, session: Session, key: str, value: Any) -> None:
    change = session.working.put("dmp", "document", key, value)
    await world.journal.enter(
        Batch(session.id, session.epoch, {"operation": "dmp.TD2.1", "outcome": "accepted"}, changes=[change])
    )


async def test_the_default_session_always_exists(world: Any) -> None:
    assert world.sessions.default.id == "default"
    assert world.sessions.default.mode == "lenient"


async def test_two_sessions_see_only_their_own(world: Any) -> None:
    one, two = await world.sessions.create("aaaa"), await world.sessions.create("bbbb")

    await keep(world, one, "1", "of one")
    await keep(world, two, "1", "of two")

    assert one.items("dmp", "document") == [("1", "of one")]
    assert [entry["session"] for entry in (await world.journal.exchanges(two, Query())).exchanges] == ["bbbb"]


async def test_a_created_session_is_strict_and_named_by_the_sandbox(world: Any) -> None:
    session = await world.sessions.create()

    assert session.mode == "strict"
    assert world.sessions.get(session.id) is session


@pytest.mark.parametrize("unfit", ["abc", "a" * 17, "ABCD", "é123", "ab/cd"])
async def test_an_unfit_id_is_refused(world: Any, unfit: str) -> None:
    with pytest.raises(UnusableInput):
        await world.sessions.create(unfit)


async def test_an_id_that_is_taken_is_refused(world: Any) -> None:
    await world.sessions.create("aaaa")

    with pytest.raises(SessionRefused):
        await world.sessions.create("aaaa")


async def test_a_reset_empties_the_world_and_keeps_the_settings(world: Any) -> None:
    session = await world.sessions.create("aaaa")
    await world.sessions.add_client(session, Client("lps"))
    await world.sessions.set_clock(session, offset_s=3600)
    session.faults.arm(world.sessions.faults.arming("dmp.down"))
    await keep(world, session, "1", "x")

    await world.sessions.reset("aaaa")

    assert (session.epoch, session.items("dmp", "document")) == (1, [])
    assert (await world.journal.exchanges(session, Query())).exchanges == []
    assert not session.clock.moved
    assert list(session.faults) == []
    assert session.client("lps") is not None


async def test_the_closed_epoch_can_still_be_read_and_verified(world: Any) -> None:
    session = await world.sessions.create("aaaa")
    await keep(world, session, "1", "x")

    await world.sessions.reset("aaaa")

    assert len((await world.journal.exchanges(session, Query(), epoch=0)).exchanges) == 1
    assert (await world.journal.verify(session, epoch=0)).intact


async def test_a_reset_forgets_the_state_of_the_closed_epoch_alone(world: Any) -> None:
    await keep(world, world.sessions.default, "1", "old")

    await world.sessions.reset("default")
    await keep(world, world.sessions.default, "1", "new")

    rows = await world.store.rows(sa.select(tables.state.c.epoch, tables.state.c.value))
    assert [tuple(row) for row in rows] == [(1, '"new"')]


async def test_a_new_epoch_begins_a_new_chain(world: Any) -> None:
    session = world.sessions.default
    await keep(world, session, "1", "x")
    await world.sessions.reset("default")

    await keep(world, session, "1", "y")

    (entry,) = (await world.journal.exchanges(session, Query())).exchanges
    assert (entry["epoch"], entry["seq"], entry["prev"]) == (1, 1, None)


async def test_a_call_that_began_before_a_reset_ends_in_its_own_epoch(world: Any) -> None:
    session = world.sessions.default
    working = session.working
    await world.sessions.reset("default")

    change = working.put("dmp", "document", "1", "late")
    await world.journal.enter(Batch("default", working.epoch, {"operation": "x", "outcome": "accepted"}, {}, [change]))

    assert session.items("dmp", "document") == []
    assert (await world.journal.exchanges(session, Query())).exchanges == []
    assert len((await world.journal.exchanges(session, Query(), epoch=0)).exchanges) == 1


async def test_a_reset_of_ten_thousand_values_takes_less_than_50_ms(world: Any) -> None:
    session = world.sessions.default
    took = []

    for _ in range(3):
        changes = [session.working.put("dmp", "document", str(n), {"title": "x" * 200}) for n in range(10_000)]
        await world.store.write(Batch("default", session.epoch, changes=changes))
        began = time.perf_counter()
        await world.sessions.reset("default")
        took.append(time.perf_counter() - began)

    assert min(took) < 0.05


async def test_everything_comes_back_after_a_restart(tmp_path: Path) -> None:
    store = await Store.open(tmp_path)
    sessions = await Sessions.open(store)
    session = await sessions.create("aaaa", mode="lenient")
    await sessions.add_client(session, Client("lps", "s", ("https://localhost/cb",)))
    await sessions.add_software(session, Software("Dossier", "1", idam="IDAM"))
    await sessions.set_clock(session, offset_s=-60, frozen=True)
    await sessions.change(session, login=Login("899900000001"), public_urls={"dmp": "https://dmp.example"})
    changes = [session.working.put("dmp", "document", key, key) for key in ("z", "a")]
    changes.append(session.working.drop("dmp", "document", "z"))
    changes.append(session.working.put("dmp", "document", "m", [1]))
    changes.append(session.working.drop("dmp", "document", "a"))
    changes.append(session.working.put("dmp", "document", "a", "again"))
    await store.write(Batch("aaaa", 0, changes=changes))
    settings = session.settings
    await store.stop()

    again = await Store.open(tmp_path)
    found = (await Sessions.open(again)).get("aaaa")
    await again.stop()

    assert found.settings == settings
    assert found.items("dmp", "document") == [("m", [1]), ("a", "again")]


async def test_a_deleted_session_leaves_nothing_to_its_namesake(world: Any) -> None:
    session = await world.sessions.create("aaaa")
    await keep(world, session, "1", "x")

    await world.sessions.delete("aaaa")
    again = await world.sessions.create("aaaa")

    assert again.items("dmp", "document") == []
    assert await world.journal.position(again) == 0
    with pytest.raises(SessionUnknown):
        world.sessions.get("bbbb")


async def test_the_default_session_is_not_deleted(world: Any) -> None:
    with pytest.raises(SessionRefused):
        await world.sessions.delete("default")


async def test_a_setting_that_could_not_be_written_is_taken_back(world: Any) -> None:
    await keep(world, world.sessions.default, "1", "x")
    other = sqlite3.connect(world.folder / "banc.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreFailed):
        await world.sessions.set_clock(world.sessions.default, offset_s=60)
    with pytest.raises(StoreFailed):
        await world.sessions.reset("default")

    other.execute("ROLLBACK")
    other.close()
    assert (world.sessions.default.clock.offset_s, world.sessions.default.epoch) == (0, 0)
    assert world.sessions.default.items("dmp", "document") == [("1", "x")]


async def test_a_moved_clock_moves_the_session_alone(world: Any) -> None:
    session = await world.sessions.create("aaaa")

    await world.sessions.set_clock(session, offset_s=86_400)

    assert session.now() - real_now() > timedelta(hours=23)
    assert abs(world.sessions.default.now() - real_now()) < timedelta(minutes=1)


async def test_a_frozen_clock_stands_still(tmp_path: Path) -> None:
    ticking = [datetime(2026, 11, 21, 10, tzinfo=UTC)]
    store = await Store.open(tmp_path)
    sessions = await Sessions.open(store, real=lambda: ticking[0])

    await sessions.set_clock(sessions.default, offset_s=60, frozen=True)
    ticking[0] += timedelta(hours=1)

    await store.stop()
    assert sessions.default.now() == datetime(2026, 11, 21, 10, 1, tzinfo=UTC)


async def test_a_clock_cannot_leave_the_calendar(world: Any) -> None:
    with pytest.raises(UnusableInput):
        await world.sessions.set_clock(world.sessions.default, offset_s=10**12)


async def test_a_lease_keeps_others_out_until_it_ends(tmp_path: Path) -> None:
    ticking = [datetime(2026, 11, 21, 10, tzinfo=UTC)]
    store = await Store.open(tmp_path)
    sessions = await Sessions.open(store, real=lambda: ticking[0])
    session = sessions.default

    sessions.take_lease(session, "run-1", 60)
    sessions.take_lease(session, "run-1", 60)
    with pytest.raises(SessionRefused, match="run-1"):
        sessions.take_lease(session, "run-2", 60)
    ticking[0] += timedelta(seconds=61)
    later = sessions.take_lease(session, "run-2", 60)

    await store.stop()
    assert later.holder == "run-2"


async def test_a_switch_has_its_default_until_it_is_set(world: Any) -> None:
    session = await world.sessions.create("aaaa")
    before = session.switch("insi.case")

    await world.sessions.set_switches(session, {"insi.case": "lower"})

    assert (before, session.switch("insi.case"), session.switch("psc.rotation")) == ("upper", "lower", False)


@pytest.mark.parametrize("values", [{"insi.caze": "lower"}, {"insi.case": "other"}, {"psc.rotation": 1}])
async def test_an_unknown_switch_or_value_is_refused(world: Any, values: dict[str, object]) -> None:
    with pytest.raises(UnusableInput):
        await world.sessions.set_switches(world.sessions.default, values)


async def test_a_credential_names_the_sessions_that_hold_it(world: Any) -> None:
    one, two = await world.sessions.create("aaaa"), await world.sessions.create("bbbb")
    one.working.put("psc", "token", "t1", {})
    await world.sessions.add_client(one, Client("shared"))
    await world.sessions.add_client(two, Client("shared"))

    assert world.sessions.holding("psc", "token", "t1") == (one,)
    assert world.sessions.holding("psc", "token", "t2") == ()
    assert world.sessions.with_client("shared") == (one, two)
