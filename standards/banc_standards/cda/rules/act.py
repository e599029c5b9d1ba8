"""Header rules 064 to 081: documented act, previous version, encounter, body."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from banc_standards.cda.names import V3
from banc_standards.cda.read import Document
from banc_standards.cda.rules.expect import at, child, hit
from banc_standards.cda.rules.header_table import HEADER
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit

_BOOK = RuleBook("CI-SIS, volet Structuration minimale", "InvalidDocumentContent")
_EVENT: Final = "documentationOf/serviceEvent"

_BOOK.add(
    "CDA-HDR-064",
    ("Le document décrit au moins un acte.", "The document documents at least one act."),
    (
        "Écrire documentationOf/serviceEvent ; le premier est l'acte principal.",
        "Write documentationOf/serviceEvent; the first one is the main act.",
    ),
    HEADER.told("CDA-HDR-064"),
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
    for act in document.at("documentationOf")[:1]:
        tags = [item.tag for event in child(act, "serviceEvent") for item in event]
        for name in ("performer", "effectiveTime"):
            number = tags.count(V3 + name)
            if number != 1:
                yield hit(act, str(number), "1", f"serviceEvent/{name}")


_BOOK.add(
    "CDA-HDR-066",
    (
        "Un acte a au plus un code, un statut, une période et un exécutant.",
        "An act has at most one code, one status, one effectiveTime and one performer.",
    ),
    ("Écrire un serviceEvent par acte.", "Write one serviceEvent per act."),
    HEADER.told("CDA-HDR-066"),
    at="documentationOf/serviceEvent",
)
_BOOK.add(
    "CDA-HDR-067",
    ("Le code d'un acte a son système.", "An act's code has its system."),
    ("Écrire code et codeSystem, ou un nullFlavor seul.", "Write code and codeSystem, or a nullFlavor alone."),
    HEADER.told("CDA-HDR-067"),
    at="documentationOf/serviceEvent/code",
)


_BOOK.add(
    "CDA-HDR-068",
    ("La période d'un acte a un début, et au plus une fin.", "An act's period has a start, and at most one end."),
    ("Écrire effectiveTime/low avec une valeur.", "Write effectiveTime/low with a value."),
    HEADER.told("CDA-HDR-068"),
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
    HEADER.told("CDA-HDR-069"),
    at="documentationOf/serviceEvent/performer",
)


@_BOOK.rule(
    "CDA-HDR-083",
    ("Un acte a un exécutant de typeCode PRF.", "The performer of an act has the typeCode PRF."),
    (
        "Écrire typeCode PRF : un exécutant d'un autre titre n'est pas contrôlé.",
        "Write typeCode PRF: a performer of another kind is not checked.",
    ),
    at="documentationOf/serviceEvent/performer",
    severity="info",
    certainty="deduced",
)
def _performs(document: Document) -> Iterator[Hit]:
    for element in document.at(f"{_EVENT}/performer"):
        if element.get("typeCode") != "PRF":
            yield hit(element, element.get("typeCode", ""), "PRF", "@typeCode")


_BOOK.add(
    "CDA-HDR-070",
    (
        "L'exécutant a un identifiant et un seul, au plus une profession de JDV_J01 et un nom.",
        "The performer has exactly one id, at most one code of JDV_J01 and one person.",
    ),
    ("Compléter performer/assignedEntity.", "Complete performer/assignedEntity."),
    HEADER.told("CDA-HDR-070"),
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
    HEADER.told("CDA-HDR-071"),
    at="documentationOf/serviceEvent/performer/assignedEntity/representedOrganization",
)


_BOOK.add(
    "CDA-HDR-072",
    (
        "Le document en remplace au plus un autre, nommé par un identifiant.",
        "The document replaces at most one other, named by one id.",
    ),
    ("Écrire un seul relatedDocument RPLC avec parentDocument/id.", "Write one relatedDocument RPLC with its id."),
    HEADER.told("CDA-HDR-072"),
    at="relatedDocument",
)


_BOOK.add(
    "CDA-HDR-073",
    (
        "Une autorisation est un consentement codé et accompli.",
        "An authorization is a consent with a code, completed.",
    ),
    ("Compléter authorization/consent.", "Complete authorization/consent."),
    HEADER.told("CDA-HDR-073"),
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
    HEADER.told("CDA-HDR-074"),
    at="componentOf",
)


_BOOK.add(
    "CDA-HDR-075",
    (
        "La prise en charge a une période et une seule, et au plus un type, de JDV_J142.",
        "The encounter has exactly one period, and at most one code, of JDV_J142.",
    ),
    ("Compléter encompassingEncounter.", "Complete encompassingEncounter."),
    HEADER.told("CDA-HDR-075"),
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
    HEADER.told("CDA-HDR-076"),
    at="componentOf/encompassingEncounter/dischargeDispositionCode",
)
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
    HEADER.told("CDA-HDR-077"),
    at="componentOf/encompassingEncounter/responsibleParty",
)
_BOOK.add(
    "CDA-HDR-078",
    (
        "Un intervenant de la prise en charge l'est à un titre de JDV_J140, et est identifié.",
        "A participant in the encounter takes part as JDV_J140 says, and is identified.",
    ),
    ("Écrire typeCode et assignedEntity/id.", "Write typeCode and assignedEntity/id."),
    HEADER.told("CDA-HDR-078"),
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
    HEADER.told("CDA-HDR-079"),
    at="componentOf/encompassingEncounter/location/healthCareFacility",
)
_BOOK.add(
    "CDA-HDR-080",
    (
        "L'adresse du lieu est donnée au plus une fois.",
        "The facility's location is given at most once, with at most one name and one addr.",
    ),
    ("N'en garder qu'une.", "Keep one."),
    HEADER.told("CDA-HDR-080"),
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
    yield from HEADER.told("CDA-HDR-081")(document)
    for element in at(document, "component"):
        bodies = child(element, "structuredBody") + child(element, "nonXMLBody")
        if len(bodies) != 1:
            yield hit(element, str(len(bodies)), "1", "structuredBody | nonXMLBody")


RULES = _BOOK.rules
