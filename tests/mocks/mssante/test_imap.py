"""Reading a mailbox over IMAP with the standard library's client."""

from __future__ import annotations

import email

import pytest

from .conftest import GP, Bench, letter, mail
from .mailboxes import signed_in


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
