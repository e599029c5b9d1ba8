"""The rules of a change of visibility (TD3.3a masks and unmasks, TD3.3b makes visible) and of archiving (TD3.3d),
against the documents that the DMP holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from banc_standards.dmp import errors
from banc_standards.dmp.registry_rules import Held
from banc_standards.dmp.version_rules import DeletionSubject
from banc_standards.dmp.visibility import HIDDEN, HIDDEN_FROM_GUARDIANS, MASKED, Reader
from banc_standards.ins import Ins
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit
from banc_standards.terminology.oids import HL7_CONFIDENTIALITY, NON_PROFESSIONAL
from banc_standards.vihf.names import AIR, G15, G16
from banc_standards.xds.model import Association, DocumentEntry
from banc_standards.xds.names import APPROVED, ARCHIVED, HAS_MEMBER, ORIGINAL

_MATRIX: Final = "matrice des droits fonctionnels (PDT-INF-526 v1.8)"
_BOOK = RuleBook("DMP, TD3.3a et TD3.3b ; IHE ITI Metadata Update (ITI-57)", "XDSMetadataUpdateError")
_ARCHIVE = RuleBook("DMP, TD3.3d", errors.ACCESS_DENIED)
_DOCTOR: Final = "10"
_OWN: Final = ("id", "version", "confidentiality", "source_patient_info", "patient_id", "object_type", "repeated")
"""What a new version of metadata says otherwise, or writes otherwise, than the one before."""


@dataclass(frozen=True, slots=True)
class MetadataSubject:
    """One entry of an update: as it was sent, the association that brings it, what the DMP holds under its logical id
    (None: nothing that the sender may know of) with its metadata, the patient of the token, and who sends it; whether
    another entry of the update is of the same document."""

    sent: DocumentEntry
    link: Association | None
    held: Held | None
    registered: DocumentEntry | None
    patient: Ins
    reader: Reader
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class ArchivingSubject:
    """An archiving before the memory of the DMP, as a deletion is, and who asks."""

    update: DeletionSubject
    reader: Reader


def visibility(entry: DocumentEntry) -> frozenset[str]:
    """The visibility codes of an entry, its confidentiality N, R or V left out."""
    return frozenset(code.code for code in entry.confidentiality if code.system != HL7_CONFIDENTIALITY)


def _changed(subject: MetadataSubject) -> tuple[frozenset[str], frozenset[str]]:
    """The visibility codes that an update adds, and those that it removes."""
    if subject.registered is None:
        return frozenset(), frozenset()
    before, after = visibility(subject.registered), visibility(subject.sent)
    return after - before, before - after


@_BOOK.rule(
    "DMP-UPD-001",
    ("L'entrée modifiée porte le lid que le registre a donné.", "The entry that changes has the lid that was given."),
    ("Reprendre lid (logicalId) de la réponse à TD3.1.", "Take lid (logicalId) from the answer to TD3.1."),
    at="ExtrinsicObject/@lid",
    code="UnresolvedReferenceException",
    always=True,
)
def _known(subject: MetadataSubject) -> Iterator[Hit]:
    if subject.held is None:
        yield Hit(f"DocumentEntry[{subject.sent.id}]/lid", found=subject.sent.logical_id or "", expected="urn:uuid:…")


@_BOOK.rule(
    "DMP-UPD-002",
    ("L'entrée modifiée est celle du patient du VIHF.", "The entry that changes is of the patient of the VIHF."),
    ("Employer partout le même INS et le même OID.", "Use one INS and one OID everywhere."),
    at="ExtrinsicObject/@lid",
    code="XDSPatientIdDoesNotMatch",
    always=True,
)
def _of_patient(subject: MetadataSubject) -> Iterator[Hit]:
    if subject.held is not None and subject.held.patient != subject.patient.cx():
        expected = subject.patient.cx()
        yield Hit(f"DocumentEntry[{subject.sent.id}]/patientId", found=subject.held.patient, expected=expected)


@_BOOK.rule(
    "DMP-UPD-003",
    (
        "L'association HasMember dit Original et, dans PreviousVersion, la version actuelle.",
        "The HasMember association says Original and, in PreviousVersion, the present version.",
    ),
    ("Lire VersionInfo par TD3.1 juste avant.", "Read VersionInfo with TD3.1 just before."),
    at="PreviousVersion",
    code="XDSMetadataVersionError",
    always=True,
)
def _version(subject: MetadataSubject) -> Iterator[Hit]:
    link, held = subject.link, subject.held
    if held is None:
        return
    said = (link.type, link.set_status, link.previous_version) if link else ("", None, None)
    expected = (HAS_MEMBER, ORIGINAL, str(held.metadata_version))
    if said != expected:
        found = ", ".join(part or "-" for part in said)
        yield Hit(f"DocumentEntry[{subject.sent.id}]/HasMember", found=found, expected=", ".join(expected))


@_BOOK.rule(
    "DMP-UPD-004",
    (
        "Une mise à jour répète toutes les métadonnées et ne change que confidentialityCode.",
        "An update repeats all the metadata and changes confidentialityCode only.",
    ),
    (
        "Renvoyer l'ExtrinsicObject de TD3.1 entier, hash, size et repositoryUniqueId compris.",
        "Send the whole ExtrinsicObject of TD3.1 back, hash, size and repositoryUniqueId included.",
    ),
    at="ExtrinsicObject",
    always=True,
)
def _nothing_else(subject: MetadataSubject) -> Iterator[Hit]:
    if subject.registered is None:
        return
    same: dict[str, Any] = {name: getattr(subject.registered, name) for name in _OWN}
    sent = replace(subject.sent, **same)
    for name in DocumentEntry.__dataclass_fields__:
        found, expected = getattr(sent, name), getattr(subject.registered, name)
        if found != expected:
            yield Hit(f"DocumentEntry[{subject.sent.id}]/{name}", found=str(found or ""), expected=str(expected or ""))
    before = [code for code in subject.registered.confidentiality if code.system == HL7_CONFIDENTIALITY]
    after = [code for code in subject.sent.confidentiality if code.system == HL7_CONFIDENTIALITY]
    if [code.code for code in before] != [code.code for code in after]:
        place = f"DocumentEntry[{subject.sent.id}]/confidentialityCode"
        yield Hit(place, found=", ".join(c.code for c in after), expected=", ".join(c.code for c in before))


@_BOOK.rule(
    "DMP-UPD-005",
    (
        "Un document visible du patient ou de ses représentants ne leur est plus caché.",
        "A document that the patient or their representatives see is not hidden from them afterwards.",
    ),
    ("TD3.3b ne fait que retirer INVISIBLE_….", "TD3.3b only removes INVISIBLE_…."),
    at=f"{_MATRIX}, rendre visible",
    always=True,
)
def _one_way(subject: MetadataSubject) -> Iterator[Hit]:
    added, _ = _changed(subject)
    for code in sorted(added & {HIDDEN, HIDDEN_FROM_GUARDIANS}):
        yield Hit(f"DocumentEntry[{subject.sent.id}]/confidentialityCode", found=f"+ {code}")


@_BOOK.rule(
    "DMP-UPD-006",
    (
        "Tout professionnel masque un document ; seul un auteur ou le médecin traitant le démasque.",
        "Any professional masks a document; only an author or the treating doctor unmasks it.",
    ),
    (
        "Laisser l'auteur, le médecin traitant ou le patient démasquer.",
        "Let author, treating doctor or patient unmask.",
    ),
    at=f"{_MATRIX}, masquer, démasquer",
    code=errors.ACCESS_DENIED,
    always=True,
)
def _may_change(subject: MetadataSubject) -> Iterator[Hit]:
    roles = subject.reader.vihf.roles
    if roles and roles[0].system == NON_PROFESSIONAL:
        yield Hit("VIHF/subject:role", found=roles[0].code, expected="G15, G16")
    _, removed = _changed(subject)
    held = subject.held
    own = held is None or subject.reader.treating or held.authored_by(subject.reader.vihf)
    if MASKED in removed and held is not None and not own:
        yield Hit("VIHF/NameID", found=subject.reader.vihf.name_id or "", expected=" | ".join(held.persons))


@_BOOK.rule(
    "DMP-UPD-007",
    (
        "Seule la visibilité d'un document approuvé ou archivé change.",
        "Only the visibility of a document that is approved or archived changes.",
    ),
    ("Prendre la version courante du document.", "Take the current version of the document."),
    at="availabilityStatus",
    certainty="deduced",
    always=True,
)
def _stands(subject: MetadataSubject) -> Iterator[Hit]:
    if subject.held is not None and subject.held.status not in (APPROVED, ARCHIVED):
        place = f"DocumentEntry[{subject.sent.id}]/status"
        yield Hit(place, found=subject.held.status, expected=f"{APPROVED} | {ARCHIVED}")


@_BOOK.rule(
    "DMP-UPD-009",
    ("Une mise à jour ne change une entrée qu'une fois.", "An update changes an entry once."),
    ("Garder un ExtrinsicObject par document.", "Keep one ExtrinsicObject for each document."),
    at="ExtrinsicObject/@lid",
    certainty="deduced",
    always=True,
)
def _once(subject: MetadataSubject) -> Iterator[Hit]:
    if subject.repeated:
        yield Hit(f"DocumentEntry[{subject.sent.id}]/lid", found=subject.sent.logical_id or "", expected="1")


@_ARCHIVE.rule(
    "DMP-UPD-008",
    (
        "On n'archive que ses propres documents, sauf le médecin traitant (ceux du patient aussi), ou un médecin en "
        "urgence ou en AIR.",
        "One archives only one's own documents, except the treating doctor (those of the patient too), or a doctor in "
        "an emergency or in AIR mode.",
    ),
    ("Laisser l'auteur ou le médecin traitant archiver.", "Let the author or the treating doctor archive."),
    at=f"{_MATRIX} et PDT-INF-606 v1.3, archiver, désarchiver",
    always=True,
)
def _may_archive(subject: ArchivingSubject) -> Iterator[Hit]:
    reader = subject.reader
    roles = reader.vihf.roles
    if roles and roles[0].system == NON_PROFESSIONAL:
        yield Hit("VIHF/subject:role", found=roles[0].code, expected="G15, G16")
        return
    purpose = reader.vihf.purpose.code if reader.vihf.purpose else ""
    urgent = purpose not in ("", "normal")
    doctor = bool(roles) and roles[0].code == _DOCTOR and roles[0].system in (G15, G16)
    if urgent and not doctor:
        yield Hit("VIHF/purposeofuse", found=purpose, expected="normal")
    for link, held in subject.update.targets:
        if held is None or reader.treating:
            continue
        air = (reader.vihf.mode or "").upper() == AIR
        if held.by_patient or not ((doctor and (urgent or air)) or held.authored_by(reader.vihf)):
            place = f"Association[{link.id}]/targetObject"
            yield Hit(place, found=reader.vihf.name_id or "", expected=" | ".join(held.persons))


METADATA_RULES = _BOOK.rules
ARCHIVE_RULES = _ARCHIVE.rules
RULES = (*METADATA_RULES, *ARCHIVE_RULES)
