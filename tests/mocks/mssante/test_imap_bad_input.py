"""What no client should say: each gets IMAP's own refusal, its rule, and an entry in the journal; nothing hangs."""

from __future__ import annotations

import base64
import socket
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from .conftest import GP, TIMEOUT_S, Bench
from .mailboxes import Line

Opener = Callable[..., Line]


@pytest.fixture
def line(bench: Bench) -> Iterator[Opener]:
    """Opens bare sockets: in clear, over TLS (``secured``), or signed in with INBOX selected (``opened``)."""
    yield from opening(bench)


@pytest.fixture(scope="module")
def reader(lasting: Bench) -> Iterator[Line]:
    """One connection, signed in with INBOX selected, that outlives what it is told."""
    for connect in opening(lasting):
        yield connect(opened=True)


def opening(bench: Bench) -> Iterator[Opener]:
    held: list[socket.socket] = []

    def connect(*, secured: bool = False, opened: bool = False) -> Line:
        raw = socket.create_connection(bench.place("imap_tls" if secured or opened else "imap"), timeout=TIMEOUT_S)
        held.append(raw)
        if secured or opened:
            raw = bench.trust.wrap_socket(raw, server_hostname="localhost")
            held.append(raw)
        made = Line(raw)
        assert made.hear().startswith(b"* OK [CAPABILITY IMAP4rev1")
        if opened:
            token = base64.b64encode(f"user={GP.mailbox}\x01auth=Bearer {bench.token(GP.idnat)}\x01\x01".encode())
            assert made.ask(b"AUTHENTICATE XOAUTH2 " + token)[-1].startswith(b"a OK")
            assert made.ask(b"SELECT inbox")[-1].startswith(b"a OK [READ-WRITE]")
        return made

    yield connect
    for one in held:
        with closing(one):
            pass


def default_rules(bench: Bench, operation: str) -> set[str]:
    """The rules of the last such exchange that no credential gives to a session."""
    found = bench.control.get(f"/control/v1/sessions/default/exchanges?operation={operation}").json()["exchanges"]
    return bench.rules(found[-1])


@pytest.mark.parametrize(
    ("command", "answer", "rule"),
    [
        (b"FETCH", b"a BAD", "IMAP-SYN-001"),
        (b"FETCH 1 (FLAGS", b"a BAD", "IMAP-SYN-001"),
        (b"FETCH 0 FLAGS", b"a BAD", "IMAP-SYN-001"),
        (b"FETCH 99999999999 FLAGS", b"a BAD", "IMAP-SYN-001"),
        (b"FETCH 1 BODY[1.MIME.TEXT]", b"a BAD", "IMAP-SYN-001"),
        (b"FETCH 1 BODY[]<0.0>", b"a BAD", "IMAP-SYN-001"),
        (b"FETCH 7 FLAGS", b"a BAD", "IMAP-MSG-001"),
        (b"STORE 1:* +FLAGS (\\Recent)", b"a BAD", "IMAP-SYN-001"),
        (b"SEARCH", b"a BAD", "IMAP-SYN-001"),
        (b"SEARCH CHARSET EBCDIC ALL", b"a NO [BADCHARSET", "IMAP-SEARCH-001"),
        (b"SEARCH " + b"(" * 50 + b"ALL" + b")" * 50, b"a BAD", "IMAP-SYN-001"),
        (b"SEARCH SINCE 31-Feb-2026", b"a BAD", "IMAP-SYN-001"),
        (b'SELECT "unfinished', b"a BAD", "IMAP-SYN-001"),
        (b"SELECT nulle-part", b"a NO [NONEXISTENT]", "IMAP-BOX-001"),
        (b"CREATE a*b", b"a BAD", "IMAP-SYN-001"),
        (b"COPY 1:* nulle-part", b"a NO [TRYCREATE]", "IMAP-BOX-001"),
        (b"DELETE INBOX", b"a NO [CANNOT]", "IMAP-BOX-003"),
        (b"STATUS inbox (SIZE)", b"a BAD", "IMAP-SYN-001"),
        (b"APPEND inbox nothing", b"a BAD", "IMAP-SYN-001"),
        (b'APPEND inbox "99-Xxx-2026 10:00:00 +0000" {3+}\r\nabc', b"a BAD", "IMAP-SYN-001"),
        (b"UID NOOP", b"a BAD", "IMAP-SYN-004"),
        (b"XYZZY", b"a BAD", "IMAP-SYN-004"),
        (b"STARTTLS", b"a BAD", "IMAP-STATE-001"),
        (b"LOGIN a b", b"a BAD", "IMAP-STATE-001"),
        (b"NOOP" + b" " * 17_000, b"a BAD", "IMAP-SYN-002"),
        (b"SELECT {9000+}\r\n" + b"x" * 9000, b"a NO [TOOBIG]", "IMAP-SYN-003"),
        (b"SELECT {9000}", b"a NO [TOOBIG]", "IMAP-SYN-003"),
        (b"\x00\xff", b"a BAD", "IMAP-SYN-001"),
    ],
)
def test_a_bad_command_is_refused_by_its_rule_and_the_connection_lives(
    lasting: Bench, reader: Line, command: bytes, answer: bytes, rule: str
) -> None:
    assert reader.ask(b"SELECT inbox", b"s")[-1].startswith(b"s OK")  # a SELECT that failed had closed it
    before = lasting.control.get(f"/control/v1/sessions/{lasting.session}").json()["position"]
    said = reader.ask(command)
    assert said[-1].startswith(answer), said
    assert f"[{rule}]".encode() in said[-1]
    (refused,) = lasting.tell("GET", f"exchanges?after={before}&outcome=refused")["exchanges"]
    assert (refused["outcome"], lasting.rules(refused)) == ("refused", {rule})
    assert refused["code"] is not None
    assert reader.ask(b"NOOP", b"b")[-1].startswith(b"b OK")


