"""Header rules 049 to 058: custodian, recipients, signatures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from banc_standards.cda.read import Document
from banc_standards.cda.rules.expect import at, child, hit
from banc_standards.cda.rules.header_table import HEADER
from banc_standards.cda.rules.shapes import bound
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit
from banc_standards.terminology.oids import DMP

_BOOK = RuleBook("CI-SIS, volet Structuration minimale", "InvalidDocumentContent")
_RECIPIENT: Final = "informationRecipient/intendedRecipient"
_KEEPER: Final = "custodian/assignedCustodian/representedCustodianOrganization"

_BOOK.add(
    "CDA-HDR-049",
    ("Le document a un conservateur et un seul.", "The document has exactly one custodian."),
    ("Écrire custodian/assignedCustodian.", "Write custodian/assignedCustodian."),
    HEADER.told("CDA-HDR-049"),
    at="custodian",
)
_BOOK.add(
    "CDA-HDR-050",
    (
        "Le conservateur a un identifiant et un seul : structure, ou DMP.",
        "The custodian has exactly one id: a structure's, or the DMP's.",
    ),
    (
        "Écrire l'id sous 1.2.250.1.71.4.2.2, ou 1.2.250.1.213.4.1 pour le DMP.",
        "Write the id under 1.2.250.1.71.4.2.2, or 1.2.250.1.213.4.1 for the DMP.",
    ),
    HEADER.told("CDA-HDR-050"),
    at="custodian//id",
)
_BOOK.add(
    "CDA-HDR-051",
    (
        "Le conservateur a au plus un nom, un moyen d'être joint et une adresse.",
        "The custodian has at most one name, one telecom and one addr.",
    ),
    ("N'en garder qu'un.", "Keep one."),
    HEADER.told("CDA-HDR-051"),
    at="custodian",
)


@_BOOK.rule(
    "CDA-HDR-052",
    (
        "L'identifiant du conservateur a une valeur, sauf pour le DMP.",
        "The custodian's id has an extension, unless it is the DMP's.",
    ),
    ("Écrire l'identifiant national de la structure.", "Write the structure's national identifier."),
    at="custodian//id",
    severity="info",
    certainty="deduced",
)
def _keeper(document: Document) -> Iterator[Hit]:
    for element in at(document, f"{_KEEPER}/id"):
        if element.get("root") != DMP and not element.get("extension"):
            yield hit(element, "", "non vide", "@extension")


_BOOK.add(
    "CDA-HDR-053",
    (
        "Un destinataire est décrit une fois ; ses identifiants nationaux ont une valeur, son nom un nom de famille.",
        "A recipient is described once; national ids have a value, the name has one family.",
    ),
    ("Compléter intendedRecipient.", "Complete intendedRecipient."),
    HEADER.told("CDA-HDR-053"),
    at="informationRecipient",
)


_BOOK.add(
    "CDA-HDR-054",
    (
        "Le document a un responsable et un seul, qui l'a signé.",
        "The document has exactly one legal authenticator, who signed it.",
    ),
    (
        'Écrire legalAuthenticator avec signatureCode code="S".',
        'Write legalAuthenticator with signatureCode code="S".',
    ),
    HEADER.told("CDA-HDR-054"),
    at="legalAuthenticator",
)


_BOOK.add(
    "CDA-HDR-055",
    ("Le responsable a signé à une date et une seule.", "The legal authenticator signed at exactly one time."),
    ("Écrire legalAuthenticator/time avec une valeur.", "Write legalAuthenticator/time with a value."),
    HEADER.told("CDA-HDR-055"),
    at="legalAuthenticator/time",
)
_BOOK.add(
    "CDA-HDR-056",
    (
        "Le responsable a un identifiant et un seul, et au plus une profession, de JDV_J01.",
        "The legal authenticator has exactly one id, and at most one code, of JDV_J01.",
    ),
    ("Écrire l'identifiant national du signataire.", "Write the signer's national identifier."),
    HEADER.told("CDA-HDR-056"),
    at="legalAuthenticator/assignedEntity",
)
_BOOK.add(
    "CDA-HDR-057",
    (
        "Le responsable a au plus un nom, avec un nom de famille, et une structure.",
        "The legal authenticator has at most one person, with one family name, and one organisation.",
    ),
    ("Corriger assignedPerson et representedOrganization.", "Correct assignedPerson and representedOrganization."),
    HEADER.told("CDA-HDR-057"),
    at="legalAuthenticator/assignedEntity",
)
_BOOK.add(
    "CDA-HDR-058",
    (
        "Une attestation signée (authenticator) est datée, par un professionnel identifié et nommé.",
        "Whoever signed as authenticator did at one time, and is an identified and named professional.",
    ),
    ("Compléter authenticator.", "Complete authenticator."),
    HEADER.told("CDA-HDR-058"),
    at="authenticator",
)


@_BOOK.rule(
    "CDA-HDR-084",
    ("Une attestation (authenticator) est signée : S.", "An authenticator has signed: S."),
    (
        "Écrire signatureCode code=\"S\" : une attestation qui ne l'a pas n'est pas contrôlée.",
        'Write signatureCode code="S": an authenticator without it is not checked.',
    ),
    at="authenticator/signatureCode",
    severity="info",
    certainty="deduced",
)
def _attested(document: Document) -> Iterator[Hit]:
    for element in document.at("authenticator"):
        if all(item.get("code") != "S" for item in child(element, "signatureCode")):
            yield hit(element, "", "S", "signatureCode/@code")


@_BOOK.rule(
    "CDA-HDR-085",
    (
        "Le cadre d'exercice d'une structure est de JDV_J04, code et système ensemble.",
        "The practice setting of an organisation is of JDV_J04, code and system together.",
    ),
    (
        "Prendre code et codeSystem dans JDV_J04 : un autre cadre d'exercice n'est pas lu.",
        "Take code and codeSystem from JDV_J04: any other practice setting is not read.",
    ),
    at="standardIndustryClassCode",
    severity="info",
    certainty="deduced",
)
def _setting(document: Document) -> Iterator[Hit]:
    for element in document.tagged.get("standardIndustryClassCode", ()):
        yield from bound(element, "J04", null=True)


@_BOOK.rule(
    "CDA-HDR-086",
    ("Un destinataire ou un participant est nommé.", "A recipient or a participant is named."),
    ("Écrire name avec un nom de famille.", "Write a name with a family name."),
    at="informationRecipient, participant",
    severity="info",
    certainty="deduced",
)
def _nameless(document: Document) -> Iterator[Hit]:
    for path in (f"{_RECIPIENT}/informationRecipient", "participant/associatedEntity/associatedPerson"):
        for element in document.at(path):
            if not any(child(name, "family") for name in child(element, "name")):
                yield hit(element, "0", "1", "name/family")


RULES = _BOOK.rules
