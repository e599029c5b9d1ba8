"""The laboratory report (CR-BIO): its header."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from banc_standards.cda.node import roots
from banc_standards.cda.read import Document
from banc_standards.cda.rules.biology_templates import (
    REPORT,
    REPORT_FR,
    VALIDATOR,
    is_report,
)
from banc_standards.cda.rules.book import ClinicalBook
from banc_standards.cda.rules.expect import child, hit
from banc_standards.rules import Hit
from banc_standards.terminology.oids import LOINC

_BOOK = ClinicalBook("CI-SIS, volet Comptes rendus d'examens de biologie (CR-BIO)")

_TITLE: Final = "Compte rendu d'examens biologiques"
_DISPLAY: Final = "CR d'examens biologiques"
_CODE: Final = "11502-2"


def _has(where: str, *paths: str) -> Callable[[Document], Iterator[Hit]]:
    """Each of ``paths`` leads somewhere from every element of the report's header at ``where``."""

    def check(document: Document) -> Iterator[Hit]:
        if not is_report(document):
            return
        elements, header = document.at(where), document.header
        for path in paths:
            if len(elements) == 1 and f"{where}/{path}" in header:
                continue
            for element in elements:
                if not child(element, path):
                    yield hit(element, "0", "1..*", path)

    return check


@_BOOK.rule(
    "CDA-BIO-001",
    (
        "Un compte rendu de biologie a un setId et un numéro de version supérieur à zéro.",
        "A laboratory report has a setId and a version number above zero.",
    ),
    (
        "Écrire setId, et versionNumber dont value est un entier positif, sans nullFlavor.",
        "Write setId, and versionNumber whose value is a positive integer, without nullFlavor.",
    ),
    at="setId, versionNumber",
)
def _versioned(document: Document) -> Iterator[Hit]:
    if not is_report(document):
        return
    if not document.at("setId"):
        yield hit(document.root, "0", "1", "setId")
    numbers = document.at("versionNumber")
    if not numbers:
        yield hit(document.root, "0", "1", "versionNumber")
    for number in numbers:
        if number.get("nullFlavor") is not None:
            yield hit(number, number.get("nullFlavor", ""), "1..", "@nullFlavor")
        elif not _positive(number.get("value", "")):
            yield hit(number, number.get("value", ""), "1..", "@value")


def _positive(text: str) -> bool:
    try:
        return float(text) > 0
    except ValueError:
        return False


@_BOOK.rule(
    "CDA-BIO-002",
    (f"Le titre est « {_TITLE} ».", f"The title is “{_TITLE}”."),
    (f"Écrire <title>{_TITLE}</title>.", f"Write <title>{_TITLE}</title>."),
    at="title",
)
def _title(document: Document) -> Iterator[Hit]:
    if is_report(document):
        titles = ["".join(map(str, element.itertext(with_tail=False))) for element in document.at("title")]
        if _TITLE not in titles:
            yield hit(document.root, titles[0] if titles else "", _TITLE, "title")


@_BOOK.rule(
    "CDA-BIO-003",
    (
        f"Le type du document est {_CODE} de LOINC, libellé « {_DISPLAY} ».",
        f"The type of the document is {_CODE} of LOINC, displayed as “{_DISPLAY}”.",
    ),
    (
        f'Écrire <code code="{_CODE}" displayName="{_DISPLAY}" codeSystem="{LOINC}"/>.',
        f'Write <code code="{_CODE}" displayName="{_DISPLAY}" codeSystem="{LOINC}"/>.',
    ),
    at="code",
)
def _type(document: Document) -> Iterator[Hit]:
    if is_report(document):
        for name, wanted in (("code", _CODE), ("codeSystem", LOINC), ("displayName", _DISPLAY)):
            found = document.attribute("code", name)
            if found != wanted:
                yield hit(document.root, found, wanted, f"code/@{name}")


@_BOOK.rule(
    "CDA-BIO-004",
    (
        f"Un compte rendu de biologie déclare sa conformité à XD-LAB d'IHE ({REPORT}).",
        f"A laboratory report declares that it conforms to XD-LAB of IHE ({REPORT}).",
    ),
    (f'Écrire <templateId root="{REPORT}"/>.', f'Write <templateId root="{REPORT}"/>.'),
    at="templateId",
)
def _conforms_to_ihe(document: Document) -> Iterator[Hit]:
    if is_report(document) and REPORT not in document.models:
        yield hit(document.root, ", ".join(document.models), REPORT, "templateId/@root")


@_BOOK.rule(
    "CDA-BIO-005",
    (
        f"Un compte rendu de biologie déclare le modèle CR-BIO ({REPORT_FR}) ; sa version dit les sections permises.",
        f"A laboratory report declares the model CR-BIO ({REPORT_FR}); its version tells the sections allowed.",
    ),
    (
        f'Écrire <templateId root="{REPORT_FR}" extension="2024.01"/>.',
        f'Write <templateId root="{REPORT_FR}" extension="2024.01"/>.',
    ),
    at="templateId",
    severity="info",
    certainty="deduced",
)
def _conforms_to_model(document: Document) -> Iterator[Hit]:
    if is_report(document) and REPORT_FR not in document.models:
        yield hit(document.root, ", ".join(document.models), REPORT_FR, "templateId/@root")


