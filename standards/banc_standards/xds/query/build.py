"""Writing a stored query, and the answer to one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

from lxml import etree

from banc_standards.xds.build import registry_errors
from banc_standards.xds.model import DocumentEntry, RegistryError
from banc_standards.xds.names import APPROVED, FAILURE, RIM_NS, RS_NS, SUCCESS
from banc_standards.xds.query.model import Parameter
from banc_standards.xds.query.names import (
    ENTRY_UUID,
    FIND_DOCUMENTS,
    FIND_SUBMISSION_SETS,
    GET_ASSOCIATIONS,
    GET_DOCUMENTS,
    LEAF_CLASS,
    OBJECT_REF,
    OBJECTS,
    PATIENT,
    QUERY,
    QUERY_NS,
    SET_PATIENT,
    SET_STATUS,
    STATUS,
    UNIQUE_ID,
)
from banc_standards.xds.rim import extrinsic_object, rim, slot

_NSMAP: dict[Any, str] = {None: RIM_NS, "query": QUERY_NS}


def get_documents(
    *, unique_ids: Sequence[str] = (), entry_uuids: Sequence[str] = (), return_type: str = OBJECT_REF
) -> etree._Element:
    """GetDocuments: the entries of these uniqueIds, or of these entryUUIDs.

    With the uniqueId of one document and references only, it is TD3.1b: how a software learns the entryUUID that the
    registry gave to what it filed.
    """
    name, values = (ENTRY_UUID, entry_uuids) if entry_uuids else (UNIQUE_ID, unique_ids)
    return query(GET_DOCUMENTS, (Parameter(name, (tuple(values),), listed=True),), return_type=return_type)


def find_documents(
    *, patient: str, statuses: Sequence[str], return_type: str = LEAF_CLASS, more: Sequence[Parameter] = ()
) -> etree._Element:
    """FindDocuments: the entries of one patient (an INS as CX) in these statuses; ``more`` narrows them."""
    asked = (Parameter(PATIENT, ((patient,),)), Parameter(STATUS, (tuple(statuses),), listed=True), *more)
    return query(FIND_DOCUMENTS, asked, return_type=return_type)


def find_submission_sets(
    *, patient: str, return_type: str = LEAF_CLASS, more: Sequence[Parameter] = ()
) -> etree._Element:
    """FindSubmissionSets: the lots of one patient (an INS as CX); ``more`` narrows them, by their time for one."""
    asked = (Parameter(SET_PATIENT, ((patient,),)), Parameter(SET_STATUS, ((APPROVED,),), listed=True), *more)
    return query(FIND_SUBMISSION_SETS, asked, return_type=return_type)


def get_associations(uuids: Sequence[str], *, return_type: str = LEAF_CLASS) -> etree._Element:
    """GetAssociations: those of which an end is one of these objects."""
    return query(GET_ASSOCIATIONS, (Parameter(OBJECTS, (tuple(uuids),), listed=True),), return_type=return_type)


def query(id: str, parameters: Sequence[Parameter], *, return_type: str) -> etree._Element:
    """Any stored query; a parameter that is ``listed`` is written in parentheses, texts in single quotes."""
    root = etree.Element(f"{QUERY}AdhocQueryRequest", nsmap=_NSMAP)
    etree.SubElement(root, f"{QUERY}ResponseOption", returnComposedObjects="true", returnType=return_type)
    slots = [slot(item.name, _written(group, item.listed)) for item in parameters for group in item.groups]
    root.append(rim("AdhocQuery", slots, id=id))
    return root


def _written(values: Sequence[str], listed: bool) -> str:
    quoted = ",".join("'" + value.replace("'", "''") + "'" for value in values)
    return f"({quoted})" if listed else quoted


def answer(
    *,
    references: Sequence[str] = (),
    entries: Sequence[DocumentEntry] = (),
    errors: Sequence[RegistryError] = (),
    total: int | None = None,
) -> etree._Element:
    """An ``AdhocQueryResponse``: references (entryUUIDs) or whole entries; with an error, a failure without objects.

    ``total`` counts what the caller adds to its ``RegistryObjectList`` afterwards.
    """
    failed = any(not error.warning for error in errors)
    found = 0 if failed else len(references) + len(entries) if total is None else total
    root = etree.Element(
        f"{QUERY}AdhocQueryResponse",
        nsmap={"query": QUERY_NS, "rim": RIM_NS, "rs": RS_NS},
        status=FAILURE if failed else SUCCESS,
        startIndex="0",
        totalResultCount=str(found),
    )
    if errors:
        root.append(registry_errors(errors))
    number = count(1)
    objects = [rim("ObjectRef", id=reference) for reference in references]
    objects += [extrinsic_object(entry, number) for entry in entries]
    root.append(rim("RegistryObjectList", [] if failed else objects))
    return root
