"""Acknowledgements: technical (ACK, with its request when the capture has it) and business (ZAM)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from banc_standards.hl7v2 import names
from banc_standards.hl7v2.er7 import Segment
from banc_standards.hl7v2.message import Message
from banc_standards.hl7v2.read import Capture
from banc_standards.mail.addresses import well_formed
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit

_ACK = RuleBook("CI-SIS, Transmission de documents CDA-R2 en HL7 v2 (2.1), acquittement technique ; HL7 v2.5 §2.14")
_ZAM = RuleBook("CI-SIS, Transmission de documents CDA-R2 en HL7 v2 (2.1), accusés métier ZAM")
_CAPTURE = RuleBook("CI-SIS, Transmission de documents CDA-R2 en HL7 v2 (2.1), acquittement technique ; HL7 v2.5 §2.9")

ERRORS: Final = frozenset(
    ["0", "100", "101", "102", "103", "198", "199", "200", "201", "202", "203", "204", "205", "206", "207"]
)
"""Table 0357."""


@_ACK.rule(
    "HL7-ACK-001",
    (
        "MSA-1 est AA (pris en charge), AE (erreur) ou AR (rejet).",
        "MSA-1 is AA (taken in charge), AE (error) or AR (reject).",
    ),
    (
        "Écrire AA, AE ou AR ; le mode étendu (CA…) n'est pas prévu.",
        "Write AA, AE or AR; enhanced mode (CA…) is not used.",
    ),
    at="MSA-1",
)
def _code(message: Message) -> Iterator[Hit]:
    for answer in message.all("MSA"):
        if answer.get(1) not in ("AA", "AE", "AR"):
            yield answer.hit(1, expected="AA AE AR")


@_ACK.rule(
    "HL7-ACK-002",
    ("MSA-2 est le MSH-10 du message acquitté.", "MSA-2 is the MSH-10 of the message acknowledged."),
    ("Le recopier.", "Copy it."),
    at="MSA-2",
)
def _request(message: Message) -> Iterator[Hit]:
    for answer in message.all("MSA"):
        if not answer.get(2):
            yield answer.hit(2)


@_ACK.rule(
    "HL7-ACK-003",
    ("Un acquittement AE ou AR porte un segment ERR.", "An acknowledgement AE or AR has an ERR segment."),
    ("Ajouter ERR||…|code^texte^messageErrorCondition|E.", "Add ERR||…|code^text^messageErrorCondition|E."),
    at="ERR",
)
def _explained(message: Message) -> Iterator[Hit]:
    for answer in message.all("MSA"):
        if answer.get(1) in ("AE", "AR") and message.first("ERR") is None:
            yield answer.hit(1, expected="ERR")


@_ACK.rule(
    "HL7-ACK-004",
    (
        "ERR-3 est un code de la table 0357 (101 champ requis manquant, 103 valeur de table, 207 erreur applicative…).",
        "ERR-3 is a code of table 0357 (101 required field missing, 103 table value, 207 application error…).",
    ),
    ("Écrire code^texte^messageErrorCondition.", "Write code^text^messageErrorCondition."),
    at="ERR-3",
)
def _error(message: Message) -> Iterator[Hit]:
    for error in message.all("ERR"):
        if error.get(3) not in ERRORS:
            yield error.hit(3, 1, expected=" ".join(sorted(ERRORS, key=int)))


@_ACK.rule(
    "HL7-ACK-005",
    ("ERR-4 est la gravité : E, F, I ou W.", "ERR-4 is the severity: E, F, I or W."),
    ("Écrire E pour une erreur.", "Write E for an error."),
    at="ERR-4",
)
def _severity(message: Message) -> Iterator[Hit]:
    for error in message.all("ERR"):
        if error.get(4) not in ("E", "F", "I", "W"):
            yield error.hit(4, expected="E F I W")


@_ACK.rule(
    "HL7-ACK-006",
    (
        "Un acquittement AA n'a pas d'erreur, et un ACK ne porte pas MSH-21.",
        "An acknowledgement AA has no error, and an ACK has no MSH-21.",
    ),
    ("Retirer ERR, ou répondre AE ; vider MSH-21.", "Remove ERR, or answer AE; empty MSH-21."),
    at="ERR, MSH-21",
    severity="warning",
)
def _extra(message: Message) -> Iterator[Hit]:
    answer = message.first("MSA")
    if answer is not None and answer.get(1) == "AA":
        for error in message.all("ERR"):
            if error.get(4) in ("E", "F"):
                yield error.hit(4)
    if message.header.filled(21):
        yield message.header.hit(21, expected="(vide)")


@_CAPTURE.rule(
    "HL7-ACK-007",
    (
        "Un acquittement répond au message : MSH-3 à MSH-6 échangés, MSH-11 et MSH-12 repris, même événement.",
        "An acknowledgement answers the message: MSH-3 to MSH-6 swapped, MSH-11 and MSH-12 copied, same event.",
    ),
    (
        "Construire l'en-tête de la réponse d'après celui de la demande.",
        "Build the answer's header from the request.",
    ),
    at="MSH",
)
def _answers(capture: Capture) -> Iterator[Hit]:
    requests = {message.control_id: message for message in capture.messages if message.volet != "ack"}
    for message in capture.messages:
        answer = message.first("MSA")
        request = requests.get(answer.get(2)) if answer is not None else None
        if request is None:
            continue
        mine, theirs = message.header, request.header
        for number, other in ((3, 5), (4, 6), (5, 3), (6, 4), (11, 11), (12, 12)):
            if mine.get(number) != theirs.get(other):
                yield mine.hit(number, expected=theirs[other])
        if message.event != request.event:
            yield mine.hit(9, 2, expected=request.event)


@_CAPTURE.rule(
    "HL7-MSH-006",
    (
        "Deux messages différents d'une même application n'ont pas le même MSH-10.",
        "Two different messages of one application do not have the same MSH-10.",
    ),
    (
        "Donner un identifiant nouveau à chaque message ; seul un renvoi à l'identique garde le sien.",
        "Give each message a new identifier; only an identical resend keeps its own.",
    ),
    at="MSH-10",
)
def _unique(capture: Capture) -> Iterator[Hit]:
    seen: dict[tuple[str, str, str], tuple[str, ...]] = {}
    for message in capture.messages if len(capture.messages) > 1 else ():
        key = (message.header[3], message.header[4], message.control_id)
        content = tuple(segment.text for segment in message.segments)
        if key[2] and seen.setdefault(key, content) != content:
            yield message.header.hit(10)


_EVENTS: Final = {
    "Z01": ("ACK_RECEPTION_DMP", ""),
    "Z02": ("ACK_RECEPTION_MSS", "DESTINATAIRE_MSS"),
    "Z03": ("ACK_LECTURE_MSS", "LECTEUR_MSS"),
}
_SYSTEMS: Final = {
    "Z01": ("DMP_ERROR_CODE", "DMPERRORCODE"),
    "Z02": ("SMTPERRORCODE",),
    "Z03": ("applicationErrorCondition", "applicationErrorCode"),
}
_SMTP_CODES: Final = """
101 111 251 252 420 421 422 431 432 441 442 450 451 452 500 501 502 503 504 510 512 513 523 530 541 550 551 552 553 554
"""
_SMTP: Final = frozenset(_SMTP_CODES.split())
_APPLICATION: Final = frozenset(["900", "901", "902", "903", "904", "905", "906"])


def _first(message: Message) -> Segment | None:
    return message.first("OBX")


def _second(message: Message) -> Segment | None:
    found = message.all("OBX")
    return found[1] if len(found) > 1 else None


@_ZAM.rule(
    "HL7-ZAM-001",
    (
        "Le premier OBX dit l'accusé : ACK_RECEPTION_DMP (Z01), ACK_RECEPTION_MSS (Z02), ACK_LECTURE_MSS (Z03), "
        "type CWE, F.",
        "The first OBX tells the acknowledgement: ACK_RECEPTION_DMP (Z01), ACK_RECEPTION_MSS (Z02), ACK_LECTURE_MSS "
        "(Z03), type CWE, F.",
    ),
    ("Écrire le code de l'événement.", "Write the code of the event."),
    at="OBX[1]-2, -3, -11",
)
def _kind(message: Message) -> Iterator[Hit]:
    obx, known = _first(message), _EVENTS.get(message.event)
    if obx is None or known is None:
        return
    if obx.get(3) != known[0]:
        yield obx.hit(3, 1, expected=known[0])
    if obx[2] != "CWE":
        yield obx.hit(2, expected="CWE")
    if obx[11] != "F":
        yield obx.hit(11, expected="F")
    if obx[1] != "1":
        yield obx.hit(1, expected="1")


@_ZAM.rule(
    "HL7-ZAM-002",
    (
        "OBX-4 est le MSH-10 de l'ORU ou du MDM dont on rend compte.",
        "OBX-4 is the MSH-10 of the ORU or MDM that is reported on.",
    ),
    ("Le recopier.", "Copy it."),
    at="OBX[1]-4",
)
def _about(message: Message) -> Iterator[Hit]:
    obx = _first(message)
    if obx is not None and not obx.get(4):
        yield obx.hit(4)


@_ZAM.rule(
    "HL7-ZAM-003",
    (
        "L'issue est Y (succès) ou N (erreur), de la table expandedYes-NoIndicator.",
        "The outcome is Y (success) or N (error), of table expandedYes-NoIndicator.",
    ),
    ("Écrire Y^^expandedYes-NoIndicator.", "Write Y^^expandedYes-NoIndicator."),
    at="OBX[1]-5",
)
def _outcome(message: Message) -> Iterator[Hit]:
    obx = _first(message)
    if obx is None:
        return
    if obx.get(5) not in ("Y", "N"):
        yield obx.hit(5, 1, expected="Y N")
    elif not obx.get(5, 3):
        yield obx.hit(5, 3, expected=names.YES_NO_TABLE)


@_ZAM.rule(
    "HL7-ZAM-004",
    (
        "Un accusé de messagerie dit pour quel destinataire : second OBX de type XTN, adresse en OBX-5.4.",
        "A mail acknowledgement tells for which recipient: second OBX of type XTN, address in OBX-5.4.",
    ),
    (
        "Écrire OBX|2|XTN|DESTINATAIRE_MSS^…^AckMetierZAM||^^X.400^adresse||||||F, un ZAM par destinataire.",
        "Write OBX|2|XTN|DESTINATAIRE_MSS^…^AckMetierZAM||^^X.400^address||||||F, one ZAM a recipient.",
    ),
    at="OBX[2]",
)
def _recipient(message: Message) -> Iterator[Hit]:
    known = _EVENTS.get(message.event)
    if known is None:
        return
    obx = _second(message)
    if not known[1]:
        if obx is not None:
            yield obx.hit(3, 1, expected="")
        return
    if obx is None:
        yield message.segments[-1].hit(found="", expected=known[1])
        return
    if obx.get(3) != known[1]:
        yield obx.hit(3, 1, expected=known[1])
    if obx[2] != "XTN":
        yield obx.hit(2, expected="XTN")
    if obx.get(5, 3) != "X.400":
        yield obx.hit(5, 3, expected="X.400")
    if not well_formed(obx.get(5, 4).strip()):
        yield obx.hit(5, 4)
    for number, expected in ((1, "2"), (11, "F")):
        if obx[number] != expected:
            yield obx.hit(number, expected=expected)


@_ZAM.rule(
    "HL7-ZAM-005",
    (
        "Un ERR accompagne une issue N, et elle seule.",
        "An ERR comes with an outcome N, and with no other.",
    ),
    ("Ajouter ERR à un échec, le retirer d'un succès.", "Add ERR to a failure, remove it from a success."),
    at="ERR",
)
def _failure(message: Message) -> Iterator[Hit]:
    obx, error = _first(message), message.first("ERR")
    if obx is None:
        return
    if obx.get(5) == "N" and error is None:
        yield obx.hit(5, 1, expected="ERR")
    if obx.get(5) == "Y" and error is not None:
        yield error.hit(found="ERR")


@_ZAM.rule(
    "HL7-ZAM-006",
    (
        "ERR-3 est 207, de la table messageErrorCondition, ERR-4 la gravité.",
        "ERR-3 is 207, of table messageErrorCondition, ERR-4 the severity.",
    ),
    ("Écrire 207^Application error^messageErrorCondition|E.", "Write 207^Application error^messageErrorCondition|E."),
    at="ERR-3, ERR-4",
)
def _condition(message: Message) -> Iterator[Hit]:
    for error in message.all("ERR"):
        if error.get(3) != "207":
            yield error.hit(3, 1, expected="207")
        if error.get(3, 3) != "messageErrorCondition":
            yield error.hit(3, 3, expected="messageErrorCondition")
        if error.get(4) not in ("E", "F", "I", "W"):
            yield error.hit(4, expected="E F I W")


@_ZAM.rule(
    "HL7-ZAM-007",
    (
        "ERR-5 dit la cause dans le système de l'événement : DMP_ERROR_CODE, SMTPERRORCODE, applicationErrorCondition.",
        "ERR-5 tells the cause in the event's system: DMP_ERROR_CODE, SMTPERRORCODE, applicationErrorCondition.",
    ),
    ("Écrire code^libellé^système.", "Write code^label^system."),
    at="ERR-5",
)
def _cause(message: Message) -> Iterator[Hit]:
    systems = _SYSTEMS.get(message.event, ())
    for error in message.all("ERR") if systems else ():
        if not error.get(5):
            yield error.hit(5, 1)
        elif error.get(5, 3) not in systems:
            yield error.hit(5, 3, expected=systems[0])


@_ZAM.rule(
    "HL7-ZAM-008",
    (
        "Le code de cause est de la liste du volet : SMTP (Z02), 900 à 906 (Z03).",
        "The cause code is of the volet's list: SMTP (Z02), 900 to 906 (Z03).",
    ),
    ("Prendre le code de la liste.", "Take the code from the list."),
    at="ERR-5.1",
    severity="warning",
)
def _cause_code(message: Message) -> Iterator[Hit]:
    known = {"Z02": _SMTP, "Z03": _APPLICATION}.get(message.event)
    for error in message.all("ERR") if known else ():
        if known is not None and error.get(5) and error.get(5) not in known:
            yield error.hit(5, 1, expected=" ".join(sorted(known)))


@_ZAM.rule(
    "HL7-ZAM-009",
    (
        "Le système des accusés s'écrit AckMetierZAM, sans accent.",
        "The system of the acknowledgements is written AckMetierZAM, without accent.",
    ),
    ("Écrire AckMetierZAM en OBX-3.3.", "Write AckMetierZAM in OBX-3.3."),
    at="OBX-3.3",
    severity="warning",
)
def _table(message: Message) -> Iterator[Hit]:
    for obx in message.all("OBX"):
        if obx.get(3, 3) != names.ACK_TABLE:
            yield obx.hit(3, 3, expected=names.ACK_TABLE)


RULES = _ACK.rules
ZAM_RULES = _ZAM.rules
CAPTURE_RULES = _CAPTURE.rules
