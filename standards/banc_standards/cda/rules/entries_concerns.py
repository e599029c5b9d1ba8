"""Entry rules 009 to 015, 030 and 031: concerns about problems and allergies, comments, internal references."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from banc_standards.cda.names import V3
from banc_standards.cda.node import Node, roots
from banc_standards.cda.rules.book import ClinicalBook
from banc_standards.cda.rules.expect import hit
from banc_standards.cda.rules.roots import (
    ALLERGY,
    ALLERGY_CONCERN,
    CCD,
    COMMENT,
    COMMENT_FR,
    CONCERN,
    INTERNAL_REFERENCE,
    PROBLEM,
    PROBLEM_CONCERN,
)
from banc_standards.cda.rules.shapes import (
    acting,
    coded,
    least,
    one,
    pointing,
    status,
    templated,
    templates_counted,
)
from banc_standards.rules import Hit
from banc_standards.terminology.oids import LOINC

_BOOK = ClinicalBook("CI-SIS, volet Modèles de contenus CDA, entrées")
_ACT: Final = f"{CCD}.27"
_STATUSES: Final = ("active", "suspended", "aborted", "completed")
_ENDED: Final = ("aborted", "completed")
_LOW_HIGH: Final = (
    "Écrire effectiveTime/low (valeur ou nullFlavor), et high si le suivi est terminé ou abandonné.",
    "Write effectiveTime/low (value or nullFlavor), and high when the concern is completed or aborted.",
)


def not_applicable(node: Node) -> Iterator[Hit]:
    """The element has a code that says NA: what hangs below it says what it is about."""
    if not any(code.get("nullFlavor") == "NA" for code in node.all("code")):
        yield hit(node.element, "", "NA", "code/@nullFlavor")


def lasting(node: Node, *nulls: str) -> Iterator[Hit]:
    """The time has a low with a value, or a nullFlavor of ``nulls`` (any when none is given); no width, no center."""
    known = False
    for time in node.all("effectiveTime"):
        for name in ("width", "center"):
            for found in time.iterfind(V3 + name):
                yield hit(found, name, "low, high")
        for low in time.iterfind(f"{V3}low"):
            flavor = low.get("nullFlavor")
            known = known or low.get("value") is not None or (flavor is not None and (not nulls or flavor in nulls))
    if not known:
        yield hit(node.element, "", "@value | @nullFlavor", "effectiveTime/low")


@_BOOK.on(
    CONCERN,
    "CDA-ENT-009",
    (
        "Un suivi de problème ou d'allergie est un act (ACT, EVN) identifié, de code NA, conforme à CCD.",
        "A concern about a problem or an allergy is an act (ACT, EVN) with an id, the code NA, conforming to CCD.",
    ),
    (
        f"Écrire act ACT EVN, templateId {_ACT}, id et code nullFlavor NA.",
        f"Write act ACT EVN, templateId {_ACT}, id and code nullFlavor NA.",
    ),
    at="Concern Entry",
)
def _concern(node: Node) -> Iterator[Hit]:
    yield from acting(node, "act", classCode="ACT", moodCode="EVN")
    yield from templated(node, _ACT)
    yield from least(node, "id")
    yield from not_applicable(node)


@_BOOK.on(
    CONCERN,
    "CDA-ENT-010",
    (
        "Un suivi est actif, suspendu, abandonné ou terminé.",
        "A concern is active, suspended, aborted or completed.",
    ),
    ("Corriger statusCode.", "Correct statusCode."),
    at="Concern Entry/statusCode",
)
def _concern_status(node: Node) -> Iterator[Hit]:
    return status(node, *_STATUSES)


@_BOOK.on(
    CONCERN,
    "CDA-ENT-011",
    (
        "Un suivi a un début, et une fin si et seulement s'il est terminé ou abandonné.",
        "A concern has a beginning, and an end when and only when it is completed or aborted.",
    ),
    _LOW_HIGH,
    at="Concern Entry/effectiveTime",
)
def _concern_time(node: Node) -> Iterator[Hit]:
    times = node.all("effectiveTime")
    if any(time.get("nullFlavor") is not None for time in times):
        return
    if not any(time.find(f"{V3}low") is not None for time in times):
        yield hit(node.element, "", "1", "effectiveTime/low")
    high = any(time.find(f"{V3}high") is not None for time in times)
    ended = any(item.get("code") in _ENDED for item in node.all("statusCode"))
    if high != ended:
        yield hit(node.element, str(int(high)), str(int(ended)), "effectiveTime/high")


def _about(node: Node, *templates: str, relationship: str = "entryRelationship") -> bool:
    return any(
        not roots(item).isdisjoint(templates)
        for found in node.all(relationship)
        for item in found
        if isinstance(item.tag, str)
    )


@_BOOK.on(
    CONCERN,
    "CDA-ENT-012",
    (
        "Un suivi porte sur un problème ou une allergie (entryRelationship SUBJ).",
        "A concern is about a problem or an allergy (entryRelationship SUBJ).",
    ),
    (
        "Ajouter entryRelationship typeCode SUBJ vers un problème ou une allergie.",
        "Add entryRelationship typeCode SUBJ to a problem or an allergy.",
    ),
    at="Concern Entry/entryRelationship",
)
def _concern_subject(node: Node) -> Iterator[Hit]:
    typed = any(item.get("typeCode") == "SUBJ" for item in node.all("entryRelationship"))
    if not (typed and _about(node, PROBLEM, ALLERGY)):
        yield hit(node.element, "", f"{PROBLEM} | {ALLERGY}", "entryRelationship[@typeCode='SUBJ']")


_SIGNED: Final = (
    "assignedAuthor/id",
    "assignedAuthor/addr",
    "assignedAuthor/telecom",
    "assignedAuthor/assignedPerson/name",
    "assignedAuthor/representedOrganization/name",
)


def signed(node: Node, *paths: str) -> Iterator[Hit]:
    """If the element has authors, one of them says each of these things."""
    if "author" in node.children:
        for path in paths:
            if not node.at(f"author/{path}"):
                yield hit(node.element, "0", "1..*", f"author/{path}")


@_BOOK.on(
    CONCERN,
    "CDA-ENT-013",
    (
        "L'auteur d'un suivi est complet : id, adresse, télécom, nom et structure.",
        "The author of a concern is complete: id, address, telecom, name and organization.",
    ),
    ("Compléter author/assignedAuthor.", "Complete author/assignedAuthor."),
    at="Concern Entry/author",
)
def _concern_author(node: Node) -> Iterator[Hit]:
    return signed(node, *_SIGNED)


@_BOOK.on(
    PROBLEM_CONCERN,
    "CDA-ENT-014",
    (
        "Un suivi de problème déclare ses modèles et porte sur un problème.",
        "A concern about a problem declares its models and is about a problem.",
    ),
    (
        f"Écrire les templateId {CONCERN} et {_ACT}, et relier un problème {PROBLEM} en SUBJ.",
        f"Write the templateIds {CONCERN} and {_ACT}, and relate a problem {PROBLEM} as SUBJ.",
    ),
    at="Problem Concern Entry",
)
def _problem_concern(node: Node) -> Iterator[Hit]:
    yield from acting(node, "act", classCode="ACT", moodCode="EVN")
    yield from templated(node, CONCERN, _ACT)
    yield from templates_counted(node, 3)
    yield from least(node, "id")
    yield from not_applicable(node)
    yield from status(node, *_STATUSES)
    times = node.all("effectiveTime")
    if not any(time.get("nullFlavor") is not None or time.find(f"{V3}low") is not None for time in times):
        yield hit(node.element, "", "1", "effectiveTime/low")
    for relationship in node.all("entryRelationship"):
        if relationship.get("typeCode") == "SUBJ" and any(
            PROBLEM in roots(item) for item in relationship.iterfind("*")
        ):
            return
    yield hit(node.element, "", PROBLEM, "entryRelationship[@typeCode='SUBJ']")


@_BOOK.on(
    ALLERGY_CONCERN,
    "CDA-ENT-015",
    (
        "Un suivi d'allergie déclare ses modèles, a un id, un code NA, un début, et porte sur une allergie.",
        "A concern about an allergy declares its models, has one id, the code NA, a beginning, and an allergy.",
    ),
    _LOW_HIGH,
    at="Allergies and Intolerance Concern",
)
def _allergy_concern(node: Node) -> Iterator[Hit]:
    yield from acting(node, "act", classCode="ACT", moodCode="EVN")
    yield from templated(node, CONCERN, _ACT)
    yield from templates_counted(node, 3)
    yield from one(node, "id", "code")
    yield from not_applicable(node)
    yield from status(node, *_STATUSES)
    yield from lasting(node)
    for relationship in node.all("entryRelationship"):
        if (
            relationship.get("typeCode") == "SUBJ"
            and relationship.get("inversionInd") == "false"
            and any(item.get("root") == ALLERGY for item in relationship.iter(f"{V3}templateId"))
        ):
            return
    yield hit(node.element, "", ALLERGY, "entryRelationship[@typeCode='SUBJ'][@inversionInd='false']")


@_BOOK.on(
    (COMMENT, COMMENT_FR),
    "CDA-ENT-030",
    (
        "Un commentaire a le code 48767-8 (LOINC), un texte relié, est terminé, et son auteur est complet.",
        "A comment has the code 48767-8 (LOINC), a linked text, is completed, and its author is complete.",
    ),
    (
        f"Écrire les templateId {COMMENT}, {CCD}.40 et {COMMENT_FR}, puis code, text/reference et statusCode.",
        f"Write the templateIds {COMMENT}, {CCD}.40 and {COMMENT_FR}, then code, text/reference and statusCode.",
    ),
    at="FR-Commentaire-ER",
)
def _comment(node: Node) -> Iterator[Hit]:
    yield from templated(node, COMMENT, COMMENT_FR)
    if COMMENT in node.templates:
        yield from templated(node, f"{CCD}.40")
        yield from coded(node, "48767-8", LOINC)
        yield from status(node, "completed")
        yield from pointing(node)
        yield from signed(node, "time", *_SIGNED)


@_BOOK.on(
    INTERNAL_REFERENCE,
    "CDA-ENT-031",
    (
        "Une référence interne a un seul id, et le code de ce qu'elle désigne (NA s'il n'en a pas).",
        "An internal reference has exactly one id, and the code of what it points at (NA when that has none).",
    ),
    ("Écrire id et code.", "Write id and code."),
    at="FR-Reference-interne",
)
def _internal_reference(node: Node) -> Iterator[Hit]:
    yield from one(node, "id")
    coding = [code for code in node.all("code") if code.get("code") is not None and code.get("codeSystem") is not None]
    if len(coding) != 1 and sum(code.get("nullFlavor") == "NA" for code in node.all("code")) != 1:
        yield hit(node.element, "", "@code, @codeSystem | NA", "code")


RULES = _BOOK.rules
