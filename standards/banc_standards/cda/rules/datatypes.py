"""Data type rules 001 to 015 for the header: times, identifiers, codes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from lxml import etree

from banc_standards.cda.names import V3
from banc_standards.cda.read import Document, elements, step
from banc_standards.cda.rules.expect import child, families, hit, is_oid
from banc_standards.cda.times import read_time
from banc_standards.identifiers import uuid
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit

_BOOK = RuleBook("CI-SIS, types de données de CDA R2", "InvalidDocumentContent")

_INSTANTS: Final = ("effectiveTime", "author/time", "legalAuthenticator/time", "authenticator/time")
_BIRTH: Final = "recordTarget/patientRole/patient/birthTime"
_INTERVALS: Final = (
    "componentOf/encompassingEncounter/effectiveTime",
    "participant/time",
    "componentOf/encompassingEncounter/encounterParticipant/time",
)
_CODED: Final = (
    "code",
    "confidentialityCode",
    "functionCode",
    "administrativeGenderCode",
    "standardIndustryClassCode",
    "dischargeDispositionCode",
)
_BOUNDS: Final = frozenset({"low", "high", "width", "center"})
_NEVER: Final = {"low": "PINF", "high": "NINF"}
"""The infinity that an end of an interval cannot be."""
_DURATIONS: Final = ("us", "ms", "s", "min", "h", "d", "wk", "mo", "a")


def _all(document: Document, paths: Iterable[str]) -> list[etree._Element]:
    return [element for path in paths for element in document.at(path)]


def _named(document: Document, *names: str) -> list[etree._Element]:
    return [element for name in names for element in document.named.get(name, ())]


def _times(document: Document) -> list[etree._Element]:
    return _named(document, "effectiveTime", "time", "birthTime", "low", "high", "sdtc:deceasedTime")


@_BOOK.rule(
    "CDA-DT-001",
    ("Une date a la forme AAAAMMJJhhmmss±ZZzz, et existe.", "A time has the form YYYYMMDDhhmmss±ZZzz, and exists."),
    ("Corriger la date.", "Correct the time."),
    at="TS",
)
def _real_time(document: Document) -> Iterator[Hit]:
    for element in _times(document):
        value = element.get("value")
        if value is not None and read_time(value) is None:
            yield hit(element, value, "AAAA[MM[JJ[hh[mm[ss]]]]][±ZZzz]", "@value")


@_BOOK.rule(
    "CDA-DT-001W",
    ("Le fuseau d'une heure s'écrit sur quatre chiffres.", "The zone of a time is written with four digits."),
    ("Écrire par exemple +0100.", "Write for instance +0100."),
    at="TS",
    severity="info",
    certainty="deduced",
)
def _short_zone(document: Document) -> Iterator[Hit]:
    for element in _times(document):
        time = read_time(element.get("value", ""))
        if time is not None and time.zoned and len(time.zone) != 5:
            yield hit(element, time.zone, "±ZZzz", "@value")


@_BOOK.rule(
    "CDA-DT-002",
    ("Une date commence par 4 à 14 chiffres.", "A time starts with 4 to 14 digits."),
    ("Écrire l'année d'abord, sans tiret ni barre.", "Write the year first, with neither dash nor slash."),
    at="TS",
)
def _digits(document: Document) -> Iterator[Hit]:
    for element in _times(document):
        value = element.get("value")
        if value is not None and not re.match(r"[0-9]{4,14}(?![0-9])", value):
            yield hit(element, value, "4 à 14 chiffres", "@value")


@_BOOK.rule(
    "CDA-DT-003",
    (
        "Une date a une valeur ou un nullFlavor, pas les deux, pas aucun.",
        "A time has a value or a nullFlavor, not both, not neither.",
    ),
    ("Garder la valeur, ou le nullFlavor.", "Keep the value, or the nullFlavor."),
    at="TS",
)
def _value_or_null(document: Document) -> Iterator[Hit]:
    for element in [*_all(document, (*_INSTANTS, _BIRTH)), *_named(document, "low", "high")]:
        if (element.get("value") is None) == (element.get("nullFlavor") is None):
            yield hit(element, element.get("value", ""), "value | nullFlavor")


@_BOOK.rule(
    "CDA-DT-004",
    ("Un instant n'a pas d'élément fils.", "An instant has no child element."),
    ("Écrire la date dans l'attribut value.", "Write the time in the attribute value."),
    at="TS",
)
def _instant(document: Document) -> Iterator[Hit]:
    for element in _all(document, (*_INSTANTS, _BIRTH)):
        for inside in elements(element):
            yield hit(inside, etree.QName(inside).localname, "0")


@_BOOK.rule(
    "CDA-DT-005",
    ("Une heure porte son fuseau.", "A time of day carries its zone."),
    ("Ajouter le fuseau, +0100 ou +0200 en métropole.", "Add the zone, +0100 or +0200 in mainland France."),
    at="TS",
    severity="info",
    certainty="deduced",
)
def _zone(document: Document) -> Iterator[Hit]:
    for element in _all(document, _INSTANTS):
        time = read_time(element.get("value", ""))
        if time is not None and len(time.digits) > 8 and not time.zoned:
            yield hit(element, element.get("value", ""), "±ZZzz", "@value")


def _ends(element: etree._Element) -> tuple[str, str]:
    low, high = ([item.get("value", "") for item in child(element, name)] for name in ("low", "high"))
    return (low[0] if low else ""), (high[0] if high else "")


def _backwards(element: etree._Element) -> bool:
    low, high = (read_time(text) for text in _ends(element))
    if low is None or high is None:
        return False
    if low.zoned and high.zoned and min(len(low.digits), len(high.digits)) > 8:
        return low.start > high.start
    length = min(len(low.digits), len(high.digits))
    return low.digits[:length] > high.digits[:length]


@_BOOK.rule(
    "CDA-DT-006",
    (
        "Une période commence avant de finir, et ne mêle pas valeur, bornes et durée.",
        "An interval starts before it ends, and does not mix value, ends and width.",
    ),
    ("Corriger low et high.", "Correct low and high."),
    at="IVL_TS",
)
def _interval(document: Document) -> Iterator[Hit]:
    for element in _all(document, _INTERVALS):
        inside = {step(item): item for item in elements(element)}
        ends = inside.keys() & _BOUNDS
        if element.get("nullFlavor") is not None:
            if ends or element.get("value") is not None:
                yield hit(element, ", ".join(sorted(ends)) or "value", "nullFlavor | value | low, high")
            continue
        low, high = _ends(element)
        if _backwards(element) or (low and low == high):
            yield hit(element, f"{low} – {high}", "low < high")
        if ends >= {"low", "high", "width"} or ("center" in ends and len(ends) > 1):
            yield hit(element, ", ".join(sorted(ends)), "low, high")
        if element.get("value") is not None and ends:
            yield hit(element, ", ".join(["value", *sorted(ends)]), "value | low, high")
        yield from _bounds(inside)


def _bounds(inside: Mapping[str, etree._Element]) -> Iterator[Hit]:
    for name, item in inside.items():
        if item.get("updateMode") is not None:
            yield hit(item, item.get("updateMode", ""), "", "@updateMode")
        if item.get("nullFlavor") == _NEVER.get(name):
            yield hit(item, item.get("nullFlavor", ""), "", "@nullFlavor")
    width = inside.get("width")
    if width is not None and width.get("unit") not in (None, *_DURATIONS):
        yield hit(width, width.get("unit", ""), " | ".join(_DURATIONS), "@unit")
    if width is not None and width.get("unit") is not None and width.get("value") is None:
        yield hit(width, "", "non vide", "@value")


@_BOOK.rule(
    "CDA-DT-007",
    ("Un acte commence avant de finir.", "An act starts before it ends."),
    ("Corriger low et high.", "Correct low and high."),
    at="IVL_TS",
    severity="info",
    certainty="deduced",
)
def _act_interval(document: Document) -> Iterator[Hit]:
    for element in document.at("documentationOf/serviceEvent/effectiveTime"):
        if _backwards(element):
            yield hit(element, " – ".join(_ends(element)), "low ≤ high")


def _identifiers(document: Document) -> list[etree._Element]:
    return _named(document, "id", "setId", "templateId")


@_BOOK.rule(
    "CDA-DT-008",
    (
        "Un identifiant a une racine, ou un nullFlavor et rien d'autre.",
        "An identifier has a root, or a nullFlavor and nothing else.",
    ),
    ("Écrire root.", "Write root."),
    at="II",
)
def _rooted(document: Document) -> Iterator[Hit]:
    for element in _identifiers(document):
        null = element.get("nullFlavor") is not None
        if null and (element.get("root") is not None or element.get("assigningAuthorityName") is not None):
            yield hit(element, "nullFlavor + root", "root | nullFlavor")
        if not null and element.get("root") is None:
            yield hit(element, "", "root | nullFlavor", "@root")


@_BOOK.rule(
    "CDA-DT-009",
    (
        "La racine d'un identifiant est un OID ou un UUID.",
        "The root of an identifier is an OID or a UUID.",
    ),
    ("Corriger root : pas de zéro en tête d'un arc.", "Correct root: no leading zero in an arc."),
    at="II",
)
def _root(document: Document) -> Iterator[Hit]:
    for element in _identifiers(document):
        root = element.get("root")
        if root is not None and not (is_oid(root) or uuid(root)):
            yield hit(element, root, "OID | UUID", "@root")


@_BOOK.rule(
    "CDA-DT-009W",
    (
        "Un UUID s'écrit en majuscules, et une racine compte au plus 128 caractères.",
        "A UUID is written in upper case, and a root has at most 128 characters.",
    ),
    ("Mettre le UUID en majuscules.", "Put the UUID in upper case."),
    at="II",
    severity="warning",
)
def _upper_case(document: Document) -> Iterator[Hit]:
    for element in _identifiers(document):
        root = element.get("root", "")
        if len(root) > 128 or (uuid(root) and root != root.upper()):
            yield hit(element, root, root.upper()[:128], "@root")


@_BOOK.rule(
    "CDA-DT-010",
    ("La valeur d'un identifiant n'est pas vide.", "The extension of an identifier is not empty."),
    ("Retirer extension ou l'écrire.", "Remove extension or write it."),
    at="II",
)
def _extension(document: Document) -> Iterator[Hit]:
    for element in _identifiers(document):
        if element.get("extension") is not None and not element.get("extension", "").strip():
            yield hit(element, "", "non vide", "@extension")


@_BOOK.rule(
    "CDA-DT-010W",
    (
        "La valeur d'un identifiant compte au plus 64 caractères.",
        "The extension of an identifier has at most 64 characters.",
    ),
    ("Raccourcir extension.", "Shorten extension."),
    at="II",
    severity="warning",
)
def _long_extension(document: Document) -> Iterator[Hit]:
    for element in _identifiers(document):
        if len(element.get("extension", "")) > 64:
            yield hit(element, element.get("extension", ""), "64", "@extension")


@_BOOK.rule(
    "CDA-DT-011",
    ("Le même identifiant n'est pas donné deux fois au même endroit.", "The same identifier is not given twice."),
    ("N'en garder qu'un.", "Keep one."),
    at="II",
)
def _repeated_id(document: Document) -> Iterator[Hit]:
    for name in ("id", "templateId"):
        for siblings in families(document.named.get(name, ())):
            for element in siblings:
                root, extension = element.get("root"), element.get("extension")
                others = [
                    item.get("extension") for item in siblings if item is not element and item.get("root") == root
                ]
                if root is not None and others and (extension is None or extension in others):
                    yield hit(element, f"{root} {extension or ''}".strip(), "0..1")


@_BOOK.rule(
    "CDA-DT-012",
    (
        "Une donnée codée a un code, un nullFlavor ou un texte d'origine ; un code a son système, un libellé son code.",
        "A coded value has a code, a nullFlavor or an originalText; a code has its system, a label its code.",
    ),
    ("Compléter code et codeSystem.", "Complete code and codeSystem."),
    at="CD",
)
def _coded(document: Document) -> Iterator[Hit]:
    for element in _named(document, *_CODED):
        code = element.get("code")
        if code is None and element.get("nullFlavor") is None and element.find(f"{V3}originalText") is None:
            yield hit(element, "", "code | nullFlavor | originalText")
        if code is not None and not element.get("codeSystem"):
            yield hit(element, "", "non vide", "@codeSystem")
        if code is None and element.get("displayName") is not None:
            yield hit(element, "", "code", "@code")


@_BOOK.rule(
    "CDA-DT-013",
    (
        "Un système de codes est un OID ; un libellé, s'il est donné, n'est pas vide.",
        "A code system is an OID; a label, if given, is not empty.",
    ),
    ("Écrire l'OID du système et le libellé du code.", "Write the system's OID and the code's label."),
    at="CD",
)
def _system(document: Document) -> Iterator[Hit]:
    for element in _named(document, *_CODED):
        system = element.get("codeSystem")
        if system is not None and not is_oid(system):
            yield hit(element, system, "OID", "@codeSystem")
        for name in ("displayName", "codeSystemName"):
            if element.get(name) == "":
                yield hit(element, "", "non vide", f"@{name}")


@_BOOK.rule(
    "CDA-DT-014",
    (
        "Un code de l'en-tête n'a pas de qualifier ; sa traduction n'a pas de nullFlavor.",
        "A header code has no qualifier; its translation has no nullFlavor.",
    ),
    ("Retirer ces éléments.", "Remove these elements."),
    at="CE",
)
def _plain_code(document: Document) -> Iterator[Hit]:
    for element in _named(document, *_CODED):
        for inside in child(element, "qualifier"):
            yield hit(inside, "qualifier", "0")
        if len(element):
            for translation in element.iter(f"{V3}translation"):
                if translation.get("nullFlavor") is not None:
                    yield hit(translation, translation.get("nullFlavor", ""), "", "@nullFlavor")


@_BOOK.rule(
    "CDA-DT-015",
    (
        "realmCode, languageCode et signatureCode ont un code, ou un nullFlavor, et rien d'autre.",
        "realmCode, languageCode and signatureCode have a code, or a nullFlavor, and nothing else.",
    ),
    ("Ne garder que code.", "Keep code only."),
    at="CS",
)
def _simple_code(document: Document) -> Iterator[Hit]:
    for element in _named(document, "realmCode", "languageCode", "signatureCode"):
        for name in ("displayName", "codeSystem", "codeSystemName", "codeSystemVersion"):
            if element.get(name) is not None:
                yield hit(element, element.get(name, ""), "", f"@{name}")
        if (element.get("code") is None) == (element.get("nullFlavor") is None):
            yield hit(element, element.get("code", ""), "code | nullFlavor", "@code")
        for inside in elements(element):
            yield hit(inside, step(inside), "0")


@_BOOK.rule(
    "CDA-DT-030",
    (
        "Le nom et la version d'un système vont avec son OID, un code n'est pas répété, une traduction est complète.",
        "A system's name and version go with its OID, a code is not repeated, a translation is complete.",
    ),
    (
        "Écrire codeSystem et code partout où leur nom ou leur libellé est donné.",
        "Write codeSystem and code wherever their name or label is given.",
    ),
    at="CD",
)
def _whole_code(document: Document) -> Iterator[Hit]:
    coded = _named(document, *_CODED)
    for element in coded:
        if element.get("codeSystem") is None:
            for name in ("codeSystemName", "codeSystemVersion"):
                if element.get(name) is not None:
                    yield hit(element, element.get(name, ""), "codeSystem", f"@{name}")
        if len(element):
            yield from _translations(element)
    for siblings in families(coded):
        seen = set()
        for element in siblings:
            pair = (element.tag, element.get("code"), element.get("codeSystem"))
            if pair in seen and None not in pair:
                yield hit(element, element.get("code", ""), "0..1")
            seen.add(pair)


def _translations(element: etree._Element) -> Iterator[Hit]:
    seen = set()
    for item in element.iter(f"{V3}translation"):
        code, system = item.get("code"), item.get("codeSystem")
        if code is None and (system is not None or item.get("displayName") is not None):
            yield hit(item, "", "non vide", "@code")
        if system is None and (item.get("codeSystemName") or item.get("codeSystemVersion")):
            yield hit(item, "", "non vide", "@codeSystem")
        if (code, system) in seen:
            yield hit(item, code or "", "0..1")
        seen.add((code, system))


RULES = _BOOK.rules
