"""The rules of a read or processing receipt (mssante, 3.2; RFC 8098)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from banc_standards.mail import mdn, report
from banc_standards.mail.addresses import canonical
from banc_standards.mail.mdn import ACTION_MODES, FAILED, SENDING_MODES, TYPES, Notice
from banc_standards.mail.names import PDF, READ_RECEIPT, ZIP
from banc_standards.mail.read import Received
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit


@dataclass(frozen=True)
class MdnSubject:
    """An MDN as it was sent. ``mail_from`` is the envelope sender (None for a file judged alone).

    ``asked_by`` is the address that the original mail wanted it at: None when that mail is not known, empty when it
    asked for nothing.
    """

    mail: Received
    mail_from: str | None = None
    asked_by: str | None = None
    judged_alone: bool = True

    @cached_property
    def notice(self) -> Notice | None:
        """What the receipt says."""
        return mdn.read(self.mail.mime)


_BOOK = RuleBook("Volet courriel MSSanté v1.1.3, structure du MDN", "554 5.6.0")


@_BOOK.rule(
    "MDN-001",
    (
        "Un MDN est un multipart/report de trois parties : texte, champs, courriel d'origine.",
        "An MDN is a multipart/report of three parts: text, fields, original mail.",
    ),
    ("Écrire text/plain, message/disposition-notification, message/rfc822.", "Write the three parts in that order."),
    at="RFC 6522",
)
def _parts(subject: MdnSubject) -> Iterator[Hit]:
    kinds = [part.media_type for part in subject.mail.mime.parts[:3]]
    if kinds != ["text/plain", mdn.PART, "message/rfc822"]:
        yield Hit("parties", found=", ".join(kinds), expected=f"text/plain, {mdn.PART}, message/rfc822")


@_BOOK.rule(
    "MDN-002",
    (
        "Les champs Original-Recipient, Final-Recipient, Original-Message-ID et Disposition sont présents.",
        "The fields Original-Recipient, Final-Recipient, Original-Message-ID and Disposition are present.",
    ),
    ("Ajouter le champ.", "Add the field."),
    at="champs",
)
def _fields(subject: MdnSubject) -> Iterator[Hit]:
    part = report.of_type(subject.mail.mime, mdn.PART)
    found = next(iter(report.groups(part)), None) if part else None
    for name in ("Original-Recipient", "Final-Recipient", "Original-Message-ID", "Disposition"):
        if found is not None and not found.first(name):
            yield Hit(name, expected=name)


@_BOOK.rule(
    "MDN-003",
    ("Disposition suit la grammaire de RFC 8098.", "Disposition follows the grammar of RFC 8098."),
    (
        "Écrire automatic-action/MDN-sent-automatically; processed, ou …; processed/error.",
        "Write automatic-action/MDN-sent-automatically; processed, or …; processed/error.",
    ),
    at="Disposition",
)
def _disposition(subject: MdnSubject) -> Iterator[Hit]:
    notice = subject.notice
    if notice is None:
        return
    for found, known in (
        (notice.action_mode, ACTION_MODES),
        (notice.sending_mode, SENDING_MODES),
        (notice.type, TYPES),
    ):
        if found.lower() not in {one.lower() for one in known}:
            yield Hit("Disposition", found=found, expected=" | ".join(known))


@_BOOK.rule(
    "MDN-004",
    ("Un MDN d'erreur porte Error: code^libellé.", "An error MDN carries Error: code^label."),
    ("Recopier la chaîne rendue par le consommateur.", "Copy the chain that the consumer returned."),
    at="Error",
)
def _error(subject: MdnSubject) -> Iterator[Hit]:
    notice = subject.notice
    if notice and notice.failed and not (re.fullmatch(r"\d{1,3}", notice.code) and notice.error_label):
        yield Hit("Error", found=notice.error, expected="902^Identifiant de patient inconnu")


@_BOOK.rule(
    "MDN-005",
    (
        "L'erreur est dans le champ Error, non dans Disposition (forme de la v1.1.2).",
        "The error stands in the field Error, not in Disposition (form of v1.1.2).",
    ),
    ("Écrire …; processed/error et Error: code^libellé.", "Write …; processed/error and Error: code^label."),
    at="v1.1.2 et v1.1.3",
    severity="warning",
)
def _old_form(subject: MdnSubject) -> Iterator[Hit]:
    if subject.notice and subject.notice.old_form:
        yield Hit("Disposition", found=subject.notice.error, expected="processed/error")


@_BOOK.rule(
    "MDN-006",
    (
        "Le sujet d'un MDN d'erreur commence par [KO Intégration système !][code].",
        "The subject of an error MDN begins with [KO Intégration système !][code].",
    ),
    ("Écrire [KO Intégration système !][902] XDM/1.0/DDM+…", "Write [KO Intégration système !][902] XDM/1.0/DDM+…"),
    at="sujet",
)
def _subject(subject: MdnSubject) -> Iterator[Hit]:
    notice = subject.notice
    if notice and notice.failed:
        expected = f"{FAILED}[{notice.code}]"
        if not subject.mail.subject.replace("\u00a0", " ").startswith(expected):
            yield Hit("Subject", found=subject.mail.subject, expected=expected)


@_BOOK.rule(
    "MDN-007",
    ("Un MDN répond à un courriel connu, qui le demandait.", "An MDN answers a known mail that asked for it."),
    ("Ne répondre qu'à Disposition-Notification-To.", "Answer Disposition-Notification-To only."),
    at="demande",
)
def _asked(subject: MdnSubject) -> Iterator[Hit]:
    notice = subject.notice
    if notice and not subject.judged_alone and not subject.asked_by:
        found = "courriel inconnu" if subject.asked_by is None else "sans demande"
        yield Hit("Original-Message-ID", found=f"{notice.original_message_id} ({found})", expected=READ_RECEIPT)


@_BOOK.rule(
    "MDN-008",
    ("Un MDN part à l'adresse qui l'a demandé.", "An MDN goes to the address that asked for it."),
    ("Écrire en To l'adresse de Disposition-Notification-To.", "Write the address of the request in To."),
    at="To",
)
def _to(subject: MdnSubject) -> Iterator[Hit]:
    to = [canonical(one.address) for one in subject.mail.recipients]
    if subject.asked_by and to != [canonical(subject.asked_by)]:
        yield Hit("To", found=", ".join(to), expected=subject.asked_by)


@_BOOK.rule(
    "MDN-009",
    (
        "Un MDN part sans expéditeur d'enveloppe, et n'en demande pas à son tour.",
        "An MDN leaves with an empty envelope sender, and asks for none itself.",
    ),
    ("Envoyer MAIL FROM:<>, sans Disposition-Notification-To.", "Send MAIL FROM:<>, without a request."),
    at="RFC 8098 §3",
    severity="warning",
    certainty="deduced",
)
def _no_loop(subject: MdnSubject) -> Iterator[Hit]:
    if subject.mail_from:
        yield Hit("MAIL FROM", found=subject.mail_from, expected="<>")
    if subject.mail.read_receipt_to is not None:
        yield Hit(READ_RECEIPT, found=subject.mail.read_receipt_to.address, expected="")


@_BOOK.rule(
    "MDN-010",
    (
        "Un MDN ne joint pas une seconde fois l'archive et les PDF.",
        "An MDN does not attach the archive and the PDFs a second time.",
    ),
    ("Laisser les pièces dans le courriel d'origine.", "Leave the files in the original mail."),
    at="v1.1.3",
    severity="warning",
)
def _files(subject: MdnSubject) -> Iterator[Hit]:
    for part in subject.mail.mime.parts:
        if part.media_type in (ZIP, PDF):
            yield Hit(f"partie {part.path}", found=part.filename or part.media_type)


RULES = _BOOK.rules
