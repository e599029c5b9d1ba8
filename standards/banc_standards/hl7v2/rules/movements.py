"""PAM France: identities, movements, and the patient's choices for the DMP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from banc_standards.hl7v2 import names
from banc_standards.hl7v2.message import Message
from banc_standards.hl7v2.rules.header import is_time
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit

_BOOK = RuleBook("PAM France (IHE ITI TF-4, ITI-30 et ITI-31, 2.11)")


@_BOOK.rule(
    "HL7-PAM-001",
    (
        "A08 n'est pas employé en France : les traits passent par A31, un mouvement par Z99.",
        "A08 is not used in France: traits go by A31, a movement by Z99.",
    ),
    ("Envoyer A31 (identité) ou Z99 (mouvement).", "Send A31 (identity) or Z99 (movement)."),
    at="MSH-9.2",
)
def _update(message: Message) -> Iterator[Hit]:
    if message.event == "A08":
        yield message.header.hit(9, 2, expected="A31 Z99")


@_BOOK.rule(
    "HL7-PAM-002",
    (
        "Un mouvement (ITI-31) porte un ZBE ; une identité (ITI-30) n'en porte pas.",
        "A movement (ITI-31) has a ZBE; an identity (ITI-30) has none.",
    ),
    ("Ajouter ZBE après PV1 et PV2, ou le retirer d'une identité.", "Add ZBE after PV1 and PV2, or remove it."),
    at="ZBE",
)
def _movement(message: Message) -> Iterator[Hit]:
    found = message.first("ZBE")
    if message.event in names.MOVEMENTS and found is None:
        yield message.segments[-1].hit(found="", expected="ZBE")
    if message.event in names.IDENTITY_EVENTS and found is not None:
        yield found.hit(found="ZBE")


@_BOOK.rule(
    "HL7-PAM-003",
    (
        "ZBE-1 identifie le mouvement (avec son autorité), ZBE-2 dit quand il commence, ZBE-5 s'il est historique.",
        "ZBE-1 identifies the movement (with its authority), ZBE-2 tells when it starts, ZBE-5 whether it is historic.",
    ),
    ("Écrire identifiant^autorité|AAAAMMJJhhmmss||…|N.", "Write identifier^authority|YYYYMMDDhhmmss||…|N."),
    at="ZBE-1, ZBE-2, ZBE-5",
)
def _moved(message: Message) -> Iterator[Hit]:
    for movement in message.all("ZBE"):
        if not movement.get(1) or not (movement.get(1, 2) or (movement.get(1, 3) and movement.get(1, 4))):
            yield movement.hit(1)
        if not is_time(movement.get(2)):
            yield movement.hit(2, expected="AAAAMMJJhhmmss")
        if movement.get(5) not in ("Y", "N"):
            yield movement.hit(5, expected="Y N")


@_BOOK.rule(
    "HL7-PAM-004",
    ("ZBE-3 est vide : un mouvement n'a pas de fin.", "ZBE-3 is empty: a movement has no end."),
    ("Vider ZBE-3 ; la fin est le mouvement suivant.", "Empty ZBE-3; the end is the next movement."),
    at="ZBE-3",
)
def _end(message: Message) -> Iterator[Hit]:
    for movement in message.all("ZBE"):
        if movement.filled(3):
            yield movement.hit(3, expected="(vide)")


@_BOOK.rule(
    "HL7-PAM-005",
    (
        "ZBE-4 s'accorde avec l'événement : CANCEL pour une annulation, UPDATE pour Z99, INSERT sinon.",
        "ZBE-4 agrees with the event: CANCEL for a cancellation, UPDATE for Z99, INSERT otherwise.",
    ),
    ("Écrire l'action de l'événement.", "Write the action of the event."),
    at="ZBE-4",
)
def _action(message: Message) -> Iterator[Hit]:
    for movement in message.all("ZBE"):
        action, event = movement.get(4), message.event
        if event not in names.MOVEMENTS:
            continue
        expected = "CANCEL" if event in names.CANCELLING else "UPDATE" if event == "Z99" else "INSERT"
        cancels_the_other = event in ("A06", "A07") and action == "CANCEL"
        if action != expected and not cancels_the_other:
            yield movement.hit(4, expected=expected)


@_BOOK.rule(
    "HL7-PAM-006",
    (
        "Une modification ou une annulation dit l'événement d'origine (ZBE-6).",
        "An update or a cancellation tells the original event (ZBE-6).",
    ),
    (
        "Écrire l'événement que l'on modifie ou annule, par exemple A01.",
        "Write the event changed or cancelled, say A01.",
    ),
    at="ZBE-6",
)
def _original(message: Message) -> Iterator[Hit]:
    for movement in message.all("ZBE"):
        if movement.get(4) in ("UPDATE", "CANCEL") and not movement.get(6):
            yield movement.hit(6)


@_BOOK.rule(
    "HL7-PAM-007",
    (
        "Une unité fonctionnelle (ZBE-7, ZBE-8) a le type UF en XON-7 et son code en XON-10.",
        "A functional unit (ZBE-7, ZBE-8) has type UF in XON-7 and its code in XON-10.",
    ),
    ("Écrire libellé^^^^^autorité^UF^^^code.", "Write label^^^^^authority^UF^^^code."),
    at="ZBE-7, ZBE-8",
    severity="warning",
)
def _unit(message: Message) -> Iterator[Hit]:
    for movement in message.all("ZBE"):
        for number in (7, 8):
            if movement.filled(number):
                if movement.get(number, 7) != "UF":
                    yield movement.hit(number, 7, expected="UF")
                if not movement.get(number, 10):
                    yield movement.hit(number, 10)


_NATURES: Final = frozenset(["S", "H", "M", "L", "D", "SM", "SH", "MH", "LD", "HMS", "C"])


@_BOOK.rule(
    "HL7-PAM-008",
    (
        "ZBE-9 dit la nature du mouvement : S, H, M, L, D, SM, SH, MH, LD, HMS ou C.",
        "ZBE-9 tells the nature of the movement: S, H, M, L, D, SM, SH, MH, LD, HMS or C.",
    ),
    ("Écrire un de ces codes.", "Write one of these codes."),
    at="ZBE-9",
)
def _nature(message: Message) -> Iterator[Hit]:
    for movement in message.all("ZBE"):
        if movement.get(9) not in _NATURES:
            yield movement.hit(9, expected=" ".join(sorted(_NATURES)))


@_BOOK.rule(
    "HL7-PAM-009",
    (
        "Un événement passé remplit EVN-6, un événement prévu EVN-3, jamais les deux.",
        "A past event fills EVN-6, a planned one EVN-3, never both.",
    ),
    ("N'en garder qu'un.", "Keep one only."),
    at="EVN-3, EVN-6",
)
def _when(message: Message) -> Iterator[Hit]:
    for event in message.all("EVN"):
        if event.filled(3) and event.filled(6):
            yield event.hit(3, expected="(vide)")


_DMP: Final = ("ACTIF", "INEXISTANT", "FERME")
_CHOICES: Final = ((9, ("INO", "IO", "NA")), (11, ("IC", "INC", "NA")))


@_BOOK.rule(
    "HL7-PAM-010",
    (
        "ZFA-9 dit l'alimentation du DMP (INO, IO, NA), ZFA-11 sa consultation (IC, INC, NA).",
        "ZFA-9 tells of feeding the DMP (INO, IO, NA), ZFA-11 of reading it (IC, INC, NA).",
    ),
    (
        "INO : informé, sans opposition ; IO : informé, opposé ; IC : informé, consent ; INC : informé, refuse ; "
        "NA : non recueilli.",
        "INO: informed, not opposed; IO: informed, opposed; IC: informed, consents; INC: informed, refuses; NA: not "
        "collected.",
    ),
    at="ZFA-9, ZFA-11",
    certainty="deduced",
)
def _choice(message: Message) -> Iterator[Hit]:
    for choices in message.all("ZFA"):
        for number, known in _CHOICES:
            if choices.filled(number) and choices.get(number) not in known:
                yield choices.hit(number, expected=" ".join(known))


@_BOOK.rule(
    "HL7-PAM-011",
    (
        "Un choix recueilli a sa date (ZFA-10, ZFA-12) ; un choix non recueilli n'en a pas.",
        "A choice that was collected has its date (ZFA-10, ZFA-12); one that was not has none.",
    ),
    ("Écrire la date du recueil, ou la vider avec NA.", "Write the date of collection, or empty it with NA."),
    at="ZFA-10, ZFA-12",
    severity="warning",
    certainty="deduced",
)
def _chosen(message: Message) -> Iterator[Hit]:
    for choices in message.all("ZFA"):
        for number, known in _CHOICES:
            value = choices.get(number)
            if value in known[:2] and not is_time(choices.get(number + 1)):
                yield choices.hit(number + 1, expected="AAAAMMJJhhmmss")
            if value == "NA" and choices.filled(number + 1):
                yield choices.hit(number + 1, expected="(vide)")


@_BOOK.rule(
    "HL7-PAM-012",
    (
        "ZFA-1 est l'état du DMP : ACTIF, INEXISTANT ou FERME.",
        "ZFA-1 is the state of the DMP: ACTIF, INEXISTANT or FERME.",
    ),
    ("Écrire un de ces codes.", "Write one of these codes."),
    at="ZFA-1",
    severity="info",
    certainty="uncertain",
)
def _state(message: Message) -> Iterator[Hit]:
    for choices in message.all("ZFA"):
        if choices.filled(1) and choices.get(1) not in (*_DMP, "ACTIVE", "CLOSED", "NONEXISTENT"):
            yield choices.hit(1, expected=" ".join(_DMP))


@_BOOK.rule(
    "HL7-PAM-013",
    (
        "ZFA accompagne une admission ou sa modification : A01, A04, A05 ou Z99.",
        "ZFA comes with an admission or its update: A01, A04, A05 or Z99.",
    ),
    ("Le retirer des autres événements.", "Remove it from other events."),
    at="ZFA",
    severity="warning",
)
def _admission(message: Message) -> Iterator[Hit]:
    for choices in message.all("ZFA"):
        if message.event not in ("A01", "A04", "A05", "Z99"):
            yield choices.hit(found="ZFA")


@_BOOK.rule(
    "HL7-PAM-014",
    (
        "Une identité obtenue d'INSi (ZFD-5) dit la date de l'appel (ZFD-6).",
        "An identity that came from INSi (ZFD-5) tells the date of the call (ZFD-6).",
    ),
    ("Écrire la date de l'appel au téléservice.", "Write the date of the call to the teleservice."),
    at="ZFD-6",
)
def _called(message: Message) -> Iterator[Hit]:
    if not _before_2_11(message):
        yield from _not_dated(message)


def _before_2_11(message: Message) -> bool:
    """Whether the message announces PAM France 2.10 or older."""
    national = message.header.get(12, 3).split(".")
    return all(part.isascii() and part.isdigit() and len(part) < 4 for part in national) and (
        [int(part) for part in national] < [2, 11]
    )


def _not_dated(message: Message) -> Iterator[Hit]:
    for complement in message.all("ZFD"):
        if complement.get(5) == "INSI" and not complement.filled(6):
            yield complement.hit(6)


@_BOOK.rule(
    "HL7-PAM-014W",
    (
        "Avant PAM France 2.11 aussi, une identité obtenue d'INSi devrait dire la date de l'appel (ZFD-6).",
        "Before PAM France 2.11 too, an identity that came from INSi should tell the date of the call (ZFD-6).",
    ),
    ("Écrire la date de l'appel au téléservice.", "Write the date of the call to the teleservice."),
    at="ZFD-6",
    severity="warning",
    certainty="deduced",
)
def _called_earlier(message: Message) -> Iterator[Hit]:
    if _before_2_11(message):
        yield from _not_dated(message)


_HOW: Final = ("SM", "CV", "INSI", "CB", "RFID")
_PROOFS: Final = ["AN", "CC", "CE", "CM", "CN", "CS", "LE", "PA", "PC", "TC", "DC", "AC", "IE"]


@_BOOK.rule(
    "HL7-PAM-015",
    (
        "ZFD-5 est SM, CV, INSI, CB ou RFID ; ZFD-7 une pièce de la liste (CN, PA, CS…).",
        "ZFD-5 is SM, CV, INSI, CB or RFID; ZFD-7 a document of the list (CN, PA, CS…).",
    ),
    ("Écrire le code de la liste.", "Write the code of the list."),
    at="ZFD-5, ZFD-7",
    severity="warning",
)
def _obtained(message: Message) -> Iterator[Hit]:
    for complement in message.all("ZFD"):
        for number, known in ((5, _HOW), (7, _PROOFS)):
            if complement.filled(number) and complement.get(number) not in known:
                yield complement.hit(number, expected=" ".join(known))


@_BOOK.rule(
    "HL7-PAM-016",
    (
        "Une fusion (A40) ou un changement d'identifiant (A47) dit l'ancien en MRG-1, autre que celui de PID-3 et de "
        "la même autorité.",
        "A merge (A40) or a change of identifier (A47) tells the old one in MRG-1, other than that of PID-3 and of the "
        "same authority.",
    ),
    ("Écrire en MRG-1 l'identifiant qui disparaît.", "Write in MRG-1 the identifier that disappears."),
    at="MRG-1, PID-3",
)
def _merged(message: Message) -> Iterator[Hit]:
    if message.event not in ("A40", "A47"):
        return
    kept: dict[tuple[str, str], str] = {}
    for segment in message.segments:
        if segment.name == "PID":
            kept = {}
            for rank in range(1, len(segment.repetitions(3)) + 1):
                authority = (segment.get(3, 4, rank, 1), segment.get(3, 4, rank, 2))
                kept[authority] = segment.get(3, 1, rank)
        elif segment.name == "MRG":
            authority = (segment.get(1, 4, 1, 1), segment.get(1, 4, 1, 2))
            if not segment.get(1):
                yield segment.hit(1)
            elif authority not in kept:
                yield segment.hit(1, 4, expected=" ".join(name or oid for name, oid in kept))
            elif kept[authority] == segment.get(1):
                yield segment.hit(1, 1)


RULES = _BOOK.rules
