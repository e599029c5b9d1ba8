"""One honest discharge letter, the same wherever a test needs one to pack or to send."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

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

PARIS = timezone(timedelta(hours=1))
INS = Ins("279035121518989", "1.2.250.1.213.1.4.10")


def doctor() -> Professional:
    """Author, performer and legal authenticator."""
    clinic = Organization("1990000001", "CLINIQUE FICTIVE", value_set("J04").get("ETABLISSEMENT"))
    return Professional("899900000011", "DURAND", "ALICE", "MME", "DR", value_set("J01").get("G15_10/SM26"), clinic)


def patient() -> Patient:
    """A patient with a qualified INS."""
    return Patient(
        ins=INS,
        local_ids=(Identifier("1.2.250.1.213.99.1", "IPP-42"),),
        birth_family="PAT-TROIS",
        birth_givens="DOMINIQUE MARIE-LOUISE",
        first_given="DOMINIQUE",
        sex="F",
        birth_date=date(1979, 3, 28),
        birth_place_cog="51215",
    )


def letter(**changed: Any) -> DischargeLetter:
    """The letter; the arguments change it or its patient."""
    author, who = doctor(), patient()
    assert author.organization is not None
    honest = DischargeLetter(
        id="1.2.250.1.213.99.2.1",
        set_id="1.2.250.1.213.99.2",
        created=datetime(2026, 1, 5, 16, 30, tzinfo=PARIS),
        patient=who,
        author=author,
        legal_authenticator=author,
        custodian=author.organization,
        stay=Stay(
            admission=datetime(2026, 1, 2, 8, tzinfo=PARIS),
            discharge=datetime(2026, 1, 5, 16, tzinfo=PARIS),
            entry_mode=value_set("ModaliteEntree").get("183452005"),
            exit_mode=value_set("ModaliteSortie").get("160849004"),
            facility_type=value_set("J02").get("SA01"),
            performer=author,
        ),
        reason="Pneumopathie fébrile",
        synthesis=Synthesis(text="Évolution favorable."),
    )
    traits = {name: changed.pop(name) for name in list(changed) if hasattr(who, name)}
    return replace(honest, patient=replace(who, **traits), **changed)
