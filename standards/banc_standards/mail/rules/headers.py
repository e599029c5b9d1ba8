"""The headers that a client of MSSanté produces (mssante, 2.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from banc_standards.mail.addresses import canonical, id_formed, well_formed
from banc_standards.mail.mime import uncommented
from banc_standards.mail.names import CITIZEN, CODES, DELIVERY_RECEIPT, END_OF_EXCHANGE, INS, NIL, READ_RECEIPT
from banc_standards.mail.rules.subject import MailSubject
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit

_BOOK = RuleBook("Référentiel MSSanté #2", "554 5.6.0")
_ZONE: Final = re.compile(r"\s(?:[+-][0-9]{4}|[A-Za-z]{1,5})\Z")
_ONCE: Final = (
    *("From", "Sender", "Reply-To", "To", "Cc", "Message-ID", "In-Reply-To", "References", "Subject", "Date"),
    *("MIME-Version", "Content-Type", "Content-Transfer-Encoding", READ_RECEIPT),
    *(NIL, INS, CITIZEN),
)


@_BOOK.rule(
    "MAIL-HDR-001",
    ("Un en-tête de nature unique ne paraît qu'une fois.", "A header that stands once is not repeated."),
    ("Retirer la répétition.", "Remove the repetition."),
    at="RFC 5322 §3.6",
)
def _once(subject: MailSubject) -> Iterator[Hit]:
    for name in _ONCE:
        number = len(subject.mail.mime.headers.all(name))
        if number > 1:
            yield Hit(name, found=str(number), expected="1")


@_BOOK.rule(
    "MAIL-HDR-002",
    ("From porte une adresse, et une seule.", "From carries one address, and one only."),
    ("Écrire From: Libellé <adresse>.", "Write From: Label <address>."),
    at="RFC 5322 §3.6.2 ; ECO.2.2.7",
)
def _from(subject: MailSubject) -> Iterator[Hit]:
    authors = subject.mail.authors
    if len(authors) != 1 or not well_formed(authors[0].address):
        found = ", ".join(one.address for one in authors)
        yield Hit("From", found=found, expected="une adresse")


@_BOOK.rule(
    "MAIL-HDR-003",
    ("From porte un libellé parlant.", "From carries a meaningful label."),
    (
        "Boîte personnelle : Titre_Prenom_NOM_Entite ; organisationnelle ou applicative : nom du service.",
        "Personal mailbox: Titre_Prenom_NOM_Entite; organisational or applicative: name of the service.",
    ),
    at="ECO.2.2.7 (MSS/va1.16)",
    certainty="deduced",
)
def _label(subject: MailSubject) -> Iterator[Hit]:
    author = subject.mail.sender
    if author and subject.mail.report_type is None and author.label.strip().lower() in ("", canonical(author.address)):
        yield Hit("From", found=author.label, expected="libellé")


@_BOOK.rule(
    "MAIL-HDR-004",
    (
        "Le libellé d'une boîte personnelle sépare par « _ » le prénom et le nom, en capitales.",
        "The label of a personal mailbox parts by “_” the first name and the name, in capitals.",
    ),
    ("Écrire Dr_Camille_FICTIVE.", "Write Dr_Camille_FICTIVE."),
    at="ECO.2.2.7 (MSS/va1.16)",
    severity="warning",
    certainty="deduced",
)
def _personal_label(subject: MailSubject) -> Iterator[Hit]:
    author = subject.mail.sender
    if subject.box == "PER" and author and author.label:
        parts = author.label.split("_")
        if len(parts) < 2 or not any(part and part == part.upper() and part.lower() != part for part in parts[1:]):
            yield Hit("From", found=author.label, expected="Titre_Prenom_NOM_Entite")


@_BOOK.rule(
    "MAIL-HDR-005",
    ("Le message a un Message-ID bien formé.", "The message has a well-formed Message-ID."),
    ("Écrire Message-ID: <unique@domaine>.", "Write Message-ID: <unique@domain>."),
    at="ECO.2.2.1 (MSS/va1.12) ; RFC 5322 §3.6.4",
    certainty="deduced",
)
def _message_id(subject: MailSubject) -> Iterator[Hit]:
    found = subject.mail.message_id or ""
    if not id_formed(found):
        yield Hit("Message-ID", found=found, expected="<…@…>")


@_BOOK.rule(
    "MAIL-HDR-006",
    ("Un Message-ID n'est employé qu'une fois.", "A Message-ID is used once."),
    ("Tirer un Message-ID neuf à chaque envoi.", "Draw a new Message-ID for each sending."),
    at="ECO.2.2.1 (MSS/va1.12)",
    severity="warning",
    certainty="deduced",
)
def _unique(subject: MailSubject) -> Iterator[Hit]:
    if subject.repeated:
        yield Hit("Message-ID", found=subject.mail.message_id or "", expected="nouveau")


@_BOOK.rule(
    "MAIL-HDR-007",
    ("Le message est daté.", "The message is dated."),
    ("Écrire Date selon RFC 5322.", "Write Date as RFC 5322 says."),
    at="RFC 5322 §3.6.1",
)
def _date(subject: MailSubject) -> Iterator[Hit]:
    written = subject.mail.mime.headers.first("Date") or ""
    if subject.mail.date is None or not _ZONE.search(uncommented(written).rstrip()):
        yield Hit("Date", found=written, expected="22 Nov 2026 10:00:00 +0100")


@_BOOK.rule(
    "MAIL-HDR-008",
    ("Tout courriel porte X-MSS-NIL, sans blanc.", "Every mail carries X-MSS-NIL, without blank."),
    ("Écrire la référence donnée par la plateforme Convergence.", "Write the reference that Convergence gave."),
    at="ECO.2.4.3 (SC.MSS/CONF.16)",
    certainty="deduced",
)
def _nil(subject: MailSubject) -> Iterator[Hit]:
    nil = subject.mail.nil
    written = subject.mail.report_type is None or nil is not None
    if written and (not nil or nil != "".join(nil.split())):
        yield Hit(NIL, found=nil or "", expected="DEV000000")


@_BOOK.rule(
    "MAIL-HDR-009",
    ("X-MSS-NIL est la référence déclarée du logiciel.", "X-MSS-NIL is the reference declared for the software."),
    ("Reprendre la référence déclarée à la session.", "Take the reference declared to the session."),
    at="ECO.2.4.3 (SC.MSS/CONF.16)",
    certainty="deduced",
)
def _declared_nil(subject: MailSubject) -> Iterator[Hit]:
    nil = subject.mail.nil
    if nil and subject.nils and nil not in subject.nils:
        yield Hit(NIL, found=nil, expected=", ".join(sorted(subject.nils)))


@_BOOK.rule(
    "MAIL-HDR-010",
    (
        "X-MSS-MES vaut FIN, et ne va qu'à un usager.",
        "X-MSS-MES is FIN, and goes to a citizen only.",
    ),
    ("Écrire X-MSS-MES: FIN, ou retirer l'en-tête.", "Write X-MSS-MES: FIN, or remove the header."),
    at="ECO.2.2.8 (SC.MSS/CONF.21)",
)
def _citizen_mark(subject: MailSubject) -> Iterator[Hit]:
    mark = subject.mail.citizen_mark
    if mark is not None and (mark != END_OF_EXCHANGE or not subject.citizens):
        yield Hit(CITIZEN, found=mark, expected=END_OF_EXCHANGE if subject.citizens else "")


@_BOOK.rule(
    "MAIL-HDR-011",
    ("L'accusé de lecture revient à l'expéditeur lui-même.", "The read receipt comes back to the sender itself."),
    ("Écrire sa propre adresse MSSanté.", "Write the sender's own MSSanté address."),
    at="ECO.2.3.2",
)
def _receipt_address(subject: MailSubject) -> Iterator[Hit]:
    asked = subject.mail.read_receipt_to
    if asked is None:
        return
    own = {canonical(one.address) for one in subject.mail.authors}
    own |= {subject.mail_from} if subject.mail_from else set()
    if canonical(asked.address) not in own:
        yield Hit(READ_RECEIPT, found=asked.address, expected=", ".join(sorted(own)))


@_BOOK.rule(
    "MAIL-HDR-012",
    ("Un envoi de documents demande un accusé de lecture.", "A sending of documents asks for a read receipt."),
    ("Ajouter Disposition-Notification-To.", "Add Disposition-Notification-To."),
    at="ECO.2.3.2 (MSS/va1.15) ; volet courriel, MDN",
    severity="warning",
    certainty="deduced",
)
def _receipt(subject: MailSubject) -> Iterator[Hit]:
    if subject.mail.archives and subject.mail.read_receipt_to is None:
        yield Hit(READ_RECEIPT, expected=subject.mail.sender.address if subject.mail.sender else "")


@_BOOK.rule(
    "MAIL-HDR-013",
    (
        "Un éditeur lit ECO.2.3.1 comme l'en-tête Return-Receipt-To ; le DSN de RFC 3461 convient aussi.",
        "One vendor reads ECO.2.3.1 as the header Return-Receipt-To; the DSN of RFC 3461 does as well.",
    ),
    ("Aucune correction n'est demandée.", "No correction is asked for."),
    at="ECO.2.3.1",
    severity="info",
    certainty="uncertain",
)
def _return_receipt(subject: MailSubject) -> Iterator[Hit]:
    found = subject.mail.mime.headers.first(DELIVERY_RECEIPT)
    if found is not None:
        yield Hit(DELIVERY_RECEIPT, found=found)


@_BOOK.rule(
    "MAIL-HDR-014",
    (
        "X-MSS-CODECDA s'écrit en une liste à virgules, sans espace, dans un seul en-tête.",
        "X-MSS-CODECDA is one comma list, without blank, in one header.",
    ),
    ("Écrire 34112-3,PRESC-BIO.", "Write 34112-3,PRESC-BIO."),
    at="ECO.2.4.1 (SC.MSS/CONF.15)",
    severity="info",
    certainty="uncertain",
)
def _code_list(subject: MailSubject) -> Iterator[Hit]:
    values = subject.mail.mime.headers.all(CODES)
    if len(values) > 1 or any(" " in value for value in values):
        yield Hit(CODES, found=" | ".join(values), expected=",".join(subject.mail.document_codes))


RULES = _BOOK.rules
REPEATED = next(rule for rule in RULES if rule.id == "MAIL-HDR-006")
"""The rule of a Message-ID that was used before."""
