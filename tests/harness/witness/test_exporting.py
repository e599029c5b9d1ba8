"""Each witness tells what it kept of a session, and of no other, without asking any service."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from banc_harness.witness.actions import CAPABILITIES, SOFTWARES, Kind, Witness
from banc_harness.witness.records import Records

PATIENT = {
    "local_id": "0001",
    "birth_family": "PAT-TROIS",
    "birth_givens": "DOMINIQUE",
    "first_given": "DOMINIQUE",
    "sex": "F",
    "birth_date": "1975-07-24",
    "birth_place": "63220",
}


def asked(action: str, session: str = "s1", **given: Any) -> dict[str, Any]:
    """An action of a driver, whose sandbox nothing is to reach."""
    return {
        "banc": 1,
        "id": "x",
        "session": session,
        "action": action,
        "sandbox": {"ca_file": "/none"},
        "input": given,
    }


def letter(number: int, **more: Any) -> dict[str, Any]:
    """A document that was written, as the witness keeps it."""
    kept = {"local_id": "0001", "unique_id": f"2.999.{number}", "version": 1, "replaces": None, "filed": True}
    return kept | {"mails": {"pro:p@example.org": {"id": f"<{number}@example.org>", "sent": True}}} | more


@pytest.mark.parametrize("kind", sorted(SOFTWARES))
def test_what_was_kept_is_told_as_it_stands(kind: Kind, tmp_path: Path) -> None:
    records = Records(":memory:")
    witness = Witness(records, tmp_path, kind=kind)
    assert witness.act(asked("patient.create", patient=PATIENT, opposed=["consult"]))["status"] == "done"
    known = records.patient("s1", "0001")
    assert known is not None
    copy = {"document": "urn:oid:2.999.7", "origin": {"entry_uuid": "urn:uuid:1"}}
    report = {"document": "urn:oid:2.999.8", "status": "replaced"}
    records.save_patient("s1", known | {"copies": [copy], "reports": [report]})
    records.save_letter("s1", letter(1, withdrawn="replaced"))
    records.save_letter("s1", letter(2, version=2, replaces="2.999.1", filed=False))
    records.save_letter("s1", letter(3, withdrawn="deleted", mails={}))
    records.save_letter("s2", letter(4))

    answer = witness.act(asked("state.export"))

    assert (answer["status"], answer["error"]) == ("done", None)
    (chart,) = answer["output"]["charts"]
    assert {name: chart["patient"][name] for name in ("local_id", "ins_status", "ins")} == {
        "local_id": "0001",
        "ins_status": "PROV",
        "ins": None,
    }
    assert chart["opposed"] == ["consult"]
    assert (chart["filed"], chart["reports"], chart["results"]) == ([copy], [report], [])
    first, second, third = chart["sent"]
    assert (third["status"], third["in_dmp"], third["messages"]) == ("deleted", False, [])
    assert (first["document"], first["status"], first["in_dmp"]) == ("urn:oid:2.999.1", "replaced", True)
    assert (second["status"], second["in_dmp"], second["replaces"]) == ("current", False, "urn:oid:2.999.1")
    assert second["messages"] == ["<2@example.org>"]


def test_nothing_is_left_to_tell_after_a_reset(tmp_path: Path) -> None:
    witness = Witness(Records(":memory:"), tmp_path)
    witness.act(asked("patient.create", patient=PATIENT))
    witness.act(asked("state.reset"))
    assert witness.act(asked("state.export"))["output"] == {"charts": []}


def test_the_capabilities_tell_of_the_export() -> None:
    assert "state.export" in CAPABILITIES
