"""Faults: armed against the table, taken by the exchanges that they match."""

from __future__ import annotations

from typing import Any

import pytest

from banc_mocks.sandbox.faults import MAX_ARMED, ArmedFaults, Fault, FaultTable
from banc_standards.errors import Sentence, UnusableInput

SLOW = Fault("dmp.slow", "dmp", Sentence("Lent.", "Slow."), ("ins",), {"delay_ms": 2000})
DOWN = Fault("dmp.down", "dmp", Sentence("Absent.", "Down."))


@pytest.fixture
def table() -> FaultTable:
    return FaultTable([SLOW, DOWN])


@pytest.fixture
def armed() -> ArmedFaults:
    return ArmedFaults()


def taken(armed: ArmedFaults, fault_id: str = "dmp.down", **facts: Any) -> bool:
    return armed.take("dmp", fault_id, operation="dmp.TD2.1", facts=facts) is not None


def test_a_fault_strikes_as_often_as_it_was_armed_for(table: FaultTable, armed: ArmedFaults) -> None:
    armed.arm(table.arming("dmp.down", times=2))

    assert [taken(armed) for _ in range(3)] == [True, True, False]


def test_a_fault_without_times_strikes_until_disarmed(table: FaultTable, armed: ArmedFaults) -> None:
    armed.arm(table.arming("dmp.down", times=None))
    struck = [taken(armed) for _ in range(5)]

    armed.disarm("dmp.down")

    assert struck == [True] * 5
    assert not taken(armed)


def test_a_sequence_lets_its_nulls_pass(table: FaultTable, armed: ArmedFaults) -> None:
    armed.arm(table.arming("dmp.down", sequence=[{}, None, {}]))

    assert [taken(armed) for _ in range(4)] == [True, False, True, False]


def test_a_fault_strikes_only_what_it_matches(table: FaultTable, armed: ArmedFaults) -> None:
    armed.arm(table.arming("dmp.slow", match={"ins": "1", "operation": "dmp.TD2.1"}))

    assert not taken(armed, "dmp.slow", ins="2")
    assert not taken(armed, "dmp.slow")
    assert taken(armed, "dmp.slow", ins="1")


def test_settings_have_their_defaults(table: FaultTable, armed: ArmedFaults) -> None:
    armed.arm(table.arming("dmp.slow", sequence=[{}, {"delay_ms": 5}]))

    found = [armed.take("dmp", "dmp.slow") for _ in range(2)]

    assert [one and one.number("delay_ms") for one in found] == [2000, 5]


def test_arming_again_replaces(table: FaultTable, armed: ArmedFaults) -> None:
    armed.arm(table.arming("dmp.down", times=5))
    armed.arm(table.arming("dmp.down", times=1))

    assert [taken(armed) for _ in range(2)] == [True, False]


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("FAULT-001", {"fault_id": "dmp.donw"}),
        ("FAULT-002", {"fault_id": "dmp.down", "service": "psc"}),
        ("FAULT-003", {"fault_id": "dmp.down", "match": {"ins": "1"}}),
        ("FAULT-004", {"fault_id": "dmp.slow", "sequence": [{"delay": 1}]}),
        ("FAULT-005", {"fault_id": "dmp.down", "times": 0}),
        ("FAULT-006", {"fault_id": "dmp.slow", "sequence": [{"delay_ms": "1"}]}),
    ],
)
def test_what_the_table_does_not_know_is_refused(table: FaultTable, code: str, wanted: dict[str, Any]) -> None:
    with pytest.raises(UnusableInput) as refused:
        table.arming(wanted.pop("fault_id"), **wanted)

    assert refused.value.code == code


def test_the_nearest_name_is_offered(table: FaultTable) -> None:
    with pytest.raises(UnusableInput) as refused:
        table.arming("dmp.donw")

    assert refused.value.hint.en == "known: dmp.down"


def test_there_is_a_limit_to_what_is_armed(table: FaultTable, armed: ArmedFaults) -> None:
    for n in range(MAX_ARMED):
        armed.arm(table.arming("dmp.slow", match={"ins": str(n)}))

    with pytest.raises(UnusableInput, match="FAULT-009"):
        armed.arm(table.arming("dmp.slow", match={"ins": "one more"}))
