"""The rules of an SMTP conversation that read something: each passes on an honest case and finds its break."""

from __future__ import annotations

import pytest

from banc_standards.mail.dsn import ANS_CODES
from banc_standards.mail.smtp_rules import (
    CONTENT_RULES,
    EICAR,
    RECIPIENT_RULES,
    RULES,
    SENDER,
    Addressee,
    Content,
    Sender,
)
from banc_standards.rules import Rule

DOCTOR = "camille.fictive@medecin.mssante.fr"
CITIZEN = "279035121518989@patient.mssante.fr"


def broken(rules: tuple[Rule, ...], subject: object) -> list[str]:
    return [rule.id for rule in rules for _ in rule.check(subject)]


@pytest.mark.parametrize("address", [DOCTOR, CITIZEN])
def test_an_open_mailbox_breaks_no_rule(address: str) -> None:
    assert broken(RECIPIENT_RULES, Addressee(address, True, "open")) == []


@pytest.mark.parametrize(
    ("rule", "addressee"),
    [
        ("SMTP-RCPT-001", Addressee("a..b@medecin.mssante.fr", True, "open")),
        ("SMTP-RCPT-001", Addressee("279035121518988@patient.mssante.fr", True, "open")),
        ("SMTP-RCPT-001", Addressee("2790351215189@patient.mssante.fr", True, "open")),
        ("SMTP-RCPT-002", Addressee("a@exemple.fr", False, None)),
        ("SMTP-RCPT-003", Addressee(DOCTOR, True, None)),
        ("SMTP-RCPT-004", Addressee(DOCTOR, True, "suspended")),
        ("SMTP-RCPT-004", Addressee(DOCTOR, True, "closed")),
        ("SMTP-RCPT-005", Addressee(DOCTOR, True, "full")),
    ],
)
def test_each_recipient_rule_finds_its_break(rule: str, addressee: Addressee) -> None:
    assert broken(RECIPIENT_RULES, addressee) == [rule]


def test_one_sends_from_ones_own_boxes_only() -> None:
    assert broken((SENDER,), Sender(DOCTOR, frozenset({DOCTOR}))) == []
    assert broken((SENDER,), Sender("", frozenset({DOCTOR}))) == []
    assert broken((SENDER,), Sender("autre@medecin.mssante.fr", frozenset({DOCTOR}))) == ["SMTP-MAIL-001"]


@pytest.mark.parametrize(
    ("rule", "content"),
    [
        ("SMTP-DATA-001", Content(11, 10)),
        ("SMTP-DATA-002", Content(1, 10, (("facture.EXE", b"MZ"),))),
        ("SMTP-DATA-002", Content(1, 10, (("a.pdf", b"%PDF-" + EICAR),))),
    ],
)
def test_each_content_rule_finds_its_break(rule: str, content: Content) -> None:
    assert broken(CONTENT_RULES, Content(10, 10, (("a.pdf", b"%PDF-"),))) == []
    assert broken(CONTENT_RULES, content) == [rule]


def test_every_reply_is_a_code_that_gateways_may_relay() -> None:
    allowed = ANS_CODES | {"535"}  # a refused AUTH never reaches a gateway's table
    assert {rule.code[:3] for rule in RULES if rule.severity == "error"} <= allowed
