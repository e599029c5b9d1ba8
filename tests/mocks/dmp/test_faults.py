"""The misbehaviours of the DMP on demand: each shows once, on the wire, and is named in the journal."""

from __future__ import annotations

import pytest

from banc_mocks.dmp.faults import FAULTS
from banc_standards.soap.read import SoapRefused
from banc_standards.xml import XmlRefused

from .hospital import Hospital


def test_down_then_up(hospital: Hospital) -> None:
    hospital.bench.arm("dmp.down", times=1)
    down = hospital.ask()
    assert (down.status, down.fault.code) == (503, "Receiver")
    assert hospital.bench.last("dmp.TD0.2")["fault"] == "dmp.down"
    assert hospital.ask().existence.found == "OK"


def test_any_documented_fault(hospital: Hospital) -> None:
    hospital.bench.arm("dmp.fault", sequence=[{"code": "DMPAccessDeniedByRightsService", "receiver": True}])
    answer = hospital.ask()
    assert (answer.status, answer.fault.subcode) == (500, "DMPAccessDeniedByRightsService")
    entry = hospital.bench.last("dmp.TD0.2")
    assert (entry["fault"], entry["outcome"]) == ("dmp.fault", "refused")


def test_what_no_xml_holds_is_replaced_in_what_a_test_asks_to_be_said(hospital: Hospital) -> None:
    hospital.bench.arm("dmp.fault", sequence=[{"code": "DMP\x01", "reason": "a\x00b"}])
    assert (hospital.ask().fault.subcode, hospital.ask().existence.found) == ("DMP\ufffd", "OK")
    hospital.bench.arm("dmp.hl7_error", sequence=[{"code": "X", "text": "\x02"}])
    assert hospital.ask().existence.error_text == "\ufffd"
    hospital.bench.arm("dmp.registry_error", sequence=[{"code": "X", "context": "\x0b"}])
    assert hospital.feed().errors == [("X", "\ufffd")]


def test_any_hl7_error(hospital: Hospital) -> None:
    hospital.bench.arm("dmp.hl7_error", sequence=[{"code": "DMPFound", "text": "Le DMP existe"}])
    found = hospital.ask().existence
    assert (found.acknowledgement, found.error_code, found.error_text) == ("AE", "DMPFound", "Le DMP existe")


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("dmp.repository_busy", "XDSRepositoryBusy"),
        ("dmp.registry_busy", "XDSRegistryBusy"),
        ("dmp.registry_error", "XDSRegistryError"),
        ("dmp.unknown_code", "DMPCodeInconnuDuLogiciel"),
        ("dmp.closed", "DMPClosed"),
        ("dmp.not_found", "XDSUnknownPatientId"),
    ],
)
def test_registry_errors_then_success(hospital: Hospital, fault: str, code: str) -> None:
    lot = hospital.lot(hospital.document())
    hospital.bench.arm(fault, times=1)
    assert hospital.send(lot).codes == [code]
    assert hospital.bench.documents() == []
    assert hospital.send(lot).errors == []


@pytest.mark.parametrize(("fault", "found"), [("dmp.closed", ("OK", "terminated")), ("dmp.not_found", ("NF", ""))])
def test_a_record_that_changed_meanwhile(hospital: Hospital, fault: str, found: tuple[str, str]) -> None:
    hospital.bench.arm(fault, times=1)
    existence = hospital.ask().existence
    assert (existence.found, existence.record_status) == found


def test_an_answer_about_another_patient(hospital: Hospital) -> None:
    hospital.bench.arm("dmp.wrong_patient", times=1)
    assert hospital.ask().existence.identifiers[0].extension != hospital.ins.value


def test_an_answer_to_another_message(hospital: Hospital) -> None:
    hospital.bench.arm("dmp.wrong_relates_to", times=1)
    message = hospital.ask().message
    assert message.relates_to != hospital.bench.last("dmp.TD0.2")["facts"]["message_id"]


def test_a_lost_answer_was_carried_out(hospital: Hospital) -> None:
    lot = hospital.lot(hospital.document())
    hospital.bench.arm("dmp.lost_answer", times=1)
    assert hospital.send(lot).status == 504
    assert len(hospital.bench.documents()) == 1
    assert hospital.send(lot).codes == ["XDSDuplicateUniqueIdInRegistry"]


def test_a_truncated_answer(hospital: Hospital) -> None:
    hospital.bench.arm("dmp.truncated", times=1)
    with pytest.raises(XmlRefused):
        _ = hospital.ask().message


def test_an_html_page(hospital: Hospital) -> None:
    hospital.bench.arm("dmp.html", times=1)
    answer = hospital.ask()
    assert answer.media_type.startswith("text/html")
    with pytest.raises((XmlRefused, SoapRefused)):
        _ = answer.message


def test_a_multipart_answer(hospital: Hospital) -> None:
    hospital.bench.arm("dmp.multipart", times=1)
    answer = hospital.ask()
    assert answer.media_type.startswith("multipart/related")
    assert answer.existence.found == "OK"


def test_a_fault_may_choose_its_patient(hospital: Hospital) -> None:
    hospital.bench.arm("dmp.not_found", match={"ins": "000000000000000"})
    assert hospital.ask().existence.found == "OK"


def test_the_table_says_what_each_fault_is() -> None:
    assert len({fault.id for fault in FAULTS}) == len(FAULTS)
    assert all(fault.id.startswith("dmp.") and fault.text.fr and fault.text.en for fault in FAULTS)
