"""What trips an IMAP server: the answer stays in step, and what was not offered is not served."""

from __future__ import annotations

import base64
import socket
from collections.abc import Iterator

import pytest

from .conftest import GP, TIMEOUT_S, Bench
from .mailboxes import Line, reading, signed_in


@pytest.fixture
def line(bench: Bench) -> Iterator[Line]:
    """A bare socket over TLS."""
    with (
        socket.create_connection(bench.place("imap_tls"), timeout=TIMEOUT_S) as raw,
        bench.trust.wrap_socket(raw, server_hostname="localhost") as secured,
    ):
        made = Line(secured)
        assert made.hear().startswith(b"* OK")
        yield made


def response(bench: Bench) -> bytes:
    return base64.b64encode(f"user={GP.mailbox}\x01auth=Bearer {bench.token(GP.idnat)}\x01\x01".encode())


def opened(bench: Bench, line: Line) -> Line:
    assert line.ask(b"AUTHENTICATE XOAUTH2 " + response(bench))[-1].startswith(b"a OK")
    assert line.ask(b"SELECT inbox")[-1].startswith(b"a OK")
    return line


def test_a_header_name_is_told_again_as_long_as_it_is(bench: Bench, line: Line) -> None:
    opened(bench, line)
    assert line.ask(b"APPEND INBOX {14+}\r\nSubject: a\r\n\r\n")[-1].startswith(b"a OK")
    asked = b'HEADER.FIELDS (subject "x y" {1+}\r\n\xe9 {3+}\r\na\r\n)'
    (told, done) = line.ask(b"FETCH 1 BODY.PEEK[" + asked + b"]<0.5>")
    named = b'HEADER.FIELDS (SUBJECT "X Y" {1}\r\n\xe9 {3}\r\nA\r\n)'
    assert (told, done) == (b"* 1 FETCH (BODY[" + named + b"]<0> {5}\r\nSubje)", b"a OK FETCH completed")


@pytest.mark.parametrize("header", [b"From: " + b"a:" * 6_000, b"To: " + b"(" * 6_000, b"Cc: g:" + b"b@c.fr," * 500])
def test_a_hostile_address_list_has_an_envelope(bench: Bench, line: Line, header: bytes) -> None:
    opened(bench, line)
    data = header + b"\r\n\r\nx"
    assert line.ask(b"APPEND INBOX {%d+}\r\n" % len(data) + data)[-1].startswith(b"a OK")
    assert line.ask(b"FETCH 1 ENVELOPE")[-1] == b"a OK FETCH completed"


@pytest.mark.parametrize(
    "command", ["NAMESPACE", "ID NIL", "UNSELECT", "MOVE 1 INBOX", "UID MOVE 1 INBOX", "UID EXPUNGE 1", "IDLE"]
)
def test_what_is_not_announced_is_not_served(bench: Bench, line: Line, command: str) -> None:
    opened(bench, line)
    bench.switch("imap_extensions", "none")
    assert line.ask(command.encode())[-1].startswith(b"a BAD")
    assert bench.rules(bench.exchanges()[-1]) == {"IMAP-SYN-004"}


def test_an_initial_response_that_is_not_announced_is_refused(bench: Bench, line: Line) -> None:
    bench.control.put("/control/v1/sessions/default/switches", json={"mssante.imap_extensions": "none"})
    try:
        assert line.ask(b"AUTHENTICATE XOAUTH2 " + response(bench))[-1].startswith(b"a BAD")
        line.say(b"b AUTHENTICATE XOAUTH2\r\n")
        assert line.hear() == b"+ "
        line.say(response(bench) + b"\r\n")
        assert line.until(b"b")[-1].startswith(b"b OK")
    finally:
        bench.control.put("/control/v1/sessions/default/switches", json={"mssante.imap_extensions": "all"})


def test_an_identification_that_nobody_ends_is_journaled(bench: Bench, line: Line) -> None:
    line.say(b"a AUTHENTICATE XOAUTH2\r\n")
    assert line.hear() == b"+ "
    line.socket.close()
    path = "/control/v1/sessions/default/exchanges?operation=mssante.imap.AUTHENTICATE&outcome=failed&wait=20"
    assert bench.control.get(path).json()["exchanges"][-1]["facts"]["ended_by"] == "connection lost"


def test_a_folder_made_again_after_a_reset_has_a_greater_uidvalidity(bench: Bench) -> None:
    client = reading(bench)
    for name in ("a", "b"):
        client.create(name)
    client.select("b")
    before = client.response("UIDVALIDITY")[1][0]
    bench.tell("POST", "reset")
    bench.tokens.clear()
    again = signed_in(bench)
    again.create("b")
    again.select("b")
    after = again.response("UIDVALIDITY")[1][0]
    assert isinstance(before, bytes)
    assert isinstance(after, bytes)
    assert int(after) > int(before)


def test_a_heavy_message_is_kept_and_found(bench: Bench, line: Line) -> None:
    opened(bench, line)
    data = b"Subject: lourd\r\n\r\n" + (b"z" * 70 + b"\r\n") * 5_000
    assert line.ask(b"APPEND INBOX {%d+}\r\n" % len(data) + data)[-1].startswith(b"a OK")
    assert bench.messages(GP.mailbox)[-1]["subject"] == "lourd"
    for keys, found in ((b"BODY zzz", b"* SEARCH 1"), (b"SUBJECT leger", b"* SEARCH")):
        assert line.ask(b"SEARCH " + keys)[0] == found


@pytest.mark.parametrize("command", ['SELECT "Envoyés"', 'CREATE "é"', 'LIST "" "Envoyé%"', "SELECT {9+}\r\nEnvoyés"])
def test_a_folder_is_named_in_modified_utf7(bench: Bench, line: Line, command: str) -> None:
    opened(bench, line)
    assert line.ask(command.encode())[-1].startswith(b"a BAD")
    assert bench.rules(bench.exchanges()[-1]) == {"IMAP-SYN-001"}
    assert line.ask(b"SELECT Envoy&AOk-s")[-1].startswith(b"a OK")
