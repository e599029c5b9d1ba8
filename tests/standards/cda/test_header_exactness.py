"""The header is judged as the published checks judge it: what they let pass is no error, what they see is one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from banc_standards.cda.names import XSI_TYPE
from banc_standards.cda.read import read
from banc_standards.cda.rules import (
    RULES,
    act,
    authors,
    contacts,
    datatypes,
    identity,
    participants,
    patient,
    signatures,
)

HEADER_RULES = {
    rule.id
    for module in (identity, patient, authors, signatures, participants, act, datatypes, contacts)
    for rule in module.RULES
    if rule.severity == "error"
}
ROLE = "recordTarget/patientRole"
PATIENT = f"{ROLE}/patient"
AUTHOR = "author/assignedAuthor"
SIGNER = "legalAuthenticator/assignedEntity"
RECIPIENT = "informationRecipient/intendedRecipient"
EVENT = "documentationOf/serviceEvent"
PERFORMER = f"{EVENT}/performer/assignedEntity"
INFORMANT = "informant[2]/assignedEntity"
ENCOUNTER = "componentOf/encompassingEncounter"
PARTICIPANT = "participant/associatedEntity"
FACILITY = f"{ENCOUNTER}/location/healthCareFacility"
KEEPER = "custodian/assignedCustodian/representedCustodianOrganization"
SETTING = "representedOrganization/standardIndustryClassCode"
SIC = '<representedOrganization><standardIndustryClassCode code="ETABLISSEMENT"/></representedOrganization>'
APND = '<relatedDocument typeCode="APND"><parentDocument><id root="1.2"/></parentDocument></relatedDocument>'
UUID = "5E6D1C3A-0F7B-4B5E-9C1D-2A3B4C5D6E7F"

SOUND = {
    "a birth place that is no COG": [("say", f"{PATIENT}/birthplace/place/addr/county", "Dompremy")],
    "an authenticator who has not signed": [
        ("put", "authenticator/signatureCode", {"code": "I"}),
        ("drop", "authenticator/time"),
        ("drop", "authenticator/assignedEntity/id"),
    ],
    "a performer of another kind": [
        ("put", f"{EVENT}/performer", {"typeCode": "SPRF"}),
        ("drop", f"{PERFORMER}/representedOrganization"),
    ],
    "another setting of an author's organisation": [("put", f"{AUTHOR}/{SETTING}", {"code": "CLINIQUE"})],
    "a setting of another system": [("put", f"{AUTHOR}/{SETTING}", {"codeSystem": "1.2.3", "displayName": None})],
    "a recipient without family name": [("drop", f"{RECIPIENT}/informationRecipient/name/family")],
    "a recipient without name": [("drop", f"{RECIPIENT}/informationRecipient/name")],
    "a recipient's number under another root": [("put", f"{RECIPIENT}/id", {"root": "1.2.3", "extension": None})],
    "an organisation's number under another root": [
        ("put", f"{AUTHOR}/representedOrganization/id", {"root": "1.2.3", "extension": None})
    ],
    "a participant without family name": [("drop", f"{PARTICIPANT}/associatedPerson/name")],
    "a blank extension": [("put", f"{SIGNER}/id", {"extension": " "})],
    "a city twice beside a line": [
        ("add", f"{ROLE}/addr", "<streetAddressLine>28 AVENUE</streetAddressLine>"),
        ("double", f"{ROLE}/addr/city", {}),
    ],
    "an empty part beside a line": [
        ("add", f"{ROLE}/addr", "<streetAddressLine>28 AVENUE</streetAddressLine>"),
        ("say", f"{ROLE}/addr/city", ""),
    ],
    "a blank given name": [("say", f"{PATIENT}/name/given[2]", " ")],
    "a guardian with two given names": [("double", f"{PATIENT}/guardian/guardianPerson/name/given", {})],
    "a guardian with another prefix": [("say", f"{PATIENT}/guardian/guardianPerson/name/prefix", "Mme")],
    "a language within a text": [("put", "languageCode", {"code": "x fr-FR x"})],
    "a name of the author's organisation made of parts": [
        ("add", f"{AUTHOR}/representedOrganization/name", "<family>DURAND</family>")
    ],
    "an empty name of the author's organisation": [("say", f"{AUTHOR}/representedOrganization/name", "")],
    "an appended document": [("add", "", APND), ("add", "", APND)],
    "a consent whose status is unknown": [
        ("put", "authorization/consent/statusCode", {"code": None, "nullFlavor": "UNK"})
    ],
    "a signer's code of a system that is no OID": [("put", f"{SIGNER}/code", {"codeSystem": UUID})],
    "a facility's address without part": [("drop", f"{FACILITY}/location/addr")],
    "a single arc": [("put", "id", {"root": "1"})],
    "an INS without key": [("put", f"{ROLE}/id[1]", {"extension": "2790351215189"})],
    "a version behind zero": [("put", "versionNumber", {"value": "-1"})],
    "a type named as expected": [("put", "effectiveTime", {XSI_TYPE: "TS"})],
    "a nullFlavor explained by its system": [
        ("put", "authorization/consent/code", {"code": None, "nullFlavor": "OTH"})
    ],
    "an unknown address": [
        ("put", f"{ROLE}/addr", {"nullFlavor": "UNK", "use": None}),
        *[("drop", f"{ROLE}/addr/*[1]")] * 5,
    ],
}

FAULTY = {
    "two given names of an author": [("double", f"{AUTHOR}/assignedPerson/name/given", {})],
    "two given names of the signer": [("double", f"{SIGNER}/assignedPerson/name/given", {})],
    "two given names of a performer": [("double", f"{PERFORMER}/assignedPerson/name/given", {})],
    "two given names of an authenticator": [("double", "authenticator/assignedEntity/assignedPerson/name/given", {})],
    "two given names of a participant": [("double", f"{PARTICIPANT}/associatedPerson/name/given", {})],
    "an unknown setting of the performer": [("put", f"{PERFORMER}/{SETTING}", {"nullFlavor": "UNK"})],
    "a code beside a nullFlavor": [("put", f"{AUTHOR}/code", {"nullFlavor": "UNK"})],
    "a zone of three digits in a stay": [("put", f"{ENCOUNTER}/effectiveTime/low", {"value": "20260102080000+100"})],
    "a version with a plus": [("put", "versionNumber", {"value": "+1"})],
    "a prefix with a space": [("say", f"{AUTHOR}/assignedPerson/name/prefix", "MME ")],
    "a prefix in lower case": [("say", f"{SIGNER}/assignedPerson/name/prefix", "Mme")],
    "a gender of another system": [("put", f"{PATIENT}/administrativeGenderCode", {"codeSystem": "1.2.3"})],
    "another type": [("put", "effectiveTime", {XSI_TYPE: "IVL_TS"})],
    "an informant's setting without label": [("add", INFORMANT, SIC)],
    "a discharge without system": [("put", f"{ENCOUNTER}/dischargeDispositionCode", {"codeSystem": None})],
    "a facility without label": [("put", f"{FACILITY}/code", {"displayName": None})],
    "a custodian twice identified": [("double", f"{KEEPER}/id", {"extension": "1990000002"})],
    "a recipient named twice": [("double", f"{RECIPIENT}/informationRecipient/name/family", {})],
    "an author's second organisation": [("double", f"{AUTHOR}/representedOrganization", {})],
    "a realm that is absent": [("put", "realmCode", {"code": None, "nullFlavor": "UNK"})],
    "a patient's name without use of parts": [("put", f"{PATIENT}/name/family[1]", {"qualifier": None})],
    "an absent telecom that tells a use": [("put", f"{ROLE}/telecom", {"nullFlavor": "UNK", "value": None})],
    "an order whose number has no root": [("put", "inFulfillmentOf/order/id", {"root": None})],
    "an empty city": [("say", f"{ROLE}/addr/city", "")],
}


def errors(data: bytes) -> set[str]:
    """The error rules of the header that a document breaks."""
    document = read(data)
    return {rule.id for rule in RULES if rule.id in HEADER_RULES and next(iter(rule.check(document)), None) is not None}


@pytest.mark.parametrize("change", SOUND)
def test_what_the_published_checks_let_pass_is_no_error(
    change: str, complete: bytes, changed: Callable[..., bytes]
) -> None:
    assert errors(changed(complete, *SOUND[change])) == set()


@pytest.mark.parametrize("change", FAULTY)
def test_what_the_published_checks_see_is_an_error(change: str, complete: bytes, changed: Callable[..., bytes]) -> None:
    assert errors(changed(complete, *FAULTY[change])) != set()
