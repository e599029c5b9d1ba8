"""Message disposition notifications: a mail was read, or processed by a machine (mssante, 3.2; RFC 8098)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from banc_standards.mail import report
from banc_standards.mail.addresses import id_formed
from banc_standards.mail.mime import Mime, decoded
from banc_standards.mail.model import Mailbox

REPORT: Final = "disposition-notification"
PART: Final = f"message/{REPORT}"
FAILED: Final = "[KO Intégration système !]"
PROCESSED: Final = "processed"
DISPLAYED: Final = "displayed"
ACTION_MODES: Final = ("manual-action", "automatic-action")
SENDING_MODES: Final = ("MDN-sent-manually", "MDN-sent-automatically")
TYPES: Final = ("displayed", "deleted", "dispatched", "processed")

ERRORS: Final = {
    "900": "La version transmise n'est pas la dernière détenue",
    "901": "Le demandeur n'est ni l'auteur ni de son organisation",
    "902": "Identifiant de patient inconnu",
    "903": "INS absente du document",
    "904": "INS présente mais traits ou matricule différents",
    "905": "INS incomplète",
    "906": "Autre erreur",
}
"""applicationErrorCondition: what a consumer answers to the gateway, copied into ``Error`` (mssante, 3.3)."""

Version = Literal["1.1.3", "1.1.2"]
"""The version of the volet: 1.1.2 put the error chain inside ``Disposition`` and attached the files again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mdn:
    """An MDN to send. ``original`` is the whole mail that it is about, ``original_subject`` its decoded subject.

    ``error`` is a code of :data:`ERRORS` (with ``label`` its text), None for a success.
    """

    sender: Mailbox
    recipient: str
    message_id: str
    date: datetime
    original_message_id: str
    original_subject: str
    original: bytes
    original_recipient: str
    final_recipient: str
    reporting_ua: str = ""
    automatic: bool = True
    type: str = PROCESSED
    error: str | None = None
    label: str = ""
    version: Version = "1.1.3"


@dataclass(frozen=True, slots=True)
class Notice:
    """What an MDN says, as it was written. ``error`` is the whole chain (``902^Identifiant…``), empty for a success.

    ``old_form`` tells that the chain stood inside ``Disposition`` (volet v1.1.2).
    """

    original_message_id: str
    original_recipient: str
    final_recipient: str
    reporting_ua: str
    action_mode: str
    sending_mode: str
    type: str
    modifier: str
    error: str
    old_form: bool = False

    @property
    def failed(self) -> bool:
        """Whether the mail could not be processed."""
        return bool(self.error) or self.modifier.lower().startswith(("error", "failed"))

    @property
    def code(self) -> str:
        """The error code: first component of the chain."""
        return self.error.partition("^")[0].strip()

    @property
    def error_label(self) -> str:
        """The error's text: second component of the chain."""
        parts = self.error.split("^")
        return parts[1].strip() if len(parts) > 1 else ""


def message(notice: Mdn) -> bytes:
    """The MDN as octets; it is to be sent with an empty envelope sender (RFC 8098 §3)."""
    label = notice.label or ERRORS.get(notice.error or "", "")
    chain = f"{notice.error}^{label}^applicationErrorCondition|E^Error^errorSeverity"
    about = notice.original_message_id
    prefix = f"{FAILED}[{notice.error}] " if notice.error else ""
    return report.written(
        kind=REPORT,
        headers=[
            ("From", _mailbox(notice.sender)),
            ("To", notice.recipient),
            ("Subject", report.encoded(prefix + notice.original_subject)),
            *((name, about) for name in ("In-Reply-To", "References") if id_formed(about)),
            ("Auto-Submitted", "auto-replied"),
        ],
        date=notice.date,
        message_id=notice.message_id,
        text=_text(notice, label),
        groups=[_fields(notice, chain)],
        original=notice.original,
    )


def read(mail: Mime) -> Notice | None:
    """What an MDN says; None when the message has no machine-readable part."""
    part = report.of_type(mail, PART)
    if part is None:
        return None
    found = next(iter(report.groups(part)), None)
    if found is None:
        return None
    disposition = found.first("Disposition") or ""
    modes, _, outcome = disposition.partition(";")
    action, _, sending = modes.partition("/")
    kind, _, modifier = outcome.strip().partition("/")
    inside = re.match(r"[Ee]rror\s*:\s*(.+)", modifier)
    return Notice(
        original_message_id=re.sub(r"\s+", "", found.first("Original-Message-ID") or ""),
        original_recipient=report.address(found.first("Original-Recipient")),
        final_recipient=report.address(found.first("Final-Recipient")),
        reporting_ua=found.first("Reporting-UA") or "",
        action_mode=action.strip(),
        sending_mode=sending.strip(),
        type=kind.strip(),
        modifier="error" if inside else modifier.strip(),
        error=decoded(found.first("Error") or "") or (inside.group(1).strip() if inside else ""),
        old_form=inside is not None,
    )


def _fields(notice: Mdn, chain: str) -> list[tuple[str, str]]:
    action = ACTION_MODES[notice.automatic]
    sending = SENDING_MODES[notice.automatic]
    disposition = f"{action}/{sending}; {notice.type}"
    fields = [
        ("Original-Recipient", f"rfc822;{notice.original_recipient}"),
        ("Final-Recipient", f"rfc822;{notice.final_recipient}"),
    ]
    if notice.original_message_id:
        fields.append(("Original-Message-ID", notice.original_message_id))
    if notice.reporting_ua:
        fields.insert(0, ("Reporting-UA", notice.reporting_ua))
    if notice.error is None:
        fields.append(("Disposition", disposition))
    elif notice.version == "1.1.2":
        fields.append(("Disposition", f"{disposition}/Error: {chain}"))
    else:
        fields += [("Disposition", f"{disposition}/error"), ("Error", chain)]
    return fields


def _text(notice: Mdn, label: str) -> str:
    if notice.error is not None:
        return f"Le document n'a pas pu être intégré.\nErreur {notice.error} : {label}.\n"
    done = "lu" if notice.type == DISPLAYED else "traité"
    subject = " ".join(notice.original_subject.split())[:200]
    return f"Le courriel « {subject} » a été {done} par {notice.final_recipient}.\n"


def _mailbox(mailbox: Mailbox) -> str:
    return f"{report.encoded(mailbox.label)} <{mailbox.address}>" if mailbox.label else mailbox.address
