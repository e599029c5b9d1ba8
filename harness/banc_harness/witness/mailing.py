"""Sending a document by MSSanté: one mail to each recipient, the XDM archive and its PDF copy attached."""

from __future__ import annotations

import smtplib
import ssl
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from banc_harness.witness.letters import organization, professional
from banc_harness.witness.software import Software
from banc_standards.cda.read import Document
from banc_standards.cda.read import read as read_cda
from banc_standards.ins import Ins
from banc_standards.mail import build as mail
from banc_standards.mail.addresses import of_citizen
from banc_standards.mail.model import Mail, Mailbox
from banc_standards.mail.names import REPLACEMENT
from banc_standards.terminology.codes import value_set
from banc_standards.xdm import build as xdm
from banc_standards.xds import build as xds
from banc_standards.xds.model import DocumentEntry, SubmissionSet

TIMEOUT_S = 15.0
OTHER_INS = b"255069999999934"
"""The matricule of the published VIHF examples, under the test OID."""
FROM_A_TEST = "\nCe message vient d'un logiciel de test."


class MailRefused(Exception):
    """The operator refused the mail: its code, and what it said."""

    def __init__(self, code: int, said: str) -> None:
        super().__init__(f"Messagerie : {said} ({code})")
        self.code = code


@dataclass(frozen=True, slots=True)
class Words:
    """How a kind of document is called in its mails: in the name of the PDF copy, to a colleague, to the patient."""

    label: str
    to_colleague: str
    to_patient: str


