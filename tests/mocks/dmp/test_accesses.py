"""Who did what in a record, as its patient sees it: nothing of what the patient, or a guardian, may not see."""

from __future__ import annotations

from typing import Any

from banc_standards.xds.query import build as queries

from .hospital import Bench, Hospital
from .test_visibility import filed


def accesses(bench: Bench, ins: str, more: str = "") -> list[dict[str, Any]]:
    return list(bench.tell("GET", f"accesses?ins={ins}{more}")["accesses"])


def seen_by(bench: Bench, seer: str) -> set[str]:
    return {one["unique_id"] for one in bench.tell("GET", f"documents?seen_by={seer}")["documents"]}


def test_the_patient_sees_who_searched_and_read(hospital: Hospital, colleague: Hospital) -> None:
    letter = filed(hospital)
    colleague.search(queries.query("urn:uuid:unknown", (), return_type="LeafClass"))  # refused
    colleague.search(queries.get_documents(unique_ids=[letter], return_type="LeafClass"))
    colleague.retrieve(letter, purpose="bris_de_glace")

    told = accesses(hospital.bench, hospital.ins.value)

    assert [(one["action"], one["mode"], len(one["documents"])) for one in told] == [
        ("filed", "normal", 1),
        ("searched", "normal", 0),
        ("read", "bris_de_glace", 1),
    ]
    assert told[2]["documents"][0]["unique_id"] == letter
    assert told[2]["professional"] == colleague.vihf().name_id
    assert [one["action"] for one in accesses(hospital.bench, hospital.ins.value, f"&after={told[1]['seq']}")] == [
        "read"
    ]


def test_what_the_patient_may_not_see_is_not_told(hospital: Hospital, colleague: Hospital) -> None:
    hidden = filed(hospital, "INVISIBLE_PATIENT")
    colleague.retrieve(hidden)

    told = accesses(hospital.bench, hospital.ins.value)

    assert [(one["action"], one["documents"]) for one in told] == [("filed", []), ("read", [])]


def test_patient_and_guardian_see_what_their_codes_let_them(hospital: Hospital) -> None:
    plain, hidden = filed(hospital), filed(hospital, "INVISIBLE_PATIENT")
    from_guardians, masked = filed(hospital, "INVISIBLE_REPRESENTANTS_LEGAUX"), filed(hospital, "MASQUE_PS")

    assert seen_by(hospital.bench, "patient") == {plain, from_guardians, masked}
    assert seen_by(hospital.bench, "guardian") == {plain, masked}
    everything = {one["unique_id"]: one["visibility"] for one in hospital.bench.documents()}
    assert everything.keys() == {plain, hidden, from_guardians, masked}
    assert everything[masked] == ["N", "MASQUE_PS"]


def test_the_record_of_another_patient_tells_nothing(hospital: Hospital) -> None:
    filed(hospital)

    assert accesses(hospital.bench, "255069999999934") == []
    assert [one["ins"] for one in hospital.bench.tell("GET", "accesses")["accesses"]] == [hospital.ins.value]
