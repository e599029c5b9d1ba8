"""The subject of a mail with documents: ``XDM/1.0/DDM+<libellé> <NOM> <prénom> <JJ/MM/AAAA>`` (mssante, 3.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from banc_standards import ins as insi
from banc_standards.mail.build import unaccented
from banc_standards.mail.names import LABEL_LENGTH, MARKER, REPLACEMENT, SEPARATOR
from banc_standards.mail.rules.subject import MailSubject
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit

_BOOK = RuleBook("Référentiel MSSanté #2, §3.1.3", "554 5.6.0")
_DATE: Final = re.compile(r"\d{2}/\d{2}/\d{4}")
_OTHER_DATE: Final = re.compile(r"(?:[0-9]{1,4}[-./ ][0-9]{1,2}[-./ ][0-9]{1,4}|[0-9]{4,8})\Z")
_MATRICULE: Final = re.compile(r"(?<![0-9])[1-478][0-9]{4}(?:[0-9]{2}|2[AB])[0-9]{8}(?![0-9])")


@_BOOK.rule(
    "MAIL-SUBJ-001",
    (
        "Le sujet porte XDM/1.0/DDM quand une archive est jointe, et alors seulement.",
        "The subject carries XDM/1.0/DDM when an archive is attached, and only then.",
    ),
    ("Commencer le sujet par XDM/1.0/DDM+.", "Begin the subject with XDM/1.0/DDM+."),
    at="ECO.2.1.3 ; IHE, ZIP over email",
)
def _marker(subject: MailSubject) -> Iterator[Hit]:
    mail = subject.mail
    if mail.report_type is None and not mail.mime.headers.all("In-Reply-To") and mail.marked and not mail.zips:
        yield Hit("Subject", found=mail.subject, expected="IHE_XDM.zip")
    if mail.archives and not mail.marked:
        yield Hit("Subject", found=mail.subject, expected=f"{MARKER}{SEPARATOR}…")


@_BOOK.rule(
    "MAIL-SUBJ-002",
    ("Le marqueur est suivi de « + ».", "The marker is followed by “+”."),
    ("Écrire XDM/1.0/DDM+libellé.", "Write XDM/1.0/DDM+label."),
    at="ECO.2.1.3",
    certainty="deduced",
)
def _separator(subject: MailSubject) -> Iterator[Hit]:
    mail = subject.mail
    if mail.archives and mail.marked and f"{MARKER}{SEPARATOR}" not in mail.subject:
        yield Hit("Subject", found=mail.subject, expected=f"{MARKER}{SEPARATOR}")


def _after_marker(subject: MailSubject) -> str | None:
    """What follows the marker, its mention removed; None when there is nothing to compare."""
    mail = subject.mail
    if not (mail.archives and mail.marked and subject.documents):
        return None
    rest = mail.subject.partition(MARKER)[2].removeprefix(SEPARATOR)
    return re.sub(r"\[?\s*(annule et remplace|suppression)\s*\]?\s*:?\s*", "", rest, flags=re.IGNORECASE).strip()


def _folded(text: str) -> str:
    return " ".join(unaccented(text).lower().split())


@_BOOK.rule(
    "MAIL-SUBJ-003",
    (
        "Le libellé est le nom du type de document (40 caractères), ou « N documents ».",
        "The label is the name of the document type (40 characters), or “N documents”.",
    ),
    ("Reprendre displayName du code du CDA.", "Take the displayName of the CDA's code."),
    at="ECO.2.1.3, libellé",
    certainty="deduced",
)
def _label(subject: MailSubject) -> Iterator[Hit]:
    rest = _after_marker(subject)
    if rest is None:
        return
    documents = subject.documents
    code = documents[0].code
    expected = f"{len(documents)} documents" if len(documents) > 1 else (code.display if code else "")[:LABEL_LENGTH]
    if not _folded(rest).startswith(_folded(expected)):
        yield Hit("Subject", found=subject.mail.subject, expected=expected)


@_BOOK.rule(
    "MAIL-SUBJ-004",
    (
        "Le sujet nomme le patient du document : nom de naissance en capitales puis prénom, sans accents.",
        "The subject names the patient of the document: birth name in capitals then first name, without accents.",
    ),
    ("Reprendre les traits du CDA.", "Take the traits of the CDA."),
    at="ECO.2.1.3, NOM prénom",
    certainty="deduced",
)
def _names(subject: MailSubject) -> Iterator[Hit]:
    rest = _after_marker(subject)
    if rest is None:
        return
    patient = subject.documents[0].patient
    family, given = unaccented(patient.birth_family).upper(), unaccented(patient.first_given)
    if f" {family} {given}".lower() not in f" {rest}".lower() or family not in rest or not _plain(rest, family, given):
        yield Hit("Subject", found=subject.mail.subject, expected=f"{family} {given}")


def _plain(rest: str, family: str, given: str) -> bool:
    place = rest.lower().rfind(f"{family} {given}".lower())
    return rest[place : place + len(family) + 1 + len(given)].isascii()


@_BOOK.rule(
    "MAIL-SUBJ-005",
    ("La date de naissance du sujet est celle du patient, JJ/MM/AAAA.", "The birth date is the patient's, DD/MM/YYYY."),
    ("Écrire JJ/MM/AAAA, ou ne rien écrire.", "Write DD/MM/YYYY, or nothing."),
    at="ECO.2.1.3, date",
    certainty="deduced",
)
def _birth_date(subject: MailSubject) -> Iterator[Hit]:
    rest = _after_marker(subject)
    if rest is None:
        return
    digits = subject.documents[0].patient.birth_time[:8]
    expected = f"{digits[6:8]}/{digits[4:6]}/{digits[:4]}"
    found = _DATE.findall(rest)
    if found and found[-1] != expected:
        yield Hit("Subject", found=found[-1], expected=expected)
    elif not found and _OTHER_DATE.search(rest):
        yield Hit("Subject", found=rest[-12:], expected=expected)


@_BOOK.rule(
    "MAIL-SUBJ-006",
    ("Le sujet et les noms de fichiers ne portent pas de matricule INS.", "Subject and file names hold no INS."),
    ("Retirer le matricule : il n'a sa place que dans l'archive.", "Remove the matricule: it belongs in the archive."),
    at="Référentiel INS, EXI ID 29 ; identifiers §6",
    certainty="deduced",
)
def _leak(subject: MailSubject) -> Iterator[Hit]:
    places = [("Subject", subject.mail.subject)]
    places += [(f"partie {part.path}", part.filename) for part in subject.mail.mime.parts if part.filename]
    for place, text in places:
        for found in _MATRICULE.findall(text):
            if insi.valid(found):
                yield Hit(place, found=found)


@_BOOK.rule(
    "MAIL-SUBJ-007",
    (
        "Un courriel qui remplace un document porte la mention « annule et remplace ».",
        "A mail that replaces a document carries the words “annule et remplace”.",
    ),
    ("Ajouter la mention dans le sujet, après le marqueur.", "Add the words to the subject, after the marker."),
    at="AMBU.MSS/va1.02",
    certainty="deduced",
)
def _replacement(subject: MailSubject) -> Iterator[Hit]:
    written = f"{subject.mail.subject} {subject.mail.text}".lower()
    if subject.action == "C" and REPLACEMENT.lower() not in written:
        yield Hit("Subject", found=subject.mail.subject, expected=REPLACEMENT)


@_BOOK.rule(
    "MAIL-SUBJ-008",
    (
        "Un courriel qui remplace se rattache au premier : In-Reply-To et References.",
        "A mail that replaces is tied to the first one: In-Reply-To and References.",
    ),
    ("Reprendre le Message-ID du premier envoi.", "Take the Message-ID of the first sending."),
    at="ECO.2.2.2 (MSS/va1.08)",
    certainty="deduced",
)
def _thread(subject: MailSubject) -> Iterator[Hit]:
    if subject.action is None:
        return
    for name, values in (("In-Reply-To", subject.mail.in_reply_to), ("References", subject.mail.references)):
        if not values:
            yield Hit(name, expected="<…@…>")


@_BOOK.rule(
    "MAIL-SUBJ-009",
    (
        "Rien ne précède le marqueur : des règles de tri le cherchent au début.",
        "Nothing stands before the marker: sorting rules look for it at the start.",
    ),
    ("Placer la mention après XDM/1.0/DDM+.", "Put the words after XDM/1.0/DDM+."),
    at="place de la mention",
    severity="info",
    certainty="uncertain",
)
def _at_the_start(subject: MailSubject) -> Iterator[Hit]:
    mail = subject.mail
    if mail.archives and mail.marked and not mail.subject.startswith(MARKER):
        yield Hit("Subject", found=mail.subject, expected=f"{MARKER}…")


RULES = _BOOK.rules
