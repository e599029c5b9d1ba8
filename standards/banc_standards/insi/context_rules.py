"""What INSi asks inside its two contexts: their kind, the reference date, and the COUVERTURE of a carte Vitale."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from lxml import etree

from banc_standards.ins import birth_date_form
from banc_standards.insi import names
from banc_standards.insi.subject import InsiSubject, moment
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit, Rule
from banc_standards.xml import line_of

_BOOK = RuleBook("XSD CTXBAM V01_02, CTXLPS V01_00", code="mock_entete")
_HEADER: Final = "/soap:Envelope/soap:Header"
_BAM: Final = f"{_HEADER}/ctxbam:ContexteBAM"
_COVER: Final = f"{_BAM}/COUVERTURE"
_NATURES: Final = {"ContexteBAM": "CTXBAM", "ContexteLPS": "CTXLPS"}
_NUMBER: Final = re.compile(r"[0-9]{6}[AB0-9][0-9]{6}")
_KEY: Final = re.compile(r"[0-9]{2}")
_ORDERS: Final = {
    "COUVERTURE": ("GrandRegime", "Organisme", "CodeCentre", "ASSURE", "BENEFICIAIRE"),
    "BENEFICIAIRE": ("Nir", "DateNai", "Rang", "Porteur"),
    "Id": ("Num", "Cle"),
    "Nir": ("Num", "Cle", "DateCertification"),
}
_FORMS: Final[dict[str, tuple[Callable[[str], object], str]]] = {
    "Num": (_NUMBER.fullmatch, "6 chiffres, un chiffre ou A ou B, 6 chiffres"),
    "Cle": (_KEY.fullmatch, "2 chiffres"),
    "DateNai": (birth_date_form, "AAAA-MM-JJ"),
    "DateCertification": (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:Z|[+-][0-9]{2}:[0-9]{2})?").fullmatch, "xs:date"),
    "Rang": (re.compile(r"[+-]?[0-9]+").fullmatch, "xs:integer"),
    "Porteur": (re.compile(r"[0-9]").fullmatch, "1 chiffre"),
}


def _cover(subject: InsiSubject) -> etree._Element | None:
    path = f"{{*}}Header/{{{names.CTXBAM}}}ContexteBAM/{{{names.CTXBAM}}}COUVERTURE"
    return subject.request.message.envelope.find(path)


@_BOOK.rule(
    "INSI-HDR-017",
    (
        "COUVERTURE suit son schéma : l'ordre de ses éléments et la forme de leurs valeurs.",
        "COUVERTURE follows its schema: the order of its elements and the form of their values.",
    ),
    (
        "écrivez GrandRegime, Organisme, CodeCentre, ASSURE, BENEFICIAIRE, avec les données lues sur la carte",
        "write GrandRegime, Organisme, CodeCentre, ASSURE, BENEFICIAIRE, with the data read from the card",
    ),
    at="COUVERTURE",
)
def _cover_shape(subject: InsiSubject) -> Iterator[Hit]:
    cover = _cover(subject)
    if cover is None:
        return
    for child in cover.iterchildren("*"):
        if child.tag not in {f"{{{names.CTXBAM}}}{name}" for name in _ORDERS["COUVERTURE"]}:
            yield Hit(_COVER, str(child.tag), " ".join(_ORDERS["COUVERTURE"]), line_of(child))
    for element in cover.iter(f"{{{names.CTXBAM}}}*"):
        name = etree.QName(element).localname
        known = _ORDERS.get(name, ())
        children = (etree.QName(child).localname for child in element.iterchildren("*"))
        found = [child for child in children if child in known]
        if found != (in_order := [inner for inner in known if inner in found]):
            yield Hit(f"{_COVER}//{name}", " ".join(found), " ".join(in_order), line_of(element))
        text, form = str(element.xpath("string()")).strip(), _FORMS.get(name)
        if form is not None and not form[0](text):
            yield Hit(f"{_COVER}//{name}", text, form[1], line_of(element))


@_BOOK.rule(
    "INSI-HDR-018",
    (
        "La COUVERTURE d'une recherche par traits est vide.",
        "The COUVERTURE of a search by traits is empty.",
    ),
    (
        "écrivez <COUVERTURE/> : les données de la carte ne servent qu'à la recherche par carte",
        "write <COUVERTURE/>: the data of the card serve a search by card only",
    ),
    at="COUVERTURE ; exemples de messages INSi, WS_INS2",
    severity="warning",
)
def _cover_empty(subject: InsiSubject) -> Iterator[Hit]:
    cover = _cover(subject)
    if subject.request.operation != "WS_INS2" or cover is None:
        return
    found = [etree.QName(child).localname for child in cover.iterchildren("*")]
    if found or (cover.text or "").strip():
        yield Hit(_COVER, " ".join(found) or (cover.text or "").strip(), "vide", line_of(cover))


@_BOOK.rule(
    "INSI-HDR-019",
    (
        "L'attribut Nature, s'il est là, est CTXBAM ou CTXLPS selon le contexte, et DateRef une date et heure.",
        "The attribute Nature, when there, is CTXBAM or CTXLPS as the context is, and DateRef a date and time.",
    ),
    ("corrigez Nature et DateRef, ou retirez-les", "correct Nature and DateRef, or leave them out"),
    at="Nature, DateRef",
    severity="warning",
)
def _natures(subject: InsiSubject) -> Iterator[Hit]:
    for context in (subject.request.bam, subject.request.lps_context):
        if context is not None and context.nature not in (None, expected := _NATURES[context.name]):
            yield Hit(f"{_HEADER}/{context.name}/@Nature", context.nature or "", expected, context.line)
    bam = subject.request.bam
    # An xs:dateTime may leave its time zone out.
    if bam is not None and bam.reference is not None and not any(map(moment, (bam.reference, f"{bam.reference}Z"))):
        yield Hit(f"{_BAM}/DateRef", bam.reference, "xs:dateTime", bam.line)


CONTEXT_RULES: tuple[Rule, ...] = _BOOK.rules
