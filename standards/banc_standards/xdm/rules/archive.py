"""The archive itself: a zip that may be opened, with the folders and pages that IHE XDM wants."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from banc_standards import xml_rules
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit, Rule, holds
from banc_standards.xdm.names import INDEX, METADATA, README, ROOT
from banc_standards.xdm.read import XdmRefused
from banc_standards.xdm.rules.subject import XdmSubject
from banc_standards.xds.names import LCM
from banc_standards.xml import XmlRefused

_BOOK = RuleBook("IHE ITI TF-2 3.32 (XDM), zip de l'archive", "554 5.6.0")
_PLACE = RuleBook("IHE ITI TF-2 3.32 (XDM), média")

_FIX_ZIP: Final = (
    "Produire un zip simple (deflate) qui ne contient que l'archive XDM.",
    "Make a plain zip (deflate) that holds the XDM archive only.",
)

_BOOK.add(
    "XDM-ZIP-001",
    ("L'archive est un zip entier et lisible.", "The archive is a whole, readable zip."),
    _FIX_ZIP,
    holds,
    at="ZIP",
)
for _number, _text in (
    ("002", ("L'archive se déploie sans excès (100 Mo, 100:1).", "The archive unpacks within bounds (100 MB, 100:1).")),
    ("003", ("Nul chemin ne sort de l'archive.", "No path leads out of the archive.")),
    ("004", ("Chaque nom ne paraît qu'une fois dans l'archive.", "Every name stands once in the archive.")),
    ("005", ("L'archive n'est pas chiffrée.", "The archive is not encrypted.")),
    ("006", ("L'archive a au plus mille membres.", "The archive has at most a thousand members.")),
):
    _BOOK.add(f"XDM-ZIP-{_number}", _text, _FIX_ZIP, holds, at="ZIP", certainty="deduced", always=True)

ZIP_RULES: dict[str, Rule] = {rule.id: rule for rule in _BOOK.rules}


def hit(refused: XdmRefused) -> tuple[Rule, Hit]:
    """The rule and the place of a refusal to open, ready to be recorded as a finding."""
    return ZIP_RULES[refused.rule_id], Hit("IHE_XDM.zip", found=refused.detail)


def _page(name: str) -> Iterator[Hit]:
    yield Hit(name, expected=name)


@_PLACE.rule(
    "XDM-STR-001",
    ("L'archive contient INDEX.HTM à sa racine.", "The archive holds INDEX.HTM at its root."),
    ("Ajouter INDEX.HTM, avec un lien par document.", "Add INDEX.HTM, with one link per document."),
    at=INDEX,
)
def _index(subject: XdmSubject) -> Iterator[Hit]:
    if subject.archive.member(INDEX) is None:
        yield from _page(INDEX)


@_PLACE.rule(
    "XDM-STR-002",
    ("L'archive contient README.TXT à sa racine.", "The archive holds README.TXT at its root."),
    (
        "Ajouter README.TXT : structure, logiciel, contact, contenu.",
        "Add README.TXT: institution, software, contact, contents.",
    ),
    at=README,
)
def _readme(subject: XdmSubject) -> Iterator[Hit]:
    if subject.archive.member(README) is None:
        yield from _page(README)


@_PLACE.rule(
    "XDM-STR-003",
    (
        "L'archive a sous IHE_XDM au moins un dossier, avec METADATA.XML.",
        "The archive has at least one folder under IHE_XDM, with METADATA.XML.",
    ),
    ("Écrire IHE_XDM/SUBSET01/METADATA.XML.", "Write IHE_XDM/SUBSET01/METADATA.XML."),
    at=f"{ROOT}/*/{METADATA}",
)
def _folders(subject: XdmSubject) -> Iterator[Hit]:
    with_metadata = {folder.name.lower() for folder in subject.archive.folders}
    if not with_metadata:
        yield Hit(ROOT, expected=f"{ROOT}/SUBSET01/{METADATA}")
    for name in subject.archive.members:
        parts = name.split("/")
        if len(parts) > 2 and parts[0].upper() == ROOT and "/".join(parts[:2]).lower() not in with_metadata:
            with_metadata.add("/".join(parts[:2]).lower())
            yield Hit("/".join(parts[:2]), expected=METADATA)


@_PLACE.rule(
    "XDM-STR-004",
    (
        "METADATA.XML est un SubmitObjectsRequest ebRIM lisible.",
        "METADATA.XML is a readable ebRIM SubmitObjectsRequest.",
    ),
    (
        "Écrire lcm:SubmitObjectsRequest avec rim:RegistryObjectList.",
        "Write lcm:SubmitObjectsRequest with rim:RegistryObjectList.",
    ),
    at=METADATA,
)
def _metadata(subject: XdmSubject) -> Iterator[Hit]:
    for folder in subject.archive.folders:
        refused = folder.refused
        if isinstance(refused, XmlRefused):
            _, found = xml_rules.hit(refused)
            yield Hit(f"{folder.name}/{METADATA}", found.found, "XML", found.line, found.column)
        elif refused is not None:
            yield Hit(f"{folder.name}/{METADATA}", refused.found, "RegistryObjectList")
        elif folder.root != f"{LCM}SubmitObjectsRequest":
            yield Hit(f"{folder.name}/{METADATA}", folder.root[:200], "lcm:SubmitObjectsRequest")


_SHORT: Final = re.compile(r"[A-Z0-9_]{1,8}(\.[A-Z0-9_]{1,3})?")
_MAX_LEVELS: Final = 8
_MAX_PAGE: Final = 1_000_000
"""Octets of INDEX.HTM in which links are looked for."""


@_PLACE.rule(
    "XDM-STR-005",
    (
        "Les noms sont en majuscules, 8.3, et les dossiers sur huit niveaux au plus (ISO 9660 niveau 1).",
        "Names are upper case, 8.3, and folders at most eight levels deep (ISO 9660 level 1).",
    ),
    ("Nommer les documents DOC0001.XML, DOC0002.XML…", "Name the documents DOC0001.XML, DOC0002.XML…"),
    at="ISO 9660",
    severity="warning",
)
def _short_names(subject: XdmSubject) -> Iterator[Hit]:
    for name in subject.archive.members:
        parts = name.split("/")
        if len(parts) > _MAX_LEVELS or not all(_SHORT.fullmatch(part) for part in parts):
            yield Hit(name, found=name, expected="A-Z 0-9 _, 8.3")


@_PLACE.rule(
    "XDM-STR-006",
    (
        "Une archive ne porte qu'un lot de soumission.",
        "An archive carries one submission set.",
    ),
    ("Mettre tous les documents dans SUBSET01.", "Put every document into SUBSET01."),
    at="mssante 4",
    severity="warning",
    certainty="deduced",
)
def _one_set(subject: XdmSubject) -> Iterator[Hit]:
    number = len(subject.archive.folders)
    if number > 1:
        yield Hit(ROOT, found=str(number), expected="1")


@_PLACE.rule(
    "XDM-STR-007",
    ("INDEX.HTM renvoie à chaque document.", "INDEX.HTM links to every document."),
    ("Ajouter les liens manquants.", "Add the links that are missing."),
    at=INDEX,
    severity="info",
    certainty="uncertain",
)
def _links(subject: XdmSubject) -> Iterator[Hit]:
    page = (subject.archive.member(INDEX) or b"")[:_MAX_PAGE].decode("utf-8", "replace").lower()
    for folder, entry in subject.entries():
        path = f"{folder.name}/{entry.uri or ''}"
        if page and entry.uri and path.lower() not in page:
            yield Hit(INDEX, expected=path)


RULES = (*_BOOK.rules, *_PLACE.rules)
