"""The practice's charts, and the summaries (VSM) that are written from them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from banc_harness.witness import printing
from banc_harness.witness.letters import organization, professional, subject
from banc_standards.cda import build
from banc_standards.cda.model import Act, Encounter, Heading, Treatment
from banc_standards.cda.summary import Allergy, FamilyHistory, Habit, MedicalSummary, Operation, Problem
from banc_standards.terminology.codes import Code, value_set
from banc_standards.terminology.documents import MEDICAL_SUMMARY
from banc_standards.terminology.oids import CCAM_ATIH, CIM10, LOINC

Record = Mapping[str, Any]
TITLE = "Synthèse médicale"
NOTHING_TO_WATCH = "Aucun point de vigilance particulier."


def summary(
    record: Record, patient: Record, author: Record, structure: Record, *, defects: frozenset[str]
) -> MedicalSummary:
    """The summary of a chart on the day of ``record``, which holds its ids, its date and the chart."""
    chart = record["chart"]
    setting = {"practice_setting": "ETABLISSEMENT"} if "wrong-setting" in defects else {}
    speciality = {"speciality": "G15_10/SM04"} if "wrong-speciality" in defects else {}
    place = organization({**structure, **setting})
    doctor = professional({**author, **speciality}, place)
    seen = datetime.fromisoformat(record["created"])
    heading = Heading(
        id=record["unique_id"],
        set_id=record["set_id"],
        version=record["version"],
        replaces=record["replaces"] or "",
        created=seen,
        code=MEDICAL_SUMMARY,
        title=TITLE,
        patient=subject(patient, structure, defects=defects),
        author=doctor,
        legal_authenticator=doctor,
        custodian=place,
        acts=(Act(Code("34117-2", LOINC, "Historique et clinique"), seen, None, doctor),),
        encounter=Encounter(
            facility_type=value_set("J02").get(structure["sector"]),
            low=seen,
            code=value_set("J142").get("AMB"),
            responsible=doctor,
        ),
        treating_physician=None if "unnamed-treating-doctor" in defects else doctor,
    )
    allergies = chart.get("allergies") or ()
    return MedicalSummary(
        heading=heading,
        vigilance=chart.get("vigilance") or NOTHING_TO_WATCH,
        problems=tuple(
            Problem(
                Code(item["code"], CIM10, item["label"]),
                _day(item["since"]),
                None if "past-as-active" in defects else _end(item["until"]),
            )
            for item in chart.get("problems") or ()
        ),
        operations=tuple(
            Operation(Code(item["code"], CCAM_ATIH, item["label"]), _day(item["date"]))
            for item in chart.get("operations") or ()
        ),
        allergies=tuple(
            Allergy(
                value_set("TypeEvenementIndesirablePrevisible").get(item["kind"]), item["agent"], _end(item["since"])
            )
            for item in (allergies[:-1] if "drops-an-allergy" in defects else allergies)
        ),
        habits=tuple(
            Habit(value_set("SocialHistoryCodes").get(item["code"]), item["value"], item["unit"])
            for item in chart.get("habits") or ()
        ),
        occupational=chart.get("occupational") or "",
        family=tuple(
            FamilyHistory(
                value_set("HL7_PersonalRelationshipRoleType").get(item["relative"]),
                Code(item["code"], CIM10, item["label"]),
            )
            for item in chart.get("family") or ()
        ),
        treatments=tuple(
            _treatment(item)
            for item in chart.get("treatments") or ()
            if item["until"] is None or "keeps-old-treatment" in defects
        ),
        comment=_vaccinations(chart),
    )


def written(summary: MedicalSummary, level: str, patient: Record, *, defects: frozenset[str]) -> bytes:
    """The document of the summary: structured (N3), or a PDF under the common header (N1)."""
    if level == "N1":
        return build.level_1(summary.heading, printed(summary, patient, defects=defects))
    return build.medical_summary(summary)


def printed(summary: MedicalSummary, patient: Record, *, defects: frozenset[str]) -> bytes:
    """The summary as a PDF that a reader without software opens; ``patient`` is what the software keeps of its own."""
    heading = summary.heading
    lines = [
        *(f"{problem.code.display}, depuis le {problem.start:%d/%m/%Y}" for problem in summary.problems),
        *(f"Allergie : {allergy.agent}" for allergy in summary.allergies),
        *(f"Traitement : {treatment.name}" for treatment in summary.treatments),
        f"À surveiller : {summary.vigilance}",
        f"Dr {heading.author.given} {heading.author.family}, {heading.custodian.name}",
    ]
    return printing.printed(heading.title, heading.patient, lines, patient, defects=defects)


def _treatment(item: Record) -> Treatment:
    return Treatment(
        name=item["name"],
        start=_day(item["since"]),
        dose=item["dose"],
        dose_unit=item["unit"],
        period_hours=item["every_hours"],
        instructions=item["instructions"],
    )


def _vaccinations(chart: Record) -> str:
    given = [f"{item['name']} le {_day(item['date']):%d/%m/%Y}" for item in chart.get("vaccinations") or ()]
    return f"Vaccinations : {', '.join(given)}." if given else ""


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _end(text: str | None) -> date | None:
    return _day(text) if text else None
