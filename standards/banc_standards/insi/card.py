"""A search with the data of a carte Vitale (WS_INS1): the card is only a key, the answer is the beneficiary's INS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from banc_standards.ins import MalformedIns, key
from banc_standards.insi import build, names
from banc_standards.insi.model import Software
from banc_standards.soap.read import Message

RECVITALE = f"{{{names.REC_VIT}}}RECVITALE"
ELEMENTS = ("MatriculeIndividu", "MatriculeOD", "NomNaissance", "DateNaissance", "RangNaissance")


@dataclass(frozen=True, slots=True)
class CardSearch:
    """What a card tells: ``number`` is the beneficiary's own NIR when the card carries it, ``holder`` that of the
    *ouvrant droit*; ``rank`` tells twins apart; the keys are those sent with the numbers. Empty where nothing was
    sent.
    """

    holder: str
    number: str = ""
    birth_family: str = ""
    birth_date: str = ""
    rank: str = ""
    number_key: str = ""
    holder_key: str = ""


def searched(message: Message) -> CardSearch:
    """The search of a RECVITALE; an empty one for another body."""
    body = message.body
    if body is None or message.operation != RECVITALE:
        return CardSearch("")

    def text(path: str) -> str:
        found = body.find("/".join(f"{{{names.REC_VIT}}}{step}" for step in path.split("/")))
        return "" if found is None else str(found.xpath("string()")).strip()

    return CardSearch(
        holder=text("MatriculeOD/NumIdentifiant"),
        number=text("MatriculeIndividu/NumIdentifiant"),
        birth_family=text("NomNaissance"),
        birth_date=text("DateNaissance"),
        rank=text("RangNaissance"),
        number_key=text("MatriculeIndividu/Cle"),
        holder_key=text("MatriculeOD/Cle"),
    )


def right_key(number: str) -> str:
    """The key of a matricule of 13 characters; empty for what is none."""
    try:
        return key(number)
    except MalformedIns:
        return ""


def numbered(message: Message) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each matricule of a RECVITALE: its name, and the local names of what stands in it, in order."""
    if message.body is not None and message.operation == RECVITALE:
        for name in ("MatriculeIndividu", "MatriculeOD"):
            for element in message.body.iterchildren(f"{{{names.REC_VIT}}}{name}"):
                yield name, tuple(etree.QName(child).localname for child in element.iterchildren("*"))


def covered(message: Message) -> tuple[str, str]:
    """The NIR of the *ouvrant droit* and of the beneficiary in ContexteBAM/COUVERTURE, empty where absent."""
    bam = message.envelope.find(f"{{*}}Header/{{{names.CTXBAM}}}ContexteBAM/{{{names.CTXBAM}}}COUVERTURE")

    def text(path: str) -> str:
        if bam is None:
            return ""
        found = bam.find("/".join(f"{{{names.CTXBAM}}}{step}" for step in path.split("/")))
        return "" if found is None else str(found.xpath("string()")).strip()

    return text("ASSURE/Id/Num"), text("BENEFICIAIRE/Nir/Num")


def card_body(search: CardSearch) -> etree._Element:
    """The RECVITALE of a search."""
    root = etree.Element(RECVITALE, nsmap={"vit": names.REC_VIT})
    for name, number in (("MatriculeIndividu", search.number), ("MatriculeOD", search.holder)):
        if number:
            build.leaf(etree.SubElement(root, f"{{{names.REC_VIT}}}{name}"), names.REC_VIT, "NumIdentifiant", number)
    build.leaf(root, names.REC_VIT, "NomNaissance", search.birth_family)
    build.leaf(root, names.REC_VIT, "DateNaissance", search.birth_date)
    build.leaf(root, names.REC_VIT, "RangNaissance", search.rank)
    return root


def card_request(
    search: CardSearch,
    *,
    message_id: str,
    bam_id: str,
    lps_id: str,
    at: datetime,
    sender: str,
    software: Software,
    assertion: etree._Element | None = None,
) -> etree._Element:
    """The whole message of WS_INS1; its COUVERTURE says what the card says."""
    bam = build.context_bam(context_id=bam_id, at=at, sender=sender)
    covered = bam[-1]
    if search.holder:
        holder = etree.SubElement(etree.SubElement(covered, f"{{{names.CTXBAM}}}ASSURE"), f"{{{names.CTXBAM}}}Id")
        build.leaf(holder, names.CTXBAM, "Num", search.holder)
    beneficiary = etree.SubElement(covered, f"{{{names.CTXBAM}}}BENEFICIAIRE")
    if search.number:
        own = etree.SubElement(beneficiary, f"{{{names.CTXBAM}}}Nir")
        build.leaf(own, names.CTXBAM, "Num", search.number)
    build.leaf(beneficiary, names.CTXBAM, "DateNai", search.birth_date)
    build.leaf(beneficiary, names.CTXBAM, "Rang", search.rank)
    return build.request(
        card_body(search),
        action=names.CARD_ACTION,
        message_id=message_id,
        bam=bam,
        lps=build.context_lps(context_id=lps_id, at=at, sender=sender, software=software),
        assertion=assertion,
    )
