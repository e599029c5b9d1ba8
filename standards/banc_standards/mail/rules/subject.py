"""What the mail rules judge: the mail, the archive in it, and what the operator knows of who sends it to whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from banc_standards.cda.read import Document
from banc_standards.mail.addresses import citizen_matricule
from banc_standards.mail.mime import Part
from banc_standards.mail.names import DELETION, REPLACEMENT
from banc_standards.mail.read import Received
from banc_standards.xdm.read import Archive, XdmRefused
from banc_standards.xdm.read import read as read_archive
from banc_standards.xdm.rules.subject import XdmSubject

BoxKind = Literal["PER", "ORG", "APP", "CAB", "citizen"]


@dataclass(frozen=True)
class MailSubject:
    """A mail as an operator judges it.

    ``mail_from`` and ``recipients`` are the envelope, None and empty for a file judged alone. ``box`` is the kind of
    the sender's mailbox, ``nils`` the software references declared to the session (empty: any), ``repeated`` tells that
    the Message-ID was seen before.
    """

    mail: Received
    mail_from: str | None = None
    recipients: tuple[str, ...] = ()
    box: BoxKind | None = None
    nils: frozenset[str] = field(default_factory=frozenset)
    repeated: bool = False

    @cached_property
    def opened(self) -> Archive | XdmRefused | None:
        """The first archive, opened; why it cannot be; None when the mail carries none."""
        part = self.archive_part
        if part is None:
            return None
        try:
            return read_archive(part.content)
        except XdmRefused as refused:
            return refused

    @property
    def archive_part(self) -> Part | None:
        """The attachment ``IHE_XDM.zip``."""
        return next(iter(self.mail.archives), None)

    @property
    def archive(self) -> Archive | None:
        """The archive when it could be opened."""
        return self.opened if isinstance(self.opened, Archive) else None

    @cached_property
    def xdm(self) -> XdmSubject | None:
        """The archive as its own rules read it, when it could be opened."""
        return XdmSubject(self.archive) if self.archive else None

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        """The clinical documents of the archive."""
        return tuple(document for _, _, document in self.xdm.clinical) if self.xdm else ()

    @property
    def to(self) -> tuple[str, ...]:
        """Every recipient: the envelope's, else the visible ones."""
        return self.recipients or tuple(mailbox.address for mailbox in self.mail.recipients)

    @property
    def citizens(self) -> tuple[str, ...]:
        """The matricules of the citizens among the recipients."""
        return tuple(found for address in self.to if (found := citizen_matricule(address)) is not None)

    @property
    def action(self) -> Literal["C", "D"] | None:
        """What the mail asks of a document already sent: by the archive's own word, else by the CDA's."""
        folders = self.archive.folders if self.archive else ()
        said = next((folder.action for folder in folders if folder.action), None)
        if said is None and any(document.replaces is not None for document in self.documents):
            return "C"
        return said

    @property
    def mention(self) -> str | None:
        """The mention of replacement or deletion that the subject holds, anywhere and in any case."""
        folded = self.mail.subject.lower()
        return next((one for one in (REPLACEMENT, DELETION) if one.lower() in folded), None)

    def pairs(self) -> Iterator[tuple[Document, Part | None]]:
        """Each document with the PDF copy that stands at the same rank."""
        pdfs = self.mail.pdfs
        for rank, document in enumerate(self.documents):
            yield document, pdfs[rank] if rank < len(pdfs) else None
