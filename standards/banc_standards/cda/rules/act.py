"""Header rules 064 to 081: documented act, previous version, encounter, body."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from banc_standards.cda.names import LAB
from banc_standards.cda.read import Document
from banc_standards.cda.rules.expect import (
    all_of,
    at,
    at_most_one,
    attribute,
    child,
    counted,
    hit,
    identified,
    in_set,
    named,
    one,
    one_id_under,
    present,
)
from banc_standards.identifiers import PS_IDNAT, STRUCT_IDNAT
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit
from banc_standards.terminology.codes import value_set
from banc_standards.terminology.oids import DISCHARGE_DISPOSITIONS

_BOOK = RuleBook("CI-SIS, volet Structuration minimale", "InvalidDocumentContent")
_EVENT: Final = "documentationOf/serviceEvent"
_PERFORMER: Final = f"{_EVENT}/performer/assignedEntity"
_ENCOUNTER: Final = "componentOf/encompassingEncounter"
_FACILITY: Final = f"{_ENCOUNTER}/location/healthCareFacility"

_BOOK.add(
    "CDA-HDR-064",
    ("Le document décrit au moins un acte.", "The document documents at least one act."),
    (
        "Écrire documentationOf/serviceEvent ; le premier est l'acte principal.",
        "Write documentationOf/serviceEvent; the first one is the main act.",
    ),
    all_of(counted("", "documentationOf", 1), one("documentationOf", "serviceEvent")),
    at="documentationOf",
)


@_BOOK.rule(
    "CDA-HDR-065",
    (
        "L'acte principal a un exécutant et une période, et un seul de chaque.",
        "The main act has exactly one performer and one effectiveTime.",
    ),
    ("Compléter le premier serviceEvent.", "Complete the first serviceEvent."),
    at="documentationOf[1]/serviceEvent",
)
def _main_act(document: Document) -> Iterator[Hit]:
    for event in document.at(_EVENT)[:1]:
        for name in ("performer", "effectiveTime"):
            number = len(child(event, name))
            if number != 1:
                yield hit(event, str(number), "1", name)


def _event_parts(document: Document) -> Iterator[Hit]:
    for event in at(document, _EVENT):
        performers = [item for item in child(event, "performer") if item.get("typeCode") == "PRF"]
        for name, number in (
            ("performer", len(performers)),
            ("lab:statusCode", len(event.findall(f"{LAB}statusCode"))),
        ):
            if number > 1:
                yield hit(event, str(number), "0..1", name)


_BOOK.add(
    "CDA-HDR-066",
    (
        "Un acte a au plus un code, un statut, une période et un exécutant.",
        "An act has at most one code, one status, one effectiveTime and one performer.",
    ),
    ("Écrire un serviceEvent par acte.", "Write one serviceEvent per act."),
    all_of(at_most_one(_EVENT, "code", "effectiveTime"), _event_parts),
    at="documentationOf/serviceEvent",
)
_BOOK.add(
    "CDA-HDR-067",
    ("Le code d'un acte a son système.", "An act's code has its system."),
    ("Écrire code et codeSystem, ou un nullFlavor seul.", "Write code and codeSystem, or a nullFlavor alone."),
    present(f"{_EVENT}/code", "code", "codeSystem"),
    at="documentationOf/serviceEvent/code",
)


def _starts(document: Document) -> Iterator[Hit]:
    for element in at(document, f"{_EVENT}/effectiveTime"):
        lows = child(element, "low")
        if len(lows) != 1 or not lows[0].get("value"):
            yield hit(element, str(len(lows)), "1", "low/@value")


_BOOK.add(
    "CDA-HDR-068",
    ("La période d'un acte a un début, et au plus une fin.", "An act's period has a start, and at most one end."),
    ("Écrire effectiveTime/low avec une valeur.", "Write effectiveTime/low with a value."),
    all_of(_starts, at_most_one(f"{_EVENT}/effectiveTime", "high")),
    at="documentationOf/serviceEvent/effectiveTime",
)
_BOOK.add(
    "CDA-HDR-069",
    (
        "L'exécutant (PRF) est décrit une fois, avec sa structure.",
        "The performer (PRF) is described once, with its organisation.",
    ),
    (
        "Écrire performer typeCode PRF avec assignedEntity/representedOrganization.",
        "Write performer typeCode PRF with assignedEntity/representedOrganization.",
    ),
    all_of(
        attribute(f"{_EVENT}/performer", "typeCode", ["PRF"]),
        at_most_one(f"{_EVENT}/performer", "functionCode", "time"),
        one(f"{_EVENT}/performer", "assignedEntity"),
        one(_PERFORMER, "representedOrganization"),
    ),
    at="documentationOf/serviceEvent/performer",
)
_BOOK.add(
    "CDA-HDR-070",
    (
        "L'exécutant a un identifiant et un seul, au plus une profession de JDV_J01 et un nom.",
        "The performer has exactly one id, at most one code of JDV_J01 and one person.",
    ),
    ("Compléter performer/assignedEntity.", "Complete performer/assignedEntity."),
    all_of(
        one(_PERFORMER, "id"),
        at_most_one(_PERFORMER, "code", "assignedPerson"),
        in_set(f"{_PERFORMER}/code", "J01"),
        named(f"{_PERFORMER}/assignedPerson", given=None),
    ),
    at="documentationOf/serviceEvent/performer/assignedEntity",
)
_BOOK.add(
    "CDA-HDR-071",
    (
        "La structure de l'exécutant a un cadre d'exercice et un seul, de JDV_J04.",
        "The performer's organisation has exactly one practice setting, of JDV_J04.",
    ),
    (
        "Écrire standardIndustryClassCode avec code, codeSystem et displayName.",
        "Write standardIndustryClassCode with code, codeSystem and displayName.",
    ),
    all_of(
        one(f"{_PERFORMER}/representedOrganization", "standardIndustryClassCode", null=False),
        in_set(f"{_PERFORMER}/representedOrganization/standardIndustryClassCode", "J04", "codeSystem", "displayName"),
        identified(f"{_PERFORMER}/representedOrganization/id", roots=[STRUCT_IDNAT]),
        at_most_one(f"{_PERFORMER}/representedOrganization", "name", "asOrganizationPartOf"),
    ),
    at="documentationOf/serviceEvent/performer/assignedEntity/representedOrganization",
)


@_BOOK.rule(
    "CDA-HDR-072",
    (
        "Le document en remplace au plus un autre, nommé par un identifiant.",
        "The document replaces at most one other, named by one id.",
    ),
    ("Écrire un seul relatedDocument RPLC avec parentDocument/id.", "Write one relatedDocument RPLC with its id."),
    at="relatedDocument",
)
def _replaces(document: Document) -> Iterator[Hit]:
    found = [element for element in at(document, "relatedDocument") if element.get("typeCode") == "RPLC"]
    if len(found) > 1:
        yield hit(document.root, str(len(found)), "0..1", "relatedDocument[@typeCode='RPLC']")
    yield from one("relatedDocument", "parentDocument")(document)
    yield from one("relatedDocument/parentDocument", "id", null=False)(document)
    yield from at_most_one("relatedDocument/parentDocument", "versionNumber")(document)
    for element in at(document, "relatedDocument/parentDocument/versionNumber"):
        if not element.get("value", "").lstrip("+-").isdecimal():
            yield hit(element, element.get("value", ""), "entier", "@value")


_BOOK.add(
    "CDA-HDR-073",
    (
        "Une autorisation est un consentement codé et accompli.",
        "An authorization is a consent with a code, completed.",
    ),
    ("Compléter authorization/consent.", "Complete authorization/consent."),
    all_of(
        attribute("authorization", "typeCode", ["AUTH"], required=False),
        one("authorization", "consent"),
        attribute("authorization/consent", "classCode", ["CONS"], required=False),
        attribute("authorization/consent", "moodCode", ["EVN"], required=False),
        one("authorization/consent", "code"),
        one("authorization/consent", "statusCode"),
        attribute("authorization/consent/statusCode", "code", ["completed"]),
    ),
    at="authorization",
)
_BOOK.add(
    "CDA-HDR-074",
    (
        "Le document se rattache à une prise en charge, située.",
        "The document belongs to one encounter, with its place.",
    ),
    (
        "Écrire componentOf/encompassingEncounter/location.",
        "Write componentOf/encompassingEncounter/location.",
    ),
    all_of(
        one("", "componentOf"), one("componentOf", "encompassingEncounter"), counted(_ENCOUNTER, "location", 1, None)
    ),
    at="componentOf",
)


def _encounter_ids(document: Document) -> Iterator[Hit]:
    for element in at(document, f"{_ENCOUNTER}/id"):
        if not element.get("root"):
            yield hit(element, "", "non vide", "@root")


_BOOK.add(
    "CDA-HDR-075",
    (
        "La prise en charge a une période et une seule, et au plus un type, de JDV_J142.",
        "The encounter has exactly one period, and at most one code, of JDV_J142.",
    ),
    ("Compléter encompassingEncounter.", "Complete encompassingEncounter."),
    all_of(
        one(_ENCOUNTER, "effectiveTime"),
        at_most_one(f"{_ENCOUNTER}/effectiveTime", "low", "high"),
        at_most_one(_ENCOUNTER, "code"),
        in_set(f"{_ENCOUNTER}/code", "J142", "codeSystem", "displayName"),
        _encounter_ids,
    ),
    at="componentOf/encompassingEncounter",
)
_BOOK.add(
    "CDA-HDR-076",
    (
        "Le mode de sortie est donné au plus une fois, avec code, libellé et son système.",
        "The discharge disposition is given at most once, with its code, label and system.",
    ),
    (
        "Écrire codeSystem 1.2.250.1.213.2.14.",
        "Write codeSystem 1.2.250.1.213.2.14.",
    ),
    all_of(
        at_most_one(_ENCOUNTER, "dischargeDispositionCode"),
        present(f"{_ENCOUNTER}/dischargeDispositionCode", "code", "displayName"),
        attribute(f"{_ENCOUNTER}/dischargeDispositionCode", "codeSystem", [DISCHARGE_DISPOSITIONS]),
    ),
    at="componentOf/encompassingEncounter/dischargeDispositionCode",
)
_RESPONSIBLE: Final = f"{_ENCOUNTER}/responsibleParty"
_BOOK.add(
    "CDA-HDR-077",
    (
        "Le responsable de la prise en charge est donné au plus une fois, identifié et nommé.",
        "The encounter's responsible party is given at most once, identified and named.",
    ),
    (
        "Écrire l'identifiant national sous 1.2.250.1.71.4.2.1.",
        "Write the national identifier under 1.2.250.1.71.4.2.1.",
    ),
    all_of(
        at_most_one(_ENCOUNTER, "responsibleParty"),
        one(_RESPONSIBLE, "assignedEntity"),
        one_id_under(f"{_RESPONSIBLE}/assignedEntity", PS_IDNAT, required=True),
        named(f"{_RESPONSIBLE}/assignedEntity/assignedPerson", given=None),
        in_set(f"{_RESPONSIBLE}/assignedEntity/representedOrganization/standardIndustryClassCode", "J04"),
    ),
    at="componentOf/encompassingEncounter/responsibleParty",
)
_BOOK.add(
    "CDA-HDR-078",
    (
        "Un intervenant de la prise en charge l'est à un titre de JDV_J140, et est identifié.",
        "A participant in the encounter takes part as JDV_J140 says, and is identified.",
    ),
    ("Écrire typeCode et assignedEntity/id.", "Write typeCode and assignedEntity/id."),
    all_of(
        attribute(f"{_ENCOUNTER}/encounterParticipant", "typeCode", value_set("J140").codes),
        at_most_one(f"{_ENCOUNTER}/encounterParticipant", "time"),
        one(f"{_ENCOUNTER}/encounterParticipant", "assignedEntity"),
        one_id_under(f"{_ENCOUNTER}/encounterParticipant/assignedEntity", PS_IDNAT, required=True),
    ),
    at="componentOf/encompassingEncounter/encounterParticipant",
)
_BOOK.add(
    "CDA-HDR-079",
    (
        "Le lieu de la prise en charge est unique, avec un secteur d'activité de JDV_J02.",
        "The place of the encounter is one, with a facility type of JDV_J02.",
    ),
    (
        "Écrire healthCareFacility/code avec codeSystem et displayName.",
        "Write healthCareFacility/code with codeSystem and displayName.",
    ),
    all_of(
        counted(_ENCOUNTER, "location", 0, 1),
        one(f"{_ENCOUNTER}/location", "healthCareFacility"),
        one(_FACILITY, "code", null=False),
        in_set(f"{_FACILITY}/code", "J02", "codeSystem", "displayName"),
    ),
    at="componentOf/encompassingEncounter/location/healthCareFacility",
)
_BOOK.add(
    "CDA-HDR-080",
    (
        "L'adresse du lieu est donnée au plus une fois.",
        "The facility's location is given at most once, with at most one name and one addr.",
    ),
    ("N'en garder qu'une.", "Keep one."),
    all_of(at_most_one(_FACILITY, "location"), at_most_one(f"{_FACILITY}/location", "name", "addr")),
    at="componentOf/encompassingEncounter/location/healthCareFacility/location",
)


@_BOOK.rule(
    "CDA-HDR-081",
    ("Le document a un corps et un seul.", "The document has exactly one body."),
    (
        "Écrire component avec structuredBody ou nonXMLBody.",
        "Write component with structuredBody or nonXMLBody.",
    ),
    at="component",
)
def _body(document: Document) -> Iterator[Hit]:
    yield from one("", "component")(document)
    for element in at(document, "component"):
        bodies = child(element, "structuredBody") + child(element, "nonXMLBody")
        if len(bodies) != 1:
            yield hit(element, str(len(bodies)), "1", "structuredBody | nonXMLBody")


RULES = _BOOK.rules
