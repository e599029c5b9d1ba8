"""Header rules 059 to 063: participants and orders."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from banc_standards.cda.names import DICOM
from banc_standards.cda.read import Document
from banc_standards.cda.rules.expect import (
    all_of,
    at,
    at_most_one,
    attribute,
    child,
    hit,
    identified,
    in_set,
    named,
    one,
)
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit
from banc_standards.terminology.codes import value_set

_BOOK = RuleBook("CI-SIS, volet Structuration minimale", "InvalidDocumentContent")
_ENTITY: Final = "participant/associatedEntity"

_BOOK.add(
    "CDA-HDR-059",
    ("Un participant l'est à un titre de JDV_J144.", "A participant takes part as JDV_J144 says."),
    ("Écrire typeCode REF, REFB, INF, RESP, PRF, CON ou VRF.", "Write typeCode REF, REFB, INF, RESP, PRF, CON or VRF."),
    attribute("participant", "typeCode", value_set("J144").codes),
    at="participant",
)


def _participant_time(document: Document) -> Iterator[Hit]:
    for element in at(document, "participant/time"):
        ends = child(element, "low") + child(element, "high")
        if not element.get("value") and not ends:
            yield hit(element, "", "low | high | nullFlavor")


_BOOK.add(
    "CDA-HDR-060",
    (
        "Un participant a une période et une seule, et au plus une fonction, de JDV_J47.",
        "A participant has exactly one time, and at most one functionCode, of JDV_J47.",
    ),
    ("Écrire time avec low ou high, ou un nullFlavor.", "Write time with low or high, or a nullFlavor."),
    all_of(
        one("participant", "time"),
        _participant_time,
        at_most_one("participant", "templateId", "functionCode"),
        in_set("participant/functionCode", "J47", "codeSystem"),
    ),
    at="participant",
)
_BOOK.add(
    "CDA-HDR-061",
    (
        "Un participant est décrit une fois, professionnel (PROV) ou autre (AGNT).",
        "A participant is described once, as a professional (PROV) or other (AGNT).",
    ),
    ("Écrire associatedEntity avec classCode PROV ou AGNT.", "Write associatedEntity with classCode PROV or AGNT."),
    all_of(one("participant", "associatedEntity"), attribute(_ENTITY, "classCode", value_set("J141").codes)),
    at="participant/associatedEntity",
)
_BOOK.add(
    "CDA-HDR-062",
    (
        "Un participant a au plus un identifiant, une profession de JDV_J01, un nom et une structure.",
        "A participant has at most one id, one code of JDV_J01, one person and one organisation.",
    ),
    ("Corriger associatedEntity.", "Correct associatedEntity."),
    all_of(
        at_most_one(_ENTITY, "id", "code", "associatedPerson", "scopingOrganization"),
        identified(f"{_ENTITY}/id"),
        in_set(f"{_ENTITY}/code", "J01", "displayName", "codeSystem"),
        named(f"{_ENTITY}/associatedPerson", given=None),
        at_most_one(f"{_ENTITY}/scopingOrganization", "id", "name", "standardIndustryClassCode"),
    ),
    at="participant/associatedEntity",
)


def _accession(document: Document) -> Iterator[Hit]:
    for order in at(document, "inFulfillmentOf/order"):
        number = len(order.findall(f"{DICOM}accessionNumber"))
        if number > 1:
            yield hit(order, str(number), "0..1", "ps3-20:accessionNumber")


_BOOK.add(
    "CDA-HDR-063",
    (
        "Une prescription à l'origine du document a un identifiant et un seul.",
        "An order that the document fulfils has exactly one id.",
    ),
    ("Écrire inFulfillmentOf/order/id une fois.", "Write inFulfillmentOf/order/id once."),
    all_of(
        one("inFulfillmentOf", "order"),
        one("inFulfillmentOf/order", "id"),
        at_most_one("inFulfillmentOf/order", "code"),
        _accession,
    ),
    at="inFulfillmentOf/order",
)

RULES = _BOOK.rules
