"""What no honest client sends: injections, smuggled endings, commands out of step, addresses that are none."""

from __future__ import annotations

import base64
import socket
import ssl
from collections.abc import Callable

import pytest

from banc_standards.mail.read import read

from .conftest import DOCTOR, GP, Bench, Wire, mail

Connecting = Callable[..., Wire]
SENDER = DOCTOR.mailbox.encode()
RECIPIENT = GP.mailbox.encode()


def test_what_follows_starttls_in_clear_is_never_executed(bench: Bench, wire: Connecting) -> None:
    line = wire()
    line.say(b"STARTTLS\r\nMAIL FROM:<" + SENDER + b">\r\n")
    assert line.hear().startswith(b"554 5.5.0")
    assert line.over()
    assert default_rules(bench, "mssante.connection") >= {"SMTP-TLS-002"}


def default_rules(bench: Bench, operation: str) -> set[str]:
    """The rules of the default session's exchanges, where connections belong that say nothing of theirs."""
    path = f"/control/v1/sessions/default/exchanges?operation={operation}&limit=1000"
    found = bench.control.get(path).json()["exchanges"]
    return {finding["rule"] for exchange in found for finding in exchange["findings"]}


ENDINGS = [
    b"\n.\n",
    b"\n.\r\n",
    b"\r.\r",
    b"\r.\r\n",
    b"\r\n.\n",
    b"\r\n.\r",
    b"\r\n\x00.\r\n",
    b"\r\n.\x00\r\n",
    b"\r\n. \r\n",
    b"\n..\r\n",
]


@pytest.mark.parametrize("ending", ENDINGS)
def test_no_other_ending_ends_a_message(bench: Bench, wire: Connecting, ending: bytes) -> None:
    line = wire(secured=True)
    assert line.ask(b"MAIL FROM:<" + SENDER + b">").startswith(b"250")
    assert line.ask(b"RCPT TO:<" + RECIPIENT + b">").startswith(b"250")
    assert line.ask(b"DATA").startswith(b"354")
    smuggled = b"MAIL FROM:<x@y.fr>\r\nRCPT TO:<" + RECIPIENT + b">\r\nDATA\r\nSubject: faux\r\n\r\nfaux"
    line.say(b"Subject: vrai\r\n\r\nvrai" + ending + smuggled + b"\r\n.\r\n")
    assert line.hear().startswith(b"250 2.0.0")
    assert line.ask(b"NOOP").startswith(b"250")
    assert [exchange["facts"]["sender"] for exchange in bench.exchanges("mssante.submission")] == [DOCTOR.mailbox]
    (stored,) = bench.messages(GP.mailbox)
    assert b"faux" in bench.raw(GP.mailbox, stored["uid"])


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b".\r\n", b""),
        (b"Subject: a\r\n\r\n..\r\n.\r\n", b"Subject: a\r\n\r\n."),
        (b"..deux\r\n...trois\r\n.\r\n", b".deux\r\n..trois"),
        (b"Subject: a\r\n\r\nfin.\r\n.\r\n", b"Subject: a\r\n\r\nfin."),
    ],
)
def test_dots_are_unstuffed(bench: Bench, wire: Connecting, sent: bytes, kept: bytes) -> None:
    line = wire(secured=True)
    line.ask(b"MAIL FROM:<" + SENDER + b">")
    line.ask(b"RCPT TO:<" + RECIPIENT + b">")
    line.ask(b"DATA")
    line.say(sent)
    assert line.hear().startswith(b"250")
    (stored,) = bench.messages(GP.mailbox)
    raw = bench.raw(GP.mailbox, stored["uid"]).partition(b"\r\n")[2]
    assert raw.removesuffix(b"\r\n") == kept


def test_a_message_sent_before_354_ends_the_connection(bench: Bench, wire: Connecting) -> None:
    line = wire(secured=True)
    line.ask(b"MAIL FROM:<" + SENDER + b">")
    line.ask(b"RCPT TO:<" + RECIPIENT + b">")
    line.say(b"DATA\r\nSubject: hop\r\n\r\n.\r\n")
    assert line.hear().startswith(b"554 5.5.0")
    assert line.over()
    assert bench.rules(bench.last("mssante.connection")) == {"SMTP-SYN-001"}
    assert bench.messages(GP.mailbox) == []


