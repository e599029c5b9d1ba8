"""Header rules 001 to 019: what the document says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from banc_standards.cda.names import CI_SIS, HL7_FRANCE, V3
from banc_standards.cda.read import Document, elements, step
from banc_standards.cda.rules.expect import all_of, attribute, hit
from banc_standards.cda.rules.header_table import HEADER
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit
from banc_standards.terminology.codes import value_set
from banc_standards.terminology.documents import XDS_SD, models_of

_BOOK = RuleBook("CI-SIS, volet Structuration minimale", "InvalidDocumentContent")

_HEADER: Final = frozenset(
    V3 + name
    for name in (
        *("realmCode", "typeId", "templateId", "id", "code", "title", "effectiveTime", "confidentialityCode"),
        *("languageCode", "setId", "versionNumber", "recordTarget", "author", "dataEnterer", "informant"),
        *("custodian", "informationRecipient", "legalAuthenticator", "authenticator", "participant"),
        *("inFulfillmentOf", "documentationOf", "relatedDocument", "authorization", "componentOf", "component"),
    )
)

_BOOK.add(
    "CDA-HDR-001",
    (
        "classCode du document, s'il est donné, vaut DOCCLIN, et moodCode EVN.",
        "The document's classCode, if given, is DOCCLIN, and its moodCode EVN.",
    ),
    ("Retirer ces attributs ou leur donner ces valeurs.", "Remove these attributes or give them these values."),
    all_of(attribute("", "classCode", ["DOCCLIN"], required=False), attribute("", "moodCode", ["EVN"], required=False)),
    at="ClinicalDocument",
)
_BOOK.add(
    "CDA-HDR-002",
    ("Le document a un realmCode et un seul, FR.", "The document has exactly one realmCode, FR."),
    ('Écrire <realmCode code="FR"/>.', 'Write <realmCode code="FR"/>.'),
    HEADER.told("CDA-HDR-002"),
    at="realmCode",
)
_BOOK.add(
    "CDA-HDR-003",
    ("Le typeId est celui de CDA R2.", "The typeId is that of CDA R2."),
    (
        'Écrire <typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>.',
        'Write <typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>.',
    ),
    HEADER.told("CDA-HDR-003"),
    at="typeId",
)


_BOOK.add(
    "CDA-HDR-004",
    ("Le document déclare une fois sa conformité à HL7 France.", "The document declares HL7 France once."),
    (f'Écrire <templateId root="{HL7_FRANCE}"/>.', f'Write <templateId root="{HL7_FRANCE}"/>.'),
    HEADER.told("CDA-HDR-004"),
    at="templateId",
)


_BOOK.add(
    "CDA-HDR-005",
    ("Le document déclare une fois sa conformité au CI-SIS.", "The document declares the CI-SIS once."),
    (f'Écrire <templateId root="{CI_SIS}"/>.', f'Write <templateId root="{CI_SIS}"/>.'),
    HEADER.told("CDA-HDR-005"),
    at="templateId",
)


_BOOK.add(
    "CDA-HDR-006",
    (
        "Le document déclare, après les deux templateId communs, celui de son modèle.",
        "After the two common templateIds the document declares that of its model.",
    ),
    (
        "Ajouter le templateId du volet, ou 1.3.6.1.4.1.19376.1.2.20 pour un document de niveau 1.",
        "Add the templateId of the volet, or 1.3.6.1.4.1.19376.1.2.20 for a level 1 document.",
    ),
    HEADER.told("CDA-HDR-006"),
    at="templateId",
)


@_BOOK.rule(
    "CDA-HDR-007",
    (
        "Le templateId du modèle est celui du type de document annoncé.",
        "The model's templateId is that of the document type announced.",
    ),
    ("Accorder code et templateId.", "Make code and templateId agree."),
    at="templateId",
    severity="info",
    certainty="deduced",
)
def _model_of_type(document: Document) -> Iterator[Hit]:
    known = models_of(document.code) if document.code else ()
    if known and XDS_SD not in document.models and not set(known) & set(document.models):
        yield hit(document.root, ", ".join(document.models), " | ".join(known), "templateId")


_BOOK.add(
    "CDA-HDR-008",
    (
        "Le document a un identifiant et un seul, avec sa racine.",
        "The document has exactly one id, with its root.",
    ),
    (
        "Donner un id unique ; vers le DMP et MSSanté, un OID sans extension.",
        "Give one id; towards the DMP and MSSanté, an OID without extension.",
    ),
    HEADER.told("CDA-HDR-008"),
    at="id",
)


_BOOK.add(
    "CDA-HDR-009",
    (
        "Le document a un type et un seul, de la liste JDV_J07, avec son système et son libellé.",
        "The document has exactly one code, of the list JDV_J07, with its system and its label.",
    ),
    ("Prendre code, codeSystem et displayName dans JDV_J07.", "Take code, codeSystem and displayName from JDV_J07."),
    HEADER.told("CDA-HDR-009"),
    at="code",
)


@_BOOK.rule(
    "CDA-HDR-010",
    (
        "Le type de document et son système vont ensemble dans JDV_J07.",
        "The document code and its system go together in JDV_J07.",
    ),
    ("Corriger codeSystem.", "Correct codeSystem."),
    at="code",
    severity="info",
    certainty="deduced",
)
def _type_and_system(document: Document) -> Iterator[Hit]:
    code, allowed = document.code, value_set("J07")
    if code and code.code in allowed.codes and code not in allowed:
        yield hit(document.root, code.system, allowed.get(code.code).system, "code/@codeSystem")


_BOOK.add(
    "CDA-HDR-011",
    ("Le document a un titre et un seul.", "The document has exactly one title."),
    ("Écrire un titre.", "Write a title."),
    HEADER.told("CDA-HDR-011"),
    at="title",
)
_BOOK.add(
    "CDA-HDR-012",
    (
        "Le document a une date de création et une seule, avec une valeur.",
        "The document has exactly one effectiveTime, with a value.",
    ),
    ("Écrire la date et l'heure de création de cette version.", "Write when this version was created."),
    HEADER.told("CDA-HDR-012"),
    at="effectiveTime",
)
_BOOK.add(
    "CDA-HDR-013",
    (
        "Le document a un niveau de confidentialité et un seul (N, R ou V en France), avec système et libellé.",
        "The document has exactly one confidentialityCode (N, R or V in France), with its system and label.",
    ),
    (
        "Écrire N, R ou V du système 2.16.840.1.113883.5.25.",
        "Write N, R or V of the system 2.16.840.1.113883.5.25.",
    ),
    HEADER.told("CDA-HDR-013"),
    at="confidentialityCode",
)


_BOOK.add(
    "CDA-HDR-014",
    (
        "Le document a une langue et une seule, de la forme langue-PAYS.",
        "The document has exactly one languageCode, of the form language-COUNTRY.",
    ),
    ('Écrire <languageCode code="fr-FR"/>.', 'Write <languageCode code="fr-FR"/>.'),
    HEADER.told("CDA-HDR-014"),
    at="languageCode",
)


@_BOOK.rule(
    "CDA-HDR-015",
    ("La langue du document est le français de France.", "The language of the document is French of France."),
    ("Écrire fr-FR.", "Write fr-FR."),
    at="languageCode",
    severity="info",
    certainty="deduced",
)
def _french(document: Document) -> Iterator[Hit]:
    if document.language and document.language != "fr-FR":
        yield hit(document.root, document.language, "fr-FR", "languageCode/@code")


_BOOK.add(
    "CDA-HDR-016",
    (
        "Le document a un setId et un seul, commun à toutes ses versions, avec sa racine.",
        "The document has exactly one setId, shared by all its versions, with its root.",
    ),
    ("Donner un setId et le garder d'une version à l'autre.", "Give a setId and keep it from version to version."),
    HEADER.told("CDA-HDR-016"),
    at="setId",
)


_BOOK.add(
    "CDA-HDR-017",
    (
        "Le document a un numéro de version et un seul, entier.",
        "The document has exactly one versionNumber, an integer.",
    ),
    ("Numéroter les versions à partir de 1.", "Number the versions from 1."),
    HEADER.told("CDA-HDR-017"),
    at="versionNumber",
)


@_BOOK.rule(
    "CDA-HDR-018",
    (
        "Une version au-delà de la première nomme le document qu'elle remplace.",
        "A version beyond the first names the document that it replaces.",
    ),
    (
        "Ajouter relatedDocument RPLC avec l'id de la version précédente.",
        "Add a relatedDocument RPLC with the id of the previous version.",
    ),
    at="relatedDocument",
    severity="info",
    certainty="deduced",
)
def _replaced(document: Document) -> Iterator[Hit]:
    if document.version is not None and document.version > 1 and document.replaces is None:
        yield hit(document.root, "", "RPLC", "relatedDocument/@typeCode")


@_BOOK.rule(
    "CDA-HDR-019",
    (
        "L'en-tête ne contient que les éléments prévus par la structuration minimale.",
        "The header holds only the elements that the common structure foresees.",
    ),
    ("Retirer cet élément.", "Remove this element."),
    at="ClinicalDocument",
    severity="warning",
)
def _nothing_else(document: Document) -> Iterator[Hit]:
    for element in elements(document.root):
        if element.tag not in _HEADER:
            yield hit(element, step(element))


RULES = _BOOK.rules
