"""What a hostile, or only an unusual, software writes: the documented error or an answer, never a failure of ours."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import replace

import pytest
from lxml import etree

from banc_standards.cda import build as cda
from banc_standards.dmp import authorization, lists, names
from banc_standards.soap.names import SAML
from banc_standards.terminology.codes import value_set
from banc_standards.vihf import names as vihf
from banc_standards.vihf.build import Code, build, sign
from banc_standards.xds import build as xds
from banc_standards.xds.names import APPROVED, DELETED, DEPRECATED, OLD_REPLACES, REPLACES
from banc_standards.xds.query import build as query_build
from banc_standards.xds.query.names import STORED_QUERY

from .hospital import Answer, Bench, Hospital, hospital_of

CARD = {"authn_class": vihf.SMARTCARD_CLASS}
SECRETARY = (Code("SECRETARIAT_MEDICAL", vihf.A00, "Secrétariat"),)


def signed(hospital: Hospital, assertion: etree._Element) -> etree._Element:
    return sign(assertion, key=hospital.seal.key, certificate=hospital.seal.certificate)


def filed(hospital: Hospital) -> str:
    lot = hospital.lot(hospital.document())
    assert hospital.send(lot).errors == []
    return lot.entry.unique_id or ""


# -- the token -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
def test_an_instant_at_the_limits_of_the_calendar_is_judged(hospital: Hospital, text: str) -> None:
    for place in ("IssueInstant", "AuthnInstant", "NotBefore", "NotOnOrAfter"):
        assertion = build(hospital.vihf())
        if place == "AuthnInstant":
            next(assertion.iter(f"{{{SAML}}}AuthnStatement")).set(place, text)
        elif place == "IssueInstant":
            assertion.set(place, text)
        else:
            conditions = etree.Element(f"{{{SAML}}}Conditions", {place: text})
            next(assertion.iter(f"{{{SAML}}}Subject")).addnext(conditions)
        message = hospital.envelope(names.QUERY_ACTION, hospital.query(), assertion=signed(hospital, assertion))
        assert hospital.post("patients", message).status in (200, 400)
        assert hospital.bench.last("dmp.TD0.2")["outcome"] in ("accepted", "refused")


def test_a_token_of_two_patients_is_refused_or_noted(hospital: Hospital, tolerated: Hospital) -> None:
    def ask(sender: Hospital) -> Answer:
        assertion = build(sender.vihf())
        [one] = [item for item in assertion.iter(f"{{{SAML}}}Attribute") if item.get("Name") == vihf.RESOURCE_ID]
        one.addnext(deepcopy(one))
        one.getnext()[0].text = "255069999999934^^^&1.2.250.1.213.1.4.10&ISO^NH"
        message = sender.envelope(names.QUERY_ACTION, sender.query(), assertion=signed(sender, assertion))
        return sender.post("patients", message)

    assert ask(hospital).rule == "VIHF-013"
    assert ask(tolerated).existence.found == "OK"
    assert tolerated.bench.rules("dmp.TD0.2") == {"VIHF-013"}


def test_a_token_serves_one_message(hospital: Hospital, tolerated: Hospital) -> None:
    def twice(sender: Hospital) -> Answer:
        token = signed(sender, build(sender.vihf()))
        for _ in range(2):
            message = sender.envelope(names.QUERY_ACTION, sender.query(), assertion=deepcopy(token))
            answer = sender.post("patients", message)
        return answer

    assert twice(hospital).fault.subcode == "DMPMockVihfReplayed"
    assert "VIHF-014" in hospital.bench.rules("dmp.TD0.2")
    hospital.bench.tell("PUT", "switches", {"dmp.vihf_serves_once": False})
    assert twice(hospital).existence.found == "OK"
    assert twice(tolerated).existence.found == "OK"
    assert tolerated.bench.rules("dmp.TD0.2") == {"VIHF-014"}


# -- the message ---------------------------------------------------------------------------------------------------


def test_comments_and_instructions_in_a_body_change_nothing(hospital: Hospital, doctor: Hospital) -> None:
    unique_id = filed(hospital)
    query = query_build.find_documents(patient=hospital.ins.cx(), statuses=[APPROVED])
    message = doctor.envelope(STORED_QUERY, query, **CARD)
    answer = doctor.post("registry", message.replace(b"('urn:", b"(<!-- c -->'urn<?x y?>:"))
    assert [entry.unique_id for entry in answer.found.entries] == [unique_id]
    assert hospital.bench.last("dmp.TD3.1")["findings"] == []


@pytest.mark.parametrize("declaration", ["", '<?xml version="1.0"?>'])
def test_an_encoding_may_be_told_by_the_content_type_alone(hospital: Hospital, declaration: str) -> None:
    query = hospital.query()
    next(query.iter("{*}softwareName")).text = "Éditeur"
    text = declaration + hospital.envelope(names.QUERY_ACTION, query).decode().partition("?>")[2]
    answer = hospital.post("patients", text.encode("latin-1"), "application/soap+xml; charset=ISO-8859-1")
    assert answer.existence.found == "OK"
    unsaid = hospital.post("patients", text.encode("latin-1"), "application/soap+xml")
    assert unsaid.rule == "XML-006"


def test_what_is_more_than_a_registry_looks_up_is_refused_at_once(hospital: Hospital, doctor: Hospital) -> None:
    asked = doctor.retrieve(*(f"1.2.{number}" for number in range(1_001)), **CARD).retrieved
    assert [error.code for error in asked.errors] == ["XDSRepositoryError"]
    assert "DMP-RET-009" in hospital.bench.rules("dmp.TD3.2")
    named = [f"urn:uuid:{number:08d}-0000-4000-8000-000000000000" for number in range(1_001)]
    body = xds.update_statuses(hospital.set(), named, original=APPROVED, new=DELETED)
    assert hospital.update(body).codes == ["XDSRegistryMetadataError"]
    assert hospital.bench.rules("dmp.TD3.3c") == {"XDS-META-006"}


# -- the registry --------------------------------------------------------------------------------------------------


def test_the_wrong_spelling_of_a_replacement_replaces_all_the_same(tolerated: Hospital) -> None:
    former = filed(tolerated)
    lot = tolerated.lot(tolerated.document(), replaces=tolerated.entry_uuid(former))
    media_type, data = tolerated.packed(lot)
    answer = tolerated.post("repository", data.replace(REPLACES.encode(), OLD_REPLACES.encode()), media_type)
    assert answer.errors == []
    assert "XDS-ASSOC-005" in tolerated.bench.rules("dmp.TD2.1")
    assert {item["unique_id"]: item["status"] for item in tolerated.bench.documents()} == {
        former: DEPRECATED,
        lot.entry.unique_id: APPROVED,
    }


def test_one_update_changes_an_entry_once(hospital: Hospital, doctor: Hospital) -> None:
    unique_id = filed(hospital)
    entry = doctor.found(unique_id, **CARD)
    masked = replace(entry, confidentiality=(*entry.confidentiality, value_set("J08").get("MASQUE_PS")))
    body = xds.update_metadata(doctor.set(), masked)
    for element in [*body.iter("{*}ExtrinsicObject"), *body.iter("{*}Association")]:
        again = deepcopy(element)
        again.set("id", f"{element.get('id')}bis")
        if again.get("targetObject"):
            again.set("targetObject", f"{element.get('targetObject')}bis")
        element.addnext(again)
    assert set(doctor.update(body, **CARD).codes) == {"XDSMetadataUpdateError"}
    assert "DMP-UPD-009" in doctor.bench.rules("dmp.TD3.3a")
    assert doctor.found(unique_id, **CARD).version == "1"


def test_a_document_masked_both_ways_waits_for_the_parameter_of_the_server(hospital: Hospital) -> None:
    hidden = ("MASQUE_PS", "INVISIBLE_PATIENT")
    assert hospital.feed(visibility=hidden).codes == ["XDSRegistryMetadataError"]
    assert "XDS-CODE-007" in hospital.bench.rules("dmp.TD2.1")
    hospital.bench.tell("PUT", "switches", {"dmp.masked_and_invisible": True})
    assert hospital.feed(visibility=hidden).errors == []


def test_a_record_stays_one_when_the_number_of_its_patient_changes(bench: Bench) -> None:
    present = hospital_of(bench, "PAT-17")
    before = replace(present, patient=replace(present.patient, ins=present.patient.historical[0].ins))
    letter = before.letter()
    assert before.send(before.lot(cda.discharge_letter(letter))).errors == []

    later = present.letter(version=2, set_id=letter.set_id, replaces=letter.id)
    replacing = present.lot(cda.discharge_letter(later), replaces=present.entry_uuid(letter.id))
    assert present.send(replacing).errors == []

    reader = Hospital(bench, bench.credential("CPS_AUTH", "P01"), bench.credential("CPS_SIGN", "P01"), present.patient)
    reader.mode = vihf.DIRECT
    query = query_build.find_documents(patient=present.ins.cx(), statuses=[APPROVED, DEPRECATED])
    found = reader.search(query, **CARD).found.entries
    assert [(entry.unique_id, entry.patient_id) for entry in found] == [
        (letter.id, before.ins.cx()),
        (later.id, present.ins.cx()),
    ]
    assert len(reader.retrieve(letter.id, later.id, **CARD).retrieved.documents) == 2


# -- rights --------------------------------------------------------------------------------------------------------


def test_a_blocked_professional_is_refused_in_an_emergency_too(hospital: Hospital, colleague: Hospital) -> None:
    unique_id = filed(hospital)
    urgent = {**CARD, "purpose": "bris_de_glace"}
    assert len(colleague.retrieve(unique_id, **urgent).retrieved.documents) == 1
    hospital.bench.tell("PUT", "switches", {"dmp.blocked": colleague.vihf().name_id})
    assert colleague.retrieve(unique_id, **urgent).rule == "DMP-005"
    assert (
        colleague.search(query_build.find_documents(patient=hospital.ins.cx(), statuses=[APPROVED]), **urgent).rule
        == "DMP-005"
    )


def test_a_secretary_adds_an_authorization_and_no_more(doctor: Hospital) -> None:
    as_secretary = {**CARD, "roles": SECRETARY}
    assert doctor.authorize(authorization.ADD, **as_secretary)[0] == "DMPOk"
    assert doctor.authorize(authorization.REMOVE, **as_secretary)[0] == "DMPAccessDeniedByRightsService"
    assert doctor.bench.rules("dmp.TD0.3") == {"DMP-AUT-005"}
    action = f"{names.AUTHORIZATIONS_NS}:HabilitationsEndPoint:listAuthorizationByPatient"
    asked = doctor.envelope(action, lists.authorization_list(lists.EVERY), **as_secretary)
    assert re.search(b"status>DMPAccessDeniedByRightsService<", doctor.post("habilitations", asked).body)
    assert doctor.bench.rules("dmp.TD1.6") == {"DMP-LST-004"}
