"""Rules of the other volets of the CI-SIS, from a table of facts: type, models, sections, parts of the header."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from lxml import etree

from banc_standards.cda.names import V3, XSI_TYPE
from banc_standards.cda.node import Node, roots
from banc_standards.cda.read import Document
from banc_standards.cda.rules.book import ClinicalBook
from banc_standards.cda.rules.expect import hit
from banc_standards.cda.rules.roots import IMMUNIZATION, VACCINATION_RANK_FR
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
from banc_standards.cda.rules.volet_table import VOLETS
from banc_standards.cda.volet_names import FRENCH_MODELS
from banc_standards.rules import Hit

_BOOK = ClinicalBook("CI-SIS, volets de contenu, schémas publiés de chaque modèle de document")
_MODELS: Final = tuple(dict.fromkeys(volet.model for volet in VOLETS))
_BY_MODEL: Final = {model: tuple(volet for volet in VOLETS if volet.model == model) for model in _MODELS}
_NOTE: Final = (f"{FRENCH_MODELS}46", "2023.01")
_MATERIAL: Final = "consumable/manufacturedProduct/manufacturedMaterial"
_CIS: Final = "1.2.250.1.213.2.3.1"
_ATC: Final = "2.16.840.1.113883.6.73"


def _volets(node: Node) -> Iterator[tuple[Document, Volet]]:
    document = whole(node)
    if document is not None:
        for root in node.templates:
            for volet in _BY_MODEL.get(root, ()):
                if announces(document, volet.model, *volet.versions):
                    yield document, volet


@_BOOK.on(
    _MODELS,
    "CDA-VOL-001",
    (
        "Un document a le code de son volet, et le titre quand le volet le fixe.",
        "A document has the code of its volet, and its title where the volet sets one.",
    ),
    ("Écrire le code attendu, et son codeSystem.", "Write the expected code, and its codeSystem."),
    at="code, title",
)
def _type(node: Node) -> Iterator[Hit]:
    for document, volet in _volets(node):
        yield from typed(document, volet)


@_BOOK.on(
    _MODELS,
    "CDA-VOL-002",
    (
        "Un document déclare les autres modèles auxquels son volet se conforme.",
        "A document declares the other models that its volet follows.",
    ),
    ("Ajouter le templateId attendu.", "Add the expected templateId."),
    at="templateId",
)
def _declared(node: Node) -> Iterator[Hit]:
    for document, volet in _volets(node):
        yield from declared(document, volet)


@_BOOK.on(
    _MODELS,
    "CDA-VOL-003",
    ("Un document a les sections que son volet exige.", "A document has the sections that its volet demands."),
    ("Ajouter la section, avec ce templateId.", "Add the section, with this templateId."),
    at="structuredBody",
)
def _missing(node: Node) -> Iterator[Hit]:
    for document, volet in _volets(node):
        yield from sectioned(document, *(_limited(section, high=False) for section in volet.sections))


@_BOOK.on(
    _MODELS,
    "CDA-VOL-004",
    (
        "Une section que le volet veut une seule fois n'est pas répétée.",
        "A section that the volet wants once only is not repeated.",
    ),
    ("Réunir les sections de même modèle.", "Join the sections of the same model."),
    at="structuredBody",
)
def _repeated(node: Node) -> Iterator[Hit]:
    for document, volet in _volets(node):
        yield from sectioned(document, *(_limited(section, high=True) for section in volet.sections if section.high))


def _limited(section: Wanted, *, high: bool) -> Wanted:
    """The same section with one of its two limits only."""
    return Wanted(
        section.root,
        0 if high else section.low,
        section.high if high else None,
        section.within,
        section.anywhere,
        section.declared,
        section.translated,
    )


@_BOOK.on(
    _MODELS,
    "CDA-VOL-005",
    (
        "Un document a les éléments d'en-tête que son volet exige.",
        "A document has the header elements that its volet demands.",
    ),
    ("Ajouter l'élément.", "Add the element."),
    at="en-tête",
)
def _header(node: Node) -> Iterator[Hit]:
    yield from _parts(node, lambda part: part.low > 0 and not part.attributes)


@_BOOK.on(
    _MODELS,
    "CDA-VOL-006",
    (
        "Un élément d'en-tête a l'attribut, ou le code, que son volet exige.",
        "A header element has the attribute, or the code, that its volet demands.",
    ),
    ("Écrire une valeur attendue.", "Write an expected value."),
    at="en-tête",
)
def _coded(node: Node) -> Iterator[Hit]:
    yield from _parts(node, lambda part: part.low > 0 and bool(part.attributes))


@_BOOK.on(
    _MODELS,
    "CDA-VOL-007",
    (
        "Un document n'a pas l'élément d'en-tête que son volet exclut.",
        "A document does not have the header element that its volet excludes.",
    ),
    ("Retirer l'élément.", "Remove the element."),
    at="en-tête",
)
def _excluded(node: Node) -> Iterator[Hit]:
    yield from _parts(node, lambda part: part.low == 0)


def _parts(node: Node, kept: Callable[[Part], bool]) -> Iterator[Hit]:
    for document, volet in _volets(node):
        yield from headed(document, *(part for part in volet.header if kept(part)))


@_BOOK.on(
    IMMUNIZATION,
    "CDA-VOL-008",
    (
        "Une note de vaccination dit un vaccin fait, au jour près : CIS et ATC, numéro de lot, et qui l'a validé.",
        "A vaccination note tells a vaccine given, to the day: CIS and ATC codes, lot number, and who validated it.",
    ),
    (
        f"Compléter l'entrée : effectiveTime AAAAMMJJ, code CIS ({_CIS}), translation ATC ({_ATC}), lotNumberText, "
        "author (id, code, nom) ; negationInd false.",
        f"Complete the entry: effectiveTime YYYYMMDD, CIS code ({_CIS}), ATC translation ({_ATC}), lotNumberText, "
        "author (id, code, name); negationInd false.",
    ),
    at="VAC-NOTE, FR-Vaccination",
)
def _vaccine(node: Node) -> Iterator[Hit]:
    if not announces(node.document, *_NOTE) or node.element.tag != f"{V3}substanceAdministration":
        return
    if node.get("negationInd", "false") != "false":
        yield hit(node.element, node.get("negationInd"), "false", "@negationInd")
    times = node.all("effectiveTime")
    days = [time.get("value", "") for time in times]
    if [len(day) for day in days] != [8] or any(time.get("nullFlavor") is not None for time in times):
        yield hit(node.element, ", ".join(days), "AAAAMMJJ", "effectiveTime/@value")
    for path, system in ((f"{_MATERIAL}/code", _CIS), (f"{_MATERIAL}/code/translation", _ATC)):
        found = [code.get("codeSystem", "") for code in node.at(path)]
        if system not in found:
            yield hit(node.element, ", ".join(found), system, f"{path}/@codeSystem")
    person = "author/assignedAuthor"
    wanted = (f"{_MATERIAL}/lotNumberText", f"{person}/id", f"{person}/code", f"{person}/assignedPerson/name")
    for path in wanted:
        if not node.at(path):
            yield hit(node.element, "0", "1", path)
    yield from _ranks(node)


def _ranks(node: Node) -> Iterator[Hit]:
    ranks = [item for item in node.at("entryRelationship/observation") if VACCINATION_RANK_FR in roots(item)]
    if not ranks:
        return
    if not any(code.get("code") == "completed" for item in ranks for code in item.iterchildren(f"{V3}statusCode")):
        yield hit(ranks[0], "", "completed", "statusCode/@code")
    values = [value for item in ranks for value in item.iterchildren(f"{V3}value")]
    if not any(value.get("value") is not None and "INT" in value.get(XSI_TYPE, "") for value in values):
        yield hit(ranks[0], "", "INT", "value/@xsi:type")


_SHOWN: Final = (
    ("author/assignedAuthor/code", True),
    (f"{_MATERIAL}/code", True),
    ("approachSiteCode", False),
    ("routeCode", False),
    ("code", True),
)


@_BOOK.on(
    f"{FRENCH_MODELS}46",
    "CDA-VOL-009",
    (
        "Dans une note de vaccination, tout code est affichable : il a un displayName.",
        "In a vaccination note every code can be shown: it has a displayName.",
    ),
    ("Écrire displayName à côté du code.", "Write displayName beside the code."),
    at="VAC-NOTE, substanceAdministration",
)
def _shown(node: Node) -> Iterator[Hit]:
    document = whole(node)
    if document is None or not announces(document, *_NOTE):
        return
    for section in in_body(document.tagged.get("section", [])):
        for vaccine in section.iterfind(f"{V3}entry/{V3}substanceAdministration"):
            yield from _displayed(vaccine)


def _displayed(vaccine: etree._Element) -> Iterator[Hit]:
    for path, needed in _SHOWN:
        codes = vaccine.findall("/".join(V3 + step for step in path.split("/")))
        said = any(code.get("displayName") is not None or _silent(code, path) for code in codes)
        if not said and (codes or needed):
            yield hit(vaccine, codes[0].get("code", "") if codes else "", "1", f"{path}/@displayName")
    coded = [
        code
        for entity in vaccine.iterchildren(f"{V3}performer")
        if entity.get("typeCode") == "PRF"
        for code in entity.iterfind(f"{V3}assignedEntity/{V3}code")
    ]
    atc = [
        code
        for code in vaccine.iterfind("/".join(V3 + step for step in f"{_MATERIAL}/code/translation".split("/")))
        if code.get("codeSystem") == _ATC
    ]
    for codes, path, null in (
        (coded, "performer/assignedEntity/code", True),
        (atc, f"{_MATERIAL}/code/translation", False),
    ):
        if codes and not any(
            code.get("displayName") is not None or (null and code.get("nullFlavor") is not None) for code in codes
        ):
            yield hit(vaccine, codes[0].get("code", ""), "1", f"{path}/@displayName")


def _silent(code: etree._Element, path: str) -> bool:
    """A code that says nothing needs no label: the product's is told by its code, the others by their nullFlavor."""
    return code.get("code") is None if path.startswith("consumable") else code.get("nullFlavor") is not None


RULES = _BOOK.rules
