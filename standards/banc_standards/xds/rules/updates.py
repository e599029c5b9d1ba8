"""A change of availability: TD3.3c deletes, TD3.3d archives (ITI-57, UpdateAvailabilityStatus).

The subject is a :class:`~banc_standards.xds.rules.subject.SubmissionSubject` without documents. What the registry must
remember to judge (the entry, its present status, its author) is in ``banc_standards.dmp.update_rules``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from banc_standards.identifiers import uuid
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit
from banc_standards.xds.model import Association
from banc_standards.xds.names import APPROVED, ARCHIVED, DELETED, DEPRECATED, UPDATE_STATUS
from banc_standards.xds.rules.people import person, structure
from banc_standards.xds.rules.subject import SubmissionSubject, at_lot

_BOOK = RuleBook("DMP TD3.3c et TD3.3d ; IHE ITI Metadata Update (ITI-57)", "XDSMetadataUpdateError")
CHANGES: Final = frozenset(
    {
        (APPROVED, ARCHIVED),
        (ARCHIVED, APPROVED),
        (APPROVED, DELETED),
        (ARCHIVED, DELETED),
        (DEPRECATED, DELETED),
    }
)
"""The changes of status that are let through; that of a replaced version to Deleted is a choice of the bench."""


def _updates(subject: SubmissionSubject) -> Iterator[Association]:
    return (link for link in subject.submission.associations if link.type == UPDATE_STATUS)


def _at(link: Association, attribute: str, found: str | None, expected: str) -> Hit:
    return Hit(f"Association[{link.id}]/{attribute}", found=found or "", expected=expected)


@_BOOK.rule(
    "XDS-UPD-001",
    (
        "Un changement de statut porte au moins une association UpdateAvailabilityStatus.",
        "A change of status carries at least one UpdateAvailabilityStatus association.",
    ),
    ("Ajouter l'association du lot vers l'entrée.", "Add the association from the lot to the entry."),
    at="UpdateAvailabilityStatus",
    always=True,
)
def _some(subject: SubmissionSubject) -> Iterator[Hit]:
    if not any(_updates(subject)):
        yield Hit("Association", found="0", expected=UPDATE_STATUS)


@_BOOK.rule(
    "XDS-UPD-002",
    (
        "Un changement de statut ne porte ni document ni autre association.",
        "A change of status carries neither document nor other association.",
    ),
    ("N'envoyer que le lot et UpdateAvailabilityStatus.", "Send only the lot and UpdateAvailabilityStatus."),
    at="RegistryObjectList",
)
def _nothing_else(subject: SubmissionSubject) -> Iterator[Hit]:
    for entry in subject.submission.entries:
        yield Hit(f"DocumentEntry[{entry.id}]", found="ExtrinsicObject", expected="")
    for link in subject.submission.associations:
        if link.type != UPDATE_STATUS:
            yield _at(link, "associationType", link.type, UPDATE_STATUS)


@_BOOK.rule(
    "XDS-UPD-003",
    ("L'association part du lot.", "The association starts from the lot."),
    ("Écrire l'id du RegistryPackage dans sourceObject.", "Write the RegistryPackage's id in sourceObject."),
    at="Association/@sourceObject",
)
def _from_the_lot(subject: SubmissionSubject) -> Iterator[Hit]:
    lot = subject.submission.set
    for link in _updates(subject) if lot else ():
        if lot is not None and link.source != lot.id:
            yield _at(link, "sourceObject", link.source, lot.id)


@_BOOK.rule(
    "XDS-UPD-004",
    (
        "L'association vise l'entryUUID que le registre a donné, pas l'uniqueId du document.",
        "The association aims at the entryUUID that the registry gave, not at the uniqueId of the document.",
    ),
    ("Chercher l'entryUUID avec TD3.1b.", "Look the entryUUID up with TD3.1b."),
    at="Association/@targetObject",
)
def _entry_uuid(subject: SubmissionSubject) -> Iterator[Hit]:
    for link in _updates(subject):
        if not (link.target.startswith("urn:uuid:") and uuid(link.target.removeprefix("urn:uuid:"))):
            yield _at(link, "targetObject", link.target, "urn:uuid:…")


@_BOOK.rule(
    "XDS-UPD-005",
    (
        "L'association dit le statut actuel et le statut voulu (OriginalStatus, NewStatus).",
        "The association says the present status and the one wanted (OriginalStatus, NewStatus).",
    ),
    ("Ajouter les deux Slots.", "Add both Slots."),
    at="OriginalStatus, NewStatus",
    always=True,
)
def _both_statuses(subject: SubmissionSubject) -> Iterator[Hit]:
    for link in _updates(subject):
        for name, value in (("OriginalStatus", link.original_status), ("NewStatus", link.new_status)):
            if not value:
                yield _at(link, name, "", "1")


@_BOOK.rule(
    "XDS-UPD-006",
    (
        "Le changement est l'un de ceux du DMP : archiver, désarchiver, supprimer.",
        "The change is one of the DMP's: archive, unarchive, delete.",
    ),
    (
        f"Supprimer : NewStatus {DELETED}, une seule fois.",
        f"To delete: NewStatus {DELETED}, once.",
    ),
    at="OriginalStatus, NewStatus",
    always=True,
)
def _known_change(subject: SubmissionSubject) -> Iterator[Hit]:
    expected = " | ".join(sorted(f"{_short(old)} → {_short(new)}" for old, new in CHANGES))
    for link in _updates(subject):
        old, new = link.original_status, link.new_status
        if old and new and (old, new) not in CHANGES:
            yield _at(link, "NewStatus", f"{_short(old)} → {_short(new)}", expected)


def _short(status: str) -> str:
    """A status without its namespace, unless the namespace is not that of the DMP."""
    return status.rpartition(":")[2] if status in (APPROVED, DEPRECATED, ARCHIVED, DELETED) else status


@_BOOK.rule(
    "XDS-UPD-007",
    ("Une entrée ne change de statut qu'une fois par lot.", "An entry changes status once per lot."),
    ("Garder une association par entrée.", "Keep one association per entry."),
    at="Association/@targetObject",
    certainty="deduced",
    always=True,
)
def _once(subject: SubmissionSubject) -> Iterator[Hit]:
    numbers = Counter(link.target for link in _updates(subject))
    for target, number in numbers.items():
        if number > 1:
            yield Hit(f"Association[{target}]", found=str(number), expected="1")


@_BOOK.rule(
    "XDS-UPD-008",
    (
        "L'auteur du lot est celui qui agit : la structure du VIHF (mode indirect), ou son professionnel.",
        "The author of the lot is who acts: the structure of the VIHF (indirect mode), or its professional.",
    ),
    (
        "Écrire la structure ou le NameID du VIHF dans l'auteur du lot.",
        "Write the structure or the NameID of the VIHF in the author of the lot.",
    ),
    at="SubmissionSet/author",
    code="XDSRegistryMetadataError",
)
def _actor(subject: SubmissionSubject) -> Iterator[Hit]:
    lot, vihf = subject.submission.set, subject.vihf
    if lot is None or vihf is None:
        return
    if (vihf.mode or "").upper() == "INDIRECTE":
        places = [structure(text) for author in lot.authors for text in author.institutions]
        found, expected = [item.id for item in places if item], vihf.structure
    else:
        people = [person(text) for author in lot.authors for text in author.persons]
        found, expected = [item.id for item in people if item], vihf.name_id
    if expected not in found:
        yield at_lot("author", ", ".join(found), expected or "")


RULES = _BOOK.rules
