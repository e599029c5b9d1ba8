"""What the XDM rules judge: an archive that was opened, and its submissions as the XDS rules read them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from banc_standards.cda.read import Document
from banc_standards.rules import Hit
from banc_standards.xdm.read import Archive, Folder
from banc_standards.xds.model import DocumentEntry
from banc_standards.xds.rules.subject import SubmissionSubject


@dataclass(frozen=True)
class XdmSubject:
    """An archive in memory."""

    archive: Archive

    @cached_property
    def submissions(self) -> tuple[SubmissionSubject, ...]:
        """Each submission set with its bytes, those whose metadata could not be read left out."""
        return tuple(subject for _, subject in self._pairs)

    @cached_property
    def clinical(self) -> tuple[tuple[Folder, DocumentEntry, Document], ...]:
        """The entries whose bytes are a clinical document, with it."""
        return tuple(
            (folder, entry, document) for folder, subject in self._pairs for entry, document in subject.clinical()
        )

    @cached_property
    def _pairs(self) -> tuple[tuple[Folder, SubmissionSubject], ...]:
        return tuple(
            (folder, SubmissionSubject(folder.submission, folder.documents))
            for folder in self.archive.folders
            if folder.submission is not None
        )

    def entries(self) -> Iterator[tuple[Folder, DocumentEntry]]:
        """Every document entry, with the folder that it stands in."""
        for folder in self.archive.folders:
            for entry in folder.submission.entries if folder.submission else ():
                yield folder, entry

    @property
    def patients(self) -> tuple[str, ...]:
        """Who the archive speaks of: every patientId of its sets and entries, each once."""
        found: dict[str, None] = {}
        for folder in self.archive.folders:
            content = folder.submission
            named = [content.set.patient_id] if content and content.set else []
            named += [entry.patient_id for entry in content.entries] if content else []
            found |= {"^".join(text.split("^")[:5]): None for text in named if text}
        return tuple(found)


def at(folder: Folder, entry: DocumentEntry, attribute: str, found: str | None = "", expected: str = "") -> Hit:
    """A hit at an attribute of an entry, named by its folder."""
    location = f"{folder.name}/METADATA.XML/DocumentEntry[{entry.id}]/{attribute}"
    return Hit(location, found=found or "", expected=expected)
