"""Rules of the documents between nursing home and emergency: DLU, FLUDT (transfer) and FLUDR (return), 2022.01."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from banc_standards.cda.names import SIMPLE_OBSERVATION, V3
from banc_standards.cda.node import Node, roots
from banc_standards.cda.rules.book import ClinicalBook
from banc_standards.cda.rules.roots import FR_SECTION, PCC, TYPE_OF_ATTACHMENT
from banc_standards.cda.rules.section_models import ADDED_DOCUMENTS, CODED_RESULTS, COMMENTS
from banc_standards.cda.rules.shapes import bound
from banc_standards.cda.rules.volet_shapes import Part, Volet, Wanted, headed, sectioned, typed, whole
from banc_standards.rules import Hit

_ACT: Final = "documentationOf/serviceEvent"
_EVENTS: Final = "1.3.6.1.4.1.19376.1.7.3.1.1.13.7"
_BELONGINGS: Final = f"{FR_SECTION}.53"
_TYPE: Final = ("74207-2",)


def _once(*templates: str) -> tuple[Wanted, ...]:
    return tuple(Wanted(root, 1, 1, declared=True) for root in templates)


def _at_most_once(*templates: str) -> tuple[Wanted, ...]:
    return tuple(Wanted(root, 0, 1, declared=True) for root in templates)


def _header(act: str) -> tuple[Part, ...]:
    return (
        Part("", "recordTarget/patientRole/patient/birthTime"),
        Part("", f"{_ACT}/code", {"code": (act,)}),
        Part("", f"{_ACT}/effectiveTime"),
        Part("", f"{_ACT}/effectiveTime", {"nullFlavor": ()}, 0, 0),
        Part("", f"{_ACT}/effectiveTime/low", {"nullFlavor": ()}, 0, 0),
    )


DLU: Final = Volet(
    "1.2.250.1.213.1.1.1.22",
    _TYPE,
    sections=(
        *_once(f"{PCC}.1.13.2.10", f"{PCC}.3.19", f"{PCC}.3.35", _EVENTS, CODED_RESULTS, ADDED_DOCUMENTS),
        *_at_most_once(*(f"{PCC}.3.{number}" for number in (6, 8, 13, 23)), COMMENTS),
    ),
    header=(
        *_header("34117-2"),
        Part("", "participant", {"typeCode": ("INF",)}),
        Part("", "participant/functionCode", {"code": ("PCP",)}),
    ),
)
FLUDT: Final = Volet(
    "1.2.250.1.213.1.1.1.23",
    _TYPE,
    sections=(
        *_once(_EVENTS, f"{PCC}.3.25", CODED_RESULTS, f"{PCC}.3.19", "1.3.6.1.4.1.19376.1.7.3.1.1.13.5", _BELONGINGS),
        *_at_most_once(COMMENTS),
    ),
    header=_header("28651-8"),
)
FLUDR: Final = Volet(
    "1.2.250.1.213.1.1.1.24",
    _TYPE,
    sections=(
        *_once(_EVENTS, f"{PCC}.3.7", f"{PCC}.3.22", _BELONGINGS, ADDED_DOCUMENTS),
        *_at_most_once(COMMENTS),
    ),
    header=_header("28651-8"),
)

_BOOK = ClinicalBook("CI-SIS, volet Document de liaison d'urgence (DLU, FLUDT, FLUDR 2022.01)")


@_BOOK.on(
    DLU.model,
    "CDA-OTH-005",
    (
        "Un document de liaison d'urgence a le code 74207-2, le médecin traitant, et un acte 34117-2 daté.",
        "An emergency liaison document has the code 74207-2, the general practitioner, and a dated act 34117-2.",
    ),
    (
        "Compléter birthTime, participant INF de fonction PCP, serviceEvent code 34117-2 et effectiveTime.",
        "Complete birthTime, participant INF of function PCP, serviceEvent code 34117-2 and effectiveTime.",
    ),
    at="ClinicalDocument",
)
def _dlu(node: Node) -> Iterator[Hit]:
    if document := whole(node):
        yield from typed(document, DLU)
        yield from headed(document, *DLU.header)


@_BOOK.on(
    DLU.model,
    "CDA-OTH-006",
    (
        "Un document de liaison d'urgence a une fois dispositions, traitements, directives, événements, résultats et "
        "documents.",
        "An emergency liaison document has once dispositions, treatments, directives, events, results and documents.",
    ),
    ("Écrire chacune de ces sections une seule fois.", "Write each of these sections exactly once."),
    at="structuredBody",
)
def _dlu_sections(node: Node) -> Iterator[Hit]:
    if document := whole(node):
        yield from sectioned(document, *(section for section in DLU.sections if section.low))


@_BOOK.on(
    DLU.model,
    "CDA-OTH-007",
    (
        "Les autres sections d'un document de liaison d'urgence sont une fois au plus.",
        "The other sections of an emergency liaison document stand at most once.",
    ),
    ("Réunir les sections de même modèle.", "Join the sections of the same model."),
    at="structuredBody",
)
def _dlu_optional(node: Node) -> Iterator[Hit]:
    if document := whole(node):
        yield from sectioned(document, *(section for section in DLU.sections if not section.low))


@_BOOK.on(
    (TYPE_OF_ATTACHMENT, _EVENTS),
    "CDA-OTH-008",
    (
        "Une pièce jointe du document de liaison est de JDV_ChecklistDLU, un état du patient de "
        "JDV_ObservationEtatPatient.",
        "An attachment of the liaison document is of JDV_ChecklistDLU, a state of the patient of "
        "JDV_ObservationEtatPatient.",
    ),
    ("Prendre un code du jeu de valeurs.", "Take a code of the value set."),
    at="FR-Type-document-attache, FR-Resultats-evenements",
)
def _dlu_codes(node: Node) -> Iterator[Hit]:
    if DLU.model not in node.document.models:
        return
    if TYPE_OF_ATTACHMENT in node.templates:
        for value in node.all("value"):
            yield from bound(value, "ChecklistDLU", null=True)
    if _EVENTS in node.templates:
        for item in node.at("entry/observation"):
            if SIMPLE_OBSERVATION in roots(item):
                for code in item.iterchildren(f"{V3}code"):
                    yield from bound(code, "ObservationEtatPatient", null=True)


@_BOOK.on(
    FLUDT.model,
    "CDA-OTH-009",
    (
        "Une fiche de transfert a le code 74207-2, un acte 28651-8 daté, et ses six sections une fois.",
        "A transfer form has the code 74207-2, a dated act 28651-8, and its six sections once.",
    ),
    (
        "Compléter l'acte et écrire événements, signes vitaux, résultats, traitements, sommeil et objets personnels.",
        "Complete the act and write events, vital signs, results, treatments, sleep and personal belongings.",
    ),
    at="ClinicalDocument",
)
def _transfer(node: Node) -> Iterator[Hit]:
    yield from _whole(node, FLUDT)


@_BOOK.on(
    FLUDR.model,
    "CDA-OTH-010",
    (
        "Une fiche de retour a le code 74207-2, un acte 28651-8 daté, et ses cinq sections une fois.",
        "A return form has the code 74207-2, a dated act 28651-8, and its five sections once.",
    ),
    (
        "Compléter l'acte et écrire événements, diagnostic de sortie, traitements, objets personnels et documents.",
        "Complete the act and write events, discharge diagnosis, treatments, personal belongings and documents.",
    ),
    at="ClinicalDocument",
)
def _return(node: Node) -> Iterator[Hit]:
    yield from _whole(node, FLUDR)


def _whole(node: Node, volet: Volet) -> Iterator[Hit]:
    if document := whole(node):
        yield from typed(document, volet)
        yield from headed(document, *volet.header)
        yield from sectioned(document, *volet.sections)


RULES = _BOOK.rules
