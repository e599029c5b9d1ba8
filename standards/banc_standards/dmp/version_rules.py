"""The rules of a new version and of a deletion against the document that the DMP holds (DMP, TD2.1 and TD3.3c)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from banc_standards.cda.read import Document
from banc_standards.dmp import errors
from banc_standards.dmp.registry_rules import Held
from banc_standards.ins import Ins
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit
from banc_standards.vihf.read import Assertion
from banc_standards.xds.model import Association

_NEW_VERSION = RuleBook(
    "DMP, TD2.1, remplacement ; CI-SIS structuration minimale, relatedDocument", "InvalidDocumentContent"
)
_DELETION = RuleBook("DMP, TD3.3c ; IHE ITI Metadata Update (ITI-57)", "XDSMetadataUpdateError")


@dataclass(frozen=True, slots=True)
class ReplacementSubject:
    """A document that takes the place of another: what the registry holds of the former, the CDA of the new one (None
    when it is none), and who sends it."""

    held: Held
    document: Document | None
    vihf: Assertion


@dataclass(frozen=True, slots=True)
class DeletionSubject:
    """A deletion before the memory of the DMP: each association with what stands under the entryUUID that it names
    (None: nothing), the patient of the token, who asks, and whether they are the treating doctor."""

    patient: Ins
    targets: tuple[tuple[Association, Held | None], ...]
    vihf: Assertion
    treating: bool = False


def series(document: Document) -> str:
    """The ``setId`` of a CDA as one text; empty when it has none."""
    return "^".join(part for part in (document.set_id.root, document.set_id.extension) if part)


@_NEW_VERSION.rule(
    "DMP-REG-011",
    (
        "Le CDA nomme comme remplacé le document que RPLC vise dans le DMP.",
        "The CDA names as replaced the document that RPLC aims at in the DMP.",
    ),
    (
        "Écrire l'uniqueId de l'ancienne version dans relatedDocument/parentDocument/id.",
        "Write the uniqueId of the former version in relatedDocument/parentDocument/id.",
    ),
    at="parentDocument/id",
)
def _parent(subject: ReplacementSubject) -> Iterator[Hit]:
    parent = subject.document.replaces if subject.document else None
    if parent is not None and parent.root != subject.held.unique_id:
        yield Hit("relatedDocument/parentDocument/id", found=parent.root, expected=subject.held.unique_id)


@_NEW_VERSION.rule(
    "DMP-REG-012",
    ("Toutes les versions d'un document ont le même setId.", "All the versions of a document have the same setId."),
    ("Garder le setId de la première version.", "Keep the setId of the first version."),
    at="setId",
)
def _same_series(subject: ReplacementSubject) -> Iterator[Hit]:
    if subject.document is not None and subject.held.set_id and series(subject.document) != subject.held.set_id:
        yield Hit("setId", found=series(subject.document), expected=subject.held.set_id)


@_NEW_VERSION.rule(
    "DMP-REG-013",
    (
        "Le versionNumber suit celui de la version remplacée.",
        "The versionNumber follows that of the version that is replaced.",
    ),
    ("Ajouter 1 à chaque version.", "Add 1 with each version."),
    at="versionNumber",
)
def _next_version(subject: ReplacementSubject) -> Iterator[Hit]:
    if subject.document is not None and subject.held.version is not None:
        expected = subject.held.version + 1
        if subject.document.version != expected:
            yield Hit("versionNumber", found=str(subject.document.version or ""), expected=str(expected))


@_NEW_VERSION.rule(
    "DMP-REG-014",
    (
        "Seul un auteur de la version remplacée la remplace.",
        "Only an author of the version that is replaced replaces it.",
    ),
    (
        "Laisser la structure, ou le professionnel, qui a écrit l'ancienne version envoyer la nouvelle.",
        "Let the structure, or the professional, that wrote the former version send the new one.",
    ),
    at="EX_2.1-1140",
    certainty="deduced",
    code="XDSRegistryMetadataError",
)
def _author_replaces(subject: ReplacementSubject) -> Iterator[Hit]:
    if not subject.held.authored_by(subject.vihf):
        yield _author("Association RPLC/@targetObject", subject.held, subject.vihf)


def _author(place: str, held: Held, vihf: Assertion) -> Hit:
    authors = " | ".join((*held.persons, *held.institutions))
    return Hit(place, found=f"{vihf.name_id}, {vihf.structure}", expected=authors)


@_DELETION.rule(
    "DMP-REG-021",
    ("L'entrée à modifier existe.", "The entry to change exists."),
    ("Obtenir l'entryUUID courant par TD3.1b.", "Get the current entryUUID with TD3.1b."),
    at="Association/@targetObject",
    code="UnresolvedReferenceException",
    always=True,
)
def _known(subject: DeletionSubject) -> Iterator[Hit]:
    for link, held in subject.targets:
        if held is None:
            yield Hit(f"Association[{link.id}]/targetObject", found=link.target)


@_DELETION.rule(
    "DMP-REG-022",
    ("L'entrée à modifier est celle du patient du VIHF.", "The entry to change is of the patient of the VIHF."),
    ("Employer partout le même INS et le même OID.", "Use one INS and one OID everywhere."),
    at="Association/@targetObject",
    code="XDSPatientIdDoesNotMatch",
    always=True,
)
def _of_patient(subject: DeletionSubject) -> Iterator[Hit]:
    for link, held in subject.targets:
        if held is not None and held.patient != subject.patient.cx():
            yield Hit(f"Association[{link.id}]/targetObject", found=held.patient, expected=subject.patient.cx())


@_DELETION.rule(
    "DMP-REG-023",
    ("OriginalStatus est le statut que l'entrée a maintenant.", "OriginalStatus is the status that the entry has now."),
    (
        "Lire le statut par TD3.1 ; une entrée supprimée ne se supprime pas deux fois.",
        "Read the status with TD3.1; an entry that is deleted is not deleted twice.",
    ),
    at="OriginalStatus",
    always=True,
)
def _present_status(subject: DeletionSubject) -> Iterator[Hit]:
    for link, held in subject.targets:
        if held is not None and link.original_status != held.status:
            place = f"Association[{link.id}]/OriginalStatus"
            yield Hit(place, found=link.original_status or "", expected=held.status)


@_DELETION.rule(
    "DMP-REG-024",
    (
        "On ne supprime que ses propres documents, ou ceux de sa structure ; le médecin traitant, ceux du patient.",
        "One deletes only one's own documents, or those of one's structure; the treating doctor those of the patient.",
    ),
    (
        "Laisser l'auteur, sa structure ou le patient supprimer le document.",
        "Let the author, their structure or the patient delete the document.",
    ),
    at="matrice des droits fonctionnels (PDT-INF-526 v1.8), TD3.3c",
    code=errors.ACCESS_DENIED,
    always=True,
)
def _own(subject: DeletionSubject) -> Iterator[Hit]:
    for link, held in subject.targets:
        if held is not None and not (subject.treating if held.by_patient else held.authored_by(subject.vihf)):
            yield _author(f"Association[{link.id}]/targetObject", held, subject.vihf)


REPLACEMENT_RULES = _NEW_VERSION.rules
DELETION_RULES = _DELETION.rules
RULES = (*REPLACEMENT_RULES, *DELETION_RULES)
