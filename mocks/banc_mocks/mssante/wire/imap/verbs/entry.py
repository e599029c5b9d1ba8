"""The commands of any state, and those that open a mailbox (RFC 3501 §6.1, §6.2; RFC 2177, 2971)."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from banc_mocks.mssante.service.access import Refused
from banc_mocks.mssante.service.behaviour import OAUTHBEARER
from banc_mocks.mssante.state import plain
from banc_mocks.mssante.wire import authentication, sasl
from banc_mocks.mssante.wire.imap.grammar import BadSyntax
from banc_mocks.mssante.wire.imap.intake import TooLong
from banc_mocks.mssante.wire.imap.verbs.verb import Verb
from banc_mocks.sandbox.journal import Query
from banc_standards.errors import BancError
from banc_standards.mail.imap_rules import BY_ID
from banc_standards.rules import Hit

if TYPE_CHECKING:
    from banc_mocks.mssante.wire.imap.turn import Turn

BEAT_S: Final = 120.0
"""How often a client that idles is told that the connection lives, in seconds (RFC 2177)."""


async def capability(turn: Turn) -> str:
    """``CAPABILITY``."""
    turn.reader.end()
    turn.say(f"CAPABILITY {turn.client.server.capabilities(turn.client)}".encode())
    return "CAPABILITY completed"


async def noop(turn: Turn) -> str:
    """``NOOP``, and ``CHECK``: what changed is told with the answer."""
    turn.reader.end()
    return f"{turn.name} completed"


async def identify(turn: Turn) -> str:
    """``ID`` (RFC 2971): who the client says it is."""
    reader = turn.reader
    reader.space()
    named: dict[str, str] = {}
    if not reader.skip(b"NIL"):
        reader.expect(b"(")
        while not reader.skip(b")"):
            if named:
                reader.space()
            field = reader.string().decode("utf-8", "replace")[:30].lower()
            reader.space()
            named[field] = "" if reader.skip(b"NIL") else reader.string().decode("utf-8", "replace")[:200]
            if len(named) > 30:
                raise reader.fail("<= 30")
    reader.end()
    if named:
        turn.exchange.facts["client"] = named
    turn.say(b'ID ("name" "Banc Segur")')
    return "ID completed"


async def logout(turn: Turn) -> str:
    """``LOGOUT``."""
    turn.reader.end()
    turn.client.view = None
    turn.say(b"BYE Bye")
    return "LOGOUT completed"


async def _leave(turn: Turn) -> None:
    turn.client.leave()


async def starttls(turn: Turn) -> str:
    """``STARTTLS``; what was sent in clear behind it is never executed (RFC 3501 §6.2.1)."""
    turn.reader.end()
    if turn.client.secured:
        raise Refused(BY_ID["IMAP-STATE-001"], Hit("STARTTLS", "TLS"))
    if turn.client.pipelined:
        raise Refused(BY_ID["IMAP-TLS-002"], Hit("STARTTLS"))
    return "Begin TLS negotiation now"


async def _shake_hands(turn: Turn) -> None:
    if not await turn.client.secure():
        turn.client.leave()


async def login(turn: Turn) -> str:
    """``LOGIN``: an application's mailbox, under its structure's certificate."""
    reader = turn.reader
    reader.space()
    address = reader.text()
    reader.space()
    reader.astring()
    reader.end()
    turn.exchange.facts["mechanism"] = sasl.LOGIN
    _check_secured(turn, address)
    return _open(turn, sasl.LOGIN, sasl.Credentials(address))


async def authenticate(turn: Turn) -> str:
    """``AUTHENTICATE``, with an initial response or without (RFC 4959)."""
    reader = turn.reader
    reader.space()
    mechanism = reader.atom()
    turn.exchange.facts["mechanism"] = mechanism[:40]
    initial = None
    if turn.client.server.announces(turn.client, "SASL-IR") and reader.skip(b" "):
        initial = reader.data[reader.at :].rstrip(b"\r\n").decode("ascii", "replace")
    else:
        reader.end()
    _check_secured(turn, _claimed(mechanism, initial))
    offered = turn.client.server.session_of(turn.client).switch(OAUTHBEARER.name)
    if mechanism not in authentication.KNOWN or (mechanism == sasl.OAUTHBEARER and not offered):
        expected = " | ".join(turn.client.server.mechanisms(turn.client))
        raise Refused(BY_ID["IMAP-AUTH-002"], Hit("AUTHENTICATE", mechanism[:40], expected))
    try:
        credentials = sasl.credentials(mechanism, await _response(turn, mechanism, initial))
    except (sasl.Malformed, TooLong) as bad:
        raise Refused(BY_ID["IMAP-AUTH-001"], Hit("AUTHENTICATE", expected=str(bad) or "base64")) from None
    try:
        return _open(turn, mechanism, credentials)
    except BancError as error:
        if mechanism in authentication.BEARER and error.code.startswith("535"):
            await _challenge(turn, sasl.CHALLENGE)
        raise


def _claimed(mechanism: str, initial: str | None) -> str:
    """The mailbox that an initial response names, empty when it names none."""
    try:
        return sasl.credentials(mechanism, sasl.decoded(initial or "")).login
    except sasl.Malformed:
        return ""


def _check_secured(turn: Turn, address: str) -> None:
    """What is refused in clear still belongs to the session that the mailbox's domain names."""
    if not turn.client.secured:
        turn.exchange.facts["mailbox"], named = plain(address, turn.client.server.known_session)
        if named is not None:
            turn.exchange.address(named)
        raise Refused(BY_ID["IMAP-TLS-001"], Hit(turn.name, found="en clair", expected="STARTTLS"))


