"""Writing the header that every French document has (CI-SIS, structuration minimale)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

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
    templates,
    timestamp,
)
from banc_standards.cda.model import Act, Encounter, Heading, Identifier, Patient, Professional
from banc_standards.cda.names import (
    CI_SIS,
    HL7_FRANCE,
    LAB,
    LAB_AUTHENTICATOR,
    LAB_PERFORMER,
    LAB_PRESCRIBER,
    TYPE_ID_EXTENSION,
    TYPE_ID_ROOT,
)
from banc_standards.terminology.oids import HL7_FUNCTION


def header(heading: Heading, model: Sequence[Identifier]) -> list[etree._Element]:
    """Every header element in schema order; ``model`` holds the templateIds that follow the two common ones."""
    common = (Identifier(HL7_FRANCE), Identifier(CI_SIS))
    elements = [
        node("realmCode", code="FR"),
        node("typeId", root=TYPE_ID_ROOT, extension=TYPE_ID_EXTENSION),
        *(node("templateId", root=item.root, extension=item.extension) for item in (*common, *model)),
        node("id", root=heading.id),
        coded("code", heading.code),
        node("title", heading.title),
        node("effectiveTime", value=timestamp(heading.created)),
        from_set("confidentialityCode", "Confidentiality", heading.confidentiality),
        node("languageCode", code="fr-FR"),
        node("setId", root=heading.set_id),
        node("versionNumber", value=str(heading.version)),
        _record_target(heading.patient),
        _author(heading),
        _custodian(heading),
        *(_recipient(person) for person in heading.recipients),
        _signature("legalAuthenticator", heading, heading.legal_authenticator),
        *(_signature("authenticator", heading, person, LAB_AUTHENTICATOR) for person in heading.validators),
        _prescriber(heading, heading.prescriber) if heading.prescriber else None,
        _treating_physician(heading.treating_physician) if heading.treating_physician else None,
        node("inFulfillmentOf", node("order", identifier(heading.order))) if heading.order else None,
        *(_documentation_of(act) for act in heading.acts),
        _replaced(heading) if heading.replaces else None,
        _component_of(heading.encounter),
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


def _author(heading: Heading) -> etree._Element:
    author = heading.author
    return node(
        "author",
        node("time", value=timestamp(heading.created)),
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


def _custodian(heading: Heading) -> etree._Element:
    keeper = organization("representedCustodianOrganization", heading.custodian, industry=False)
    return node("custodian", node("assignedCustodian", keeper))


def _signature(tag: str, heading: Heading, person: Professional, template: str = "") -> etree._Element:
    return node(
        tag,
        templates(template) if template else None,
        node("time", value=timestamp(heading.signed or heading.created)),
        node("signatureCode", code="S"),
        assigned_entity(person),
    )


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


def _prescriber(heading: Heading, person: Professional) -> etree._Element:
    return node(
        "participant",
        templates(LAB_PRESCRIBER),
        node("time", node("high", value=timestamp(heading.encounter.low)), xsi_type="IVL_TS"),
        _associated(person),
        typeCode="REF",
    )


def _treating_physician(person: Professional) -> etree._Element:
    return node(
        "participant",
        from_set("functionCode", "J47", "PCP", HL7_FUNCTION),
        node("time", nullFlavor="NA"),
        _associated(person),
        typeCode="INF",
    )


def _associated(person: Professional) -> etree._Element:
    where = person.organization
    return node(
        "associatedEntity",
        professional_id(person),
        coded("code", person.speciality) if person.speciality else None,
        address(person.address),
        telecoms(person.telecoms),
        node("associatedPerson", person_name(person)),
        organization("scopingOrganization", where) if where else None,
        classCode="PROV",
    )


def _documentation_of(act: Act) -> etree._Element:
    return node(
        "documentationOf",
        node(
            "serviceEvent",
            coded("code", act.code),
            _lab_status(act.status) if act.status else None,
            _period(act.low, act.high) if act.low else None,
            _performer(act, act.performer) if act.performer else None,
            classCode="ACT",
            moodCode="EVN",
        ),
    )


def _lab_status(status: str) -> etree._Element:
    element = etree.Element(f"{LAB}statusCode", nsmap={"lab": LAB[1:-1]})
    element.set("code", status)
    return element


def _performer(act: Act, person: Professional) -> etree._Element:
    end = act.high or act.low
    return node(
        "performer",
        templates(LAB_PERFORMER) if act.status else None,
        node("time", node("high", value=timestamp(end))) if act.status and end else None,
        assigned_entity(person),
        typeCode="PRF",
    )


def _period(low: datetime, high: datetime | None) -> etree._Element:
    end = node("high", value=timestamp(high)) if high else None
    return node("effectiveTime", node("low", value=timestamp(low)), end)


def _replaced(heading: Heading) -> etree._Element:
    parent = node(
        "parentDocument",
        node("id", root=heading.replaces),
        node("setId", root=heading.set_id),
        node("versionNumber", value=str(heading.version - 1)),
    )
    return node("relatedDocument", parent, typeCode="RPLC")


def _component_of(encounter: Encounter) -> etree._Element:
    responsible = encounter.responsible
    return node(
        "componentOf",
        node(
            "encompassingEncounter",
            coded("code", encounter.code) if encounter.code else None,
            _period(encounter.low, encounter.high),
            node("responsibleParty", assigned_entity(responsible)) if responsible else None,
            node("location", node("healthCareFacility", coded("code", encounter.facility_type))),
        ),
    )
