"""Reading a mailbox over IMAP with the standard library's client, which we did not write."""

from __future__ import annotations

import email
import imaplib
import re

import pytest

from .conftest import APPLICATION, DOCTOR, GP, PLACE, TIMEOUT_S, Bench, letter, mail
from .mailboxes import bearer, connect, reading, signed_in

NOTE = b"From: Labo <a@b.fr>\r\nSubject: =?utf-8?q?R=C3=A9sultats?=\r\nMessage-ID: <%d@x>\r\n\r\nBonjour %d\r\n"


def note(number: int = 1) -> bytes:
    return NOTE % (number, number)


@pytest.fixture(scope="module")
def two_notes(lasting: Bench) -> imaplib.IMAP4:
    """A client that has two mails before it."""
    return reading(lasting, note(1), note(2))


@pytest.mark.parametrize("port", ["imap", "imap_tls"])
def test_a_document_that_was_mailed_is_read_octet_for_octet(bench: Bench, port: str) -> None:
    sent = mail(letter())
    bench.send(sent)
    client = signed_in(bench, port=port)
    assert client.select()[1] == [b"1"]
    _, (found,) = client.uid("SEARCH", "HEADER", "Message-ID", f'"{sent.message_id}"')
    _, answer = client.uid("FETCH", found.decode(), "(RFC822.SIZE BODY.PEEK[])")
    head, data = answer[0]
    assert data == bench.raw(GP.mailbox, 1)
    assert f"RFC822.SIZE {len(data)}".encode() in head
    names = [part.get_filename() for part in email.message_from_bytes(data).walk()]
    assert "IHE_XDM.zip" in names
    exchange = bench.awaited("mssante.imap.FETCH")
    assert exchange["outcome"] == "accepted"
    assert exchange["transport"] == {"imap": "imap", "imap_tls": "imaps"}[port]
    assert exchange["facts"]["message_ids"] == [sent.message_id]
    assert exchange["facts"]["mailbox"] == GP.mailbox
    assert exchange["facts"]["professional"] == GP.idnat
    assert exchange["peer"]["session_by"] == "credential"


def test_nothing_is_announced_in_clear_but_starttls(bench: Bench) -> None:
    host, port = bench.place("imap")
    client = imaplib.IMAP4(host, port, timeout=TIMEOUT_S)
    bench.ends.append(client.shutdown)
    assert {"STARTTLS", "LOGINDISABLED"} <= set(client.capabilities)
    assert not any(name.startswith("AUTH=") for name in client.capabilities)
    with pytest.raises(imaplib.IMAP4.error, match="IMAP-TLS-001"):
        client.login(GP.mailbox, "secret")
    exchange = bench.control.get("/control/v1/sessions/default/exchanges?operation=mssante.imap.LOGIN").json()
    assert "secret" not in str(exchange)
    client.starttls(bench.trust)
    assert "AUTH=XOAUTH2" in client.capabilities
    assert "STARTTLS" not in client.capabilities


def test_an_application_opens_its_mailbox_under_its_certificate(bench: Bench) -> None:
    client = connect(bench, context=bench.shown(bench.certificate(holder=PLACE.id)))
    assert "AUTH=PLAIN" in client.capabilities
    client.authenticate("PLAIN", lambda _: f"\0{APPLICATION}\0".encode())
    assert client.select()[0] == "OK"
    exchange = bench.last("mssante.imap.AUTHENTICATE")
    assert (exchange["peer"]["session_by"], exchange["facts"]["mailbox"]) == ("certificate", APPLICATION)


def test_external_and_login_are_only_noted(bench: Bench) -> None:
    context = bench.shown(bench.certificate(holder=PLACE.id))
    connect(bench, context=context).authenticate("EXTERNAL", lambda _: APPLICATION.encode())
    connect(bench, context=context).login(APPLICATION, "")
    for verb in ("AUTHENTICATE", "LOGIN"):
        assert bench.rules(bench.last(f"mssante.imap.{verb}"), "info") == {"SMTP-AUTH-005"}


@pytest.mark.parametrize(
    ("mailbox", "person", "token", "rule"),
    [
        (GP.mailbox, DOCTOR.idnat, None, "SMTP-AUTH-003"),
        (GP.mailbox, GP.idnat, "x.y.z", "SMTP-AUTH-002"),
        ("personne@medecin.mssante.fr", GP.idnat, None, "SMTP-AUTH-003"),
    ],
)
def test_a_refused_token_is_explained(bench: Bench, mailbox: str, person: str, token: str | None, rule: str) -> None:
    client = connect(bench)
    with pytest.raises(imaplib.IMAP4.error, match=rf"\[AUTHENTICATIONFAILED\].*{rule}"):
        client.authenticate("XOAUTH2", bearer(mailbox, token or bench.token(person)))
    client.authenticate("XOAUTH2", bearer(GP.mailbox, bench.token(GP.idnat)))  # the connection survives


def test_flags_are_kept_and_told(bench: Bench) -> None:
    client = reading(bench, note(1), note(2))
    assert client.fetch("1", "(FLAGS)")[1] == [rb"1 (FLAGS (\Recent))"]
    client.fetch("1", "(BODY[TEXT])")
    assert client.search(None, "UNSEEN")[1] == [b"2"]
    client.store("2", "+FLAGS", r"(\Flagged important)")
    assert client.search(None, "KEYWORD", "important")[1] == [b"2"]
    client.store("2", "-FLAGS.SILENT", r"(\Flagged)")
    assert rb"\Flagged" not in client.fetch("2", "(FLAGS)")[1][0]
    again = signed_in(bench)
    again.select()
    assert again.search(None, "SEEN")[1] == [b"1"]
    assert [message["flags"] for message in bench.messages(GP.mailbox)] == [[r"\Seen"], ["important"]]