LETTER = Words(
    "Lettre de liaison",
    "Veuillez trouver ci-joint la lettre de liaison de votre patient.",
    "Veuillez trouver ci-joint votre lettre de liaison.",
)
REPORT = Words(
    "CR de biologie",
    "Veuillez trouver ci-joint le compte rendu d'examens de biologie médicale de votre patient.",
    "Veuillez trouver ci-joint votre compte rendu d'examens de biologie médicale.",
)
SUMMARY = Words(
    "Synthèse médicale",
    "Veuillez trouver ci-joint la synthèse médicale de votre patient.",
    "Veuillez trouver ci-joint votre synthèse médicale.",
)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail carries: the CDA, its PDF copy, the id of its lot, the mail's own Message-ID, and the
    Message-ID of the mail that it takes the place of.
    """

    document: bytes
    pdf: bytes
    submission_id: str
    message_id: str
    replaces: str | None = None
    words: Words = LETTER


@dataclass(slots=True)
class Mailing:
    """One professional's own mailbox, opened with the Pro Santé Connect token."""

    submission: str
    ca_file: str
    address: str
    user: Mapping[str, Any]
    professional: Mapping[str, Any]
    structure: Mapping[str, Any]
    software: Software
    now: datetime
    defects: frozenset[str] = frozenset()

    def new_message_id(self) -> str:
        """A Message-ID that no mail had."""
        return f"<{uuid.uuid4()}@{self.address.rpartition('@')[2]}>"

    def send(self, letter: Letter, recipient: str) -> None:
        """Sends the letter to a professional's address. Raises :class:`MailRefused`."""
        self._deliver(self._mail(letter, recipient, letter.words.to_colleague))

    def send_to_patient(self, letter: Letter, ins: Ins) -> None:
        """Sends the letter to the citizen's mailbox, built from the qualified INS (ECO.2.2.6).

        Raises :class:`MailRefused`.
        """
        closing = "open-ended" not in self.defects
        self._deliver(self._mail(letter, of_citizen(ins), letter.words.to_patient, end_of_exchange=closing))

    def _mail(self, letter: Letter, recipient: str, text: str, *, end_of_exchange: bool = False) -> Mail:
        document = read_cda(letter.document)
        said = mail.contents([document], mention=REPLACEMENT if letter.replaces else "")
        entry = xds.entry_from_cda(letter.document, local_patient=True)
        lot = SubmissionSet(
            id="Lot01",
            unique_id=letter.submission_id,
            source_id=f"{self.structure['oid']}.3",
            patient_id=entry.patient_id,
            submission_time=xds.utc(self.now),
            authors=(xds.author_of(professional(self.professional, organization(self.structure))),),
            content_type=value_set("J59").get(self.software.activity),
        )
        origin = xdm.Origin(self.structure["name"], self.software.name)
        documents = [(entry, letter.document)]
        if "two-patients" in self.defects:
            documents.append(self._of_someone_else(letter.document))
        if "wrong-xdm-hash" in self.defects:
            documents = [(replace(entry, hash="0" * 40), letter.document)]
        archive = xdm.archive(lot, documents, origin=origin, action="C" if letter.replaces else None)
        patient = document.patient
        name = mail.pdf_name(
            day=self.now.strftime("%Y%m%d"),
            label=letter.words.label,
            family=patient.birth_family,
            given=patient.first_given,
        )
        return Mail(
            sender=Mailbox(self.address, self._label()),
            recipients=(Mailbox(recipient),),
            message_id=letter.message_id,
            in_reply_to=letter.replaces,
            references=(letter.replaces,) if letter.replaces else (),
            date=self.now,
            subject=self._subject(said.subject, document),
            text=text + FROM_A_TEST,
            nil=None if "no-nil" in self.defects else self.software.nil,
            document_codes=said.document_codes,
            ins_qualified=said.ins_qualified,
            end_of_exchange=end_of_exchange,
            read_receipt_to=None if "no-read-receipt" in self.defects else self.address,
            attachments=(mail.archive(archive), *(() if "no-pdf" in self.defects else (mail.pdf(name, letter.pdf),))),
        )

    def _subject(self, right: str, document: Document) -> str:
        if "plain-subject" in self.defects:
            return right.replace("XDM/1.0/DDM+", "")
        if "untyped-subject" in self.defects and document.code:
            return right.replace(f"{document.code.display} ", "")
        return right

    def _label(self) -> str:
        return mail.professional_label(
            title="Dr" if self.professional.get("profession") == "10" else "",
            given=self.professional["given"],
            family=self.professional["family"],
        )

    def _of_someone_else(self, document: bytes) -> tuple[DocumentEntry, bytes]:
        """The same letter about another patient of the tests, who has no business in this mail."""
        own = read_cda(document)
        other = document.replace(own.patient.ins.value.encode(), OTHER_INS) if own.patient.ins else document
        other = other.replace(f'<id root="{own.id.root}"'.encode(), f'<id root="{own.id.root}.7"'.encode())
        return xds.entry_from_cda(other, id="Doc02"), other

    def _deliver(self, written: Mail) -> None:
        host, _, port = self.submission.rpartition(":")
        try:
            with smtplib.SMTP(host.strip("[]"), int(port), timeout=TIMEOUT_S) as operator:
                if "clear-text" in self.defects:
                    operator.sendmail(self.address, [one.address for one in written.recipients], b"")
                operator.starttls(context=ssl.create_default_context(cafile=self.ca_file))
                operator.ehlo()
                operator.auth("XOAUTH2", self._xoauth2)
                recipients = [mailbox.address for mailbox in written.recipients]
                operator.sendmail(self.address, recipients, mail.message(written))
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            raise MailRefused(code, _text(words)) from error
        except smtplib.SMTPResponseException as error:
            raise MailRefused(error.smtp_code, _text(error.smtp_error)) from error
        except (OSError, smtplib.SMTPException) as error:
            raise MailRefused(0, f"opérateur injoignable : {error}") from error

    def _xoauth2(self, challenge: bytes | None = None) -> str:
        """The initial response; an empty line when the operator explains a refusal in a challenge."""
        return "" if challenge else f"user={self.address}\x01auth=Bearer {self.user['access_token']}\x01\x01"


def _text(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said
