"""TD0.2: the messages built and read, the published samples read, and the rules of the query."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from banc_standards.dmp import build, errors, names, read, rules, transactions
from banc_standards.dmp.build import Device, Identifier, Person, Record, Refusal
from banc_standards.ins import Ins
from banc_standards.soap import read as soap
from banc_standards.vihf import names as vihf
from banc_standards.vihf.read import read as read_assertion

SHARED = Path(__file__).parents[3].parent / "shared" / "data" / "dmp" / "soap"
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PATIENT = Ins("279035121518989", "1.2.250.1.213.1.4.10")
LPS = Device("1.2.250.1.999.1", "Dossier Exemple")
REQUEST_ID = Identifier("1.2.250.1.999.1.1", "m-1")
QUERY_ID = Identifier("1.2.250.1.999.1.2", "q-1")
RECORD = Record((PATIENT,), Person("PAT-TROIS", "DOMINIQUE", "F", "19790328"))

sample = pytest.mark.skipif(not SHARED.is_dir(), reason="the public examples are not beside the repository")


def query(**changes: Any) -> etree._Element:
    given: dict[str, Any] = {
        "message_id": REQUEST_ID,
        "query_id": QUERY_ID,
        "when": NOW,
        "sender": LPS,
        "patient": PATIENT,
    }
    return build.query(**(given | changes))


def answer(**changes: Any) -> read.Existence:
    given: dict[str, Any] = {
        "message_id": Identifier("1.2.3"),
        "when": NOW,
        "receiver": LPS,
        "request_id": REQUEST_ID,
        "query_id": QUERY_ID,
        "reason": names.TEST_EXISTENCE,
    }
    return read.existence(etree.fromstring(etree.tostring(build.answer(**(given | changes)))))


def test_a_query_is_read_as_it_was_built() -> None:
    found = read.query(query(reason=names.READ_DATA))
    assert (found.message_id, found.query_id, found.sender) == (REQUEST_ID, QUERY_ID, LPS)
    assert (found.reason, found.patients) == (names.READ_DATA, (Identifier(PATIENT.oid, PATIENT.value),))
    assert found.receiver == build.DMP


def test_an_open_record_is_found() -> None:
    found = answer(record=RECORD)
    assert (found.acknowledgement, found.found, found.record_status) == ("AA", "OK", "active")
    assert (found.authorization, found.treating_doctor, found.feedable) == ("VALIDE", False, True)
    assert found.identifiers == (Identifier(PATIENT.oid, PATIENT.value),)
    assert (found.request_id, found.query_id) == (REQUEST_ID, QUERY_ID)


def test_a_closed_record_is_found_but_not_feedable() -> None:
    found = answer(record=replace(RECORD, open=False, authorization="INTERDIT"))
    assert (found.found, found.record_status, found.feedable) == ("OK", "terminated", False)
    assert found.authorization == "INTERDIT"


def test_no_record() -> None:
    found = answer()
    assert (found.acknowledgement, found.found, found.feedable) == ("AA", "NF", False)


def test_a_refused_query() -> None:
    found = answer(refusal=Refusal(errors.PATIENT_MISMATCH, "…"))
    assert (found.acknowledgement, found.found) == ("AE", "AE")
    assert (found.error_code, found.error_text) == (errors.PATIENT_MISMATCH, "…")


@sample
def test_the_published_request_is_read_and_breaks_only_what_it_really_breaks() -> None:
    message = soap.read((SHARED / "TD0.2_requete.xml").read_bytes())
    assert message.body is not None
    assert message.security is not None
    found = read.query(message.body)
    assertion = read_assertion(message.security[0])
    assert found.patients == (Identifier("1.2.250.1.213.1.4.10", "207058575627097"),)
    assert assertion.roles[1].code == "SM26"
    assert broken(rules.QuerySubject(found, assertion)) == set()


@sample
def test_the_published_answer_is_read() -> None:
    message = soap.read((SHARED / "TD0.2_reponse.xml").read_bytes())
    assert message.body is not None
    found = read.existence(message.body)
    assert (found.found, found.authorization, found.treating_doctor) == ("OK", "VALIDE", True)
    assert found.record_status == "active"


def token(patient: Ins = PATIENT) -> Any:
    saml = "urn:oasis:names:tc:SAML:2.0:assertion"
    element = etree.Element(f"{{{saml}}}Assertion")
    statement = etree.SubElement(element, f"{{{saml}}}AttributeStatement")
    attribute = etree.SubElement(statement, f"{{{saml}}}Attribute", Name=vihf.RESOURCE_ID)
    etree.SubElement(attribute, f"{{{saml}}}AttributeValue").text = patient.cx()
    return read_assertion(element)


def broken(subject: rules.QuerySubject) -> set[str]:
    return {rule.id for rule in rules.QUERY_RULES for _ in rule.check(subject)}


def test_an_honest_query_breaks_no_rule() -> None:
    assert broken(rules.QuerySubject(read.query(query()), token())) == set()


PRODUCTION = Identifier("1.2.250.1.213.1.4.8", PATIENT.value)


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("DMP-HL7-001", {"interaction": Identifier(names.INTERACTION_ROOT, "PRPA_IN201305UV02")}),
        ("DMP-HL7-002", {"reason": "TEST_EXIST"}),
        ("DMP-HL7-002", {"reason_system": ""}),
        ("DMP-HL7-003", {"patients": ()}),
        ("DMP-HL7-003", {"patients": (Identifier(PATIENT.oid, PATIENT.value),) * 2}),
        ("DMP-HL7-005", {"patients": (PRODUCTION,)}),
        ("DMP-HL7-006", {"semantics": ("Patient.identifier",)}),
        ("DMP-HL7-007", {"receiver": Device("1.2.3", "DMP")}),
        ("DMP-HL7-008", {"query_id": Identifier("")}),
        ("DMP-HL7-009", {"accept_ack": "NE"}),
        ("DMP-HL7-010", {"creation_time": "2026-03-02"}),
    ],
)
def test_each_rule_finds_its_break(rule: str, changes: dict[str, Any]) -> None:
    assert broken(rules.QuerySubject(replace(read.query(query()), **changes), token())) == {rule}


def test_a_patient_without_ins_is_found() -> None:
    local = replace(PATIENT, oid="1.2.250.1.999.7")
    assert broken(rules.QuerySubject(read.query(query(patient=local)), token(local))) == {"DMP-HL7-004"}


@pytest.mark.parametrize(
    ("identifier", "mode", "purpose", "allowed"),
    [
        ("TD0.2", vihf.INDIRECT, "normal", True),
        ("TD0.2", vihf.INDIRECT, "bris_de_glace", False),
        ("TD0.2", vihf.AIR, "normal", True),
        ("TD1.3a", vihf.DIRECT, "bris_de_glace", True),
        ("TD2.1", vihf.DIRECT, "normal", True),
        ("TD2.1", vihf.INDIRECT, "centre_15", True),
        ("TD2.1", vihf.AIR, "normal", False),
        ("TD1.1", vihf.DIRECT, "normal", False),
        ("TD1.5a", vihf.DIRECT, "normal", False),
    ],
)
def test_the_rights_matrix(identifier: str, mode: str, purpose: str, allowed: bool) -> None:
    subject = rules.ActorSubject(transactions.by_id(identifier), mode, purpose)
    assert (not list(rules.ACCESS.check(subject))) is allowed


def test_a_request_is_routed_on_path_and_root() -> None:
    root = transactions.FEED.root
    assert transactions.find("/repository", root) is transactions.FEED
    assert transactions.find("/registry", root) is None
    assert transactions.find("/patients", None) is None
    asked = transactions.TEST_OF_EXISTENCE.root
    assert transactions.find("/patients", asked, names.READ_DATA) is transactions.READ_DATA
    assert transactions.find("/patients", asked, "UNKNOWN") is transactions.TEST_OF_EXISTENCE


def test_every_code_that_rules_answer_with_has_a_sentence() -> None:
    codes = {rule.code for rule in rules.RULES if rule.code.startswith("DMP")}
    assert codes <= set(errors.SENTENCES)


def test_rules_are_published_once() -> None:
    ids = [rule.id for rule in rules.RULES]
    assert len(ids) == len(set(ids))
    with pytest.raises(KeyError):
        transactions.by_id("TD9.9")
