"""The body of a discharge letter: the sections of LDL-SES 2022.01 and their entries."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from banc_standards.cda.body import Row, administration, how, section, treatment_entry
from banc_standards.cda.elements import coded, day, node, stable_uuid, templates
from banc_standards.cda.model import DischargeLetter
from banc_standards.cda.names import (
    SECTION_DISCHARGE_TREATMENTS,
    SECTION_FOLLOW_UP,
    SECTION_PENDING_RESULTS,
    SECTION_REASON,
    SECTION_STATUS,
    SECTION_STAY,
    SIMPLE_OBSERVATION,
    SIMPLE_OBSERVATION_FR,
)
from banc_standards.terminology.codes import Code, value_set
from banc_standards.terminology.oids import LOINC, TA_ASIP


def sections(letter: DischargeLetter) -> list[etree._Element]:
    """The sections in the order of the model; the optional ones only when the letter says something there."""
    optional = [
        _results(letter) if letter.pending_results else None,
        _follow_up(letter) if letter.follow_up else None,
    ]
    mandatory = [_status(letter), _reason(letter), _stay(letter), _treatments(letter)]
    return mandatory + [section for section in optional if section is not None]


def _observation(
    letter: DischargeLetter,
    number: str,
    code: Code,
    anchor: str,
    value: etree._Element,
    when: str,
    also: Sequence[str] = (),
) -> etree._Element:
    template = f"{SIMPLE_OBSERVATION_FR}.{number}"
    return node(
        "observation",
        templates(SIMPLE_OBSERVATION, SIMPLE_OBSERVATION_FR, template, *also),
        node("id", root=stable_uuid(letter.id, template)),
        coded("code", code),
        node("text", node("reference", value=f"#{anchor}")),
        node("statusCode", code="completed"),
        node("effectiveTime", value=when),
        value,
        classCode="OBS",
        moodCode="EVN",
    )


def _status(letter: DischargeLetter) -> etree._Element:
    status = value_set("StatutDoc").get(letter.status)
    value = coded("value", status, xsi_type="CD")
    code = Code("GEN-065", TA_ASIP, "Statut du document")
    also = (f"{SIMPLE_OBSERVATION_FR}.16.1",)
    entry = _observation(letter, "16", code, "statut", value, day(letter.created), also)
    rows = [("Statut du document", status.display, "statut")]
    section_code = Code("33557-0", LOINC, "Etat d'achèvement")
    return section(
        letter.id, ("1.2.250.1.213.1.1.2.35", SECTION_STATUS), section_code, "Statut du document", rows, [entry]
    )


def _reason(letter: DischargeLetter) -> etree._Element:
    code = Code("42349-1", LOINC, "Raison de la recommandation")
    roots = (SECTION_REASON, "1.2.250.1.213.1.1.2.127")
    return section(letter.id, roots, code, "Motif de l'hospitalisation", [("", letter.reason, "motif")])


def _stay(letter: DischargeLetter) -> etree._Element:
    stay, synthesis = letter.stay, letter.synthesis
    admitted, left = day(stay.admission), day(stay.discharge)
    rows: list[Row] = []
    entries: list[etree._Element] = []

    def say(number: str, code: str, label: str, text: str, value: etree._Element, when: str) -> None:
        anchor = f"obs-{number}"
        rows.append((label, text, anchor))
        entries.append(_observation(letter, number, Code(code, TA_ASIP, label), anchor, value, when))

    def mode(number: str, code: str, label: str, value: Code, when: str) -> None:
        say(number, code, label, value.display, coded("value", value, xsi_type="CE"), when)

    def text(number: str, code: str, label: str, words: str) -> None:
        if words:
            say(number, code, label, words, node("value", words, xsi_type="ST"), left)

    def yes_no(number: str, code: str, label: str, answer: bool) -> None:
        value = node("value", xsi_type="BL", value="true" if answer else "false")
        say(number, code, label, "Oui" if answer else "Non", value, left)

    entry_mode = value_set("ModaliteEntree").get(stay.entry_mode.code, stay.entry_mode.system)
    exit_mode = value_set("ModaliteSortie").get(stay.exit_mode.code, stay.exit_mode.system)
    mode("6", "ORG-070", "Modalité d'entrée", entry_mode, admitted)
    mode("7", "ORG-074", "Modalité de sortie", exit_mode, left)
    text("9", "MED-142", "Synthèse médicale", synthesis.text)
    text("3", "MED-143", "Evènements indésirables survenus pendant l'hospitalisation", synthesis.adverse_events)
    yes_no(
        "8",
        "MED-309",
        "Recherche de microorganismes multi-résistants ou émergents effectuée",
        synthesis.resistant_organisms_searched,
    )
    text("5", "MED-144", "Identification de micro-organismes multirésistants", synthesis.resistant_organisms)
    yes_no("10", "MED-145", "Transfusion de produits sanguins", synthesis.transfusion)
    text("1", "MED-146", "Accidents transfusionnels", synthesis.transfusion_accidents)
    yes_no("2", "MED-147", "Administration de dérivés du sang", synthesis.blood_derivatives)
    text(
        "4",
        "MED-148",
        "Evènements indésirables suite à l'administration de dérivés du sang",
        synthesis.blood_derivative_events,
    )
    roots = (
        "1.3.6.1.4.1.19376.1.5.3.1.1.21.2.9",
        SECTION_STAY,
        "1.2.250.1.213.1.1.2.163",
        "1.2.250.1.213.1.1.2.163.1",
    )
    code = Code("42545-4", LOINC, "Evènements observés")
    return section(letter.id, roots, code, "Synthèse médicale du séjour", rows, entries)


def _treatments(letter: DischargeLetter) -> etree._Element:
    rows = [(treatment.name, how(treatment), f"trt-{n}") for n, treatment in enumerate(letter.treatments, 1)]
    entries = [treatment_entry(letter.id, treatment, n) for n, treatment in enumerate(letter.treatments, 1)]
    if not letter.treatments:
        rows = [("", "Aucun traitement à la sortie", "trt-0")]
        entries = [_no_treatment(letter)]
    code = Code("10183-2", LOINC, "Traitements à la sortie")
    roots = (SECTION_DISCHARGE_TREATMENTS, "1.2.250.1.213.1.1.2.146")
    return section(letter.id, roots, code, "Traitements à la sortie", rows, entries)


def _no_treatment(letter: DischargeLetter) -> etree._Element:
    name = node("name", nullFlavor="NA")
    return administration(letter.id, 0, "#trt-0", [], node("code", nullFlavor="NA"), name)


def _results(letter: DischargeLetter) -> etree._Element:
    code = Code("30954-2", LOINC, "Résultats d'examens")
    title = "Résultats d'examens / Autres informations attendus"
    roots = (SECTION_PENDING_RESULTS, "1.2.250.1.213.1.1.2.150")
    return section(letter.id, roots, code, title, [("", letter.pending_results, "attente")])


def _follow_up(letter: DischargeLetter) -> etree._Element:
    code = Code("18776-5", LOINC, "Plan de soins")
    roots = ("2.16.840.1.113883.10.20.1.10", SECTION_FOLLOW_UP, "1.2.250.1.213.1.1.2.158")
    return section(letter.id, roots, code, "Suites à donner", [("", letter.follow_up, "suites")])
