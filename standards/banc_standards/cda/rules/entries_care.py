"""Entry rules 071 to 077: transfers, external documents, surveys, past pregnancies, cancers, antigens, coverage."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from banc_standards.cda.names import SIMPLE_OBSERVATION, SIMPLE_OBSERVATION_FR, V3
from banc_standards.cda.node import Node, roots
from banc_standards.cda.rules.book import ClinicalBook
from banc_standards.cda.rules.expect import hit
from banc_standards.cda.rules.roots import (
    ANTIGEN_DOSE,
    BIRTH_EVENT,
    CANCER_DIAGNOSIS,
    CANCER_DIAGNOSIS_FR,
    CANCER_STAGE,
    CCD,
    COVERAGE,
    EXTERNAL_REFERENCE,
    FR_ENTRY,
    INSURER,
    PATIENT_TRANSFER,
    PREGNANCY,
    PREGNANCY_HISTORY,
    PROBLEM,
    SURVEY,
)
from banc_standards.cda.rules.shapes import (
    acting,
    coded,
    fixed,
    least,
    none,
    one,
    pointing,
    related,
    status,
    templated,
    templates_counted,
)
from banc_standards.rules import Hit

_BOOK = ClinicalBook("CI-SIS, volet Modèles de contenus CDA, entrées")


@_BOOK.on(
    PATIENT_TRANSFER,
    "CDA-ENT-071",
    (
        "Un transfert a eu lieu (completed, daté du départ à l'arrivée) ou est prévu (normal), vers un lieu (DST).",
        "A transfer took place (completed, dated from leaving to arrival) or is planned (normal), to a place (DST).",
    ),
    (
        "Écrire act ACT, statusCode, effectiveTime low et high, participant DST/participantRole SDLOC.",
        "Write act ACT, statusCode, effectiveTime low and high, participant DST/participantRole SDLOC.",
    ),
    at="FR-Transfert-du-patient",
)
def _transfer(node: Node) -> Iterator[Hit]:
    yield from fixed(node, classCode="ACT", moodCode=("EVN", "INT"))
    if "text" in node.children:
        yield from pointing(node, valued=True)
    yield from status(node, "completed", "normal")
    done = any(item.get("code") == "completed" for item in node.all("statusCode"))
    for end in ("low", "high") if done else ():
        if not node.at(f"effectiveTime/{end}"):
            yield hit(node.element, "0", "1", f"effectiveTime/{end}")
    if node.get("negationInd") == "false" and not (done and node.get("moodCode") == "EVN"):
        yield hit(node.element, node.get("moodCode"), "EVN, completed", "@negationInd")
    for participant in node.all("participant"):
        yield from _destination(participant)


def _destination(participant: etree._Element) -> Iterator[Hit]:
    if participant.get("typeCode") != "DST":
        yield hit(participant, participant.get("typeCode", ""), "DST", "@typeCode")
    if participant.find(f"{V3}templateId") is None:
        yield hit(participant, "0", "1..*", "templateId")
    places = participant.findall(f"{V3}participantRole")
    if not any(place.get("classCode") == "SDLOC" for place in places):
        yield hit(participant, "", "SDLOC", "participantRole/@classCode")
    players = [player for place in places for player in place.iterfind(f"{V3}playingEntity")]
    if players and not any(player.get("classCode") == "ENT" for player in players):
        yield hit(players[0], players[0].get("classCode", ""), "ENT", "@classCode")
    if players and not any(player.find(f"{V3}name") is not None for player in players):
        yield hit(players[0], "0", "1", "name")


@_BOOK.on(
    EXTERNAL_REFERENCE,
    "CDA-ENT-072",
    (
        "Une référence externe a un seul id, un code NA, un texte, et désigne un document (SPRT ou REFR) par son id.",
        "An external reference has exactly one id, the code NA, a text, and names a document (SPRT or REFR) by its id.",
    ),
    (
        "Écrire act ACT EVN, id, code NA, text, reference/externalDocument DOC EVN et son id.",
        "Write act ACT EVN, id, code NA, text, reference/externalDocument DOC EVN and its id.",
    ),
    at="FR-References-externes",
)
def _external_reference(node: Node) -> Iterator[Hit]:
    yield from acting(node, "act", classCode="ACT", moodCode="EVN")
    yield from one(node, "id", "code", "text")
    if not any(code.get("nullFlavor") == "NA" for code in node.all("code")):
        yield hit(node.element, "", "NA", "code/@nullFlavor")
    references = node.all("reference")
    if not any(item.get("typeCode") in ("SPRT", "REFR") for item in references):
        yield hit(node.element, "", "SPRT | REFR", "reference/@typeCode")
    documents = node.at("reference/externalDocument")
    if not any((item.get("classCode"), item.get("moodCode")) == ("DOC", "EVN") for item in documents):
        yield hit(node.element, "", "DOC, EVN", "reference/externalDocument/@classCode")
    if not any(item.find(f"{V3}id") is not None for item in documents):
        yield hit(node.element, "0", "1", "reference/externalDocument/id")


@_BOOK.on(
    SURVEY,
    "CDA-ENT-073",
    (
        "Une évaluation est une observation simple avec une valeur, sans méthode ni site.",
        "A survey observation is a simple observation with a value, without method or site.",
    ),
    (
        f"Écrire OBS EVN, les templateId {SIMPLE_OBSERVATION} et {CCD}.31, et value.",
        f"Write OBS EVN, the templateIds {SIMPLE_OBSERVATION} and {CCD}.31, and value.",
    ),
    at="FR-Evaluation",
)
def _survey(node: Node) -> Iterator[Hit]:
    yield from fixed(node, classCode="OBS", moodCode="EVN")
    yield from templated(node, SIMPLE_OBSERVATION, f"{CCD}.31")
    yield from templates_counted(node, 3)
    yield from least(node, "value")
    yield from none(node, "methodCode", "targetSiteCode")


@_BOOK.on(
    PREGNANCY_HISTORY,
    "CDA-ENT-074",
    (
        "L'historique d'une grossesse a un id, un code, une date, et ne contient qu'observations et naissances.",
        "The history of a pregnancy has an id, a code, a date, and holds only observations and births.",
    ),
    (
        "Écrire organizer CLUSTER EVN, id, code, statusCode, effectiveTime et component (sequenceNumber si naissance).",
        "Write organizer CLUSTER EVN, id, code, statusCode, effectiveTime and component (sequenceNumber when a birth).",
    ),
    at="FR-Historique-de-la-grossesse",
)
def _pregnancy_history(node: Node) -> Iterator[Hit]:
    yield from acting(node, "organizer", classCode="CLUSTER", moodCode="EVN")
    yield from least(node, "id", "code", "effectiveTime", "component")
    yield from one(node, "statusCode")
    yield from status(node, "completed")
    births = False
    for component in node.all("component"):
        known = any(PREGNANCY in roots(item) for item in component.iterfind(f"{V3}observation"))
        birth = any(BIRTH_EVENT in roots(item) for item in component.iterfind(f"{V3}organizer"))
        births = births or birth
        if not known and not birth:
            yield hit(component, "", f"{PREGNANCY} | {BIRTH_EVENT}")
    if births and not node.at("component/sequenceNumber"):
        yield hit(node.element, "0", "1..*", "component/sequenceNumber")


@_BOOK.on(
    CANCER_DIAGNOSIS_FR,
    "CDA-ENT-075",
    (
        "Un diagnostic de cancer déclare ses modèles, a le code 282291009, un texte, une date, une valeur et un site.",
        "A cancer diagnosis declares its models, has the code 282291009, a text, a date, a value and a site.",
    ),
    ("Compléter l'observation.", "Complete the observation."),
    at="FR-Diagnostic-du-cancer",
)
def _cancer(node: Node) -> Iterator[Hit]:
    yield from templated(node, CANCER_DIAGNOSIS, PROBLEM, f"{CCD}.28", f"{FR_ENTRY}.37")
    yield from one(node, "code", "text", "statusCode", "effectiveTime", "value", "targetSiteCode")
    yield from coded(node, "282291009")
    yield from pointing(node, once=True)
    for root, code in ((CANCER_STAGE, "75620-5"), (SIMPLE_OBSERVATION_FR, "21918-8")):
        stages = related(node, "SUBJ", "observation", root, inverted="false")
        codes = [item.get("code", "") for stage in stages for item in stage.iterfind(f"{V3}code")]
        if stages and code not in codes:
            yield hit(stages[0], ", ".join(codes), code, "code/@code")


@_BOOK.on(
    ANTIGEN_DOSE,
    "CDA-ENT-076",
    (
        "Une dose d'antigène est administrée (SBADM, EVN), d'un seul id, avec son produit.",
        "An antigen dose is given (SBADM, EVN), with exactly one id and its product.",
    ),
    (f"Écrire id, le templateId {CCD}.24 et consumable.", f"Write id, the templateId {CCD}.24 and consumable."),
    at="FR-Dose-d-antigene",
)
def _antigen(node: Node) -> Iterator[Hit]:
    yield from acting(node, "substanceAdministration", classCode="SBADM", moodCode="EVN")
    yield from one(node, "id")
    yield from templated(node, f"{CCD}.24")
    yield from least(node, "consumable")


@_BOOK.on(
    COVERAGE,
    "CDA-ENT-077",
    (
        "Une couverture sociale a un seul id, le code 48768-6, un statut et un organisme d'assurance maladie.",
        "A coverage has exactly one id, the code 48768-6, a status and an insurer.",
    ),
    (
        f"Écrire id, code 48768-6, statusCode et entryRelationship/act {INSURER}.",
        f"Write id, code 48768-6, statusCode and entryRelationship/act {INSURER}.",
    ),
    at="FR-Couverture-sociale",
)
def _coverage(node: Node) -> Iterator[Hit]:
    yield from one(node, "id", "statusCode", "code")
    yield from coded(node, "48768-6")
    if not related(node, None, "act", INSURER):
        yield hit(node.element, "0", "1..*", f"entryRelationship/act[{INSURER}]")


RULES = _BOOK.rules
