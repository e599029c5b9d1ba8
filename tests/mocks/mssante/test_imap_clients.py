"""Reading a mailbox with IMAPClient: it reads ENVELOPE and BODYSTRUCTURE by itself, and waits with IDLE."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from .conftest import DOCTOR, GP, Bench, letter, mail

imapclient = pytest.importorskip("imapclient", reason="IMAPClient is a development dependency")


@pytest.fixture
def client(bench: Bench) -> Iterator[Any]:
    host, port = bench.place("imap_tls")
    opened = imapclient.IMAPClient(host, port, ssl=True, ssl_context=bench.trust, timeout=20)
    opened.oauth2_login(GP.mailbox, bench.token(GP.idnat))
    yield opened
    opened.shutdown()


def test_the_envelope_and_the_parts_are_read(bench: Bench, client: Any) -> None:
    sent = mail(letter())
    bench.send(sent)
    client.select_folder("INBOX")
    told = client.fetch([1], ["ENVELOPE", "BODYSTRUCTURE", "RFC822.SIZE"])[1]
    envelope = told[b"ENVELOPE"]
    assert envelope.message_id == sent.message_id.encode()
    assert (envelope.from_[0].mailbox + b"@" + envelope.from_[0].host).decode() == DOCTOR.mailbox
    assert envelope.to[0].mailbox.decode() == GP.mailbox.partition("@")[0]
    parts, kind = told[b"BODYSTRUCTURE"][0], told[b"BODYSTRUCTURE"][1]
    assert kind == b"MIXED"
    assert [part[:2] for part in parts] == [(b"TEXT", b"PLAIN"), (b"APPLICATION", b"ZIP"), (b"APPLICATION", b"PDF")]
    zipped = client.fetch([1], ["BODY.PEEK[2]", "BODY.PEEK[2]<0.10>", "BODY.PEEK[2.MIME]"])[1]
    assert zipped[b"BODY[2]"][:10] == zipped[b"BODY[2]<0>"]
    assert len(zipped[b"BODY[2]"]) == parts[1][6]
    assert b"IHE_XDM.zip" in zipped[b"BODY[2.MIME]"]


def test_idle_tells_of_a_mail_that_arrives(bench: Bench, client: Any) -> None:
    client.select_folder("INBOX")
    client.idle()
    bench.send(mail())
    told = client.idle_check(timeout=15)
    client.idle_done()
    assert (1, b"EXISTS") in told
    assert bench.exchanges("mssante.imap.IDLE")


def test_folders_have_their_use_and_their_french_names(client: Any) -> None:
    assert client.find_special_folder(b"\\Sent") == "Envoyés"
    client.create_folder("Biologie & Cie")
    assert "Biologie & Cie" in [name for _, _, name in client.list_folders()]
    assert client.folder_status("Biologie & Cie")[b"UIDNEXT"] == 1


def test_messages_are_moved_and_their_new_uids_told(bench: Bench, client: Any) -> None:
    bench.send(mail())
    client.select_folder("INBOX")
    client.move([1], "Corbeille")
    assert client.search() == []
    client.select_folder("Corbeille")
    assert client.search() == [1]
