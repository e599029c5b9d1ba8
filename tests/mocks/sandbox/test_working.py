"""Working state: visible at once, durable with its exchange, gone when that fails."""

from __future__ import annotations

import pytest

from banc_mocks.sandbox.working import Working


@pytest.fixture
def working() -> Working:
    return Working("default", 0)


def test_a_value_is_visible_as_soon_as_it_is_put(working: Working) -> None:
    working.put("dmp", "document", "1", {"title": "LDL"})

    assert working.get("dmp", "document", "1") == {"title": "LDL"}
    assert working.items("dmp", "document") == [("1", {"title": "LDL"})]


def test_a_dropped_value_is_gone_at_once(working: Working) -> None:
    working.put("dmp", "document", "1", "a").commit()

    working.drop("dmp", "document", "1")

    assert working.get("dmp", "document", "1", "none") == "none"
    assert working.items("dmp", "document") == []


def test_a_reverted_put_shows_what_was_there_before(working: Working) -> None:
    working.put("dmp", "document", "1", "old").commit()
    change = working.put("dmp", "document", "1", "new")

    change.revert()

    assert working.get("dmp", "document", "1") == "old"


def test_a_reverted_drop_brings_the_value_back(working: Working) -> None:
    working.put("dmp", "document", "1", "old").commit()
    change = working.drop("dmp", "document", "1")

    change.revert()

    assert working.get("dmp", "document", "1") == "old"


def test_a_later_change_outlives_the_revert_of_an_earlier_one(working: Working) -> None:
    first = working.put("dmp", "document", "1", "first")
    working.put("dmp", "document", "1", "second")

    first.revert()

    assert working.get("dmp", "document", "1") == "second"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_two_changes_that_fail_together_leave_nothing(working: Working, order: tuple[int, int]) -> None:
    changes = [working.put("dmp", "document", "1", value) for value in ("first", "second")]

    for index in order:
        changes[index].revert()

    assert working.get("dmp", "document", "1") is None
    assert working.items("dmp", "document") == []


def test_a_key_that_comes_back_comes_last(working: Working) -> None:
    for key in ("1", "2"):
        working.put("dmp", "document", key, "a")

    working.drop("dmp", "document", "1")
    working.put("dmp", "document", "1", "b")

    assert working.items("dmp", "document") == [("2", "a"), ("1", "b")]


def test_what_is_not_json_is_refused(working: Working) -> None:
    with pytest.raises(TypeError):
        working.put("dmp", "document", "1", b"bytes")

    assert working.get("dmp", "document", "1") is None


# -- what has a table of its own -----------------------------------------------------------------------------------


def test_what_has_a_table_shows_until_it_is_durable(working: Working) -> None:
    change = working.put("dmp", "entry", "1", {"title": "LDL"}, {"status": "Approved"})
    assert working.get("dmp", "entry", "1") == {"title": "LDL"}
    assert working.columns("dmp", "entry", "1") == {"status": "Approved"}

    change.commit()

    assert working.items("dmp", "entry") == []
    assert working.columns("dmp", "entry", "1") is None


def test_a_change_under_way_outlives_the_commit_of_the_one_before(working: Working) -> None:
    first = working.put("dmp", "entry", "1", "first", {})
    second = working.put("dmp", "entry", "1", "second", {})

    first.commit()
    assert working.get("dmp", "entry", "1") == "second"

    second.revert()
    assert working.items("dmp", "entry") == []
