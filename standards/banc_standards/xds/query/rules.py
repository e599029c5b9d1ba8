"""The rules of a stored query (TD3.1), judged on a :class:`QuerySubject`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from banc_standards.cda.times import read_time
from banc_standards.identifiers import oid, uuid
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit
from banc_standards.vihf.read import Assertion
from banc_standards.xds.names import APPROVED, ARCHIVED, DELETED, DEPRECATED
from banc_standards.xds.query.model import Parameter, StoredQuery
from banc_standards.xds.query.names import (
    AUTHORS,
    BOUNDS,
    CODED,
    ENTRY_UUID,
    FIND_DOCUMENTS,
    GET_DOCUMENTS,
    GET_DOCUMENTS_AND_ASSOCIATIONS,
    LEAF_CLASS,
    OBJECT_REF,
    OBJECTS,
    PARAMETERS,
    PATIENT,
    PATIENTS,
    QUERIES,
    REQUIRED,
    SERVED,
    SET_CONTENT_TYPE,
    SET_STATUS,
    SINGLE,
    STATUS,
    UNIQUE_ID,
)

_BOOK = RuleBook("IHE ITI TF-2 §3.18 (ITI-18), DMP TD3.1", "XDSRegistryError")
_STATUSES: Final = (APPROVED, DEPRECATED, ARCHIVED, DELETED)
MOST_WILDCARDS: Final = 10
LONGEST_PATTERN: Final = 256
MOST_VALUES: Final = 1_000
_TIME: Final = re.compile(r"[0-9]{4}(?:[0-9]{2}){0,5}")


@dataclass(frozen=True, slots=True)
class QuerySubject:
    """A stored query as a registry judges it; ``vihf`` is the verified assertion of who asks, None for a file.
    ``served`` are the queries that the registry answers."""

    query: StoredQuery
    vihf: Assertion | None = None
    served: tuple[str, ...] = SERVED


def _at(name: str, found: str, expected: str) -> Hit:
    return Hit(f"AdhocQuery/{name}", found=found, expected=expected)


def _given(item: Parameter | None) -> bool:
    """Whether a parameter holds anything: a ``Slot`` without a value asks for nothing."""
    return item is not None and bool(any(item.values) or item.malformed)


def _known(query: StoredQuery) -> Iterator[Parameter]:
    """The parameters that the query has in IHE."""
    return (item for item in query.parameters if item.name in PARAMETERS.get(query.id, ()))


@_BOOK.rule(
    "XDS-QRY-001",
    ("La requête enregistrée est l'une de celles d'IHE.", "The stored query is one of IHE's."),
    (
        f"Écrire AdhocQuery id={GET_DOCUMENTS} pour GetDocuments, {FIND_DOCUMENTS} pour FindDocuments.",
        f"Write AdhocQuery id={GET_DOCUMENTS} for GetDocuments, {FIND_DOCUMENTS} for FindDocuments.",
    ),
    at="AdhocQuery/@id",
    code="XDSUnknownStoredQuery",
    always=True,
)
def _query(subject: QuerySubject) -> Iterator[Hit]:
    if subject.query.id not in QUERIES:
        yield _at("@id", subject.query.id, " | ".join(QUERIES.values()))


@_BOOK.rule(
    "XDS-QRY-002",
    (
        "La requête enregistrée est de celles que cette version du banc simule.",
        "The stored query is one that this version of the bench simulates.",
    ),
    (
        "Employer une requête que le guide du DMP nomme : FindDocuments, GetDocuments, FindSubmissionSets…",
        "Use a query that the DMP's guide names: FindDocuments, GetDocuments, FindSubmissionSets…",
    ),
    at="AdhocQuery/@id (choix du banc)",
    certainty="deduced",
    code="XDSUnknownStoredQuery",
    always=True,
)
def _served(subject: QuerySubject) -> Iterator[Hit]:
    name = QUERIES.get(subject.query.id)
    if name is not None and subject.query.id not in subject.served:
        yield _at("@id", name, " | ".join(QUERIES[item] for item in subject.served))


@_BOOK.rule(
    "XDS-QRY-003",
    (
        "La requête porte ses paramètres obligatoires : les statuts, ou les objets demandés.",
        "The query carries its required parameters: the statuses, or the objects that are wanted.",
    ),
    (
        f"Ajouter {STATUS} (FindDocuments), {UNIQUE_ID} ou {ENTRY_UUID} (GetDocuments), {OBJECTS} (GetAssociations)…",
        f"Add {STATUS} (FindDocuments), {UNIQUE_ID} or {ENTRY_UUID} (GetDocuments), {OBJECTS} (GetAssociations)…",
    ),
    at="Slot",
    code="XDSStoredQueryMissingParam",
    always=True,
)
def _required(subject: QuerySubject) -> Iterator[Hit]:
    query = subject.query
    for names in REQUIRED.get(query.id, ()) if query.id in subject.served else ():
        if not any(_given(query.parameter(name)) for name in names):
            yield _at(names[0], "", " | ".join(names))


@_BOOK.rule(
    "XDS-QRY-004",
    ("Un paramètre à valeur unique n'en a qu'une.", "A single-valued parameter has one value."),
    ("N'en garder qu'une.", "Keep one."),
    at="Slot",
    code="XDSStoredQueryParamNumber",
    always=True,
)
def _single(subject: QuerySubject) -> Iterator[Hit]:
    for item in _known(subject.query):
        if item.name in SINGLE and len(item.values) + len(item.malformed) > 1:
            yield _at(item.name, str(len(item.values) + len(item.malformed)), "1")


@_BOOK.rule(
    "XDS-QRY-005",
    (
        "GetDocuments demande par uniqueId ou par entryUUID, pas par les deux.",
        "GetDocuments asks by uniqueId or by entryUUID, not by both.",
    ),
    (f"Retirer {ENTRY_UUID} ou {UNIQUE_ID}.", f"Remove {ENTRY_UUID} or {UNIQUE_ID}."),
    at="GetDocuments",
    certainty="deduced",
    code="XDSStoredQueryParamNumber",
)
def _either(subject: QuerySubject) -> Iterator[Hit]:
    query = subject.query
    by_id = query.id in (GET_DOCUMENTS, GET_DOCUMENTS_AND_ASSOCIATIONS)
    if by_id and query.parameter(UNIQUE_ID) and query.parameter(ENTRY_UUID):
        yield _at(UNIQUE_ID, f"{UNIQUE_ID}, {ENTRY_UUID}", f"{UNIQUE_ID} | {ENTRY_UUID}")


@_BOOK.rule(
    "XDS-QRY-006",
    (
        "Une valeur est un texte entre apostrophes, un nombre, ou une liste de ceux-ci entre parenthèses.",
        "A value is a text in single quotes, a number, or a list of these in parentheses.",
    ),
    ("Écrire 'valeur', ou ('valeur','valeur').", "Write 'value', or ('value','value')."),
    at="Slot/ValueList/Value",
)
def _written(subject: QuerySubject) -> Iterator[Hit]:
    for item in _known(subject.query):
        for text in item.malformed:
            yield _at(item.name, text, "'…' | ('…','…')")


@_BOOK.rule(
    "XDS-QRY-007",
    (
        "Un paramètre qui admet plusieurs valeurs s'écrit entre parenthèses, même pour une seule.",
        "A parameter that takes several values is written in parentheses, even for one.",
    ),
    ("Écrire ('valeur').", "Write ('value')."),
    at="Slot/ValueList/Value",
    severity="warning",
    certainty="deduced",
)
def _in_parentheses(subject: QuerySubject) -> Iterator[Hit]:
    for item in _known(subject.query):
        if item.name not in SINGLE and item.values and not item.listed:
            yield _at(item.name, f"'{item.values[0]}'", f"('{item.values[0]}')")


@_BOOK.rule(
    "XDS-QRY-008",
    (
        "Le patient est une valeur entre apostrophes, sans parenthèses.",
        "The patient is one value in single quotes, without parentheses.",
    ),
    ("Écrire 'INS^^^&OID&ISO^NH'.", "Write 'INS^^^&OID&ISO^NH'."),
    at=PATIENT,
    code="XDSPatientIdDoesNotMatch",
    always=True,
)
def _bare_patient(subject: QuerySubject) -> Iterator[Hit]:
    asked = subject.query.parameter(PATIENTS.get(subject.query.id, PATIENT))
    if asked is not None and asked.listed:
        yield _at(asked.name, "('…')", "'…'")


@_BOOK.rule(
    "XDS-QRY-009",
    ("Le patient de la requête est celui du VIHF.", "The patient of the query is that of the VIHF."),
    (
        "Écrire dans resource-id et dans la requête le même INS, le même OID et ^NH.",
        "Write the same INS, OID and ^NH in resource-id and in the query.",
    ),
    at=PATIENT,
    code="XDSPatientIdDoesNotMatch",
    always=True,
)
def _same_patient(subject: QuerySubject) -> Iterator[Hit]:
    if subject.vihf is None:
        return
    expected = subject.vihf.resource_id or ""
    name = PATIENTS.get(subject.query.id, PATIENT)
    for found in subject.query.values(name)[:1]:
        if found.split("^")[:5] != expected.split("^")[:5]:
            yield _at(name, found, expected)


@_BOOK.rule(
    "XDS-QRY-010",
    (
        "Une recherche nomme le patient ; sans lui, le DMP prend celui du VIHF (RG_3010).",
        "A search names the patient; without, the DMP takes that of the VIHF (RG_3010).",
    ),
    (f"Ajouter {PATIENT}, qu'IHE exige.", f"Add {PATIENT}, which IHE requires."),
    at=PATIENT,
    severity="info",
    certainty="uncertain",
)
def _names_the_patient(subject: QuerySubject) -> Iterator[Hit]:
    name = PATIENTS.get(subject.query.id)
    asked = subject.query.parameter(name) if name is not None else None
    if name is not None and (asked is None or not (asked.values or asked.malformed)):
        yield _at(name, "", "1")


@_BOOK.rule(
    "XDS-QRY-011",
    ("La réponse voulue est LeafClass ou ObjectRef.", "The answer wanted is LeafClass or ObjectRef."),
    (
        "Écrire returnType=ObjectRef pour les références, LeafClass pour les métadonnées.",
        "Write returnType=ObjectRef for references, LeafClass for metadata.",
    ),
    at="ResponseOption/@returnType",
)
def _return_type(subject: QuerySubject) -> Iterator[Hit]:
    if subject.query.return_type not in (LEAF_CLASS, OBJECT_REF):
        yield Hit("ResponseOption/@returnType", found=subject.query.return_type or "", expected="LeafClass | ObjectRef")


@_BOOK.rule(
    "XDS-QRY-012",
    (
        "La réponse voulue contient les objets entiers (returnComposedObjects).",
        "The answer wanted holds the whole objects (returnComposedObjects).",
    ),
    ("Écrire returnComposedObjects=true.", "Write returnComposedObjects=true."),
    at="ResponseOption/@returnComposedObjects",
    severity="warning",
)
def _composed(subject: QuerySubject) -> Iterator[Hit]:
    if subject.query.composed != "true":
        yield Hit("ResponseOption/@returnComposedObjects", found=subject.query.composed or "", expected="true")


@_BOOK.rule(
    "XDS-QRY-013",
    (
        "La requête ne porte que ses propres paramètres ; les autres sont sans effet.",
        "The query carries its own parameters only; others have no effect.",
    ),
    ("Corriger le nom du paramètre, ou le retirer.", "Correct the name of the parameter, or remove it."),
    at="Slot/@name",
    severity="warning",
)
def _own_parameters(subject: QuerySubject) -> Iterator[Hit]:
    known = PARAMETERS.get(subject.query.id)
    for item in subject.query.parameters if known is not None else ():
        if known is not None and item.name not in known:
            yield _at(item.name, item.name, ", ".join(sorted(known)))


@_BOOK.rule(
    "XDS-QRY-014",
    (
        "Un document se demande par son uniqueId (un OID) ou son entryUUID (urn:uuid:…), chacun dans son paramètre.",
        "A document is asked for by its uniqueId (an OID) or its entryUUID (urn:uuid:…), each in its own parameter.",
    ),
    ("Écrire l'OID sans préfixe, ou urn:uuid: et l'UUID.", "Write the OID without prefix, or urn:uuid: and the UUID."),
    at="GetDocuments",
    severity="warning",
    certainty="deduced",
)
def _identifiers(subject: QuerySubject) -> Iterator[Hit]:
    for value in subject.query.values(UNIQUE_ID):
        if not oid(value.partition("^")[0]):
            yield _at(UNIQUE_ID, value, "OID")
    for name in (ENTRY_UUID, OBJECTS):
        for value in subject.query.values(name):
            if not (value.startswith("urn:uuid:") and uuid(value.removeprefix("urn:uuid:"))):
                yield _at(name, value, "urn:uuid:…")


@_BOOK.rule(
    "XDS-QRY-015",
    (
        "Un statut est l'un de ceux du DMP : Approved, Deprecated, Archived, Deleted.",
        "A status is one of the DMP's: Approved, Deprecated, Archived, Deleted.",
    ),
    ("Écrire l'URI entière du statut.", "Write the whole URI of the status."),
    at=STATUS,
    severity="warning",
    certainty="deduced",
)
def _statuses(subject: QuerySubject) -> Iterator[Hit]:
    for name in (STATUS, SET_STATUS):
        for value in subject.query.values(name):
            if value not in _STATUSES:
                yield _at(name, value, " | ".join(_STATUSES))


@_BOOK.rule(
    "XDS-QRY-016",
    (
        "Une borne de temps s'écrit AAAAMMJJhhmmss, en UTC, et existe.",
        "A bound of time is written YYYYMMDDhhmmss, in UTC, and exists.",
    ),
    ("Convertir en UTC, sans décalage.", "Convert to UTC, without offset."),
    at="…From, …To",
)
def _times(subject: QuerySubject) -> Iterator[Hit]:
    for name in BOUNDS:
        for value in subject.query.values(name):
            if not _TIME.fullmatch(value) or read_time(value) is None:
                yield _at(name, value, "AAAAMMJJhhmmss")


@_BOOK.rule(
    "XDS-QRY-017",
    ("Un code s'écrit code^^système.", "A code is written code^^system."),
    ("Écrire ('code^^OID').", "Write ('code^^OID')."),
    at="…Code",
)
def _codes(subject: QuerySubject) -> Iterator[Hit]:
    for name in (*CODED, SET_CONTENT_TYPE):
        for value in subject.query.values(name):
            parts = value.split("^")
            if len(parts) != 3 or parts[1] or not parts[0] or not parts[2]:
                yield _at(name, value, "code^^OID")


@_BOOK.rule(
    "XDS-QRY-018",
    (
        f"Un motif d'auteur a {MOST_WILDCARDS} jokers au plus, en {LONGEST_PATTERN} caractères.",
        f"A pattern of an author has at most {MOST_WILDCARDS} wildcards, in {LONGEST_PATTERN} characters.",
    ),
    ("Chercher l'identifiant de l'auteur, suivi de %.", "Search the id of the author, followed by %."),
    at="AuthorPerson (limite du banc)",
    certainty="deduced",
    always=True,
)
def _few_wildcards(subject: QuerySubject) -> Iterator[Hit]:
    for name in AUTHORS:
        for value in subject.query.values(name):
            if len(value) > LONGEST_PATTERN or value.count("%") + value.count("_") > MOST_WILDCARDS:
                yield _at(name, value[:LONGEST_PATTERN], f"<= {MOST_WILDCARDS} % _")


@_BOOK.rule(
    "XDS-QRY-019",
    (
        "Seul un auteur se cherche par motif : ailleurs, % ne remplace rien.",
        "Only an author is searched by a pattern: elsewhere % stands for nothing.",
    ),
    ("Écrire la valeur entière, ou retirer le paramètre.", "Write the whole value, or remove the parameter."),
    at="Slot/ValueList/Value",
    severity="warning",
)
def _no_wildcard(subject: QuerySubject) -> Iterator[Hit]:
    for item in _known(subject.query):
        for value in item.values if item.name not in AUTHORS else ():
            if "%" in value:
                yield _at(item.name, value, "")


@_BOOK.rule(
    "XDS-QRY-020",
    (f"Une requête porte {MOST_VALUES} valeurs au plus.", f"A query carries at most {MOST_VALUES} values."),
    ("Demander en plusieurs requêtes.", "Ask in several queries."),
    at="Slot (limite du banc)",
    certainty="deduced",
    always=True,
)
def _few_values(subject: QuerySubject) -> Iterator[Hit]:
    number = sum(len(item.values) + len(item.malformed) for item in subject.query.parameters)
    if number > MOST_VALUES:
        yield Hit("AdhocQuery", found=str(number), expected=f"<= {MOST_VALUES}")


@_BOOK.rule(
    "XDS-QRY-021",
    ("La demande porte une requête et une seule.", "The request carries exactly one query."),
    ("Envoyer un message par requête.", "Send one message for each query."),
    at="AdhocQueryRequest",
    always=True,
)
def _one_query(subject: QuerySubject) -> Iterator[Hit]:
    if subject.query.number > 1:
        yield Hit("AdhocQuery", found=str(subject.query.number), expected="1")


RULES = _BOOK.rules
