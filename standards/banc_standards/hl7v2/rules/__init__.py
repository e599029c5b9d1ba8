"""The rules of HL7 v2 messages, each on the messages that its text is about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from banc_standards.hl7v2.message import Message, Volet
from banc_standards.hl7v2.read import Capture
from banc_standards.hl7v2.rules import (
    acknowledgement,
    agreement,
    document,
    header,
    metadata,
    movements,
    orders,
    participants,
    patient,
    structure,
    text,
    visit,
)
from banc_standards.rules import Hit, Rule

_EVERY: Final = (*text.RULES, *header.RULES, *structure.RULES)
_CARE: Final = (*_EVERY, *patient.RULES, *visit.RULES)
_CARRYING: Final = (*_CARE, *document.RULES, *participants.RULES, *metadata.RULES)
_BY_VOLET: Final[dict[Volet, tuple[Rule, ...]]] = {
    "cda": (*_CARRYING, *agreement.RULES),
    "lps": (*_CARRYING, *metadata.LPS_RULES, *agreement.RULES),
    "zam": (*_EVERY, *acknowledgement.ZAM_RULES),
    "ack": (*_EVERY, *acknowledgement.RULES),
    "pam": (*_CARE, *movements.RULES),
    "tlr": (*_CARE, *orders.TLR_RULES, *orders.RULES),
    "orders": (*_CARE, *orders.RULES),
    "results": (*_CARE, *orders.RULES),
    "other": _CARE,
}

RULES: tuple[Rule, ...] = tuple(
    {rule.id: rule for group in (*_BY_VOLET.values(), acknowledgement.CAPTURE_RULES) for rule in group}.values()
)


def judged(capture: Capture) -> Iterator[tuple[Rule, Hit]]:
    """Every broken rule with its place: framing first, then message by message."""
    for rule_id, hits in capture.faults.items():
        for hit in hits:
            yield text.BY_ID[rule_id], hit
    for rule in acknowledgement.CAPTURE_RULES:
        for hit in rule.check(capture):
            yield rule, hit
    for message in capture.messages:
        yield from judged_alone(message)


def judged_alone(message: Message) -> Iterator[tuple[Rule, Hit]]:
    """Every rule that one message breaks."""
    for rule in _BY_VOLET[message.volet]:
        for hit in rule.check(message):
            yield rule, hit
