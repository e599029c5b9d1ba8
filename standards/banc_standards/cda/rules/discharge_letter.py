"""Rules of the discharge letter, LDL-SES 2022.01: its type, its four mandatory sections, the stay's observations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from lxml import etree

from banc_standards.cda.names import (
    LDL_SES,
    SECTION_DISCHARGE_TREATMENTS,
    SECTION_REASON,
    SECTION_STATUS,
    SECTION_STAY,
    SIMPLE_OBSERVATION,
    SIMPLE_OBSERVATION_FR,
    V3,
)
from banc_standards.cda.node import Node, roots
from banc_standards.cda.read import Document
from banc_standards.cda.rules.book import ClinicalBook
from banc_standards.cda.rules.expect import hit
from banc_standards.cda.rules.shapes import acting, at_most_one, bound, coded, least, one, status, templated
from banc_standards.rules import Hit
from banc_standards.terminology.documents import DISCHARGE_LETTER
from banc_standards.terminology.oids import LOINC, TA_ASIP

_BOOK = ClinicalBook("CI-SIS, volet Lettre de liaison à la sortie (LDL-SES 2022.01)")

_ENTRY_MODE: Final = "ORG-070"
_EXIT_MODE: Final = "ORG-074"
_OBSERVED: Final = frozenset({_ENTRY_MODE, _EXIT_MODE, "MED-142", "MED-309", "MED-145", "MED-147"})
_OTHERS: Final = frozenset(f"{SIMPLE_OBSERVATION_FR}.{number}" for number in (1, 3, 4, 5))
_CODE_OF: Final = {
    f"{SIMPLE_OBSERVATION_FR}.{number}": code
    for number, code in {
        1: "MED-146",
        2: "MED-147",
        3: "MED-143",
        4: "MED-148",
        5: "MED-144",
        6: _ENTRY_MODE,
        7: _EXIT_MODE,
        8: "MED-309",
        9: "MED-142",
        10: "MED-145",
    }.items()
}


def _roots_of(*numbers: int) -> tuple[str, ...]:
    return tuple(f"{SIMPLE_OBSERVATION_FR}.{number}" for number in numbers)


_DETAIL_OF: Final = {"MED-309": "MED-144", "MED-145": "MED-146", "MED-147": "MED-148"}


def _announced(document: Document) -> bool:
    return LDL_SES in document.models


@_BOOK.rule(
    "CDA-LDLS-001",
    ("Le type d'une lettre de liaison à la sortie est 11490-0.", "The code of a discharge letter is 11490-0."),
    ("Écrire le code 11490-0.", "Write the code 11490-0."),
    at="code",
)
def _type(document: Document) -> Iterator[Hit]:
    if _announced(document) and document.attribute("code", "code") != DISCHARGE_LETTER.code:
        yield hit(document.root, document.attribute("code", "code"), DISCHARGE_LETTER.code, "code/@code")


@_BOOK.rule(
    "CDA-LDLS-002",
    ("Le système du type 11490-0 est LOINC.", "The system of the code 11490-0 is LOINC."),
    (f"Écrire codeSystem {LOINC}.", f"Write codeSystem {LOINC}."),
    at="code",
    severity="info",
    certainty="deduced",
)
def _type_system(document: Document) -> Iterator[Hit]:
    if not _announced(document):
        return
    code, system = document.attribute("code", "code"), document.attribute("code", "codeSystem")
    if code == DISCHARGE_LETTER.code and system != LOINC:
        yield hit(document.root, system, LOINC, "code/@codeSystem")


@_BOOK.rule(
    "CDA-LDLS-003",
    ("La lettre donne la date de naissance du patient.", "The letter gives the patient's birth time."),
    ("Écrire patient/birthTime.", "Write patient/birthTime."),
    at="recordTarget",
)
def _birth(document: Document) -> Iterator[Hit]:
    if _announced(document) and not document.at("recordTarget/patientRole/patient/birthTime"):
        yield hit(document.root, "", "1", "recordTarget/patientRole/patient/birthTime")


@_BOOK.rule(
    "CDA-LDLS-004",
    ("La lettre donne les dates du séjour.", "The letter gives the dates of the stay."),
    ("Écrire serviceEvent/effectiveTime.", "Write serviceEvent/effectiveTime."),
    at="documentationOf/serviceEvent",
)
def _stay_dates(document: Document) -> Iterator[Hit]:
    if _announced(document) and not document.at("documentationOf/serviceEvent/effectiveTime"):
        yield hit(document.root, "", "1", "documentationOf/serviceEvent/effectiveTime")


@_BOOK.rule(
    "CDA-LDLS-005",
    ("L'acte documenté est une hospitalisation (IMP).", "The documented act is an inpatient stay (IMP)."),
    ("Écrire le code IMP.", "Write the code IMP."),
    at="documentationOf/serviceEvent/code",
    severity="info",
    certainty="deduced",
)
def _inpatient(document: Document) -> Iterator[Hit]:
    if not _announced(document):
        return
    codes = [code.get("code", "") for code in document.at("documentationOf/serviceEvent/code")]
    if "IMP" not in codes:
        yield hit(document.root, ", ".join(codes), "IMP", "documentationOf/serviceEvent/code/@code")


def _section(root: str) -> Callable[[Document], Iterator[Hit]]:
    def check(document: Document) -> Iterator[Hit]:
        if _announced(document) and not document.carriers.get(root):
            yield hit(
                document.root, "0", "1..1", f"component/structuredBody/component/section[templateId/@root='{root}']"
            )

    return check


for _number, _root, _fr, _en in (
    ("006", SECTION_STATUS, "Statut du document", "document status"),
    ("007", SECTION_REASON, "Motif de l'hospitalisation", "reason of the stay"),
    ("008", SECTION_STAY, "Synthèse médicale du séjour", "medical synthesis of the stay"),
    ("009", SECTION_DISCHARGE_TREATMENTS, "Traitements à la sortie", "treatments at discharge"),
):
    _BOOK.add(
        f"CDA-LDLS-{_number}",
        (f"La lettre a une section « {_fr} ».", f"The letter has a section for the {_en}."),
        (f"Ajouter la section de templateId {_root}.", f"Add the section of templateId {_root}."),
        _section(_root),
        at="structuredBody",
    )


def _observations(section: Node) -> list[tuple[str, etree._Element]]:
    """The simple observations of the stay's synthesis with their codes; none when the letter is no LDL-SES."""
    if not _announced(section.document):
        return []
    return [(_code(item), item) for item in section.at("entry/observation") if SIMPLE_OBSERVATION in roots(item)]


