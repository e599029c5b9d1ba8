"""What the submission rules judge: the metadata, the bytes, and who sends them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from cryptography import x509

from banc_standards.cda.read import CdaRefused, Document
from banc_standards.cda.read import read as read_cda
from banc_standards.rules import Hit
from banc_standards.vihf.read import Assertion
from banc_standards.xds.model import DocumentEntry, Submission
from banc_standards.xds.signature import LotSignature, SignatureDocument, SignatureRefused
from banc_standards.xds.signature import document as signature_document
from banc_standards.xml import XmlRefused


@dataclass(frozen=True)
class SubmissionSubject:
    """A submission as a server judges it.

    ``documents`` maps the id of each part to its bytes. ``vihf`` is the verified assertion of the sender and
    ``signing_certificate`` the certificate that signed it; both are None for a file judged on its own.
    ``masked_both_ways`` is the DMP's parameter ``cumul-invisible_patient-masque_ps``.
    """

    submission: Submission
    documents: Mapping[str, bytes] = field(default_factory=dict)
    vihf: Assertion | None = None
    signing_certificate: x509.Certificate | None = None
    masked_both_ways: bool = False

    @cached_property
    def _folded(self) -> Mapping[str, str]:
        return {part.casefold(): part for part in self.documents}

    def part_of(self, entry: DocumentEntry) -> str | None:
        """The id of the part that holds an entry's bytes: ids compare exactly, then without regard to case."""
        return entry.id if entry.id in self.documents else self._folded.get(entry.id.casefold())

    def content(self, entry: DocumentEntry) -> bytes | None:
        """The bytes of an entry, None when no part carries them."""
        part = self.part_of(entry)
        return self.documents[part] if part is not None else None

    @cached_property
    def _clinical(self) -> Mapping[str, Document | XmlRefused | CdaRefused]:
        found: dict[str, Document | XmlRefused | CdaRefused] = {}
        for entry in self.submission.contents:
            content = self.content(entry)
            if content and entry.mime_type != "application/dicom":
                try:
                    found[entry.id] = read_cda(content)
                except (XmlRefused, CdaRefused) as error:
                    found[entry.id] = error
        return found

    def refused(self, entry: DocumentEntry) -> XmlRefused | CdaRefused | None:
        """Why the bytes of an entry are no clinical document; None when they are, or when there are none."""
        found = self._clinical.get(entry.id)
        return None if found is None or isinstance(found, Document) else found

    def clinical(self) -> Iterator[tuple[DocumentEntry, Document]]:
        """The entries whose bytes are a clinical document, with it."""
        for entry in self.submission.contents:
            found = self._clinical.get(entry.id)
            if isinstance(found, Document):
                yield entry, found

    @cached_property
    def _signature(self) -> SignatureDocument | SignatureRefused | None:
        for entry in self.submission.signatures:
            content = self.content(entry)
            if content:
                try:
                    return signature_document(content)
                except SignatureRefused as error:
                    return error
        return None

    @property
    def declared(self) -> LotSignature | SignatureRefused | None:
        """What the lot's signature declares, or why it cannot be read; None without signature bytes."""
        found = self._signature
        return found.declared if isinstance(found, SignatureDocument) else found

    @cached_property
    def verified(self) -> LotSignature | SignatureRefused | None:
        """The lot's signature once verified, or why it does not verify; None without signature bytes."""
        found = self._signature
        if not isinstance(found, SignatureDocument):
            return found
        try:
            return found.verified()
        except SignatureRefused as error:
            return error


def at_entry(entry: DocumentEntry, attribute: str, found: str | None = "", expected: str = "") -> Hit:
    """A hit at an attribute of a document entry."""
    return Hit(f"DocumentEntry[{entry.id}]/{attribute}", found=found or "", expected=expected)


def at_lot(attribute: str, found: str | None = "", expected: str = "") -> Hit:
    """A hit at an attribute of the submission set."""
    return Hit(f"SubmissionSet/{attribute}", found=found or "", expected=expected)
