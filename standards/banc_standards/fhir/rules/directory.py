"""Annuaire Santé: its public (*données publiques*) profiles and MSSanté mailboxes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from banc_standards.fhir.codes import MAILBOX_TYPES
from banc_standards.fhir.names import EMAIL_TYPE, FR_CORE, MAIL_TYPE, MAILBOX, MAILBOX_TYPE, T2
from banc_standards.fhir.names import ID_NAT_PS as NATIONAL
from banc_standards.fhir.names import RPPS as DIGITS
from banc_standards.fhir.rules.book import FhirBook
from banc_standards.fhir.rules.forms import Must, Slice, cardinalities, slices
from banc_standards.fhir.rules.known import (
    DP_ACTIVITY,
    DP_DEVICE,
    DP_ORGANIZATION,
    DP_PRACTITIONER,
    DP_ROLE,
    DP_SOCIAL,
)
from banc_standards.fhir.subject import Resource, at, extensions, has_code, items, text
from banc_standards.rules import Hit

_TEXT: Final = "Annuaire Santé 1.2.0, "
_PRACTITIONER = FhirBook(_TEXT + "AsDpPractitioner", "Practitioner", (DP_PRACTITIONER,))
_ROLE = FhirBook(_TEXT + "AsDpPractitionerRole", "PractitionerRole", (DP_ROLE,))
_ORGANIZATION = FhirBook(_TEXT + "AsDpOrganization", "Organization", (DP_ORGANIZATION,))
_SERVICE = FhirBook(_TEXT + "AsDpHealthcareService", "HealthcareService", (DP_ACTIVITY, DP_SOCIAL))
_DEVICE = FhirBook(_TEXT + "AsDpDevice", "Device", (DP_DEVICE,))
_ALL = FhirBook(_TEXT + "as-mailbox-mss", "Practitioner PractitionerRole Organization")
_CLOSED = FhirBook(_TEXT + "as-mailbox-mss", "Practitioner PractitionerRole", (DP_PRACTITIONER, DP_ROLE))


def _absent(first: int, names: str) -> Iterable[Must]:
    for number, name in enumerate(names.split(), first):
        yield Must(f"{number:03}", name, 0, 0)


slices(
    _PRACTITIONER,
    "FHIR-DIR",
    (
        Slice("001", "idNatPs", NATIONAL, ((T2, "IDNPS"),), high=1, by="system"),
        Slice("002", "rpps", DIGITS, ((T2, "RPPS"),), high=1, by="system"),
    ),
)
cardinalities(
    _PRACTITIONER,
    "FHIR-DIR",
    (
        Must("003", "active"),
        Must("004", "name", 0, 1),
        *_absent(5, "gender birthDate photo address communication identifier.period identifier.assigner name.period"),
        Must("013", "qualification.period", 0, 0),
    ),
)


def _is_deleted(resource: Resource) -> bool:
    """Whether it is only there to say, in delta mode, that the resource was deleted: id and ``active`` alone."""
    return resource.data.get("active") is False and "identifier" not in resource.data


@_PRACTITIONER.rule(
    "FHIR-DIR-014",
    (
        "Un professionnel actif a son identifiant national et son RPPS.",
        "An active professional has their national identifier and RPPS.",
    ),
    ("Ajouter idNatPs et rpps.", "Add idNatPs and rpps."),
    at="identifier",
)
def _identified(resource: Resource) -> Iterator[Hit]:
    systems = {text(one, "system") for _, one in items(resource.data, "identifier")}
    if not _is_deleted(resource):
        for wanted in (NATIONAL, DIGITS):
            if wanted not in systems:
                yield resource.hit(found=", ".join(sorted(systems)), expected=wanted)


cardinalities(
    _ROLE,
    "FHIR-DIR",
    (
        Must("020", "practitioner", 1, 1),
        Must("021", "active"),
        *_absent(
            22,
            "location healthcareService period specialty availableTime notAvailable availabilityExceptions endpoint",
        ),
    ),
)
cardinalities(
    _ORGANIZATION,
    "FHIR-DIR",
    (Must("040", "active"), *_absent(41, "contact endpoint identifier.period identifier.assigner")),
)
cardinalities(
    _SERVICE,
    "FHIR-DIR",
    (
        Must("050", "active"),
        Must("051", "identifier"),
        *_absent(
            52,
            "specialty location comment extraDetails photo telecom coverageArea serviceProvisionCode eligibility"
            " program communication referralMethod appointmentRequired availableTime notAvailable"
            " availabilityExceptions endpoint",
        ),
    ),
)
cardinalities(
    _DEVICE,
    "FHIR-DIR",
    (
        Must("080", "status"),
        Must("081", "identifier"),
        *_absent(
            82,
            "definition udiCarrier statusReason distinctIdentifier manufactureDate expirationDate lotNumber deviceName"
            " modelNumber partNumber specialization version property patient contact location url note safety parent",
        ),
    ),
)


def _mailboxes(resource: Resource) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, contact in items(resource.data, "telecom"):
        marked = [text(one, "valueCoding", "code") for _, one in extensions(contact, EMAIL_TYPE)]
        if "MSSANTE" in marked or extensions(contact, MAILBOX):
            yield number, contact


@_ALL.rule(
    "FHIR-DIR-110",
    (
        "Une boîte MSSanté est une adresse électronique, marquée MSSANTE.",
        "An MSSanté mailbox is an email address, marked MSSANTE.",
    ),
    ("Écrire system = email et l'extension email-type MSSANTE.", "Write system = email and the extension email-type."),
    at="telecom[mailbox-mss]",
)
def _mailbox(resource: Resource) -> Iterator[Hit]:
    for number, contact in _mailboxes(resource):
        if not extensions(contact, MAILBOX):
            continue  # FHIR-IDN-009
        if text(contact, "system") != "email":
            yield resource.hit("telecom", number, "system", found=text(contact, "system"), expected="email")
        marks = extensions(contact, EMAIL_TYPE)
        if len(marks) != 1 or text(marks[0][1], "valueCoding", "code") != "MSSANTE":
            yield resource.hit("telecom", number, found=str(len(marks)), expected=f"{MAIL_TYPE} MSSANTE")


@_ALL.rule(
    "FHIR-DIR-111",
    (
        "Le type d'une boîte MSSanté est PER, ORG, APP ou CAB.",
        "The type of an MSSanté mailbox is PER, ORG, APP or CAB.",
    ),
    ("Écrire un CodeableConcept de TRE_R257.", "Write a CodeableConcept of TRE_R257."),
    at="as-ext-mailbox-mss-metadata.type",
)
def _mailbox_type(resource: Resource) -> Iterator[Hit]:
    for number, contact in _mailboxes(resource):
        for outer, metadata in extensions(contact, MAILBOX):
            for inner, kind in extensions(metadata, "type"):
                if not has_code(at(kind, "valueCodeableConcept"), MAILBOX_TYPE, *MAILBOX_TYPES):
                    where = ("telecom", number, "extension", outer, "extension", inner)
                    told = text(kind, "valueCodeableConcept", "coding", 0, "code") or text(kind, "valueCode")
                    yield resource.hit(*where, found=told, expected="TRE_R257: APP, CAB, ORG, PER")


@_ALL.rule(
    "FHIR-DIR-112",
    (
        "Le responsable, le téléphone et la liste rouge d'une boîte ne sont pas des données publiques.",
        "The person in charge, the phone and the red list of a mailbox are not public data.",
    ),
    ("Retirer cette partie de l'extension.", "Remove this part of the extension."),
    at="as-ext-mailbox-mss-metadata",
    severity="warning",
    certainty="deduced",
    profiles=(DP_PRACTITIONER, DP_ROLE, DP_ORGANIZATION),
)
def _private(resource: Resource) -> Iterator[Hit]:
    barred = ("responsible", "phone", "listeRouge") if resource.type == "Practitioner" else ("responsible", "phone")
    for number, contact in _mailboxes(resource):
        for outer, metadata in extensions(contact, MAILBOX):
            for name in barred:
                for inner, _ in extensions(metadata, name):
                    yield resource.hit("telecom", number, "extension", outer, "extension", inner, found=name)


@_CLOSED.rule(
    "FHIR-DIR-113",
    (
        "Les moyens de contact publics d'un professionnel sont ses boîtes MSSanté, et elles seules.",
        "The public contact points of a professional are their MSSanté mailboxes, and these only.",
    ),
    ("Retirer les autres.", "Remove the others."),
    at="telecom",
)
def _only_mailboxes(resource: Resource) -> Iterator[Hit]:
    kept = {number for number, _ in _mailboxes(resource)}
    for number, contact in items(resource.data, "telecom"):
        if number not in kept:
            yield resource.hit("telecom", number, found=text(contact, "value"), expected="MSSANTE")


@_ALL.rule(
    "FHIR-DIR-114",
    (
        "Une ressource publique de l'annuaire annonce aussi son profil FR Core.",
        "A public resource of the directory claims its FR Core profile too.",
    ),
    ("Ajouter le profil FR Core à meta.profile.", "Add the FR Core profile to meta.profile."),
    at="meta.profile[fr-canonical]",
    severity="warning",
    certainty="deduced",
    profiles=(DP_PRACTITIONER, DP_ROLE),
)
def _french(resource: Resource) -> Iterator[Hit]:
    if not any(name.startswith(FR_CORE) for name in resource.profiles):
        yield resource.hit("meta", "profile", expected=FR_CORE + "…")


RULES = (
    *_PRACTITIONER.rules,
    *_ROLE.rules,
    *_ORGANIZATION.rules,
    *_SERVICE.rules,
    *_DEVICE.rules,
    *_ALL.rules,
    *_CLOSED.rules,
)
