"""Who may read what (TD3.2): the request itself, the reader, each document against the memory of the DMP."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from banc_standards.dmp import errors, names
from banc_standards.dmp.registry_rules import Held
from banc_standards.dmp.visibility import Reader, may_read
from banc_standards.identifiers import oid
from banc_standards.ins import Ins
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit
from banc_standards.terminology.oids import NON_PROFESSIONAL
from banc_standards.vihf.read import Assertion
from banc_standards.xds.names import DELETED
from banc_standards.xds.retrieve import DocumentRequest

_READER = RuleBook("Matrice des droits fonctionnels DMP (PDT-INF-526 v1.8), TD3.2", errors.ACCESS_DENIED)
_REQUEST = RuleBook("DMP, TD3.2 ; IHE ITI TF-2 §3.43", "XDSRepositoryError")
_DOCUMENT = RuleBook("DMP, TD3.2 ; DMP, erreurs ; IHE ITI TF-3 §4.2.4.1", "XDSDocumentUniqueIdError")
MOST_DOCUMENTS: Final = 1_000
"""Documents of one request, a choice of the bench: the rest is asked for in another one."""
MOST_BYTES: Final = 100 * 2**20
"""Octets of documents in one answer, a choice of the bench: what passes it is asked for again."""


@dataclass(frozen=True, slots=True)
class RetrievalSubject:
    """A whole request and who sends it."""

    asked: tuple[DocumentRequest, ...]
    vihf: Assertion


@dataclass(frozen=True, slots=True)
class AskedSubject:
    """One document that is asked for: what the DMP holds under its uniqueId (None: nothing), the patient of the token,
    who reads, whether deleted documents are readable, and the octets of the answer with this document in it."""

    asked: DocumentRequest
    held: Held | None
    patient: Ins
    reader: Reader
    deleted_readable: bool = False
    total: int = 0


@_READER.rule(
    "DMP-006",
    (
        "Seul un professionnel de santé, authentifié lui-même, lit des documents.",
        "Only a health professional, authenticated as such, reads documents.",
    ),
    (
        "Consulter en mode DIRECTE (carte) ou AIR, sous l'identité du professionnel.",
        "Consult in DIRECTE (card) or AIR mode, under the identity of the professional.",
    ),
    at="consultation, CPE",
    always=True,
)
def _professional(subject: RetrievalSubject) -> Iterator[Hit]:
    roles = subject.vihf.roles
    if roles and roles[0].system == NON_PROFESSIONAL:
        yield Hit("VIHF/subject:role", found=roles[0].code, expected="G15, G16")


@_REQUEST.rule(
    "DMP-RET-001",
    ("La demande nomme au moins un document.", "The request names at least one document."),
    ("Ajouter un DocumentRequest par document voulu.", "Add one DocumentRequest per document wanted."),
    at="DocumentRequest",
    always=True,
)
def _some(subject: RetrievalSubject) -> Iterator[Hit]:
    if not subject.asked:
        yield Hit("RetrieveDocumentSetRequest", found="0", expected="1..n DocumentRequest")


@_REQUEST.rule(
    "DMP-RET-002",
    ("Un document ne se demande qu'une fois par message.", "A document is asked for once per message."),
    ("Retirer les DocumentRequest en double.", "Remove the DocumentRequest that come twice."),
    at="DocumentRequest",
    severity="warning",
    certainty="deduced",
)
def _once(subject: RetrievalSubject) -> Iterator[Hit]:
    for asked, number in Counter(subject.asked).items():
        if number > 1:
            yield Hit(f"DocumentRequest {asked.unique_id}", found=str(number), expected="1")


@_REQUEST.rule(
    "DMP-RET-009",
    (
        f"Une demande nomme {MOST_DOCUMENTS} documents au plus.",
        f"A request names at most {MOST_DOCUMENTS} documents.",
    ),
    ("Demander le reste dans un autre message.", "Ask for the rest in another message."),
    at="DocumentRequest (limite du banc)",
    certainty="deduced",
    always=True,
)
def _few(subject: RetrievalSubject) -> Iterator[Hit]:
    if len(subject.asked) > MOST_DOCUMENTS:
        yield Hit("RetrieveDocumentSetRequest", found=str(len(subject.asked)), expected=f"<= {MOST_DOCUMENTS}")


@_REQUEST.rule(
    "DMP-RET-010",
    (
        "Un DocumentRequest nomme un entrepôt et un document.",
        "A DocumentRequest names one repository and one document.",
    ),
    ("Écrire un DocumentRequest par document voulu.", "Write one DocumentRequest for each document wanted."),
    at="DocumentRequest",
)
def _one_document(subject: RetrievalSubject) -> Iterator[Hit]:
    for asked in subject.asked:
        if asked.repeated:
            yield Hit(f"DocumentRequest {asked.unique_id}", found="2", expected="1")


@_DOCUMENT.rule(
    "DMP-RET-003",
    ("L'entrepôt nommé est celui du DMP.", "The repository that is named is that of the DMP."),
    (
        f"Écrire RepositoryUniqueId={names.REPOSITORY}, que TD3.1 rend avec chaque document.",
        f"Write RepositoryUniqueId={names.REPOSITORY}, which TD3.1 gives with each document.",
    ),
    at="RepositoryUniqueId",
    code="XDSUnknownRepositoryId",
    always=True,
)
def _repository(subject: AskedSubject) -> Iterator[Hit]:
    if subject.asked.repository != names.REPOSITORY:
        yield Hit("RepositoryUniqueId", found=subject.asked.repository, expected=names.REPOSITORY)


@_DOCUMENT.rule(
    "DMP-RET-004",
    (
        "Un document se demande par son uniqueId, un OID, pas par son entryUUID.",
        "A document is asked for by its uniqueId, an OID, not by its entryUUID.",
    ),
    ("Prendre l'uniqueId que TD3.1 rend.", "Take the uniqueId that TD3.1 gives."),
    at="DocumentUniqueId",
    always=True,
)
def _unique_id(subject: AskedSubject) -> Iterator[Hit]:
    if not oid(subject.asked.unique_id):
        yield Hit("DocumentUniqueId", found=subject.asked.unique_id, expected="OID")


@_DOCUMENT.rule(
    "DMP-RET-005",
    (
        "Le document demandé est dans le DMP du patient du VIHF.",
        "The document that is asked for is in the DMP of the patient of the VIHF.",
    ),
    (
        "Chercher d'abord (TD3.1), et mettre dans le VIHF l'INS de ce patient.",
        "Search first (TD3.1), and put the INS of that patient in the VIHF.",
    ),
    at="DocumentUniqueId",
    always=True,
)
def _of_patient(subject: AskedSubject) -> Iterator[Hit]:
    ours = subject.asked.repository == names.REPOSITORY and oid(subject.asked.unique_id)
    if ours and (subject.held is None or subject.held.patient != subject.patient.cx()):
        yield Hit("DocumentUniqueId", found=subject.asked.unique_id, expected=f"DMP {subject.patient.cx()}")


@_DOCUMENT.rule(
    "DMP-RET-006",
    ("Un document supprimé ne se lit plus.", "A document that was deleted is read no more."),
    ("Ne lire que ce que la recherche rend.", "Read only what the search gives."),
    at="Deleted (choix du banc : la matrice PDT-INF-526 v1.8 laisserait lire)",
    certainty="deduced",
    always=True,
)
def _not_deleted(subject: AskedSubject) -> Iterator[Hit]:
    held = subject.held
    if held is not None and held.status == DELETED and not subject.deleted_readable:
        yield Hit("DocumentUniqueId", found=f"{held.unique_id} {DELETED}")


@_DOCUMENT.rule(
    "DMP-RET-007",
    (
        "Un document masqué aux professionnels n'est lu que par ses auteurs, le médecin traitant, ou en urgence.",
        "A document masked from professionals is read only by its authors, the treating doctor, or in an emergency.",
    ),
    ("Demander au patient de démasquer le document.", "Ask the patient to unmask the document."),
    at="matrice des droits fonctionnels (PDT-INF-526 v1.8), document masqué aux PS",
    always=True,
)
def _not_masked(subject: AskedSubject) -> Iterator[Hit]:
    held = subject.held
    if held is not None and held.patient == subject.patient.cx() and not may_read(held, subject.reader):
        yield Hit("DocumentUniqueId", found=f"{held.unique_id} MASQUE_PS", expected=", ".join(held.persons))


@_DOCUMENT.rule(
    "DMP-RET-008",
    (
        "Les documents d'une réponse ne dépassent pas 100 Mio ensemble.",
        "The documents of one answer do not exceed 100 MiB together.",
    ),
    ("Demander le reste dans un autre message.", "Ask for the rest in another message."),
    at="limite du banc",
    certainty="deduced",
    code="XDSRepositoryError",
    always=True,
)
def _bounded(subject: AskedSubject) -> Iterator[Hit]:
    if subject.total > MOST_BYTES:
        yield Hit("DocumentRequest", found=str(subject.total), expected=f"<= {MOST_BYTES}")


READER_RULES = _READER.rules
REQUEST_RULES = _REQUEST.rules
DOCUMENT_RULES = _DOCUMENT.rules
RULES = (*READER_RULES, *REQUEST_RULES, *DOCUMENT_RULES)
