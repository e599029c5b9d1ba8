"""Reading a submission: what is there, whatever it lacks; rules say later what should have been."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lxml import etree

from banc_standards.errors import BancError, Sentence
from banc_standards.terminology.codes import Code
from banc_standards.xds.model import Association, Author, DocumentEntry, RegistryError, Submission, SubmissionSet
from banc_standards.xds.names import (
    ASSOCIATION_SLOTS,
    AUTHOR_SLOTS,
    ENTRY_AUTHOR,
    ENTRY_CODES,
    ENTRY_CONFIDENTIALITY,
    ENTRY_EVENTS,
    ENTRY_IDENTIFIERS,
    ENTRY_LISTS,
    ENTRY_SLOTS,
    RIM,
    RS,
    SET_AUTHOR,
    SET_CONTENT_TYPE,
    SET_IDENTIFIERS,
    SUBMISSION_SET_NODE,
    WARNING_SEVERITY,
    XDS,
)

Slots = Mapping[str, tuple[str, ...]]


class XdsRefused(BancError):
    """The element carries no registry objects at all (``rule_id`` XDS-META-001)."""

    def __init__(self, found: str) -> None:
        super().__init__(
            "XDS-META-001",
            Sentence(f"{found} ne porte aucun RegistryObjectList.", f"{found} carries no RegistryObjectList."),
            Sentence(
                "Envoyer un ProvideAndRegisterDocumentSetRequest avec SubmitObjectsRequest et RegistryObjectList.",
                "Send a ProvideAndRegisterDocumentSetRequest with SubmitObjectsRequest and RegistryObjectList.",
            ),
        )
        self.rule_id = "XDS-META-001"
        self.found = found


def read(body: etree._Element) -> Submission:
    """The submission that ``body`` carries (the request element, or anything around its ``RegistryObjectList``).

    Raises :class:`XdsRefused` when it carries none.
    """
    objects = next(body.iter(f"{RIM}RegistryObjectList"), None)
    if objects is None:
        raise XdsRefused(str(body.tag))
    sets: list[SubmissionSet] = []
    entries: list[DocumentEntry] = []
    associations: list[Association] = []
    others: list[str] = []
    apart = _classified_apart(objects)
    for item in objects:
        if item.tag == f"{RIM}ExtrinsicObject":
            entries.append(document_entry(item))
        elif item.tag == f"{RIM}RegistryPackage" and _is_set(item, apart):
            sets.append(submission_set(item))
        elif item.tag == f"{RIM}Association":
            associations.append(association(item))
        elif isinstance(item.tag, str) and item.tag != f"{RIM}Classification":
            others.append(f"{etree.QName(item).localname} {item.get('id', '')}".strip())
    return Submission(
        set=sets[0] if sets else None,
        entries=tuple(entries),
        associations=tuple(associations),
        documents=tuple(part.get("id", "") for part in body.iter(f"{XDS}Document")),
        extra_sets=max(0, len(sets) - 1),
        others=tuple(others),
    )


def document_parts(body: etree._Element) -> dict[str, etree._Element]:
    """The ``Document`` elements of a request by id: each holds the bytes, or an ``xop:Include`` that points at them.

    When an id comes twice the last part stands here, while :attr:`Submission.documents` keeps both.
    """
    return {element.get("id", ""): element for element in body.iter(f"{XDS}Document")}


def registry_errors(body: etree._Element) -> tuple[RegistryError, ...]:
    """The errors of a registry's answer, whatever holds them."""
    return tuple(
        RegistryError(
            item.get("errorCode", ""),
            item.get("codeContext", ""),
            item.get("location", ""),
            item.get("severity") == WARNING_SEVERITY,
        )
        for item in body.iter(f"{RS}RegistryError")
    )


def submission_set(element: etree._Element) -> SubmissionSet:
    """A submission set from its ``RegistryPackage``."""
    slots, repeated = _slots(element)
    identifiers = _identifiers(element, SET_IDENTIFIERS, repeated)
    content = _codes(element, SET_CONTENT_TYPE)
    if len(content) > 1:
        repeated.append("contentTypeCode")
    return SubmissionSet(
        id=element.get("id", ""),
        submission_time=_single(slots, "submissionTime", repeated),
        title=_label(element, "Name"),
        comments=_label(element, "Description"),
        authors=_authors(element, SET_AUTHOR),
        content_type=content[0] if content else None,
        status=element.get("status"),
        repeated=tuple(repeated),
        **identifiers,
    )


