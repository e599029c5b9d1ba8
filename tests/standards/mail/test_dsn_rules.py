"""Each rule of a delivery report lets the right one pass and finds its own break."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from banc_standards.mail import dsn
from banc_standards.mail.dsn_rules import RULES
from banc_standards.mail.read import read

SOUND = dsn.message(
    dsn.Dsn(
        sender="mailer-daemon@chu-fictif.mssante.fr",
        recipient="alice.durand@chu-fictif.mssante.fr",
        message_id="<dsn@chu-fictif.mssante.fr>",
        date=datetime(2026, 1, 5, tzinfo=UTC),
        reporting_mta="mx.chu-fictif.mssante.fr",
        subject=dsn.UNDELIVERED,
        explanation="Adresse inconnue.",
        outcomes=(dsn.Outcome("absent@medecin.mssante.fr", "failed", "5.1.1", "550 5.1.1 inconnu"),),
        original=b"Subject: x\r\n\r\n",
    )
)
BROKEN = {
    "DSN-001": SOUND.replace(b"message/delivery-status", b"text/plain"),
    "DSN-002": SOUND.replace(b"Reporting-MTA: dns; mx.chu-fictif.mssante.fr", b"X-Other: y"),
    "DSN-003": SOUND.replace(b"Action: failed", b"Action: perdu"),
    "DSN-004": SOUND.replace(b"Status: 5.1.1", b"Status: 2.1.1"),
}


def found(data: bytes) -> set[str]:
    mail = read(data)
    assert mail.report_type == dsn.REPORT
    return {rule.id for rule in RULES for _ in rule.check(mail)}


def test_a_right_report_breaks_nothing():
    assert found(SOUND) == set()


@pytest.mark.parametrize("rule", BROKEN)
def test_a_rule_finds_its_own_break(rule):
    assert rule in found(BROKEN[rule])


def test_every_rule_has_its_case():
    assert set(BROKEN) == {rule.id for rule in RULES}
