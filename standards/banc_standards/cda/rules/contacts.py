"""Data type rules 016 to 026 for the header: texts, names, addresses, telecoms, absent values."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from lxml import etree

from banc_standards.cda.names import V3, XSI_TYPE
from banc_standards.cda.read import Document, elements, step, text_of
from banc_standards.cda.rules.expect import families, hit, stated
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit
from banc_standards.terminology.codes import value_set

_BOOK = RuleBook("CI-SIS, types de données de CDA R2", "InvalidDocumentContent")

_PARTS: Final = frozenset(
    [
        "country",
        "state",
        "city",
        "postalCode",
        "county",
        "houseNumber",
        "houseNumberNumeric",
        "streetName",
        "streetNameType",
        "additionalLocator",
        "unitID",
        "postBox",
        "precinct",
    ]
)
_STRUCTURAL: Final = frozenset({"nullFlavor", "classCode", "typeCode", "moodCode", "determinerCode", XSI_TYPE})
_EXPLAINED: Final = frozenset({"codeSystem", "codeSystemName", "codeSystemVersion", "extension"})
_TYPED: Final = _PARTS | {
    *("id", "templateId", "setId", "typeId", "realmCode", "languageCode", "signatureCode", "statusCode", "code"),
    *("confidentialityCode", "functionCode", "administrativeGenderCode", "standardIndustryClassCode"),
    *("dischargeDispositionCode", "title", "versionNumber", "effectiveTime", "time", "birthTime", "low", "high"),
    *("center", "width", "addr", "streetAddressLine", "telecom", "name", "family", "given", "prefix", "suffix"),
    *("translation", "originalText", "manufacturerModelName", "softwareName"),
}
"""The elements of the header that hold data, as opposed to the participations and entities that hold them."""
_NOT_IN_URI: Final = re.compile(r"[^!#$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]")


def _named_in(document: Document, *kinds: str) -> list[etree._Element]:
    """The names of the header that stand in one of these kinds of holder: ``patient``, ``person``, ``organization``."""
    return [name for name in document.named.get("name", ()) if _holder(name.getparent()) in kinds]


def _holder(element: etree._Element | None) -> str:
    name = step(element) if element is not None else ""
    if name.endswith("Organization"):
        return "organization"
    if name.endswith("Person") or name == "informationRecipient":
        return "person"
    return name


@_BOOK.rule(
    "CDA-DT-016",
    ("Un texte n'est pas vide, sauf nullFlavor.", "A text is not empty, unless it has a nullFlavor."),
    ("Écrire le texte ou retirer l'élément.", "Write the text or remove the element."),
    at="ST",
)
def _text(document: Document) -> Iterator[Hit]:
    parts = [item for address in document.named.get("addr", ()) for item in elements(address)]
    named = [
        item for name in ("title", "manufacturerModelName", "softwareName") for item in document.named.get(name, ())
    ]
    for element in stated([*named, *parts]):
        if not text_of(element) and not len(element):
            yield hit(element, "", "texte non vide")


@_BOOK.rule(
    "CDA-DT-017",
    (
        "Le nom d'une personne est fait de parties ou d'un texte, pas des deux, et n'est pas vide.",
        "A person's name is made of parts or of a text, not both, and is not empty.",
    ),
    ("Écrire family et given.", "Write family and given."),
    at="PN",
)
def _person_name(document: Document) -> Iterator[Hit]:
    for element in stated(_named_in(document, "patient", "person")):
        text = (element.text or "").strip() or any((part.tail or "").strip() for part in element)
        parts = list(elements(element))
        if bool(text) == bool(parts):
            yield hit(element, "texte + parties" if text else "", "parties | texte")


@_BOOK.rule(
    "CDA-DT-017W",
    ("Les parties d'un nom ne sont pas vides.", "The parts of a name are not blank."),
    ("Écrire la partie du nom ou la retirer.", "Write the part of the name or remove it."),
    at="PN",
    severity="warning",
)
def _blank_part(document: Document) -> Iterator[Hit]:
    for element in stated(_named_in(document, "patient", "person")):
        for part in stated(elements(element)):
            if not text_of(part):
                yield hit(part, "", "texte non vide")


@_BOOK.rule(
    "CDA-DT-018",
    ("Le nom d'une organisation est un simple texte.", "An organisation's name is text only."),
    ("Retirer les éléments fils de name.", "Remove the children of name."),
    at="ON",
)
def _organization_name(document: Document) -> Iterator[Hit]:
    for element in _named_in(document, "organization"):
        for inside in elements(element):
            yield hit(inside, step(inside), "0")


@_BOOK.rule(
    "CDA-DT-019",
    (
        "Une adresse a au plus sept lignes, et chaque partie au plus une fois.",
        "An address has at most seven lines, and each part at most once.",
    ),
    ("Réunir ou retirer les parties répétées.", "Join or remove the repeated parts."),
    at="AD",
)
def _address(document: Document) -> Iterator[Hit]:
    for element in document.named.get("addr", ()):
        tags = [part.tag for part in element]
        if len(set(tags)) == len(tags):
            continue
        numbers = Counter(step(part) for part in elements(element))
        if numbers["streetAddressLine"] > 7:
            yield hit(element, str(numbers["streetAddressLine"]), "0..7", "streetAddressLine")
        for name in sorted(_PARTS & numbers.keys()):
            if numbers[name] > 1:
                yield hit(element, str(numbers[name]), "0..1", name)


@_BOOK.rule(
    "CDA-DT-019W",
    (
        "Une adresse est faite de lignes ou de parties, pas des deux.",
        "An address is made of lines or of parts, not both.",
    ),
    ("Choisir entre streetAddressLine et les parties.", "Choose between streetAddressLine and the parts."),
    at="AD",
    severity="warning",
)
def _mixed_address(document: Document) -> Iterator[Hit]:
    for element in document.named.get("addr", ()):
        if next(element.iterchildren(f"{V3}streetAddressLine"), None) is None:
            continue
        names = {step(part) for part in elements(element)}
        if "streetAddressLine" in names and names & _PARTS:
            yield hit(element, "streetAddressLine + " + ", ".join(sorted(names & _PARTS)), "lignes | parties")


def _use(document: Document, name: str, allowed: str) -> Iterator[Hit]:
    for element in document.named.get(name, ()):
        if element.get("use") is not None and element.get("use") not in allowed.split():
            yield hit(element, element.get("use", ""), allowed, "@use")


@_BOOK.rule(
    "CDA-DT-020",
    ("L'usage d'une adresse est H, HP, HV, WP ou TMP.", "The use of an address is H, HP, HV, WP or TMP."),
    ("Corriger use.", "Correct use."),
    at="AD",
)
def _address_use(document: Document) -> Iterator[Hit]:
    return _use(document, "addr", "H HP HV WP TMP")


@_BOOK.rule(
    "CDA-DT-021",
    (
        "Un telecom a une valeur, ou un nullFlavor (UNK, NASK, ASKU, NAV, MSK), pas les deux.",
        "A telecom has a value, or a nullFlavor (UNK, NASK, ASKU, NAV, MSK), not both.",
    ),
    ("Écrire value, ou un nullFlavor admis.", "Write value, or an allowed nullFlavor."),
    at="TEL",
)
def _telecom(document: Document) -> Iterator[Hit]:
    for element in document.named.get("telecom", ()):
        null = element.get("nullFlavor")
        if (null is None) == (element.get("value") is None):
            yield hit(element, element.get("value", ""), "value | nullFlavor")
        elif null is not None and null not in ("UNK", "NASK", "ASKU", "NAV", "MSK"):
            yield hit(element, null, "UNK, NASK, ASKU, NAV, MSK", "@nullFlavor")


@_BOOK.rule(
    "CDA-DT-022",
    (
        "La valeur d'un telecom a la forme protocole:adresse.",
        "The value of a telecom has the form scheme:rest.",
    ),
    ("Écrire tel:, fax:, mailto:, http:, ftp: ou mllp:.", "Write tel:, fax:, mailto:, http:, ftp: or mllp:."),
    at="TEL",
)
def _telecom_value(document: Document) -> Iterator[Hit]:
    for element in document.named.get("telecom", ()):
        value = element.get("value")
        if value is not None and not re.fullmatch(r"(tel|fax|mailto|http|ftp|mllp):\S.*", value):
            yield hit(element, value, "tel:, fax:, mailto:, http:, ftp:, mllp:", "@value")


@_BOOK.rule(
    "CDA-DT-023",
    (
        "Le même telecom, la même adresse ou le même nom n'est pas donné deux fois au même endroit.",
        "The same telecom, the same address or the same name is not given twice in one place.",
    ),
    ("N'en garder qu'un.", "Keep one."),
    at="TEL, AD, EN",
)
def _repeated(document: Document) -> Iterator[Hit]:
    for siblings in families(document.named.get("telecom", ())):
        yield from _twice(siblings, lambda item: (item.get("use"), item.get("value")) if item.get("use") else None)
    for name in ("addr", "name"):
        for siblings in families(document.named.get(name, ())):
            yield from _twice(siblings, lambda item: (item.get("use", ""), "".join(map(str, item.itertext()))))


def _twice(siblings: Sequence[etree._Element], said: Callable[[etree._Element], object]) -> Iterator[Hit]:
    """What says the same as a sibling before it; None says nothing."""
    seen: set[object] = set()
    for element in siblings:
        words = said(element)
        if words is not None and words in seen:
            yield hit(element, "2", "0..1")
        seen.add(words)


@_BOOK.rule(
    "CDA-DT-029",
    (
        "Une adresse, un telecom ou un nom inconnu ne va pas avec d'autres qui sont connus.",
        "An unknown address, telecom or name does not go with others that are known.",
    ),
    ("Retirer celui qui porte un nullFlavor.", "Remove the one that carries a nullFlavor."),
    at="TEL, AD, EN",
)
def _unknown_among_known(document: Document) -> Iterator[Hit]:
    for name in ("telecom", "addr", "name"):
        for siblings in families(document.named.get(name, ())):
            unknown = [item for item in siblings if item.get("nullFlavor") is not None]
            if unknown and len(unknown) < len(siblings):
                for item in unknown:
                    yield hit(item, item.get("nullFlavor", ""), "", "@nullFlavor")


@_BOOK.rule(
    "CDA-DT-031",
    (
        "La valeur d'un telecom est une URI : ni espace, ni accent.",
        "The value of a telecom is a URI: neither space nor accent.",
    ),
    ("Écrire le numéro sans espace, coder le reste en %XX.", "Write the number without space, the rest as %XX."),
    at="URL",
)
def _uri(document: Document) -> Iterator[Hit]:
    for element in document.named.get("telecom", ()):
        value = element.get("value", "")
        if element.get("nullFlavor") is None and _NOT_IN_URI.search(value):
            yield hit(element, value, "URI", "@value")


@_BOOK.rule(
    "CDA-DT-032",
    (
        "Une adresse est faite de parties ou d'un texte, pas des deux, et n'est pas vide.",
        "An address is made of parts or of a text, not both, and is not empty.",
    ),
    ("Écrire les parties de l'adresse, ou un nullFlavor.", "Write the parts of the address, or a nullFlavor."),
    at="AD",
)
def _address_content(document: Document) -> Iterator[Hit]:
    for element in stated(document.named.get("addr", ())):
        parts = next(elements(element), None) is not None
        text = bool((element.text or "").strip()) or any((part.tail or "").strip() for part in element)
        if parts == text:
            yield hit(element, "texte + parties" if text else "", "parties | texte")


@_BOOK.rule(
    "CDA-DT-024",
    (
        "L'usage d'un telecom est H, HP, HV, WP, DIR, PUB, EC, MC ou PG.",
        "The use of a telecom is H, HP, HV, WP, DIR, PUB, EC, MC or PG.",
    ),
    ("Corriger use.", "Correct use."),
    at="TEL",
)
def _telecom_use(document: Document) -> Iterator[Hit]:
    return _use(document, "telecom", "H HP HV WP DIR PUB EC MC PG")


@_BOOK.rule(
    "CDA-DT-025",
    (
        "Un élément absent (nullFlavor) ne porte rien d'autre.",
        "An absent element (nullFlavor) carries nothing else.",
    ),
    ("Retirer le nullFlavor, ou le contenu.", "Remove the nullFlavor, or the content."),
    at="ANY",
)
def _absent(document: Document) -> Iterator[Hit]:
    for items in document.header.values():
        for element in items:
            null = element.get("nullFlavor")
            if null is None or step(element) not in _TYPED:
                continue
            more = [str(name) for name in element.attrib if name not in _STRUCTURAL]
            inside = [step(item) for item in elements(element)]
            if not (more or inside or text_of(element)):
                continue
            if null in ("OTH", "NA", "UNC") and not set(more) - _EXPLAINED:
                explained = {"extension", "codeSystem"} & set(more) or {"originalText", "translation"} & set(inside)
                if explained:
                    continue
            yield hit(element, ", ".join([*more, *inside]) or text_of(element), "nullFlavor")


@_BOOK.rule(
    "CDA-DT-026",
    (
        "La civilité est M ou MME, le titre DR, MC, MG, PC, PG ou PR.",
        "The prefix is M or MME, the suffix DR, MC, MG, PC, PG or PR.",
    ),
    ("Prendre la civilité dans JDV_J245 et le titre dans JDV_J246.", "Take them from JDV_J245 and JDV_J246."),
    at="PN",
)
def _civility(document: Document) -> Iterator[Hit]:
    for element in _named_in(document, "person"):
        for name, values in (("prefix", "J245"), ("suffix", "J246")):
            for part in stated(element.iterchildren(V3 + name)):
                if text_of(part) not in value_set(values).codes:
                    yield hit(part, text_of(part), f"JDV {values}")


RULES = _BOOK.rules
