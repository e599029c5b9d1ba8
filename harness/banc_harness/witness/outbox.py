"""The letters that leave by MSSanté: to whom each went, under which Message-ID, and what forbids it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from banc_harness.witness.mailing import Letter, Mailing, MailRefused
from banc_standards.ins import Ins

Record = dict[str, Any]


class Forbidden(Exception):
    """The letter may not go to this recipient; the text is what the user reads."""


@dataclass(slots=True)
class Outbox:
    """Sends one letter to several recipients. ``save`` keeps the letter's record after each change."""

    mailing: Mailing
    save: Callable[[Record], None]
    patient: Mapping[str, Any]
    ins: Ins | None
    defects: frozenset[str] = frozenset()

    def send(self, record: Record, document: bytes, pdf: bytes, recipients: Sequence[str]) -> list[str]:
        """The Message-IDs of the letter, one a recipient: those that had it already do not get it again.

        Every recipient is tried; raises the first :class:`Forbidden` or ``MailRefused`` afterwards.
        """
        refusals: list[Exception] = []
        for recipient in recipients:
            try:
                self._send(record, document, pdf, recipient)
            except (Forbidden, MailRefused) as error:
                refusals.append(error)
        if refusals:
            raise refusals[0]
        return [record["mails"][recipient]["id"] for recipient in recipients]

    def _send(self, record: Record, document: bytes, pdf: bytes, recipient: str) -> None:
        mails = record.setdefault("mails", {})
        known = mails.setdefault(recipient, {"id": None, "sent": False})
        if known["sent"]:
            return
        if known["id"] is None or "new-mail-on-retry" in self.defects:
            known["id"] = self.mailing.new_message_id()
            self.save(record)
        letter = Letter(document, pdf, f"{record['unique_id']}.8", known["id"])
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

    def _deliver(self, letter: Letter, recipient: str) -> None:
        if recipient != "patient":
            self.mailing.send(letter, recipient.removeprefix("pro:"))
            return
        if "mail.patient" in (self.patient.get("opposed") or ()) and "ignores-mail-refusal" not in self.defects:
            raise Forbidden("Le patient refuse la messagerie citoyenne : la lettre ne lui est pas envoyée.")
        if self.ins is None:
            raise Forbidden("Identité non qualifiée : la lettre n'est pas envoyée au patient.")
        self.mailing.send_to_patient(letter, self.ins)
