"""Misbehaviours on demand: each stage of SMTP with the code that was asked for, and mails that do not arrive well."""

from __future__ import annotations

import smtplib

import pytest

from banc_mocks.mssante.faults import FAULTS
from banc_standards.mail import dsn, mdn
from banc_standards.mail.read import read

from .conftest import DOCTOR, GP, PEOPLE, Bench, bearer, letter, mail

CITIZEN = str(PEOPLE.patient("PAT-01").mailbox)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("unknown_mailbox", "550 5.1.1"),
        ("suspended_mailbox", "550 5.2.1"),
        ("full_mailbox", "452 4.2.2"),
        ("still_full_mailbox", "552 5.2.2"),
        ("greylist", "451 4.7.1"),
        ("rcpt", "550 5.1.1"),
    ],
)
def test_a_recipient_is_refused_once_with_its_code(bench: Bench, fault: str, code: str) -> None:
    bench.arm(fault, match={"recipients": GP.mailbox})
    client = bench.signed_in()
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        bench.send(mail(), client=client)
    found, text = refused.value.recipients[GP.mailbox]
    assert f"{found} {text[:5].decode()}" == code
    exchange = bench.awaited("mssante.submission")
    assert (exchange["outcome"], exchange["code"], exchange["fault"]) == ("refused", code, f"mssante.{fault}")
    assert bench.send(mail(), client=client) == {}


def test_a_fault_strikes_only_whom_it_matches(bench: Bench) -> None:
    bench.arm("unknown_mailbox", match={"recipients": CITIZEN}, times=None)
    assert list(bench.send(mail(to=(GP.mailbox, CITIZEN)))) == [CITIZEN]


def test_a_full_mailbox_refuses_for_a_while_then_for_good(bench: Bench) -> None:
    bench.arm("rcpt", sequence=[{"code": "452 4.2.2"}, {"code": "552 5.2.2"}])
    client = bench.signed_in()
    client.mail(DOCTOR.mailbox)
    assert [client.rcpt(GP.mailbox)[0] for _ in range(3)] == [452, 552, 250]


@pytest.mark.parametrize(("fault", "code"), [("mail", 451), ("data", 451), ("message", 554)])
def test_each_stage_answers_the_code_that_was_asked_for(bench: Bench, fault: str, code: int) -> None:
    bench.arm(fault)
    client = bench.signed_in()
    with pytest.raises(smtplib.SMTPResponseException) as refused:
        bench.send(mail(), client=client)
    assert refused.value.smtp_code == code
    assert bench.last()["fault"] == f"mssante.{fault}"
    assert bench.messages(GP.mailbox) == []
    bench.arm(fault, sequence=[{"code": "421 4.4.2", "text": "bye"}])
    assert client.noop()[0] == 250


def test_authentication_may_fail_for_a_while(bench: Bench) -> None:
    token = bench.token()
    bench.arm("auth")
    client = bench.connect()
    assert bearer(client, DOCTOR.mailbox, token)[0] == 454
    assert bearer(client, DOCTOR.mailbox, token)[0] == 235


def test_the_service_goes_down_then_up(bench: Bench) -> None:
    token = bench.token()
    bench.arm("down")
    client = bench.connect()
    assert bearer(client, DOCTOR.mailbox, token)[0] == 421
    assert bench.last("mssante.auth")["fault"] == "mssante.down"
    with pytest.raises(smtplib.SMTPServerDisconnected):
        client.noop()
    assert bench.send(mail()) == {}


def test_the_service_goes_down_on_an_open_connection(bench: Bench) -> None:
    client = bench.signed_in()
    bench.arm("down")
    assert client.mail(DOCTOR.mailbox)[0] == 421
    assert client.noop()[0] == 250


def test_a_slow_service_answers_late(bench: Bench) -> None:
    bench.arm("slow", sequence=[{"delay_ms": 300}])
    bench.send(mail())
    assert bench.last()["duration_us"] > 300_000


def test_a_lost_reply_leaves_the_mail_stored(bench: Bench) -> None:
    bench.arm("lost_reply")
    with pytest.raises(smtplib.SMTPServerDisconnected):
        bench.send(mail())
    assert bench.last()["outcome"] == "accepted"
    assert len(bench.messages(GP.mailbox)) == 1


@pytest.mark.parametrize("fault", ["cut", "close"])
def test_a_connection_that_is_cut_keeps_nothing(bench: Bench, fault: str) -> None:
    bench.arm(fault)
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        bench.send(mail())
    exchange = bench.awaited("mssante.submission")
    assert (exchange["outcome"], exchange["fault"]) == ("failed", f"mssante.{fault}")
    assert bench.messages(GP.mailbox) == []


def test_a_mail_may_bounce(bench: Bench) -> None:
    bench.arm("bounce", sequence=[{"status": "5.2.1", "text": "Boîte fermée."}])
    assert bench.send(mail()) == {}
    (message,) = bench.messages(DOCTOR.mailbox)
    notice = read(bench.raw(DOCTOR.mailbox, message["uid"]))
    found = dsn.read(notice.mime)
    assert found is not None
    assert (found.failed[0].recipient, found.failed[0].status) == (GP.mailbox, "5.2.1")
    assert "Boîte fermée." in notice.text
    assert bench.messages(GP.mailbox) == []


def test_a_mail_may_come_twice(bench: Bench) -> None:
    bench.arm("duplicate")
    bench.send(mail())
    first, second = bench.messages(GP.mailbox)
    assert first["blob"] == second["blob"]


@pytest.mark.parametrize(("fault", "kept"), [("receipt_unknown", False), ("receipt_unasked", True)])
def test_a_receipt_may_lie(bench: Bench, fault: str, kept: bool) -> None:
    bench.arm(fault)
    sent = mail(letter(), to=(CITIZEN,), read_receipt_to=None if fault == "receipt_unasked" else DOCTOR.mailbox)
    bench.send(sent)
    (message,) = bench.messages(DOCTOR.mailbox)
    notice = mdn.read(read(bench.raw(DOCTOR.mailbox, message["uid"])).mime)
    assert notice is not None
    assert (notice.original_message_id == sent.message_id) is kept


def test_every_fault_says_what_it_does_in_both_languages() -> None:
    assert all(fault.text.fr and fault.text.en for fault in FAULTS)
