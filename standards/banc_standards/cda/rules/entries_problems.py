"""Entry rules 016 to 029: problems and allergies, their severity, their status."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree

from banc_standards.cda.names import V3, XSI_TYPE
from banc_standards.cda.node import Node, roots
from banc_standards.cda.rules.book import ClinicalBook
from banc_standards.cda.rules.entries_concerns import lasting
from banc_standards.cda.rules.expect import hit
from banc_standards.cda.rules.roots import (
    ALLERGY,
    CCD,
    CERTAINTY,
    CLINICAL_STATUS,
    COMMENT,
    HEALTH_STATUS,
    PROBLEM,
    REACTION,
    SEVERITY,
    SEVERITY_FR,
)
from banc_standards.cda.rules.shapes import (
    acting,
    bound,
    coded,
    least,
    none,
    one,
    pointing,
    related,
    status,
    templated,
    templates_counted,
)
from banc_standards.rules import Hit
from banc_standards.terminology.oids import LOINC, SNOMED_CT

_BOOK = ClinicalBook("CI-SIS, volet Modèles de contenus CDA, entrées")
_PROBLEM: Final = f"{CCD}.28"


@_BOOK.on(
    PROBLEM,
    "CDA-ENT-016",
    (
        "Un problème est une observation constatée (OBS, EVN), d'un seul id, conforme à CCD.",
        "A problem is an observed event (OBS, EVN) with exactly one id, conforming to CCD.",
    ),
    (
        f"Écrire observation OBS EVN, templateId {_PROBLEM} et un id ; negationInd vaut true ou false.",
        f"Write observation OBS EVN, templateId {_PROBLEM} and one id; negationInd is true or false.",
    ),
    at="Problem Entry",
)
def _problem(node: Node) -> Iterator[Hit]:
    yield from acting(node, "observation", classCode="OBS", moodCode="EVN")
    if node.get("negationInd", "true") not in ("true", "false"):
        yield hit(node.element, node.get("negationInd"), "true | false", "@negationInd")
    yield from templated(node, _PROBLEM)
    yield from one(node, "id")


@_BOOK.on(
    PROBLEM,
    "CDA-ENT-017",
    ("Un problème renvoie au texte et est terminé.", "A problem points at the text and is completed."),
    ("Écrire text/reference/@value et statusCode completed.", "Write text/reference/@value and statusCode completed."),
    at="Problem Entry",
)
def _told(node: Node) -> Iterator[Hit]:
    yield from pointing(node, valued=True)
    yield from status(node, "completed")


@_BOOK.on(
    PROBLEM,
    "CDA-ENT-018",
    (
        "Un problème a un début, connu ou de nullFlavor UNK ou NAV.",
        "A problem has a beginning, known or of nullFlavor UNK or NAV.",
    ),
    ("Écrire effectiveTime/low, sans width ni center.", "Write effectiveTime/low, without width or center."),
    at="Problem Entry/effectiveTime",
)
def _beginning(node: Node) -> Iterator[Hit]:
    return lasting(node, "UNK", "NAV")


@_BOOK.on(
    PROBLEM,
    "CDA-ENT-019",
    (
        "Un problème a un seul code avec son système ; hors allergie, ce code est de JDV_ProblemCodes.",
        "A problem has exactly one code with its system; unless an allergy, the code is of JDV_ProblemCodes.",
    ),
    ("Prendre le code dans JDV_ProblemCodes.", "Take the code from JDV_ProblemCodes."),
    at="Problem Entry/code",
)
def _kind(node: Node) -> Iterator[Hit]:
    yield from one(node, "code")
    for code in node.all("code"):
        if code.get("code") is None or code.get("codeSystem") is None:
            yield hit(code, "", "@code, @codeSystem")
        elif ALLERGY not in node.templates:
            yield from bound(code, "ProblemCodes")


def _untyped(value: etree._Element) -> bool:
    return "CD" not in value.get(XSI_TYPE, "")


def _half_coded(value: etree._Element) -> bool:
    return (value.get("code") is None) != (value.get("codeSystem") is None)


@_BOOK.on(
    PROBLEM,
    "CDA-ENT-020",
    (
        "Un problème a une seule valeur : de type CD avec un originalText, ou de nullFlavor UNK.",
        "A problem has exactly one value: of type CD with one originalText, or of nullFlavor UNK.",
    ),
    (
        'Écrire <value xsi:type="CD"> avec originalText, code et codeSystem ensemble.',
        'Write <value xsi:type="CD"> with originalText, code and codeSystem together.',
    ),
    at="Problem Entry/value",
)
def _value(node: Node) -> Iterator[Hit]:
    yield from one(node, "value")
    for value in node.all("value"):
        if _half_coded(value):
            yield hit(value, "", "@code, @codeSystem")
        if _untyped(value) and value.get("nullFlavor") != "UNK":
            yield hit(value, value.get(XSI_TYPE, ""), "CD", "@xsi:type")
        elif value.get("nullFlavor") is None and len(value.findall(f"{V3}originalText")) != 1:
            yield hit(value, "0", "1", "originalText")


@_BOOK.on(
    PROBLEM,
    "CDA-ENT-021",
    (
        "Un problème ne porte ni uncertaintyCode ni confidentialityCode.",
        "A problem carries neither uncertaintyCode nor confidentialityCode.",
    ),
    ("Retirer ces éléments.", "Remove these elements."),
    at="Problem Entry",
)
def _plain(node: Node) -> Iterator[Hit]:
    return none(node, "uncertaintyCode", "confidentialityCode")


def _single(node: Node, name: str, *templates: str) -> Iterator[Hit]:
    for template in templates:
        for extra in related(node, None, name, template)[1:]:
            yield hit(extra, template, "0..1")


@_BOOK.on(
    PROBLEM,
    "CDA-ENT-022",
    (
        "Un problème a au plus une sévérité, un statut clinique et un état de santé.",
        "A problem has at most one severity, one clinical status and one health status.",
    ),
    ("N'en garder qu'un.", "Keep one."),
    at="Problem Entry/entryRelationship",
)
def _problem_details(node: Node) -> Iterator[Hit]:
    return _single(node, "observation", SEVERITY, CLINICAL_STATUS, HEALTH_STATUS)


def _below_problem(node: Node) -> bool:
    problems = node.document.carriers.get(PROBLEM, ())
    return bool(problems) and any(ancestor in problems for ancestor in node.element.iterancestors())


def _turned(node: Node) -> Iterator[Hit]:
    parent = node.parent()
    if parent is None or (parent.tag, parent.get("typeCode"), parent.get("inversionInd")) != (
        f"{V3}entryRelationship",
        "SUBJ",
        "true",
    ):
        yield hit(node.element if parent is None else parent, "", "entryRelationship SUBJ, inversionInd true")


_TURN: Final = ("Écrire typeCode SUBJ et inversionInd true.", "Write typeCode SUBJ and inversionInd true.")


@_BOOK.on(
    COMMENT,
    "CDA-ENT-023",
    (
        "Le commentaire d'un problème est dans un entryRelationship SUBJ d'inversionInd true.",
        "The comment of a problem is in an entryRelationship SUBJ of inversionInd true.",
    ),
    _TURN,
    at="Problem Entry//FR-Commentaire-ER",
)
def _problem_comment(node: Node) -> Iterator[Hit]:
    if PROBLEM not in node.templates and _below_problem(node):
        yield from _turned(node)


@_BOOK.on(
    ALLERGY,
    "CDA-ENT-024",
    (
        "Une allergie déclare ses modèles, a un seul id et un code de JDV_TypeEvenementIndesirablePrevisible.",
        "An allergy declares its models, has exactly one id and a code of JDV_TypeEvenementIndesirablePrevisible.",
    ),
    (
        f"Écrire les templateId {PROBLEM}, {CCD}.18 et le français, un id et un code SNOMED CT du jeu de valeurs.",
        f"Write the templateIds {PROBLEM}, {CCD}.18 and the French one, one id and a SNOMED CT code of the value set.",
    ),
    at="Allergies and Intolerances",
)
def _allergy(node: Node) -> Iterator[Hit]:
    yield from acting(node, "observation", classCode="OBS")
    yield from templated(node, PROBLEM, f"{CCD}.18")
    yield from templates_counted(node, 3)
    yield from one(node, "id", "code")
    for code in node.all("code"):
        yield from bound(code, "TypeEvenementIndesirablePrevisible")
        if code.get("codeSystem") != SNOMED_CT:
            yield hit(code, code.get("codeSystem", ""), SNOMED_CT, "@codeSystem")


@_BOOK.on(
    ALLERGY,
    "CDA-ENT-025",
    (
        "Une allergie a une valeur CD avec originalText, est terminée, datée, et son agent renvoie au texte.",
        "An allergy has a CD value with originalText, is completed, dated, and its agent points at the text.",
    ),
    (
        "Compléter value/originalText, statusCode, effectiveTime/low et le code de l'agent (originalText/reference).",
        "Complete value/originalText, statusCode, effectiveTime/low and the agent's code (originalText/reference).",
    ),
    at="Allergies and Intolerances",
)
def _allergy_value(node: Node) -> Iterator[Hit]:
    values = node.all("value")
    if not any(not _untyped(value) for value in values):
        yield hit(node.element, "", "CD", "value/@xsi:type")
    for value in values:
        if _half_coded(value):
            yield hit(value, "", "@code, @codeSystem")
    if not node.at("value/originalText"):
        yield hit(node.element, "0", "1..*", "value/originalText")
    yield from status(node, "completed")
    yield from lasting(node)
    agent = "participant/participantRole/playingEntity/code/originalText/reference"
    if "participant" in node.children and not node.at(agent):
        yield hit(node.element, "0", "1", agent)


@_BOOK.on(
    ALLERGY,
    "CDA-ENT-026",
    (
        "Une allergie a au plus une sévérité, un statut et une certitude.",
        "An allergy has at most one severity, one status and one certainty.",
    ),
    ("N'en garder qu'un.", "Keep one."),
    at="Allergies and Intolerances/entryRelationship",
)
def _allergy_details(node: Node) -> Iterator[Hit]:
    return _single(node, "*", SEVERITY, CLINICAL_STATUS, CERTAINTY)


def _linked(node: Node, kind: str, inverted: str) -> Iterator[Hit]:
    parent = node.parent()
    owner = parent.getparent() if parent is not None else None
    siblings = () if owner is None else owner.iterfind(f"{V3}entryRelationship")
    if not any(item.get("typeCode") == kind and item.get("inversionInd") == inverted for item in siblings):
        yield hit(node.element if parent is None else parent, "", f"{kind}, inversionInd {inverted}", "@typeCode")


@_BOOK.on(
    (SEVERITY, SEVERITY_FR),
    "CDA-ENT-027",
    (
        "Une sévérité est reliée en SUBJ inversé, a le code SEV, un texte, est terminée et a une valeur CD.",
        "A severity is related as an inverted SUBJ, has the code SEV, a text, is completed and has a CD value.",
    ),
    (
        f"Écrire les templateId {SEVERITY} et {CCD}.55, le code SEV, text/reference, completed et value CD.",
        f"Write the templateIds {SEVERITY} and {CCD}.55, the code SEV, text/reference, completed and a CD value.",
    ),
    at="FR-Severite",
)
def _severity(node: Node) -> Iterator[Hit]:
    yield from acting(node, "observation", classCode="OBS", moodCode="EVN")
    yield from templated(node, SEVERITY, f"{CCD}.55")
    if SEVERITY_FR in node.templates:
        yield from coded(node, "SEV")
        yield from least(node, "text", "statusCode", "value")
    if SEVERITY not in node.templates:
        return
    yield from _linked(node, "SUBJ", "true")
    if not any(code.get("code") is not None and code.get("codeSystem") is not None for code in node.all("code")):
        yield hit(node.element, "", "@code, @codeSystem", "code")
    yield from pointing(node, valued=True)
    yield from status(node, "completed")
    for value in node.all("value"):
        if value.get(XSI_TYPE) != "CD":
            yield hit(value, value.get(XSI_TYPE, ""), "CD", "@xsi:type")
        named = any(value.get(name) is not None for name in ("displayName", "codeSystemName"))
        if _half_coded(value) or (value.get("code") is None and named):
            yield hit(value, "", "@code, @codeSystem")
    if "value" not in node.children:
        yield hit(node.element, "0", "1", "value")


@_BOOK.on(
    CLINICAL_STATUS,
    "CDA-ENT-028",
    (
        "Le statut d'un problème est relié en REFR, a le code 33999-4 (LOINC), un texte, est terminé, de valeur CE.",
        "The status of a problem is related as REFR, has the code 33999-4 (LOINC), a text, is completed, valued CE.",
    ),
    (
        f"Écrire les templateId {CCD}.57 et {CCD}.50, le code, text/reference, completed et value CE.",
        f"Write the templateIds {CCD}.57 and {CCD}.50, the code, text/reference, completed and a CE value.",
    ),
    at="FR-Statut-du-probleme",
)
def _clinical_status(node: Node) -> Iterator[Hit]:
    yield from _linked(node, "REFR", "false")
    yield from acting(node, "observation", classCode="OBS", moodCode="EVN")
    yield from templated(node, f"{CCD}.57", f"{CCD}.50")
    yield from templates_counted(node, 3)
    yield from coded(node, "33999-4", LOINC)
    yield from pointing(node, valued=True)
    yield from status(node, "completed")
    if not any(value.get(XSI_TYPE) == "CE" for value in node.all("value")):
        yield hit(node.element, "", "CE", "value/@xsi:type")


def _bearer(node: Node) -> etree._Element | None:
    parent = node.parent()
    owner = parent.getparent() if parent is not None else None
    inside = parent is not None and parent.tag == f"{V3}entryRelationship"
    return owner if inside and owner is not None and owner.tag == f"{V3}observation" else None


def _status_values(node: Node, name: str, *, allergies: bool) -> Iterator[Hit]:
    owner = _bearer(node)
    if owner is None or node.element.tag != f"{V3}observation":
        return
    if roots(owner).isdisjoint((ALLERGY, REACTION)) is not allergies:
        for value in node.all("value"):
            yield from bound(value, name)


@_BOOK.on(
    CLINICAL_STATUS,
    "CDA-ENT-029",
    (
        "Le statut d'une allergie, ou d'une réaction, est de JDV_HL7_allergyintolerance_clinical.",
        "The status of an allergy, or of a reaction, is of JDV_HL7_allergyintolerance_clinical.",
    ),
    ("Prendre active, inactive ou resolved dans ce jeu.", "Take active, inactive or resolved from this value set."),
    at="Allergies and Intolerances/FR-Statut-du-probleme/value",
)
def _allergy_status(node: Node) -> Iterator[Hit]:
    return _status_values(node, "HL7_allergyintolerance_clinical", allergies=True)


@_BOOK.on(
    CERTAINTY,
    "CDA-ENT-055",
    (
        "La certitude d'un problème est dans un entryRelationship SUBJ d'inversionInd true.",
        "The certainty of a problem is in an entryRelationship SUBJ of inversionInd true.",
    ),
    _TURN,
    at="Problem Entry//FR-Certitude",
)
def _problem_certainty(node: Node) -> Iterator[Hit]:
    if PROBLEM not in node.templates and _below_problem(node):
        yield from _turned(node)


@_BOOK.on(
    CLINICAL_STATUS,
    "CDA-ENT-056",
    (
        "Le statut d'un problème est de JDV_HL7_ConditionClinical.",
        "The status of a problem is of JDV_HL7_ConditionClinical.",
    ),
    ("Prendre code et système dans ce jeu de valeurs.", "Take code and system from this value set."),
    at="Problem Entry/FR-Statut-du-probleme/value",
)
def _problem_status(node: Node) -> Iterator[Hit]:
    return _status_values(node, "HL7_ConditionClinical", allergies=False)


@_BOOK.on(
    HEALTH_STATUS,
    "CDA-ENT-057",
    (
        "L'état de santé du patient est de JDV_HealthStatusCodes.",
        "The patient's health status is of JDV_HealthStatusCodes.",
    ),
    ("Prendre code et système dans ce jeu de valeurs.", "Take code and system from this value set."),
    at="Health Status Observation/value",
)
def _health_status(node: Node) -> Iterator[Hit]:
    if node.element.tag == f"{V3}observation":
        for value in node.all("value"):
            yield from bound(value, "HealthStatusCodes", null=True)


RULES = _BOOK.rules
