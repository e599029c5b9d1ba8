"""Retrieving documents (ITI-43, TD3.2 of the DMP): the request and its answer, written and read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lxml import etree

from banc_standards.soap import mtom
from banc_standards.soap.mtom import Package
from banc_standards.xds.build import registry_response
from banc_standards.xds.model import RegistryError
from banc_standards.xds.names import FAILURE, PARTIAL_SUCCESS, RS, RS_NS, XDS, XDS_NS
from banc_standards.xds.read import registry_errors

RETRIEVE: Final = "urn:ihe:iti:2007:RetrieveDocumentSet"


@dataclass(frozen=True, slots=True)
class DocumentRequest:
    """One document that is asked for: the repository that holds it and its uniqueId, empty where the request is.

    ``repeated`` tells that either came more than once: the first is what is read.
    """

    repository: str
    unique_id: str
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class DocumentResponse:
    """One document of an answer, with its bytes."""

    repository: str
    unique_id: str
    mime_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Retrieved:
    """An answer to ITI-43: its status, the documents in their order, the errors."""

    status: str
    documents: tuple[DocumentResponse, ...] = ()
    errors: tuple[RegistryError, ...] = ()


def retrieve_documents(documents: Sequence[DocumentRequest]) -> etree._Element:
    """A ``RetrieveDocumentSetRequest``."""
    root = etree.Element(f"{XDS}RetrieveDocumentSetRequest", nsmap={"xds": XDS_NS})
    for document in documents:
        item = etree.SubElement(root, f"{XDS}DocumentRequest")
        etree.SubElement(item, f"{XDS}RepositoryUniqueId").text = document.repository
        etree.SubElement(item, f"{XDS}DocumentUniqueId").text = document.unique_id
    return root


def requests(body: etree._Element) -> tuple[DocumentRequest, ...]:
    """What a ``RetrieveDocumentSetRequest`` asks for, in its order."""
    return tuple(
        DocumentRequest(
            _text(item, "RepositoryUniqueId"),
            _text(item, "DocumentUniqueId"),
            any(len(item.findall(f"{XDS}{name}")) > 1 for name in ("RepositoryUniqueId", "DocumentUniqueId")),
        )
        for item in body.findall(f"{XDS}DocumentRequest")
    )


def answer(
    documents: Sequence[DocumentResponse], errors: Sequence[RegistryError], content_ids: Sequence[str]
) -> tuple[etree._Element, dict[str, bytes]]:
    """A ``RetrieveDocumentSetResponse`` and the MTOM parts that it points at, one for each of ``content_ids``.

    Its status is a success without errors, a partial success with some of the documents, else a failure.
    """
    failed = any(not error.warning for error in errors)
    status = (PARTIAL_SUCCESS if documents else FAILURE) if failed else None
    root = etree.Element(f"{XDS}RetrieveDocumentSetResponse", nsmap={"xds": XDS_NS, "rs": RS_NS})
    root.append(registry_response(errors, status=status))
    parts: dict[str, bytes] = {}
    for document, content_id in zip(documents, content_ids, strict=True):
        item = etree.SubElement(root, f"{XDS}DocumentResponse")
        etree.SubElement(item, f"{XDS}RepositoryUniqueId").text = document.repository
        etree.SubElement(item, f"{XDS}DocumentUniqueId").text = document.unique_id
        etree.SubElement(item, f"{XDS}mimeType").text = document.mime_type
        etree.SubElement(item, f"{XDS}Document").append(mtom.include(content_id))
        parts[content_id] = document.content
    return root, parts


def retrieved(body: etree._Element, package: Package) -> Retrieved:
    """The answer that ``body`` is, its bytes taken from the package that it came in.

    Raises :class:`~banc_standards.soap.read.SoapRefused` for a document whose bytes are nowhere.
    """
    response = body.find(f"{RS}RegistryResponse")
    documents = []
    for item in body.findall(f"{XDS}DocumentResponse"):
        held = item.find(f"{XDS}Document")
        documents.append(
            DocumentResponse(
                _text(item, "RepositoryUniqueId"),
                _text(item, "DocumentUniqueId"),
                _text(item, "mimeType"),
                b"" if held is None else mtom.resolve(held, package),
            )
        )
    return Retrieved("" if response is None else response.get("status", ""), tuple(documents), registry_errors(body))


def _text(element: etree._Element, name: str) -> str:
    return (element.findtext(f"{XDS}{name}") or "").strip()
