"""TD0.2 over real sockets: what the DMP answers, whom it refuses, and what the journal keeps of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from banc_fixtures.population import population
from banc_standards.dmp import names
from banc_standards.ins import Ins
from banc_standards.vihf import names as vihf
from banc_standards.vihf.build import Code

from .hospital import DOCTOR, HOSPITAL, Bench, Hospital, hospital_of


def test_an_open_record_is_found(hospital: Hospital) -> None:
    answer = hospital.ask()
    assert (answer.status, answer.existence.found, answer.existence.record_status) == (200, "OK", "active")
    assert answer.existence.authorization == "VALIDE"


def test_the_answer_relates_to_its_request(hospital: Hospital) -> None:
    message = hospital.ask().message
    entry = hospital.bench.last("dmp.TD0.2")
    assert message.relates_to == entry["facts"]["message_id"]
    assert message.action == names.ANSWER_ACTION
    assert message.to == "http://www.w3.org/2005/08/addressing/anonymous"


def test_the_exchange_is_journaled_with_its_facts(hospital: Hospital) -> None:
    hospital.ask()
    entry = hospital.bench.last("dmp.TD0.2")
    facts = entry["facts"]
    assert (entry["outcome"], entry["code"], entry["findings"]) == ("accepted", None, [])
    assert (facts["ins"], facts["ins_oid"]) == (hospital.ins.value, hospital.ins.oid)
    assert facts["professional"] == population().professional(DOCTOR).idnat
    assert facts["structure"] == population().structure(HOSPITAL).struct_idnat
    assert facts["lps"] == {"name": "Dossier Exemple", "version": "1.0", "homologation": "EXE-0001-tmp1"}
    assert entry["peer"]["session_by"] == "certificate"


@pytest.mark.parametrize(
    ("patient", "found", "status"), [("PAT-29", "OK", "terminated"), ("PAT-32", "NF", ""), ("PAT-30", "OK", "active")]
)
def test_records_closed_absent_and_opposed_to_feeding(bench: Bench, patient: str, found: str, status: str) -> None:
    existence = hospital_of(bench, patient).ask().existence
    assert (existence.acknowledgement, existence.found, existence.record_status) == ("AA", found, status)


def test_opposition_to_consultation_forbids(bench: Bench) -> None:
    assert hospital_of(bench, "PAT-31").ask().existence.authorization == "INTERDIT"


def test_the_authorization_told_is_a_switch(hospital: Hospital) -> None:
    hospital.bench.tell("PUT", "switches", {"dmp.authorization": "EXPIREE"})
    assert hospital.ask().existence.authorization == "EXPIREE"


def test_reading_the_data_is_its_own_transaction(hospital: Hospital) -> None:
    assert hospital.ask(hospital.query(reason=names.READ_DATA)).existence.found == "OK"
    assert hospital.bench.last()["operation"] == "dmp.TD1.3a"


def test_a_former_number_leads_to_its_owner(bench: Bench) -> None:
    hospital = hospital_of(bench, "PAT-17")
    former = hospital.patient.historical[0].ins
    answer = hospital.ask(hospital.query(former), ins=former.value)
    assert answer.existence.found == "OK"
    assert [found.extension for found in answer.existence.identifiers] == [hospital.ins.value]


def test_an_old_token_is_refused_by_a_name_of_ours_in_strict_mode(hospital: Hospital) -> None:
    answer = hospital.ask(issue_instant=datetime.now(UTC) - timedelta(minutes=6))
    assert (answer.fault.subcode if answer.fault else None) == "DMPMockVihfExpired"
    assert "VIHF-005" in hospital.bench.rules("dmp.TD0.2")


def test_another_patient_than_the_token_says_is_refused(hospital: Hospital) -> None:
    other = population().patient("PAT-02").ins
    answer = hospital.ask(hospital.query(other))
    assert (answer.existence.acknowledgement, answer.existence.error_code) == ("AE", "DMPMockPatientMismatch")
    assert hospital.bench.last("dmp.TD0.2")["outcome"] == "refused"
    assert "DMP-HL7-005" in answer.existence.error_text


def test_the_production_oid_is_another_patient(hospital: Hospital) -> None:
    real = Ins(hospital.ins.value, "1.2.250.1.213.1.4.8")
    assert hospital.ask(hospital.query(real), ins_oid=real.oid).existence.found == "NF"


# -- certificates ------------------------------------------------------------------------------------------------


def test_no_client_certificate_is_answered_by_the_service(hospital: Hospital) -> None:
    hospital.tls = None
    answer = hospital.ask()
    assert (answer.status, answer.fault.code, answer.fault.subcode) == (400, "Sender", "DMPInvalidCertificate")
    assert answer.rule == "TLS-001"
    assert (hospital.bench.last()["outcome"], hospital.bench.rules()) == ("refused", {"TLS-001"})


@pytest.mark.parametrize(
    ("profile", "rule"),
    [("expired", "TLS-003"), ("not_yet", "TLS-004"), ("revoked", "TLS-005"), ("foreign_ca", "TLS-002")],
)
@pytest.mark.parametrize("mode", ["bench", "lenient"])
def test_a_wrong_client_certificate_is_refused_in_both_modes(
    profile: str, rule: str, mode: str, request: pytest.FixtureRequest
) -> None:
    hospital = hospital_of(request.getfixturevalue(mode))
    hospital.tls = hospital.bench.credential("AUTH_CLI", HOSPITAL, profile)
    answer = hospital.ask()
    assert (answer.fault.subcode, answer.rule) == ("DMPInvalidCertificate", rule)


def test_the_seal_does_not_authenticate(hospital: Hospital) -> None:
    hospital.tls = hospital.seal
    answer = hospital.ask()
    assert (answer.fault.subcode, hospital.bench.rules()) == ("DMPInvalidCertificate", {"TLS-006", "TLS-007"})


def test_the_authentication_certificate_does_not_sign(hospital: Hospital) -> None:
    assert hospital.tls is not None
    hospital.seal = hospital.tls
    answer = hospital.ask()
    assert answer.fault.subcode == "DMPInvalidCertificate"
    assert "Not a valid signature certificate" in answer.fault.reason
    assert "TLS-008" in hospital.bench.rules()


@pytest.mark.parametrize("profile", ["expired", "revoked", "foreign_ca"])
def test_a_wrong_seal_is_refused(hospital: Hospital, profile: str) -> None:
    hospital.seal = hospital.bench.credential("SIGN", HOSPITAL, profile)
    assert hospital.ask().fault.subcode == "DMPInvalidCertificate"


def test_certificates_are_judged_on_the_session_clock(hospital: Hospital) -> None:
    hospital.bench.tell("PUT", "clock", {"offset_s": 4 * 365 * 86400})
    assert hospital.ask().rule == "TLS-003"


def test_a_seal_of_another_session_is_refused(hospital: Hospital, lenient: Bench) -> None:
    hospital.seal = lenient.credential("SIGN", HOSPITAL)
    answer = hospital.ask()
    assert answer.rule == "SESSION-001"
    assert hospital.bench.last()["code"] == lenient.last()["code"]


def test_the_seal_alone_names_the_session(hospital: Hospital) -> None:
    assert hospital.tls is not None
    unprefixed = Hospital(hospital.bench, hospital.tls, hospital.seal, hospital.patient)
    unprefixed.bench.prefixed = False
    assert unprefixed.ask().existence.found == "OK"
    assert hospital.bench.last("dmp.TD0.2")["peer"]["session_by"] == "certificate"


# -- VIHF --------------------------------------------------------------------------------------------------------

REFUSED = [
    ({"structure": "1990000999"}, "DMPMockStructureMismatch", "VIHF-024"),
    ({"roles": (Code("10", vihf.G15),)}, "DMPMockSpecialityRequired", "VIHF-033"),
    ({"name_id": "SECRETARIAT"}, "DMPMockInvalidVihf", "VIHF-027"),
    ({"roles": (Code("10", vihf.PSC_PROFESSION), Code("SM26", vihf.R01))}, "DMPMockInvalidVihf", "VIHF-031"),
    ({"issuer": "CN=AUTRE,C=FR"}, "DMPMockInvalidVihf", "VIHF-003"),
    ({"ins": None}, "DMPMockInvalidVihf", "VIHF-040"),
    ({"purpose": "urgence"}, "DMPMockInvalidVihf", "VIHF-043"),
]
EVERYWHERE = {"VIHF-024", "VIHF-033"}


@pytest.mark.parametrize(("changed", "code", "rule"), REFUSED)
def test_a_wrong_token_is_refused(hospital: Hospital, changed: dict[str, Any], code: str, rule: str) -> None:
    answer = hospital.ask(**changed)
    assert (answer.fault.subcode, answer.rule) == (code, rule)
    entry = hospital.bench.last("dmp.TD0.2")
    assert (entry["outcome"], entry["code"]) == ("refused", code)


@pytest.mark.parametrize(("changed", "code", "rule"), [case for case in REFUSED if case[2] in EVERYWHERE])
def test_what_the_real_dmp_refuses_is_refused_in_the_lenient_mode_too(
    tolerated: Hospital, changed: dict[str, Any], code: str, rule: str
) -> None:
    assert tolerated.ask(**changed).fault.subcode == code
    assert rule in tolerated.bench.rules()


def test_the_lenient_mode_lets_the_rest_through_and_notes_it(tolerated: Hospital) -> None:
    assert tolerated.ask(name_id="SECRETARIAT").existence.found == "OK"
    assert tolerated.bench.rules("dmp.TD0.2") == {"VIHF-027"}


def test_an_altered_token_is_refused(hospital: Hospital) -> None:
    assertion = hospital.signed()
    next(assertion.iter("{*}NameID")).text = "899900000099"
    answer = hospital.ask(assertion=assertion)
    assert (answer.fault.subcode, answer.rule) == ("DMPMockInvalidVihf", "VIHF-SIG-005")
    assert "professional" not in hospital.bench.last()["facts"], "nothing unsigned is read"


def test_an_unknown_homologation_is_refused_once_one_is_declared(hospital: Hospital) -> None:
    declared = {"name": "Dossier Exemple", "version": "1.0", "homologation": "EXE-0002"}
    hospital.bench.tell("POST", "software", declared)
    assert hospital.ask().rule == "VIHF-048"
    assert hospital.ask(homologation="EXE-0002").existence.found == "OK"


def test_break_the_glass_is_not_for_the_indirect_mode(hospital: Hospital) -> None:
    answer = hospital.ask(purpose="bris_de_glace")
    assert (answer.fault.subcode, answer.rule) == ("DMPAccessDeniedByRightsService", "DMP-002")


def test_a_card_speaks_in_the_direct_mode(hospital: Hospital) -> None:
    bench = hospital.bench
    card = Hospital(bench, bench.credential("CPS_AUTH", DOCTOR), bench.credential("CPS_SIGN", DOCTOR), hospital.patient)
    card.mode = vihf.DIRECT
    answer = card.ask(authn_class=vihf.SMARTCARD_CLASS)
    assert answer.existence.found == "OK"
    assert bench.last("dmp.TD0.2")["findings"] == []


def test_the_strengthened_mode_may_ask(hospital: Hospital) -> None:
    hospital.mode = vihf.AIR
    assert hospital.ask(authn_decl=vihf.SIMPLE_AIR_DECLARATION).existence.found == "OK"


# -- WSDL --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["patients", "repository"])
def test_the_wsdl_gives_the_address_that_was_asked(bench: Bench, path: str) -> None:
    with httpx.Client(verify=bench.trust()) as client:
        answer = client.get(f"{bench.url}/{path}?wsdl")
    assert f'location="{bench.url}/{path}"' in answer.text
