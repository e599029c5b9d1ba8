"""The rules of HL7 v2 messages, each on the messages that its text is about."""

from __future__ import annotations

from collections.abc import Iterator

from banc_standards.hl7v2.message import Message, Volet
from banc_standards.hl7v2.read import Capture
from banc_standards.hl7v2.rules import header, text
from banc_standards.rules import Hit, Rule

_EVERY = (*text.RULES, *header.RULES)
_BY_VOLET: dict[Volet, tuple[Rule, ...]] = {}

RULES: tuple[Rule, ...] = tuple({rule.id: rule for group in (_EVERY, *_BY_VOLET.values()) for rule in group}.values())


def judged(capture: Capture) -> Iterator[tuple[Rule, Hit]]:
    """Every broken rule with its place: framing first, then message by message."""
    for rule_id, hits in capture.faults.items():
        for hit in hits:
            yield text.BY_ID[rule_id], hit
    for message in capture.messages:
        yield from judged_alone(message)


def judged_alone(message: Message) -> Iterator[tuple[Rule, Hit]]:
    """Every rule that one message breaks."""
    for rule in (*_EVERY, *_BY_VOLET.get(message.volet, ())):
        for hit in rule.check(message):
            yield rule, hit
