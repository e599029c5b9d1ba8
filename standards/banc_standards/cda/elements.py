"""Writing CDA elements: one small function, and the data types that recur everywhere."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, TypeAlias

from lxml import etree

from banc_standards.cda.model import Address, Identifier, Organization, Professional, Telecom
from banc_standards.cda.names import HL7, V3, XSI, XSI_TYPE
from banc_standards.identifiers import PS_IDNAT, STRUCT_IDNAT
from banc_standards.terminology.codes import Code, value_set
from banc_standards.terminology.oids import LOINC, SNOMED_CT, TA_ASIP

Content: TypeAlias = "etree._Element | str | Iterable[etree._Element | None] | None"

_NSMAP: dict[Any, str] = {None: HL7, "xsi": XSI}
_SYSTEM_NAMES = {LOINC: "LOINC", SNOMED_CT: "SNOMED CT", TA_ASIP: "TA_ASIP"}


def node(tag: str, *content: Content, xsi_type: str = "", **attributes: str) -> etree._Element:
    """An element of the HL7 namespace; empty attributes and None contents are left out, a str content is its text."""
    element = etree.Element(V3 + tag, nsmap=_NSMAP)
    if xsi_type:
        element.set(XSI_TYPE, xsi_type)
    for name, value in attributes.items():
        if value:
            element.set(name, value)
    for item in content:
        if isinstance(item, str):
            element.text = item
        elif isinstance(item, etree._Element):
            element.append(item)
        elif item is not None:
            element.extend(child for child in item if child is not None)
    return element


def timestamp(moment: datetime) -> str:
    """An HL7 instant, to the second with its zone. Raises ``ValueError`` for a naive datetime."""
    if moment.tzinfo is None:
        raise ValueError("a document time carries its zone")
    return moment.strftime("%Y%m%d%H%M%S%z")


def day(when: date | str) -> str:
    """An HL7 day, ``YYYYMMDD``; text keeps its digits, so that an impossible civil date stays what it is."""
    return when.strftime("%Y%m%d") if isinstance(when, date) else when.replace("-", "")


def stable_uuid(*parts: str) -> str:
    """An upper-case UUID that depends on ``parts`` alone: the same document always gets the same inner ids."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, "/".join(parts))).upper()


def identifier(value: Identifier) -> etree._Element:
    """An ``id``."""
    return node("id", root=value.root, extension=value.extension)


def templates(*roots: str) -> list[etree._Element]:
    """A list of ``templateId``."""
    return [node("templateId", root=root) for root in roots]


def coded(tag: str, code: Code, *content: Content, xsi_type: str = "") -> etree._Element:
    """A coded element."""
    return node(
        tag,
        *content,
        xsi_type=xsi_type,
        code=code.code,
        displayName=code.display,
        codeSystem=code.system,
        codeSystemName=_SYSTEM_NAMES.get(code.system, ""),
    )


def from_set(tag: str, name: str, code: str, system: str | None = None) -> etree._Element:
    """A coded element whose label and system come from the value set called ``name``. Raises ``KeyError``."""
    return coded(tag, value_set(name).get(code, system))


def address(value: Address | None) -> etree._Element:
    """An ``addr``; one that nobody knows is said to be unknown."""
    if value is None:
        return node("addr", nullFlavor="NASK")
    parts = {
        "houseNumber": value.house_number,
        "streetName": value.street,
        "postalCode": value.postal_code,
        "city": value.city,
        "country": value.country,
    }
    return node("addr", [node(tag, text) for tag, text in parts.items() if text], use=value.use)


def telecoms(values: Iterable[Telecom]) -> list[etree._Element]:
    """The ``telecom`` elements; none is said to be unknown."""
    return [node("telecom", value=item.value, use=item.use) for item in values] or [node("telecom", nullFlavor="NASK")]


def person_name(person: Professional) -> etree._Element:
    """The ``name`` of a professional."""
    return node(
        "name",
        node("family", person.family),
        node("given", person.given) if person.given else None,
        node("prefix", person.prefix) if person.prefix else None,
        node("suffix", person.suffix) if person.suffix else None,
    )


def professional_id(person: Professional) -> etree._Element:
    """The national identifier of a professional as an ``id``."""
    return identifier(Identifier(PS_IDNAT, person.idnat))


def organization(tag: str, value: Organization, *, industry: bool = True) -> etree._Element:
    """A structure; ``industry`` tells whether its practice setting is written too."""
    return node(
        tag,
        identifier(Identifier(STRUCT_IDNAT, value.struct_idnat)),
        node("name", value.name),
        telecoms(value.telecoms),
        address(value.address),
        coded("standardIndustryClassCode", value.practice_setting) if industry and value.practice_setting else None,
    )


def assigned_entity(person: Professional) -> etree._Element:
    """A professional in the role ``assignedEntity``, with the structure where they work."""
    return node(
        "assignedEntity",
        professional_id(person),
        coded("code", person.speciality) if person.speciality else None,
        address(person.address),
        telecoms(person.telecoms),
        node("assignedPerson", person_name(person)),
        organization("representedOrganization", person.organization) if person.organization else None,
    )
