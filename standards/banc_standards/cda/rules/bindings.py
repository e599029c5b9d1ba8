"""Data type rule 027: which nullFlavor may stand in the body in place of a code of a value set."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from banc_standards.cda.names import V3
from banc_standards.cda.read import Document
from banc_standards.cda.rules.book import ClinicalBook
from banc_standards.cda.rules.expect import hit
from banc_standards.cda.rules.roots import FAMILY_SUBJECT, HEALTH_STATUS, IMMUNIZATION, IMMUNIZATION_PLANNED
from banc_standards.cda.rules.shapes import NULLS
from banc_standards.rules import Hit

_BOOK = ClinicalBook("CI-SIS, volet Modèles de contenus CDA, jeux de valeurs")


def _nullable(document: Document) -> Iterator[etree._Element]:
    """The coded elements of the body whose binding leaves them unknown."""
    for site in document.tagged.get("approachSiteCode", ()):
        parent = site.getparent()
        if parent is not None and parent.tag == f"{V3}substanceAdministration":
            yield site
    for template, path in (
        (IMMUNIZATION, "routeCode"),
        (IMMUNIZATION_PLANNED, "routeCode"),
        (HEALTH_STATUS, "value"),
        (FAMILY_SUBJECT, "relatedSubject/code"),
    ):
        for carrier in document.carriers.get(template, ()):
            yield from carrier.iterfind("/".join(V3 + step for step in path.split("/")))


@_BOOK.rule(
    "CDA-DT-027",
    (
        "Un code du corps qui manque le dit par un nullFlavor de la liste admise.",
        "A missing code of the body says so by a nullFlavor of the allowed list.",
    ),
    (
        "Écrire UNK, NA, NASK, ASKU, NI, NAV, MSK, OTH, NINF, PINF ou TRC, ou donner le code.",
        "Write UNK, NA, NASK, ASKU, NI, NAV, MSK, OTH, NINF, PINF or TRC, or give the code.",
    ),
    at="@nullFlavor",
)
def _allowed_null(document: Document) -> Iterator[Hit]:
    told: set[etree._Element] = set()
    for element in _nullable(document):
        null = element.get("nullFlavor")
        if null is None or null in NULLS or element in told:
            continue
        if element.get("code") is None or element.get("codeSystem") is None:
            told.add(element)
            yield hit(element, null, " | ".join(sorted(NULLS)), "@nullFlavor")


RULES = _BOOK.rules