def _code(element: etree._Element) -> str:
    found = element.find(f"{V3}code")
    return found.get("code", "") if found is not None else ""


@_BOOK.on(
    SECTION_STAY,
    "CDA-LDLS-010",
    (
        "Une observation de la synthèse du séjour est l'une de celles du modèle.",
        "An observation of the stay's synthesis is one of the model's.",
    ),
    (
        "Prendre l'un des codes ORG-070, ORG-074, MED-142, MED-309, MED-145, MED-147.",
        "Take one of the codes ORG-070, ORG-074, MED-142, MED-309, MED-145, MED-147.",
    ),
    at="Synthèse médicale du séjour",
)
def _known_observation(section: Node) -> Iterator[Hit]:
    for code, observation in _observations(section):
        if code not in _OBSERVED and roots(observation).isdisjoint(_OTHERS):
            yield hit(observation, code, ", ".join(sorted(_OBSERVED)), "code/@code")


def _mode(section: Node, wanted: str, name: str) -> Iterator[Hit]:
    for code, observation in _observations(section):
        if code == wanted:
            for value in observation.iterfind(f"{V3}value"):
                yield from bound(value, name)


@_BOOK.on(
    SECTION_STAY,
    "CDA-LDLS-011",
    ("La modalité d'entrée est de JDV_ModaliteEntree.", "The modality of entry is of JDV_ModaliteEntree."),
    ("Prendre code et système dans JDV_ModaliteEntree.", "Take code and system from JDV_ModaliteEntree."),
    at="Synthèse médicale du séjour",
)
def _entry_mode(section: Node) -> Iterator[Hit]:
    return _mode(section, _ENTRY_MODE, "ModaliteEntree")


@_BOOK.inform_on(
    SECTION_STAY,
    "CDA-LDLS-012",
    ("La modalité de sortie est de JDV_ModaliteSortie.", "The modality of exit is of JDV_ModaliteSortie."),
    ("Prendre code et système dans JDV_ModaliteSortie.", "Take code and system from JDV_ModaliteSortie."),
    at="Synthèse médicale du séjour",
)
def _exit_mode(section: Node) -> Iterator[Hit]:
    return _mode(section, _EXIT_MODE, "ModaliteSortie")