def _open(turn: Turn, mechanism: str, credentials: sasl.Credentials) -> str:
    turn.to_open = authentication.open_box(turn.exchange, turn.client.server, mechanism, credentials)
    return f"[CAPABILITY {turn.client.server.capabilities(turn.client, authenticated=True)}] Logged in"


async def _opened(turn: Turn) -> None:
    client, exchange = turn.client, turn.exchange
    client.opened, client.epoch = turn.to_open, exchange.session.epoch
    client.attributed = (exchange.session.id, exchange.peer.session_by, exchange.signs)
    client.token = exchange.peer.token


async def _response(turn: Turn, mechanism: str, initial: str | None) -> bytes:
    if mechanism == sasl.LOGIN:
        name = sasl.decoded(initial if initial is not None else await _challenge(turn, authentication.USERNAME))
        return b"\0" + name + b"\0" + sasl.decoded(await _challenge(turn, authentication.PASSWORD))
    return sasl.decoded(initial if initial is not None else await _challenge(turn, ""))


async def _challenge(turn: Turn, challenge: str) -> str:
    await turn.client.push(f"+ {challenge}\r\n".encode())
    text = (await turn.client.reply_line()).strip().decode("ascii", "replace")
    if text == "*":
        raise BadSyntax(turn.reader.at, "une réponse / a response")
    return text


async def idle(turn: Turn) -> str:
    """``IDLE`` (RFC 2177): what changes is told as it comes, until the client says DONE."""
    turn.reader.end()
    client, session = turn.client, turn.exchange.session
    journal = client.server.sandbox.journal
    after = await journal.position(session)
    await client.push(b"+ idling\r\n")

    async def tell() -> None:
        async for page in journal.follow(session, Query(after=after), beat_s=BEAT_S):
            if client.server.ended(client):
                client.leave()
                return
            lines = (
                [] if client.view is None else client.view.changes(turn.folders.flags(client.view.folder), expunge=True)
            )
            for line in lines or ([] if page.exchanges else [b"OK Still here"]):
                await client.push(b"* %b\r\n" % line)

    telling = asyncio.ensure_future(tell())
    client.busy = False
    try:
        line = await client.reply_line()
    except TooLong:
        line = b""
    finally:
        client.busy = True
        telling.cancel()
        with suppress(asyncio.CancelledError, BancError):
            await telling
    if line.strip().upper() != b"DONE":
        raise BadSyntax(turn.reader.at, "DONE")
    return "IDLE terminated"


VERBS: tuple[Verb, ...] = (
    Verb("CAPABILITY", "any", capability, quiet=True),
    Verb("NOOP", "any", noop, quiet=True),
    Verb("ID", "any", identify, extension="ID"),
    Verb("LOGOUT", "any", logout, after=_leave),
    Verb("STARTTLS", "not authenticated", starttls, after=_shake_hands),
    Verb("LOGIN", "not authenticated", login, writes=True, after=_opened),
    Verb("AUTHENTICATE", "not authenticated", authenticate, writes=True, after=_opened),
    Verb("IDLE", "authenticated", idle, quiet=True, extension="IDLE"),
    Verb("CHECK", "selected", noop, quiet=True),
)
