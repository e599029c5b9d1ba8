"""Entry rules 042 to 046: procedures, encounters, requested observations, devices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree

from banc_standards.cda.names import V3
from banc_standards.cda.node import Node
from banc_standards.cda.rules.book import ClinicalBook
from banc_standards.cda.rules.expect import hit
from banc_standards.cda.rules.roots import (
    CCD,
    DEVICE,
    ENCOUNTER,
    INTERNAL_REFERENCE,
    INTERNAL_REFERENCE_FR,
    OBSERVATION_REQUEST,
    PROCEDURE,
    PROCEDURE_FR,
)
from banc_standards.cda.rules.shapes import (
    acting,
    fixed,
    least,
    one,
    pointing,
    related,
    status,
    templated,
    templates_counted,
)
from banc_standards.rules import Hit

_BOOK = ClinicalBook("CI-SIS, volet Modèles de contenus CDA, entrées")
_DONE: Final = f"{CCD}.29"
_PLANNED: Final = f"{CCD}.25"
_SEEN: Final = f"{CCD}.21"


def _coded(acts: list[etree._Element]) -> bool:
    return not acts or any(act.find(f"{V3}code") is not None for act in acts)


@_BOOK.on(
    PROCEDURE,
    "CDA-ENT-042",
    (
        "Un acte est réalisé (EVN) ou prévu (INT) avec le modèle CCD de ce mode, identifié, codé, relié au texte.",
        "A procedure is done (EVN) or intended (INT) with the CCD model of that mood, an id, a code and a text.",
    ),
    (
        f"Écrire procedure PROC, les templateId {PROCEDURE_FR} et {_DONE} (EVN) ou {_PLANNED} (INT), id, code, text.",
        f"Write procedure PROC, the templateIds {PROCEDURE_FR} and {_DONE} (EVN) or {_PLANNED} (INT), id, code, text.",
    ),
    at="FR-Acte",
)
def _procedure(node: Node) -> Iterator[Hit]:
    yield from acting(node, "procedure", classCode="PROC")
    wanted = {"EVN": _DONE, "INT": _PLANNED}.get(node.get("moodCode"))
    if wanted is None:
        yield from fixed(node, moodCode=("EVN", "INT"))
    else:
        yield from templated(node, wanted)
    yield from templated(node, PROCEDURE_FR)
    yield from least(node, "id")
    yield from one(node, "code", "text", "statusCode")
    yield from pointing(node, valued=True)
    for kind, inverted, model in (
        ("COMP", "true", INTERNAL_REFERENCE_FR),
        ("RSON", "false", INTERNAL_REFERENCE_FR),
        ("REFR", "false", INTERNAL_REFERENCE_FR),
        ("RSON", None, INTERNAL_REFERENCE),
    ):
        acts = related(node, kind, "act", model, inverted=inverted)
        if not _coded(acts):
            yield hit(acts[0], "0", "1", "code")


@_BOOK.on(
    PROCEDURE,
    "CDA-ENT-043",
    (
        "Un acte est terminé, en cours, abandonné ou annulé ; prévu, il a une date ou une priorité.",
        "A procedure is completed, active, aborted or cancelled; intended, it has a date or a priority.",
    ),
    (
        "Corriger statusCode ; pour un acte prévu écrire effectiveTime ou priorityCode.",
        "Correct statusCode; for an intended procedure write effectiveTime or priorityCode.",
    ),
    at="FR-Acte/statusCode, effectiveTime",
)
def _procedure_status(node: Node) -> Iterator[Hit]:
    yield from status(node, "completed", "active", "aborted", "cancelled")
    if node.get("moodCode") == "INT" and node.children.keys().isdisjoint(("effectiveTime", "priorityCode")):
        yield hit(node.element, "0", "1", "effectiveTime | priorityCode")


@_BOOK.on(
    ENCOUNTER,
    "CDA-ENT-044",
    (
        "Une rencontre a eu lieu (EVN, datée) ou est demandée (ARQ, datée ou de priorité dite) ; elle a id et code.",
        "An encounter took place (EVN, dated) or is requested (ARQ, dated or prioritised); it has an id and a code.",
    ),
    (
        f"Écrire classCode ENC, le templateId {_SEEN} (EVN) ou {_PLANNED} (ARQ), id, code et la date ou la priorité.",
        f"Write classCode ENC, the templateId {_SEEN} (EVN) or {_PLANNED} (ARQ), id, code and the date or priority.",
    ),
    at="FR-Rencontre",
)
def _encounter(node: Node) -> Iterator[Hit]:
    mood = node.get("moodCode")
    yield from fixed(node, classCode="ENC", moodCode=("EVN", "ARQ"))
    if mood in ("EVN", "ARQ"):
        yield from templated(node, _SEEN if mood == "EVN" else _PLANNED)
    yield from templates_counted(node, 2)
    yield from least(node, "id", "code")
    if "text" in node.children:
        yield from pointing(node, valued=True)
    dated, priorities = "effectiveTime" in node.children, len(node.all("priorityCode"))
    if (mood == "EVN" and not dated) or (mood == "ARQ" and not dated and not priorities):
        yield hit(node.element, "0", "1", "effectiveTime")
    if mood == "ARQ" and dated and priorities > 1:
        yield hit(node.element, str(priorities), "0..1", "priorityCode")
    if any(code.get("code") == "02276797" for code in node.all("code")):
        for name in ("effectiveTime", "id"):
            if not any(item.get("nullFlavor") == "NA" for item in node.all(name)):
                yield hit(node.element, "", "NA", f"{name}/@nullFlavor")
    performers = node.all("performer")
    if performers and not any(item.get("typeCode") == "PRF" for item in performers):
        yield hit(performers[0], performers[0].get("typeCode", ""), "PRF", "@typeCode")
    places = [item for item in node.all("participant") if item.get("typeCode") == "LOC"]
    if places and not any(
        role.get("classCode") == "SDLOC" for place in places for role in place.iterfind(f"{V3}participantRole")
    ):
        yield hit(places[0], "", "SDLOC", "participantRole/@classCode")


@_BOOK.on(
    OBSERVATION_REQUEST,
    "CDA-ENT-045",
    (
        "Une observation demandée est un projet (INT, PRP ou GOL), identifié, codé, relié au texte et daté.",
        "A requested observation is a plan (INT, PRP or GOL) with an id, a code, a link to the text and a date.",
    ),
    (
        f"Écrire classCode OBS, le templateId {_PLANNED}, id, code, text/reference, statusCode et effectiveTime.",
        f"Write classCode OBS, the templateId {_PLANNED}, id, code, text/reference, statusCode and effectiveTime.",
    ),
    at="FR-Demande-d-examen-ou-de-suivi",
)
def _request(node: Node) -> Iterator[Hit]:
    yield from fixed(node, classCode="OBS", moodCode=("INT", "PRP", "GOL"))
    yield from templated(node, _PLANNED)
    yield from templates_counted(node, 2)
    yield from least(node, "id", "code", "statusCode", "effectiveTime")
    yield from pointing(node, valued=True)


@_BOOK.on(
    DEVICE,
    "CDA-ENT-046",
    (
        "Un dispositif médical est un supply daté une fois, avec un participant DEV : un rôle MANU et un appareil DEV.",
        "A device is a supply dated once, with a participant DEV: one role MANU and one playing device DEV.",
    ),
    (
        f"Écrire les templateId {DEVICE} et {CCD}.34, effectiveTime et participant/participantRole/playingDevice.",
        f"Write the templateIds {DEVICE} and {CCD}.34, effectiveTime and participant/participantRole/playingDevice.",
    ),
    at="FR-Dispositif-medical",
)
def _device(node: Node) -> Iterator[Hit]:
    yield from acting(node, "supply")
    declared = [item.get("root") for item in node.all("templateId")]
    for root in (DEVICE, f"{CCD}.34"):
        if declared.count(root) != 1:
            yield hit(node.element, str(declared.count(root)), "1", f"templateId[@root='{root}']")
    yield from one(node, "effectiveTime")
    if not any(item.get("typeCode") == "DEV" for item in node.all("participant")):
        yield hit(node.element, "0", "1..*", "participant[@typeCode='DEV']")
    makers = sum(role.get("classCode") == "MANU" for role in node.at("participant/participantRole"))
    if makers != 1:
        yield hit(node.element, str(makers), "1", "participant/participantRole[@classCode='MANU']")
    devices = sum(
        (item.get("classCode"), item.get("determinerCode")) == ("DEV", "INSTANCE")
        for item in node.at("participant/participantRole/playingDevice")
    )
    if devices != 1:
        yield hit(node.element, str(devices), "1", "participant/participantRole/playingDevice[@classCode='DEV']")


RULES = _BOOK.rules
