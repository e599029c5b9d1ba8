"""Bundles and Parameters: what each kind of Bundle holds, its addresses, and the references between its entries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from banc_standards.fhir.rules.book import FhirBook
from banc_standards.fhir.subject import Resource, at, items, text
from banc_standards.rules import Hit

_BOOK = FhirBook("FHIR R4 4.0.1, Bundle", "Bundle")
_ASKED: Final = frozenset({"batch", "transaction", "history"})
_ANSWERED: Final = frozenset({"batch-response", "transaction-response", "history"})
_STATUS: Final = re.compile(r"[1-5][0-9]{2}(\s.*)?", re.DOTALL)


def entries(bundle: Resource) -> list[tuple[int, dict[str, Any]]]:
    """The entries of a Bundle with their numbers."""
    return items(bundle.data, "entry")


@_BOOK.rule(
    "FHIR-BDL-001",
    ("Le nombre total n'est donné que par une recherche ou un historique.", "A total is told by a search or history."),
    ("Retirer total.", "Remove total."),
    at="bdl-1",
)
def _total(bundle: Resource) -> Iterator[Hit]:
    if bundle.data.get("total") is not None and text(bundle.data, "type") not in ("searchset", "history"):
        yield bundle.hit("total", found=at(bundle.data, "total"))


@_BOOK.rule(
    "FHIR-BDL-002",
    ("Une entrée ne dit comment elle fut trouvée que dans une recherche.", "An entry tells its search in a searchset."),
    ("Retirer search.", "Remove search."),
    at="bdl-2",
)
def _search(bundle: Resource) -> Iterator[Hit]:
    if text(bundle.data, "type") == "searchset":
        return
    for number, entry in entries(bundle):
        if entry.get("search") is not None:
            yield bundle.hit("entry", number, "search")


@_BOOK.rule(
    "FHIR-BDL-003",
    (
        "Chaque entrée d'une transaction ou d'un lot porte sa requête, et elle seule.",
        "Every entry of a transaction or batch carries its request, and no other Bundle does.",
    ),
    ("Ajouter request (method et url), ou la retirer.", "Add request (method and url), or remove it."),
    at="bdl-3",
)
def _request(bundle: Resource) -> Iterator[Hit]:
    kind = text(bundle.data, "type")
    for number, entry in entries(bundle):
        if (kind in _ASKED) != (entry.get("request") is not None):
            yield bundle.hit("entry", number, found=kind, expected="request" if kind in _ASKED else "")


@_BOOK.rule(
    "FHIR-BDL-004",
    (
        "Chaque entrée d'une réponse porte sa réponse, et elle seule.",
        "Every entry of a response carries its response, and no other Bundle does.",
    ),
    ("Ajouter response, ou la retirer.", "Add response, or remove it."),
    at="bdl-4",
)
def _response(bundle: Resource) -> Iterator[Hit]:
    kind = text(bundle.data, "type")
    for number, entry in entries(bundle):
        if (kind in _ANSWERED) != (entry.get("response") is not None):
            yield bundle.hit("entry", number, found=kind, expected="response" if kind in _ANSWERED else "")


@_BOOK.rule(
    "FHIR-BDL-005",
    (
        "Une entrée porte une ressource, une requête ou une réponse.",
        "An entry carries a resource, request or response.",
    ),
    ("Ajouter resource.", "Add resource."),
    at="bdl-5",
)
def _content(bundle: Resource) -> Iterator[Hit]:
    for number, entry in entries(bundle):
        if not any(entry.get(name) is not None for name in ("resource", "request", "response")):
            yield bundle.hit("entry", number, expected="resource")


@_BOOK.rule(
    "FHIR-BDL-007",
    ("Chaque adresse (fullUrl) ne désigne qu'une entrée.", "Every address (fullUrl) names one entry only."),
    ("Donner un urn:uuid: propre à chaque entrée.", "Give every entry its own urn:uuid:."),
    at="bdl-7",
)
def _unique(bundle: Resource) -> Iterator[Hit]:
    if text(bundle.data, "type") == "history":
        return
    seen: set[tuple[str, str]] = set()
    for number, entry in entries(bundle):
        url = text(entry, "fullUrl")
        key = (url, text(entry, "resource", "meta", "versionId"))
        if url and key in seen:
            yield bundle.hit("entry", number, "fullUrl", found=url)
        seen.add(key)


@_BOOK.rule(
    "FHIR-BDL-008",
    ("L'adresse d'une entrée ne nomme pas de version.", "The address of an entry names no version."),
    ("Retirer /_history/….", "Remove /_history/…."),
    at="bdl-8",
)
def _unversioned(bundle: Resource) -> Iterator[Hit]:
    for number, entry in entries(bundle):
        if "/_history/" in text(entry, "fullUrl"):
            yield bundle.hit("entry", number, "fullUrl", found=text(entry, "fullUrl"))


@_BOOK.rule(
    "FHIR-BDL-009",
    ("Un document a un identifiant (système et valeur).", "A document has an identifier (system and value)."),
    ("Ajouter identifier.", "Add identifier."),
    at="bdl-9",
)
def _document_id(bundle: Resource) -> Iterator[Hit]:
    identifier = at(bundle.data, "identifier")
    if text(bundle.data, "type") == "document" and not (text(identifier, "system") and text(identifier, "value")):
        yield bundle.hit(expected="identifier")


@_BOOK.rule(
    "FHIR-BDL-010",
    ("Un document a sa date (timestamp).", "A document has its date (timestamp)."),
    ("Ajouter timestamp.", "Add timestamp."),
    at="bdl-10",
)
def _document_date(bundle: Resource) -> Iterator[Hit]:
    if text(bundle.data, "type") == "document" and not text(bundle.data, "timestamp"):
        yield bundle.hit(expected="timestamp")


@_BOOK.rule(
    "FHIR-BDL-011",
    (
        "Un document commence par sa Composition, un message par son MessageHeader.",
        "A document begins with its Composition, a message with its MessageHeader.",
    ),
    ("Mettre cette ressource dans la première entrée.", "Put this resource into the first entry."),
    at="bdl-11, bdl-12",
)
def _first(bundle: Resource) -> Iterator[Hit]:
    wanted = {"document": "Composition", "message": "MessageHeader"}.get(text(bundle.data, "type"))
    if wanted is None:
        return
    first = text(bundle.data.get("entry"), 0, "resource", "resourceType")
    if first != wanted:
        yield bundle.hit("entry", 0, found=first, expected=wanted)


@_BOOK.rule(
    "FHIR-BDL-012",
    (
        "Une référence urn:uuid d'une transaction ou d'un document désigne une de ses entrées.",
        "A urn:uuid reference of a transaction or document names one of its entries.",
    ),
    ("Ajouter l'entrée, ou corriger la référence.", "Add the entry, or correct the reference."),
    at="Bundle.entry.fullUrl",
)
def _resolved(bundle: Resource) -> Iterator[Hit]:
    if bundle.path or text(bundle.data, "type") not in ("transaction", "document"):
        return
    known = {text(entry, "fullUrl") for _, entry in entries(bundle)}
    for value in bundle.subject.typed.get("Reference", ()):
        target = text(value.data, "reference").partition("#")[0]
        if target.startswith("urn:uuid:") and target not in known:
            yield bundle.subject.hit((*value.path, "reference"), target, "Bundle.entry.fullUrl")


@_BOOK.rule(
    "FHIR-BDL-013",
    (
        "Une réponse commence par le code HTTP à trois chiffres.",
        "A response begins with the HTTP code of three digits.",
    ),
    ("Écrire 201 Created.", "Write 201 Created."),
    at="Bundle.entry.response.status",
)
def _status(bundle: Resource) -> Iterator[Hit]:
    for number, entry in entries(bundle):
        status = text(entry, "response", "status")
        if status and _STATUS.fullmatch(status) is None:
            yield bundle.hit("entry", number, "response", "status", found=status, expected="201 Created")


RULES = _BOOK.rules
