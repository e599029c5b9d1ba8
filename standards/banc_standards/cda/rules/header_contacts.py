"""The addresses, telecoms and names of the header, as the published checks judge them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from lxml import etree

from banc_standards.cda.names import V3
from banc_standards.cda.read import step
from banc_standards.cda.rules.header_types import text, typed
from banc_standards.cda.rules.header_walk import Faults, Judge

_PARTS: Final = frozenset(
    V3 + part
    for part in (
        *("country", "state", "city", "postalCode", "county", "houseNumber", "houseNumberNumeric", "streetName"),
        *("streetNameType", "additionalLocator", "unitID", "postBox", "precinct"),
    )
)
"""The parts of an address that stand once, and are texts."""
_LINE: Final = f"{V3}streetAddressLine"
_MOST_LINES: Final = 7
_ADDRESS_USES: Final = ("H", "HP", "HV", "WP", "TMP")
_TELECOM_USES: Final = ("H", "HP", "HV", "WP", "DIR", "PUB", "EC", "MC", "PG")
_TELECOM_NULLS: Final = ("UNK", "NASK", "ASKU", "NAV", "MSK")
_SCHEMES: Final = ("tel:", "fax:", "mailto:", "http:", "ftp:", "mllp:")
_SOUND: Final = re.compile(r"(?:tel|fax|mailto|http|ftp|mllp):[!#$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]+")
_NOT_IN_URI: Final = re.compile(r"[^!#$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]")
_PART_TYPE: Final = typed("ST")


def address(element: etree._Element, faults: Faults) -> None:
    """AD: parts that stand once each and are not empty, or lines, or a text, or a nullFlavor."""
    use = element.get("use")
    if use is not None and use not in _ADDRESS_USES:
        faults.tell("CDA-DT-020", element, use, " ".join(_ADDRESS_USES), "@use")
    parts = list(element)
    said = bool(element.text and element.text.strip())
    tags, doubtful = [], []
    for part in parts:
        tags.append(part.tag)
        words, after = part.text, part.tail
        if part.attrib or not words or words.isspace():
            doubtful.append(part)
        if after and not after.isspace():
            said = True
    if said == bool(parts) and element.get("nullFlavor") is None:
        faults.tell("CDA-DT-032", element, "texte + parties" if said else "", "parties | texte")
    lined = _LINE in tags
    if lined or len(set(tags)) < len(tags):
        _repeated(element, tags, faults)
    for part in doubtful:
        if part.tag == _LINE if lined else part.tag in _PARTS:
            text(part, faults)
            _PART_TYPE(part, faults)


def _repeated(element: etree._Element, tags: list[str], faults: Faults) -> None:
    numbers = Counter(tags)
    if _LINE not in numbers:
        for tag, number in numbers.items():
            if number > 1 and tag in _PARTS:
                faults.tell("CDA-DT-019", element, str(number), "0..1", tag[len(V3) :])
        return
    if numbers[_LINE] > _MOST_LINES:
        faults.tell("CDA-DT-019", element, str(numbers[_LINE]), f"0..{_MOST_LINES}", "streetAddressLine")
    mixed = sorted(tag[len(V3) :] for tag in _PARTS.intersection(tags))
    if mixed:
        faults.tell("CDA-DT-019W", element, "streetAddressLine + " + ", ".join(mixed), "lignes | parties")


def telecom(element: etree._Element, faults: Faults) -> None:
    """TEL: a value that is a URI of a known scheme, or one of the nullFlavors that say why there is none."""
    get = element.get
    value, use, null = get("value"), get("use"), get("nullFlavor")
    if use is not None and use not in _TELECOM_USES:
        faults.tell("CDA-DT-024", element, use, " ".join(_TELECOM_USES), "@use")
    if value is not None and null is None and _SOUND.fullmatch(value) is not None:
        return
    if (value is None) == (null is None):
        faults.tell("CDA-DT-021", element, value or "", "value | nullFlavor")
    if value is None:
        if null is not None and null not in _TELECOM_NULLS:
            faults.tell("CDA-DT-021", element, null, ", ".join(_TELECOM_NULLS), "@nullFlavor")
        return
    scheme, _, rest = value.partition(":")
    if not rest or f"{scheme}:" not in _SCHEMES:
        faults.tell("CDA-DT-022", element, value, ", ".join(_SCHEMES), "@value")
    if null is None and _NOT_IN_URI.search(value):
        faults.tell("CDA-DT-031", element, value, "URI", "@value")


def name(kind: str) -> Judge:
    """EN, PN, ON: parts or a text, not both, and not nothing; the name of an organisation (``ON``) is a text."""

    def check(element: etree._Element, faults: Faults) -> None:
        parts = list(element)
        said = bool(element.text and element.text.strip()) or any(part.tail and part.tail.strip() for part in parts)
        null = element.get("nullFlavor")
        if said == bool(parts) and (null is None or said):
            faults.tell("CDA-DT-017", element, "texte + parties" if said else "", "parties | texte")
        for part in parts:
            if kind == "ON":
                faults.tell("CDA-DT-018", part, step(part), "0")
            elif not (part.text and part.text.strip()) and part.get("nullFlavor") is None:
                faults.tell("CDA-DT-017W", part, "", "texte non vide")
            if kind == "PN" and "LS" in part.get("qualifier", "").split():
                faults.tell("CDA-DT-017", part, "LS", "", "@qualifier")

    return check


def distinct_contacts(judged: Sequence[etree._Element], siblings: Sequence[etree._Element], faults: Faults) -> None:
    """Addresses and names: none says what a sibling says, none is unknown beside one that is known."""
    said = Counter(_words(item) for item in siblings)
    for element in judged:
        if said[_words(element)] > 1:
            faults.tell("CDA-DT-023", element, "2", "0..1")
    _unknown(judged, siblings, faults)


def distinct_telecoms(judged: Sequence[etree._Element], siblings: Sequence[etree._Element], faults: Faults) -> None:
    """Telecoms: none repeats the use and value of a sibling, none is unknown beside one that is known."""
    said = Counter((item.get("use"), item.get("value")) for item in siblings)
    for element in judged:
        pair = (element.get("use"), element.get("value"))
        if None not in pair and said[pair] > 1:
            faults.tell("CDA-DT-023", element, "2", "0..1")
    _unknown(judged, siblings, faults)


def _words(element: etree._Element) -> str:
    return "".join([element.get("use", ""), *map(str, element.itertext())])


def _unknown(judged: Sequence[etree._Element], siblings: Sequence[etree._Element], faults: Faults) -> None:
    if all(item.get("nullFlavor") is not None for item in siblings):
        return
    for element in judged:
        null = element.get("nullFlavor")
        if null is not None:
            faults.tell("CDA-DT-029", element, null, "", "@nullFlavor")
