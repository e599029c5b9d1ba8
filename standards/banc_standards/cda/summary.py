"""Writing a medical summary (volet de synthèse médicale, VSM 2023.01): what a treating doctor keeps of a patient."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeVar

from lxml import etree

from banc_standards.cda.body import Row, how, section, treatment_entry
from banc_standards.cda.elements import coded, day, node, stable_uuid, templates
from banc_standards.cda.model import Heading, Treatment
from banc_standards.cda.names import SIMPLE_OBSERVATION
from banc_standards.terminology.codes import Code, value_set
from banc_standards.terminology.oids import ALLERGY_STATUS, CIS, LOINC, SNOMED_CT

_PCC: Final = "1.3.6.1.4.1.19376.1.5.3.1"
_CCD: Final = "2.16.840.1.113883.10.20.1"
_FR: Final = "1.2.250.1.213.1.1.3"
_FR_SECTION: Final = "1.2.250.1.213.1.1.2"
_DIAGNOSIS: Final = Code("282291009", SNOMED_CT, "interprétation diagnostique")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Problem:
    """A disease: its code (CIM-10) and since when; one with an ``end`` is past history."""

    code: Code
    start: date
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """An act that was done: its code (CCAM) and its date."""

    code: Code
    done: date


@dataclass(frozen=True, slots=True)
class Allergy:
    """An allergy or intolerance: its kind (JDV TypeEvenementIndesirablePrevisible), what causes it, since when.

    ``cis`` is the agent's drug code when it is a drug; ``status`` active, inactive or resolved.
    """

    kind: Code
    agent: str
    since: date | None = None
    cis: str = ""
    status: str = "active"


@dataclass(frozen=True, slots=True)
class Habit:
    """A way of life that matters: what it is (JDV SocialHistoryCodes), and how much as a number with its unit, or in
    words.
    """

    code: Code
    value: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class FamilyHistory:
    """A disease in the family: whose (JDV HL7_PersonalRelationshipRoleType), and which (CIM-10)."""

    relative: Code
    problem: Code


@dataclass(frozen=True, slots=True)
class MedicalSummary:
    """A *volet de synthèse médicale*. ``vigilance`` is what to watch, in words; a heading with nothing to say is left
    out, and the narrative says so.
    """

    heading: Heading
    vigilance: str
    problems: tuple[Problem, ...] = ()
    operations: tuple[Operation, ...] = ()
    allergies: tuple[Allergy, ...] = ()
    habits: tuple[Habit, ...] = ()
    occupational: str = ""
    family: tuple[FamilyHistory, ...] = ()
    treatments: tuple[Treatment, ...] = ()
    comment: str = ""


def summary_sections(summary: MedicalSummary) -> list[etree._Element]:
    """The sections in the order of the model. Raises ``KeyError`` for an allergy status that its set does not hold."""
    owner = summary.heading.id
    sections = [_synthesis(summary), _vigilance(owner, summary.vigilance), _long_term(owner, summary.treatments)]
    if summary.comment:
        roots = ("1.3.6.1.4.1.19376.1.4.1.2.16", "2.16.840.1.113883.10.12.201", f"{_FR_SECTION}.73")
        code = Code("55112-7", LOINC, "Commentaire")
        sections.append(section(owner, roots, code, "Commentaire", [("", summary.comment, "commentaire")]))
    return sections


def _synthesis(summary: MedicalSummary) -> etree._Element:
    owner = summary.heading.id
    active = [problem for problem in summary.problems if problem.end is None]
    past = [problem for problem in summary.problems if problem.end is not None]
    history = _holder(
        owner,
        30,
        Code("34117-2", LOINC, "Historique et physique"),
        "Pathologies en cours, antécédents et allergies",
        "Aucune pathologie, aucun antécédent et aucune allergie connus",
        [
            _problems(owner, active, current=True) if active else None,
            _problems(owner, past, current=False) if past else None,
            _operations(owner, summary.operations) if summary.operations else None,
            _allergies(owner, summary.allergies) if summary.allergies else None,
        ],
    )
    risks = _holder(
        owner,
        31,
        Code("57207-3", LOINC, "Facteurs de risque"),
        "Facteurs de risque",
        "Aucun facteur de risque connu",
        [
            _habits(owner, summary.habits) if summary.habits else None,
            _occupational(owner, summary.occupational) if summary.occupational else None,
            _family(owner, summary.family) if summary.family else None,
        ],
    )
    title = "Pathologies en cours, antécédents, allergies et facteurs de risque"
    return _holder(owner, 29, Code("46612-8", LOINC, "Conclusions de synthèse"), title, "", [history, risks])


def _holder(
    owner: str, number: int, code: Code, title: str, nothing: str, inside: Sequence[etree._Element | None]
) -> etree._Element:
    """A section that holds others; with none of them its narrative says that there is nothing."""
    held = [item for item in inside if item is not None]
    return node(
        "section",
        templates(f"{_FR_SECTION}.{number}"),
        node("id", root=stable_uuid(owner, "holder", str(number))),
        coded("code", code),
        node("title", title),
        None if held else node("text", nothing),
        [node("component", item) for item in held],
    )


def _listed(
    owner: str,
    roots: Sequence[str],
    code: Code,
    title: str,
    items: Sequence[_T],
    row: Callable[[_T], tuple[str, str]],
    entry: Callable[[_T, str], etree._Element],
) -> etree._Element:
    """A section with one line and one entry an item; the entry refers to its line by an anchor."""
    prefix = code.code
    anchors = [f"s{prefix}-{number}" for number, _ in enumerate(items, 1)]
    rows: list[Row] = [(*row(item), anchor) for item, anchor in zip(items, anchors, strict=True)]
    entries = [entry(item, anchor) for item, anchor in zip(items, anchors, strict=True)]
    return section(owner, roots, code, title, rows, entries)


def _problems(owner: str, problems: Sequence[Problem], *, current: bool) -> etree._Element:
    roots: tuple[str, ...]
    if current:
        roots = (f"{_CCD}.11", f"{_PCC}.3.6", f"{_FR_SECTION}.132")
        code, title = Code("11450-4", LOINC, "Liste des problèmes actifs"), "Pathologies en cours"
    else:
        roots = (f"{_PCC}.3.8", f"{_FR_SECTION}.134")
        code, title = Code("11348-0", LOINC, "Antécédents médicaux"), "Antécédents médicaux"

    def row(problem: Problem) -> tuple[str, str]:
        until = f" au {problem.end:%d/%m/%Y}" if problem.end else ""
        return f"{'Du' if problem.end else 'Depuis le'} {problem.start:%d/%m/%Y}{until}", problem.code.display

    def entry(problem: Problem, anchor: str) -> etree._Element:
        found = _problem(owner, problem, anchor)
        status = "completed" if problem.end else "active"
        return _concern(owner, anchor, (f"{_PCC}.4.5.2", f"{_FR}.39"), status, _times(problem), found)

    return _listed(owner, roots, code, title, problems, row, entry)


def _times(problem: Problem) -> list[etree._Element]:
    ends = [node("low", value=day(problem.start))]
    return [*ends, node("high", value=day(problem.end))] if problem.end else ends


def _concern(
    owner: str,
    anchor: str,
    kind: Sequence[str],
    status: str,
    times: Sequence[etree._Element],
    content: etree._Element,
) -> etree._Element:
    return node(
        "act",
        templates(f"{_CCD}.27", f"{_PCC}.4.5.1", *kind),
        node("id", root=stable_uuid(owner, anchor, "concern")),
        node("code", nullFlavor="NA"),
        node("statusCode", code=status),
        node("effectiveTime", times),
        node("entryRelationship", content, typeCode="SUBJ", inversionInd="false"),
        classCode="ACT",
        moodCode="EVN",
    )


def _problem(owner: str, problem: Problem, anchor: str) -> etree._Element:
    return node(
        "observation",
        templates(f"{_CCD}.28", f"{_PCC}.4.5", f"{_FR}.37"),
        node("id", root=stable_uuid(owner, anchor)),
        coded("code", _DIAGNOSIS),
        node("text", node("reference", value=f"#{anchor}")),
        node("statusCode", code="completed"),
        node("effectiveTime", _times(problem)),
        coded("value", problem.code, node("originalText", node("reference", value=f"#{anchor}")), xsi_type="CD"),
        classCode="OBS",
        moodCode="EVN",
        negationInd="false",
    )


def _operations(owner: str, operations: Sequence[Operation]) -> etree._Element:
    roots = (f"{_CCD}.12", f"{_PCC}.3.11", f"{_PCC}.3.12", f"{_FR_SECTION}.136")

    def row(operation: Operation) -> tuple[str, str]:
        return f"{operation.done:%d/%m/%Y}", operation.code.display

    def entry(operation: Operation, anchor: str) -> etree._Element:
        return node(
            "procedure",
            templates(f"{_PCC}.4.19", f"{_CCD}.29", f"{_FR}.62"),
            node("id", root=stable_uuid(owner, anchor)),
            coded("code", operation.code),
            node("text", node("reference", value=f"#{anchor}")),
            node("statusCode", code="completed"),
            node("effectiveTime", value=day(operation.done)),
            classCode="PROC",
            moodCode="EVN",
        )

    code = Code("47519-4", LOINC, "Historique des actes")
    return _listed(owner, roots, code, "Antécédents chirurgicaux", operations, row, entry)


def _allergies(owner: str, allergies: Sequence[Allergy]) -> etree._Element:
    roots = (f"{_CCD}.2", f"{_PCC}.3.13", f"{_FR_SECTION}.137")
    code = Code("48765-2", LOINC, "Allergies et hypersensibilités")

    def row(allergy: Allergy) -> tuple[str, str]:
        return allergy.kind.display, allergy.agent

    def entry(allergy: Allergy, anchor: str) -> etree._Element:
        low = node("low", value=day(allergy.since)) if allergy.since else node("low", nullFlavor="UNK")
        kind = (f"{_PCC}.4.5.3", f"{_FR}.40")
        return _concern(owner, anchor, kind, "active", [low], _allergy(owner, allergy, anchor))

    return _listed(owner, roots, code, "Allergies et intolérances", allergies, row, entry)


def _allergy(owner: str, allergy: Allergy, anchor: str) -> etree._Element:
    low = node("low", value=day(allergy.since)) if allergy.since else node("low", nullFlavor="UNK")
    said = node("originalText", node("reference", value=f"#{anchor}"))
    agent = (
        coded("code", Code(allergy.cis, CIS, allergy.agent), said)
        if allergy.cis
        else node("code", said, nullFlavor="UNK")
    )
    status = value_set("HL7_allergyintolerance_clinical").get(allergy.status, ALLERGY_STATUS)
    state = node(
        "observation",
        templates(f"{_CCD}.50", f"{_CCD}.57", f"{_PCC}.4.1.1", f"{_FR}.30"),
        coded("code", Code("33999-4", LOINC, "Statut")),
        node("text", node("reference", value=f"#{anchor}")),
        node("statusCode", code="completed"),
        coded("value", status, xsi_type="CE"),
        classCode="OBS",
        moodCode="EVN",
    )
    entity = node("playingEntity", agent, node("name", allergy.agent), classCode="MMAT")
    return node(
        "observation",
        templates(f"{_CCD}.18", f"{_CCD}.28", f"{_PCC}.4.5", f"{_PCC}.4.6", f"{_FR}.41"),
        node("id", root=stable_uuid(owner, anchor)),
        coded("code", allergy.kind),
        node("text", node("reference", value=f"#{anchor}")),
        node("statusCode", code="completed"),
        node("effectiveTime", low),
        node("value", node("originalText", node("reference", value=f"#{anchor}")), xsi_type="CD", nullFlavor="UNK"),
        node("participant", node("participantRole", entity, classCode="MANU"), typeCode="CSM"),
        node("entryRelationship", state, typeCode="REFR", inversionInd="false"),
        classCode="OBS",
        moodCode="EVN",
        negationInd="false",
    )


def _habits(owner: str, habits: Sequence[Habit]) -> etree._Element:
    roots = (f"{_CCD}.15", f"{_PCC}.3.16", f"{_PCC}.3.16.1", f"{_FR_SECTION}.141")
    code = Code("29762-2", LOINC, "Habitus, Mode de vie")

    def row(habit: Habit) -> tuple[str, str]:
        return habit.code.display, f"{habit.value} {habit.unit.strip('{}')}".strip()

    def entry(habit: Habit, anchor: str) -> etree._Element:
        value = (
            node("value", xsi_type="PQ", value=habit.value, unit=habit.unit)
            if habit.unit
            else node("value", habit.value, xsi_type="ST")
        )
        return node(
            "observation",
            templates(f"{_CCD}.33", SIMPLE_OBSERVATION, f"{SIMPLE_OBSERVATION}.4", f"{_FR}.52"),
            node("id", root=stable_uuid(owner, anchor)),
            coded("code", habit.code),
            node("text", node("reference", value=f"#{anchor}")),
            node("statusCode", code="completed"),
            node("effectiveTime", nullFlavor="NA"),
            value,
            classCode="OBS",
            moodCode="EVN",
        )

    return _listed(owner, roots, code, "Mode de vie", habits, row, entry)


def _occupational(owner: str, text: str) -> etree._Element:
    roots = (f"{_PCC}.1.5.3.1", f"{_FR_SECTION}.74")
    code = Code("10161-8", LOINC, "Facteurs de risques professionnels")
    return section(owner, roots, code, "Facteurs de risques professionnels", [("", text, "travail")])


def _family(owner: str, family: Sequence[FamilyHistory]) -> etree._Element:
    roots = (f"{_CCD}.4", f"{_PCC}.3.14", f"{_PCC}.3.15", f"{_FR_SECTION}.139")
    code = Code("10157-6", LOINC, "Historique des pathologies familiales")

    def row(history: FamilyHistory) -> tuple[str, str]:
        return history.relative.display, history.problem.display

    def entry(history: FamilyHistory, anchor: str) -> etree._Element:
        said = node("originalText", node("reference", value=f"#{anchor}"))
        disease = node(
            "observation",
            templates(f"{_CCD}.22", SIMPLE_OBSERVATION, f"{SIMPLE_OBSERVATION}.3", f"{_FR}.51"),
            node("id", root=stable_uuid(owner, anchor)),
            coded("code", _DIAGNOSIS),
            node("text", node("reference", value=f"#{anchor}")),
            node("statusCode", code="completed"),
            node("effectiveTime", nullFlavor="UNK"),
            coded("value", history.problem, said, xsi_type="CD"),
            classCode="OBS",
            moodCode="EVN",
        )
        relative = node("relatedSubject", coded("code", history.relative), classCode="PRS")
        return node(
            "organizer",
            templates(f"{_CCD}.23", f"{_PCC}.4.15", f"{_FR}.59"),
            node("statusCode", code="completed"),
            node("subject", templates(f"{_PCC}.4.15.2", f"{_FR}.60"), relative, typeCode="SBJ"),
            node("component", disease, typeCode="COMP"),
            classCode="CLUSTER",
            moodCode="EVN",
        )

    return _listed(owner, roots, code, "Antécédents familiaux", family, row, entry)


def _vigilance(owner: str, text: str) -> etree._Element:
    code = Code("30954-2", LOINC, "Résultats d'examens")
    roots = (f"{_PCC}.3.27", f"{_FR_SECTION}.150")
    return section(owner, roots, code, "Points de vigilance", [("", text, "vigilance")])


def _long_term(owner: str, treatments: Sequence[Treatment]) -> etree._Element:
    code = Code("10160-0", LOINC, "Traitements")
    roots = (f"{_CCD}.8", f"{_PCC}.3.19", f"{_FR_SECTION}.143")
    rows = [(treatment.name, how(treatment), f"trt-{number}") for number, treatment in enumerate(treatments, 1)]
    entries = [treatment_entry(owner, treatment, number) for number, treatment in enumerate(treatments, 1)]
    current = section(owner, roots, code, "Traitements", rows, entries) if treatments else None
    plan = Code("18776-5", LOINC, "Plan de traitement")
    return _holder(owner, 32, plan, "Traitement au long cours", "Aucun traitement au long cours", [current])
