"""The data types of the header, as the published checks judge them: identifiers, codes, texts, numbers.

A judge visits an element once, for all the rules of its type. Which element is of which type stands in
:mod:`banc_standards.cda.rules.header_table`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from lxml import etree

from banc_standards.cda.names import HL7, V3, XSI_TYPE
from banc_standards.cda.read import elements, step
from banc_standards.cda.rules.header_walk import Faults, Judge
from banc_standards.terminology.codes import value_set

_OID: Final = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]*))*")
_UUID: Final = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_LANGUAGE: Final = re.compile(r"^[a-z]{2,3}|[ix](?:-[a-z0-9]{2,8})+$", re.IGNORECASE)
_INTEGER: Final = re.compile(r"-?[1-9][0-9]*|[0-9]*")


@lru_cache(maxsize=4096)
def is_oid(text: str) -> bool:
    """Whether ``text`` is an OID, of one arc or more."""
    return _OID.fullmatch(text) is not None


def typed(name: str) -> Judge:
    """An element that names its type by ``xsi:type`` names this one."""

    def check(element: etree._Element, faults: Faults) -> None:
        told = element.get(XSI_TYPE)
        if told is not None:
            prefix, _, local = told.strip().rpartition(":")
            if (element.nsmap.get(prefix or None), local) != (HL7, name):
                faults.tell("CDA-DT-033", element, told, name, "@xsi:type")

    return check


def needs(rule: str, *names: str) -> Judge:
    """The element carries these attributes, not empty."""

    def check(element: etree._Element, faults: Faults) -> None:
        for name in names:
            if not element.get(name):
                faults.tell(rule, element, element.get("nullFlavor", ""), "non vide", f"@{name}")

    return check


# Identifiers


def identifier(element: etree._Element, faults: Faults) -> None:
    """II: a root that is an OID or a UUID, or a nullFlavor and no root."""
    root, extension = element.get("root"), element.get("extension")
    if root is None:
        if element.get("nullFlavor") is None:
            faults.tell("CDA-DT-008", element, "", "root | nullFlavor", "@root")
    else:
        if not is_oid(root):
            if _UUID.fullmatch(root) is None:
                faults.tell("CDA-DT-009", element, root, "OID | UUID", "@root")
            elif root != root.upper():
                faults.tell("CDA-DT-009W", element, root, root.upper(), "@root")
        if len(root) > 128:
            faults.tell("CDA-DT-009W", element, root, root[:128], "@root")
        if element.get("nullFlavor") is not None:
            faults.tell("CDA-DT-008", element, "nullFlavor + root", "root | nullFlavor")
    if extension is not None:
        if not extension:
            faults.tell("CDA-DT-010", element, "", "non vide", "@extension")
        elif len(extension) > 64:
            faults.tell("CDA-DT-010W", element, extension, "64", "@extension")
    if root is None and element.get("nullFlavor") is not None:
        for name in ("assigningAuthorityName", "displayable"):
            if element.get(name) is not None:
                faults.tell("CDA-DT-008", element, element.get(name, ""), "", f"@{name}")


def distinct_identifiers(judged: Sequence[etree._Element], siblings: Sequence[etree._Element], faults: Faults) -> None:
    """No two siblings are the same identifier; a root without extension is alone with that root."""
    roots = Counter(item.get("root") for item in siblings)
    pairs = Counter((item.get("root"), item.get("extension")) for item in siblings)
    for element in judged:
        root, extension = element.get("root"), element.get("extension")
        others = roots[root] if extension is None else pairs[root, extension]
        if root is not None and others > 1:
            faults.tell("CDA-DT-011", element, f"{root} {extension or ''}".strip(), "0..1")


# Codes


def concept(*, oid: bool, equivalents: bool) -> Judge:
    """CD: a code with its system, or a nullFlavor, or a text; ``oid``: its system is an OID. CE has no qualifier."""

    def check(element: etree._Element, faults: Faults) -> None:
        get = element.get
        code, system = get("code"), get("codeSystem")
        if code is None:
            if get("nullFlavor") is None and not _says_it(element):
                faults.tell("CDA-DT-012", element, "", "code | nullFlavor | originalText")
            if get("displayName") is not None:
                faults.tell("CDA-DT-012", element, "", "code", "@code")
        elif system is None:
            faults.tell("CDA-DT-012", element, "", "non vide", "@codeSystem")
        if system is None:
            for name in ("codeSystemName", "codeSystemVersion"):
                if get(name) is not None:
                    faults.tell("CDA-DT-030", element, get(name, ""), "codeSystem", f"@{name}")
        elif oid and not is_oid(system):
            faults.tell("CDA-DT-013", element, system, "OID", "@codeSystem")
        for name in ("displayName", "codeSystemName"):
            if get(name) == "":
                faults.tell("CDA-DT-013", element, "", "non vide", f"@{name}")
        if len(element):
            _inside_concept(element, faults, equivalents)

    return check


def _says_it(element: etree._Element) -> bool:
    texts = element.findall(f"{V3}originalText")
    return bool(texts) and all(text.get("nullFlavor") is None for text in texts)


def _inside_concept(element: etree._Element, faults: Faults, equivalents: bool) -> None:
    if equivalents:
        for inside in element.iterchildren(f"{V3}qualifier"):
            faults.tell("CDA-DT-014", inside, "qualifier", "0")
    seen = set()
    for item in element.iter(f"{V3}translation"):
        code, system = item.get("code"), item.get("codeSystem")
        if item.get("nullFlavor") is not None:
            faults.tell("CDA-DT-014", item, item.get("nullFlavor", ""), "", "@nullFlavor")
        if code is None and (system is not None or item.get("displayName") is not None):
            faults.tell("CDA-DT-030", item, "", "non vide", "@code")
        if system is None and (item.get("codeSystemName") is not None or item.get("codeSystemVersion") is not None):
            faults.tell("CDA-DT-030", item, "", "non vide", "@codeSystem")
        said = (code or "") + (system or "")
        if said in seen:
            faults.tell("CDA-DT-030", item, code or "", "0..1")
        seen.add(said)
    for text in element.iter(f"{V3}originalText"):
        _language(text, faults)


def distinct_codes(judged: Sequence[etree._Element], siblings: Sequence[etree._Element], faults: Faults) -> None:
    """No two siblings are the same code of the same system."""
    pairs = Counter((item.get("code"), item.get("codeSystem")) for item in siblings)
    for element in judged:
        pair = (element.get("code"), element.get("codeSystem"))
        if None not in pair and pairs[pair] > 1:
            faults.tell("CDA-DT-030", element, element.get("code", ""), "0..1")


def simple_code(element: etree._Element, faults: Faults) -> None:
    """CS: a code or a nullFlavor, and nothing else."""
    if (element.get("code") is None) == (element.get("nullFlavor") is None):
        faults.tell("CDA-DT-015", element, element.get("code", ""), "code | nullFlavor", "@code")
    if len(element.attrib) > 1:
        for name in ("displayName", "codeSystem", "codeSystemName", "codeSystemVersion"):
            if element.get(name) is not None:
                faults.tell("CDA-DT-015", element, element.get(name, ""), "", f"@{name}")
    for inside in elements(element):
        faults.tell("CDA-DT-015", inside, step(inside), "0")


def of_set(rule: str, name: str, attribute: str = "code") -> Judge:
    """The code, when there is one, belongs to a value set. Its system is not looked at."""

    def check(element: etree._Element, faults: Faults) -> None:
        code = element.get(attribute)
        if code is not None and code not in value_set(name).codes:
            faults.tell(rule, element, code, f"JDV {name}", f"@{attribute}")

    return check


# Texts, numbers


def text(element: etree._Element, faults: Faults) -> None:
    """ST, ED, SC: a content, or a nullFlavor; a label with its code, a code with its system."""
    if not (element.text and element.text.strip()) and not len(element) and element.get("nullFlavor") is None:
        faults.tell("CDA-DT-016", element, "", "texte non vide")
    _language(element, faults)


def coded_text(element: etree._Element, faults: Faults) -> None:
    """SC: a text, whose code goes with its system, and whose label with its code."""
    text(element, faults)
    if element.attrib:
        for name, needed in (
            ("code", "codeSystem"),
            ("codeSystemName", "codeSystem"),
            ("codeSystemVersion", "codeSystem"),
            ("displayName", "code"),
        ):
            if element.get(name) is not None and element.get(needed) is None:
                faults.tell("CDA-DT-012", element, element.get(name, ""), "non vide", f"@{needed}")


def _language(element: etree._Element, faults: Faults) -> None:
    language = element.get("language")
    if language is not None and _LANGUAGE.search(language) is None:
        faults.tell("CDA-DT-034", element, language, "fr | fr-FR", "@language")


def integer(rule: str) -> Judge:
    """INT: digits, behind a minus sign for a negative number; or a nullFlavor."""

    def check(element: etree._Element, faults: Faults) -> None:
        value = element.get("value")
        if value is None:
            if element.get("nullFlavor") is None and not len(element):
                faults.tell(rule, element, "", "entier", "@value")
        elif _INTEGER.fullmatch(value) is None or element.get("nullFlavor") is not None:
            faults.tell(rule, element, value, "entier", "@value")

    return check
