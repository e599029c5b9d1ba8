"""Entry rules 047 to 051 and 058: life style, family history, vital signs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from banc_standards.cda.names import SIMPLE_OBSERVATION, V3
from banc_standards.cda.node import Node, roots
from banc_standards.cda.rules.book import ClinicalBook
from banc_standards.cda.rules.expect import hit
from banc_standards.cda.rules.roots import (
    CCD,
    FAMILY_OBSERVATION,
    FAMILY_ORGANIZER,
    FAMILY_SUBJECT,
    SOCIAL_HISTORY,
    SOCIAL_HISTORY_FR,
    VITAL_SIGN,
    VITAL_SIGNS,
)
from banc_standards.cda.rules.shapes import (
    acting,
    at_most_one,
    bound,
    coded,
    fixed,
    least,
    none,
    one,
    pointing,
    status,
    templated,
    templates_counted,
)
from banc_standards.rules import Hit
from banc_standards.terminology.oids import LOINC

_BOOK = ClinicalBook("CI-SIS, volet Modèles de contenus CDA, entrées")
_FAMILY_ROLES: Final = "2.16.840.1.113883.5.111"
_RATE: Final = ("/min",)
_LENGTH: Final = ("m", "cm", "[in_us]", "[in_uk]")
_UNITS: Final = {
    "9279-1": _RATE,
    "8867-4": _RATE,
    "2708-6": ("%",),
    "8480-6": ("mm[Hg]",),
    "8462-4": ("mm[Hg]",),
    "8310-5": ("Cel", "[degF]"),
    "8302-2": _LENGTH,
    "8287-5": _LENGTH,
    "29463-7": ("kg", "g", "[lb_av]", "[oz_av]"),
    "39156-5": ("kg/m2",),
}


@_BOOK.on(
    (SOCIAL_HISTORY, SOCIAL_HISTORY_FR),
    "CDA-ENT-047",
    (
        "Une observation sur le mode de vie a un code de JDV_SocialHistoryCodes, un texte, un statut, une date, "
        "une valeur.",
        "A life style observation has a code of JDV_SocialHistoryCodes, a text, a status, a date and a value.",
    ),
    (
        f"Écrire les templateId {SIMPLE_OBSERVATION} et {CCD}.33, le code, text/reference, statusCode, effectiveTime, "
        "value.",
        f"Write the templateIds {SIMPLE_OBSERVATION} and {CCD}.33, the code, text/reference, statusCode, "
        "effectiveTime, value.",
    ),
    at="FR-Habitus-Mode-de-vie",
)
def _social_history(node: Node) -> Iterator[Hit]:
    if SOCIAL_HISTORY in node.templates:
        yield from fixed(node, classCode="OBS", moodCode="EVN")
        yield from templated(node, SIMPLE_OBSERVATION, f"{CCD}.33")
        yield from templates_counted(node, 3)
        yield from none(node, "repeatNumber", "interpretationCode", "methodCode", "targetSiteCode")
        yield from at_most_one(node, "id")
        yield from one(node, "code", "text", "statusCode", "effectiveTime")
        yield from pointing(node, valued=True)
        yield from least(node, "value")
    if SOCIAL_HISTORY_FR in node.templates and node.element.tag == f"{V3}observation":
        for code in node.all("code"):
            yield from bound(code, "SocialHistoryCodes")


def _relation(node: Node, path: str, *, unknown: bool) -> Iterator[Hit]:
    """Someone of the family at the path: of class PRS, with a code of HL7 (or none known, where it may be)."""
    people = [item for item in node.at(path) if item.get("classCode") == "PRS"]
    if not people:
        yield hit(node.element, "0", "1..*", f"{path}[@classCode='PRS']")
    for code in (item for person in people for item in person.iterfind(f"{V3}code")):
        if (code.get("code") is not None and code.get("codeSystem") == _FAMILY_ROLES) or (
            unknown and code.get("nullFlavor") is not None
        ):
            return
    if people:
        yield hit(people[0], "", _FAMILY_ROLES, "code/@codeSystem")


@_BOOK.on(
    (FAMILY_ORGANIZER, FAMILY_SUBJECT),
    "CDA-ENT-048",
    (
        "Un antécédent familial nomme le parent (JDV_HL7_PersonalRelationshipRoleType) et contient ses observations.",
        "A family history names the relative (JDV_HL7_PersonalRelationshipRoleType) and holds its observations.",
    ),
    (
        f"Écrire organizer CLUSTER EVN, le templateId {CCD}.23, subject SBJ/relatedSubject PRS/code et "
        f"component COMP/observation {FAMILY_OBSERVATION}.",
        f"Write organizer CLUSTER EVN, the templateId {CCD}.23, subject SBJ/relatedSubject PRS/code and "
        f"component COMP/observation {FAMILY_OBSERVATION}.",
    ),
    at="FR-Antecedents-familiaux",
)
def _family(node: Node) -> Iterator[Hit]:
    if FAMILY_SUBJECT in node.templates:
        yield from _subject(node)
    if FAMILY_ORGANIZER not in node.templates:
        return
    yield from acting(node, "organizer", classCode="CLUSTER", moodCode="EVN")
    yield from templated(node, f"{CCD}.23")
    yield from templates_counted(node, 2)
    if not any(item.get("typeCode") == "SBJ" for item in node.all("subject")):
        yield hit(node.element, "", "SBJ", "subject/@typeCode")
    yield from _relation(node, "subject/relatedSubject", unknown=True)
    if "participant" in node.children:
        yield from _relation(node, "participant/participantRole", unknown=False)
        players = node.at("participant/participantRole/playingEntity")
        if not any(item.get("classCode") == "PSN" for item in players):
            yield hit(node.element, "", "PSN", "participant/participantRole/playingEntity/@classCode")
    for component in node.all("component"):
        if component.get("typeCode") == "COMP" and any(
            FAMILY_OBSERVATION in roots(item) for item in component.iter(f"{V3}observation")
        ):
            return
    yield hit(node.element, "0", "1..*", f"component[@typeCode='COMP']/observation[{FAMILY_OBSERVATION}]")


def _subject(node: Node) -> Iterator[Hit]:
    parent = node.parent()
    subjects = () if parent is None else parent.iterfind(f"{V3}subject")
    if not any(item.get("typeCode") == "SBJ" for item in subjects):
        yield hit(node.element, node.get("typeCode"), "SBJ", "@typeCode")
    if not any(item.get("classCode") == "PRS" for item in node.all("relatedSubject")):
        yield hit(node.element, "", "PRS", "relatedSubject/@classCode")
    codes = node.at("relatedSubject/code")
    if not codes:
        yield hit(node.element, "0", "1", "relatedSubject/code")
    for code in codes:
        yield from bound(code, "HL7_PersonalRelationshipRoleType", null=True)


@_BOOK.on(
    FAMILY_OBSERVATION,
    "CDA-ENT-049",
    (
        "Une observation d'antécédent familial a un seul id, un seul code, un texte et est terminée.",
        "A family history observation has exactly one id, exactly one code, a text and is completed.",
    ),
    (
        f"Écrire les templateId {SIMPLE_OBSERVATION} et {CCD}.22, id, code, text/reference et statusCode completed.",
        f"Write the templateIds {SIMPLE_OBSERVATION} and {CCD}.22, id, code, text/reference and statusCode completed.",
    ),
    at="FR-Observation-antecedent-familial",
)
def _family_observation(node: Node) -> Iterator[Hit]:
    yield from acting(node, "observation", classCode="OBS", moodCode="EVN")
    yield from templated(node, SIMPLE_OBSERVATION, f"{CCD}.22")
    yield from templates_counted(node, 3)
    yield from one(node, "id", "code", "text")
    yield from pointing(node, valued=True)
    yield from status(node, "completed")
    yield from at_most_one(node, "effectiveTime", "interpretationCode", "methodCode", "targetSiteCode", "author")


@_BOOK.on(
    VITAL_SIGNS,
    "CDA-ENT-050",
    (
        "Des signes vitaux sont groupés sous le code 85353-1 (LOINC), avec un id, une date et des observations.",
        "Vital signs are grouped under the code 85353-1 (LOINC), with one id, a date and observations.",
    ),
    (
        f"Écrire organizer CLUSTER EVN, les templateId {CCD}.32 et {CCD}.35, id, code, effectiveTime et component.",
        f"Write organizer CLUSTER EVN, the templateIds {CCD}.32 and {CCD}.35, id, code, effectiveTime and component.",
    ),
    at="FR-Signes-vitaux",
)
def _vital_signs(node: Node) -> Iterator[Hit]:
    yield from acting(node, "organizer", classCode="CLUSTER", moodCode="EVN")
    yield from templated(node, f"{CCD}.32", f"{CCD}.35")
    yield from templates_counted(node, 3)
    yield from one(node, "id")
    yield from coded(node, "85353-1", LOINC)
    if not any({"value", "nullFlavor"} & set(time.attrib) for time in node.all("effectiveTime")):
        yield hit(node.element, "", "@value | @nullFlavor", "effectiveTime")
    for component in node.all("component"):
        for item in component.iterfind(f"{V3}observation"):
            if (component.get("typeCode"), item.get("classCode"), item.get("moodCode")) == (
                "COMP",
                "OBS",
                "EVN",
            ) and VITAL_SIGN in roots(item):
                return
    yield hit(node.element, "0", "1..*", f"component[@typeCode='COMP']/observation[{VITAL_SIGN}]")


@_BOOK.on(
    VITAL_SIGN,
    "CDA-ENT-051",
    (
        "Un signe vital a un code de JDV_SignesVitaux et l'unité de ce code.",
        "A vital sign has a code of JDV_SignesVitaux and the unit of that code.",
    ),
    (
        "Prendre le code dans JDV_SignesVitaux et l'unité qui va avec (kg, cm, mm[Hg], /min, %, Cel…).",
        "Take the code from JDV_SignesVitaux and its unit (kg, cm, mm[Hg], /min, %, Cel…).",
    ),
    at="FR-Signe-vital-observe",
)
def _vital_sign(node: Node) -> Iterator[Hit]:
    for code in node.all("code"):
        if node.element.tag == f"{V3}observation":
            yield from bound(code, "SignesVitaux")
        units = _UNITS.get(code.get("code", ""))
        if units and not any(value.get("unit") in units for value in node.all("value")):
            given = [value.get("unit", "") for value in node.all("value")]
            yield hit(node.element, ", ".join(given), " | ".join(units), "value/@unit")


@_BOOK.on(
    VITAL_SIGN,
    "CDA-ENT-058",
    (
        "Un signe vital déclare ses modèles, a au plus un id, un texte relié, une date, et est terminé.",
        "A vital sign declares its models, has at most one id, a linked text, a date, and is completed.",
    ),
    (
        f"Écrire les templateId {SIMPLE_OBSERVATION} et {CCD}.31, text/reference, effectiveTime, statusCode completed.",
        f"Write the templateIds {SIMPLE_OBSERVATION} and {CCD}.31, text/reference, effectiveTime, completed.",
    ),
    at="FR-Signe-vital-observe",
)
def _vital_sign_shape(node: Node) -> Iterator[Hit]:
    yield from templated(node, SIMPLE_OBSERVATION, f"{CCD}.31")
    yield from templates_counted(node, 3)
    yield from least(node, "effectiveTime")
    yield from at_most_one(node, "id", "interpretationCode", "methodCode", "targetSiteCode")
    yield from pointing(node)
    yield from status(node, "completed")


RULES = _BOOK.rules
