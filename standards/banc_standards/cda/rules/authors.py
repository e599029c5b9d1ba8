"""Header rules 036 to 048: authors, data enterer, informants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from banc_standards.cda.names import V3
from banc_standards.cda.read import Document, code_of
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
    said,
)
from banc_standards.identifiers import STRUCT_IDNAT
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit
from banc_standards.terminology.codes import value_set

_BOOK = RuleBook("CI-SIS, volet Structuration minimale", "InvalidDocumentContent")
_AUTHOR: Final = "author/assignedAuthor"
_RELATED: Final = "informant/relatedEntity"

_BOOK.add(
    "CDA-HDR-036",
    ("Le document a au moins un auteur, décrit.", "The document has at least one author, described."),
    ("Écrire author/assignedAuthor.", "Write author/assignedAuthor."),
    all_of(counted("", "author", 1, null=False), one("author", "assignedAuthor")),
    at="author",
)
_BOOK.add(
    "CDA-HDR-037",
    (
        "Chaque auteur a une date de participation et une seule, et au plus une fonction, de JDV_J47.",
        "Every author has exactly one time, and at most one functionCode, of JDV_J47.",
    ),
    ("Écrire author/time avec une valeur.", "Write author/time with a value."),
    all_of(
        one("author", "time", null=False),
        present("author/time", "value"),
        at_most_one("author", "functionCode"),
        in_set("author/functionCode", "J47", "codeSystem"),
    ),
    at="author",
)
_BOOK.add(
    "CDA-HDR-038",
    (
        "Chaque auteur a au moins un identifiant, avec sa racine et sa valeur.",
        "Every author has at least one identifier, with its root and its value.",
    ),
    (
        "Écrire l'identifiant national sous 1.2.250.1.71.4.2.1.",
        "Write the national identifier under 1.2.250.1.71.4.2.1.",
    ),
    all_of(counted(_AUTHOR, "id", 1), identified(f"{_AUTHOR}/id")),
    at="author/assignedAuthor/id",
)
_BOOK.add(
    "CDA-HDR-039",
    (
        "La profession d'un auteur, donnée au plus une fois, est de JDV_J01, avec système et libellé.",
        "An author's code, given at most once, is of JDV_J01, with its system and label.",
    ),
    ("Prendre le code dans JDV_J01.", "Take the code from JDV_J01."),
    all_of(at_most_one(_AUTHOR, "code"), in_set(f"{_AUTHOR}/code", "J01", "codeSystem", "displayName")),
    at="author/assignedAuthor/code",
)


@_BOOK.rule(
    "CDA-HDR-040",
    (
        "Pour tout auteur, corps compris, profession et système vont ensemble dans JDV_J01.",
        "For every author, body included, code and system go together in JDV_J01.",
    ),
    ("Corriger code ou codeSystem.", "Correct code or codeSystem."),
    at="author/assignedAuthor/code",
)
def _every_author(document: Document) -> Iterator[Hit]:
    allowed = value_set("J01")
    for author in document.root.iter(f"{V3}author"):
        for element in author.findall(f"{V3}assignedAuthor/{V3}code"):
            code = code_of(element)
            if element.get("nullFlavor") is None and (code is None or code not in allowed):
                found = f"{element.get('code', '')} ({element.get('codeSystem', '')})"
                yield hit(element, found, "JDV J01")


@_BOOK.rule(
    "CDA-HDR-041",
    (
        "Un auteur est une personne ou un dispositif, pas les deux.",
        "An author is a person or a device, not both.",
    ),
    ("Garder assignedPerson ou assignedAuthoringDevice.", "Keep assignedPerson or assignedAuthoringDevice."),
    at="author/assignedAuthor",
)
def _person_or_device(document: Document) -> Iterator[Hit]:
    for element in at(document, _AUTHOR):
        kinds = child(element, "assignedPerson") + child(element, "assignedAuthoringDevice")
        if len(kinds) > 1:
            yield hit(element, str(len(kinds)), "0..1", "assignedPerson | assignedAuthoringDevice")


_BOOK.add(
    "CDA-HDR-042",
    (
        "Un auteur qui est une personne a un nom, avec un nom de famille et au plus un prénom.",
        "An author who is a person has one name, with one family and at most one given.",
    ),
    ("Écrire un name avec un seul family.", "Write one name with one family."),
    named(f"{_AUTHOR}/assignedPerson"),
    at="author/assignedAuthor/assignedPerson",
)
_BOOK.add(
    "CDA-HDR-043",
    (
        "Un dispositif auteur a un modèle et un logiciel, nommés.",
        "An authoring device has one manufacturerModelName and one softwareName, not empty.",
    ),
    ("Nommer le modèle et le logiciel.", "Name the model and the software."),
    all_of(
        one(f"{_AUTHOR}/assignedAuthoringDevice", "manufacturerModelName"),
        one(f"{_AUTHOR}/assignedAuthoringDevice", "softwareName"),
        said(f"{_AUTHOR}/assignedAuthoringDevice/manufacturerModelName"),
        said(f"{_AUTHOR}/assignedAuthoringDevice/softwareName"),
    ),
    at="author/assignedAuthor/assignedAuthoringDevice",
)
_BOOK.add(
    "CDA-HDR-044",
    (
        "La structure d'un auteur, au plus une, a au plus un identifiant national, un nom et un cadre d'exercice.",
        "An author's organisation, at most one, has at most one national id, one name and one practice setting.",
    ),
    (
        "Écrire l'id sous 1.2.250.1.71.4.2.2 et un standardIndustryClassCode de JDV_J04.",
        "Write the id under 1.2.250.1.71.4.2.2 and a standardIndustryClassCode of JDV_J04.",
    ),
    all_of(
        at_most_one(_AUTHOR, "representedOrganization"),
        one_id_under(f"{_AUTHOR}/representedOrganization", STRUCT_IDNAT, required=False),
        at_most_one(f"{_AUTHOR}/representedOrganization", "name", "standardIndustryClassCode"),
        in_set(f"{_AUTHOR}/representedOrganization/standardIndustryClassCode", "J04", "displayName"),
    ),
    at="author/assignedAuthor/representedOrganization",
)
_BOOK.add(
    "CDA-HDR-045",
    (
        "L'opérateur de saisie est donné au plus une fois, avec au plus une date.",
        "The data enterer is given at most once, with at most one time.",
    ),
    ("Garder un seul dataEnterer.", "Keep one dataEnterer."),
    all_of(at_most_one("", "dataEnterer"), at_most_one("dataEnterer", "time")),
    at="dataEnterer",
)


@_BOOK.rule(
    "CDA-HDR-046",
    (
        "Un informateur est un professionnel ou un proche, et un seul.",
        "An informant is a professional or a relation, and only one.",
    ),
    ("Écrire assignedEntity ou relatedEntity.", "Write assignedEntity or relatedEntity."),
    at="informant",
)
def _informant(document: Document) -> Iterator[Hit]:
    for element in at(document, "informant"):
        kinds = child(element, "assignedEntity") + child(element, "relatedEntity")
        if len(kinds) != 1:
            yield hit(element, str(len(kinds)), "1", "assignedEntity | relatedEntity")


def _informant_id(document: Document) -> Iterator[Hit]:
    for element in document.at("informant/assignedEntity/id"):
        if element.get("nullFlavor") is None and not (element.get("root") and element.get("extension")):
            yield hit(element, "", "root + extension | nullFlavor")


_BOOK.add(
    "CDA-HDR-047",
    (
        "Un informateur professionnel a un identifiant et un seul, au plus une profession, un nom et une structure.",
        "A professional informant has exactly one id, at most one code, one person and one organisation.",
    ),
    ("Compléter informant/assignedEntity.", "Complete informant/assignedEntity."),
    all_of(
        one("informant/assignedEntity", "id"),
        _informant_id,
        at_most_one("informant/assignedEntity", "code", "assignedPerson", "representedOrganization"),
        named("informant/assignedEntity/assignedPerson", given=None),
        in_set("informant/assignedEntity/representedOrganization/standardIndustryClassCode", "J04"),
    ),
    at="informant/assignedEntity",
)
_BOOK.add(
    "CDA-HDR-048",
    (
        "Un proche a une qualité connue, au plus un lien de JDV_J11, et un nom.",
        "A relation has a known class, at most one code of JDV_J11, and a name.",
    ),
    (
        "Écrire classCode ECON, NOK, CON, CAREGIVER ou PAT et un relatedPerson nommé.",
        "Write classCode ECON, NOK, CON, CAREGIVER or PAT and a relatedPerson with a name.",
    ),
    all_of(
        attribute(_RELATED, "classCode", ["ECON", "NOK", "CON", "CAREGIVER", "PAT"]),
        at_most_one(_RELATED, "code"),
        in_set(f"{_RELATED}/code", "J11", "displayName", "codeSystem"),
        one(_RELATED, "relatedPerson"),
        named(f"{_RELATED}/relatedPerson", given=None),
    ),
    at="informant/relatedEntity",
)

RULES = _BOOK.rules
