"""One honest archive that every test of this folder starts from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from banc_standards.cda.build import discharge_letter
from banc_standards.terminology.codes import value_set
from banc_standards.xdm import build
from banc_standards.xds.build import author_of, entry_from_cda, submission, utc
from banc_standards.xds.model import DocumentEntry, SubmissionSet

from ..letters import doctor, letter

NOW = datetime(2026, 1, 5, 17, tzinfo=UTC)
ORIGIN = build.Origin("CLINIQUE FICTIVE", "Logiciel du test", "support@editeur.example")
BASE = "IHE_XDM/SUBSET01"


def document(**changed: Any) -> bytes:
    """A level 3 letter; the arguments change the letter or its patient."""
    return discharge_letter(letter(**changed))


@dataclass(frozen=True)
class Lot:
    """The parts of an archive, to be changed before they are packed."""

    set: SubmissionSet
    entry: DocumentEntry
    cda: bytes

    def packed(self, *, files: dict[str, bytes] | None = None, **changed: Any) -> bytes:
        """The archive; the arguments change the entry, ``files`` what stands beside the metadata."""
        entry = replace(self.entry, **changed)
        contents = {"DOC0001.XML": self.cda} if files is None else files
        return build.packed(submission(self.set, [entry]), contents, origin=ORIGIN)


@pytest.fixture(scope="session")
def lot() -> Lot:
    """A lot of one discharge letter."""
    cda = document()
    entry = entry_from_cda(cda)
    lot_set = SubmissionSet(
        id="Lot01",
        unique_id="1.2.250.1.213.99.3",
        source_id="1.2.250.1.213.99.4",
        patient_id=entry.patient_id,
        submission_time=utc(NOW),
        authors=(author_of(doctor()),),
        content_type=value_set("J59").get("03"),
    )
    return Lot(lot_set, *build.located([entry]), cda)
