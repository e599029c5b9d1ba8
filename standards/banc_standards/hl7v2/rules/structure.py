"""Which segments a message has, in which order and how many."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from banc_standards.cda.grammar.automaton import Automaton, Misfit
from banc_standards.cda.grammar.forms import Fault
from banc_standards.cda.grammar.notation import Element, content
from banc_standards.hl7v2 import names
from banc_standards.hl7v2.message import Message
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit

_BOOK = RuleBook("HL7 v2.5 et 2.6, structures abstraites ; CI-SIS, Transmission de documents CDA-R2 en HL7 v2 (2.1)")

_OBSERVATIONS: Final = "(OBX PRT* NTE*)+"
_PATIENT: Final = "PID PD1? NTE* NK1*"
_REST: Final = "DB1* OBX* AL1* DG1* DRG? (PR1 ROL*)* GT1* (IN1 IN2? IN3* ROL*)* ACC? UB1? UB2? PDA?"
_STRUCTURES: Final[Mapping[str, str]] = {
    "oru": f"MSH SFT* {_PATIENT} (PV1 PV2?)? (ORC OBR NTE* (TQ1 TQ2*)* {_OBSERVATIONS})+",
    "mdm": f"MSH SFT* UAC? EVN PID PV1 ORC (TQ1 TQ2*)* OBR NTE* TXA CON* {_OBSERVATIONS}",
    "old mdm": f"MSH SFT* UAC? EVN PID PV1 (ORC (TQ1 TQ2*)* OBR NTE*)? TXA CON* {_OBSERVATIONS}",
    "zam": "MSH SFT* EVN? OBX OBX? ERR?",
    "ack": "MSH SFT* UAC? MSA ERR*",
    "adt": f"MSH SFT* EVN PID PD1? ROL* NK1* PV1 PV2? ROL* {_REST}",
    "A40": "MSH SFT* EVN (PID PD1? MRG PV1?)+",
    "A44": "MSH SFT* EVN (PID PD1? MRG)+",
    "A47": "MSH SFT* EVN PID PD1? MRG",
    "A24": "MSH SFT* EVN PID PD1? PV1? DB1* PID PD1? PV1? DB1*",
    "tlr order": f"MSH SFT* {_PATIENT} (PV1 PV2?)? (ORC (TQ1 TQ2*)* (OBR TQ1* NTE* CTD? DG1* (OBX NTE*)* IPC*)?)+",
}


class _Structure:
    """A structure, ready to be compared with the names of segments."""

    def __init__(self, text: str) -> None:
        self._automaton: Final = Automaton(content(re.sub(r"([A-Z][A-Z0-9]{2})([?*+]?)", r"\1\2:S", text)))
        self._places: Final[dict[str, list[int]]] = {}
        for rank, place in enumerate(self._automaton.places):
            if isinstance(place, Element):
                self._places.setdefault(place.name, []).append(rank)

    def misfits(self, found: list[str]) -> list[Misfit]:
        """What does not fit; a name that the structure does not have comes back as an unknown element."""
        return self._automaton.run([self._places.get(name, ()) for name in found])[1]


@cache
def _structure(name: str) -> _Structure:
    return _Structure(_STRUCTURES[name])


def _name(message: Message) -> str | None:
    """The structure that a message is compared with, None where no text gives one."""
    if message.volet == "cda" and message.type == "ORU":
        return "oru"
    if message.volet in ("cda", "lps"):
        return "old mdm" if message.old else "mdm"
    if message.volet in ("zam", "ack"):
        return message.volet
    if message.volet == "tlr":
        return "tlr order"
    if message.volet == "pam":
        event = {"A37": "A24"}.get(message.event, message.event)
        return event if event in _STRUCTURES else "adt"
    return None


def _misfits(message: Message) -> list[tuple[Misfit, int]]:
    """What does not fit, with the place of the segment in the message (its length: the end)."""
    known: list[tuple[Misfit, int]] | None = message.memo.get(_misfits)
    if known is None:
        known = message.memo[_misfits] = _compared(message)
    return known


def _compared(message: Message) -> list[tuple[Misfit, int]]:
    name = _name(message)
    if name is None:
        return []
    kept = [rank for rank, segment in enumerate(message.segments) if not segment.name.startswith("Z")]
    misfits = _structure(name).misfits([message.segments[rank].name for rank in kept])
    return [(misfit, len(message.segments) if misfit.at is None else kept[misfit.at]) for misfit in misfits]


def _hits(message: Message, *faults: Fault) -> Iterator[Hit]:
    for misfit, rank in _misfits(message):
        if misfit.fault not in faults:
            continue
        expected = " ".join(misfit.names)
        if rank < len(message.segments):
            segment = message.segments[rank]
            yield segment.hit(found=segment.name, expected=expected)
        else:
            last = message.segments[-1]
            yield last.hit(found="", expected=expected)


@_BOOK.rule(
    "HL7-STR-001",
    (
        "Le message a tous les segments que sa structure exige.",
        "The message has every segment of its structure.",
    ),
    ("Ajouter le segment qui manque, à sa place.", "Add the missing segment, in its place."),
    at="structure du message",
)
def _missing(message: Message) -> Iterator[Hit]:
    yield from _hits(message, Fault.MISSING_ELEMENT)


@_BOOK.rule(
    "HL7-STR-002",
    ("Les segments sont dans l'ordre de la structure.", "The segments are in the order of the structure."),
    ("Remettre le segment à sa place.", "Put the segment back in its place."),
    at="structure du message",
)
def _misplaced(message: Message) -> Iterator[Hit]:
    yield from _hits(message, Fault.MISPLACED)


@_BOOK.rule(
    "HL7-STR-003",
    (
        "Un segment qui n'est permis qu'une fois n'est pas répété.",
        "A segment that is allowed once is not repeated.",
    ),
    ("N'en garder qu'un.", "Keep one only."),
    at="structure du message",
)
def _repeated(message: Message) -> Iterator[Hit]:
    yield from _hits(message, Fault.TOO_MANY)


@_BOOK.rule(
    "HL7-STR-004",
    (
        "Le message ne porte que des segments de sa structure, et des segments Z.",
        "The message has segments of its structure only, and Z segments.",
    ),
    (
        "Retirer le segment : celui qui reçoit l'ignore, ou refuse le message.",
        "Remove the segment: whoever receives it ignores it, or refuses the message.",
    ),
    at="structure du message",
    severity="warning",
    certainty="deduced",
)
def _unknown(message: Message) -> Iterator[Hit]:
    yield from _hits(message, Fault.UNKNOWN_ELEMENT)


@_BOOK.rule(
    "HL7-STR-005",
    (
        "Un ORU qui porte un document a un PV1 : les indicateurs en dépendent.",
        "An ORU that carries a document has a PV1: the indicators depend on it.",
    ),
    ("Ajouter PV1 entre PID et ORC.", "Add PV1 between PID and ORC."),
    at="PV1",
    severity="warning",
)
def _visit(message: Message) -> Iterator[Hit]:
    if message.volet == "cda" and message.type == "ORU" and message.first("PV1") is None:
        yield message.segments[-1].hit(found="", expected="PV1")


_FRENCH: Final = ("ZBE", "ZFA", "ZFP", "ZFV", "ZFM", "ZFD")


@_BOOK.rule(
    "HL7-STR-006",
    (
        "Les segments français se suivent : ZBE, ZFA, ZFP, ZFV, ZFM, ZFD, chacun une fois, après PV1 et PV2.",
        "The French segments follow one another: ZBE, ZFA, ZFP, ZFV, ZFM, ZFD, each once, after PV1 and PV2.",
    ),
    ("Les remettre dans cet ordre.", "Put them in this order."),
    at="PAM France, segments Z",
    severity="warning",
)
def _french(message: Message) -> Iterator[Hit]:
    if message.volet != "pam":
        return
    reached = -1
    for segment in message.segments:
        if segment.name in _FRENCH:
            rank = _FRENCH.index(segment.name)
            if rank <= reached:
                yield segment.hit(found=segment.name, expected=" ".join(_FRENCH))
            reached = max(rank, reached)
        elif segment.name in ("PV1", "PV2", "PID") and reached >= 0 and message.event not in names.IDENTITY_EVENTS:
            yield segment.hit(found=segment.name, expected="PID PV1 PV2 ZBE")


RULES = _BOOK.rules
