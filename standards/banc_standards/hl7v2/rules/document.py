"""The document of a transmission: what is asked of it, its code, its number, its bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from banc_standards.hl7v2 import names
from banc_standards.hl7v2.message import Message, strict_base64
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit
from banc_standards.terminology.codes import value_set
from banc_standards.terminology.oids import LOINC

_BOOK = RuleBook("CI-SIS, volet Transmission de documents CDA-R2 en HL7 v2 (2.1)")

_REQUESTS: Final = {"F": ("T02", "NW"), "C": ("T10", "RO"), "D": ("T04", "CA")}
"""By OBX-11: the event of an MDM and ORC-1 (initial, replacement, deletion)."""


@_BOOK.rule(
    "HL7-DOC-001",
    (
        "La demande est la même partout : NW et F (T02), RO et C (T10), CA et D (T04).",
        "The request is the same everywhere: NW and F (T02), RO and C (T10), CA and D (T04).",
    ),
    (
        "Accorder l'événement (MDM), ORC-1 et OBX-11 de chaque document.",
        "Make the event (MDM), ORC-1 and OBX-11 of each document agree.",
    ),
    at="MSH-9, ORC-1, OBX-11",
)
def _request(message: Message) -> Iterator[Hit]:
    asked = [carried.obx[11] for carried in message.documents]
    known = next((one for one in asked if one in _REQUESTS), None)
    if known is None:
        return
    event, control = _REQUESTS[known]
    for carried in message.documents:
        if carried.obx[11] in _REQUESTS and carried.obx[11] != known:
            yield carried.obx.hit(11, expected=known)
    if message.type == "MDM" and message.event in ("T02", "T04", "T10") and message.event != event:
        yield message.header.hit(9, 2, expected=event)
    for order in message.all("ORC") if not message.old else ():
        if order.get(1) != control:
            yield order.hit(1, expected=control)


@_BOOK.rule(
    "HL7-DOC-002",
    (
        "OBX-11 d'un document est F (initial), C (remplacement) ou D (suppression).",
        "OBX-11 of a document is F (initial), C (replacement) or D (deletion).",
    ),
    ("Écrire F, C ou D.", "Write F, C or D."),
    at="OBX-11",
)
def _status(message: Message) -> Iterator[Hit]:
    for carried in message.documents:
        if carried.obx[11] not in _REQUESTS:
            yield carried.obx.hit(11, expected="F C D")


@_BOOK.rule(
    "HL7-DOC-003",
    (
        "Un remplacement (T10) dit en TXA-13 le numéro du document remplacé.",
        "A replacement (T10) tells in TXA-13 the number of the replaced document.",
    ),
    ("Écrire l'identifiant de l'ancienne version.", "Write the identifier of the former version."),
    at="TXA-13",
)
def _replaced(message: Message) -> Iterator[Hit]:
    for header in message.all("TXA"):
        if message.event == "T10" and not header.filled(13):
            yield header.hit(13)


@_BOOK.rule(
    "HL7-DOC-004",
    (
        "Le code du document est le même en OBX-3, OBR-4 et TXA-2.",
        "The code of the document is the same in OBX-3, OBR-4 and TXA-2.",
    ),
    ("Reprendre le code du document clinique partout.", "Take the code of the clinical document everywhere."),
    at="OBX-3, OBR-4, TXA-2",
)
def _code(message: Message) -> Iterator[Hit]:
    if not message.documents:
        return
    expected = message.documents[0].observation.code
    for carried in message.documents[1:]:
        if carried.observation.code != expected:
            yield carried.obx.hit(3, 1, expected=expected)
    for request in message.all("OBR") if not message.old else ():
        if request.get(4) != expected:
            yield request.hit(4, 1, expected=expected)
    for header in message.all("TXA"):
        if header.get(2) != expected:
            yield header.hit(2, 1, expected=expected)


@_BOOK.rule(
    "HL7-DOC-005",
    (
        "Le code du document est un type de document du CI-SIS (JDV_J07), système LN ou TRE_A05.",
        "The code of the document is a document type of the CI-SIS (JDV_J07), system LN or TRE_A05.",
    ),
    (
        "Écrire code^libellé^LN pour un code LOINC, ^TRE_A05 pour un code français.",
        "Write code^label^LN for a LOINC code, ^TRE_A05 for a French one.",
    ),
    at="OBX-3, OBR-4",
)
def _type(message: Message) -> Iterator[Hit]:
    known = value_set("J07")
    for carried in message.documents:
        code, system = carried.observation.code, carried.obx.get(3, 3)
        if code not in known.codes:
            yield carried.obx.hit(3, 1, expected="JDV_J07")
        elif (code, names.SYSTEMS.get(system, "")) not in known and not (message.old and not system):
            yield carried.obx.hit(3, 3, expected="LN" if (code, LOINC) in known else "TRE_A05")
    for request in message.all("OBR") if not message.old else ():
        code, system = request.get(4), request.get(4, 3)
        if code in known.codes and (code, names.SYSTEMS.get(system, "")) not in known:
            yield request.hit(4, 3, expected="LN" if (code, LOINC) in known else "TRE_A05")


@_BOOK.rule(
    "HL7-DOC-006",
    (
        "Le document est dans le message, en OBX-2 ED : ni texte, ni référence.",
        "The document is in the message, with OBX-2 ED: neither text nor reference.",
    ),
    (
        "Écrire ED et le document en base64 ; une référence (RP) ne transmet rien.",
        "Write ED and the document in base64; a reference (RP) transmits nothing.",
    ),
    at="OBX-2",
)
def _data_type(message: Message) -> Iterator[Hit]:
    for carried in message.documents:
        if carried.obx[2] != "ED":
            yield carried.obx.hit(2, expected="ED")


@_BOOK.rule(
    "HL7-DOC-007",
    ("OBX-5 d'un document est ^TEXT^XML^Base64^…", "OBX-5 of a document is ^TEXT^XML^Base64^…"),
    ("Écrire ces trois composantes avant les octets.", "Write these three components before the bytes."),
    at="OBX-5",
)
def _form(message: Message) -> Iterator[Hit]:
    for carried in message.documents:
        if carried.obx[2] != "ED":
            continue
        for part, expected in ((2, "TEXT"), (3, "XML"), (4, "BASE64")):
            if carried.obx.get(5, part).upper() != expected:
                yield carried.obx.hit(5, part, expected=expected.title() if part == 4 else expected)


@_BOOK.rule(
    "HL7-DOC-007W",
    (
        "OBX-5 s'écrit TEXT dans un ORU, text dans un MDM, puis XML et Base64.",
        "OBX-5 is written TEXT in an ORU, text in an MDM, then XML and Base64.",
    ),
    ("Respecter la casse du volet.", "Keep the case of the volet."),
    at="OBX-5",
    severity="warning",
)
def _case(message: Message) -> Iterator[Hit]:
    for carried in message.documents:
        wanted = ("TEXT" if message.type == "ORU" else "text", "XML", "Base64")
        for part, expected in enumerate(wanted, 2):
            value = carried.obx.get(5, part)
            if value != expected and value.upper() == expected.upper():
                yield carried.obx.hit(5, part, expected=expected)


@_BOOK.rule(
    "HL7-DOC-008",
    (
        "OBX-5.5 est du base64 strict : sans blanc ni fin de ligne, complété par des =.",
        "OBX-5.5 is strict base64: without blank or line end, padded with =.",
    ),
    (
        "Coder le document entier d'une traite ; un message tronqué perd la fin du document.",
        "Encode the whole document in one go; a message cut short loses the end of the document.",
    ),
    at="OBX-5.5",
)
def _base64(message: Message) -> Iterator[Hit]:
    for carried in message.documents:
        if carried.obx[2] == "ED" and carried.content is None:
            yield carried.obx.hit(5, 5, found=_shown(carried.obx.get(5, 5)))


def _shown(text: str) -> str:
    if len(text) <= 40:
        return text
    return f"{text[:16]}…{text[-16:]} ({len(text)})"


@_BOOK.rule(
    "HL7-DOC-009",
    (
        "OBX-5.5 décodé est un document clinique CDA R2.",
        "OBX-5.5 decoded is a CDA R2 clinical document.",
    ),
    (
        "Transmettre le CDA lui-même, y compris pour une suppression.",
        "Send the CDA itself, for a deletion too.",
    ),
    at="OBX-5.5",
)
def _clinical(message: Message) -> Iterator[Hit]:
    from banc_standards.cda.read import CdaRefused
    from banc_standards.xml import XmlRefused

    for carried in message.documents:
        refused = carried.read
        if isinstance(refused, CdaRefused):
            yield carried.obx.hit(5, 5, found=refused.found, expected="ClinicalDocument")
        elif isinstance(refused, XmlRefused):
            found = f"{refused.rule_id} {refused.detail}"
            yield carried.obx.hit(5, 5, found=found, expected="ClinicalDocument")


_TXA: Final = ((1, "1"), (3, "TEXT"), (17, "AU"))


@_BOOK.rule(
    "HL7-DOC-010",
    (
        "TXA-1 est 1, TXA-3 est TEXT, TXA-17 est AU.",
        "TXA-1 is 1, TXA-3 is TEXT, TXA-17 is AU.",
    ),
    ("Écrire ces valeurs.", "Write these values."),
    at="TXA-1, TXA-3, TXA-17",
)
def _header(message: Message) -> Iterator[Hit]:
    for header in message.all("TXA"):
        for number, expected in _TXA:
            if header.get(number) != expected and not (message.old and header.get(number) == "LA"):
                yield header.hit(number, expected=expected)


@_BOOK.rule(
    "HL7-DOC-011",
    ("TXA-12 est le numéro unique du document.", "TXA-12 is the unique number of the document."),
    ("Écrire l'OID de l'id du document clinique.", "Write the OID of the clinical document's id."),
    at="TXA-12",
)
def _number(message: Message) -> Iterator[Hit]:
    for header in message.all("TXA"):
        if not header.filled(12):
            yield header.hit(12)


@_BOOK.rule(
    "HL7-DOC-012",
    (
        "TXA-12 et TXA-13 n'ont pas de deuxième composante.",
        "TXA-12 and TXA-13 have no second component.",
    ),
    (
        "Écrire l'OID seul ; avec une extension, extension^^racine^ISO.",
        "Write the OID alone; with an extension, extension^^root^ISO.",
    ),
    at="TXA-12, TXA-13",
    severity="warning",
)
def _facility(message: Message) -> Iterator[Hit]:
    for header in message.all("TXA"):
        for number in (12, 13):
            if header.get(number, 2):
                yield header.hit(number, 2)


@_BOOK.rule(
    "HL7-DOC-013",
    (
        "Un MDM porte un document ; un ORU un ou deux, chacun avec son identifiant.",
        "An MDM carries one document; an ORU one or two, each with its own identifier.",
    ),
    ("Envoyer un message par document.", "Send one message a document."),
    at="OBX",
)
def _many(message: Message) -> Iterator[Hit]:
    most = 2 if message.type == "ORU" else 1
    for carried in message.documents[most:]:
        yield carried.obx.hit(found=str(len(message.documents)), expected=f"≤ {most}")
    documents = [carried.document for carried in message.documents]
    first = documents[0] if documents else None
    for carried, document in zip(message.documents[1:], documents[1:], strict=True):
        if first is not None and document is not None and document.id == first.id:
            yield carried.obx.hit(5, 5, found=document.id.root)


@_BOOK.rule(
    "HL7-DOC-014",
    ("OBX-1 compte les OBX du message, de 1 en 1.", "OBX-1 counts the OBX of the message, one by one."),
    ("Numéroter de 1 à n sur tout le message.", "Number from 1 to n over the whole message."),
    at="OBX-1",
)
def _sequence(message: Message) -> Iterator[Hit]:
    for rank, observation in enumerate(message.observations, 1):
        if observation.obx[1] != str(rank):
            yield observation.obx.hit(1, expected=str(rank))


@_BOOK.rule(
    "HL7-DOC-015",
    ("Le corps d'un courriel est du base64 strict.", "The body of a mail is strict base64."),
    ("Coder le texte entier en base64, complété par des =.", "Encode the whole text in base64, padded with =."),
    at="CORPSMAIL_PS, CORPSMAIL_PATIENT",
)
def _bodies(message: Message) -> Iterator[Hit]:
    for observation in message.observations:
        text = observation.obx.get(5, 5)
        if observation.code in names.MAIL_BODIES and strict_base64(text) is None:
            yield observation.obx.hit(5, 5, found=_shown(text))


@_BOOK.rule(
    "HL7-DOC-016",
    ("ORC-1 dit la demande : NW, RO ou CA.", "ORC-1 tells the request: NW, RO or CA."),
    ("Écrire NW, RO ou CA.", "Write NW, RO or CA."),
    at="ORC-1",
)
def _control(message: Message) -> Iterator[Hit]:
    for order in message.all("ORC") if not message.old else ():
        if order.get(1) not in ("NW", "RO", "CA"):
            yield order.hit(1, expected="NW RO CA")


_OID: Final = re.compile(r"[0-2](?:\.(?:0|[1-9]\d*))+")


@_BOOK.rule(
    "HL7-DOC-017",
    (
        "Le numéro d'un document destiné au DMP est un OID seul, d'au plus 64 caractères.",
        "The number of a document bound for the DMP is an OID alone, of at most 64 characters.",
    ),
    ("Donner au document un id sans extension, qui soit un OID.", "Give the document an id without extension, an OID."),
    at="TXA-12",
)
def _for_dmp(message: Message) -> Iterator[Hit]:
    if message.says(names.TO_DMP) != "Y" or message.old:
        return
    for header in message.all("TXA"):
        value = header.get(12)
        if value and (not _OID.fullmatch(value) or len(value) > 64 or header.get(12, 3)):
            yield header.hit(12, found=header[12])


RULES = _BOOK.rules