def test_peek_and_examine_alter_nothing(bench: Bench) -> None:
    client = reading(bench, note())
    client.fetch("1", "(BODY.PEEK[])")
    client.select(readonly=True)
    client.fetch("1", "(BODY[])")
    assert client.search(None, "SEEN")[1] == [b""]
    assert client.store("1", "+FLAGS", r"(\Seen)")[0] == "NO"
    assert bench.rules(bench.last("mssante.imap.STORE")) == {"IMAP-BOX-004"}


def test_what_is_deleted_is_expunged_and_uids_never_serve_again(bench: Bench) -> None:
    client = reading(bench, note(1), note(2), note(3))
    client.uid("STORE", "1:2", "+FLAGS", r"(\Deleted)")
    client.uid("EXPUNGE", "2")
    assert client.uid("SEARCH", "ALL")[1] == [b"1 3"]
    client.expunge()
    bench.signed_in().sendmail(DOCTOR.mailbox, [GP.mailbox], note(4))
    client.noop()
    assert client.uid("SEARCH", "ALL")[1] == [b"3 4"]
    listed = bench.control.get(f"/control/v1/sessions/{bench.session}/mailboxes?limit=1000").json()["mailboxes"]
    assert next(box["messages"] for box in listed if box["address"] == GP.mailbox) == 2


def test_folders_are_made_filled_renamed_and_removed(bench: Bench) -> None:
    client = reading(bench, note())
    assert sorted(re.findall(rb'"/" "?([^"]*)', b" ".join(client.list()[1]))) == sorted(
        [b"INBOX", b"Envoy&AOk-s", b"Brouillons", b"Corbeille"]
    )
    assert client.create('"R&AOk-sultats/2026"')[0] == "OK"
    assert client.create('"R&AOk-sultats/2026"')[0] == "NO"
    assert client.uid("MOVE", "1", '"R&AOk-sultats/2026"')[0] == "OK"
    assert client.search(None, "ALL")[1] == [b""]
    client.rename('"R&AOk-sultats/2026"', "Labo")
    assert client.select("Labo")[1] == [b"1"]
    assert client.delete("INBOX")[0] == "NO"
    assert client.delete("Labo")[0] == "OK"
    assert client.select("Labo")[0] == "NO"
    assert bench.rules(bench.last("mssante.imap.SELECT")) == {"IMAP-BOX-001"}


def test_a_copy_of_what_was_sent_is_appended(bench: Bench) -> None:
    client = signed_in(bench)
    status, answer = client.append("Envoy&AOk-s", r"(\Seen)", '"01-Feb-2026 10:00:00 +0100"', note(7))
    assert status == "OK"
    assert re.search(rb"APPENDUID \d+ 1", answer[0])
    client.select("Envoy&AOk-s")
    _, answer = client.fetch("1", "(INTERNALDATE BODY[])")
    assert answer[0][1] == note(7)
    assert b"01-Feb-2026 09:00:00 +0000" in answer[0][0]
    assert bench.last("mssante.imap.APPEND")["facts"]["message_ids"] == ["<7@x>"]
    assert client.append('"Nulle part"', None, None, note())[0] == "NO"


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ('SUBJECT "résultats"', b"1 2"),
        ('BODY "Bonjour 2"', b"2"),
        ("TEXT labo", b"1 2"),
        ("NOT UID 1", b"2"),
        ("OR HEADER Message-ID 1@x UID 2", b"1 2"),
        ("(SMALLER 10)", b""),
        ("LARGER 10 2:*", b"2"),
        ("SINCE 1-Jan-2020 BEFORE 1-Jan-2100", b"1 2"),
        ("SENTBEFORE 1-Jan-2100", b""),
        ("FROM a@b.fr UNDELETED NEW", b"1 2"),
    ],
)
def test_messages_are_found(two_notes: imaplib.IMAP4, keys: str, found: bytes) -> None:
    assert two_notes.search("UTF-8", keys.encode())[1] == [found]  # type: ignore[arg-type]  # typeshed wants str


def test_a_reset_ends_the_connection_and_the_uids(bench: Bench) -> None:
    client = reading(bench, note())
    before = client.response("UIDVALIDITY")[1]
    bench.tell("POST", "reset")
    with pytest.raises((imaplib.IMAP4.abort, imaplib.IMAP4.error)):
        client.noop()
    bench.tokens.clear()
    again = signed_in(bench)
    assert again.select()[1] == [b"0"]
    assert again.response("UIDVALIDITY")[1] != before


def test_two_sessions_do_not_see_each_other(bench: Bench, other: Bench) -> None:
    reading(bench, note())
    assert signed_in(other).select()[1] == [b"0"]


def test_bare_imap4rev1_is_a_switch(bench: Bench) -> None:
    bench.switch("imap_extensions", "none")
    client = signed_in(bench)
    assert set(client.capability()[1][-1].split()) == {b"IMAP4rev1"}


def test_what_waits_for_nothing_is_counted_together(bench: Bench) -> None:
    client = signed_in(bench)
    for _ in range(20):
        client.noop()
    entries = bench.exchanges("mssante.imap.NOOP")
    assert sum(entry["count"] for entry in entries) == 20
    assert len(entries) < 5
