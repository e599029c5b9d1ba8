"""Writing an MSSanté mail: its subject, its labels, its attachments and the MIME message itself (mssante, 2.2, 3.1)."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from banc_standards.cda.read import Document
from banc_standards.mail.model import Attachment, Mail, Mailbox
from banc_standards.mail.names import (
    ARCHIVE,
    CITIZEN,
    CODES,
    DELIVERY_RECEIPT,
    END_OF_EXCHANGE,
    INS,
    LABEL_LENGTH,
    MARKER,
    NIL,
    NOT_QUALIFIED,
    PDF,
    QUALIFIED,
    READ_RECEIPT,
    SEPARATOR,
    ZIP,
)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a mail says of the documents that it carries: its subject, and its X-MSS headers."""

    subject: str
    document_codes: tuple[str, ...]
    ins_qualified: bool


def message(mail: Mail) -> bytes:
    """The mail as octets, lines ended by CRLF: the same mail gives the same octets.

    Raises ``ValueError`` for an address or a text that no header can hold (a line break, a lone surrogate).
    """
    written = EmailMessage(policy=SMTP)
    written["Date"] = format_datetime(mail.date)
    written["From"] = _address(mail.sender)
    written["To"] = tuple(map(_address, mail.recipients))
    if mail.copies:
        written["Cc"] = tuple(map(_address, mail.copies))
    written["Message-ID"] = mail.message_id
    written["Subject"] = mail.subject
    for name, value in _optional(mail):
        if value:
            written[name] = value
    written.set_content(_lines(mail.text), charset="utf-8", cte="quoted-printable")
    for attachment in mail.attachments:
        main, _, sub = attachment.media_type.partition("/")
        written.add_attachment(attachment.content, maintype=main, subtype=sub, filename=attachment.name)
    if mail.attachments:
        written.set_boundary(boundary(mail.message_id))
    return bytes(written)


def boundary(message_id: str, rank: int = 0) -> str:
    """The MIME boundary of a message, drawn from its Message-ID so that writing is repeatable."""
    return "banc-" + hashlib.sha256(f"{rank}{message_id}".encode()).hexdigest()[:32]


def contents(documents: Sequence[Document], *, mention: str = "", birth_date: bool = True) -> Contents:
    """The subject and the X-MSS headers of a mail that carries ``documents``, all of one patient.

    ``mention`` is :data:`~banc_standards.mail.names.REPLACEMENT` or ``DELETION``; it stands after the marker.
    """
    first = documents[0].patient
    codes = tuple(document.code.code for document in documents if document.code)
    labels = [document.code.display if document.code else "" for document in documents]
    written = subject(
        labels,
        family=first.birth_family,
        given=first.first_given,
        birth_date=_day(first.birth_time) if birth_date else "",
        mention=mention,
    )
    return Contents(written, codes, all(identified(document) for document in documents))


def identified(document: Document) -> bool:
    """Whether the document carries a qualified INS: matricule, OID and the four traits (ECO.2.4.2)."""
    patient = document.patient
    return patient.ins is not None and all((patient.birth_family, patient.first_given, patient.birth_time, patient.sex))


def subject(labels: Sequence[str], *, family: str, given: str, birth_date: str = "", mention: str = "") -> str:
    """The subject of a mail with documents: ``XDM/1.0/DDM+<libellé> <NOM> <prénom> <JJ/MM/AAAA>`` (ECO.2.1.3).

    ``labels`` are the display names of the CDA codes: one is cut to 40 characters, several become ``N documents``.
    """
    label = labels[0][:LABEL_LENGTH].rstrip() if len(labels) == 1 else f"{len(labels)} documents"
    said = [f"[{mention}]" if mention else "", label, unaccented(family).upper(), unaccented(given), birth_date]
    return f"{MARKER}{SEPARATOR}" + " ".join(part for part in said if part)


def professional_label(*, title: str, given: str, family: str, entity: str = "") -> str:
    """The label of a professional's own mailbox: ``Titre_Prenom_NOM_Entite``, title and entity optional (ECO.2.2.7)."""
    return "_".join(part for part in (title, given, family.upper(), entity) if part)


def pdf_name(*, day: str, label: str, family: str, given: str, number: str = "") -> str:
    """The name of a PDF copy: ``AAAAMMJJ_type_NOM_prenom[_dossier].pdf`` (ECO.2.1.6); ``/`` and ``_`` become spaces."""
    parts = (day, label, unaccented(family).upper(), unaccented(given), number)
    return "_".join(part.replace("/", " ").replace("_", " ") for part in parts if part) + ".pdf"


def archive(content: bytes) -> Attachment:
    """The XDM archive as an attachment."""
    return Attachment(ARCHIVE, ZIP, content)


def pdf(name: str, content: bytes) -> Attachment:
    """A PDF copy of a document as an attachment."""
    return Attachment(name, PDF, content)


def unaccented(text: str) -> str:
    """The text without diacritics, ligatures spread."""
    spread = text.replace("Œ", "OE").replace("œ", "oe").replace("Æ", "AE").replace("æ", "ae").replace("’", "'")
    return "".join(c for c in unicodedata.normalize("NFD", spread) if not unicodedata.combining(c))


def _optional(mail: Mail) -> list[tuple[str, str | None]]:
    qualified = {True: QUALIFIED, False: NOT_QUALIFIED, None: None}[mail.ins_qualified]
    return [
        ("Reply-To", mail.reply_to),
        ("In-Reply-To", mail.in_reply_to),
        ("References", " ".join(mail.references)),
        (READ_RECEIPT, mail.read_receipt_to),
        (DELIVERY_RECEIPT, mail.delivery_receipt_to),
        (CODES, ",".join(mail.document_codes)),
        (INS, qualified),
        (NIL, mail.nil),
        (CITIZEN, END_OF_EXCHANGE if mail.end_of_exchange else None),
    ]


def _address(mailbox: Mailbox) -> Address:
    return Address(display_name=mailbox.label, addr_spec=mailbox.address)


def _lines(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"


def _day(birth_time: str) -> str:
    """``JJ/MM/AAAA`` of a CDA birth time; empty for a date that is not known to the day."""
    digits = birth_time[:8]
    return f"{digits[6:8]}/{digits[4:6]}/{digits[:4]}" if len(digits) == 8 and digits.isdigit() else ""
