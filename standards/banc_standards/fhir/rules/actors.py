"""Professionals and structures of FR Core: national identifiers, their forms, contact points."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from banc_standards.fhir.names import (
    EMAIL_TYPE,
    FINESS,
    FORMER_FINESS,
    ID_NAT_PS,
    ID_NAT_ST,
    MAIL_TYPE,
    RPPS,
    RPPS_RANK,
    SIRENE,
    T2,
)
from banc_standards.fhir.rules.book import FhirBook
from banc_standards.fhir.rules.forms import NAME, TELECOM, Must, Slice, cardinalities, names, slices, telecoms
from banc_standards.fhir.rules.known import (
    ETABLISSEMENT,
    ORGANIZATION,
    POLE,
    PRACTITIONER,
    RELATED,
    ROLE,
    SERVICE,
    UAC,
    UF,
)
from banc_standards.fhir.subject import Resource, at, codings, items, text
from banc_standards.identifiers import IdNat, MalformedIdentifier, StructIdNat, finess, luhn, rpps
from banc_standards.rules import Hit

_PRACTITIONER = FhirBook("FR Core 2.2.0, FRCorePractitioner", "Practitioner", (PRACTITIONER,))
_ROLE = FhirBook("FR Core 2.2.0, FRCorePractitionerRole", "PractitionerRole", (ROLE,))
_ORGANIZATION = FhirBook(
    "FR Core 2.2.0, FRCoreOrganization", "Organization", (ORGANIZATION, ETABLISSEMENT, POLE, UF, UAC)
)
_ETABLISSEMENT = FhirBook("FR Core 2.2.0, FRCoreOrganizationEtablissement", "Organization", (ETABLISSEMENT,))
_RELATED = FhirBook("FR Core 2.2.0, FRCoreRelatedPerson", "RelatedPerson", (RELATED,))
_SERVICE = FhirBook("FR Core 2.2.0, FRCoreHealthcareService", "HealthcareService", (SERVICE,))
_ANY = FhirBook("CI-SIS, annexe Source des données métier", "Practitioner PractitionerRole Organization")
_INVARIANTS = FhirBook("FHIR R4 4.0.1", "Organization")

slices(
    _PRACTITIONER,
    "FHIR-PRA",
    (
        Slice("001", "idNatPs", ID_NAT_PS, ((T2, "IDNPS"),), high=1, by="system"),
        Slice("002", "rpps", RPPS, ((T2, "RPPS"),), by="system"),
    ),
)
_PRACTITIONER.add("FHIR-PRA-003", *TELECOM, telecoms("telecom"), at="telecom")
_PRACTITIONER.add("FHIR-PRA-004", *NAME, names("name"), at="name.prefix")
_ROLE.add("FHIR-ROL-001", *TELECOM, telecoms("telecom"), at="telecom")

slices(
    _ETABLISSEMENT,
    "FHIR-ORG",
    (
        Slice("001", "idNatSt", ID_NAT_ST, ((T2, "IDNST"),), ("official",), by="both"),
        Slice("002", "siren", SIRENE, ((T2, "SIREN"),), by="both"),
        Slice("003", "siret", SIRENE, ((T2, "SIRET"),), by="both"),
        Slice("004", "rppsRang", RPPS_RANK, ((T2, "RPPSRG"), (T2, "INTRN")), by="both"),
    ),
)
_ORGANIZATION.add("FHIR-ORG-005", *TELECOM, telecoms("telecom", "contact.telecom"), at="telecom")
cardinalities(_RELATED, "FHIR-REL", (Must("001", "identifier", 1, 1),))
_RELATED.add("FHIR-REL-002", *TELECOM, telecoms("telecom"), at="telecom")
_RELATED.add("FHIR-REL-003", *NAME, names("name"), at="name.prefix")
_SERVICE.add("FHIR-SRV-001", *TELECOM, telecoms("telecom"), at="telecom")


@_INVARIANTS.rule(
    "FHIR-ORG-006",
    ("Une structure a un nom ou un identifiant.", "A structure has a name or an identifier."),
    ("Ajouter name ou identifier.", "Add name or identifier."),
    at="org-1",
)
def _told(resource: Resource) -> Iterator[Hit]:
    if not any(resource.data.get(name) for name in ("name", "identifier", "_name")):
        yield resource.hit(expected="name | identifier")


@_INVARIANTS.rule(
    "FHIR-ORG-007",
    (
        "L'adresse et le téléphone d'une structure ne sont pas d'usage home.",
        "A structure has no home address or phone.",
    ),
    ("Écrire work, ou rien.", "Write work, or nothing."),
    at="org-2, org-3",
)
def _home(resource: Resource) -> Iterator[Hit]:
    for name in ("address", "telecom"):
        for number, value in items(resource.data, name):
            if value.get("use") == "home":
                yield resource.hit(name, number, "use", found="home", expected="work")


@_ORGANIZATION.rule(
    "FHIR-ORG-008",
    ("Une unité fonctionnelle est de type UF.", "A functional unit is of the type UF."),
    ("Écrire type UF de fr-core-cs-v2-3307.", "Write the type UF of fr-core-cs-v2-3307."),
    at="FRCoreOrganizationUF.type",
    severity="warning",
    certainty="deduced",
    profiles=(UF,),
)
def _unit(resource: Resource) -> Iterator[Hit]:
    kinds = [text(one, "code") for _, concept in items(resource.data, "type") for one in codings(concept)]
    if "UF" not in kinds:
        yield resource.hit("type", found=", ".join(kinds), expected="UF")


# Forms of the national identifiers, whatever the profile


@_ANY.rule(
    "FHIR-IDN-001",
    ("Un RPPS a onze chiffres.", "An RPPS has eleven digits."),
    ("Écrire le RPPS sans préfixe.", "Write the RPPS without a prefix."),
    at="RPPS",
    types="Practitioner",
)
def _rpps(resource: Resource) -> Iterator[Hit]:
    for number, identifier in items(resource.data, "identifier"):
        value = text(identifier, "value")
        if text(identifier, "system") == RPPS and value and not rpps(value):
            yield resource.hit("identifier", number, "value", found=value, expected="11")


@_ANY.rule(
    "FHIR-IDN-002",
    ("La clé de Luhn du RPPS se vérifie.", "The Luhn key of the RPPS verifies."),
    ("Vérifier le numéro.", "Check the number."),
    at="RPPS",
    severity="info",
    certainty="uncertain",
    types="Practitioner",
)
def _rpps_key(resource: Resource) -> Iterator[Hit]:
    for number, identifier in items(resource.data, "identifier"):
        value = text(identifier, "value")
        if text(identifier, "system") == RPPS and rpps(value) and not luhn(value):
            yield resource.hit("identifier", number, "value", found=value)


@_ANY.rule(
    "FHIR-IDN-003",
    (
        "L'identifiant national d'un professionnel a un préfixe et une forme connus.",
        "The national identifier of a professional has a known prefix and form.",
    ),
    ("Reprendre l'identifiant de la carte ou de Pro Santé Connect.", "Take that of the card or of Pro Santé Connect."),
    at="PS_IdNat",
    severity="warning",
    certainty="deduced",
    types="Practitioner PractitionerRole",
)
def _professional(resource: Resource) -> Iterator[Hit]:
    for number, identifier in items(resource.data, "identifier"):
        value = text(identifier, "value")
        if text(identifier, "system") != ID_NAT_PS or not value:
            continue
        try:
            IdNat.parse(value)
        except MalformedIdentifier:
            yield resource.hit("identifier", number, "value", found=value, expected="8 + RPPS")


@_ANY.rule(
    "FHIR-IDN-004",
    (
        "L'identifiant national et le RPPS d'un professionnel disent le même numéro.",
        "The national identifier and the RPPS of a professional tell the same number.",
    ),
    ("Corriger l'un des deux.", "Correct one of the two."),
    at="PS_IdNat",
    severity="warning",
    certainty="deduced",
    types="Practitioner",
)
def _same_number(resource: Resource) -> Iterator[Hit]:
    numbers = {text(one, "value") for _, one in items(resource.data, "identifier") if text(one, "system") == RPPS}
    for number, identifier in items(resource.data, "identifier"):
        value = text(identifier, "value")
        known = text(identifier, "system") == ID_NAT_PS and len(value) == 12 and value[0] == "8"
        if known and numbers and value[1:] not in numbers:
            yield resource.hit("identifier", number, "value", found=value, expected=", ".join(sorted(numbers)))


@_ANY.rule(
    "FHIR-IDN-005",
    ("Un numéro FINESS a neuf caractères.", "A FINESS number has nine characters."),
    ("Écrire le FINESS sans préfixe.", "Write the FINESS without a prefix."),
    at="FINESS",
    types="Organization",
)
def _finess(resource: Resource) -> Iterator[Hit]:
    for number, identifier in items(resource.data, "identifier"):
        value = text(identifier, "value")
        if text(identifier, "system") in (FINESS, FORMER_FINESS) and value and not finess(value):
            yield resource.hit("identifier", number, "value", found=value, expected="9")


_SIZES: Final = {"SIREN": 9, "SIRET": 14}


@_ANY.rule(
    "FHIR-IDN-006",
    ("Un SIREN a 9 chiffres, un SIRET 14, et leur clé se vérifie.", "A SIREN has 9 digits, a SIRET 14; keys verify."),
    ("Vérifier le numéro et le type de l'identifiant.", "Check the number and the type of the identifier."),
    at="SIRENE",
    severity="warning",
    certainty="deduced",
    types="Organization",
)
def _sirene(resource: Resource) -> Iterator[Hit]:
    for number, identifier in items(resource.data, "identifier"):
        value = text(identifier, "value")
        if text(identifier, "system") != SIRENE or not value:
            continue
        for coding in codings(identifier.get("type")):
            size = _SIZES.get(text(coding, "code"))
            if size is not None and (len(value) != size or not luhn(value)):
                yield resource.hit("identifier", number, "value", found=value, expected=str(size))


@_ANY.rule(
    "FHIR-IDN-007",
    (
        "L'identifiant national d'une structure a un préfixe et une forme connus.",
        "The national identifier of a structure has a known prefix and form.",
    ),
    (
        "0 + ADELI rang, 1 + FINESS, 2 + SIREN, 3 + SIRET, 4 + RPPS rang.",
        "0 + ADELI rank, 1 + FINESS, 2 + SIREN, 3 + SIRET, 4 + RPPS rank.",
    ),
    at="Struct_IdNat",
    severity="warning",
    certainty="deduced",
    types="Organization",
)
def _structure(resource: Resource) -> Iterator[Hit]:
    for number, identifier in items(resource.data, "identifier"):
        value = text(identifier, "value")
        if text(identifier, "system") != ID_NAT_ST or not value:
            continue
        try:
            StructIdNat.parse(value)
        except MalformedIdentifier:
            yield resource.hit("identifier", number, "value", found=value, expected="1 + FINESS")


@_ANY.rule(
    "FHIR-IDN-008",
    ("L'ancien système de FINESS ne s'écrit plus.", "The former system of FINESS is no longer written."),
    ("Écrire https://finess.esante.gouv.fr.", "Write https://finess.esante.gouv.fr."),
    at="FINESS",
    severity="warning",
    certainty="deduced",
    types="Organization",
)
def _former(resource: Resource) -> Iterator[Hit]:
    for number, identifier in items(resource.data, "identifier"):
        if text(identifier, "system") == FORMER_FINESS:
            yield resource.hit("identifier", number, "system", found=FORMER_FINESS, expected=FINESS)


@_ANY.rule(
    "FHIR-IDN-009",
    (
        "Une adresse MSSanté est une adresse électronique marquée MSSANTE (TRE_R256).",
        "An MSSanté address is an email marked MSSANTE (TRE_R256).",
    ),
    (
        "Écrire system = email et valueCoding TRE_R256 MSSANTE.",
        "Write system = email and valueCoding TRE_R256 MSSANTE.",
    ),
    at="fr-core-contact-point-email-type",
)
def _mail(resource: Resource) -> Iterator[Hit]:
    for number, contact in items(resource.data, "telecom"):
        for inner, extension in items(contact, "extension"):
            if text(extension, "url") != EMAIL_TYPE:
                continue
            coding = at(extension, "valueCoding")
            where = ("telecom", number, "extension", inner)
            if not isinstance(coding, dict):
                yield resource.hit(*where, expected="valueCoding")
            elif text(coding, "code") == "MSSANTE" and text(coding, "system") != MAIL_TYPE:
                yield resource.hit(*where, "valueCoding", "system", found=text(coding, "system"), expected=MAIL_TYPE)
            elif text(coding, "code") == "MSSANTE" and text(contact, "system") != "email":
                yield resource.hit("telecom", number, "system", found=text(contact, "system"), expected="email")


RULES = (
    *_PRACTITIONER.rules,
    *_ROLE.rules,
    *_ETABLISSEMENT.rules,
    *_ORGANIZATION.rules,
    *_RELATED.rules,
    *_SERVICE.rules,
    *_INVARIANTS.rules,
    *_ANY.rules,
)
