"""Delivery status notifications (RFC 3464), and the SMTP replies that MSSanté operators give (mssante, 1.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from banc_standards.mail import report
from banc_standards.mail.addresses import id_formed
from banc_standards.mail.mime import Headers, Mime

REPORT: Final = "delivery-status"
PART: Final = f"message/{REPORT}"
Action = Literal["failed", "delayed", "delivered", "relayed", "expanded"]
_ACTIONS: Final[tuple[Action, ...]] = get_args(Action)

UNDELIVERED: Final = "Message non distribué"
"""Subject of a bounce of Mon espace santé: closed messaging, patient not found, invalid address."""
RETURNED: Final = "Undelivered Mail Returned to Sender"
"""Subject of a bounce for size, and of most mail servers."""
DELIVERED: Final = "Successful Mail Delivery Report"

ANS_CODES: Final = frozenset(
    (
        *("101", "111", "251", "252", "420", "421", "422", "431", "432", "441", "442", "450", "451", "452"),
        *("500", "501", "502", "503", "504", "510", "512", "513", "523", "530", "541"),
        *("550", "551", "552", "553", "554"),
    )
)
"""The three-digit codes that a gateway may relay (table SMTPERRORCODE of the HL7 v2 volet)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mail for one recipient: ``status`` is ``5.1.1``, ``diagnostic`` the SMTP reply behind it."""

    recipient: str
    action: Action
    status: str
    diagnostic: str = ""
    original_recipient: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dsn:
    """A DSN to send. ``explanation`` is the French sentence that people read; ``original`` the mail or its headers.

    ``envelope_id`` is the ENVID of RFC 3461.
    """

    sender: str
    recipient: str
    message_id: str
    date: datetime
    reporting_mta: str
    subject: str
    explanation: str
    outcomes: tuple[Outcome, ...]
    original: bytes
    original_message_id: str = ""
    envelope_id: str = ""
    headers_only: bool = False


@dataclass(frozen=True, slots=True)
class Status:
    """What a DSN says."""

    reporting_mta: str
    envelope_id: str
    outcomes: tuple[Outcome, ...]

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """The recipients that did not get the mail."""
        return tuple(outcome for outcome in self.outcomes if outcome.action == "failed")


def message(notice: Dsn) -> bytes:
    """The DSN as octets; it is to be sent with an empty envelope sender."""
    about = notice.original_message_id
    thread = [("References", about)] if id_formed(about) else []
    head = [("Reporting-MTA", f"dns; {notice.reporting_mta}")]
    if notice.envelope_id:
        head.append(("Original-Envelope-Id", notice.envelope_id))
    return report.written(
        kind=REPORT,
        headers=[
            ("From", f"Mail Delivery System <{notice.sender}>"),
            ("To", notice.recipient),
            ("Subject", report.encoded(notice.subject)),
            *thread,
            ("Auto-Submitted", "auto-replied"),
        ],
        date=notice.date,
        message_id=notice.message_id,
        text=notice.explanation + "\n",
        groups=[head, *map(_fields, notice.outcomes)],
        original=headers_of(notice.original) if notice.headers_only else notice.original,
        original_type="text/rfc822-headers" if notice.headers_only else "message/rfc822",
    )


def read(mail: Mime) -> Status | None:
    """What a DSN says; None when the message has no machine-readable part."""
    part = report.of_type(mail, PART)
    found: Sequence[Headers] = report.groups(part) if part is not None else ()
    if not found:
        return None
    return Status(
        reporting_mta=report.address(found[0].first("Reporting-MTA")),
        envelope_id=found[0].first("Original-Envelope-Id") or "",
        outcomes=tuple(_outcome(group) for group in found[1:]),
    )


def headers_of(original: bytes) -> bytes:
    """The header block of a message, with the line end that closes it."""
    head, separator, _ = original.partition(b"\r\n\r\n")
    return head + b"\r\n" if separator else original


def _fields(outcome: Outcome) -> list[tuple[str, str]]:
    fields = [
        ("Final-Recipient", f"rfc822; {outcome.recipient}"),
        ("Action", outcome.action),
        ("Status", outcome.status),
    ]
    if outcome.original_recipient:
        fields.insert(0, ("Original-Recipient", f"rfc822; {outcome.original_recipient}"))
    if outcome.diagnostic:
        fields.append(("Diagnostic-Code", f"smtp; {outcome.diagnostic}"))
    return fields


def _outcome(group: Headers) -> Outcome:
    said = (group.first("Action") or "").lower()
    known: Action = next((action for action in _ACTIONS if action == said), "failed")
    return Outcome(
        recipient=report.address(group.first("Final-Recipient")),
        action=known,
        status=group.first("Status") or "",
        diagnostic=report.address(group.first("Diagnostic-Code")),
        original_recipient=report.address(group.first("Original-Recipient")),
    )
