"""The misbehaviours of the mailbox that a session can ask for."""

from __future__ import annotations

import imaplib

import pytest

from .conftest import GP, Bench
from .mailboxes import bearer, connect, reading, signed_in

NOTE = b"Subject: essai\r\nMessage-ID: <1@x>\r\n\r\nBonjour\r\n"


@pytest.mark.parametrize(
    ("fault", "answer", "code"),
    [("imap_no", "NO", "NO [UNAVAILABLE]"), ("imap_bad", "BAD", "BAD")],
)
def test_a_command_is_refused_once_and_does_nothing(bench: Bench, fault: str, answer: str, code: str) -> None:
    client = reading(bench, NOTE)
    bench.arm(fault, match={"operation": "mssante.imap.STORE"})
    if answer == "BAD":
        with pytest.raises(imaplib.IMAP4.error):
            client.store("1", "+FLAGS", r"(\Seen)")
    else:
        assert client.store("1", "+FLAGS", r"(\Seen)")[0] == answer
    exchange = bench.last("mssante.imap.STORE")
    assert (exchange["outcome"], exchange["code"], exchange["fault"]) == ("refused", code, f"mssante.{fault}")
    assert client.search(None, "SEEN")[1] == [b""]
    assert client.store("1", "+FLAGS", r"(\Seen)")[0] == "OK"


@pytest.mark.parametrize("fault", ["imap_bye", "down", "close", "imap_cut"])
def test_a_connection_that_ends_can_be_opened_again(bench: Bench, fault: str) -> None:
    client = reading(bench, NOTE)
    bench.arm(fault, match={"operation": "mssante.imap.FETCH"})
    with pytest.raises(imaplib.IMAP4.abort):
        client.fetch("1", "(BODY.PEEK[])")
    assert bench.awaited("mssante.imap.FETCH")["fault"] == f"mssante.{fault}"
    again = signed_in(bench)
    again.select()
    assert again.fetch("1", "(BODY.PEEK[])")[0] == "OK"


def test_a_message_that_another_client_removes_is_told(bench: Bench) -> None:
    client = reading(bench, NOTE, NOTE.replace(b"<1@x>", b"<2@x>"))
    bench.arm("imap_gone")
    _, answer = client.uid("FETCH", "1:2", "(UID)")
    assert answer == [b"2 (UID 2)"]
    assert client.response("EXPUNGE")[1] == [b"1"]


def test_uidvalidity_changes_when_the_mailbox_is_rebuilt(bench: Bench) -> None:
    client = reading(bench, NOTE)
    before = client.response("UIDVALIDITY")[1]
    bench.arm("imap_uidvalidity")
    client.select()
    assert client.response("UIDVALIDITY")[1] != before


@pytest.mark.parametrize(("code", "answer"), [("454 4.7.0", "UNAVAILABLE"), ("535 5.7.8", "AUTHENTICATIONFAILED")])
def test_authentication_fails_as_it_does_for_sending(bench: Bench, code: str, answer: str) -> None:
    bench.arm("auth", sequence=[{"code": code}])
    with pytest.raises(imaplib.IMAP4.error, match=answer):
        connect(bench).authenticate("XOAUTH2", bearer(GP.mailbox, bench.token(GP.idnat)))


def test_a_mailbox_answers_late(bench: Bench) -> None:
    client = reading(bench, NOTE)
    bench.arm("slow", sequence=[{"delay_ms": 50}])
    assert client.fetch("1", "(FLAGS)")[0] == "OK"
    assert bench.last("mssante.imap.FETCH")["duration_us"] >= 50_000
