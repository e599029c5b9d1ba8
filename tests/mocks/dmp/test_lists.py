"""TD0.4 and TD1.6 over real sockets: the records that one may consult, who may consult a record, who is blocked."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from lxml import etree

from banc_standards.dmp import lists
from banc_standards.dmp.transactions import LIST_HOLDERS, LIST_RECORDS
from banc_standards.vihf import names as vihf

from .hospital import Answer, Hospital

CARD: dict[str, Any] = {"authn_class": vihf.SMARTCARD_CLASS}
NO_PATIENT: dict[str, Any] = CARD | {"ins": None, "ins_oid": None}


def records(who: Hospital, start: str = "20200101000000", kind: str = "LASTAUTORIZATION", **changed: Any) -> Answer:
    body = lists.patient_list(lists.Since(start, kind))
    return who.post("patientsSpecific", who.envelope(LIST_RECORDS.action, body, **(NO_PATIENT | changed)))


def holders(who: Hospital, mode: str = "TOUTE", **changed: Any) -> Answer:
    return who.post(
        "habilitations", who.envelope(LIST_HOLDERS.action, lists.authorization_list(mode), **(CARD | changed))
    )


def texts(answer: Answer, name: str) -> list[str]:
    body = answer.message.body
    assert body is not None, answer.body
    return [element.text or "" for element in body.iter(f"{{*}}{name}")]


def test_the_records_that_one_was_authorized_on_are_listed(doctor: Hospital, colleague: Hospital) -> None:
    doctor.authorize("SUPPRESSION", **CARD)
    doctor.authorize(**CARD)

    answer = records(doctor)

    assert texts(answer, "status") == ["DMPOk"]
    assert texts(answer, "nationalId") == [doctor.ins.value]
    assert texts(answer, "lastName") == [doctor.patient.birth_family]
    assert texts(records(colleague), "nationalId") == []
    assert texts(records(doctor, "20990101000000"), "nationalId") == []
    assert doctor.bench.last("dmp.TD0.4")["outcome"] == "accepted"


def test_the_last_document_counts_when_it_is_asked_for(hospital: Hospital, doctor: Hospital) -> None:
    doctor.authorize("SUPPRESSION", **CARD)
    doctor.authorize(**CARD)
    assert texts(records(doctor, kind="LASTDOC"), "nationalId") == []

    hospital.send(hospital.lot(hospital.document()))

    assert texts(records(doctor, kind="LASTDOC"), "nationalId") == [doctor.ins.value]
    assert len(texts(records(doctor, kind="LASTDOC"), "lastUpdateDate")[0]) == 14


def test_who_may_consult_and_who_is_blocked_is_listed(doctor: Hospital, colleague: Hospital) -> None:
    doctor.authorize("SUPPRESSION", **CARD)
    doctor.authorize("AJOUT", "MEDECIN_TRAITANT", **CARD)
    blocked = colleague.vihf().name_id
    doctor.bench.tell("PUT", "switches", {"dmp.blocked": blocked})

    every = holders(doctor)

    assert texts(every, "nationalId") == [doctor.vihf().name_id, blocked]
    assert texts(every, "mode") == ["ACTIVE", "INTERDITE"]
    assert texts(every, "specificRight") == ["MEDECIN_TRAITANT"]
    assert texts(holders(doctor, "ACTIVE"), "nationalId") == [doctor.vihf().name_id]
    assert texts(holders(doctor, "INTERDITE"), "nationalId") == [blocked]


@pytest.mark.parametrize(("start", "kind"), [("2020", "LASTDOC"), ("20200101000000", "YESTERDAY"), ("", "")])
def test_a_malformed_list_is_refused(doctor: Hospital, start: str, kind: str) -> None:
    answer = records(doctor, start, kind)

    assert texts(answer, "status") == ["DMPMockInvalidMessage"]
    entry = doctor.bench.last("dmp.TD0.4")
    assert (entry["outcome"], [one["rule"] for one in entry["findings"]][:1]) == ("refused", ["DMP-LST-001"])


def test_an_unknown_mode_is_refused(doctor: Hospital) -> None:
    assert texts(holders(doctor, "SOME"), "status") == ["DMPMockInvalidMessage"]
    assert doctor.bench.rules("dmp.TD1.6") == {"DMP-LST-002"}


def test_the_rights_on_a_record_that_does_not_exist_are_not_told(doctor: Hospital) -> None:
    doctor.bench.arm("dmp.not_found")
    assert texts(holders(doctor), "status") == ["DMPMockNoRecord"]


def test_a_list_can_be_told_to_fail(doctor: Hospital) -> None:
    doctor.bench.arm("dmp.authorization_status", times=2)
    assert texts(records(doctor), "status") == ["DMPAccessDeniedByRightsService"]
    assert texts(holders(doctor), "status") == ["DMPAccessDeniedByRightsService"]


def test_a_structure_does_not_list_who_may_consult(hospital: Hospital) -> None:
    answer = hospital.post("habilitations", hospital.envelope(LIST_HOLDERS.action, lists.authorization_list("TOUTE")))
    assert answer.rule == "DMP-002"


def test_the_wsdl_tells_both(hospital: Hospital) -> None:
    with httpx.Client(verify=hospital.bench.trust()) as client:
        for name, operation in (("patientsSpecific", "patientList"), ("habilitations", "listAuthorizationByPatient")):
            described = etree.fromstring(client.get(f"{hospital.bench.url}/{name}").content)
            assert operation in [element.get("name") for element in described.iter("{*}operation")]
