"""Header rules 036 to 048: authors, data enterer, informants."""

from __future__ import annotations

from collections.abc import Iterator

from banc_standards.cda.names import V3
from banc_standards.cda.read import Document
from banc_standards.cda.rules.header_table import HEADER
from banc_standards.cda.rules.shapes import bound
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit

_BOOK = RuleBook("CI-SIS, volet Structuration minimale", "InvalidDocumentContent")

_BOOK.add(
    "CDA-HDR-036",
    ("Le document a au moins un auteur, décrit.", "The document has at least one author, described."),
    ("Écrire author/assignedAuthor.", "Write author/assignedAuthor."),
    HEADER.told("CDA-HDR-036"),
    at="author",
)
_BOOK.add(
    "CDA-HDR-037",
    (
        "Chaque auteur a une date de participation et une seule, et au plus une fonction, de JDV_J47.",
        "Every author has exactly one time, and at most one functionCode, of JDV_J47.",
    ),
    ("Écrire author/time avec une valeur.", "Write author/time with a value."),
    HEADER.told("CDA-HDR-037"),
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
    HEADER.told("CDA-HDR-038"),
    at="author/assignedAuthor/id",
)
_BOOK.add(
    "CDA-HDR-039",
    (
        "La profession d'un auteur, donnée au plus une fois, est de JDV_J01, avec système et libellé.",
        "An author's code, given at most once, is of JDV_J01, with its system and label.",
    ),
    ("Prendre le code dans JDV_J01.", "Take the code from JDV_J01."),
    HEADER.told("CDA-HDR-039"),
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
    for entity in document.tagged.get("assignedAuthor", ()):
        above = entity.getparent()
        if above is not None and above.tag == f"{V3}author":
            for element in entity.iterchildren(f"{V3}code"):
                yield from bound(element, "J01", null=True)


_BOOK.add(
    "CDA-HDR-041",
    (
        "Un auteur est une personne ou un dispositif, pas les deux.",
        "An author is a person or a device, not both.",
    ),
    ("Garder assignedPerson ou assignedAuthoringDevice.", "Keep assignedPerson or assignedAuthoringDevice."),
    HEADER.told("CDA-HDR-041"),
    at="author/assignedAuthor",
)


_BOOK.add(
    "CDA-HDR-042",
    (
        "Un auteur qui est une personne a un nom, avec un nom de famille et au plus un prénom.",
        "An author who is a person has one name, with one family and at most one given.",
    ),
    ("Écrire un name avec un seul family.", "Write one name with one family."),
    HEADER.told("CDA-HDR-042"),
    at="author/assignedAuthor/assignedPerson",
)
_BOOK.add(
    "CDA-HDR-043",
    (
        "Un dispositif auteur a un modèle et un logiciel, nommés.",
        "An authoring device has one manufacturerModelName and one softwareName, not empty.",
    ),
    ("Nommer le modèle et le logiciel.", "Name the model and the software."),
    HEADER.told("CDA-HDR-043"),
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
    HEADER.told("CDA-HDR-044"),
    at="author/assignedAuthor/representedOrganization",
)
_BOOK.add(
    "CDA-HDR-045",
    (
        "L'opérateur de saisie est donné au plus une fois, avec au plus une date.",
        "The data enterer is given at most once, with at most one time.",
    ),
    ("Garder un seul dataEnterer.", "Keep one dataEnterer."),
    HEADER.told("CDA-HDR-045"),
    at="dataEnterer",
)


_BOOK.add(
    "CDA-HDR-046",
    (
        "Un informateur est un professionnel ou un proche, et un seul.",
        "An informant is a professional or a relation, and only one.",
    ),
    ("Écrire assignedEntity ou relatedEntity.", "Write assignedEntity or relatedEntity."),
    HEADER.told("CDA-HDR-046"),
    at="informant",
)


_BOOK.add(
    "CDA-HDR-047",
    (
        "Un informateur professionnel a un identifiant et un seul, au plus une profession, un nom et une structure.",
        "A professional informant has exactly one id, at most one code, one person and one organisation.",
    ),
    ("Compléter informant/assignedEntity.", "Complete informant/assignedEntity."),
    HEADER.told("CDA-HDR-047"),
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
    HEADER.told("CDA-HDR-048"),
    at="informant/relatedEntity",
)

RULES = _BOOK.rules
