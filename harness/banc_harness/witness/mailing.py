"""Sending the letter by MSSanté: one mail to each recipient, the XDM archive and its PDF copy attached."""

from __future__ import annotations

import smtplib
import ssl
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from banc_harness.witness.letters import organization, professional
from banc_standards.cda.read import read as read_cda
from banc_standards.ins import Ins
from banc_standards.mail import build as mail
from banc_standards.mail.addresses import of_citizen
from banc_standards.mail.model import Mail, Mailbox
from banc_standards.terminology.codes import value_set
from banc_standards.xdm import build as xdm
from banc_standards.xds import build as xds
from banc_standards.xds.model import SubmissionSet

TIMEOUT_S = 15.0
TEXT = "Veuillez trouver ci-joint la lettre de liaison de votre patient.\nCe message vient d'un logiciel de test."
TEXT_TO_PATIENT = "Veuillez trouver ci-joint votre lettre de liaison.\nCe message vient d'un logiciel de test."


class MailRefused(Exception):
    """The operator refused the mail: its code, and what it said."""

    def __init__(self, code: int, said: str) -> None:
        super().__init__(f"Messagerie : {said} ({code})")
        self.code = code


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail carries: the CDA, its PDF copy, the id of the lot, and the mention of a replacement or deletion."""

    document: bytes
    pdf: bytes
    submission_id: str
    mention: str = ""
    action: Any = None
    in_reply_to: str | None = None


@dataclass(slots=True)
class Mailing:
    """One professional's own mailbox, opened with the Pro Santé Connect token."""

    submission: str
    ca_file: str
    address: str
    user: Mapping[str, Any]
    professional: Mapping[str, Any]
    structure: Mapping[str, Any]
    software: str
    nil: str
    now: datetime
    defects: frozenset[str] = frozenset()

    def send(self, letter: Letter, recipient: str) -> str:
        """Sends the letter to a professional's address and returns the Message-ID."""
        return self._deliver(self._mail(letter, recipient, TEXT))

    def send_to_patient(self, letter: Letter, ins: Ins) -> str:
        """Sends the letter to the citizen's mailbox, built from the qualified INS (ECO.2.2.6)."""
        return self._deliver(self._mail(letter, of_citizen(ins), TEXT_TO_PATIENT, end_of_exchange=True))

    def _mail(self, letter: Letter, recipient: str, text: str, *, end_of_exchange: bool = False) -> Mail:
        document = read_cda(letter.document)
        said = mail.contents([document], mention=letter.mention)
        entry = xds.entry_from_cda(letter.document)
        lot = SubmissionSet(
            id="Lot01",
            unique_id=letter.submission_id,
            source_id=f"{self.structure['oid']}.3",
            patient_id=entry.patient_id,
            submission_time=xds.utc(self.now),
            authors=(xds.author_of(professional(self.professional, organization(self.structure))),),
            content_type=value_set("J59").get("03"),
        )
        origin = xdm.Origin(self.structure["name"], self.software)
        archive = xdm.archive(lot, [(entry, letter.document)], origin=origin, action=letter.action)
        patient = document.patient
        name = mail.pdf_name(
            day=self.now.strftime("%Y%m%d"),
            label="Lettre de liaison",
            family=patient.birth_family,
            given=patient.first_given,
        )
        return Mail(
            sender=Mailbox(self.address, self._label()),
            recipients=(Mailbox(recipient),),
            message_id=f"<{uuid.uuid4()}@{self.address.rpartition('@')[2]}>",
            date=self.now,
            subject=said.subject,
            text=text,
            nil=self.nil,
            document_codes=said.document_codes,
            ins_qualified=said.ins_qualified,
            end_of_exchange=end_of_exchange,
            read_receipt_to=self.address,
            in_reply_to=letter.in_reply_to,
            references=(letter.in_reply_to,) if letter.in_reply_to else (),
            attachments=(mail.archive(archive), mail.pdf(name, letter.pdf)),
        )

    def _label(self) -> str:
        return mail.professional_label(
            title="Dr" if self.professional.get("profession") == "10" else "",
            given=self.professional["given"],
            family=self.professional["family"],
        )

    def _deliver(self, written: Mail) -> str:
        host, _, port = self.submission.rpartition(":")
        try:
            with smtplib.SMTP(host.strip("[]"), int(port), timeout=TIMEOUT_S) as operator:
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
        return written.message_id

    def _xoauth2(self, challenge: bytes | None = None) -> str:
        """The initial response; an empty line when the operator explains a refusal in a challenge."""
        return "" if challenge else f"user={self.address}\x01auth=Bearer {self.user['access_token']}\x01\x01"


def _text(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said
