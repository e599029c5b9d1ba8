"""Header rules 059 to 063: participants and orders."""

from __future__ import annotations

from banc_standards.cda.rules.header_table import HEADER
from banc_standards.rulebook import RuleBook

_BOOK = RuleBook("CI-SIS, volet Structuration minimale", "InvalidDocumentContent")

_BOOK.add(
    "CDA-HDR-059",
    ("Un participant l'est à un titre de JDV_J144.", "A participant takes part as JDV_J144 says."),
    ("Écrire typeCode REF, REFB, INF, RESP, PRF, CON ou VRF.", "Write typeCode REF, REFB, INF, RESP, PRF, CON or VRF."),
    HEADER.told("CDA-HDR-059"),
    at="participant",
)


_BOOK.add(
    "CDA-HDR-060",
    (
        "Un participant a une période et une seule, et au plus une fonction, de JDV_J47.",
        "A participant has exactly one time, and at most one functionCode, of JDV_J47.",
    ),
    ("Écrire time avec low ou high, ou un nullFlavor.", "Write time with low or high, or a nullFlavor."),
    HEADER.told("CDA-HDR-060"),
    at="participant",
)
_BOOK.add(
    "CDA-HDR-061",
    (
        "Un participant est décrit une fois, professionnel (PROV) ou autre (AGNT).",
        "A participant is described once, as a professional (PROV) or other (AGNT).",
    ),
    ("Écrire associatedEntity avec classCode PROV ou AGNT.", "Write associatedEntity with classCode PROV or AGNT."),
    HEADER.told("CDA-HDR-061"),
    at="participant/associatedEntity",
)
_BOOK.add(
    "CDA-HDR-062",
    (
        "Un participant a au plus un identifiant, une profession de JDV_J01, un nom et une structure.",
        "A participant has at most one id, one code of JDV_J01, one person and one organisation.",
    ),
    ("Corriger associatedEntity.", "Correct associatedEntity."),
    HEADER.told("CDA-HDR-062"),
    at="participant/associatedEntity",
)


_BOOK.add(
    "CDA-HDR-063",
    (
        "Une prescription à l'origine du document a un identifiant et un seul.",
        "An order that the document fulfils has exactly one id.",
    ),
    ("Écrire inFulfillmentOf/order/id une fois.", "Write inFulfillmentOf/order/id once."),
    HEADER.told("CDA-HDR-063"),
    at="inFulfillmentOf/order",
)

RULES = _BOOK.rules
