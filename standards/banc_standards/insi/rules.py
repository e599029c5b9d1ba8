"""Every rule of INSi requests. Their subject is :class:`~banc_standards.insi.subject.InsiSubject`."""

from __future__ import annotations

from banc_standards.insi import (
    assertion_rules,
    card_rules,
    context_rules,
    envelope_rules,
    search_rules,
    software_rules,
    verification_rules,
)
from banc_standards.rules import Rule

RULES: tuple[Rule, ...] = (
    *envelope_rules.RULES,
    *context_rules.CONTEXT_RULES,
    *software_rules.RULES,
    *assertion_rules.RULES,
    *search_rules.RULES,
    *card_rules.CARD_RULES,
    *verification_rules.RULES,
)
"""In the order in which the gateway and then the service look at a request."""
