"""Rules of the imaging entries: techniques, products given, catalogue of images, exposure, observations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree

from banc_standards.cda.names import V3, XSI_TYPE
from banc_standards.cda.node import Node
from banc_standards.cda.rules.book import ClinicalBook
from banc_standards.cda.rules.expect import hit
from banc_standards.cda.rules.imaging import held
from banc_standards.cda.rules.imaging_names import (
    DCM,
    EXPOSURE_FR,
    EXPOSURES,
    INSTANCE,
    INSTANCE_FR,
    MODALITY,
    OBSERVATION,
    OBSERVATION_FR,
    PRODUCT,
    PRODUCT_FR,
    QUANTITY,
    QUANTITY_FR,
    RADIOPHARMACEUTICAL_FR,
    SERIES,
    SERIES_FR,
    STUDY,
    STUDY_FR,
    TECHNIQUE,
    TECHNIQUE_FR,
    is_imaging,
    is_request,
)
from banc_standards.cda.rules.shapes import (
    acting,
    at_most_one,
    bound,
    coded,
    fixed,
    least,
    one,
    related,
    status,
    templated,
)
from banc_standards.rules import Hit
from banc_standards.terminology.oids import SNOMED_CT

_BOOK = ClinicalBook("CI-SIS, volet Compte rendu d'imagerie (IMG-CR-IMG 2024.01), entrées")
_TOPOGRAPHY: Final = "106233006"
_STUDY: Final = "113014"
_SERIES: Final = "113015"
_EXPOSURE: Final = "121290"
_RADIATION_OFFICER: Final = "113850"
_PREGNANCY: Final = "364320009"
_RADIOPHARMACEUTICAL: Final = "440252007"
_CONTRAINDICATION: Final = "64100-1"
_MATERIAL: Final = "consumable/manufacturedProduct/manufacturedMaterial"
_COMPLETE: Final = ("Compléter l'entrée.", "Complete the entry.")


def _sites(node: Node) -> Iterator[Hit]:
    for site in node.all("targetSiteCode"):
        names = {name.get("code") for name in site.iterfind(f"{V3}qualifier/{V3}name")}
        if site.find(f"{V3}qualifier") is None:
            continue
        if _TOPOGRAPHY not in names:
            yield hit(site, ", ".join(sorted(filter(None, names))), _TOPOGRAPHY, "qualifier/name/@code")
        if site.find(f"{V3}qualifier/{V3}value") is None:
            yield hit(site, "0", "1", "qualifier/value")


@_BOOK.on(
    (TECHNIQUE, TECHNIQUE_FR),
    "CDA-IMG-006",
    (
        "Une technique d'imagerie est un acte (PROC) avec id, un code, une modalité et un seul site anatomique codé.",
        "An imaging technique is a procedure (PROC) with an id, a code, a modality and exactly one coded target site.",
    ),
    (
        "Compléter procedure : id, code, methodCode, targetSiteCode de JDV_LocalisationAnatomique ; qualifier "
        f"{_TOPOGRAPHY} de JDV_LateraliteTechniqueImagerie.",
        "Complete procedure: id, code, methodCode, targetSiteCode of JDV_LocalisationAnatomique; qualifier "
        f"{_TOPOGRAPHY} of JDV_LateraliteTechniqueImagerie.",
    ),
    at="FR-DICOM-Technique-imagerie",
)
def _technique(node: Node) -> Iterator[Hit]:
    if TECHNIQUE in node.templates:
        yield from acting(node, "procedure", classCode="PROC")
        if "moodCode" not in node.element.attrib:
            yield hit(node.element, "", "1", "@moodCode")
        yield from least(node, "id", "methodCode")
        yield from one(node, "code", "targetSiteCode")
        yield from at_most_one(node, "participant")
        yield from _sites(node)
    if TECHNIQUE_FR in node.templates and is_imaging(node.document):
        yield from _coded_technique(node)


def _coded_technique(node: Node) -> Iterator[Hit]:
    translations = len(node.at("code/translation"))
    if translations > 1:
        yield hit(node.element, str(translations), "0..1", "code/translation")
    for site in node.all("targetSiteCode"):
        yield from bound(site, "LocalisationAnatomique")
        for value in site.iterfind(f"{V3}qualifier/{V3}value"):
            yield from bound(value, "LateraliteTechniqueImagerie")


@_BOOK.on(
    (PRODUCT, PRODUCT_FR),
    "CDA-IMG-007",
    (
        "Un produit administré pour l'imagerie a un seul id, est terminé, et nomme un seul produit.",
        "A product given for imaging has exactly one id, is completed, and names exactly one product.",
    ),
    (
        "Écrire substanceAdministration SBADM, id, completed, consumable ; routeCode, doseQuantity et rateQuantity une "
        "fois au plus.",
        "Write substanceAdministration SBADM, id, completed, consumable; routeCode, doseQuantity and rateQuantity at "
        "most once.",
    ),
    at="FR-DICOM-Administration-produit-de-sante",
)
def _product(node: Node) -> Iterator[Hit]:
    if PRODUCT in node.templates:
        yield from acting(node, "substanceAdministration", classCode="SBADM")
        yield from fixed(node, moodCode=("EVN", "INT"))
        yield from one(node, "id", "consumable")
        yield from status(node, "completed")
        yield from at_most_one(node, "routeCode", "doseQuantity", "rateQuantity")
        if not node.at(_MATERIAL):
            yield hit(node.element, "0", "1", _MATERIAL)
    if PRODUCT_FR in node.templates and is_imaging(node.document):
        yield from _one_material(node)


def _one_material(node: Node) -> Iterator[Hit]:
    number = len(node.at(f"{_MATERIAL}/code"))
    if number != 1:
        yield hit(node.element, str(number), "1", f"{_MATERIAL}/code")


def _components(node: Node, name: str, root: str) -> list[etree._Element]:
    return related(node, "COMP", name, root)


@_BOOK.on(
    (STUDY, STUDY_FR, SERIES, SERIES_FR, INSTANCE, INSTANCE_FR),
    "CDA-IMG-008",
    (
        f"Le catalogue tient un examen ({_STUDY}) d'une série ({_SERIES}), dont l'image DGIMG a un lien DICOM.",
        f"The catalogue holds a study ({_STUDY}) of one series ({_SERIES}), whose image DGIMG has a DICOM link.",
    ),
    (
        "Compléter act et observation : id, code, effectiveTime, entryRelationship COMP, text application/dicom.",
        "Complete act and observation: id, code, effectiveTime, entryRelationship COMP, text application/dicom.",
    ),
    at="FR-DICOM-Examen-imagerie",
)
def _catalogue(node: Node) -> Iterator[Hit]:
    published = is_imaging(node.document)
    if STUDY in node.templates:
        yield from _study(node)
    if STUDY_FR in node.templates and published:
        yield from coded(node, _STUDY, DCM)
        yield from least(node, "id", "effectiveTime")
        yield from _once(node, "act", SERIES_FR)
    if SERIES in node.templates:
        yield from _series(node)
    if SERIES_FR in node.templates and published:
        yield from _once(node, "observation", INSTANCE_FR)
    if INSTANCE in node.templates:
        yield from acting(node, "observation", classCode="DGIMG", moodCode="EVN")
        yield from templated(node, INSTANCE_FR)
        yield from least(node, "id")
        yield from one(node, "code")
        if len(node.all("templateId")) != 2:
            yield hit(node.element, str(len(node.all("templateId"))), "2", "templateId")
    if INSTANCE_FR in node.templates and published:
        yield from _image(node)


def _study(node: Node) -> Iterator[Hit]:
    yield from _an_act(node)
    yield from least(node, "id")
    yield from coded(node, _STUDY, DCM)
    if not _components(node, "act", SERIES):
        yield hit(node.element, "0", "1..*", f"entryRelationship[@typeCode='COMP']/act[{SERIES}]")


def _an_act(node: Node) -> Iterator[Hit]:
    yield from acting(node, "act")
    for name in ("classCode", "moodCode"):
        if name not in node.element.attrib:
            yield hit(node.element, "", "1", f"@{name}")


def _series(node: Node) -> Iterator[Hit]:
    yield from _an_act(node)
    yield from least(node, "id")
    yield from one(node, "code")
    yield from coded(node, _SERIES, DCM)
    for below in ("qualifier", "qualifier/name", "qualifier/value"):
        number = len(node.at(f"code/{below}"))
        if number != 1:
            yield hit(node.element, str(number), "1", f"code/{below}")
    for name in node.at("code/qualifier/name"):
        if (name.get("code"), name.get("codeSystem")) != (MODALITY, DCM):
            yield hit(name, name.get("code", ""), MODALITY, "@code")
    images = _components(node, "observation", INSTANCE)
    if len(images) != 1 or images[0].find(f"{V3}code") is None:
        yield hit(node.element, str(len(images)), "1", f"entryRelationship[@typeCode='COMP']/observation[{INSTANCE}]")


def _once(node: Node, name: str, root: str) -> Iterator[Hit]:
    number = sum(
        (parent := item.getparent()) is not None
        and parent.tag == f"{V3}entryRelationship"
        and parent.get("typeCode") == "COMP"
        for item in held(node, name, root)
    )
    if number != 1:
        yield hit(node.element, str(number), "1", f"entryRelationship[@typeCode='COMP']/{name}[{root}]")


def _image(node: Node) -> Iterator[Hit]:
    yield from fixed(node, classCode="DGIMG")
    for text in node.all("text"):
        if text.get("mediaType") != "application/dicom":
            yield hit(text, text.get("mediaType", ""), "application/dicom", "@mediaType")
    dicom = [text for text in node.all("text") if text.get("mediaType") == "application/dicom"]
    if dicom and not any(text.find(f"{V3}reference") is not None for text in dicom):
        yield hit(dicom[0], "0", "1", "reference")


@_BOOK.on(
    (EXPOSURES, RADIOPHARMACEUTICAL_FR, QUANTITY, QUANTITY_FR, OBSERVATION_FR),
    "CDA-IMG-009",
    (
        "L'exposition aux rayonnements dit l'acte, la personne autorisée, la grossesse et des quantités codées.",
        "Radiation exposure tells the act, the authorized person, the pregnancy and coded quantities.",
    ),
    (
        f"Compléter la section : procedure {_EXPOSURE} et participant {_RADIATION_OFFICER}, observation {_PREGNANCY}, "
        f"quantités PQ de JDV_QuantiteExpositionRayonnements, radiopharmaceutique {_RADIOPHARMACEUTICAL}.",
        f"Complete the section: procedure {_EXPOSURE} and participant {_RADIATION_OFFICER}, observation {_PREGNANCY}, "
        f"PQ quantities of JDV_QuantiteExpositionRayonnements, radiopharmaceutical {_RADIOPHARMACEUTICAL}.",
    ),
    at="FR-DICOM-Exposition-aux-radiations",
)
def _exposure(node: Node) -> Iterator[Hit]:
    published = is_imaging(node.document)
    if EXPOSURES in node.templates and published:
        yield from _exposed(node)
    if RADIOPHARMACEUTICAL_FR in node.templates and published:
        yield from coded(node, _RADIOPHARMACEUTICAL, SNOMED_CT)
        yield from _one_material(node)
    if QUANTITY in node.templates:
        yield from acting(node, "observation", classCode="OBS", moodCode="EVN")
        yield from one(node, "id", "code", "statusCode", "targetSiteCode")
        measured = [value for value in node.all("value") if value.get(XSI_TYPE) == "PQ"]
        if len(measured) != 1:
            yield hit(node.element, str(len(measured)), "1", "value[@xsi:type='PQ']")
        yield from _sites(node)
        for text in node.at("targetSiteCode/originalText"):
            if text.find(f"{V3}reference") is None:
                yield hit(text, "0", "1", "reference")
    if QUANTITY_FR in node.templates and published and node.element.tag == f"{V3}observation":
        for code in node.all("code"):
            yield from bound(code, "QuantiteExpositionRayonnements", null=True)
        for site in node.all("targetSiteCode"):
            yield from bound(site, "LocalisationAnatomique")
    if OBSERVATION_FR in node.templates and published and _observes(node, _PREGNANCY):
        for value in node.all("value"):
            yield from bound(value, "StatutGrossesse", null=True)


def _observes(node: Node, code: str) -> bool:
    return any(item.get("code") == code for item in node.all("code"))


def _exposed(node: Node) -> Iterator[Hit]:
    acts = held(node, "procedure", EXPOSURE_FR)
    if len(acts) != 1:
        yield hit(node.element, str(len(acts)), "1", f"procedure[{EXPOSURE_FR}]")
    role = f"{V3}participant/{V3}participantRole"
    for act in acts[:1]:
        for path, code, told in (
            (f"{V3}code", _EXPOSURE, "code"),
            (f"{role}/{V3}code", _RADIATION_OFFICER, "participant/participantRole/code"),
        ):
            found = [(item.get("code"), item.get("codeSystem")) for item in act.iterfind(path)]
            if (code, DCM) not in found:
                yield hit(act, ", ".join(pair[0] or "" for pair in found), code, f"{told}/@code")
        if act.find(f"{role}/{V3}playingEntity/{V3}name") is None:
            yield hit(act, "0", "1", "participant/participantRole/playingEntity/name")
    observed = held(node, "observation", OBSERVATION_FR)
    codes = [code.get("code") for item in observed for code in item.iterchildren(f"{V3}code")]
    if observed and _PREGNANCY not in codes:
        yield hit(observed[0], ", ".join(filter(None, codes)), _PREGNANCY, "code/@code")
    measured = held(node, "observation", QUANTITY_FR)
    for items, names in ((observed, ("value",)), (measured, ("code", "value", "targetSiteCode"))):
        for name in names:
            if items and all(item.find(V3 + name) is None for item in items):
                yield hit(items[0], "0", "1", name)


@_BOOK.on(
    OBSERVATION_FR,
    "CDA-IMG-010",
    (
        "Une contre-indication est de JDV_Contre_indications.",
        "A contraindication is of JDV_Contre_indications.",
    ),
    ("Prendre un code du jeu de valeurs.", "Take a code of the value set."),
    at="FR-DICOM-Observation/value",
)
def _contraindicated(node: Node) -> Iterator[Hit]:
    requested = is_request(node.document)
    if not (requested or is_imaging(node.document)) or node.element.tag != f"{V3}observation":
        return
    if _observes(node, _CONTRAINDICATION):
        for value in node.all("value"):
            yield from bound(value, "Contre_indications", null=requested)


@_BOOK.on(
    OBSERVATION,
    "CDA-IMG-011",
    (
        "Une observation d'imagerie a un seul id, code, statut, valeur et site anatomique.",
        "An imaging observation has exactly one id, code, status, value and target site.",
    ),
    _COMPLETE,
    at="FR-DICOM-Observation",
)
def _observation(node: Node) -> Iterator[Hit]:
    yield from acting(node, "observation", classCode="OBS")
    if "moodCode" not in node.element.attrib:
        yield hit(node.element, "", "1", "@moodCode")
    yield from one(node, "id", "code", "statusCode", "value", "targetSiteCode")
    if any(item.get("typeCode") == "SPRT" for item in node.all("entryRelationship")):
        for root in (INSTANCE_FR, QUANTITY_FR):
            found = related(node, "SPRT", "observation", root)
            if not any(item.find(f"{V3}code") is not None for item in found):
                yield hit(node.element, str(len(found)), "1..*", f"entryRelationship[@typeCode='SPRT'][{root}]")


RULES = _BOOK.rules
