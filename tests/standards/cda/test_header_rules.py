"""Each header rule: the complete letter keeps it, one small change breaks it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from banc_standards.cda.read import read
from banc_standards.cda.rules import RULES, act, authors, identity, participants, patient, signatures
from banc_standards.rules import Registry, judge

BY_ID = Registry(RULES)
ROLE = "recordTarget/patientRole"
PATIENT = f"{ROLE}/patient"
EVENT = "documentationOf/serviceEvent"
ENCOUNTER = "componentOf/encompassingEncounter"
FACILITY = f"{ENCOUNTER}/location/healthCareFacility"
AUTHOR = "author/assignedAuthor"
RECIPIENT = "informationRecipient/intendedRecipient"
KEEPER = "custodian/assignedCustodian/representedCustodianOrganization"
RPLC = '<relatedDocument typeCode="RPLC"><parentDocument><id root="1.2"/></parentDocument></relatedDocument>'

BROKEN = {
    "CDA-HDR-001": [("put", "", {"classCode": "DOC"})],
    "CDA-HDR-002": [("put", "realmCode", {"code": "BE"})],
    "CDA-HDR-003": [("put", "typeId", {"extension": "POCD_HD000041"})],
    "CDA-HDR-004": [("drop", "templateId[1]")],
    "CDA-HDR-005": [("double", "templateId[2]", {})],
    "CDA-HDR-006": [("drop", "templateId[3]")],
    "CDA-HDR-007": [("put", "templateId[3]", {"root": "1.2.250.1.213.1.1.1.21"})],
    "CDA-HDR-008": [("put", "id", {"root": None})],
    "CDA-HDR-009": [("put", "code", {"code": "0000-0"})],
    "CDA-HDR-010": [("put", "code", {"codeSystem": "1.2.3"})],
    "CDA-HDR-011": [("put", "title", {"nullFlavor": "UNK"})],
    "CDA-HDR-012": [("drop", "effectiveTime")],
    "CDA-HDR-013": [("put", "confidentialityCode", {"code": "X"})],
    "CDA-HDR-014": [("put", "languageCode", {"code": "français"})],
    "CDA-HDR-015": [("put", "languageCode", {"code": "en-US"})],
    "CDA-HDR-016": [("drop", "setId")],
    "CDA-HDR-017": [("put", "versionNumber", {"value": "1.0"})],
    "CDA-HDR-018": [("put", "versionNumber", {"value": "2"})],
    "CDA-HDR-019": [("add", "", "<copyTime/>")],
    "CDA-HDR-020": [("double", "recordTarget", {})],
    "CDA-HDR-021": [("put", f"{ROLE}/id[2]", {"extension": None})],
    "CDA-HDR-022": [("drop", f"{ROLE}/id[1]")],
    "CDA-HDR-023": [("drop", f"{PATIENT}/birthplace")],
    "CDA-HDR-024": [("put", f"{ROLE}/id[1]", {"extension": "279035121518900"})],
    "CDA-HDR-025": [("double", f"{ROLE}/id[1]", {"root": "1.2.250.1.213.1.4.11"})],
    "CDA-HDR-026": [("double", f"{PATIENT}/name", {})],
    "CDA-HDR-027": [("add", f"{PATIENT}/name", "<prefix>M</prefix><prefix>DR</prefix>")],
    "CDA-HDR-028": [("put", f"{PATIENT}/name/family[1]", {"qualifier": "SP"})],
    "CDA-HDR-029": [("put", f"{PATIENT}/name/given[1]", {"qualifier": "SP"})],
    "CDA-HDR-030": [("put", f"{PATIENT}/administrativeGenderCode", {"code": "X"})],
    "CDA-HDR-031": [("put", f"{PATIENT}/birthTime", {"value": None, "nullFlavor": "UNK"})],
    "CDA-HDR-032": [("add", PATIENT, '<sdtc:multipleBirthOrderNumber value="0"/>')],
    "CDA-HDR-033": [("double", f"{PATIENT}/birthplace/place/addr", {})],
    "CDA-HDR-034": [("drop", f"{PATIENT}/guardian/guardianPerson")],
    "CDA-HDR-035": [("drop", f"{ROLE}/addr")],
    "CDA-HDR-036": [("drop", "author[2]"), ("drop", "author")],
    "CDA-HDR-037": [("drop", "author/time")],
    "CDA-HDR-038": [("drop", "author/assignedAuthor/id")],
    "CDA-HDR-039": [("put", "author/assignedAuthor/code", {"code": "MEDECIN"})],
    "CDA-HDR-040": [("put", "author/assignedAuthor/code", {"codeSystem": "1.2.3"})],
    "CDA-HDR-041": [("add", "author/assignedAuthor", "<assignedAuthoringDevice/>")],
    "CDA-HDR-042": [("drop", "author/assignedAuthor/assignedPerson/name/family")],
    "CDA-HDR-043": [("drop", "author[2]/assignedAuthor/assignedAuthoringDevice/softwareName")],
    "CDA-HDR-044": [("put", "author/assignedAuthor/representedOrganization/id", {"extension": None})],
    "CDA-HDR-045": [("double", "dataEnterer", {})],
    "CDA-HDR-046": [("drop", "informant/relatedEntity")],
    "CDA-HDR-047": [("drop", "informant[2]/assignedEntity/id")],
    "CDA-HDR-048": [("put", "informant/relatedEntity", {"classCode": "FRIEND"})],
    "CDA-HDR-049": [("drop", "custodian")],
    "CDA-HDR-050": [("put", f"{KEEPER}/id", {"root": "1.2.3"})],
    "CDA-HDR-051": [("double", f"{KEEPER}/name", {})],
    "CDA-HDR-052": [("put", f"{KEEPER}/id", {"extension": None})],
    "CDA-HDR-053": [("put", "informationRecipient/intendedRecipient/id", {"extension": None})],
    "CDA-HDR-054": [("put", "legalAuthenticator/signatureCode", {"code": "I"})],
    "CDA-HDR-055": [("drop", "legalAuthenticator/time")],
    "CDA-HDR-056": [("drop", "legalAuthenticator/assignedEntity/id")],
    "CDA-HDR-057": [("drop", "legalAuthenticator/assignedEntity/assignedPerson/name")],
    "CDA-HDR-058": [("put", "authenticator/assignedEntity/id", {"root": "1.2.3"})],
    "CDA-HDR-059": [("put", "participant", {"typeCode": "DEV"})],
    "CDA-HDR-060": [("drop", "participant/time")],
    "CDA-HDR-061": [("put", "participant/associatedEntity", {"classCode": "PAT"})],
    "CDA-HDR-062": [("double", "participant/associatedEntity/id", {"extension": "899900000012"})],
    "CDA-HDR-063": [
        ("add", "inFulfillmentOf/order", "<ps3-20:accessionNumber/><ps3-20:accessionNumber/>"),
    ],
    "CDA-HDR-064": [("drop", EVENT)],
    "CDA-HDR-065": [("drop", f"{EVENT}/performer")],
    "CDA-HDR-066": [("double", f"{EVENT}/code", {})],
    "CDA-HDR-067": [("put", f"{EVENT}/code", {"codeSystem": None})],
    "CDA-HDR-068": [("drop", f"{EVENT}/effectiveTime/low")],
    "CDA-HDR-069": [("drop", f"{EVENT}/performer/assignedEntity/representedOrganization")],
    "CDA-HDR-070": [("drop", f"{EVENT}/performer/assignedEntity/id")],
    "CDA-HDR-071": [
        ("drop", f"{EVENT}/performer/assignedEntity/representedOrganization/standardIndustryClassCode"),
    ],
    "CDA-HDR-072": [("add", "", RPLC), ("add", "", RPLC)],
    "CDA-HDR-073": [("put", "authorization/consent/statusCode", {"code": "active"})],
    "CDA-HDR-074": [("drop", "componentOf")],
    "CDA-HDR-075": [("put", f"{ENCOUNTER}/code", {"code": "HOSP"})],
    "CDA-HDR-076": [("put", f"{ENCOUNTER}/dischargeDispositionCode", {"codeSystem": "1.2.3"})],
    "CDA-HDR-077": [("put", f"{ENCOUNTER}/responsibleParty/assignedEntity/id", {"root": "1.2.3"})],
    "CDA-HDR-078": [("put", f"{ENCOUNTER}/encounterParticipant", {"typeCode": "PRF"})],
    "CDA-HDR-079": [("put", f"{FACILITY}/code", {"code": "SA99"})],
    "CDA-HDR-080": [("double", f"{FACILITY}/location/name", {})],
    "CDA-HDR-081": [("drop", "component/structuredBody")],
    "CDA-HDR-082": [("say", f"{PATIENT}/birthplace/place/addr/county", "Dompremy")],
    "CDA-HDR-083": [("put", f"{EVENT}/performer", {"typeCode": "SPRF"})],
    "CDA-HDR-084": [("put", "authenticator/signatureCode", {"code": "I"})],
    "CDA-HDR-085": [("put", f"{AUTHOR}/representedOrganization/standardIndustryClassCode", {"code": "CLINIQUE"})],
    "CDA-HDR-086": [("drop", f"{RECIPIENT}/informationRecipient/name/family")],
}


def test_the_complete_letter_keeps_every_rule(complete: bytes) -> None:
    assert judge(RULES, read(complete)) == []


@pytest.mark.parametrize("rule_id", BROKEN)
def test_a_change_breaks_the_rule(rule_id: str, complete: bytes, changed: Callable[..., bytes]) -> None:
    broken = read(changed(complete, *BROKEN[rule_id]))

    hits = list(BY_ID[rule_id].check(broken))

    assert hits
    assert all(hit.location.startswith("/ClinicalDocument") for hit in hits)


def test_every_header_rule_has_its_change() -> None:
    modules = (identity, patient, authors, signatures, participants, act)

    assert {rule.id for module in modules for rule in module.RULES} == set(BROKEN)


def test_every_sentence_exists_in_both_languages_and_ends() -> None:
    for rule in RULES:
        for sentence in (rule.text, rule.fix):
            assert sentence.fr.endswith((".", "…")), rule.id
            assert sentence.en.endswith((".", "…")), rule.id
