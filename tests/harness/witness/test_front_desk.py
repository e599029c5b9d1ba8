"""What the witness's front desk keeps of an identity, whatever INSi answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from banc_harness.witness.actions import Witness
from banc_harness.witness.identity import InsiRefused
from banc_harness.witness.records import Records

from .test_exporting import PATIENT, asked


class Down:
    """INSi, out of order."""

    defects: frozenset[str] = frozenset()

    def find(self, traits: Any) -> Any:
        raise InsiRefused("INSi : panne (insi_102)")


@pytest.fixture
def witness(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Witness:
    monkeypatch.setattr(Witness, "_insi", lambda self, asked: Down())
    made = Witness(Records(":memory:"), tmp_path)
    made.act(asked("patient.create", patient=PATIENT, opposed=[]))
    return made


@pytest.mark.parametrize(("papers", "status"), [("CNI", "VALI"), (None, "PROV")])
def test_papers_that_were_checked_count_although_insi_fails(witness: Witness, papers: str | None, status: str) -> None:
    answer = witness.act(asked("patient.qualify", patient=PATIENT, identity_document=papers))

    assert (answer["status"], answer["shown"][0]["text"]) == ("failed", "INSi : panne (insi_102)")
    assert answer["output"]["patient"]["ins_status"] == status
    kept = witness.records.patient("s1", PATIENT["local_id"])
    assert kept is not None
    assert kept["ins_status"] == status


def test_papers_do_not_validate_a_doubtful_identity(witness: Witness) -> None:
    witness.act(asked("patient.create", patient=PATIENT, edit=True, attributes=["DOUT"]))
    answer = witness.act(asked("patient.qualify", patient=PATIENT, identity_document="CNI"))

    assert answer["status"] == "refused"
    assert answer["output"]["patient"]["ins_status"] == "PROV"
