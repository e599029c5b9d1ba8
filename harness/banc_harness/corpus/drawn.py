"""What a made-up document says: people, dates and contents, drawn from a seed. The same seed gives the same bytes."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

from banc_fixtures import patients
from banc_fixtures.population import Population
from banc_harness.corpus import tables
from banc_harness.corpus.people import organization, patient, professional
from banc_standards.cda import build
from banc_standards.cda.biology import Battery, BiologyReport, Chapter, Result, shown
from banc_standards.cda.model import Act, DischargeLetter, Encounter, Heading, Patient, Stay, Synthesis, Treatment
from banc_standards.cda.pdf import simple_pdf
from banc_standards.cda.summary import Allergy, FamilyHistory, Habit, MedicalSummary, Operation, Problem
from banc_standards.errors import Sentence, UnusableInput
from banc_standards.ins import IdentityStatus, StrictTraits
from banc_standards.ins_datamatrix import build as build_datamatrix
from banc_standards.ins_symbol import Squares, squares
from banc_standards.terminology.codes import Code, value_set
from banc_standards.terminology.documents import BIOLOGY_REPORT, MEDICAL_SUMMARY
from banc_standards.terminology.oids import FACILITY_TYPES, HL7_ACT_CODE, LOINC

_FIRST_DAY: Final = datetime(2025, 1, 6, 8, 0, tzinfo=timezone(timedelta(hours=1)))
_DAYS: Final = 360
_TITLE_BIOLOGY: Final = "Compte rendu d'examens biologiques"


def document(kind: str, draw: random.Random, people: Population, number: int) -> tuple[bytes, patients.Patient]:
    """One document of a type (``LDL-SES``, ``CR-BIO``, ``VSM``, each also ``-N1``), and whom it is about.

    Raises :class:`UnusableInput` for another type.
    """
    check(kind)
    name = kind.removesuffix("-N1")
    who = draw.choice(_subjects(people))
    return _WRITERS[name](draw, people, who, number, name != kind), who


def check(kind: str, others: tuple[str, ...] = ()) -> None:
    """Raises :class:`UnusableInput` for a type of which the bench makes no document; ``others`` are told beside."""
    if kind not in TYPES:
        known = ", ".join((*TYPES, *others))
        raise UnusableInput(
            "CORPUS-001",
            Sentence(f"le banc ne fabrique pas de document « {kind} »", f"the bench makes no document called “{kind}”"),
            Sentence(f"types : {known}", f"types: {known}"),
        )


def _subjects(people: Population) -> list[patients.Patient]:
    """The patients of whom a sound document can be written: a qualified identity, a birth date of the calendar."""
    return [someone for someone in people.patients if someone.ins is not None and _is_day(someone.birth_date)]


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _moment(draw: random.Random, hour: int) -> datetime:
    return _FIRST_DAY + timedelta(days=draw.randrange(_DAYS), hours=hour - 8, minutes=draw.randrange(60))


def _letter(draw: random.Random, people: Population, who: patients.Patient, number: int, level_1: bool) -> bytes:
    place = people.structure(draw.choice(("S01", "S02")))
    doctor = professional(people.professional("P01" if place.id == "S01" else "P12"), place)
    family_doctor = professional(people.professional("P02"), people.structure("S06"))
    story = draw.choice(tables.STAYS)
    discharge = _moment(draw, 14)
    letter = DischargeLetter(
        id=f"{place.document_root}.1.{number}",
        set_id=f"{place.document_root}.1.{number}.0",
        created=discharge,
        patient=patient(who, place),
        author=doctor,
        legal_authenticator=doctor,
        custodian=organization(place),
        stay=Stay(
            admission=discharge - timedelta(days=draw.randint(1, 12), hours=draw.randint(0, 6)),
            discharge=discharge,
            entry_mode=value_set("ModaliteEntree").get(draw.choice(("8715000", "183452005"))),
            exit_mode=value_set("ModaliteSortie").get("160849004"),
            facility_type=value_set("J02").get(place.sector, FACILITY_TYPES),
            performer=doctor,
        ),
        reason=story.reason,
        synthesis=Synthesis(story.synthesis, resistant_organisms_searched=False, transfusion=False),
        treatments=_treatments(draw, discharge.date()),
        recipients=(family_doctor,),
        treating_physician=family_doctor,
        pending_results=story.pending,
        follow_up=story.follow_up,
    )
    if not level_1:
        return build.discharge_letter(letter)
    lines = [f"Motif : {letter.reason}", letter.synthesis.text, f"Suites : {letter.follow_up}"]
    return build.discharge_letter_n1(letter, _printed(letter.heading, lines))


def _report(draw: random.Random, people: Population, who: patients.Patient, number: int, level_1: bool) -> bytes:
    place = people.structure("S03")
    biologist = professional(people.professional("P10"), place)
    family_doctor = professional(people.professional("P02"), people.structure("S06"))
    sampled = _moment(draw, 8)
    validated = sampled + timedelta(hours=draw.randint(3, 9))
    chapters = tuple(_chapter(draw, chapter, sampled) for chapter in draw.sample(tables.CHAPTERS, draw.randint(1, 3)))
    acts = [Act(chapters[0].code, sampled, validated, biologist, "completed")]
    heading = Heading(
        id=f"{place.document_root}.1.{number}",
        set_id=f"{place.document_root}.1.{number}.0",
        created=validated,
        code=BIOLOGY_REPORT,
        title=_TITLE_BIOLOGY,
        patient=patient(who, place),
        author=biologist,
        legal_authenticator=biologist,
        custodian=organization(place),
        acts=(*acts, *(Act(chapter.code) for chapter in chapters[1:])),
        encounter=Encounter(
            facility_type=value_set("J02").get(place.sector, FACILITY_TYPES),
            low=sampled,
            code=value_set("J142").get("AMB", HL7_ACT_CODE),
            responsible=biologist,
        ),
        recipients=(family_doctor,),
        validators=(biologist,),
        prescriber=family_doctor,
        treating_physician=family_doctor,
    )
    lines = [
        f"{result.code.display} : {shown(result)}"
        for chapter in chapters
        for item in chapter.items
        for result in (item.results if isinstance(item, Battery) else (item,))
    ]
    pdf = _printed(heading, lines)
    if level_1:
        return build.level_1(heading, pdf)
    return build.biology_report(BiologyReport(heading, chapters, sampled, pdf))


def _chapter(draw: random.Random, drawn: tables.Discipline, sampled: datetime) -> Chapter:
    results = tuple(_result(draw, test, sampled) for test in drawn.tests)
    code = Code(drawn.code, LOINC, drawn.label)
    if drawn.battery is None:
        return Chapter(code, results)
    return Chapter(code, (Battery(Code(*drawn.battery), results),))


def _result(draw: random.Random, test: tables.Test, sampled: datetime) -> Result:
    low, high = test.range
    value = draw.gauss((low + high) / 2, (high - low) / 3)
    value = max(value, low / 4)
    mark = "L" if value < low else "H" if value > high else "N"
    earlier = sampled - timedelta(days=draw.randint(30, 200)) if draw.random() < 0.3 else None
    digits = test.digits
    result = Result(
        Code(test.loinc, LOINC, test.label),
        f"{value:.{digits}f}",
        unit=test.unit,
        low=f"{low:.{digits}f}",
        high=f"{high:.{digits}f}",
        interpretation=mark,
    )
    return replace(result, previous=(f"{(low + high) / 2:.{digits}f}", earlier)) if earlier else result


def _summary(draw: random.Random, people: Population, who: patients.Patient, number: int, level_1: bool) -> bytes:
    place = people.structure("S06")
    doctor = professional(people.professional("P02"), place)
    seen = _moment(draw, 10)
    since = seen.date()
    heading = Heading(
        id=f"{place.document_root}.1.{number}",
        set_id=f"{place.document_root}.1.{number}.0",
        created=seen,
        code=MEDICAL_SUMMARY,
        title="Synthèse médicale",
        patient=patient(who, place),
        author=doctor,
        legal_authenticator=doctor,
        custodian=organization(place),
        acts=(Act(Code("34117-2", LOINC, "Historique et clinique"), seen, None, doctor),),
        encounter=Encounter(
            facility_type=value_set("J02").get(place.sector, FACILITY_TYPES),
            low=seen,
            code=value_set("J142").get("AMB", HL7_ACT_CODE),
            responsible=doctor,
        ),
        treating_physician=doctor,
    )
    active = draw.sample(tables.PROBLEMS, draw.randint(0, 2))
    past = [code for code in draw.sample(tables.PAST, draw.randint(0, 2)) if code not in active]
    summary = MedicalSummary(
        heading=heading,
        vigilance=draw.choice(tables.VIGILANCE),
        problems=(
            *(Problem(code, _before(draw, since, 3000)) for code in active),
            *(Problem(code, start := _before(draw, since, 6000), start + timedelta(days=9)) for code in past),
        ),
        operations=tuple(Operation(code, _before(draw, since, 5000)) for code in draw.sample(tables.ACTS, 1)),
        allergies=tuple(
            Allergy(value_set("TypeEvenementIndesirablePrevisible").get(kind), agent, _before(draw, since, 4000))
            for kind, agent in draw.sample(tables.ALLERGIES, draw.randint(0, 2))
        ),
        habits=tuple(
            Habit(value_set("SocialHistoryCodes").get(code), value, unit)
            for code, value, unit in draw.sample(tables.HABITS, draw.randint(0, 2))
        ),
        occupational=draw.choice(("", "Station debout prolongée", "Travail de nuit")),
        family=tuple(
            FamilyHistory(value_set("HL7_PersonalRelationshipRoleType").get(relative), code)
            for relative, code in draw.sample(tables.FAMILY, draw.randint(0, 1))
        ),
        treatments=_treatments(draw, since),
    )
    if not level_1:
        return build.medical_summary(summary)
    lines = [*(problem.code.display for problem in summary.problems), f"À surveiller : {summary.vigilance}"]
    return build.level_1(heading, _printed(heading, lines))


def _before(draw: random.Random, when: date, days: int) -> date:
    return when - timedelta(days=draw.randint(30, days))


def _treatments(draw: random.Random, start: date) -> tuple[Treatment, ...]:
    taken = draw.sample(tables.DRUGS, draw.randint(0, 3))
    return tuple(
        Treatment(
            name=drug.name,
            start=start,
            end=start + timedelta(days=drug.days) if drug.days else None,
            dose=drug.dose,
            dose_unit=drug.unit,
            period_hours=drug.hours,
            instructions=drug.instructions,
        )
        for drug in taken
    )


def _printed(heading: Heading, lines: list[str]) -> bytes:
    who = heading.patient
    ins = [f"INS : {who.ins.value}"] if who.ins else []
    head = [heading.title, "", f"Patient : {who.birth_family} {who.first_given}, {who.birth_date}", *ins, ""]
    signed = f"Dr {heading.author.given} {heading.author.family}, {heading.custodian.name}"
    created = heading.created.astimezone(UTC)
    return simple_pdf([*head, *lines, "", signed], created=created, symbol=_symbol(who))


def _symbol(who: Patient) -> Squares | None:
    """The datamatrix INS of a qualified patient."""
    if who.ins is None:
        return None
    place = who.birth_place_cog
    traits = StrictTraits(who.birth_family, who.birth_givens, who.sex, str(who.birth_date), place)
    return squares(build_datamatrix(who.ins, traits, IdentityStatus.QUAL))


_WRITERS: Final[dict[str, Callable[[random.Random, Population, patients.Patient, int, bool], bytes]]] = {
    "LDL-SES": _letter,
    "CR-BIO": _report,
    "VSM": _summary,
}
TYPES: Final = tuple(f"{name}{level}" for name in _WRITERS for level in ("", "-N1"))
"""The types that :func:`document` makes: structured, and as a PDF under the common header."""
