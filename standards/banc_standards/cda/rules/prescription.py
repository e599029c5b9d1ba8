"""Rules of the prescription of drugs and devices, eP-MED-DM 2023.01 and 2024.01: header, sections, device lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from banc_standards.cda.names import CI_SIS, HL7_FRANCE, V3
from banc_standards.cda.node import Node, roots
from banc_standards.cda.read import Document
from banc_standards.cda.rules.book import ClinicalBook
from banc_standards.cda.rules.expect import hit
from banc_standards.cda.rules.roots import (
    CCD,
    FR_SECTION,
    LONG_TERM_DISEASE,
    NOT_REIMBURSED,
    PCC,
    PHARMACY,
    PRESCRIBED_FR,
    PREVENTION,
    WORK_ACCIDENT,
)
from banc_standards.cda.rules.section_models import PDF_COPY
from banc_standards.cda.rules.shapes import least, one
from banc_standards.cda.rules.volet_shapes import (
    Part,
    Volet,
    Wanted,
    announces,
    declared,
    headed,
    in_body,
    sectioned,
    typed,
    whole,
)
from banc_standards.rules import Hit

PRESCRIPTION: Final = "1.2.250.1.213.1.1.1.39"
MEDICAL_DOCUMENT: Final = f"{PCC}.1.1"
PRESCRIBED: Final = f"{PHARMACY}.2"
DRUGS: Final = f"{FR_SECTION}.171"
DRUGS_IHE: Final = "1.3.6.1.4.1.19376.1.9.1.2.1"
DEVICES: Final = f"{FR_SECTION}.222"
BARCODE: Final = f"{FR_SECTION}.223"

_AUTHOR: Final = "author/assignedAuthor"
_VALIDITY: Final = "documentationOf/serviceEvent/effectiveTime"
EP_MED: Final = Volet(
    PRESCRIPTION,
    ("57833-6",),
    templates=(HL7_FRANCE, CI_SIS, "1.3.6.1.4.1.19376.1.9.1.1.1", MEDICAL_DOCUMENT),
    header=tuple(
        Part("", path)
        for path in (
            "recordTarget/patientRole/telecom",
            "recordTarget/patientRole/addr",
            f"{_AUTHOR}/id",
            f"{_AUTHOR}/code",
            f"{_AUTHOR}/representedOrganization/id",
            f"{_AUTHOR}/representedOrganization/name",
            f"{_VALIDITY}/low",
            f"{_VALIDITY}/high",
        )
    ),
)
_BOOK = ClinicalBook("CI-SIS, volet ePrescription de médicaments et de dispositifs médicaux (eP-MED-DM)")
_BY_VERSION: Final = {
    "2023.01": Wanted(BARCODE),
    "2024.01": Wanted(PDF_COPY, 1, 1, declared=True),
}
FLAGS_OF_DEVICES: Final = (LONG_TERM_DISEASE, WORK_ACCIDENT, NOT_REIMBURSED, PREVENTION)


@_BOOK.on(
    PRESCRIPTION,
    "CDA-EPM-001",
    (
        "Une prescription a le code 57833-6 et déclare les cinq modèles auxquels elle se conforme.",
        "A prescription has the code 57833-6 and declares the five models that it follows.",
    ),
    (
        f"Écrire le code 57833-6 de LOINC et les templateId {', '.join(EP_MED.templates)}.",
        f"Write the code 57833-6 of LOINC and the templateIds {', '.join(EP_MED.templates)}.",
    ),
    at="ClinicalDocument",
)
def _announced(node: Node) -> Iterator[Hit]:
    if document := whole(node):
        yield from typed(document, EP_MED)
        yield from declared(document, EP_MED)


@_BOOK.on(
    PRESCRIPTION,
    "CDA-EPM-002",
    (
        "Une prescription donne les coordonnées du patient, qui prescrit et pour quelle structure, et sa validité.",
        "A prescription gives the patient's contacts, who prescribes and for which structure, and its validity.",
    ),
    (
        "Compléter telecom et addr du patient, id et code de l'auteur, id et nom de sa structure, low et high de "
        "l'acte.",
        "Complete telecom and addr of the patient, id and code of the author, id and name of the structure, low and "
        "high of the act.",
    ),
    at="en-tête",
)
def _header(node: Node) -> Iterator[Hit]:
    if document := whole(node):
        yield from headed(document, *EP_MED.header)


def _declarations(document: Document, root: str) -> int:
    return sum(
        item.get("root") == root
        for section in in_body(document.carriers.get(root, []))
        for item in section.iterchildren(f"{V3}templateId")
    )


@_BOOK.on(
    PRESCRIPTION,
    "CDA-EPM-003",
    (
        "Une prescription a une section de médicaments ou une de dispositifs, et une copie PDF (2023.01 : le code à "
        "barres INS).",
        "A prescription has one section of drugs or one of devices, and one PDF copy (2023.01: the INS bar code).",
    ),
    (
        f"Écrire une seule section {DRUGS} ou {DEVICES}, et {PDF_COPY} (2023.01 : {BARCODE}).",
        f"Write exactly one section {DRUGS} or {DEVICES}, and {PDF_COPY} (2023.01: {BARCODE}).",
    ),
    at="structuredBody",
)
def _sections(node: Node) -> Iterator[Hit]:
    if (document := whole(node)) is None or document.level == "N1":
        return
    numbers = [_declarations(document, root) for root in (DRUGS, DEVICES)]
    if 1 not in numbers:
        told = ", ".join(str(number) for number in numbers)
        yield hit(document.root, told, f"1 ({DRUGS} | {DEVICES})", "component/structuredBody/component/section")
    for version, section in _BY_VERSION.items():
        if announces(document, PRESCRIPTION, version):
            yield from sectioned(document, section)


@_BOOK.on(
    (DRUGS, DRUGS_IHE),
    "CDA-EPM-004",
    (
        "La section des médicaments prescrits a un id, un seul code, et des entrées du modèle traitement prescrit.",
        "The section of prescribed drugs has an id, exactly one code, and entries of the model prescribed treatment.",
    ),
    (
        f"Donner à chaque substanceAdministration les templateId {PRESCRIBED} et {PRESCRIBED_FR}.",
        f"Give every substanceAdministration the templateIds {PRESCRIBED} and {PRESCRIBED_FR}.",
    ),
    at="FR-Prescription-medicaments",
)
def _drugs(node: Node) -> Iterator[Hit]:
    yield from least(node, "id")
    yield from one(node, "code")
    for item in node.at("entry/substanceAdministration"):
        for root in (PRESCRIBED, PRESCRIBED_FR):
            if root not in roots(item):
                yield hit(item, "", root, "templateId/@root")


@_BOOK.on(
    DEVICES,
    "CDA-EPM-012",
    (
        "Un dispositif prescrit dit ALD, accident du travail, non remboursable, prévention, et son renouvellement.",
        "A prescribed device tells long-term disease, work accident, no reimbursement, prevention, and its repeats.",
    ),
    (
        f"Écrire une fois chacune des observations {', '.join(FLAGS_OF_DEVICES)}, et repeatNumber (0 : aucun).",
        f"Write each of the observations {', '.join(FLAGS_OF_DEVICES)} once, and repeatNumber (0: none).",
    ),
    at="FR-Prescription-dispositifs-medicaux",
)
def _devices(node: Node) -> Iterator[Hit]:
    if PRESCRIPTION not in node.document.models:
        return
    for supply in node.at("entry/supply"):
        if f"{CCD}.34" not in roots(supply):
            continue
        flags = [item.get("root") for item in supply.iterfind(f"{V3}entryRelationship/{V3}observation/{V3}templateId")]
        for flag in FLAGS_OF_DEVICES:
            if flags.count(flag) != 1:
                yield hit(supply, str(flags.count(flag)), "1", f"entryRelationship/observation[{flag}]")
        repeats = len(supply.findall(f"{V3}repeatNumber"))
        if repeats != 1:
            yield hit(supply, str(repeats), "1", "repeatNumber")


RULES = _BOOK.rules
