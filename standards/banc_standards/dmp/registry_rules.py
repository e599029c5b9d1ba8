"""The rules of a submission against what the DMP already holds (dmp.md §8.1, §11): they need its memory, not only the
message. Each answers with the IHE or DMP code that a ``RegistryError`` carries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from banc_standards.dmp import errors
from banc_standards.errors import Sentence
from banc_standards.ins import Ins
from banc_standards.rules import Hit, Rule
from banc_standards.terminology.oids import NON_PROFESSIONAL
from banc_standards.vihf.names import INDIRECT
from banc_standards.vihf.read import Assertion

RecordState = Literal["open", "closed", "absent"]
DEPRECATED: Final = "urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated"
APPROVED: Final = "urn:oasis:names:tc:ebxml-regrep:StatusType:Approved"
PATIENT_CLASS: Final = "90"
PATIENT_TYPES: Final = "DOCPAT"
"""What tells a document that the patient deposited: its class, or how its type begins (EX_3.1-1040)."""


@dataclass(frozen=True, slots=True)
class Held:
    """A document that the DMP holds: ids, status URI, patient (CX), SHA-1 in hexadecimal and size of its bytes.

    ``set_id`` and ``version`` are those of its CDA; ``persons`` and ``institutions`` identify its authors, those of its
    lot and its legal authenticator; ``visibility`` are its confidentiality codes, ``metadata_version`` the number of
    the version of its metadata; ``by_patient`` tells that the patient deposited it.
    """

    unique_id: str
    entry_uuid: str
    status: str
    patient: str
    hash: str
    size: int
    set_id: str = ""
    version: int | None = None
    persons: tuple[str, ...] = ()
    institutions: tuple[str, ...] = ()
    visibility: tuple[str, ...] = ()
    logical_id: str = ""
    metadata_version: int = 1
    by_patient: bool = False

    def authored_by(self, vihf: Assertion) -> bool:
        """Whether who acts is an author of it (EX_2.1-1140, rights matrix).

        The structure answers for what is done in the indirect mode, or by somebody who is no health professional; else
        the person does. Of a document without any author nothing can be said: it is anybody's.
        """
        if not self.persons and not self.institutions:
            return True
        professional = not vihf.roles or vihf.roles[0].system != NON_PROFESSIONAL
        if professional and (vihf.mode or "").upper() != INDIRECT:
            return vihf.name_id in self.persons
        return vihf.structure in self.institutions


@dataclass(frozen=True, slots=True)
class Sent:
    """A document as it was sent: its XDS uniqueId, SHA-1 in hexadecimal and size, as computed from its bytes."""

    unique_id: str
    hash: str
    size: int


@dataclass(frozen=True, slots=True)
class RegistrySubject:
    """A submission before the memory of the DMP.

    ``known`` gives for each uniqueId sent the document that has it already; ``targets`` for each entryUUID that an
    RPLC names, what stands there (None: nothing).
    """

    patient: Ins
    record: RecordState
    set_id: str
    set_known: bool
    sent: tuple[Sent, ...]
    known: Mapping[str, Held]
    targets: Mapping[str, Held | None]


def _has_record(subject: RegistrySubject) -> Iterator[Hit]:
    if subject.record == "absent":
        yield Hit("XDSSubmissionSet.patientId", found=subject.patient.cx())


def _open(subject: RegistrySubject) -> Iterator[Hit]:
    if subject.record == "closed":
        yield Hit("XDSSubmissionSet.patientId", found=subject.patient.cx())


def _new_set(subject: RegistrySubject) -> Iterator[Hit]:
    if subject.set_known:
        yield Hit("XDSSubmissionSet.uniqueId", found=subject.set_id)


def _clashes(subject: RegistrySubject) -> Iterator[tuple[Sent, Held]]:
    for sent in subject.sent:
        held = subject.known.get(sent.unique_id)
        if held is not None:
            yield sent, held


def _same_hash(subject: RegistrySubject) -> Iterator[Hit]:
    for sent, held in _clashes(subject):
        if sent.size == held.size and sent.hash != held.hash:
            yield Hit(f"XDSDocumentEntry.uniqueId {sent.unique_id}", found=sent.hash, expected=held.hash)


def _same_size(subject: RegistrySubject) -> Iterator[Hit]:
    for sent, held in _clashes(subject):
        if sent.size != held.size:
            yield Hit(f"XDSDocumentEntry.uniqueId {sent.unique_id}", found=str(sent.size), expected=str(held.size))


def _not_sent_again(subject: RegistrySubject) -> Iterator[Hit]:
    for sent, held in _clashes(subject):
        if (sent.size, sent.hash) == (held.size, held.hash):
            yield Hit(f"XDSDocumentEntry.uniqueId {sent.unique_id}", found=held.entry_uuid)


def _known_target(subject: RegistrySubject) -> Iterator[Hit]:
    for uuid, held in subject.targets.items():
        if held is None:
            yield Hit("Association RPLC/@targetObject", found=uuid)


def _current_target(subject: RegistrySubject) -> Iterator[Hit]:
    for uuid, held in subject.targets.items():
        if held is not None and held.status == DEPRECATED:
            yield Hit("Association RPLC/@targetObject", found=f"{uuid} {held.status}", expected=APPROVED)


def _replaceable_target(subject: RegistrySubject) -> Iterator[Hit]:
    for uuid, held in subject.targets.items():
        if held is not None and held.status not in (APPROVED, DEPRECATED):
            yield Hit("Association RPLC/@targetObject", found=f"{uuid} {held.status}", expected=APPROVED)


def _target_of_patient(subject: RegistrySubject) -> Iterator[Hit]:
    for held in subject.targets.values():
        if held is not None and held.patient != subject.patient.cx():
            yield Hit("Association RPLC/@targetObject", found=held.patient, expected=subject.patient.cx())


def _rule(
    number: int,
    text: Sentence,
    clause: str,
    fix: Sentence,
    check: Callable[[RegistrySubject], Iterator[Hit]],
    code: str,
    *,
    deduced: bool = False,
    warning: bool = False,
) -> Rule:
    return Rule(
        id=f"DMP-REG-{number:03d}",
        text=text,
        clause=clause,
        fix=fix,
        check=check,
        severity="warning" if warning else "error",
        certainty="deduced" if deduced else "sourced",
        code=code,
        always=not warning,
    )


_ASK = Sentence(
    "Tester l'existence (TD0.2) avant d'alimenter, et obéir à sa réponse.",
    "Test the existence (TD0.2) before feeding, and obey its answer.",
)
_FRESH_ID = Sentence("Donner un identifiant neuf à chaque envoi.", "Give a fresh id to each submission.")
_NEW_VERSION = Sentence(
    "Un contenu changé est un nouveau document : nouvel uniqueId, et RPLC vers l'ancien.",
    "Changed content is a new document: new uniqueId, and RPLC to the old one.",
)
_REQUERY = Sentence(
    "Obtenir l'entryUUID courant par TD3.1 juste avant de remplacer.",
    "Get the current entryUUID with TD3.1 just before replacing.",
)

RULES: tuple[Rule, ...] = (
    _rule(
        1,
        Sentence("Le patient a un DMP.", "The patient has a DMP."),
        "DMP, erreurs; IHE ITI TF-3 §4.2.4.1",
        _ASK,
        _has_record,
        "XDSUnknownPatientId",
    ),
    _rule(
        2,
        Sentence("Le DMP du patient n'est pas fermé.", "The patient's DMP is not closed."),
        "DMP, erreurs (code exemple v2.06.01, ANS, exemples ZAM)",
        _ASK,
        _open,
        errors.CLOSED,
    ),
    _rule(
        3,
        Sentence("L'uniqueId du lot n'a jamais servi.", "The uniqueId of the submission set was never used."),
        "DMP, erreurs; IHE ITI TF-3 §4.2.4.1",
        _FRESH_ID,
        _new_set,
        "XDSDuplicateUniqueIdInRegistry",
    ),
    _rule(
        4,
        Sentence(
            "Un uniqueId de document déjà enregistré revient avec le même condensé.",
            "A document uniqueId that is registered already comes back with the same hash.",
        ),
        "DMP, erreurs; IHE ITI TF-3 §4.2.4.1",
        _NEW_VERSION,
        _same_hash,
        "XDSNonIdenticalHash",
    ),
    _rule(
        5,
        Sentence(
            "Un uniqueId de document déjà enregistré revient avec la même taille.",
            "A document uniqueId that is registered already comes back with the same size.",
        ),
        "DMP, erreurs; IHE ITI TF-3 §4.2.4.1",
        _NEW_VERSION,
        _same_size,
        "XDSNonIdenticalSize",
    ),
    _rule(
        6,
        Sentence("Un document inchangé n'est pas renvoyé.", "An unchanged document is not sent again."),
        "EX_GEN-1060; DMP, TD2.1 ; DMP, erreurs",
        Sentence("Retenir ce qui a été accepté.", "Remember what was accepted."),
        _not_sent_again,
        "",
        warning=True,
    ),
    _rule(
        7,
        Sentence("Le document à remplacer existe.", "The document to replace exists."),
        "DMP, erreurs; IHE ITI TF-3 §4.2.4.1",
        _REQUERY,
        _known_target,
        "UnresolvedReferenceException",
    ),
    _rule(
        8,
        Sentence(
            "Le document à remplacer n'est pas déjà remplacé.", "The document to replace is not replaced already."
        ),
        "DMP, erreurs; IHE ITI TF-3 §4.2.4.1",
        _REQUERY,
        _current_target,
        "XDSRegistryDeprecatedDocumentError",
    ),
    _rule(
        9,
        Sentence(
            "Le document à remplacer n'est ni archivé ni supprimé.",
            "The document to replace is neither archived nor deleted.",
        ),
        "DMP, erreurs (choix du banc)",
        _REQUERY,
        _replaceable_target,
        "XDSRegistryMetadataError",
        deduced=True,
    ),
    _rule(
        10,
        Sentence(
            "Le document à remplacer est celui du même patient.", "The document to replace is of the same patient."
        ),
        "DMP, erreurs; IHE ITI TF-3 §4.2.4.1",
        _REQUERY,
        _target_of_patient,
        "XDSPatientIdDoesNotMatch",
    ),
)