_SHAPED: Final = ("Compléter l'observation.", "Complete the observation.")


def _shaped(node: Node, *parents: str, system: bool = True) -> Iterator[Hit]:
    """An observation of the model: class and mood, the templateIds beside its own, one id, its code, its status."""
    yield from acting(node, "observation", classCode="OBS", moodCode="EVN")
    yield from templated(node, *parents)
    yield from one(node, "id", "code")
    for root, code in _CODE_OF.items():
        if root in node.templates:
            yield from coded(node, code, TA_ASIP if system else None)
    yield from status(node, "completed")


@_BOOK.on(
    _roots_of(6, 7),
    "CDA-LDLS-013",
    (
        "Les modalités d'entrée et de sortie ont la forme du modèle.",
        "The modalities of entry and of exit have the model's shape.",
    ),
    _SHAPED,
    at="Synthèse médicale du séjour",
)
def _modes(node: Node) -> Iterator[Hit]:
    yield from _shaped(node, SIMPLE_OBSERVATION, SIMPLE_OBSERVATION_FR, system=False)
    yield from least(node, "text", "effectiveTime", "value")


@_BOOK.on(
    _roots_of(9, 10),
    "CDA-LDLS-014",
    (
        "La synthèse médicale et la transfusion ont la forme du modèle.",
        "The medical synthesis and the transfusion have the model's shape.",
    ),
    _SHAPED,
    at="Synthèse médicale du séjour",
)
def _synthesis(node: Node) -> Iterator[Hit]:
    yield from _shaped(node, SIMPLE_OBSERVATION)
    yield from least(node, "text", "effectiveTime", "value")


@_BOOK.on(
    _roots_of(8),
    "CDA-LDLS-015",
    (
        "La recherche de micro-organismes a la forme du modèle.",
        "The search of organisms has the model's shape.",
    ),
    _SHAPED,
    at="Synthèse médicale du séjour",
)
def _search(node: Node) -> Iterator[Hit]:
    yield from _shaped(node, SIMPLE_OBSERVATION, SIMPLE_OBSERVATION_FR)
    yield from least(node, "text", "value")


@_BOOK.on(
    _roots_of(1, 2, 3, 4, 5),
    "CDA-LDLS-016",
    (
        "Les événements, organismes et dérivés du sang ont la forme du modèle.",
        "The events, organisms and blood derivatives have the model's shape.",
    ),
    _SHAPED,
    at="Synthèse médicale du séjour",
)
def _events(node: Node) -> Iterator[Hit]:
    yield from _shaped(node)
    yield from one(node, "effectiveTime", "value")
    yield from at_most_one(node, "author")


@_BOOK.inform_on(
    SECTION_STAY,
    "CDA-LDLS-017",
    (
        "Un oui (micro-organismes, transfusion, dérivés du sang) est détaillé.",
        "A yes (organisms, transfusion, blood derivatives) is detailed.",
    ),
    ("Ajouter l'observation de détail.", "Add the detailing observation."),
    at="Synthèse médicale du séjour",
)
def _detailed(section: Node) -> Iterator[Hit]:
    observed = _observations(section)
    given = {code for code, _ in observed}
    for code, observation in observed:
        detail = _DETAIL_OF.get(code)
        if detail is not None and detail not in given:
            for value in observation.iterfind(f"{V3}value"):
                if value.get("value") == "true":
                    yield hit(value, "true", detail)


@_BOOK.rule(
    "CDA-LDLS-018",
    (
        "Une lettre de liaison structurée déclare le modèle LDL-SES ; sinon ses sections ne sont pas contrôlées.",
        "A structured discharge letter declares the model LDL-SES; otherwise its sections are not checked.",
    ),
    (
        f'Écrire <templateId root="{LDL_SES}" extension="2022.01"/>.',
        f'Write <templateId root="{LDL_SES}" extension="2022.01"/>.',
    ),
    at="templateId",
    certainty="deduced",
)
def _declared(document: Document) -> Iterator[Hit]:
    if document.code == DISCHARGE_LETTER and document.level == "N3" and not _announced(document):
        yield hit(document.root, ", ".join(document.models), LDL_SES, "templateId")


RULES = _BOOK.rules