@pytest.mark.parametrize("command", [b"SELECT inbox", b"FETCH 1 FLAGS", b'LIST "" *', b"APPEND inbox {3+}\r\nabc"])
def test_nothing_is_read_before_authentication(bench: Bench, line: Opener, command: bytes) -> None:
    client = line(secured=True)
    assert b"[IMAP-STATE-001]" in client.ask(command)[-1]
    assert default_rules(bench, "mssante.imap") == {"IMAP-STATE-001"}


def test_a_message_is_not_fetched_before_select(line: Opener, bench: Bench) -> None:
    client = line(opened=True)
    client.ask(b"UNSELECT")
    assert b"[IMAP-STATE-001]" in client.ask(b"FETCH 1 FLAGS")[-1]


def test_what_follows_starttls_in_clear_is_never_executed(bench: Bench, line: Opener) -> None:
    client = line()
    client.say(b"a STARTTLS\r\nb NOOP\r\n")
    assert client.hear().startswith(b"* BYE")
    assert client.hear() == b""
    assert default_rules(bench, "mssante.imap.STARTTLS") == {"IMAP-TLS-002"}


def test_a_token_said_in_clear_is_refused_in_its_session_and_not_kept(bench: Bench, line: Opener) -> None:
    local, _, domain = GP.mailbox.partition("@")
    named = f"{local}@{domain.removesuffix('.mssante.fr')}.{bench.session}.mssante.fr"
    response = base64.b64encode(f"user={named}\x01auth=Bearer secret-token\x01\x01".encode())
    client = line()
    assert b"[PRIVACYREQUIRED]" in client.ask(b"AUTHENTICATE XOAUTH2 " + response)[-1]
    exchange = bench.last("mssante.imap.AUTHENTICATE")
    assert bench.rules(exchange) == {"IMAP-TLS-001"}
    assert exchange["request"]["line"] == "AUTHENTICATE XOAUTH2"
    assert response.decode() not in str(exchange)


@pytest.mark.parametrize(
    ("argument", "rule"),
    [(b"CRAM-MD5", "IMAP-AUTH-002"), (b"XOAUTH2 !!", "IMAP-AUTH-001"), (b"PLAIN AA==", "IMAP-AUTH-001")],
)
def test_a_bad_authentication_is_refused_by_its_rule(line: Opener, argument: bytes, rule: str) -> None:
    client = line(secured=True)
    assert f"[{rule}]".encode() in client.ask(b"AUTHENTICATE " + argument)[-1]
    assert client.ask(b"NOOP", b"b")[-1].startswith(b"b OK")


def test_a_given_up_authentication_leaves_the_connection(line: Opener) -> None:
    client = line(secured=True)
    client.say(b"a AUTHENTICATE XOAUTH2\r\n")
    assert client.hear() == b"+ "
    client.say(b"*\r\n")
    assert client.hear().startswith(b"a BAD")
    assert client.ask(b"NOOP", b"b")[-1].startswith(b"b OK")


def test_a_literal_beyond_all_bounds_ends_the_connection_unread(line: Opener) -> None:
    client = line(opened=True)
    client.say(b"a APPEND inbox {4000000000+}\r\n")
    assert client.hear().startswith(b"* BYE")
    assert client.hear() == b""


def test_a_message_larger_than_allowed_is_refused_before_it_is_sent(bench: Bench, line: Opener) -> None:
    bench.switch("size_limit", 1_000)
    client = line(opened=True)
    assert b"[TOOBIG]" in client.ask(b"APPEND inbox {1001}")[-1]


def test_a_client_that_only_errs_is_let_go(line: Opener) -> None:
    client = line(secured=True)
    client.say(b"a XYZZY\r\n" * 60)
    said = [client.hear() for _ in range(52)]
    assert said[50].startswith(b"* BYE")
    assert said[51] == b""


def test_a_connection_that_is_cut_in_a_command_leaves_nothing(bench: Bench, line: Opener) -> None:
    client = line(opened=True)
    client.say(b"a APPEND inbox {100+}\r\nhalf")
    client.socket.close()
    again = line(opened=True)
    assert b'* STATUS "INBOX" (MESSAGES 0)' in again.ask(b"STATUS inbox (MESSAGES)")
    assert bench.messages(GP.mailbox) == []
