"""What other structures filed in a patient's DMP before the scenario: a letter, a lab report, a medical summary.

The dates are those of the acts, fixed, so that a period means the same whenever the scenario is played.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Final

from banc_harness.corpus.people import organization, patient, professional
from banc_standards.cda import build
from banc_standards.cda.biology import BiologyReport, Chapter, Result
from banc_standards.cda.model import Act, DischargeLetter, Encounter, Heading, Stay, Synthesis
from banc_standards.cda.pdf import simple_pdf
from banc_standards.cda.summary import Allergy, MedicalSummary, Problem
from banc_standards.terminology.codes import Code, value_set
from banc_standards.terminology.documents import BIOLOGY_REPORT, MEDICAL_SUMMARY
from banc_standards.terminology.oids import FACILITY_TYPES, HL7_ACT_CODE, LOINC

if TYPE_CHECKING:
    from banc_fixtures.patients import Patient
    from banc_fixtures.professionals import Professional
    from banc_fixtures.structures import Structure

WINTER: Final = timezone(timedelta(hours=1))
SUMMARY_TYPE: Final = "SYNTH"
LETTER_TYPE: Final = "11490-0"
BIOLOGY_TYPE: Final = "11502-2"


@dataclass(frozen=True, slots=True)
class Source:
    """Who wrote a document, and where. ``number`` tells their documents apart."""

    author: Professional
    place: Structure
    number: int

    @property
    def id(self) -> str:
        """The uniqueId of the document."""
        return f"{self.place.document_root}.3.{self.number}"


def summary(source: Source, who: Patient, seen: datetime) -> bytes:
    """The medical summary that a treating doctor keeps."""
    doctor = professional(source.author, source.place)
    heading = _heading(
        source,
        who,
        seen,
        code=MEDICAL_SUMMARY,
        title="Synthèse médicale",
        acts=(Act(Code("34117-2", LOINC, "Historique et clinique"), seen, None, doctor),),
    )
    content = MedicalSummary(
        heading=heading,
        vigilance="Allergie aux pénicillines.",
        problems=(
            Problem(Code("I10", "2.16.840.1.113883.6.3", "Hypertension essentielle (primitive)"), date(2015, 3, 2)),
        ),
        allergies=(
            Allergy(value_set("TypeEvenementIndesirablePrevisible").get("416098002"), "Amoxicilline", date(2009, 5, 4)),
        ),
    )
    return build.medical_summary(content)


def letter(
    source: Source, who: Patient, discharge: datetime, *, version: int = 1, replaces: str = "", series: str = ""
) -> bytes:
    """The letter of an earlier stay, or the version that takes the place of the document ``replaces``."""
    doctor = professional(source.author, source.place)
    return build.discharge_letter(
        DischargeLetter(
            id=source.id,
            set_id=series or f"{source.id}.0",
            version=version,
            replaces=replaces.removeprefix("urn:oid:"),
            created=discharge,
            patient=patient(who, source.place),
            author=doctor,
            legal_authenticator=doctor,
            custodian=organization(source.place),
            stay=Stay(
                admission=discharge - timedelta(days=3, hours=4),
                discharge=discharge,
                entry_mode=value_set("ModaliteEntree").get("8715000"),
                exit_mode=value_set("ModaliteSortie").get("160849004"),
                facility_type=value_set("J02").get(source.place.sector, FACILITY_TYPES),
                performer=doctor,
            ),
            reason="Pneumopathie.",
            synthesis=Synthesis("Évolution favorable sous antibiotique."),
            treatments=(),
            follow_up="Radiographie de contrôle dans un mois.",
        )
    )


def report(source: Source, who: Patient, sampled: datetime) -> bytes:
    """A lab report with one result."""
    biologist = professional(source.author, source.place)
    validated = sampled + timedelta(hours=3)
    sodium = Result(
        Code("2951-2", LOINC, "Sodium [Moles/Volume] Sérum/Plasma ; Numérique"),
        "140",
        unit="mmol/L",
        low="136",
        high="145",
        interpretation="N",
    )
    chapter = Chapter(Code("18719-5", LOINC, "Biochimie"), (sodium,))
    heading = _heading(
        source,
        who,
        validated,
        code=BIOLOGY_REPORT,
        title="Compte rendu d'examens biologiques",
        acts=(Act(chapter.code, sampled, validated, biologist, "completed"),),
    )
    pdf = simple_pdf([heading.title, "Sodium : 140 mmol/L"], created=validated.astimezone(UTC))
    return build.biology_report(BiologyReport(heading, (chapter,), sampled, pdf))


def _heading(source: Source, who: Patient, when: datetime, *, code: Code, title: str, acts: tuple[Act, ...]) -> Heading:
    author = professional(source.author, source.place)
    return Heading(
        id=source.id,
        set_id=f"{source.id}.0",
        created=when,
        code=code,
        title=title,
        patient=patient(who, source.place),
        author=author,
        legal_authenticator=author,
        custodian=organization(source.place),
        acts=acts,
        encounter=Encounter(
            facility_type=value_set("J02").get(source.place.sector, FACILITY_TYPES),
            low=when,
            code=value_set("J142").get("AMB", HL7_ACT_CODE),
            responsible=author,
        ),
        validators=(author,) if code == BIOLOGY_REPORT else (),
        prescriber=author if code == BIOLOGY_REPORT else None,
    )
