"""The documents that leave by MSSanté: to whom each went, under which Message-ID, and what forbids it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from banc_harness.witness.asked import Declined, Output
from banc_harness.witness.mailing import LETTER, Letter, Mailing, MailRefused, Words
from banc_standards.ins import Ins


@dataclass(slots=True)
class Outbox:
    """Sends one document to several recipients. ``save`` keeps its record after each change; ``former`` is the document
    that it takes the place of; without ``ins`` nothing goes to the patient.
    """

    mailing: Mailing
    save: Callable[[Output], None]
    patient: Mapping[str, Any]
    ins: Ins | None
    former: Output | None = None
    defects: frozenset[str] = frozenset()
    words: Words = LETTER

    def send(self, record: Output, document: bytes, pdf: bytes, recipients: Sequence[str]) -> list[str]:
        """The Message-IDs of the letter, one a recipient: those that had it already do not get it again.

        Every recipient is tried; raises the first :class:`Declined` or ``MailRefused`` afterwards.
        """
        refusals: list[Exception] = []
        for recipient in recipients:
            try:
                self._send(record, document, pdf, recipient)
            except (Declined, MailRefused) as error:
                refusals.append(error)
        if refusals:
            raise refusals[0]
        return [record["mails"][recipient]["id"] for recipient in recipients]

    def _send(self, record: Output, document: bytes, pdf: bytes, recipient: str) -> None:
        mails = record.setdefault("mails", {})
        known = mails.setdefault(recipient, {"id": None, "sent": False})
        if known["sent"]:
            return
        if known["id"] is None or "new-mail-on-retry" in self.defects:
            known["id"] = self.mailing.new_message_id()
            self.save(record)
        letter = Letter(
            document, pdf, f"{record['unique_id']}.8", known["id"], self._former_mail(recipient), self.words
        )
        attempts = 8 if "mail-storm" in self.defects else 1
        for remaining in reversed(range(attempts)):
            try:
                self._deliver(letter, recipient)
            except MailRefused:
                if not remaining:
                    raise
                continue
            break
        known["sent"] = True
        self.save(record)

    def _former_mail(self, recipient: str) -> str | None:
        """The mail that this one takes the place of, when the recipient got one."""
        former = (self.former or {}).get("mails", {}).get(recipient)
        return None if former is None or "no-mention" in self.defects else str(former["id"])

    def _deliver(self, letter: Letter, recipient: str) -> None:
        opposed = self.patient.get("opposed") or ()
        if recipient != "patient":
            if "mail.pro" in opposed and "ignores-professional-refusal" not in self.defects:
                raise Declined("Le patient refuse la messagerie entre professionnels : le document n'est pas envoyé.")
            self.mailing.send(letter, recipient.removeprefix("pro:"))
            return
        if self.ins is None:
            raise Declined("Identité non qualifiée : le document n'est pas envoyé au patient.")
        if "mail.patient" in opposed and "ignores-mail-refusal" not in self.defects:
            raise Declined("Le patient refuse la messagerie citoyenne : le document ne lui est pas envoyé.")
        self.mailing.send_to_patient(letter, self.ins)