def test_commands_sent_ahead_are_answered_one_by_one(wire: Connecting) -> None:
    line = wire(secured=True)
    line.say(b"NOOP\r\nRSET\r\nNOOP\r\n")
    assert [line.hear()[:3] for _ in range(3)] == [b"250"] * 3


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (b"MAIL FROM:" + SENDER, b"553"),
        (b"MAIL FROM:<a b@c.fr>", b"553"),
        (b"MAIL FROM:<a@b@c.fr>", b"553"),
        (b"MAIL FROM:<" + b"a" * 400 + b"@c.fr>", b"553"),
        (b"MAIL FROM:<\x01@c.fr>", b"553"),
        (b"MAIL TO:<" + SENDER + b">", b"501"),
        (b"MAIL", b"501"),
        (b"MAIL FROM:<" + SENDER + b"> SIZE=abc", b"501"),
        (b"MAIL FROM:<" + SENDER + b"> SIZE=99999999999999999999999", b"501"),
        (b"MAIL FROM:<" + SENDER + b"> TRUC=1", b"555"),
        (b"MAIL FROM:<" + SENDER + b"> SMTPUTF8", b"555"),
        (b"MAIL FROM:<" + SENDER + b"> SIZE=1 SIZE=2", b"555"),
        (b"RCPT TO:<" + RECIPIENT + b">", b"503"),
        (b"DATA", b"503"),
        (b"STARTTLS", b"503"),
        (b"EHLO", b"501"),
        (b"TRUC", b"500"),
        (b"\xff\xfe", b"500"),
        (b"MAIL FROM:<\xe9@c.fr>", b"500"),
        (b"VRFY " + SENDER, b"252"),
        (b"HELP", b"214"),
        (b"NOOP " + b"a" * 20_000, b"500"),
        (b"NOOP " + b"a" * 300_000, b"500"),
    ],
)
def test_each_malformed_command_gets_its_code(wire: Connecting, command: bytes, code: bytes) -> None:
    line = wire(secured=True)
    assert line.ask(command)[:3] == code
    assert line.ask(b"NOOP").startswith(b"250")


@pytest.mark.parametrize(
    "path",
    [
        b"<>",
        b"<@>",
        b"<a@>",
        b"<@b.fr>",
        b"<a..b@c.fr>",
        b'<"a b"@c.fr>',
        b"<@relais.fr:a@c.fr>",
        b"<a@[127.0.0.1]>",
        b"<a@c.fr",
        b"a@c.fr",
        b"<a@c.fr> NOTIFY=\x01",
        b"<a@c.fr><b@c.fr>",
    ],
)
def test_an_address_that_is_none_is_no_recipient(wire: Connecting, path: bytes) -> None:
    line = wire(secured=True)
    line.ask(b"MAIL FROM:<" + SENDER + b">")
    assert line.ask(b"RCPT TO:" + path)[:3] in (b"553", b"550", b"501")
    assert line.ask(b"DATA").startswith(b"503")


def test_a_hundred_recipients_are_enough(bench: Bench) -> None:
    client = bench.signed_in()
    client.mail(DOCTOR.mailbox)
    codes = [client.rcpt(GP.mailbox)[0] for _ in range(101)]
    assert codes == [250] * 100 + [452]


def test_unknown_commands_wear_patience_out(wire: Connecting) -> None:
    line = wire(secured=True)
    replies = [line.ask(b"GET / HTTP/1.1") for _ in range(5)]
    assert replies[-1].startswith(b"502")
    assert line.over()


def test_a_client_that_leaves_in_the_middle_is_journaled(bench: Bench) -> None:
    client = bench.signed_in()
    client.mail(DOCTOR.mailbox)
    client.rcpt(GP.mailbox)
    client.docmd("DATA")
    client.send(b"Subject: coup")
    client.close()
    exchange = bench.awaited("mssante.submission")
    assert (exchange["outcome"], exchange["response"]) == ("failed", None)
    assert exchange["facts"]["ended_by"] == "connection lost"
    assert bench.messages(GP.mailbox) == []


def test_a_mail_given_up_is_journaled(bench: Bench) -> None:
    client = bench.signed_in()
    client.mail(DOCTOR.mailbox)
    client.rset()
    assert bench.awaited("mssante.submission")["facts"]["ended_by"] == "RSET"


