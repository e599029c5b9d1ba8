"""``AUTH``: the exchange of credentials, and the certificate of a peer operator."""

from __future__ import annotations

import asyncio
import base64
from typing import TYPE_CHECKING, Any, Final

from cryptography import x509

from banc_mocks.mssante.faults import AUTH
from banc_mocks.mssante.service import access
from banc_mocks.mssante.service.access import Opened, Refused
from banc_mocks.mssante.service.behaviour import OAUTHBEARER
from banc_mocks.mssante.service.delivery import Stage
from banc_mocks.mssante.state import plain
from banc_mocks.mssante.wire import sasl
from banc_standards.errors import BancError, Sentence
from banc_standards.mail.addresses import domain_of
from banc_standards.mail.smtp_rules import BY_ID
from banc_standards.rules import Hit

if TYPE_CHECKING:
    from banc_mocks.mssante.wire.connection import SmtpConnection
    from banc_mocks.mssante.wire.port import Port
    from banc_mocks.sandbox.exchange import Exchange

BEARER: Final = (sasl.XOAUTH2, sasl.OAUTHBEARER)
KNOWN: Final = (*BEARER, sasl.PLAIN, sasl.EXTERNAL, sasl.LOGIN)
USERNAME, PASSWORD = (base64.b64encode(word).decode() for word in (b"Username:", b"Password:"))
_NOT_READ: Final = "501 5.5.2"


class _Aborted(BancError):
    """The client gave the exchange up with ``*``."""

    def __init__(self) -> None:
        super().__init__("501 5.7.0", Sentence("Identification abandonnée.", "Authentication aborted"))


async def authenticate(client: SmtpConnection, argument: str) -> None:
    """Carries ``AUTH`` out: every outcome is journaled before its reply."""
    greeted = client.session is not None and client.session.extended_smtp and client.session.host_name
    if client.secured and not greeted:
        await client.refuse_command("AUTH", "503 5.5.1 Send EHLO first")
        return
    if client.opened is not None:
        await client.refuse_command("AUTH", "503 5.5.1 Already authenticated")
        return
    words = argument.split()
    mechanism = words[0].upper() if words else ""
    if client.server.between_operators:
        await client.refuse_command("AUTH", "502 5.5.1 No AUTH between operators")
        return
    line = f"AUTH {mechanism}"[:100]
    exchange = client.server.exchange(client, "mssante.auth")
    exchange.facts["mechanism"] = mechanism[:40]
    try:
        _check(client, mechanism, words)
        response = await _response(client, mechanism, words[1:])
        credentials = sasl.credentials(mechanism, response)
        opened = open_box(exchange, client.server, mechanism, credentials)
    except asyncio.CancelledError:
        client.server.left(client, exchange, line=line)
        raise
    except sasl.Malformed as bad:
        refused = Refused(BY_ID["SMTP-AUTH-006"], Hit("AUTH", expected=str(bad)))
        await client.push(await client.server.refuse(client, exchange, refused, line=line))
    except BancError as error:
        reply = await client.server.refuse(client, exchange, error, line=line)
        if mechanism in BEARER and reply.startswith("535"):
            await _challenge(client, sasl.CHALLENGE)
        if reply.startswith("421"):
            await client.hang_up(reply)
        else:
            await client.push(reply)
    else:
        reply = await client.server.accept(client, exchange, line=line, reply="235 2.7.0 Authentication successful")
        if reply.startswith("235"):
            client.opened, client.epoch = opened, exchange.session.epoch
            client.attributed = (exchange.session.id, exchange.peer.session_by, exchange.signs)
            client.token = exchange.peer.token
        await client.push(reply)


def judge_operator(exchange: Exchange) -> None:
    """Judges the certificate of a peer operator (mssante, 1). Raises :class:`Refused`."""
    for rule, finding in exchange.judge_certificate(kinds=frozenset({"SMTP"})):
        raise Refused(rule, Hit(finding.location), reply=BY_ID["SMTP-PEER-001"].code, noted=True)


def check_listed(exchange: Exchange, sender: str) -> None:
    """A peer operator speaks only for the domains that its certificate names. Raises :class:`Refused`."""
    shown = exchange.peer.certificate
    domain = domain_of(sender)
    names = _names(shown.x509) if shown else ()
    if domain not in names:
        hit = Hit("MAIL FROM", found=sender, expected=", ".join(names))
        raise Refused(BY_ID["SMTP-PEER-001"], hit)


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    return tuple(name.lower() for name in extension.value.get_values_for_type(x509.DNSName))


def _check(client: SmtpConnection, mechanism: str, words: list[str]) -> None:
    if not client.secured:
        raise Refused(BY_ID["SMTP-TLS-001"], Hit("AUTH", found="en clair", expected="STARTTLS"))
    offered = client.server.session_of(client).switch(OAUTHBEARER.name)
    if mechanism not in KNOWN or (mechanism == sasl.OAUTHBEARER and not offered) or len(words) > 2:
        hit = Hit("AUTH", found=mechanism[:40], expected=" | ".join(client.mechanisms()))
        raise Refused(BY_ID["SMTP-AUTH-006"], hit, reply="504 5.5.4")


def open_box(exchange: Exchange, port: Port[Any], mechanism: str, credentials: sasl.Credentials) -> Opened:
    """Opens the mailbox that credentials name, over SMTP or IMAP. Raises ``BancError`` for what refuses it."""
    address, named = plain(credentials.login, port.known_session)
    exchange.facts["mailbox"] = address[:300]
    if named is not None:
        exchange.address(named)
    if credentials.acting_for not in ("", credentials.login):
        hit = Hit("authzid", found=credentials.acting_for[:300], expected=address[:300])
        raise Refused(BY_ID["SMTP-AUTH-004"], hit)
    try:
        if mechanism in BEARER:
            opened = access.by_token(exchange, address, credentials.token)
        else:
            opened = access.by_certificate(exchange, address, mechanism=mechanism)
    finally:
        port.check_up(exchange)
    if mechanism == sasl.OAUTHBEARER:
        exchange.find(BY_ID["SMTP-AUTH-007"], Hit("AUTH", found=mechanism, expected=sasl.XOAUTH2))
    armed = exchange.armed(AUTH.id)
    if armed is not None:
        raise Stage(armed)
    return opened


async def _response(client: SmtpConnection, mechanism: str, initial: list[str]) -> bytes:
    if mechanism == sasl.LOGIN:
        login = sasl.decoded(initial[0]) if initial else sasl.decoded(await _challenge(client, USERNAME))
        return b"\0" + login + b"\0" + sasl.decoded(await _challenge(client, PASSWORD))
    return sasl.decoded(initial[0] if initial else await _challenge(client, ""))


async def _challenge(client: SmtpConnection, challenge: str) -> str:
    await client.push(f"334 {challenge}")
    line = await _whole_line(client._reader)
    if len(line) > sasl.MAX_RESPONSE:
        raise sasl.Malformed(f"<= {sasl.MAX_RESPONSE} octets")
    text = line.strip().decode("ascii", "replace")
    if text == "*":
        raise _Aborted
    return text


async def _whole_line(reader: asyncio.StreamReader) -> bytes:
    """A line to its end; of one that is too long, only what tells that it is."""
    line = b""
    while True:
        try:
            return line + await reader.readuntil(b"\n")
        except asyncio.LimitOverrunError as error:
            line = (await reader.readexactly(error.consumed))[: sasl.MAX_RESPONSE]
