"""Who authored and signed, how they are written, and whether the sender is one of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from banc_standards.identifiers import PS_IDNAT, STRUCT_IDNAT, IdNat, MalformedIdentifier, StructIdNat, Xcn, Xon
from banc_standards.ins import OIDS
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit
from banc_standards.terminology.codes import Code, value_set
from banc_standards.xds.model import Author, DocumentEntry
from banc_standards.xds.rules.subject import SubmissionSubject

_BOOK = RuleBook("Métadonnées XDS, profil français, personnes et structures", "XDSRegistryMetadataError")
_XCN: Final = "id^nom^prénom^^^^^^&OID&ISO^D^^^IDNPS"
_XON: Final = "nom^^^^^&OID&ISO^IDNST^^^id"
_SNR: Final = ("1.3.2", "SIREN")
_PERSON_TYPES: Final = frozenset({"IDNPS", "EI", "RPPS", "ADELI", "RI", "NH"})


def _authors(subject: SubmissionSubject) -> Iterator[tuple[str, Author]]:
    lot = subject.submission.set
    for number, author in enumerate(lot.authors if lot else (), 1):
        yield f"SubmissionSet/author[{number}]", author
    for entry in subject.submission.entries:
        for number, author in enumerate(entry.authors, 1):
            yield f"DocumentEntry[{entry.id}]/author[{number}]", author


def person(text: str) -> Xcn | None:
    """The person of an XCN, None when it cannot be read."""
    try:
        return Xcn.parse(text)
    except MalformedIdentifier:
        return None


def structure(text: str) -> Xon | None:
    """The structure of an XON, None when it cannot be read."""
    try:
        return Xon.parse(text)
    except MalformedIdentifier:
        return None


def _persons(subject: SubmissionSubject) -> Iterator[tuple[str, str]]:
    for place, author in _authors(subject):
        for text in author.persons:
            yield f"{place}/authorPerson", text
    for entry in subject.submission.entries:
        if entry.legal_authenticator:
            yield f"DocumentEntry[{entry.id}]/legalAuthenticator", entry.legal_authenticator


@_BOOK.rule(
    "XDS-AUTH-001",
    ("Un auteur a un authorPerson et un seul.", "An author has exactly one authorPerson."),
    ("Écrire un auteur par personne.", "Write one author per person."),
    at="authorPerson",
)
def _one_person(subject: SubmissionSubject) -> Iterator[Hit]:
    for place, author in _authors(subject):
        if len(author.persons) != 1:
            yield Hit(f"{place}/authorPerson", found=str(len(author.persons)), expected="1")


@_BOOK.rule(
    "XDS-AUTH-002",
    (
        "Une personne ou un système s'écrit en XCN : autorité en composante 9, type de nom en 10, type en 13.",
        "A person or system is an XCN: authority in component 9, name type in 10, type in 13.",
    ),
    (f"Écrire {_XCN}.", f"Write {_XCN}."),
    at="XCN",
)
def _xcn(subject: SubmissionSubject) -> Iterator[Hit]:
    for place, text in _persons(subject):
        found = person(text)
        if found is None or not found.id or not found.family or found.type not in _PERSON_TYPES:
            yield Hit(place, found=text, expected=_XCN)
        elif found.name_type != ("U" if found.type == "RI" else "D"):
            yield Hit(place, found=f"{found.name_type} ({found.type})", expected="D, ou U pour un système (RI)")
        elif found.authority.oid not in ({*OIDS} if found.type == "NH" else {PS_IDNAT}):
            yield Hit(place, found=found.authority.oid, expected=PS_IDNAT)


@_BOOK.rule(
    "XDS-AUTH-003",
    (
        "Un professionnel porte son identifiant national, de type IDNPS.",
        "A professional carries the national identifier, of type IDNPS.",
    ),
    ("Écrire IDNPS ; EI, RPPS et ADELI sont d'anciens usages.", "Write IDNPS; EI, RPPS and ADELI are old usages."),
    at="XCN.13",
    severity="info",
    certainty="uncertain",
)
def _old_type(subject: SubmissionSubject) -> Iterator[Hit]:
    for place, text in _persons(subject):
        found = person(text)
        if found and found.type in ("EI", "RPPS", "ADELI"):
            yield Hit(place, found=found.type, expected="IDNPS")


@_BOOK.rule(
    "XDS-AUTH-004",
    (
        "L'identifiant d'un professionnel est un PS_IdNat : 8 + RPPS, 0 + ADELI…",
        "The identifier of a professional is a PS_IdNat: 8 + RPPS, 0 + ADELI…",
    ),
    ("Reprendre l'identifiant national tel quel.", "Take the national identifier as it is."),
    at="XCN.1",
    severity="warning",
    certainty="deduced",
)
def _idnat(subject: SubmissionSubject) -> Iterator[Hit]:
    for place, text in _persons(subject):
        found = person(text)
        if found and found.type == "IDNPS" and not _readable(found.id):
            yield Hit(place, found=found.id, expected="PS_IdNat")


def _readable(text: str) -> bool:
    try:
        IdNat.parse(text)
    except MalformedIdentifier:
        return False
    return True


@_BOOK.rule(
    "XDS-AUTH-005",
    (
        "Une structure s'écrit en XON, au plus une par auteur : autorité en composante 6, type en 7, id en 10.",
        "A structure is an XON, at most one per author: authority in component 6, type in 7, id in 10.",
    ),
    (f"Écrire {_XON}.", f"Write {_XON}."),
    at="authorInstitution",
)
def _xon(subject: SubmissionSubject) -> Iterator[Hit]:
    for place, author in _authors(subject):
        if len(author.institutions) > 1:
            yield Hit(f"{place}/authorInstitution", found=str(len(author.institutions)), expected="0..1")
        for text in author.institutions:
            found = structure(text)
            known = {(STRUCT_IDNAT, "IDNST"), _SNR}
            if found is None or not found.id or (found.authority.oid, found.type) not in known:
                yield Hit(f"{place}/authorInstitution", found=text, expected=_XON)


@_BOOK.rule(
    "XDS-AUTH-006",
    (
        "L'identifiant d'une structure est un Struct_IdNat : 1 + FINESS, 3 + SIRET…",
        "The identifier of a structure is a Struct_IdNat: 1 + FINESS, 3 + SIRET…",
    ),
    ("Ajouter le chiffre qui dit la nature du numéro.", "Add the digit that says what the number is."),
    at="XON.10",
    severity="warning",
    certainty="deduced",
)
def _struct_idnat(subject: SubmissionSubject) -> Iterator[Hit]:
    for place, author in _authors(subject):
        for text in author.institutions:
            found = structure(text)
            if found and found.type == "IDNST":
                try:
                    StructIdNat.parse(found.id)
                except MalformedIdentifier:
                    yield Hit(f"{place}/authorInstitution", found=found.id, expected="Struct_IdNat")


@_BOOK.rule(
    "XDS-AUTH-007",
    (
        "La spécialité d'un auteur, au plus une, est de JDV_J01 : code^libellé^système.",
        "An author's specialty, at most one, is of JDV_J01: code^label^system.",
    ),
    ("Prendre code et système dans JDV_J01.", "Take code and system from JDV_J01."),
    at="authorSpecialty",
)
def _specialty(subject: SubmissionSubject) -> Iterator[Hit]:
    for place, author in _authors(subject):
        if len(author.specialties) > 1:
            yield Hit(f"{place}/authorSpecialty", found=str(len(author.specialties)), expected="0..1")
        for text in author.specialties:
            parts = text.split("^")
            if len(parts) != 3 or Code(parts[0], parts[2]) not in value_set("J01"):
                yield Hit(f"{place}/authorSpecialty", found=text, expected="JDV J01")


@_BOOK.rule(
    "XDS-AUTH-008",
    ("Un patient auteur n'a pas de structure.", "A patient who is the author has no structure."),
    ("Retirer authorInstitution.", "Remove authorInstitution."),
    at="authorInstitution",
)
def _patient_author(subject: SubmissionSubject) -> Iterator[Hit]:
    for place, author in _authors(subject):
        found = [person(text) for text in author.persons]
        if author.institutions and any(item and item.type == "NH" for item in found):
            yield Hit(f"{place}/authorInstitution", found=author.institutions[0], expected="0")


def _all_authors(subject: SubmissionSubject, entry: DocumentEntry) -> tuple[Author, ...]:
    lot = subject.submission.set
    return (*entry.authors, *(lot.authors if lot else ()))


@_BOOK.rule(
    "XDS-AUTH-010",
    (
        "Aucun AuthorInstitution ne correspond à l'utilisateur du VIHF.",
        "No authorInstitution matches the user of the VIHF.",
    ),
    (
        "En mode indirect, écrire l'Identifiant_Structure du VIHF dans un authorInstitution.",
        "In indirect mode, write the VIHF's Identifiant_Structure in an authorInstitution.",
    ),
    at="DMP EX_2.1-1140",
    always=True,
)
def _sender_structure(subject: SubmissionSubject) -> Iterator[Hit]:
    vihf = subject.vihf
    if vihf is None or not (vihf.mode or "").upper().startswith("INDIRECTE"):
        return
    for entry in subject.submission.contents:
        found = [structure(text) for author in _all_authors(subject, entry) for text in author.institutions]
        ids = [item.id for item in found if item]
        if vihf.structure not in ids:
            yield Hit(f"DocumentEntry[{entry.id}]/author", found=", ".join(ids), expected=vihf.structure or "")


@_BOOK.rule(
    "XDS-AUTH-011",
    (
        "Le professionnel du VIHF n'est ni auteur ni responsable du document.",
        "The professional of the VIHF is neither author nor legal authenticator of the document.",
    ),
    (
        "En mode direct, écrire le NameID du VIHF dans un authorPerson ou dans legalAuthenticator.",
        "In direct mode, write the VIHF's NameID in an authorPerson or in legalAuthenticator.",
    ),
    at="DMP EX_2.1-1140",
    always=True,
)
def _sender_person(subject: SubmissionSubject) -> Iterator[Hit]:
    vihf = subject.vihf
    if vihf is None or (vihf.mode or "").upper() != "DIRECTE":
        return
    for entry in subject.submission.contents:
        texts = [text for author in _all_authors(subject, entry) for text in author.persons]
        ids = [item.id for item in map(person, [*texts, entry.legal_authenticator or ""]) if item]
        if vihf.name_id not in ids:
            yield Hit(f"DocumentEntry[{entry.id}]/author", found=", ".join(ids), expected=vihf.name_id or "")


RULES = _BOOK.rules
