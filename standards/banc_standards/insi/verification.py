"""Verifying an INS that is already held: one at a time (WS_INS3), or many, deposited then fetched (WS_INS4, WS_INS5).

The official texts tell what a verification is and what follows from OK and KO; they do not publish its messages.
Elements, their order and the bulk protocol are the bench's own, after what one client was seen to build.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from banc_standards.ins import Ins, StrictTraits
from banc_standards.insi import build, names
from banc_standards.insi.model import Software
from banc_standards.insi.read import named
from banc_standards.soap.read import Message
from banc_standards.xml import line_of

VERIFICATION = f"{{{names.REQ_UNITAIRE}}}VERIFICATION"
VERDICT = f"{{{names.REP_UNITAIRE}}}Resultat"
DEPOSIT = f"{{{names.REQ_MASSE}}}DEPOT"
DEPOSITED = f"{{{names.REP_MASSE}}}Depot"
RETRIEVAL = f"{{{names.REQ_MASSE}}}RETRAIT"
RETRIEVED = f"{{{names.REP_MASSE}}}Retrait"
PENDING = "EN_COURS"
DONE = "TERMINE"

TRAITS = ("NomNaissance", "Prenom", "ListePrenom", "Sexe", "DateNaissance", "LieuNaissance")


@dataclass(frozen=True, slots=True)
class Held:
    """One identity to verify, as it came: empty where nothing was sent. ``id`` is the client's own, in bulk only.

    ``shape`` holds the names of its two parts and of what is in them, in order, and those of IdIndividu; ``nested`` the
    names of what should hold text only and does not; ``at`` is where it stands. Names are as :class:`read.Field` has
    them.
    """

    number: str
    key: str
    oid: str
    birth_family: str
    givens: tuple[str, ...]
    given_list: str
    sex: str
    birth_date: str
    birth_place: str
    id: str = ""
    shape: tuple[tuple[str, tuple[str, ...]], ...] = ()
    nested: tuple[str, ...] = ()
    at: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one identity: ``00`` (OK) or ``01`` (KO). ``id`` is the client's own, in bulk only."""

    code: str
    id: str = ""

    @property
    def label(self) -> str:
        """``LibelleCR``."""
        return names.VERDICTS.get(self.code, "Code inconnu")


# Reading


def held(message: Message) -> tuple[Held, ...]:
    """The identities of a VERIFICATION or a DEPOT; none for another body."""
    if message.operation not in (VERIFICATION, DEPOSIT) or message.body is None:
        return ()
    root = etree.QName(message.body).localname
    return tuple(
        _held(element, f"/soap:Envelope/soap:Body/{root}/IndividuVerifie[{number}]")
        for number, element in enumerate(_named(message.body, "IndividuVerifie"), 1)
    )


def ticket(message: Message) -> str:
    """The ticket of a RETRAIT or of an answer to a DEPOT; empty when there is none."""
    if message.body is None:
        return ""
    return next((_text(child) for child in _named(message.body, "Ticket")), "")


def verdict(message: Message) -> Verdict | None:
    """The answer to a VERIFICATION, for a client; None for any other message."""
    if message.operation != VERDICT or message.body is None:
        return None
    return Verdict(_result(message.body))


def verdicts(message: Message) -> tuple[Verdict, ...] | None:
    """The answer to a RETRAIT, for a client: None while it is not ready."""
    if message.operation != RETRIEVED or message.body is None:
        return None
    if next((_text(child) for child in _named(message.body, "Etat")), "") != DONE:
        return None
    return tuple(
        Verdict(_result(child), next((_text(id) for id in _named(child, "Identifiant")), ""))
        for child in _named(message.body, "Resultat")
    )


def _held(element: etree._Element, at: str) -> Held:
    ins, traits = (next(iter(_named(element, part)), None) for part in ("INSFourni", "TraitsIdentiteIndividu"))
    number = None if ins is None else next(iter(_named(ins, "IdIndividu")), None)

    def of(parent: etree._Element | None, name: str) -> str:
        return "" if parent is None else next((_text(child) for child in _named(parent, name)), "")

    parts = list(element.iterchildren("*"))
    inner = [one for part in parts for one in part.iterchildren("*")]
    numbers = [one for one in inner if named(one) == "IdIndividu"]
    leaves = [one for one in inner if named(one) != "IdIndividu"]
    leaves += [one for each in numbers for one in each.iterchildren("*")]
    shape = tuple((named(part), tuple(map(named, part.iterchildren("*")))) for part in (*parts, *numbers))
    return Held(
        number=of(number, "NumIdentifiant"),
        key=of(number, "Cle"),
        oid=of(ins, "OID"),
        birth_family=of(traits, "NomNaissance"),
        givens=() if traits is None else tuple(_text(child) for child in _named(traits, "Prenom")),
        given_list=of(traits, "ListePrenom"),
        sex=of(traits, "Sexe"),
        birth_date=of(traits, "DateNaissance"),
        birth_place=of(traits, "LieuNaissance"),
        id=of(element, "Identifiant"),
        shape=shape,
        nested=tuple(named(leaf) for leaf in leaves if next(leaf.iterchildren("*"), None) is not None),
        at=at,
        line=line_of(element),
    )