def test_too_many_octets_are_read_and_dropped(bench: Bench, wire: Connecting) -> None:
    line = wire(secured=True)
    line.ask(b"MAIL FROM:<" + SENDER + b">")
    line.ask(b"RCPT TO:<" + RECIPIENT + b">")
    line.ask(b"DATA")
    block = (b"a" * 998 + b"\r\n") * 1000
    for _ in range(52):
        line.say(block)
    line.say(b".\r\n")
    assert line.hear().startswith(b"552 5.3.4")
    assert bench.last()["request"]["blob"] is None
    assert line.ask(b"NOOP").startswith(b"250")


@pytest.mark.parametrize("port", ["submission", "submission_tls", "smtp"])
def test_a_client_that_does_not_trust_the_sandbox_is_journaled(bench: Bench, port: str) -> None:
    before = len(refused_handshakes(bench))
    raw = socket.create_connection(bench.place(port), timeout=20)
    try:
        if port != "submission_tls":
            line = Wire(raw)
            line.hear()
            line.ask(b"EHLO x")
            line.ask(b"STARTTLS")
        with pytest.raises(ssl.SSLCertVerificationError):
            ssl.create_default_context().wrap_socket(raw, server_hostname="localhost")
    finally:
        raw.close()
    path = f"/control/v1/sessions/default/exchanges?operation=tls.refused&after={before}&wait=20"
    assert bench.control.get(path).json()["exchanges"] or len(refused_handshakes(bench)) > before


def refused_handshakes(bench: Bench) -> list[object]:
    path = "/control/v1/sessions/default/exchanges?operation=tls.refused&limit=1000"
    return list(bench.control.get(path).json()["exchanges"])


def test_octets_outside_ascii_in_headers_are_kept_and_found(bench: Bench) -> None:
    data = b"From: Dr_A_BE <" + SENDER + b">\r\nSubject: caf\xe9\r\nMessage-ID: <a@b>\r\n\r\nBonjour\r\n"
    bench.send(data, to=[GP.mailbox])
    assert "MAIL-MIME-004" in bench.rules(bench.last())
    (stored,) = bench.messages(GP.mailbox)
    assert bench.raw(GP.mailbox, stored["uid"]).endswith(data)


def test_a_login_cannot_inject_anything(bench: Bench) -> None:
    client = bench.connect()
    text = f"user={DOCTOR.mailbox}\r\nMAIL FROM:<x>\x01auth=Bearer {bench.token()}\x01\x01"
    code, _ = client.docmd("AUTH", "XOAUTH2 " + base64.b64encode(text.encode()).decode())
    assert code in (334, 535)
    assert bench.last("mssante.auth")["outcome"] == "refused"


def test_line_ends_survive_as_they_came(bench: Bench, wire: Connecting) -> None:
    line = wire(secured=True)
    line.ask(b"MAIL FROM:<" + SENDER + b">")
    line.ask(b"RCPT TO:<" + RECIPIENT + b">")
    line.ask(b"DATA")
    line.say(b"Subject: a\r\n\r\nun\ndeux\rtrois\r\n.\r\n")
    assert line.hear().startswith(b"250")
    (stored,) = bench.messages(GP.mailbox)
    assert bench.raw(GP.mailbox, stored["uid"]).endswith(b"un\ndeux\rtrois\r\n")
    assert "MAIL-MIME-007" in bench.rules(bench.last(), "warning")
    assert read(bench.raw(GP.mailbox, stored["uid"])).subject == "a"


@pytest.mark.parametrize("subject", [b"=?utf-7?q?+2AA-?=", b"=?undefined?q?a?=", b"=?rot13?q?a?=", b"\x00\x01"])
def test_a_subject_in_a_hostile_charset_is_taken_like_any_other(bench: Bench, subject: bytes) -> None:
    data = b"From: Dr_A_BE <" + SENDER + b">\r\nSubject: " + subject + b"\r\n\r\nBonjour\r\n"
    assert bench.send(data, to=[GP.mailbox]) == {}
    assert bench.last()["outcome"] == "accepted"


def test_an_honest_mail_still_passes_after_all_that(bench: Bench) -> None:
    assert bench.send(mail()) == {}
