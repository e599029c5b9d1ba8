"""Pro Santé Connect: tokens in compact form, and the JSON of userinfo, discovery, introspection, token answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from banc_harness.validate.kinds import Asked
from banc_harness.validate.verdict import Noted, Verdict
from banc_standards.psc.rules.tokens import BY_ID, RULES
from banc_standards.psc.tokens import Token, TokenRefused, read
from banc_standards.rules import Hit


def judge(data: bytes, path: str, asked: Asked) -> Iterator[Verdict]:
    """The verdict on one token or answer; the ID token inside a token answer is judged in the same verdict."""
    try:
        token = read(data)
    except TokenRefused as refused:
        finding = BY_ID[refused.rule_id].finding(Hit("/", found=refused.detail), asked.lang)
        yield Verdict(path, "psc", noted=(Noted(finding),))
        return
    noted = [*_noted(token, asked)]
    if token.inner is not None:
        noted += [
            Noted(replace(one.finding, location=f"id_token/{one.finding.location}"))
            for one in _noted(token.inner, asked)
        ]
    yield Verdict(path, "psc", document_type=token.form, noted=tuple(noted))


def _noted(token: Token, asked: Asked) -> Iterator[Noted]:
    for rule in RULES:
        for hit in rule.check(token):
            yield Noted(rule.finding(hit, asked.lang))
