"""Rules of the imaging report, IMG-CR-IMG 2024.01: its type, the acts, the requests, the sections."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree

from banc_standards.cda.names import DICOM, V3
from banc_standards.cda.node import Node
from banc_standards.cda.read import Document
from banc_standards.cda.rules.book import ClinicalBook
from banc_standards.cda.rules.expect import hit
from banc_standards.cda.rules.imaging_names import (
    ADDENDUM,
    CATALOGUE,
    DCM,
    EDUCATION,
    EXPOSURES,
    HISTORY,
    INFORMATION,
    MODALITY,
    OBSERVATION_FR,
    PS3_20,
    REPORT,
    SECTION_CODES,
    TECHNIQUE_FR,
    TECHNIQUES,
    is_imaging,
    is_request,
)
from banc_standards.cda.rules.roots import FR_SECTION
from banc_standards.cda.rules.shapes import bound, coded, least
from banc_standards.cda.rules.volet_shapes import Part, Volet, Wanted, declared, headed, sectioned, typed, whole
from banc_standards.rules import Hit
from banc_standards.terminology.oids import LOINC

IMG_CR: Final = Volet(
    REPORT,
    ("18748-4",),
    templates=(f"{PS3_20}.1", f"{PS3_20}.20", f"{PS3_20}.21"),
    sections=(
        Wanted(f"{FR_SECTION}.209", 1, 1),
        Wanted(TECHNIQUES),
        *(Wanted(f"{FR_SECTION}.{n}", 0, 1) for n in (210, 205, 1, 208, 207, 150, 73, 37)),
    ),
    header=(Part("", "documentationOf"),),
)

_BOOK = ClinicalBook("CI-SIS, volet Compte rendu d'imagerie (IMG-CR-IMG 2024.01)")
_OBSERVED: Final = ("11348-0", "47519-4", "64100-1")
_INFORMED: Final = "99622-3"


@_BOOK.on(
    REPORT,
    "CDA-IMG-001",
    (
        "Un compte rendu d'imagerie a le code 18748-4, ses quatre modèles et l'acte documenté.",
        "An imaging report has the code 18748-4, its four models and the documented act.",
    ),
    (
        f"Écrire le code 18748-4 de LOINC, documentationOf et les templateId {', '.join(IMG_CR.templates)}.",
        f"Write the code 18748-4 of LOINC, documentationOf and the templateIds {', '.join(IMG_CR.templates)}.",
    ),
    at="ClinicalDocument",
)
def _announced(node: Node) -> Iterator[Hit]:
    if document := whole(node):
        yield from typed(document, IMG_CR)
        yield from declared(document, IMG_CR)
        yield from headed(document, *IMG_CR.header)


def _acts(document: Document) -> Iterator[etree._Element]:
    """The codes of LOINC that the documented acts have."""
    for code in document.at("documentationOf/serviceEvent/code"):
        if code.get("codeSystem") == LOINC:
            yield code


def _qualified(translation: etree._Element, code: str) -> bool:
    return any(name.get("code") == code for name in translation.iterfind(f"{V3}qualifier/{V3}name"))


@_BOOK.on(
    REPORT,
    "CDA-IMG-002",
    (
        "Un acte codé en LOINC dit sa modalité dans une traduction qualifiée 121139.",
        "An act coded in LOINC tells its modality in a translation qualified 121139.",
    ),
    (
        f'Ajouter translation (codeSystem {DCM}) et son qualifier/name code="{MODALITY}".',
        f'Add translation (codeSystem {DCM}) and its qualifier/name code="{MODALITY}".',
    ),
    at="documentationOf/serviceEvent/code",
)
def _modality(node: Node) -> Iterator[Hit]:
    if (document := whole(node)) is None:
        return
    for code in _acts(document):
        if not any(_qualified(item, MODALITY) for item in code.iterfind(f"{V3}translation")):
            yield hit(code, "0", "1..*", f"translation[qualifier/name/@code='{MODALITY}']")


@_BOOK.on(
    REPORT,
    "CDA-IMG-003",
    (
        "La modalité d'un acte est de JDV_ModaliteAcquisition.",
        "The modality of an act is of JDV_ModaliteAcquisition.",
    ),
    ("Prendre un code du jeu de valeurs.", "Take a code of the value set."),
    at="documentationOf/serviceEvent/code/translation",
)
def _acquired(node: Node) -> Iterator[Hit]:
    if (document := whole(node)) is None:
        return
    for translation in document.at("documentationOf/serviceEvent/code/translation"):
        if _qualified(translation, MODALITY):
            yield from bound(translation, "ModaliteAcquisition", null=True)


@_BOOK.on(
    REPORT,
    "CDA-IMG-004",
    (
        "Une demande d'imagerie a son numéro et son accession number.",
        "An imaging request has its number and its accession number.",
    ),
    (
        "Compléter inFulfillmentOf/order : id et accessionNumber (espace de noms urn:dicom-org:ps3-20).",
        "Complete inFulfillmentOf/order: id and accessionNumber (namespace urn:dicom-org:ps3-20).",
    ),
    at="inFulfillmentOf/order",
)
def _requested(node: Node) -> Iterator[Hit]:
    if (document := whole(node)) is None:
        return
    for request in document.at("inFulfillmentOf"):
        for path, told in (
            (f"{V3}order/{V3}id", "order/id"),
            (f"{V3}order/{DICOM}accessionNumber", "order/accessionNumber"),
        ):
            if request.find(path) is None:
                yield hit(request, "0", "1", told)


@_BOOK.on(
    (REPORT, *SECTION_CODES),
    "CDA-IMG-005",
    (
        "Un compte rendu d'imagerie a ses sections, chacune avec id, code, titre et texte.",
        "An imaging report has its sections, each with an id, a code, a title and a text.",
    ),
    (
        "Conclusion une fois, acte d'imagerie au moins une fois avec son catalogue, les autres une fois au plus.",
        "Conclusion once, imaging act at least once with its catalogue, the others at most once.",
    ),
    at="structuredBody",
)
def _sections(node: Node) -> Iterator[Hit]:
    if document := whole(node):
        yield from sectioned(document, *IMG_CR.sections)
    elif is_imaging(node.document):
        yield from _coded(node)
        yield from least(node, "id", "title")
        yield from _sub_sections(node)
    elif is_request(node.document):
        yield from _coded(node)


def _coded(node: Node) -> Iterator[Hit]:
    for root in node.templates:
        if root in SECTION_CODES:
            yield from coded(node, *SECTION_CODES[root])
    yield from least(node, "text")


def _sub_sections(node: Node) -> Iterator[Hit]:
    if INFORMATION in node.templates:
        yield from _held(node, "section", f"{FR_SECTION}.211", 1, 1)
        yield from _held(node, "section", HISTORY, 1, 1)
    if TECHNIQUES in node.templates:
        yield from _held(node, "procedure", TECHNIQUE_FR, 1, None)
        yield from _held(node, "section", f"{FR_SECTION}.214", 0, 1)
        yield from _held(node, "section", EXPOSURES, 0, 1)
        yield from _held(node, "section", CATALOGUE, 1, 1)
    if ADDENDUM in node.templates and not node.at("author/assignedAuthor/assignedPerson/name"):
        yield hit(node.element, "0", "1", "author/assignedAuthor/assignedPerson/name")


def _held(node: Node, name: str, root: str, low: int, high: int | None) -> Iterator[Hit]:
    number = len(held(node, name, root))
    if number < low or (high is not None and number > high):
        told = "*" if high is None else high
        yield hit(node.element, str(number), f"{low}..{told}", f"{name}[templateId/@root='{root}']")


def held(node: Node, name: str, root: str) -> list[etree._Element]:
    """The elements called ``name`` of the templateId ``root`` that stand anywhere below the node."""
    found = []
    for carrier in node.document.carriers.get(root, ()):
        current = carrier.getparent() if carrier.tag == V3 + name else None
        while current is not None and current is not node.element:
            current = current.getparent()
        if current is not None:
            found.append(carrier)
    return list(dict.fromkeys(found))


@_BOOK.on(
    (HISTORY, EDUCATION),
    "CDA-IMG-012",
    (
        "L'historique médical dit antécédents médicaux, chirurgicaux et contre-indications ; l'information du patient "
        "est dite en texte.",
        "The medical history tells past illnesses, surgery and contraindications; what the patient was told is given "
        "as text.",
    ),
    (
        f"Écrire les observations {', '.join(_OBSERVED)} de l'historique ; {_INFORMED} avec text dans l'information.",
        f"Write the observations {', '.join(_OBSERVED)} of the history; {_INFORMED} with text in the information.",
    ),
    at="sections 213 et 107",
)
def _told(node: Node) -> Iterator[Hit]:
    if not is_imaging(node.document):
        return
    if HISTORY in node.templates:
        codes = {
            code.get("code")
            for item in held(node, "observation", OBSERVATION_FR)
            for code in item.iterchildren(f"{V3}code")
        }
        for wanted in _OBSERVED:
            if wanted not in codes:
                yield hit(node.element, "0", "1..*", f"entry/observation[code/@code='{wanted}']")
    if EDUCATION in node.templates:
        codes = {code.get("code") for code in node.at("entry/observation/code")}
        if _INFORMED not in codes:
            yield hit(node.element, "0", "1", f"entry/observation[code/@code='{_INFORMED}']")
        if not node.at("entry/observation/text"):
            yield hit(node.element, "0", "1", "entry/observation/text")


RULES = _BOOK.rules
