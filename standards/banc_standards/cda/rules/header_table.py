"""What the common structure of CI-SIS documents holds of each header element, as a table.

Published as a Schematron schema (template 1.2.250.1.213.1.1.1.1, state of February 2025). A child that its row does not
take is not looked at there: it counts as missing where it is required, and passes where it is not. See
:mod:`banc_standards.cda.rules.header_notation` for the words of a row; the numbers are those of the rules CDA-HDR.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from lxml import etree

from banc_standards.cda.names import V3
from banc_standards.cda.rules import header_types as types
from banc_standards.cda.rules.header_notation import choice, one_of, stated, table
from banc_standards.cda.rules.header_walk import Faults, Header, Judge
from banc_standards.identifiers import STRUCT_IDNAT
from banc_standards.terminology.oids import DISCHARGE_DISPOSITIONS, DMP

_TABLE: Final = """
realmCode ?code:FR 1 002 CS
typeId ?cda-r2 1 003 II
templateId ?root:HL7-FRANCE 1 004 II
templateId ?root:CI-SIS 1 005 II
templateId 1..* 006 II +root
id ?stated 1 008 II +root
code ?stated 1 009 CE +code,codeSystem,displayName oid JDV:J07
title ?stated 1 011 ST
effectiveTime ?stated 1 012 TS +value zoned
confidentialityCode ?stated 1 013 CE +code,codeSystem,displayName oid JDV:Confidentiality
languageCode ?stated 1 014 CS +code #language
setId ?stated 1 016 II +root
versionNumber ?stated 1 017 INT +value
recordTarget ?stated 1 020
    patientRole ?holds:patient 1 ANY
        id ?stated 1..* 021 II +root,extension
        .contact
        patient ?stated 1 020
            name ?stated 1 026 PN #qualified
                given ?stated 1..* 027
                family ?stated 1..* 027
                prefix 0..1 027
                suffix 0..1 027
            administrativeGenderCode 1 030 CE +code JDV:J143
            birthTime 1 031 TS +value
            sdtc:deceasedInd 0..1 032 BL
            sdtc:deceasedTime 0..1 032 TS
            sdtc:multipleBirthInd 0..1 032 BL
            sdtc:multipleBirthOrderNumber 0..1 032 INT #positive
            guardian 034 ANY #person-or-organization
                id II
                .contact
                guardianPerson
                    name ?holds:family 1 PN
                        family 1..3
                        prefix 0..1
                guardianOrganization
                    id ?root:STRUCT 0..1 II +extension
                    name 0..1 ON
            birthplace ?holds:place 0..1 033
                place 1
                    addr 0..1 AD
                    name 0..1
author ?holds:assignedAuthor 1..* 036 count:stated
    functionCode 0..1 037 CE +code,codeSystem oid JDV:J47
        originalText 0..1 ED
    time 1 037 TS +value zoned
    assignedAuthor ?stated 1 036 #person-or-device
        id 1..* 038 II +root,extension
        code 0..1 039 CE +code,codeSystem,displayName oid JDV:J01
        .contact
        assignedPerson 042 .named
        assignedAuthoringDevice 043
            manufacturerModelName 1 SC
            softwareName 1 SC
        representedOrganization 0..1 044
            id ?root:STRUCT 0..1 II +extension
            name 0..1
            .contact
            standardIndustryClassCode ?pair:J04 0..1 CE +displayName oid
dataEnterer 0..1 045 ANY
    time 0..1 TS
informant 046 #informant
    assignedEntity 047 ANY
        id 1 II #identified-or-null
        code 0..1 CD oid
        .contact
        assignedPerson 0..1 .named
        representedOrganization 0..1
            id ?root:STRUCT II +extension
            name 0..1 ON
            .contact
            standardIndustryClassCode 0..1 CE +code,codeSystem,displayName oid JDV:J04
    relatedEntity ?holds:relatedPerson 048 ANY #relation
        code 0..1 CE +code,codeSystem,displayName oid JDV:J11
            originalText 0..1 ED
        .contact
        relatedPerson 1
            name ?holds:family 1 PN
                family 1
                given 0..1
                prefix 0..1
custodian ?stated ?holds:assignedCustodian 1 049
    assignedCustodian ?holds:representedCustodianOrganization 1
        representedCustodianOrganization 1
            id ?stated 1 050 II +root #keeper
            name 0..1 051
            telecom 0..1 051 TEL
            addr 0..1 051 AD
