"""The witness's discharge letters: from its records to a CDA document."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from banc_harness.witness import printing
from banc_standards.cda import build
from banc_standards.cda.model import (
    Address,
    DischargeLetter,
    Identifier,
    Organization,
    Patient,
    Professional,
    Stay,
    Synthesis,
    Telecom,
    Treatment,
)
from banc_standards.ins import Ins
from banc_standards.terminology.codes import value_set

Record = Mapping[str, Any]


def letter(
    record: Record, patient: Record, author: Record, structure: Record, *, defects: frozenset[str]
) -> DischargeLetter:
    """The letter of one stay, as the software keeps it; ``record`` holds its ids and dates."""
    place = organization(structure)
    doctor = professional(author, place)
    discharge = datetime.fromisoformat(record["created"])
    return DischargeLetter(
        id=record["unique_id"],
        set_id=record["set_id"],
        version=record["version"],
        replaces=record["replaces"] or "",
        created=discharge,
        patient=subject(patient, structure, defects=defects),
        author=doctor,
        legal_authenticator=doctor,
        custodian=place,
        stay=Stay(
            admission=discharge - timedelta(days=4, hours=3),
            discharge=discharge,
            entry_mode=value_set("ModaliteEntree").get("8715000"),
            exit_mode=value_set("ModaliteSortie").get("160849004"),
            facility_type=value_set("J02").get(structure["sector"]),
            performer=doctor,
        ),
        reason="Douleur thoracique d'effort, pour exploration.",
        synthesis=Synthesis(
            "Syndrome coronarien écarté : troponines négatives, coronarographie sans lésion significative."
        ),
        treatments=(
            Treatment(
                name="PARACETAMOL 1 g, comprimé",
                start=discharge.date(),
                end=discharge.date() + timedelta(days=5),
                dose="1",
                dose_unit="{tbl}",
                period_hours=8,
                instructions="En cas de douleur, sans dépasser trois prises par jour.",
            ),
        ),
        title=record["title"],
        follow_up="Consultation de contrôle dans un mois.",
    )


def written(letter: DischargeLetter, level: str, patient: Record, *, defects: frozenset[str]) -> bytes:
    """The document of the letter: structured (N3), or a PDF under the common header (N1)."""
    if level == "N1":
        return build.discharge_letter_n1(letter, printed(letter, patient, defects=defects))
    return build.discharge_letter(letter)


def printed(letter: DischargeLetter, patient: Record, *, defects: frozenset[str]) -> bytes:
    """The letter as a PDF that a reader without software opens; ``patient`` is what the software keeps of its own."""
    return printing.printed(letter.title, letter.patient, _lines(letter), patient, defects=defects)


def subject(patient: Record, structure: Record, *, defects: frozenset[str]) -> Patient:
    """The patient as the document names it: the matricule goes with a qualified identity only (EXI ID 29)."""
    address = patient.get("address") or {}
    return Patient(
        ins=sent_ins(patient, defects=defects),
        local_ids=(Identifier(f"{structure['oid']}.1", patient["local_id"]),),
        birth_family=patient["birth_family"],
        birth_givens=patient["birth_givens"],
        first_given=patient["first_given"],
        sex=patient["sex"],
        birth_date=patient["birth_date"],
        birth_place_cog="" if "no-birth-place" in defects else patient["birth_place"],
        used_family=patient.get("used_family") or "",
        used_given=patient.get("used_given") or "",
        address=_address(address, "H"),
        telecoms=tuple(
            Telecom(f"tel:{patient[kind]}", use)
            for kind, use in (("phone", "H"), ("mobile", "MC"))
            if patient.get(kind)
        ),
    )


def sent_ins(patient: Record, *, defects: frozenset[str]) -> Ins | None:
    """The INS that may leave the software with this patient."""
    if not patient.get("ins") or (patient["ins_status"] != "QUAL" and "unqualified-ins" not in defects):
        return None
    oid = "1.2.250.1.213.1.4.8" if "production-oid" in defects else patient["ins_oid"]
    return Ins(patient["ins"], oid)


def organization(structure: Record) -> Organization:
    """The structure, as custodian and as the author's employer."""
    return Organization(
        struct_idnat=structure["struct_idnat"],
        name=structure["name"],
        practice_setting=value_set("J04").get(structure["practice_setting"]),
        address=_address(structure.get("address") or {}, "WP"),
        telecoms=(Telecom(f"tel:{structure['phone']}", "WP"),) if structure.get("phone") else (),
    )


def professional(someone: Record, place: Organization) -> Professional:
    """A professional at work in ``place``."""
    return Professional(
        idnat=someone["idnat"],
        family=someone["family"],
        given=someone["given"],
        prefix=someone.get("civility", ""),
        suffix="DR" if someone.get("profession") == "10" else "",
        speciality=value_set("J01").get(someone["speciality"]) if someone.get("speciality") else None,
        organization=place,
        telecoms=place.telecoms,
    )


def now_at(offset_s: int) -> datetime:
    """The software's own clock: that of the machine, moved when its user moved it."""
    return datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=offset_s)


def _address(given: Record, use: str) -> Address | None:
    if not given:
        return None
    return Address(
        house_number=given.get("number", ""),
        street=given.get("street", ""),
        postal_code=given.get("postal_code", ""),
        city=given.get("city", ""),
        use=use,
    )


def _lines(letter: DischargeLetter) -> list[str]:
    return [
        f"Séjour du {letter.stay.admission:%d/%m/%Y} au {letter.stay.discharge:%d/%m/%Y}",
        f"Motif : {letter.reason}",
        f"Synthèse : {letter.synthesis.text}",
        f"Suites : {letter.follow_up}",
        f"Dr {letter.author.given} {letter.author.family}, {letter.custodian.name}",
    ]
