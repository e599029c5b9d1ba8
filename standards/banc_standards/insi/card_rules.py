"""What INSi asks of a search with a carte Vitale: a number that leads to somebody, in the order of the schema."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from banc_standards.ins import birth_date_form
from banc_standards.insi import names
from banc_standards.insi.card import ELEMENTS, RECVITALE, covered, numbered, right_key, searched
from banc_standards.insi.subject import InsiSubject
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit, Rule

_BOOK = RuleBook("XSD INSi_RECVITALE_INS", code="mock_corps")
_BODY: Final = "/soap:Envelope/soap:Body"
_NUMBER: Final = re.compile(r"[0-9]{6}[AB0-9][0-9]{6}")
_RANK: Final = re.compile(r"\+?0{0,9}[1-9]")
_NUMBERS: Final = ("MatriculeIndividu", "MatriculeOD")


def _is(subject: InsiSubject) -> bool:
    return subject.request.message.operation == RECVITALE


@_BOOK.rule(
    "INSI-CARD-001",
    ("Le corps d'une recherche par carte est un seul RECVITALE.", "The body of a search by card is one RECVITALE."),
    (f"envoyez RECVITALE dans {names.REC_VIT}", f"send RECVITALE in {names.REC_VIT}"),
    always=True,
)
def _one(subject: InsiSubject) -> Iterator[Hit]:
    message = subject.request.message
    if subject.request.operation != "WS_INS1":
        return
    if not _is(subject):
        yield Hit(_BODY, found=message.operation or "", expected=RECVITALE)
    elif message.body_children > 1:
        yield Hit(_BODY, found=str(message.body_children), expected="1")


@_BOOK.rule(
    "INSI-CARD-002",
    (
        "Les éléments de RECVITALE sont ceux du schéma, dans son ordre.",
        "The elements of RECVITALE are the schema's, in order.",
    ),
    (f"écrivez {', '.join(ELEMENTS)}", f"write {', '.join(ELEMENTS)}"),
)
def _order(subject: InsiSubject) -> Iterator[Hit]:
    if not _is(subject):
        return
    fields = subject.request.fields
    for field in fields:
        if field.name not in ELEMENTS:
            yield Hit(f"{_BODY}/RECVITALE/{field.name}", field.name, " ".join(ELEMENTS), field.line)
        elif field.nested and field.name not in _NUMBERS:
            yield Hit(f"{_BODY}/RECVITALE/{field.name}", f"<{field.name}><…>", "un texte", field.line)
    known = [field for field in fields if field.name in ELEMENTS]
    for before, after in pairwise(known):
        if ELEMENTS.index(after.name) <= ELEMENTS.index(before.name):
            expected = " ".join(ELEMENTS)
            yield Hit(f"{_BODY}/RECVITALE/{after.name}", f"{before.name} {after.name}", expected, after.line)
    for name, parts in numbered(subject.request.message):
        if parts != tuple(part for part in names.INS_PARTS if part in parts):
            yield Hit(f"{_BODY}/RECVITALE/{name}", " ".join(parts), " ".join(names.INS_PARTS))


@_BOOK.rule(
    "INSI-CARD-003",
    (
        "Une recherche par carte porte le NIR du bénéficiaire ou celui de l'ouvrant droit.",
        "A search by card carries the NIR of the beneficiary or that of the policy holder.",
    ),
    (
        "envoyez MatriculeOD, et MatriculeIndividu quand la carte le porte",
        "send MatriculeOD, and MatriculeIndividu when the card has it",
    ),
    at="MatriculeIndividu, MatriculeOD",
    certainty="deduced",
    code="mock_trait",
    always=True,
)
def _numbers(subject: InsiSubject) -> Iterator[Hit]:
    if not _is(subject):
        return
    asked = searched(subject.request.message)
    if not asked.number and not asked.holder:
        yield Hit(f"{_BODY}/RECVITALE/MatriculeOD", expected="MatriculeOD | MatriculeIndividu")
    for name, number in (("MatriculeIndividu", asked.number), ("MatriculeOD", asked.holder)):
        if number and not _NUMBER.fullmatch(number):
            yield Hit(f"{_BODY}/RECVITALE/{name}/NumIdentifiant", number, "13 caractères")


@_BOOK.rule(
    "INSI-CARD-004",
    (
        "Sans NIR du bénéficiaire, son nom, sa date de naissance et son rang le désignent parmi ceux de la carte.",
        "Without the beneficiary's NIR, name, date of birth and rank tell which of the card's people it is.",
    ),
    (
        "envoyez NomNaissance, DateNaissance et RangNaissance (1 d'ordinaire)",
        "send NomNaissance, DateNaissance and RangNaissance (usually 1)",
    ),
    certainty="deduced",
    code="mock_trait",
    always=True,
)
def _designated(subject: InsiSubject) -> Iterator[Hit]:
    asked = searched(subject.request.message)
    if not _is(subject):
        return
    if not asked.number and asked.holder:
        for name, value in (("NomNaissance", asked.birth_family), ("DateNaissance", asked.birth_date)):
            if not value:
                yield Hit(f"{_BODY}/RECVITALE/{name}", expected=name)
    if asked.birth_date and not birth_date_form(asked.birth_date):
        yield Hit(f"{_BODY}/RECVITALE/DateNaissance", asked.birth_date, "AAAA-MM-JJ")
    if asked.rank and not _RANK.fullmatch(asked.rank):
        yield Hit(f"{_BODY}/RECVITALE/RangNaissance", asked.rank, "1 à 9")


@_BOOK.rule(
    "INSI-CARD-005",
    (
        "ContexteBAM/COUVERTURE dit les mêmes numéros que le corps.",
        "ContexteBAM/COUVERTURE tells the same numbers as the body.",
    ),
    (
        "remplissez COUVERTURE (ASSURE, BENEFICIAIRE) avec la carte lue",
        "fill COUVERTURE (ASSURE, BENEFICIAIRE) from the card",
    ),
    at="XSD CTXBAM V01_02, COUVERTURE",
    severity="info",
    certainty="uncertain",
)
def _coherent(subject: InsiSubject) -> Iterator[Hit]:
    if not _is(subject):
        return
    asked = searched(subject.request.message)
    for told, wanted, name in zip(
        covered(subject.request.message), (asked.holder, asked.number), ("ASSURE/Id", "BENEFICIAIRE/Nir"), strict=True
    ):
        if told != wanted:
            yield Hit(f"/soap:Envelope/soap:Header/ctxbam:ContexteBAM/COUVERTURE/{name}/Num", told, wanted)


@_BOOK.rule(
    "INSI-CARD-006",
    (
        "La clé envoyée avec un matricule est la sienne.",
        "The key that is sent with a number is its own.",
    ),
    ("recopiez la clé lue sur la carte, ou ne l'envoyez pas", "copy the key read from the card, or leave it out"),
    at="MatriculeIndividu, MatriculeOD",
    certainty="deduced",
    severity="warning",
)
def _keys(subject: InsiSubject) -> Iterator[Hit]:
    if not _is(subject):
        return
    asked = searched(subject.request.message)
    for name, number, sent in (
        ("MatriculeIndividu", asked.number, asked.number_key),
        ("MatriculeOD", asked.holder, asked.holder_key),
    ):
        if sent and sent != (right := right_key(number)):
            yield Hit(f"{_BODY}/RECVITALE/{name}/Cle", sent, right or "2 chiffres")


CARD_RULES: tuple[Rule, ...] = _BOOK.rules
