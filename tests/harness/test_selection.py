"""Which exchanges are meant, and which one came nearest."""

from __future__ import annotations

from typing import Any

import pytest

from banc_harness.selection import Selection, nearest


def entry(operation: str = "dmp.TD2.1", **more: Any) -> dict[str, Any]:
    facts = {"ins": "299999999999999", "documents": ["urn:oid:1.2"], "lps": {"name": "Dossier"}}
    service = operation.partition(".")[0]
    return {"service": service, "operation": operation, "outcome": "accepted", "code": None, "facts": facts, **more}


@pytest.mark.parametrize(
    "wanted",
    [
        Selection(),
        Selection("dmp.TD2.1"),
        Selection("dmp.*"),
        Selection(("psc.token", "dmp.TD2.1")),
        Selection("dmp.TD2.1", outcome="accepted"),
        Selection("dmp.TD2.1", outcome=("accepted", "refused")),
        Selection(facts={"ins": "299999999999999"}),
        Selection(facts={"documents": "urn:oid:1.2"}),
        Selection(facts={"lps.name": "Dossier"}),
    ],
)
def test_meant(wanted: Selection) -> None:
    assert wanted.matches(entry())


@pytest.mark.parametrize(
    ("wanted", "what"),
    [
        (Selection("dmp.TD0.2"), "operation"),
        (Selection(outcome="refused"), "outcome"),
        (Selection(code="XDSRepositoryError"), "code"),
        (Selection(fault="dmp.down"), "fault"),
        (Selection(facts={"ins": "1"}), "ins"),
        (Selection(facts={"documents": "urn:oid:9"}), "documents"),
        (Selection(facts={"lps.version": "1"}), "lps.version"),
    ],
)
def test_not_meant_and_why(wanted: Selection, what: str) -> None:
    assert [difference.what for difference in wanted.differences(entry())] == [what]


def test_nearest_prefers_the_same_operation() -> None:
    same = entry(outcome="refused", code="X", seq=1)
    other = entry("dmp.TD0.2", seq=2)

    found = nearest(Selection("dmp.TD2.1", outcome="accepted", facts={"ins": "other"}), [same, other])

    assert found is not None
    assert found[0] is same
    assert [item.what for item in found[1]] == ["outcome", "ins"]


def test_nearest_takes_the_latest_of_equals() -> None:
    entries = [entry(outcome="refused", seq=1), entry(outcome="refused", seq=2)]

    found = nearest(Selection("dmp.TD2.1", outcome="accepted"), entries)

    assert found is not None
    assert found[0]["seq"] == 2


def test_nothing_of_another_service_is_near() -> None:
    assert nearest(Selection("dmp.TD2.1"), [entry("psc.token")]) is None
