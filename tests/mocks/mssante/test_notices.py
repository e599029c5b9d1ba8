"""What a sender asks of delivery notices (RFC 3461) is what it gets; no machine answers a machine."""

from __future__ import annotations

import pytest

from banc_standards.mail import dsn
from banc_standards.mail.read import read

from .conftest import DOCTOR, GP, PEOPLE, Bench

ABSENT = next(one.mailbox for one in PEOPLE.patients if one.mailbox and one.dmp == "absent")
CITIZEN = next(one.mailbox for one in PEOPLE.patients if one.mailbox and one.dmp == "open")
TEST = f"reponse.automatique-test@{GP.mailbox.partition('@')[2]}"
HEADERS = f"From: Dr_A_BE <{DOCTOR.mailbox}>\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\nX-MSS-NIL: DEV1\r\n".encode()
MAIL = HEADERS + b"Message-ID: <a@x.fr>\r\nSubject: s\r\n\r\nBonjour\r\n"


def sent(
    bench: Bench, to: list[str], data: bytes = MAIL, *, options: tuple[str, ...] = (), each: tuple[str, ...] = ()
) -> list[bytes]:
    """Sends a mail; returns what came back."""
    client = bench.signed_in()
    assert client.mail(DOCTOR.mailbox, options)[0] == 250
    assert {client.rcpt(one, each)[0] for one in to} == {250}
    assert client.data(data)[0] == 250
    return [bench.raw(DOCTOR.mailbox, one["uid"]) for one in bench.messages(DOCTOR.mailbox)]


def test_a_delivery_notice_names_the_senders_own_ids(bench: Bench) -> None:
    asked = ("NOTIFY=SUCCESS", "ORCPT=rfc822;autre+2Bx@y.fr")
    (notice,) = sent(bench, [GP.mailbox], options=("ENVID=QQ+2B314", "RET=hdrs"), each=asked)
    status = dsn.read(read(notice).mime)
    assert status is not None
    assert (status.envelope_id, status.outcomes[0].original_recipient) == ("QQ+314", "autre+x@y.fr")


@pytest.mark.parametrize(
    ("each", "notices"), [("NEVER", 0), ("SUCCESS", 0), ("SUCCESS,DELAY", 0), ("FAILURE", 1), ("success,failure", 1)]
)
def test_a_bounce_comes_only_where_it_is_wanted(bench: Bench, each: str, notices: int) -> None:
    assert len(sent(bench, [ABSENT], each=(f"NOTIFY={each}",))) == notices
    assert bench.last()["facts"]["undelivered"] == [ABSENT]


@pytest.mark.parametrize(("ret", "kind"), [("FULL", "message/rfc822"), ("HDRS", "text/rfc822-headers")])
def test_a_bounce_returns_what_was_asked_of_the_mail(bench: Bench, ret: str, kind: str) -> None:
    (notice,) = sent(bench, [ABSENT], options=(f"RET={ret}", "ENVID=abc"))
    found = read(notice).mime
    assert found.parts[2].media_type == kind
    status = dsn.read(found)
    assert status is not None
    assert status.envelope_id == "abc"


def test_a_mailbox_named_twice_gets_one_message(bench: Bench) -> None:
    sent(bench, [GP.mailbox, GP.mailbox.upper(), GP.mailbox])
    assert len(bench.messages(GP.mailbox)) == 1


@pytest.mark.parametrize("header", [b"Auto-Submitted: auto-replied\r\n", b"Auto-Submitted: Auto-Generated; x\r\n"])
def test_the_test_mailbox_answers_no_machine(bench: Bench, header: bytes) -> None:
    assert sent(bench, [TEST], header + MAIL) == []
    assert len(sent(bench, [TEST], b"Auto-Submitted: no\r\n" + MAIL)) == 1


@pytest.mark.parametrize(
    ("message_id", "subject"),
    [
        (b"<m\r@x>", b"s"),
        (b"<m@x>\x0bfoo", b"s"),
        (b"<m\xe9@x>", b"s"),
        (b"<m@x>", b"=?utf-8?B?YQ0KQmNjOiBldmlsQHguZnINCg==?="),
        (b"", b"\x00"),
    ],
)
def test_a_hostile_mail_is_answered_without_repeating_it(bench: Bench, message_id: bytes, subject: bytes) -> None:
    asked = b"Disposition-Notification-To: " + DOCTOR.mailbox.encode() + b"\r\n"
    data = HEADERS + asked + b"Message-ID: " + message_id + b"\r\nSubject: " + subject + b"\r\n\r\nx\r\n"
    for notice in sent(bench, [CITIZEN, TEST], data):
        head = notice.partition(b"\r\n\r\n")[0]
        assert head.isascii()
        assert head.count(b"\r") == head.count(b"\n") == head.count(b"\r\n")
        assert read(notice).mime.headers.all("Bcc") == ()


@pytest.mark.parametrize(
    ("command", "parameter"),
    [
        ("MAIL", "BODY=FOO"),
        ("MAIL", "BODY=BINARYMIME"),
        ("MAIL", "RET=PART"),
        ("MAIL", "SIZE"),
        ("MAIL", "ENVID=a+zz"),
        ("MAIL", "ENVID="),
        ("RCPT", "NOTIFY=FOO"),
        ("RCPT", "NOTIFY=NEVER,SUCCESS"),
        ("RCPT", "NOTIFY="),
        ("RCPT", "ORCPT=foo"),
    ],
)
def test_a_parameter_has_its_form(lasting: Bench, command: str, parameter: str) -> None:
    client = lasting.signed_in()
    if command == "RCPT":
        client.mail(DOCTOR.mailbox)
        code, reply = client.rcpt(GP.mailbox, [parameter])
        client.rset()
        entry = lasting.awaited("mssante.submission")
    else:
        code, reply = client.mail(DOCTOR.mailbox, [parameter])
        entry = lasting.last()
    assert (code, reply[:5]) == (501, b"5.5.4")
    assert lasting.rules(entry) == {"SMTP-SYN-002"}


def test_a_program_hides_behind_no_second_name(bench: Bench) -> None:
    hidden = b"Content-Type: application/pdf; name=a.exe\r\nContent-Disposition: attachment; filename=a.pdf\r\n"
    client = bench.signed_in()
    client.mail(DOCTOR.mailbox)
    client.rcpt(GP.mailbox)
    assert client.data(hidden + MAIL)[0] == 550
    assert bench.rules(bench.last()) == {"SMTP-DATA-002"}


def test_the_same_message_id_twice_at_once_is_told(bench: Bench) -> None:
    senders = [bench.signed_in() for _ in range(2)]
    for client in senders:
        client.mail(DOCTOR.mailbox)
        client.rcpt(GP.mailbox)
        assert client.docmd("DATA")[0] == 354
    data = MAIL + b"x" * 900 + (b"\r\n" + b"y" * 70) * 1_000 + b"\r\n.\r\n"
    for client in senders:
        client.send(data)
    assert [client.getreply()[0] for client in senders] == [250, 250]
    told = ["MAIL-HDR-006" in bench.rules(one, "warning") for one in bench.exchanges("mssante.submission")]
    assert sorted(told) == [False, True]
