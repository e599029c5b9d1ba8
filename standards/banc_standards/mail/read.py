"""Reading an MSSanté mail: what it says, whatever it lacks; rules say later what should have been."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final

from banc_standards.mail.addresses import listed
from banc_standards.mail.mime import DEFAULT_LIMITS, Limits, Mime, Part, cut, decoded, in_charset, uncommented
from banc_standards.mail.model import Mailbox
from banc_standards.mail.names import ARCHIVE, CITIZEN, CODES, INS, MARKER, NIL, PDF, READ_RECEIPT, ZIP

if TYPE_CHECKING:
    from datetime import datetime

_ZIPS: Final = (ZIP, "application/x-zip-compressed", "application/octet-stream")


@dataclass(frozen=True)
class Received:
    """A mail that was read. Texts are decoded; what is missing is None or empty."""

    mime: Mime
    size: int

    @cached_property
    def sender(self) -> Mailbox | None:
        """The first author (``From``)."""
        return next(iter(self.authors), None)

    @cached_property
    def authors(self) -> tuple[Mailbox, ...]:
        """Every author (``From``)."""
        return self._mailboxes("From")

    @cached_property
    def recipients(self) -> tuple[Mailbox, ...]:
        """The visible recipients, ``To`` then ``Cc``."""
        return self._mailboxes("To") + self._mailboxes("Cc")

    @cached_property
    def reply_to(self) -> Mailbox | None:
        """Where answers go."""
        return next(iter(self._mailboxes("Reply-To")), None)

    @cached_property
    def message_id(self) -> str | None:
        """The Message-ID, brackets included."""
        return self._bare("Message-ID") or None

    @cached_property
    def in_reply_to(self) -> tuple[str, ...]:
        """The messages that this one answers."""
        return tuple(self._bare("In-Reply-To").split())

    @cached_property
    def references(self) -> tuple[str, ...]:
        """The thread, oldest first."""
        return tuple(self._bare("References").split())

    @cached_property
    def subject(self) -> str:
        """The subject, encoded words decoded."""
        return self.mime.headers.text("Subject") or ""

    @cached_property
    def date(self) -> datetime | None:
        """When the mail says that it was written."""
        try:
            return parsedate_to_datetime((self.mime.headers.first("Date") or "")[:200])
        except (TypeError, ValueError, OverflowError):
            return None

    @cached_property
    def nil(self) -> str | None:
        """The reference of the software (X-MSS-NIL)."""
        return self.mime.headers.first(NIL)

    @cached_property
    def document_codes(self) -> tuple[str, ...]:
        """The document types announced (X-MSS-CODECDA), spaces and repeated headers tolerated."""
        values = ",".join(self.mime.headers.all(CODES)).split(",")
        return tuple(value.strip() for value in values if value.strip())

    @cached_property
    def ins(self) -> str | None:
        """X-MSS-INS, as written."""
        return self.mime.headers.first(INS)

    @cached_property
    def citizen_mark(self) -> str | None:
        """X-MSS-MES, as written."""
        return self.mime.headers.first(CITIZEN)

    @cached_property
    def read_receipt_to(self) -> Mailbox | None:
        """Where an MDN is asked for."""
        return next(iter(self._mailboxes(READ_RECEIPT)), None)

    @cached_property
    def archives(self) -> tuple[Part, ...]:
        """The attachments called ``IHE_XDM.zip``, whatever the case."""
        return tuple(part for part in self.mime.parts if part.filename.lower() == ARCHIVE.lower())

    @cached_property
    def zips(self) -> tuple[Part, ...]:
        """Every attachment that is a zip by its type or its name."""
        return tuple(
            part for part in self.mime.parts if part.media_type in _ZIPS[:2] or part.filename.lower().endswith(".zip")
        )

    @cached_property
    def pdfs(self) -> tuple[Part, ...]:
        """The PDF attachments."""
        return tuple(
            part for part in self.mime.parts if part.media_type == PDF or part.filename.lower().endswith(".pdf")
        )

    @cached_property
    def texts(self) -> tuple[Part, ...]:
        """The parts that are text to read."""
        return tuple(part for part in self.mime.parts if part.media_type.startswith("text/") and not part.attached)

    @cached_property
    def text(self) -> str:
        """The first plain text, decoded."""
        found = next((part for part in self.texts if part.media_type == "text/plain"), None)
        return decoded_text(found) if found else ""

    @property
    def marked(self) -> bool:
        """Whether the subject carries the XDM marker, anywhere."""
        return MARKER in self.subject

    @property
    def report_type(self) -> str | None:
        """``disposition-notification`` for an MDN, ``delivery-status`` for a DSN, None for a mail."""
        if self.mime.media_type != "multipart/report":
            return None
        return self.mime.parameters.get("report-type", "").lower() or None

    @property
    def automatic(self) -> bool:
        """Whether a machine answered by itself, so that no machine answers it (RFC 3834 §2)."""
        said = (self.mime.headers.first("Auto-Submitted") or "no").partition(";")[0].strip().lower()
        return said != "no" or self.report_type is not None

    def _bare(self, name: str) -> str:
        """A header that names messages, without comments; empty when absent."""
        return uncommented(self.mime.headers.first(name) or "").strip()

    def _mailboxes(self, name: str) -> tuple[Mailbox, ...]:
        return mailboxes(self.mime.headers.all(name))


def read(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Received:
    """Reads a mail. Raises :class:`~banc_standards.mail.mime.MimeRefused` for one that is beyond bounds."""
    return Received(cut(data, limits), len(data))


def mailboxes(values: Iterable[str]) -> tuple[Mailbox, ...]:
    """The mailboxes of address lists, labels decoded; what is no address has none of its parts left out."""
    return tuple(Mailbox(address, decoded(label)) for label, address in listed(values))


def decoded_text(part: Part) -> str:
    """The text of a part in its charset; octets outside it are replaced."""
    return in_charset(part.content, part.charset or "utf-8")
