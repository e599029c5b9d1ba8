"""One honest archive that every test of this folder starts from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from banc_standards.cda.build import discharge_letter
from banc_standards.cda.model import (
    DischargeLetter,
    Identifier,
    Organization,
    Patient,
    Professional,
    Stay,
    Synthesis,
)
from banc_standards.ins import Ins
from banc_standards.terminology.codes import value_set
from banc_standards.xdm import build
from banc_standards.xds.build import author_of, entry_from_cda, submission, utc
from banc_standards.xds.model import DocumentEntry, SubmissionSet

NOW = datetime(2026, 1, 5, 17, tzinfo=UTC)
PARIS = timezone(timedelta(hours=1))
ORIGIN = build.Origin("CLINIQUE FICTIVE", "Logiciel du test", "support@editeur.example")
BASE = "IHE_XDM/SUBSET01"


def letter(**changed: Any) -> bytes:
    """A level 3 letter; the arguments change the letter or its patient."""
    clinic = Organization("1990000001", "CLINIQUE FICTIVE", value_set("J04").get("ETABLISSEMENT"))
    doctor = Professional("899900000011", "DURAND", "ALICE", "MME", "DR", value_set("J01").get("G15_10/SM26"), clinic)
    patient = Patient(
        ins=Ins("279035121518989", "1.2.250.1.213.1.4.10"),
        local_ids=(Identifier("1.2.250.1.213.99.1", "IPP-42"),),
        birth_family="PAT-TROIS",
        birth_givens="DOMINIQUE MARIE-LOUISE",
        first_given="DOMINIQUE",
        sex="F",
        birth_date=date(1979, 3, 28),
        birth_place_cog="51215",
    )
    written = DischargeLetter(
        id="1.2.250.1.213.99.2.1",
        set_id="1.2.250.1.213.99.2",
        created=datetime(2026, 1, 5, 16, 30, tzinfo=PARIS),
        patient=patient,
        author=doctor,
        legal_authenticator=doctor,
        custodian=clinic,
        stay=Stay(
            admission=datetime(2026, 1, 2, 8, tzinfo=PARIS),
            discharge=datetime(2026, 1, 5, 16, tzinfo=PARIS),
            entry_mode=value_set("ModaliteEntree").get("183452005"),
            exit_mode=value_set("ModaliteSortie").get("160849004"),
            facility_type=value_set("J02").get("SA01"),
            performer=doctor,
        ),
        reason="Pneumopathie fébrile",
        synthesis=Synthesis(text="Évolution favorable."),
    )
    who = {name: changed.pop(name) for name in list(changed) if hasattr(patient, name)}
    return discharge_letter(replace(written, patient=replace(patient, **who), **changed))


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
    cda = letter()
    entry = entry_from_cda(cda)
    clinic = Organization("1990000001", "CLINIQUE FICTIVE", value_set("J04").get("ETABLISSEMENT"))
    doctor = Professional("899900000011", "DURAND", "ALICE", "MME", "DR", value_set("J01").get("G15_10/SM26"), clinic)
    lot_set = SubmissionSet(
        id="Lot01",
        unique_id="1.2.250.1.213.99.3",
        source_id="1.2.250.1.213.99.4",
        patient_id=entry.patient_id,
        submission_time=utc(NOW),
        authors=(author_of(doctor),),
        content_type=value_set("J59").get("03"),
    )
    return Lot(lot_set, *build.located([entry]), cda)
