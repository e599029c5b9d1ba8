"""Writing ebRIM objects: slots, classifications, external identifiers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree

from banc_standards.terminology.codes import Code
from banc_standards.xds.model import Association, Author, DocumentEntry, SubmissionSet
from banc_standards.xds.names import (
    ASSOCIATION_SLOTS,
    AUTHOR_SLOTS,
    DOCUMENT_ENTRY_TYPE,
    ENTRY_AUTHOR,
    ENTRY_CODES,
    ENTRY_CONFIDENTIALITY,
    ENTRY_EVENTS,
    ENTRY_IDENTIFIERS,
    ENTRY_LISTS,
    ENTRY_SLOTS,
    RIM,
    RIM_NS,
    SET_AUTHOR,
    SET_CONTENT_TYPE,
    SET_IDENTIFIERS,
    SUBMISSION_SET_NODE,
)

_NSMAP: dict[Any, str] = {None: RIM_NS}
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def rim(tag: str, children: Sequence[etree._Element | None] = (), **attributes: str) -> etree._Element:
    """An ebRIM element; None children and empty attributes are left out, except ``nodeRepresentation``."""
    element = etree.Element(RIM + tag, nsmap=_NSMAP)
    for name, value in attributes.items():
        if value or name == "nodeRepresentation":
            element.set(name, value)
    element.extend([child for child in children if child is not None])
    return element


def slot(name: str, *values: str) -> etree._Element:
    """A ``Slot`` with its values."""
    items = []
    for value in values:
        item = rim("Value")
        item.text = value
        items.append(item)
    return rim("Slot", [rim("ValueList", items)], name=name)


def _slots(item: object, names: dict[str, str]) -> list[etree._Element]:
    values = ((name, getattr(item, attribute)) for attribute, name in names.items())
    return [slot(name, *([value] if isinstance(value, str) else value)) for name, value in values if value]


def _label(tag: str, text: str | None) -> etree._Element | None:
    if text is None:
        return None
    label = rim("LocalizedString", charset="UTF8")
    label.set("value", text)
    label.set(_LANG, "FR")
    return rim(tag, [label])


def _author(owner: str, scheme: str, author: Author, number: Iterator[int]) -> etree._Element:
    return rim(
        "Classification",
        _slots(author, AUTHOR_SLOTS),
        id=f"cla{next(number)}",
        classificationScheme=scheme,
        classifiedObject=owner,
        nodeRepresentation="",
    )


def _code(owner: str, scheme: str, code: Code | None, number: Iterator[int]) -> etree._Element | None:
    if code is None:
        return None
    return rim(
        "Classification",
        [slot("codingScheme", code.system), _label("Name", code.display)],
        id=f"cla{next(number)}",
        classificationScheme=scheme,
        classifiedObject=owner,
        nodeRepresentation=code.code,
    )


def _identifiers(
    item: SubmissionSet | DocumentEntry, schemes: dict[str, tuple[str, str]], number: Iterator[int]
) -> list[etree._Element]:
    found = ((scheme, name, getattr(item, attribute)) for attribute, (scheme, name) in schemes.items())
    return [
        rim(
            "ExternalIdentifier",
            [_label("Name", name)],
            id=f"ei{next(number)}",
            identificationScheme=scheme,
            registryObject=item.id,
            value=value,
        )
        for scheme, name, value in found
        if value is not None
    ]


def registry_package(lot: SubmissionSet, number: Iterator[int]) -> etree._Element:
    """A submission set as a ``RegistryPackage``; ``number`` gives the ids of its parts."""
    children = [
        slot("submissionTime", lot.submission_time) if lot.submission_time else None,
        _label("Name", lot.title),
        _label("Description", lot.comments),
        *(_author(lot.id, SET_AUTHOR, author, number) for author in lot.authors),
        _code(lot.id, SET_CONTENT_TYPE, lot.content_type, number),
        rim(
            "Classification",
            id=f"cla{next(number)}",
            classificationNode=SUBMISSION_SET_NODE,
            classifiedObject=lot.id,
        ),
        *_identifiers(lot, SET_IDENTIFIERS, number),
    ]
    return rim("RegistryPackage", children, id=lot.id, status=lot.status or "")


def extrinsic_object(entry: DocumentEntry, number: Iterator[int]) -> etree._Element:
    """A document entry as an ``ExtrinsicObject``; ``number`` gives the ids of its parts."""
    codes = [(scheme, getattr(entry, attribute)) for attribute, scheme in ENTRY_CODES.items()]
    codes += [(ENTRY_CONFIDENTIALITY, code) for code in entry.confidentiality]
    codes += [(ENTRY_EVENTS, code) for code in entry.events]
    children = [
        *_slots(entry, ENTRY_SLOTS | ENTRY_LISTS),
        _label("Name", entry.title),
        _label("Description", entry.comments),
        rim("VersionInfo", versionName=entry.version) if entry.version else None,
        *(_author(entry.id, ENTRY_AUTHOR, author, number) for author in entry.authors),
        *(_code(entry.id, scheme, code, number) for scheme, code in codes),
        *_identifiers(entry, ENTRY_IDENTIFIERS, number),
    ]
    return rim(
        "ExtrinsicObject",
        children,
        id=entry.id,
        lid=entry.logical_id or "",
        mimeType=entry.mime_type or "",
        objectType=entry.object_type or DOCUMENT_ENTRY_TYPE,
        status=entry.status or "",
    )


def association(link: Association) -> etree._Element:
    """An association with the slots that it has."""
    return rim(
        "Association",
        _slots(link, ASSOCIATION_SLOTS),
        id=link.id,
        associationType=link.type,
        sourceObject=link.source,
        targetObject=link.target,
    )
