"""Commands out of their form or place: refused with an enhanced status, journaled under their rule, never repeated."""

from __future__ import annotations

import base64
import smtplib
from collections.abc import Callable

import pytest

from .conftest import APPLICATION, DOCTOR, GP, PLACE, Bench, Wire, bearer

Connecting = Callable[..., Wire]
SENDER = DOCTOR.mailbox.encode()


@pytest.fixture(scope="module")
def signed(lasting: Bench) -> smtplib.SMTP:
    """One connection that outlives what it is told."""
    return lasting.signed_in()


@pytest.mark.parametrize(
    ("command", "reply", "verb"),
    [
        ("RCPT TO:<a@b.fr>", (503, b"5.5.1"), "RCPT"),
        ("DATA", (503, b"5.5.1"), "DATA"),
        ("DATA x", (503, b"5.5.1"), "DATA"),
        ("AUTH PLAIN", (503, b"5.5.1"), "AUTH"),
        ("STARTTLS", (503, b"5.5.1"), "STARTTLS"),
        ("EHLO", (501, b"5.5.4"), "EHLO"),
        ("HELO", (501, b"5.5.4"), "HELO"),
        ("RSET x", (501, b"5.5.4"), "RSET"),
        ("QUIT x", (501, b"5.5.4"), "QUIT"),
        ("EXPN x", (502, b"5.5.1"), "EXPN"),
        ("VRFY", (501, b"5.5.4"), "VRFY"),
        ("BDAT 1", (500, b"5.5.2"), "BDAT"),
        ("NOOP\x00x", (500, b"5.5.2"), "NOOPX"),
        ("", (500, b"5.5.2"), ""),
        ("NOOP " + "a" * 20_000, (500, b"5.5.2"), ""),
        (base64.b64encode(b"user=secret@x.fr").decode(), (500, b"5.5.2"), "DXNLCJ1ZZWNYZXRAEC5M"),
    ],
)
def test_a_command_out_of_place_is_refused_and_told(
    lasting: Bench, signed: smtplib.SMTP, command: str, reply: tuple[int, bytes], verb: str
) -> None:
    code, text = signed.docmd(command)
    assert (code, text[:5]) == reply
    entry = lasting.last("mssante.connection")
    assert (entry["outcome"], entry["code"], entry["request"]["line"]) == (
        "refused",
        f"{code} {reply[1].decode()}",
        verb,
    )
    assert lasting.rules(entry) == {"SMTP-SYN-002"}


@pytest.mark.parametrize("command", ["NOOP", "RSET"])
def test_what_is_accepted_has_an_enhanced_status(signed: smtplib.SMTP, command: str) -> None:
    assert signed.docmd(command) == (250, b"2.0.0 Ok")


def test_octets_outside_ascii_name_no_command(lasting: Bench, signed: smtplib.SMTP) -> None:
    signed.send(b"NOOP \xe9\r\n")
    assert signed.getreply() == (500, b"5.5.2 Commands are in ASCII")
    assert lasting.rules(lasting.last("mssante.connection")) == {"SMTP-SYN-002"}


@pytest.mark.parametrize("command", [b"AUTH XOAUTH2 " + b"A" * 40, b"MAIL FROM:<" + SENDER + b">"])
def test_in_clear_the_lack_of_tls_comes_before_the_lack_of_ehlo(wire: Connecting, command: bytes) -> None:
    line = wire()
    line.ask(b"HELO logiciel.test")
    assert line.ask(command).startswith(b"530 5.7.0")


def test_an_identification_given_up_is_journaled(bench: Bench) -> None:
    client = bench.connect(context=bench.shown(bench.certificate(holder=PLACE.id)))
    assert client.docmd("AUTH XOAUTH2")[0] == 334
    assert client.docmd("*") == (501, b"5.7.0 Authentication aborted")
    entry = bench.last("mssante.auth")
    assert (entry["outcome"], entry["code"], entry["findings"]) == ("refused", "501 5.7.0", [])
    assert client.docmd("AUTH XOAUTH2")[0] == 334
    client.close()
    found = bench.tell("GET", "exchanges?operation=mssante.auth&outcome=failed&wait=20")["exchanges"]
    assert found[-1]["facts"]["ended_by"] == "connection lost"


def test_a_response_that_is_too_long_gets_one_reply(bench: Bench) -> None:
    client = bench.connect()
    assert client.docmd("AUTH XOAUTH2")[0] == 334
    client.send(b"A" * 200_000 + b"\r\nNOOP\r\n")
    assert [client.getreply()[0] for _ in range(2)] == [501, 250]


@pytest.mark.parametrize(
    "response",
    [
        f"user={DOCTOR.mailbox}\x01user={GP.mailbox}\x01auth=Bearer TOKEN\x01\x01",
        f"user={DOCTOR.mailbox}\x01auth=Bearer TOKEN\x01auth=Bearer x\x01\x01",
        f"user={DOCTOR.mailbox}\x01auth=Bearer TOKEN\x01rien\x01\x01",
    ],
)
def test_a_field_said_twice_is_no_response(bench: Bench, response: str) -> None:
    client = bench.connect()
    said = base64.b64encode(response.replace("TOKEN", bench.token()).encode()).decode()
    assert client.docmd("AUTH", f"XOAUTH2 {said}")[:1] == (501,)


def test_plain_acts_for_nobody_else(bench: Bench) -> None:
    client = bench.connect(context=bench.shown(bench.certificate(holder=PLACE.id)))
    other = base64.b64encode(f"{GP.mailbox}\0{APPLICATION}\0".encode()).decode()
    assert client.docmd("AUTH", f"PLAIN {other}")[0] == 535
    assert bench.rules(bench.last("mssante.auth")) == {"SMTP-AUTH-004"}
    itself = base64.b64encode(f"{APPLICATION}\0{APPLICATION}\0".encode()).decode()
    assert client.docmd("AUTH", f"PLAIN {itself}")[0] == 235


def test_a_reset_session_ends_what_was_opened_in_it(bench: Bench) -> None:
    client = bench.signed_in()
    bench.tell("POST", "reset")
    assert client.mail(DOCTOR.mailbox)[0] == 421
    assert bearer(bench.connect(), DOCTOR.mailbox, bench.tokens[DOCTOR.idnat])[0] == 535


def test_a_recipient_of_another_session_is_told_in_both(bench: Bench, other: Bench) -> None:
    client = bench.signed_in()
    client.mail(DOCTOR.mailbox)
    elsewhere = GP.mailbox.replace("mssante.fr", f"{other.session}.mssante.fr")
    assert client.rcpt(elsewhere)[0] == 554
    for one in (bench, other):
        assert one.rules(one.last("mssante.connection")) == {"SESSION-001"}
    assert client.rcpt(GP.mailbox)[0] == 250


def test_refused_recipients_wear_patience_out(wire: Connecting) -> None:
    line = wire(secured=True)
    line.ask(b"MAIL FROM:<" + SENDER + b">")
    line.say(b"RCPT TO:<x>\r\n" * 501)
    replies = [line.hear()[:3] for _ in range(501)]
    assert replies == [b"553"] * 500 + [b"421"]
    assert line.over()