def _result(root: etree._Element) -> str:
    return next((_text(code) for cr in _named(root, "CR") for code in _named(cr, "CodeCR")), "")


def _named(parent: etree._Element, name: str) -> list[etree._Element]:
    namespace = etree.QName(parent).namespace
    return list(parent.iterchildren(f"{{{namespace}}}{name}"))


def _text(element: etree._Element) -> str:
    # .text would stop at a comment.
    return str(element.xpath("string()")).strip()


# Building, for a client


def verification_body(ins: Ins, traits: StrictTraits) -> etree._Element:
    """The VERIFICATION of one identity."""
    root = etree.Element(VERIFICATION, nsmap={"ver": names.REQ_UNITAIRE})
    _individual(root, names.REQ_UNITAIRE, ins, traits)
    return root


def deposit_body(people: Sequence[tuple[str, Ins, StrictTraits]]) -> etree._Element:
    """The DEPOT of many identities, each with an id of the client's own."""
    root = etree.Element(DEPOSIT, nsmap={"lot": names.REQ_MASSE})
    for id, ins, traits in people:
        _individual(root, names.REQ_MASSE, ins, traits, id)
    return root


def retrieval_body(ticket: str) -> etree._Element:
    """The RETRAIT of what was deposited."""
    root = etree.Element(RETRIEVAL, nsmap={"lot": names.REQ_MASSE})
    etree.SubElement(root, f"{{{names.REQ_MASSE}}}Ticket").text = ticket
    return root


def request(
    body: etree._Element,
    *,
    action: str,
    message_id: str,
    bam_id: str,
    lps_id: str,
    at: datetime,
    sender: str,
    software: Software,
    assertion: etree._Element | None = None,
) -> etree._Element:
    """The whole message around a body of this module; the rest as for :func:`build.search_request`."""
    return build.request(
        body,
        action=action,
        message_id=message_id,
        bam=build.context_bam(context_id=bam_id, at=at, sender=sender),
        lps=build.context_lps(context_id=lps_id, at=at, sender=sender, software=software),
        assertion=assertion,
    )


def _individual(
    root: etree._Element, namespace: str, ins: Ins, traits: StrictTraits, id: str | None = None
) -> etree._Element:
    person = etree.SubElement(root, f"{{{namespace}}}IndividuVerifie")
    if id is not None:
        build.leaf(person, namespace, "Identifiant", id)
    given = etree.SubElement(person, f"{{{namespace}}}INSFourni")
    number = etree.SubElement(given, f"{{{namespace}}}IdIndividu")
    build.leaf(number, namespace, "NumIdentifiant", ins.number)
    build.leaf(number, namespace, "Cle", ins.key)
    build.leaf(given, namespace, "OID", ins.oid)
    told = etree.SubElement(person, f"{{{namespace}}}TraitsIdentiteIndividu")
    for name, value in (
        ("NomNaissance", traits.birth_family),
        ("ListePrenom", traits.birth_givens),
        ("Sexe", traits.sex),
        ("DateNaissance", traits.birth_date),
        ("LieuNaissance", traits.birth_place),
    ):
        build.leaf(told, namespace, name, value)
    return person


# Building, for the service


def verdict_body(verdict: Verdict) -> etree._Element:
    """The Resultat of one verification: the verdict and nothing of what the reference knows."""
    root = etree.Element(VERDICT, nsmap={"rep": names.REP_UNITAIRE})
    _cr(root, names.REP_UNITAIRE, verdict)
    return root


def deposited_body(ticket: str, accepted: int) -> etree._Element:
    """The receipt of a deposit."""
    root = etree.Element(DEPOSITED, nsmap={"rep": names.REP_MASSE})
    build.leaf(root, names.REP_MASSE, "Ticket", ticket)
    build.leaf(root, names.REP_MASSE, "NombreAcceptes", str(accepted))
    return root


def retrieved_body(verdicts: Sequence[Verdict] | None) -> etree._Element:
    """The results of a deposit, or None for *not ready*."""
    root = etree.Element(RETRIEVED, nsmap={"rep": names.REP_MASSE})
    build.leaf(root, names.REP_MASSE, "Etat", PENDING if verdicts is None else DONE)
    for one in verdicts or ():
        result = etree.SubElement(root, f"{{{names.REP_MASSE}}}Resultat")
        build.leaf(result, names.REP_MASSE, "Identifiant", one.id)
        _cr(result, names.REP_MASSE, one)
    return root


def _cr(root: etree._Element, namespace: str, verdict: Verdict) -> None:
    cr = etree.SubElement(root, f"{{{namespace}}}CR")
    build.leaf(cr, namespace, "CodeCR", verdict.code)
    build.leaf(cr, namespace, "LibelleCR", verdict.label)