_UNKNOWN: Final = (
    "recordTarget/patientRole/addr",
    "recordTarget/patientRole/telecom",
    "recordTarget/patientRole/patient/administrativeGenderCode",
    "recordTarget/patientRole/patient/birthTime",
)


@_BOOK.rule(
    "CDA-BIO-006",
    (
        "Une adresse, des coordonnées, un sexe ou une date de naissance inconnus se disent nullFlavor UNK.",
        "An unknown address, telecom, gender or birth time of the patient is told by nullFlavor UNK.",
    ),
    ('Écrire nullFlavor="UNK".', 'Write nullFlavor="UNK".'),
    at="recordTarget/patientRole",
)
def _unknown(document: Document) -> Iterator[Hit]:
    if is_report(document):
        for path in _UNKNOWN:
            empty = [element for element in document.at(path) if element.get("nullFlavor") is not None]
            if empty and all(element.get("nullFlavor") != "UNK" for element in empty):
                yield hit(empty[0], empty[0].get("nullFlavor", ""), "UNK", "@nullFlavor")


@_BOOK.rule(
    "CDA-BIO-007",
    (
        "Chaque biologiste qui a validé des résultats est décrit : modèle, date, adresse et coordonnées.",
        "Each biologist who validated results is described: model, time, address and telecom.",
    ),
    (
        f"Compléter authenticator : templateId {VALIDATOR}, time, assignedEntity/addr et telecom.",
        f"Complete authenticator: templateId {VALIDATOR}, time, assignedEntity/addr and telecom.",
    ),
    at="authenticator",
)
def _validator(document: Document) -> Iterator[Hit]:
    if is_report(document):
        for element in document.at("authenticator"):
            if VALIDATOR not in roots(element):
                yield hit(element, "", VALIDATOR, "templateId/@root")
        yield from _VALIDATOR_PARTS(document)


_VALIDATOR_PARTS: Final = _has("authenticator", "time", "assignedEntity/addr", "assignedEntity/telecom")

_BOOK.add(
    "CDA-BIO-008",
    (
        "Le laboratoire d'un biologiste qui a validé a un identifiant, un nom, des coordonnées et une adresse.",
        "The laboratory of a validating biologist has an id, a name, a telecom and an address.",
    ),
    ("Compléter representedOrganization.", "Complete representedOrganization."),
    _has("authenticator/assignedEntity/representedOrganization", "id", "name", "telecom", "addr"),
    at="authenticator/assignedEntity/representedOrganization",
)
_BOOK.add(
    "CDA-BIO-009",
    ("Chaque acte documenté a un code.", "Every documented act has a code."),
    ("Écrire serviceEvent/code, celui du chapitre.", "Write serviceEvent/code, the chapter's."),
    _has("documentationOf/serviceEvent", "code"),
    at="documentationOf/serviceEvent",
)
_PERFORMER: Final = "documentationOf/serviceEvent/performer"
_BOOK.add(
    "CDA-BIO-010",
    (
        "L'exécutant d'un acte est décrit : date, adresse, coordonnées et nom du directeur du laboratoire.",
        "The performer of an act is described: time, address, telecom and name of the laboratory's director.",
    ),
    (
        "Compléter performer : time, assignedEntity/addr, telecom et assignedPerson/name.",
        "Complete performer: time, assignedEntity/addr, telecom and assignedPerson/name.",
    ),
    _has(_PERFORMER, "time", "assignedEntity/addr", "assignedEntity/telecom", "assignedEntity/assignedPerson/name"),
    at=_PERFORMER,
)
_BOOK.add(
    "CDA-BIO-011",
    (
        "Le laboratoire exécutant a un identifiant, un nom, des coordonnées, une adresse et un cadre d'exercice.",
        "The performing laboratory has an id, a name, a telecom, an address and a practice setting.",
    ),
    (
        "Compléter representedOrganization : id, name, telecom, addr, standardIndustryClassCode.",
        "Complete representedOrganization: id, name, telecom, addr, standardIndustryClassCode.",
    ),
    _has(
        _PERFORMER,
        *(
            f"assignedEntity/representedOrganization/{part}"
            for part in ("id", "name", "telecom", "addr", "standardIndustryClassCode")
        ),
    ),
    at=_PERFORMER,
)
_BOOK.add(
    "CDA-BIO-012",
    (
        "Le biologiste responsable a un identifiant, une profession et un nom de famille.",
        "The responsible biologist has an id, a profession and a family name.",
    ),
    (
        "Compléter encompassingEncounter/responsibleParty/assignedEntity : id, code, assignedPerson/name/family.",
        "Complete encompassingEncounter/responsibleParty/assignedEntity: id, code, assignedPerson/name/family.",
    ),
    _has(
        "componentOf/encompassingEncounter",
        "responsibleParty/assignedEntity/id",
        "responsibleParty/assignedEntity/code",
        "responsibleParty/assignedEntity/assignedPerson/name/family",
    ),
    at="componentOf/encompassingEncounter/responsibleParty",
)


RULES = _BOOK.rules
