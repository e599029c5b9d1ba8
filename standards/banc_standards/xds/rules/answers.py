"""The answers of a registry and of a repository, and the request for documents, each judged as a file on its own."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from banc_standards.identifiers import oid, uuid
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit
from banc_standards.xds.model import RegistryError
from banc_standards.xds.names import FAILURE, PARTIAL_SUCCESS, SUCCESS
from banc_standards.xds.query.model import QueryAnswer
from banc_standards.xds.retrieve import DocumentRequest, DocumentResponse
from banc_standards.xds.rules.subject import at_entry

_BOOK = RuleBook("IHE ITI TF-3 §4.2.4 (réponses), DMP")
_ENTRY = RuleBook("IHE ITI TF-2 §3.18.4.1.3 (ITI-18, réponse), DMP TD3.1")
_RETRIEVE = RuleBook("IHE ITI TF-2 §3.43 (ITI-43), DMP TD3.2")
STATUSES: Final = (SUCCESS, PARTIAL_SUCCESS, FAILURE)


@dataclass(frozen=True, slots=True)
class AnswerSubject:
    """An answer: its status, its errors, and whether it gives some of what was asked (None where that is no matter)."""

    status: str
    errors: tuple[RegistryError, ...] = ()
    gives: bool | None = None


@dataclass(frozen=True, slots=True)
class FoundSubject:
    """What a search found."""

    answer: QueryAnswer


@dataclass(frozen=True, slots=True)
class RetrieveSubject:
    """The documents that are asked for, or those that an answer gives."""

    asked: tuple[DocumentRequest, ...] | None = None
    given: tuple[DocumentResponse, ...] = ()


@_BOOK.rule(
    "XDS-RSP-001",
    (
        "Le statut de la réponse est Success, PartialSuccess ou Failure, URI entière.",
        "The status of the answer is Success, PartialSuccess or Failure, as its whole URI.",
    ),
    (f"Écrire par exemple {SUCCESS}.", f"Write for instance {SUCCESS}."),
    at="@status",
)
def _status(subject: AnswerSubject) -> Iterator[Hit]:
    if subject.status not in STATUSES:
        yield Hit("@status", found=subject.status, expected=" | ".join(STATUSES))


@_BOOK.rule(
    "XDS-RSP-002",
    (
        "Un échec dit pourquoi, et un succès ne porte que des avertissements.",
        "A failure says why, and a success carries warnings only.",
    ),
    ("Accorder le statut et RegistryErrorList.", "Make status and RegistryErrorList agree."),
    at="RegistryErrorList",
)
def _agrees(subject: AnswerSubject) -> Iterator[Hit]:
    serious = [error for error in subject.errors if not error.warning]
    if subject.status == SUCCESS and serious:
        yield Hit("RegistryErrorList", found=serious[0].code, expected="ErrorSeverityType:Warning")
    if subject.status in (FAILURE, PARTIAL_SUCCESS) and not serious:
        yield Hit("RegistryErrorList", found="0", expected="1..*")


@_BOOK.rule(
    "XDS-RSP-003",
    ("Une erreur porte un code et un contexte.", "An error carries a code and a context."),
    ("Remplir errorCode et codeContext.", "Fill in errorCode and codeContext."),
    at="RegistryError",
)
def _errors(subject: AnswerSubject) -> Iterator[Hit]:
    for number, error in enumerate(subject.errors, 1):
        for name, value in (("errorCode", error.code), ("codeContext", error.context)):
            if not value:
                yield Hit(f"RegistryError[{number}]/@{name}", expected=name)


@_BOOK.rule(
    "XDS-RSP-004",
    (
        "Une réponse en échec ne rend aucun objet ; un succès partiel en rend.",
        "A failed answer gives no object; a partial success gives some.",
    ),
    ("Écrire PartialSuccess quand une partie est rendue.", "Write PartialSuccess when a part is given."),
    at="@status",
    severity="warning",
)
def _gives(subject: AnswerSubject) -> Iterator[Hit]:
    if subject.gives is True and subject.status == FAILURE:
        yield Hit("@status", found=FAILURE, expected=PARTIAL_SUCCESS)
    if subject.gives is False and subject.status == PARTIAL_SUCCESS:
        yield Hit("@status", found=PARTIAL_SUCCESS, expected=FAILURE)


RESPONSE_RULES = _BOOK.rules
"""Those of any answer, on an :class:`AnswerSubject`."""


@_ENTRY.rule(
    "XDS-FND-001",
    (
        "Un objet rendu porte l'entryUUID que le registre lui a donné.",
        "An object found carries the entryUUID that the registry gave it.",
    ),
    ("Écrire id=urn:uuid:… sur chaque objet.", "Write id=urn:uuid:… on every object."),
    at="@id",
)
def _uuids(subject: FoundSubject) -> Iterator[Hit]:
    answer = subject.answer
    ids = [*answer.references, *(entry.id for entry in answer.entries), *(lot.id for lot in answer.sets)]
    for value in ids:
        if not (value.startswith("urn:uuid:") and uuid(value.removeprefix("urn:uuid:"))):
            yield Hit(f"RegistryObjectList[{value}]/@id", found=value, expected="urn:uuid:…")


@_ENTRY.rule(
    "XDS-FND-002",
    (
        "Une entrée rendue dit son dépôt, son uniqueId, son statut, son empreinte et sa taille.",
        "An entry found tells its repository, uniqueId, status, hash and size.",
    ),
    ("Ajouter l'attribut : sans lui, le document ne se lit pas.", "Add the attribute: no document is read without it."),
    at="DocumentEntry",
)
def _complete(subject: FoundSubject) -> Iterator[Hit]:
    for entry in subject.answer.entries:
        for name, value in (
            ("repositoryUniqueId", entry.repository_unique_id),
            ("uniqueId", entry.unique_id),
            ("availabilityStatus", entry.status),
            ("hash", entry.hash),
            ("size", entry.size),
        ):
            if not value:
                yield at_entry(entry, name, "", "1")


@_ENTRY.rule(
    "XDS-FND-003",
    ("Les entrées rendues parlent d'un seul patient.", "The entries found speak of one patient."),
    ("Ne rendre que les documents du patient demandé.", "Give only the documents of the patient asked for."),
    at="patientId",
    severity="warning",
    certainty="deduced",
)
def _one_patient(subject: FoundSubject) -> Iterator[Hit]:
    named = {"^".join(entry.patient_id.split("^")[:4]): entry for entry in subject.answer.entries if entry.patient_id}
    for patient, entry in list(named.items())[1:]:
        yield at_entry(entry, "patientId", patient, next(iter(named)))


FOUND_RULES = _ENTRY.rules
"""Those of the answer to a search, on a :class:`FoundSubject`."""


@_RETRIEVE.rule(
    "XDS-RTV-001",
    ("La requête demande au moins un document.", "The request asks for at least one document."),
    ("Ajouter un DocumentRequest.", "Add a DocumentRequest."),
    at="DocumentRequest",
)
def _some(subject: RetrieveSubject) -> Iterator[Hit]:
    if subject.asked is not None and not subject.asked:
        yield Hit("DocumentRequest", found="0", expected="1..*")


@_RETRIEVE.rule(
    "XDS-RTV-002",
    (
        "Un document se demande par son dépôt (OID) et son uniqueId (OID), non par son entryUUID.",
        "A document is asked for by its repository (OID) and its uniqueId (OID), not by its entryUUID.",
    ),
    ("Recopier repositoryUniqueId et uniqueId de l'entrée.", "Copy repositoryUniqueId and uniqueId of the entry."),
    at="DocumentRequest",
)
def _identified(subject: RetrieveSubject) -> Iterator[Hit]:
    for number, item in enumerate(subject.asked or (), 1):
        for name, value in (("RepositoryUniqueId", item.repository), ("DocumentUniqueId", item.unique_id)):
            if not oid(value.partition("^")[0]):
                yield Hit(f"DocumentRequest[{number}]/{name}", found=value, expected="OID")


@_RETRIEVE.rule(
    "XDS-RTV-003",
    ("Un document n'est demandé, ou rendu, qu'une fois.", "A document is asked for, or given, once."),
    ("Retirer la répétition.", "Remove the repetition."),
    at="DocumentUniqueId",
    severity="warning",
)
def _once(subject: RetrieveSubject) -> Iterator[Hit]:
    ids = [item.unique_id for item in (subject.asked or subject.given)]
    for value, number in Counter(ids).items():
        if value and number > 1:
            yield Hit(f"DocumentUniqueId[{value}]", found=str(number), expected="1")


@_RETRIEVE.rule(
    "XDS-RTV-004",
    (
        "Un document rendu dit son dépôt, son uniqueId et son type, et a des octets.",
        "A document given tells its repository, uniqueId and type, and has bytes.",
    ),
    ("Remplir DocumentResponse.", "Fill in DocumentResponse."),
    at="DocumentResponse",
)
def _given(subject: RetrieveSubject) -> Iterator[Hit]:
    for number, item in enumerate(subject.given, 1):
        for name, value in (
            ("RepositoryUniqueId", item.repository),
            ("DocumentUniqueId", item.unique_id),
            ("mimeType", item.mime_type),
            ("Document", hashlib.sha1(item.content, usedforsecurity=False).hexdigest() if item.content else ""),
        ):
            if not value:
                yield Hit(f"DocumentResponse[{number}]/{name}", expected=name)


RETRIEVE_RULES = _RETRIEVE.rules
"""Those of a retrieval, request or answer, on a :class:`RetrieveSubject`."""

RULES = (*RESPONSE_RULES, *FOUND_RULES, *RETRIEVE_RULES)
