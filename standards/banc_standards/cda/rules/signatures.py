"""Header rules 049 to 058: custodian, recipients, signatures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from banc_standards.cda.read import Document
from banc_standards.cda.rules.expect import (
    all_of,
    at,
    at_most_one,
    attribute,
    child,
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
from banc_standards.terminology.oids import DMP

_BOOK = RuleBook("CI-SIS, volet Structuration minimale", "InvalidDocumentContent")
_KEEPER: Final = "custodian/assignedCustodian/representedCustodianOrganization"
_RECIPIENT: Final = "informationRecipient/intendedRecipient"
_SIGNER: Final = "legalAuthenticator/assignedEntity"

_BOOK.add(
    "CDA-HDR-049",
    ("Le document a un conservateur et un seul.", "The document has exactly one custodian."),
    ("Écrire custodian/assignedCustodian.", "Write custodian/assignedCustodian."),
    all_of(
        one("", "custodian"),
        one("custodian", "assignedCustodian"),
        one("custodian/assignedCustodian", "representedCustodianOrganization"),
    ),
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
    all_of(one(_KEEPER, "id", null=False), attribute(f"{_KEEPER}/id", "root", [STRUCT_IDNAT, DMP])),
    at="custodian//id",
)
_BOOK.add(
    "CDA-HDR-051",
    (
        "Le conservateur a au plus un nom, un moyen d'être joint et une adresse.",
        "The custodian has at most one name, one telecom and one addr.",
    ),
    ("N'en garder qu'un.", "Keep one."),
    at_most_one(_KEEPER, "name", "telecom", "addr"),
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
    all_of(
        one("informationRecipient", "intendedRecipient"),
        identified(f"{_RECIPIENT}/id", roots=[PS_IDNAT]),
        at_most_one(_RECIPIENT, "informationRecipient", "receivedOrganization"),
        named(f"{_RECIPIENT}/informationRecipient", given=None),
        identified(f"{_RECIPIENT}/receivedOrganization/id", roots=[STRUCT_IDNAT]),
    ),
    at="informationRecipient",
)


@_BOOK.rule(
    "CDA-HDR-054",
    (
        "Le document a un responsable et un seul, qui l'a signé.",
        "The document has exactly one legal authenticator, who signed it.",
    ),
    (
        'Écrire legalAuthenticator avec signatureCode code="S".',
        'Write legalAuthenticator with signatureCode code="S".',
    ),
    at="legalAuthenticator",
)
def _legal_authenticator(document: Document) -> Iterator[Hit]:
    signed = [
        element
        for element in at(document, "legalAuthenticator")
        if any(item.get("code") == "S" for item in child(element, "signatureCode"))
    ]
    if len(signed) != 1:
        yield hit(document.root, str(len(signed)), "1", "legalAuthenticator[signatureCode/@code='S']")


_BOOK.add(
    "CDA-HDR-055",
    ("Le responsable a signé à une date et une seule.", "The legal authenticator signed at exactly one time."),
    ("Écrire legalAuthenticator/time avec une valeur.", "Write legalAuthenticator/time with a value."),
    all_of(one("legalAuthenticator", "time", null=False), present("legalAuthenticator/time", "value")),
    at="legalAuthenticator/time",
)
_BOOK.add(
    "CDA-HDR-056",
    (
        "Le responsable a un identifiant et un seul, et au plus une profession, de JDV_J01.",
        "The legal authenticator has exactly one id, and at most one code, of JDV_J01.",
    ),
    ("Écrire l'identifiant national du signataire.", "Write the signer's national identifier."),
    all_of(
        one("legalAuthenticator", "assignedEntity"),
        one(_SIGNER, "id", null=False),
        identified(f"{_SIGNER}/id"),
        at_most_one(_SIGNER, "code"),
        in_set(f"{_SIGNER}/code", "J01"),
    ),
    at="legalAuthenticator/assignedEntity",
)
_BOOK.add(
    "CDA-HDR-057",
    (
        "Le responsable a au plus un nom, avec un nom de famille, et une structure.",
        "The legal authenticator has at most one person, with one family name, and one organisation.",
    ),
    ("Corriger assignedPerson et representedOrganization.", "Correct assignedPerson and representedOrganization."),
    all_of(
        at_most_one(_SIGNER, "assignedPerson", "representedOrganization"),
        named(f"{_SIGNER}/assignedPerson", given=None),
        in_set(f"{_SIGNER}/representedOrganization/standardIndustryClassCode", "J04"),
    ),
    at="legalAuthenticator/assignedEntity",
)
_BOOK.add(
    "CDA-HDR-058",
    (
        "Chaque attestation (authenticator) est signée, datée, par un professionnel identifié et nommé.",
        "Every authenticator signed, at a time, and is an identified and named professional.",
    ),
    ("Compléter authenticator.", "Complete authenticator."),
    all_of(
        one("authenticator", "signatureCode"),
        attribute("authenticator/signatureCode", "code", ["S"]),
        one("authenticator", "time", null=False),
        present("authenticator/time", "value"),
        one("authenticator", "assignedEntity"),
        one_id_under("authenticator/assignedEntity", PS_IDNAT, required=True),
        at_most_one("authenticator/assignedEntity", "code", "assignedPerson", "representedOrganization"),
        named("authenticator/assignedEntity/assignedPerson", given=None),
    ),
    at="authenticator",
)

RULES = _BOOK.rules
