"""MSH: who speaks to whom, what the message is, in which version and profile."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from banc_standards.hl7v2 import names
from banc_standards.hl7v2.charsets import LATIN_1, LATIN_9, UTF_8, codec
from banc_standards.hl7v2.message import Message
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit

_BOOK = RuleBook("CI-SIS, volet Transmission de documents CDA-R2 en HL7 v2 (2.1) ; PAM France 2.11")

_TIME: Final = re.compile(r"\d{4}(?:\d\d(?:\d\d(?:\d\d(?:\d\d(?:\d\d(?:\.\d{1,4})?)?)?)?)?)?(?:[+-]\d{4})?")


def is_time(text: str) -> bool:
    """A time stamp of HL7 v2, year at least, zone allowed, whose month, day and hours exist."""
    if not _TIME.fullmatch(text):
        return False
    digits = re.match(r"\d+", text)
    pairs = digits[0][4:] if digits else ""
    values = [int(pairs[at : at + 2]) for at in range(0, len(pairs), 2)]
    low, high = (1, 1, 0, 0, 0), (12, 31, 23, 59, 60)
    return all(least <= value <= most for value, least, most in zip(values, low, high, strict=False))


@_BOOK.rule(
    "HL7-MSH-001",
    (
        "MSH-3 à MSH-6 nomment les applications et les structures émettrices et réceptrices.",
        "MSH-3 to MSH-6 name the sending and receiving applications and facilities.",
    ),
    ("Remplir les quatre champs.", "Fill in the four fields."),
    at="MSH-3 à MSH-6",
)
def _parties(message: Message) -> Iterator[Hit]:
    for number in (3, 4, 5, 6):
        if not message.header.filled(number):
            yield message.header.hit(number)


@_BOOK.rule(
    "HL7-MSH-002",
    ("MSH-7 est la date et l'heure du message.", "MSH-7 is the date and time of the message."),
    ("Écrire AAAAMMJJhhmm, secondes et fuseau permis.", "Write YYYYMMDDhhmm, seconds and zone allowed."),
    at="MSH-7",
)
def _written(message: Message) -> Iterator[Hit]:
    value = message.header.get(7)
    if not is_time(value) or len(value) < 8:
        yield message.header.hit(7, expected="AAAAMMJJhhmm")


@_BOOK.rule(
    "HL7-MSH-003",
    (
        "MSH-9 porte trois composantes : type, événement, structure.",
        "MSH-9 has three components: type, event, structure.",
    ),
    (
        "Écrire les trois, par exemple ORU^R01^ORU_R01 ou ACK^T02^ACK.",
        "Write all three, for instance ORU^R01^ORU_R01 or ACK^T02^ACK.",
    ),
    at="MSH-9",
)
def _triple(message: Message) -> Iterator[Hit]:
    for part in (1, 2, 3):
        if not message.header.get(9, part):
            yield message.header.hit(9, part, found=message.header[9])
            return


_TRIPLES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "ORU": {"R01": ("ORU_R01",)},
    "MDM": dict.fromkeys(("T02", "T04", "T10"), ("MDM_T02",)),
    "ZAM": dict.fromkeys(("Z01", "Z02", "Z03"), ("ZAM_Z01",)),
    "ADT": names.STRUCTURES,
    "ORM": {"O01": ("ORM_O01",)},
    "OMI": {"O23": ("OMI_O23",)},
    "OML": {event: (f"OML_{event}",) for event in ("O21", "O33", "O35", "O39")},
    "ORL": {event: (f"ORL_{event}",) for event in ("O22", "O34", "O36", "O40")},
    "OMG": {"O19": ("OMG_O19",)},
    "ORG": {"O20": ("ORG_O20",)},
    "ORR": {"O02": ("ORR_O02",)},
    "OUL": {event: (f"OUL_{event}",) for event in ("R22", "R23", "R24")},
}
"""The triggers that the texts know, by type of message."""


@_BOOK.rule(
    "HL7-MSH-004",
    (
        "MSH-9 est un message que le volet connaît : événement et structure vont ensemble.",
        "MSH-9 is a message that the volet knows: event and structure belong together.",
    ),
    (
        "Employer l'événement prévu (R01 ; T02, T04, T10 ; Z01 à Z03 ; A01…) avec sa structure.",
        "Use an event that is foreseen (R01; T02, T04, T10; Z01 to Z03; A01…) with its structure.",
    ),
    at="MSH-9",
)
def _trigger(message: Message) -> Iterator[Hit]:
    kind, event, structure = message.type, message.event, message.structure
    header = message.header
    if kind == "ACK":
        if structure and structure != "ACK":
            yield header.hit(9, 3, expected="ACK")
        return
    known = _TRIPLES.get(kind)
    if kind and known is None and kind not in _OTHER_TYPES:
        yield header.hit(9, 1, expected=" ".join(("ACK", *_TRIPLES)))
    elif known is not None and event == "A08":
        return  # told by HL7-PAM-001
    elif known is not None and event and event not in known:
        yield header.hit(9, 2, expected=" ".join(known))
    elif known is not None and structure and event and structure not in known[event]:
        yield header.hit(9, 3, expected=" ".join(known[event]))


_TYPES: Final = """
BAR BPS BRP BRT BTS CRM CSU DFT EAC EAN EAR ESR ESU INR INU LSR LSU MFK MFN MFQ MFR NMD NMQ NMR OMB OMD OMN OMP OMS
OPL OPR OPU OSQ OSR PEX PGL PMU PPG PPP PPR PPT PPV PRR PTR QBP QCK QCN QRY QSB QSX QVR RAR RAS RCI RCL RDE RDR RDS
RDY REF RER RGR RGV ROR RPA RPI RPL RPR RQA RQC RQI RQP RRA RRD RRE RRG RRI RSP RTB SIU SRM SRR SSR SSU STC SUR TBR
TCR TCU VXQ VXR VXU VXX
"""
_OTHER_TYPES: Final = frozenset(_TYPES.split())
"""Other types of table 0076: messages of HL7 that no French text here is about."""


@_BOOK.rule(
    "HL7-MSH-015",
    (
        "Le type du message est de ceux que les volets français emploient.",
        "The type of the message is one that the French texts use.",
    ),
    (
        "Rien si le message est d'un autre usage : seuls l'en-tête, le patient et la venue en sont jugés.",
        "Nothing when the message serves another use: only its header, patient and visit are judged.",
    ),
    at="MSH-9",
    severity="warning",
    certainty="deduced",
)
def _other_use(message: Message) -> Iterator[Hit]:
    if message.type in _OTHER_TYPES - _TRIPLES.keys():
        yield message.header.hit(9, 1, expected=" ".join(("ACK", *_TRIPLES)))


@_BOOK.rule(
    "HL7-MSH-005",
    ("MSH-10 identifie le message.", "MSH-10 identifies the message."),
    ("Donner à chaque message un identifiant nouveau.", "Give each message an identifier of its own."),
    at="MSH-10",
)
def _identified(message: Message) -> Iterator[Hit]:
    if not message.control_id:
        yield message.header.hit(10)


@_BOOK.rule(
    "HL7-MSH-007",
    (
        "MSH-11 est P (production), T (test) ou D (mise au point).",
        "MSH-11 is P (production), T (test) or D (debugging).",
    ),
    ("Écrire P, T ou D.", "Write P, T or D."),
    at="MSH-11",
)
def _processing(message: Message) -> Iterator[Hit]:
    if message.header.get(11) not in ("P", "T", "D"):
        yield message.header.hit(11, expected="P T D")


def _versions(message: Message) -> tuple[str, ...]:
    """The versions of HL7 that the text of a message allows."""
    if message.volet == "cda":
        return ("2.5",) if message.type == "ORU" else ("2.6",)
    if message.volet == "pam":
        return ("2.5",)
    if message.volet == "tlr":
        return ("2.5.1",)
    if message.volet in ("lps", "zam"):
        return ("2.6",)
    if message.volet == "ack":
        return _ACK_VERSIONS.get(message.event[:1], ()) if message.event != "R01" else ("2.5", "2.5.1")
    return ("2.5", "2.5.1")


_ACK_VERSIONS: Final = {"T": ("2.6",), "Z": ("2.6",), "A": ("2.5",), "O": ("2.5", "2.5.1")}


@_BOOK.rule(
    "HL7-MSH-008",
    (
        "MSH-12 est la version que le volet prend : 2.5 (ORU, ADT), 2.6 (MDM, ZAM), 2.5.1 (téléradiologie).",
        "MSH-12 is the version that the volet takes: 2.5 (ORU, ADT), 2.6 (MDM, ZAM), 2.5.1 (tele-radiology).",
    ),
    ("Écrire cette version en première composante.", "Write that version as the first component."),
    at="MSH-12",
)
def _version(message: Message) -> Iterator[Hit]:
    allowed = _versions(message)
    if (message.header.get(12) not in allowed if allowed else not message.header.get(12)) and (
        message.volet != "other" or not message.header.get(12)
    ):
        yield message.header.hit(12, 1, expected=" ".join(allowed))


@_BOOK.rule(
    "HL7-MSH-009",
    ("MSH-17 est FRA.", "MSH-17 is FRA."),
    ("Écrire FRA.", "Write FRA."),
    at="MSH-17",
)
def _country(message: Message) -> Iterator[Hit]:
    if message.header.get(17) != "FRA":
        yield message.header.hit(17, expected="FRA")


@_BOOK.rule(
    "HL7-MSH-010",
    (
        "MSH-18 déclare le jeu de caractères : UNICODE UTF-8 ou 8859/15 (8859/1 encore permis à PAM).",
        "MSH-18 declares the character set: UNICODE UTF-8 or 8859/15 (PAM still allows 8859/1).",
    ),
    ("Écrire UNICODE UTF-8.", "Write UNICODE UTF-8."),
    at="MSH-18",
)
def _charset(message: Message) -> Iterator[Hit]:
    allowed = [UTF_8, LATIN_9]
    if message.volet in ("pam", "orders", "results", "other") or (message.volet == "ack" and message.event[:1] in "AO"):
        allowed.append(LATIN_1)
    if message.charset not in allowed:
        known = "" if not message.charset or codec(message.charset) else " ?"
        yield message.header.hit(18, found=message.header[18] + known, expected=", ".join(allowed))


_PROFILES: Final = {
    "cda": (names.CDA_PROFILE, "2.1"),
    "zam": (names.CDA_PROFILE, "2.1"),
    "lps": (names.LPS_PROFILE, "1.1"),
    "tlr": (names.TLR_PROFILE, "1.0"),
    "pam": (names.PAM_PROFILE, "2.11"),
}
_OLDER: Final = {names.CDA_PROFILE: ("1.2", "2.0"), names.LPS_PROFILE: ("1.0",)}


@_BOOK.rule(
    "HL7-MSH-011",
    (
        "MSH-21 dit le profil et sa version : 2.1^CISIS_CDA_HL7_V2, 1.1^CISIS_CDA_HL7_LPS…",
        "MSH-21 tells the profile and its version: 2.1^CISIS_CDA_HL7_V2, 1.1^CISIS_CDA_HL7_LPS…",
    ),
    (
        "Écrire la version puis le nom du profil, séparés par ^.",
        "Write the version, then the name of the profile, with ^ between them.",
    ),
    at="MSH-21",
)
def _profile(message: Message) -> Iterator[Hit]:
    known = _PROFILES.get(message.volet)
    if known is None or message.volet == "pam" or message.old:
        return
    version, namespace = message.profile
    if namespace != known[0] or version not in (known[1], *_OLDER.get(namespace, ())):
        yield message.header.hit(21, expected=f"{known[1]}^{known[0]}")


@_BOOK.rule(
    "HL7-MSH-012",
    ("MSH-21 ne porte pas de blanc autour de ses composantes.", "MSH-21 has no blank around its components."),
    ("Retirer le blanc avant le nom du profil.", "Remove the blank before the name of the profile."),
    at="MSH-21",
    severity="warning",
    certainty="deduced",
)
def _blank(message: Message) -> Iterator[Hit]:
    for part in (1, 2):
        value = message.header.get(21, part)
        if value != value.strip():
            yield message.header.hit(21, part)


@_BOOK.rule(
    "HL7-MSH-013",
    (
        "Le message suit la version en vigueur de son volet (2.1 ; 1.1 vers le logiciel local).",
        "The message follows the present version of its volet (2.1; 1.1 towards the local software).",
    ),
    (
        "Passer à la version en vigueur ; celle-ci n'est jugée que sur ce que les versions ont en commun.",
        "Move to the present version; this one is judged only by what the versions share.",
    ),
    at="MSH-21",
    severity="info",
    certainty="deduced",
)
def _older(message: Message) -> Iterator[Hit]:
    if message.old:
        yield message.header.hit(21)


@_BOOK.rule(
    "HL7-MSH-014",
    (
        "En PAM France, MSH-12 porte FRA puis la version nationale, et MSH-21 le profil.",
        "In PAM France, MSH-12 holds FRA then the national version, and MSH-21 the profile.",
    ),
    (
        "Écrire MSH-12 2.5^FRA^2.11 et MSH-21 2.11^IHE_FRANCE-2.11-PAM.",
        "Write MSH-12 2.5^FRA^2.11 and MSH-21 2.11^IHE_FRANCE-2.11-PAM.",
    ),
    at="MSH-12, MSH-21",
    severity="warning",
)
def _pam_profile(message: Message) -> Iterator[Hit]:
    if message.volet != "pam":
        return
    header = message.header
    if header.get(12, 2) != "FRA" or not header.get(12, 3):
        yield header.hit(12, expected="2.5^FRA^2.11")
    if not message.profile[1].startswith(names.PAM_FAMILY):
        yield header.hit(21, expected="2.11^IHE_FRANCE-2.11-PAM")


@_BOOK.rule(
    "HL7-EVN-001",
    ("EVN-2 est la date de l'événement.", "EVN-2 is the date of the event."),
    ("Écrire AAAAMMJJhhmmss.", "Write YYYYMMDDhhmmss."),
    at="EVN-2",
)
def _event(message: Message) -> Iterator[Hit]:
    for event in message.all("EVN"):
        if not is_time(event.get(2)):
            yield event.hit(2, expected="AAAAMMJJhhmmss")


RULES = _BOOK.rules
