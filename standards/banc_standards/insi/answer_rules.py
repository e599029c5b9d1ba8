"""The answers of INSi and its faults, each judged as a file on its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree

from banc_standards.ins import OIDS
from banc_standards.insi import names
from banc_standards.insi.card import right_key
from banc_standards.insi.read import error
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit
from banc_standards.soap.read import Message
from banc_standards.xml import line_of

_BOOK = RuleBook("XSD INSi_RESULTAT, WSDL DESIR_ICIR_EXP 1.5.0")
_FAULT = RuleBook("XSD faultSOAP V01_01 ; SEL-MP-043, erreurs")
_LOT2: Final = (f"{{{names.REP_UNITAIRE}}}", f"{{{names.REP_MASSE}}}")
_R: Final = f"{{{names.RESULTAT}}}"
_NUMBER: Final = re.compile(r"[0-9]{6}[A-Za-z0-9][0-9]{6}")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SEVERITIES: Final = ("information", "avertissement", "erreur", "fatale")


def _result(message: Message) -> etree._Element | None:
    body = message.body
    return body if body is not None and etree.QName(body).localname == "RESULTAT" else None


def _text(root: etree._Element, path: str) -> str:
    found = root.find("/".join(f"{_R}{step}" for step in path.split("/")))
    return "" if found is None else str(found.xpath("string()")).strip()


def _records(message: Message) -> Iterator[tuple[str, etree._Element]]:
    root = _result(message)
    if root is not None:
        for name in ("INSACTIF", "INSHISTO"):
            for number, item in enumerate(root.iterfind(f"{_R}INDIVIDU/{_R}{name}"), 1):
                yield f"INDIVIDU/{name}[{number}]", item


@_BOOK.rule(
    "INSI-ANS-001",
    (
        "Le corps est un message INSi : demande, RESULTAT ou Fault.",
        "The body is an INSi message: a request, a RESULTAT or a Fault.",
    ),
    (f"Répondre RESULTAT, de l'espace de noms {names.RESULTAT}.", f"Answer RESULTAT, of namespace {names.RESULTAT}."),
    at="soap:Body",
)
def _known(message: Message) -> Iterator[Hit]:
    found = message.operation or ""
    if found != f"{_R}RESULTAT" and not found.endswith("}Fault") and not found.startswith(_LOT2):
        yield Hit("/soap:Envelope/soap:Body", found=found, expected=f"{_R}RESULTAT")


@_BOOK.rule(
    "INSI-ANS-002",
    ("CodeCR vaut 00, 01 ou 02, avec son libellé.", "CodeCR is 00, 01 or 02, with its label."),
    ("Lire CodeCR, jamais LibelleCR.", "Read CodeCR, never LibelleCR."),
    at="RESULTAT/CR",
)
def _code(message: Message) -> Iterator[Hit]:
    root = _result(message)
    if root is None:
        return
    code, label = _text(root, "CR/CodeCR"), _text(root, "CR/LibelleCR")
    if code not in names.LABELS:
        yield Hit("RESULTAT/CR/CodeCR", found=code, expected=" | ".join(names.LABELS), line=line_of(root))
    elif not label:
        yield Hit("RESULTAT/CR/LibelleCR", expected=names.LABELS[code], line=line_of(root))


@_BOOK.rule(
    "INSI-ANS-003",
    (
        "Une identité est rendue avec le code 00, et avec lui seul.",
        "An identity is given with the code 00, and with no other.",
    ),
    ("Joindre INDIVIDU au code 00 seulement.", "Join INDIVIDU to code 00 only."),
    at="RESULTAT/INDIVIDU",
)
def _individual(message: Message) -> Iterator[Hit]:
    root = _result(message)
    if root is not None:
        number = len(root.findall(f"{_R}INDIVIDU"))
        wanted = 1 if _text(root, "CR/CodeCR") == names.FOUND else 0
        if number != wanted:
            yield Hit("RESULTAT/INDIVIDU", found=str(number), expected=str(wanted), line=line_of(root))


@_BOOK.rule(
    "INSI-ANS-004",
    (
        "Une identité porte un INS actif et un seul, et ses traits.",
        "An identity carries exactly one active INS, and its traits.",
    ),
    ("Rendre INSACTIF et TIQ.", "Give INSACTIF and TIQ."),
    at="INDIVIDU/INSACTIF, INDIVIDU/TIQ",
)
def _active(message: Message) -> Iterator[Hit]:
    root = _result(message)
    for person in root.iterfind(f"{_R}INDIVIDU") if root is not None else ():
        for name in ("INSACTIF", "TIQ"):
            number = len(person.findall(f"{_R}{name}"))
            if number != 1:
                yield Hit(f"INDIVIDU/{name}", found=str(number), expected="1", line=line_of(person))


@_BOOK.rule(
    "INSI-ANS-005",
    (
        "Un INS est un numéro de 13 caractères, une clé de deux chiffres et un OID d'INS.",
        "An INS is a number of 13 characters, a key of two digits and an INS OID.",
    ),
    ("Rendre NumIdentifiant, Cle et OID.", "Give NumIdentifiant, Cle and OID."),
    at="IdIndividu, OID",
)
def _ins(message: Message) -> Iterator[Hit]:
    for place, item in _records(message):
        number, key, oid = (_text(item, path) for path in ("IdIndividu/NumIdentifiant", "IdIndividu/Cle", "OID"))
        if not _NUMBER.fullmatch(number):
            yield Hit(f"{place}/IdIndividu/NumIdentifiant", found=number, expected="[0-9]{13}", line=line_of(item))
        if key and not re.fullmatch("[0-9]{2}", key):
            yield Hit(f"{place}/IdIndividu/Cle", found=key, expected="[0-9]{2}", line=line_of(item))
        if oid not in OIDS:
            yield Hit(f"{place}/OID", found=oid, expected=" | ".join(sorted(OIDS)), line=line_of(item))


@_BOOK.rule(
    "INSI-ANS-006",
    ("La clé de l'INS actif est juste.", "The key of the active INS is right."),
    (
        "Garder l'INS tel que rendu ; deux jeux d'essai publiés portent une clé fausse.",
        "Keep the INS as given; two published test sets carry a wrong key.",
    ),
    at="IdIndividu/Cle",
    severity="warning",
    certainty="deduced",
)
def _key(message: Message) -> Iterator[Hit]:
    for place, item in _records(message):
        number, given = _text(item, "IdIndividu/NumIdentifiant"), _text(item, "IdIndividu/Cle")
        right = right_key(number)
        if right and given and given != right:
            yield Hit(f"{place}/IdIndividu/Cle", found=given, expected=right, line=line_of(item))


@_BOOK.rule(
    "INSI-ANS-007",
    ("Les traits rendus sont écrits comme INSi les écrit.", "The traits given are written as INSi writes them."),
    (
        "DateNaissance AAAA-MM-JJ, Sexe M ou F, LieuNaissance de cinq caractères.",
        "DateNaissance YYYY-MM-DD, Sexe M or F, LieuNaissance of five characters.",
    ),
    at="INDIVIDU/TIQ",
)
def _traits(message: Message) -> Iterator[Hit]:
    root = _result(message)
    for traits in root.iterfind(f"{_R}INDIVIDU/{_R}TIQ") if root is not None else ():
        for name, form in (("DateNaissance", _DATE), ("Sexe", re.compile("[MF]")), ("LieuNaissance", _PLACE)):
            found = _text(traits, name)
            if found and not form.fullmatch(found):
                yield Hit(f"INDIVIDU/TIQ/{name}", found=found, expected=form.pattern, line=line_of(traits))


_PLACE: Final = re.compile("[0-9][0-9AB][0-9]{3}")


@_BOOK.rule(
    "INSI-ANS-008",
    (
        "Une période d'un INS historique finit après avoir commencé, et suit IdIndividu.",
        "A period of a historical INS ends after it began, and follows IdIndividu.",
    ),
    (
        "Un client lit les deux ordres ; un serveur suit le schéma.",
        "A client reads both orders; a server follows the schema.",
    ),
    at="INSHISTO",
    severity="warning",
)
def _periods(message: Message) -> Iterator[Hit]:
    for place, item in _records(message):
        begins, ends = _text(item, "DateDeb"), _text(item, "DateFin")
        if begins and ends and begins > ends:
            yield Hit(f"{place}/DateFin", found=f"{begins} > {ends}", line=line_of(item))
        order = [etree.QName(child).localname for child in item if isinstance(child.tag, str)]
        if order != sorted(order, key=lambda name: _ORDER.index(name) if name in _ORDER else len(_ORDER)):
            yield Hit(place, found=", ".join(order), expected=", ".join(_ORDER), line=line_of(item))


_ORDER: Final = ("IdIndividu", "OID", "DateDeb", "DateFin")


@_FAULT.rule(
    "INSI-FLT-001",
    ("Un Fault porte siram:Erreur, avec son code.", "A Fault carries siram:Erreur, with its code."),
    ("Lire Detail/siram:Erreur/@code.", "Read Detail/siram:Erreur/@code."),
    at="soap:Fault/soap:Detail",
    severity="warning",
    certainty="deduced",
)
def _siram(message: Message) -> Iterator[Hit]:
    found = error(message)
    if found is not None and not found.code:
        yield Hit("soap:Fault/soap:Detail/siram:Erreur/@code", expected="desir_… | insi_…")


@_FAULT.rule(
    "INSI-FLT-002",
    (
        "La sévérité est de la liste du schéma ; l'application écrit fatal, hors liste.",
        "The severity is of the list of the schema; the application writes fatal, outside it.",
    ),
    ("Un client admet aussi fatal.", "A client takes fatal too."),
    at="siram:Erreur/@severite",
    severity="info",
)
def _severity(message: Message) -> Iterator[Hit]:
    found = error(message)
    if found is not None and found.severity and found.severity not in _SEVERITIES:
        yield Hit("siram:Erreur/@severite", found=found.severity, expected=" | ".join(_SEVERITIES))


@_FAULT.rule(
    "INSI-FLT-003",
    ("Le code du Fault est Sender ou Receiver, avec un sous-code siram.", "The Fault's code has a siram subcode."),
    ("Écrire Code/Subcode/Value siram_100, siram_20 ou siram_40.", "Write Code/Subcode/Value siram_100, 20 or 40."),
    at="soap:Fault/soap:Code",
    severity="warning",
)
def _subcode(message: Message) -> Iterator[Hit]:
    found = error(message)
    if found is not None and not (found.subcode or "").startswith("siram_"):
        yield Hit("soap:Fault/soap:Code/soap:Subcode/soap:Value", found=found.subcode or "", expected="siram_…")


RULES = (*_BOOK.rules, *_FAULT.rules)
"""Judged on a :class:`~banc_standards.soap.read.Message`."""
