"""Orders and results: tele-radiology, and the little that France asks of those of IHE."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from banc_standards.hl7v2.message import Message
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit

_TLR = RuleBook("CI-SIS, volet Demande d'examen d'imagerie en téléradiologie en HL7 v2 (1.0, projet)")
_LAB = RuleBook("IHE LAB (LAB-1, LAB-3) ; HL7 v2.5, chapitres 4 et 7")

_CONTROLS: Final = {"ORM": ("NW", "CA"), "ORU": ("OK", "OC"), "OMI": ("SR",)}


@_TLR.rule(
    "HL7-TLR-001",
    (
        "ORC-1 dit l'échange : NW ou CA (demande), OK ou OC (réponse), SR (complément).",
        "ORC-1 tells the exchange: NW or CA (order), OK or OC (answer), SR (complement).",
    ),
    ("Écrire le code du flux.", "Write the code of the flow."),
    at="ORC-1",
)
def _control(message: Message) -> Iterator[Hit]:
    known = _CONTROLS.get(message.type, ())
    for order in message.all("ORC") if known else ():
        if order.get(1) not in known:
            yield order.hit(1, expected=" ".join(known))


@_TLR.rule(
    "HL7-TLR-002",
    (
        "ORC-2 est le numéro de la demande, le même en OBR-2.",
        "ORC-2 is the number of the order, the same in OBR-2.",
    ),
    ("Écrire le même numéro dans ORC et OBR.", "Write the same number in ORC and OBR."),
    at="ORC-2, OBR-2",
    severity="warning",
    certainty="deduced",
)
def _number(message: Message) -> Iterator[Hit]:
    order, request = message.first("ORC"), message.first("OBR")
    if order is not None and not order.get(2):
        yield order.hit(2)
    elif order is not None and request is not None and request.filled(2) and request[2] != order[2]:
        yield request.hit(2, expected=order[2])


@_LAB.rule(
    "HL7-ORD-001",
    ("Une demande a un ORC, et ORC-1 dit ce qui est demandé.", "An order has an ORC, and ORC-1 tells what is asked."),
    ("Écrire NW, CA, SC, SN, NA…", "Write NW, CA, SC, SN, NA…"),
    at="ORC-1",
)
def _asked(message: Message) -> Iterator[Hit]:
    if message.type in ("ORM", "OML", "OMG", "OMI") and message.first("ORC") is None:
        yield message.segments[-1].hit(found="", expected="ORC")
    for order in message.all("ORC"):
        if not order.get(1):
            yield order.hit(1)


@_LAB.rule(
    "HL7-ORD-002",
    (
        "OBX-11 est un statut de résultat (table 0085), OBR-25 un statut de compte rendu (table 0123).",
        "OBX-11 is a result status (table 0085), OBR-25 a report status (table 0123).",
    ),
    ("Écrire P, F, C ou X.", "Write P, F, C or X."),
    at="OBX-11, OBR-25",
)
def _status(message: Message) -> Iterator[Hit]:
    for obx in message.all("OBX"):
        if obx.get(11) not in _RESULTS:
            yield obx.hit(11, expected=" ".join(sorted(_RESULTS)))
    for request in message.all("OBR"):
        if request.filled(25) and request.get(25) not in _REPORTS:
            yield request.hit(25, expected=" ".join(sorted(_REPORTS)))


_RESULTS: Final = frozenset(["C", "D", "F", "I", "N", "O", "P", "R", "S", "U", "W", "X"])
_REPORTS: Final = frozenset(["O", "I", "S", "A", "P", "C", "R", "F", "X", "Y", "Z"])


@_LAB.rule(
    "HL7-ORD-003",
    (
        "Un résultat et un examen sont codés : OBX-3 et OBR-4, avec leur système.",
        "A result and a test are coded: OBX-3 and OBR-4, with their system.",
    ),
    ("Écrire code^libellé^LN pour un code LOINC.", "Write code^label^LN for a LOINC code."),
    at="OBX-3, OBR-4",
    severity="warning",
)
def _coded(message: Message) -> Iterator[Hit]:
    for name, number in (("OBR", 4), ("OBX", 3)):
        for segment in message.all(name):
            if not segment.get(number):
                yield segment.hit(number)
            elif not segment.get(number, 3):
                yield segment.hit(number, 3)


TLR_RULES = _TLR.rules
RULES = _LAB.rules
