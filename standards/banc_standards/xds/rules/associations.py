"""How the objects of a submission are linked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from banc_standards.identifiers import uuid
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit
from banc_standards.xds.model import Association
from banc_standards.xds.names import HAS_MEMBER, OLD_REPLACES, REPLACEMENTS, REPLACES, SIGNS
from banc_standards.xds.rules.subject import SubmissionSubject

_BOOK = RuleBook("Métadonnées XDS, profil français, associations", "XDSRegistryMetadataError")
_SUPPORTED: Final = (HAS_MEMBER, SIGNS, *REPLACEMENTS)


def _at(link: Association, attribute: str, found: str | None, expected: str) -> Hit:
    return Hit(f"Association[{link.id}]/{attribute}", found=found or "", expected=expected)


@_BOOK.rule(
    "XDS-ASSOC-001",
    ("Chaque entrée est membre du lot, une fois.", "Every entry is a member of the lot, once."),
    ("Ajouter HasMember du lot vers l'entrée.", "Add HasMember from the lot to the entry."),
    at="HasMember",
)
def _members(subject: SubmissionSubject) -> Iterator[Hit]:
    lot = subject.submission.set
    links = [link for link in subject.submission.associations if link.type == HAS_MEMBER]
    numbers = Counter(link.target for link in links if lot is not None and link.source == lot.id)
    for entry in subject.submission.entries if lot else ():
        if numbers[entry.id] != 1:
            yield Hit(f"DocumentEntry[{entry.id}]/HasMember", found=str(numbers[entry.id]), expected="1")


@_BOOK.rule(
    "XDS-ASSOC-002",
    (
        "Une association relie des objets de la requête, ou une entrée que le registre connaît.",
        "An association links objects of the request, or an entry that the registry knows.",
    ),
    ("Corriger sourceObject et targetObject.", "Correct sourceObject and targetObject."),
    at="Association",
)
def _ends(subject: SubmissionSubject) -> Iterator[Hit]:
    submission = subject.submission
    known = {entry.id for entry in submission.entries} | ({submission.set.id} if submission.set else set())
    for link in submission.associations:
        if link.source not in known:
            yield _at(link, "sourceObject", link.source, ", ".join(sorted(known)))
        if link.target not in known and link.type not in REPLACEMENTS:
            yield _at(link, "targetObject", link.target, ", ".join(sorted(known)))


@_BOOK.rule(
    "XDS-ASSOC-003",
    (
        "Une alimentation n'emploie que HasMember, signs et RPLC.",
        "A submission of documents uses HasMember, signs and RPLC only.",
    ),
    ("Remplacer ou retirer l'association.", "Replace or remove the association."),
    at="Association",
)
def _supported(subject: SubmissionSubject) -> Iterator[Hit]:
    for link in subject.submission.associations:
        if link.type not in _SUPPORTED:
            yield _at(link, "associationType", link.type, "HasMember, signs, RPLC")


@_BOOK.rule(
    "XDS-ASSOC-004",
    ("Une association porte SubmissionSetStatus Original.", "An association carries SubmissionSetStatus Original."),
    ("Ajouter le Slot SubmissionSetStatus.", "Add the Slot SubmissionSetStatus."),
    at="Association",
)
def _original(subject: SubmissionSubject) -> Iterator[Hit]:
    for link in subject.submission.associations:
        if link.type in _SUPPORTED and link.set_status != "Original":
            yield _at(link, "SubmissionSetStatus", link.set_status, "Original")


@_BOOK.rule(
    "XDS-ASSOC-005",
    ("RPLC s'écrit urn:ihe:iti:2007.", "RPLC is written urn:ihe:iti:2007."),
    (f"Écrire {REPLACES}.", f"Write {REPLACES}."),
    at="RPLC",
    severity="warning",
)
def _old_replaces(subject: SubmissionSubject) -> Iterator[Hit]:
    for link in subject.submission.associations:
        if link.type == OLD_REPLACES:
            yield _at(link, "associationType", link.type, REPLACES)


def _replacements(subject: SubmissionSubject) -> Iterator[Association]:
    return (link for link in subject.submission.associations if link.type in REPLACEMENTS)


@_BOOK.rule(
    "XDS-ASSOC-006",
    (
        "RPLC vise l'entryUUID de l'entrée remplacée, pas son uniqueId.",
        "RPLC aims at the entryUUID of the entry that is replaced, not at its uniqueId.",
    ),
    ("Chercher l'entryUUID avec TD3.1b.", "Look the entryUUID up with TD3.1b."),
    at="RPLC",
)
def _entry_uuid(subject: SubmissionSubject) -> Iterator[Hit]:
    for link in _replacements(subject):
        if not (link.target.startswith("urn:uuid:") and uuid(link.target.removeprefix("urn:uuid:"))):
            yield _at(link, "targetObject", link.target, "urn:uuid:…")


RULES = _BOOK.rules