informationRecipient ?holds:intendedRecipient 053
    intendedRecipient 1
        templateId II +root
        id ?root:PS II +extension
        .contact
        informationRecipient 0..1
            name ?holds:family PN
                family 1
                given 0..1
                prefix 0..1
                suffix 0..1
        receivedOrganization 0..1
            id ?root:STRUCT II +extension
            name ON
            .contact
legalAuthenticator ?signed 1 054
    time 1 055 TS +value zoned
    signatureCode ?code:S 1 CS
    assignedEntity 1 056
        id ?stated 1 II +root,extension
        code 0..1 CD JDV:J01
        .contact
        assignedPerson 0..1 057
            name ?stated ?holds:family 1 PN
                family 1
                given 0..1
                prefix 0..1
                suffix 0..1
        representedOrganization 0..1 057
            id ?root:STRUCT II +extension
            name 0..1
            .contact
            standardIndustryClassCode 0..1 CE JDV:J04
authenticator ?signed 058
    templateId II
    time 1 TS +value zoned
    signatureCode ?code:S 1 CS
    assignedEntity ?identified:PS 1
        id ?root:PS 1 II +extension
        code 0..1 CD oid
        .contact
        assignedPerson 0..1 .named
        representedOrganization 0..1
            id ?root:STRUCT II +extension
            name 0..1 ON
            .contact
            standardIndustryClassCode ?pair:J04 0..1 CE +displayName oid
participant ?holds:associatedEntity 060 #participation
    templateId 0..1 II
    functionCode 0..1 CE oid JDV:J47
        originalText 0..1 ED
        translation CD
    time 1 IVL_TS
        low 0..1 IVXB_TS +value
        high 0..1 IVXB_TS +value
    associatedEntity 1 061 #prov-or-agnt
        id 0..1 062 II +root,extension
        code 0..1 062 CE +code,codeSystem,displayName oid JDV:J01
        .contact
        associatedPerson ?holds:name 0..1 062
            name ?holds:family 1
                family 1
                given 0..1
                prefix 0..1
                suffix 0..1
        scopingOrganization 0..1 062 ANY
            id 0..1 II
            name 0..1 ANY
            .contact
            standardIndustryClassCode 0..1 CD
inFulfillmentOf ?holds:order 063
    order 1
        id 1 II
        code 0..1 CE
            originalText 0..1 ED
        dicom:accessionNumber 0..1 II
documentationOf ?stated ?holds:serviceEvent 1..* 064
    serviceEvent ?stated 1
        id 066 II
        code 0..1 066 CE oid #code-and-system
            translation CD
            originalText 0..1 ED
        lab:statusCode 0..1 066 CS
        effectiveTime 0..1 066
            low 1 068 IVXB_TS +value
            high 0..1 068 IVXB_TS
        performer ?typeCode:PRF ?holds:assignedEntity 0..1 066
            templateId II
            functionCode 0..1 069 CE
            time 0..1 069 IVL_TS
            assignedEntity ?holds:representedOrganization 1 069
                id 1 070 II
                code 0..1 070 CD JDV:J01
                .contact
                assignedPerson 0..1 070 .named
                representedOrganization 1 069
                    id ?root:STRUCT 071 II +extension
                    id II
                    name 0..1 071 ON
                    .contact
                    standardIndustryClassCode ?stated 1 071 CE +code,codeSystem,displayName oid JDV:J04
                    asOrganizationPartOf 0..1 071 ANY
                        templateId II
                        id II
                        code 0..1 CD
                        statusCode 0..1 CS
                        effectiveTime 0..1
relatedDocument ?typeCode:RPLC ?holds:parentDocument 0..1 072
    parentDocument ?stated 1
        id ?stated 1 II +root
        versionNumber 0..1 INT
authorization ?holds:consent 073
    consent ?consented 1
        id II
        code 1 CE
        statusCode ?completed 1 CS
