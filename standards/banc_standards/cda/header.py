"""Writing the header that every French document has (CI-SIS, structuration minimale)."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from banc_standards.cda.elements import (
    address,
    assigned_entity,
    coded,
    day,
    from_set,
    identifier,
    node,
    organization,
    person_name,
    professional_id,
    telecoms,
    timestamp,
)
from banc_standards.cda.model import DischargeLetter, Identifier, Patient, Professional
from banc_standards.cda.names import CI_SIS, HL7_FRANCE, TYPE_ID_EXTENSION, TYPE_ID_ROOT
from banc_standards.terminology.oids import HL7_ACT_CODE, HL7_FUNCTION


def header(letter: DischargeLetter, model: Sequence[Identifier]) -> list[etree._Element]:
    """Every header element in schema order; ``model`` holds the templateIds that follow the two common ones."""
    signed = letter.signed or letter.created
    common = (Identifier(HL7_FRANCE), Identifier(CI_SIS))
    elements = [
        node("realmCode", code="FR"),
        node("typeId", root=TYPE_ID_ROOT, extension=TYPE_ID_EXTENSION),
        *(node("templateId", root=item.root, extension=item.extension) for item in (*common, *model)),
        node("id", root=letter.id),
        coded("code", letter.code),
        node("title", letter.title),
        node("effectiveTime", value=timestamp(letter.created)),
        from_set("confidentialityCode", "Confidentiality", letter.confidentiality),
        node("languageCode", code="fr-FR"),
        node("setId", root=letter.set_id),
        node("versionNumber", value=str(letter.version)),
        _record_target(letter.patient),
        _author(letter),
        _custodian(letter),
        *(_recipient(person) for person in letter.recipients),
        node(
            "legalAuthenticator",
            node("time", value=timestamp(signed)),
            node("signatureCode", code="S"),
            assigned_entity(letter.legal_authenticator),
        ),
        _treating_physician(letter.treating_physician) if letter.treating_physician else None,
        _documentation_of(letter),
        _replaced(letter) if letter.replaces else None,
        _component_of(letter),
    ]
    return [element for element in elements if element is not None]


def _record_target(patient: Patient) -> etree._Element:
    ids = [Identifier(patient.ins.oid, patient.ins.value)] if patient.ins else []
    place = node("addr", node("county", patient.birth_place_cog), _city(patient.birth_place_name))
    name = node(
        "name",
        node("family", patient.birth_family, qualifier="BR"),
        node("family", patient.used_family, qualifier="CL") if patient.used_family else None,
        node("given", patient.birth_givens),
        node("given", patient.first_given, qualifier="BR"),
        node("given", patient.used_given, qualifier="CL") if patient.used_given else None,
    )
    return node(
        "recordTarget",
        node(
            "patientRole",
            [identifier(item) for item in (*ids, *patient.local_ids)],
            address(patient.address),
            telecoms(patient.telecoms),
            node(
                "patient",
                name,
                from_set("administrativeGenderCode", "J143", patient.sex),
                node("birthTime", value=day(patient.birth_date)),
                node("birthplace", node("place", place)) if patient.birth_place_cog else None,
                classCode="PSN",
            ),
        ),
    )


def _city(name: str) -> etree._Element | None:
    return node("city", name) if name else None


def _author(letter: DischargeLetter) -> etree._Element:
    author = letter.author
    return node(
        "author",
        node("time", value=timestamp(letter.created)),
        node(
            "assignedAuthor",
            professional_id(author),
            coded("code", author.speciality) if author.speciality else None,
            address(author.address),
            telecoms(author.telecoms),
            node("assignedPerson", person_name(author)),
            organization("representedOrganization", author.organization) if author.organization else None,
            classCode="ASSIGNED",
        ),
    )


def _custodian(letter: DischargeLetter) -> etree._Element:
    keeper = organization("representedCustodianOrganization", letter.custodian, industry=False)
    return node("custodian", node("assignedCustodian", keeper))


def _recipient(person: Professional) -> etree._Element:
    where = person.organization
    return node(
        "informationRecipient",
        node(
            "intendedRecipient",
            professional_id(person),
            address(person.address),
            telecoms(person.telecoms),
            node("informationRecipient", person_name(person)),
            organization("receivedOrganization", where, industry=False) if where else None,
        ),
    )


def _treating_physician(person: Professional) -> etree._Element:
    where = person.organization
    return node(
        "participant",
        from_set("functionCode", "J47", "PCP", HL7_FUNCTION),
        node("time", nullFlavor="NA"),
        node(
            "associatedEntity",
            professional_id(person),
            coded("code", person.speciality) if person.speciality else None,
            address(person.address),
            telecoms(person.telecoms),
            node("associatedPerson", person_name(person)),
            organization("scopingOrganization", where) if where else None,
            classCode="PROV",
        ),
        typeCode="INF",
    )


def _documentation_of(letter: DischargeLetter) -> etree._Element:
    stay = letter.stay
    return node(
        "documentationOf",
        node(
            "serviceEvent",
            from_set("code", "J142", "IMP", HL7_ACT_CODE),
            _stay_time(letter),
            node("performer", assigned_entity(stay.performer), typeCode="PRF"),
            classCode="ACT",
            moodCode="EVN",
        ),
    )


def _stay_time(letter: DischargeLetter) -> etree._Element:
    return node(
        "effectiveTime",
        node("low", value=timestamp(letter.stay.admission)),
        node("high", value=timestamp(letter.stay.discharge)),
    )


def _replaced(letter: DischargeLetter) -> etree._Element:
    parent = node(
        "parentDocument",
        node("id", root=letter.replaces),
        node("setId", root=letter.set_id),
        node("versionNumber", value=str(letter.version - 1)),
    )
    return node("relatedDocument", parent, typeCode="RPLC")


def _component_of(letter: DischargeLetter) -> etree._Element:
    facility = node("healthCareFacility", coded("code", letter.stay.facility_type))
    encounter = node(
        "encompassingEncounter",
        from_set("code", "J142", "IMP", HL7_ACT_CODE),
        _stay_time(letter),
        node("location", facility),
    )
    return node("componentOf", encounter)
