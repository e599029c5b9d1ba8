"""Between operators: STARTTLS, a certificate listed for the sender's domain, no authentication."""

from __future__ import annotations

import smtplib

import pytest

from .conftest import DOCTOR, GP, PLACE, Bench

SENDER = "quelquun@operateur-b.mssante.fr"
ORDER = {"kind": "SMTP", "holder": "S02", "names": ["operateur-b.mssante.fr"]}


def operator(bench: Bench, **changed: object) -> smtplib.SMTP:
    return bench.connect("smtp", bench.shown(bench.certificate(**(ORDER | changed))))


def test_a_listed_operator_delivers(bench: Bench) -> None:
    client = operator(bench)
    assert "auth" not in client.esmtp_features
    assert client.sendmail(SENDER, [GP.mailbox], b"Subject: essai\r\n\r\nBonjour\r\n") == {}
    exchange = bench.last("mssante.relay")
    assert (exchange["outcome"], exchange["peer"]["session_by"]) == ("accepted", "certificate")
    assert [message["sender"] for message in bench.messages(GP.mailbox)] == [SENDER]


def test_a_bounce_has_an_empty_sender(bench: Bench) -> None:
    client = operator(bench)
    assert client.docmd("MAIL FROM:<>")[0] == 250


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"names": ["operateur-c.mssante.fr"]}, "SMTP-PEER-001"),
        ({"profile": "expired"}, "TLS-003"),
        ({"profile": "foreign_ca"}, "TLS-002"),
        ({"profile": "revoked"}, "TLS-005"),
        ({"kind": "AUTH_CLI", "names": []}, "TLS-006"),
    ],
)
def test_an_operator_that_is_not_listed_is_refused(bench: Bench, changed: dict[str, object], rule: str) -> None:
    assert operator(bench, **changed).mail(SENDER)[0] == 554
    assert bench.rules(bench.last("mssante.relay")) == {rule}


def test_a_peer_without_certificate_is_refused(bench: Bench) -> None:
    client = bench.connect("smtp")
    code, reply = client.mail(SENDER)
    assert code == 554
    assert b"TLS-001" in reply


def test_nothing_passes_in_clear(bench: Bench) -> None:
    assert bench.clear("smtp").mail(SENDER)[0] == 530


def test_operators_do_not_authenticate(bench: Bench) -> None:
    assert operator(bench).docmd("AUTH PLAIN AGEAYg==")[0] == 502


def test_the_recipient_must_be_hosted_here(bench: Bench) -> None:
    client = operator(bench)
    client.mail(SENDER)
    assert client.rcpt("x@exemple.fr")[0] == 550
    assert client.rcpt(PLACE.mailbox)[0] == 250
    assert client.rcpt(DOCTOR.mailbox)[0] == 250