componentOf ?stated ?holds:encompassingEncounter 1 074
    encompassingEncounter ?stated ?holds:location 1
        id 075 II +root
        code 0..1 075 CE +code,codeSystem,displayName oid JDV:J142
        effectiveTime 1 075 IVL_TS
            low 0..1 IVXB_TS
            high 0..1 IVXB_TS
        dischargeDispositionCode 0..1 076 CE +code,displayName #disposition
        responsibleParty ?holds:assignedEntity 0..1 077
            assignedEntity ?identified:PS 1
                id ?root:PS 1 II +extension
                code 0..1 CD
                .contact
                assignedPerson 0..1 .named
                representedOrganization 0..1
                    id ?root:STRUCT II +extension
                    name 0..1 ON
                    .contact
                    standardIndustryClassCode ?pair:J04 0..1 CE +displayName oid
                    asOrganizationPartOf 0..1 ANY
                        templateId II
                        id II
                        code 0..1 CD
                        statusCode 0..1 CS
                        effectiveTime 0..1
        encounterParticipant ?holds:assignedEntity 078 #encounter-role
            time 0..1 IVL_TS
                low 0..1 IVXB_TS +value
                high 0..1 IVXB_TS +value
            assignedEntity ?identified:PS 1
                id ?root:PS 1 II +extension
                code 0..1 CD
                .contact
                assignedPerson 0..1 .named
                representedOrganization 0..1
                    id ?root:STRUCT II +extension
                    name 0..1 ON
                    .contact
                    standardIndustryClassCode ?pair:J04 0..1 CE +displayName oid
        location ?holds:healthCareFacility 1 079
            healthCareFacility ?stated 1
                id II
                code ?stated 1 CE +code,codeSystem,displayName oid JDV:J02
                    translation CD +code,codeSystem,displayName oid
                location 0..1 080
                    name 0..1 EN
                    addr 0..1 AD
component 1 081
"""
_LANGUAGE: Final = re.compile(r"[a-z]{2}-[A-Z]{2}")


def _language(rule: str) -> Judge:
    def check(element: etree._Element, faults: Faults) -> None:
        code = element.get("code")
        if code is not None and _LANGUAGE.search(code) is None:
            faults.tell(rule, element, code, "fr-FR", "@code")

    return check


def _qualified(_: str) -> Judge:
    def check(element: etree._Element, faults: Faults) -> None:
        for part in element.iterchildren(f"{V3}given", f"{V3}family"):
            qualifier, given = part.get("qualifier"), part.tag == f"{V3}given"
            if qualifier not in ("BR", "CL") and (qualifier is not None or (not given and stated(part))):
                rule = "CDA-HDR-029" if given else "CDA-HDR-028"
                faults.tell(rule, part, qualifier or "", "BR | CL", "@qualifier")

    return check


def _positive(rule: str) -> Judge:
    def check(element: etree._Element, faults: Faults) -> None:
        value = element.get("value", "")
        if stated(element) and not (value.isascii() and value.isdecimal() and value.strip("0")):
            faults.tell(rule, element, value, "entier > 0", "@value")

    return check


def _identified_or_null(rule: str) -> Judge:
    def check(element: etree._Element, faults: Faults) -> None:
        if stated(element) and (element.get("root") is None or element.get("extension") is None):
            faults.tell(rule, element, "", "root + extension | nullFlavor")

    return check


def _code_and_system(_: str) -> Judge:
    def check(element: etree._Element, faults: Faults) -> None:
        code, system = element.get("code") is not None, element.get("codeSystem") is not None
        if code is not system or code is not stated(element):
            faults.tell("CDA-HDR-067", element, element.get("nullFlavor", ""), "code + codeSystem | nullFlavor")

    return check


def _holds_person(element: etree._Element) -> bool:
    return element.get("classCode") is not None and element.find(f"{V3}relatedPerson") is not None


def _set_of(name: str, attribute: str, number: int) -> Callable[[str], Judge]:
    return lambda _: types.of_set(f"CDA-HDR-{number:03}", name, attribute)


_CHECKS: Final[Mapping[str, Callable[[str], Judge]]] = {
    "language": _language,
    "qualified": _qualified,
    "positive": _positive,
    "person-or-organization": choice(1, 1, guardianPerson=None, guardianOrganization=None),
    "person-or-device": lambda _: choice(0, 1, assignedPerson=None, assignedAuthoringDevice=None)("CDA-HDR-041"),
    "informant": choice(1, 1, assignedEntity=None, relatedEntity=_holds_person),
    "identified-or-null": _identified_or_null,
    "relation": one_of("classCode", "ECON", "NOK", "CON", "CAREGIVER", "PAT"),
    "keeper": one_of("root", STRUCT_IDNAT, DMP),
    "participation": _set_of("J144", "typeCode", 59),
    "prov-or-agnt": _set_of("J141", "classCode", 61),
    "code-and-system": _code_and_system,
    "disposition": one_of("codeSystem", DISCHARGE_DISPOSITIONS),
    "encounter-role": _set_of("J140", "typeCode", 78),
}

HEADER: Final = Header(table(_TABLE, _CHECKS, prefix="CDA-HDR-"))
"""The common structure, as a table that judges a document."""
