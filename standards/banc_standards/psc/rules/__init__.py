"""Judgements over what a relying party of Pro Santé Connect sends."""

from __future__ import annotations

from banc_standards.psc.rules import authorization, back_channel, ciba, exchange, forms, grants, hosts, logout
from banc_standards.rules import Rule

RULES: tuple[Rule, ...] = (
    *forms.RULES,
    *authorization.RULES,
    *back_channel.RULES,
    *grants.RULES,
    *ciba.RULES,
    *exchange.RULES,
    *logout.RULES,
    *hosts.RULES,
)