def document_entry(element: etree._Element) -> DocumentEntry:
    """A document entry from its ``ExtrinsicObject``."""
    slots, repeated = _slots(element)
    texts: dict[str, Any] = {attribute: _single(slots, name, repeated) for attribute, name in ENTRY_SLOTS.items()}
    lists = {attribute: slots.get(name, ()) for attribute, name in ENTRY_LISTS.items()}
    codes: dict[str, Code | None] = {}
    for attribute, scheme in ENTRY_CODES.items():
        found = _codes(element, scheme)
        codes[attribute] = found[0] if found else None
        if len(found) > 1:
            repeated.append(attribute)
    identifiers = _identifiers(element, ENTRY_IDENTIFIERS, repeated)
    values: dict[str, Any] = texts | lists | codes | identifiers
    version = element.find(f"{RIM}VersionInfo")
    return DocumentEntry(
        id=element.get("id", ""),
        logical_id=element.get("lid"),
        mime_type=element.get("mimeType"),
        object_type=element.get("objectType"),
        status=element.get("status"),
        version=version.get("versionName") if version is not None else None,
        title=_label(element, "Name"),
        comments=_label(element, "Description"),
        authors=_authors(element, ENTRY_AUTHOR),
        confidentiality=_codes(element, ENTRY_CONFIDENTIALITY),
        events=_codes(element, ENTRY_EVENTS),
        repeated=tuple(repeated),
        **values,
    )


def association(element: etree._Element) -> Association:
    """An association, as it is written."""
    slots, repeated = _slots(element)
    values: dict[str, Any] = {
        attribute: _single(slots, name, repeated) for attribute, name in ASSOCIATION_SLOTS.items()
    }
    return Association(
        id=element.get("id", ""),
        type=element.get("associationType", ""),
        source=element.get("sourceObject", ""),
        target=element.get("targetObject", ""),
        repeated=tuple(repeated),
        **values,
    )


def _classified_apart(objects: etree._Element) -> set[str]:
    """Ids of the packages that a top-level Classification makes submission sets (ebRIM allows both places)."""
    return {
        item.get("classifiedObject", "")
        for item in objects.findall(f"{RIM}Classification")
        if item.get("classificationNode") == SUBMISSION_SET_NODE
    }


def _is_set(package: etree._Element, apart: set[str]) -> bool:
    inside = any(
        item.get("classificationNode") == SUBMISSION_SET_NODE for item in package.findall(f"{RIM}Classification")
    )
    return inside or package.get("id", "") in apart


def _slots(element: etree._Element) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    slots: dict[str, list[str]] = {}
    repeated: dict[str, None] = {}
    for slot in element.findall(f"{RIM}Slot"):
        name = slot.get("name", "")
        if name in slots:
            repeated[name] = None
        slots.setdefault(name, []).extend((value.text or "").strip() for value in slot.iter(f"{RIM}Value"))
    return {name: tuple(values) for name, values in slots.items()}, list(repeated)


def _single(slots: Slots, name: str, repeated: list[str]) -> str | None:
    values = slots.get(name, ())
    if len(values) > 1 and name not in repeated:
        repeated.append(name)
    return values[0] if values else None


def _label(element: etree._Element, tag: str) -> str | None:
    label = element.find(f"{RIM}{tag}/{RIM}LocalizedString")
    return label.get("value") if label is not None else None


def _codes(element: etree._Element, scheme: str) -> tuple[Code, ...]:
    found = []
    for item in element.findall(f"{RIM}Classification"):
        if item.get("classificationScheme") == scheme:
            slots, _ = _slots(item)
            system = next(iter(slots.get("codingScheme", ())), "")
            found.append(Code(item.get("nodeRepresentation", ""), system, _label(item, "Name") or ""))
    return tuple(found)


def _authors(element: etree._Element, scheme: str) -> tuple[Author, ...]:
    found = []
    for item in element.findall(f"{RIM}Classification"):
        if item.get("classificationScheme") == scheme:
            slots, _ = _slots(item)
            found.append(Author(**{attribute: slots.get(name, ()) for attribute, name in AUTHOR_SLOTS.items()}))
    return tuple(found)


def _identifiers(
    element: etree._Element, schemes: Mapping[str, tuple[str, str]], repeated: list[str]
) -> dict[str, str | None]:
    values: dict[str, list[str]] = {}
    for item in element.findall(f"{RIM}ExternalIdentifier"):
        values.setdefault(item.get("identificationScheme", ""), []).append(item.get("value", ""))
    found: dict[str, str | None] = {}
    for attribute, (scheme, name) in schemes.items():
        given = values.get(scheme, [])
        found[attribute] = given[0] if given else None
        if len(given) > 1:
            repeated.append(name.partition(".")[2])
    return found
