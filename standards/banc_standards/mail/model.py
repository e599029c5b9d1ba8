"""What an MSSanté mail says, before it is written as MIME."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address, and the label that people read beside it."""

    address: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail. ``message_id`` and ``references`` carry their angle brackets; ``date`` is aware.

    ``nil`` is the reference of the software (X-MSS-NIL). ``document_codes`` and ``ins_qualified`` describe the archive:
    they stay empty and None for a mail without CDA. ``end_of_exchange`` tells a citizen not to answer (X-MSS-MES: FIN).
    ``read_receipt_to`` asks for an MDN, ``delivery_receipt_to`` for a DSN. A None or empty field writes no header.
    """

    sender: Mailbox
    recipients: tuple[Mailbox, ...]
    message_id: str
    date: datetime
    subject: str
    text: str
    nil: str | None
    copies: tuple[Mailbox, ...] = ()
    document_codes: tuple[str, ...] = ()
    ins_qualified: bool | None = None
    end_of_exchange: bool = False
    read_receipt_to: str | None = None
    delivery_receipt_to: str | None = None
    reply_to: str | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
