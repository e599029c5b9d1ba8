"""Data type rules of the header: texts, names, addresses, telecoms, absent values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree

from banc_standards.cda.names import XSI_TYPE
from banc_standards.cda.read import Document, step
from banc_standards.cda.rules.expect import child, hit
from banc_standards.cda.rules.header_table import HEADER
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit
from banc_standards.terminology.codes import value_set

_BOOK = RuleBook("CI-SIS, types de données de CDA R2", "InvalidDocumentContent")

_XSI_NIL: Final = XSI_TYPE.replace("}type", "}nil")
_STRUCTURE: Final = frozenset(
    {"nullFlavor", XSI_TYPE, _XSI_NIL, "classCode", "typeCode", "determinerCode", "moodCode", "partType"}
)
"""The attributes that what is absent may keep."""
_EXPLANATION: Final = frozenset(
    {"nullFlavor", XSI_TYPE, _XSI_NIL, "codeSystem", "codeSystemName", "codeSystemVersion", "extension", "partType"}
)
"""Those that tell what is absent without saying it."""
_DEFAULTS: Final = frozenset(
    [
        ("codeSystem", "2.16.840.1.113883.5.139"),
        ("codeSystemName", "TimingEvent"),
        ("integrityCheckAlgorithm", "SHA-1"),
        ("inverted", "false"),
        ("mediaType", "text/plain"),
        ("operator", "I"),
        ("representation", "TXT"),
        ("inclusive", "true"),
        ("unit", "1"),
    ]
)
"""The attributes that say nothing: those that a schema adds by itself."""
_EXPLAINED: Final = ("OTH", "NA", "UNC")
_PERSONS: Final = (
    "author/assignedAuthor/assignedPerson",
    "informant/assignedEntity/assignedPerson",
    "informant/relatedEntity/relatedPerson",
    "informationRecipient/intendedRecipient/informationRecipient",
    "legalAuthenticator/assignedEntity/assignedPerson",
    "authenticator/assignedEntity/assignedPerson",
    "participant/associatedEntity/associatedPerson",
    "documentationOf/serviceEvent/performer/assignedEntity/assignedPerson",
    "componentOf/encompassingEncounter/encounterParticipant/assignedEntity/assignedPerson",
    "componentOf/encompassingEncounter/responsibleParty/assignedEntity/assignedPerson",
)
"""The persons whose prefix and suffix come from the value sets."""


_BOOK.add(
    "CDA-DT-016",
    ("Un texte n'est pas vide, sauf nullFlavor.", "A text is not empty, unless it has a nullFlavor."),
    ("Écrire le texte ou retirer l'élément.", "Write the text or remove the element."),
    HEADER.told("CDA-DT-016"),
    at="ST",
)


_BOOK.add(
    "CDA-DT-017",
    (
        "Le nom d'une personne est fait de parties ou d'un texte, pas des deux, et n'est pas vide.",
        "A person's name is made of parts or of a text, not both, and is not empty.",
    ),
    ("Écrire family et given.", "Write family and given."),
    HEADER.told("CDA-DT-017"),
    at="PN",
)


_BOOK.add(
    "CDA-DT-017W",
    ("Les parties d'un nom ne sont pas vides.", "The parts of a name are not blank."),
    ("Écrire la partie du nom ou la retirer.", "Write the part of the name or remove it."),
    HEADER.told("CDA-DT-017W"),
    at="PN",
    severity="warning",
)


_BOOK.add(
    "CDA-DT-018",
    ("Le nom d'une organisation est un simple texte.", "An organisation's name is text only."),
    ("Retirer les éléments fils de name.", "Remove the children of name."),
    HEADER.told("CDA-DT-018"),
    at="ON",
)


_BOOK.add(
    "CDA-DT-019",
    (
        "Une adresse a au plus sept lignes, et chaque partie au plus une fois.",
        "An address has at most seven lines, and each part at most once.",
    ),
    ("Réunir ou retirer les parties répétées.", "Join or remove the repeated parts."),
    HEADER.told("CDA-DT-019"),
    at="AD",
)


_BOOK.add(
    "CDA-DT-019W",
    (
        "Une adresse est faite de lignes ou de parties, pas des deux.",
        "An address is made of lines or of parts, not both.",
    ),
    ("Choisir entre streetAddressLine et les parties.", "Choose between streetAddressLine and the parts."),
    HEADER.told("CDA-DT-019W"),
    at="AD",
    severity="warning",
)


_BOOK.add(
    "CDA-DT-020",
    ("L'usage d'une adresse est H, HP, HV, WP ou TMP.", "The use of an address is H, HP, HV, WP or TMP."),
    ("Corriger use.", "Correct use."),
    HEADER.told("CDA-DT-020"),
    at="AD",
)


_BOOK.add(
    "CDA-DT-021",
    (
        "Un telecom a une valeur, ou un nullFlavor (UNK, NASK, ASKU, NAV, MSK), pas les deux.",
        "A telecom has a value, or a nullFlavor (UNK, NASK, ASKU, NAV, MSK), not both.",
    ),
    ("Écrire value, ou un nullFlavor admis.", "Write value, or an allowed nullFlavor."),
    HEADER.told("CDA-DT-021"),
    at="TEL",
)


_BOOK.add(
    "CDA-DT-022",
    (
        "La valeur d'un telecom a la forme protocole:adresse.",
        "The value of a telecom has the form scheme:rest.",
    ),
    ("Écrire tel:, fax:, mailto:, http:, ftp: ou mllp:.", "Write tel:, fax:, mailto:, http:, ftp: or mllp:."),
    HEADER.told("CDA-DT-022"),
    at="TEL",
)


_BOOK.add(
    "CDA-DT-023",
    (
        "Le même telecom, la même adresse ou le même nom n'est pas donné deux fois au même endroit.",
        "The same telecom, the same address or the same name is not given twice in one place.",
    ),
    ("N'en garder qu'un.", "Keep one."),
    HEADER.told("CDA-DT-023"),
    at="TEL, AD, EN",
)


_BOOK.add(
    "CDA-DT-029",
    (
        "Une adresse, un telecom ou un nom inconnu ne va pas avec d'autres qui sont connus.",
        "An unknown address, telecom or name does not go with others that are known.",
    ),
    ("Retirer celui qui porte un nullFlavor.", "Remove the one that carries a nullFlavor."),
    HEADER.told("CDA-DT-029"),
    at="TEL, AD, EN",
)


_BOOK.add(
    "CDA-DT-031",
    (
        "La valeur d'un telecom est une URI : ni espace, ni accent.",
        "The value of a telecom is a URI: neither space nor accent.",
    ),
    ("Écrire le numéro sans espace, coder le reste en %XX.", "Write the number without space, the rest as %XX."),
    HEADER.told("CDA-DT-031"),
    at="URL",
)


_BOOK.add(
    "CDA-DT-032",
    (
        "Une adresse est faite de parties ou d'un texte, pas des deux, et n'est pas vide.",
        "An address is made of parts or of a text, not both, and is not empty.",
    ),
    ("Écrire les parties de l'adresse, ou un nullFlavor.", "Write the parts of the address, or a nullFlavor."),
    HEADER.told("CDA-DT-032"),
    at="AD",
)


_BOOK.add(
    "CDA-DT-024",
    (
        "L'usage d'un telecom est H, HP, HV, WP, DIR, PUB, EC, MC ou PG.",
        "The use of a telecom is H, HP, HV, WP, DIR, PUB, EC, MC or PG.",
    ),
    ("Corriger use.", "Correct use."),
    HEADER.told("CDA-DT-024"),
    at="TEL",
)


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
    absent = [item for items in document.header.values() for item in items if item.get("nullFlavor") is not None]
    for element in absent:
        more = [name for name, value in _attributes(element) if name not in _STRUCTURE]
        inside = [step(item) for item in element.iterchildren("*")]
        said = _said(element)
        if (more or inside or said) and not _explains(element) and HEADER.keeps_absence(element):
            yield hit(element, ", ".join([*more, *inside]) or said, "nullFlavor")


def _attributes(element: etree._Element) -> list[tuple[str, str]]:
    return [(str(name), str(value)) for name, value in element.attrib.items() if (name, value) not in _DEFAULTS]


def _said(element: etree._Element) -> str:
    return "".join([element.text or "", *(item.tail or "" for item in element)]).strip()


def _explains(element: etree._Element) -> bool:
    if element.get("nullFlavor") not in _EXPLAINED:
        return False
    for name, _ in _attributes(element):
        if name not in _EXPLANATION and name.rpartition("}")[2] not in ("valueSet", "valueSetVersion"):
            return False
    told = element.get("extension") is not None or element.get("codeSystem") is not None
    return told or bool(child(element, "originalText") or child(element, "translation"))


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
    for path in _PERSONS:
        for name, values in (("prefix", "J245"), ("suffix", "J246")):
            for part in document.at(f"{path}/name/{name}"):
                found = "".join(map(str, part.itertext())) if len(part) else part.text or ""
                if found not in value_set(values).codes:
                    yield hit(part, found, f"JDV {values}")


RULES = _BOOK.rules
