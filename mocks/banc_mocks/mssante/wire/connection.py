"""One SMTP connection: the verbs of RFC 5321 on aiosmtpd's engine, with the operator's decisions behind them."""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from aiosmtpd.smtp import TLSSetupException

from banc_mocks.mssante.faults import CUT, DATA, LOST_REPLY, MAIL, MESSAGE
from banc_mocks.mssante.service import delivery, judging
from banc_mocks.mssante.service.access import Opened, Refused
from banc_mocks.mssante.service.behaviour import OAUTHBEARER, SIZE_LIMIT
from banc_mocks.mssante.service.delivery import Given, Stage, Wants
from banc_mocks.mssante.service.judging import Arrival
from banc_mocks.mssante.state import plain
from banc_mocks.mssante.wire import authentication, sasl
from banc_mocks.mssante.wire.engine import Engine
from banc_mocks.mssante.wire.envelope import (
    MAIL_PARAMETERS,
    MAX_RECIPIENTS,
    RCPT_PARAMETERS,
    BadCommand,
    Envelope,
    Path,
    decoded,
)
from banc_mocks.mssante.wire.message import read_message
from banc_mocks.mssante.wire.replies import reply_of
from banc_mocks.sandbox.http import InternalFailure, SessionConflict
from banc_standards.attribution_rules import Signs
from banc_standards.errors import BancError
from banc_standards.mail.addresses import well_formed
from banc_standards.mail.smtp_rules import BY_ID, CONTENT_RULES, SENDER, Content, Sender
from banc_standards.rules import Hit

if TYPE_CHECKING:
    from banc_mocks.mssante.wire.server import MailServer
    from banc_mocks.sandbox.attribution import PeerCertificate, SessionBy
    from banc_mocks.sandbox.exchange import Exchange
    from banc_mocks.sandbox.tls import Connection

HOSTNAME: Final = "mssante.banc"
HARD_LIMIT: Final = 50_000_000
"""Octets of a message beyond which nothing is kept while it is read."""
IDLE_S: Final = 300.0
MAX_COMMANDS: Final = 500
"""How many RCPT a mail may try, those that are refused included."""

_log = logging.getLogger("banc.mssante")


class SmtpConnection(Engine):
    """One client, from the banner to QUIT. ``server`` journals and decides, ``connection`` tells who called."""

    def __init__(self, server: MailServer, connection: Connection, context: ssl.SSLContext | None) -> None:
        self.command_size_limits = defaultdict(lambda: sasl.MAX_RESPONSE)  # a token is longer than RFC 5321's 512
        super().__init__(
            _NoHooks(),
            data_size_limit=None,
            hostname=HOSTNAME,
            ident="ESMTP Banc Segur (service de test)",
            tls_context=context,
            timeout=IDLE_S,
            loop=asyncio.get_running_loop(),
        )
        self.server = server
        self.connection = connection
        self.secured = context is None
        self.opened: Opened | None = None
        self.epoch = 0
        self.envelope_: Envelope | None = None
        self.attributed: tuple[str, SessionBy, Signs] | None = None
        self.token: dict[str, object] | None = None
        self.busy = False
        self.ended = asyncio.Event()

    # -- the connection ------------------------------------------------------------------------------------------

    @property
    def certificate(self) -> PeerCertificate | None:
        """The client certificate of the connection."""
        der = self.connection.certificate
        return self.server.sandbox.certificates.peer(der) if der else None

    @property
    def transport_name(self) -> str:
        """How the journal calls the transport."""
        return "smtps" if self.server.implicit else "smtp"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begins in clear, or again once STARTTLS is through."""
        super().connection_made(transport)
        if self._tls_protocol is not None and self.session is not None:
            self.secured = True
            shown = (self.session.ssl or {}).get("ssl_object")
            self.connection.certificate = shown.getpeercert(binary_form=True) if shown is not None else None
            self.opened = None
        self.server.connections.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        """Journals what was under way."""
        if self.transport is not None:
            super().connection_lost(error)
        self._abandon("connection lost")
        self.server.connections.discard(self)
        self.ended.set()

    def _set_rset_state(self) -> None:
        """RSET, EHLO and STARTTLS forget the mail under way (RFC 5321 §4.1.1.5)."""
        super()._set_rset_state()  # type: ignore[no-untyped-call]  # aiosmtpd leaves this one untyped
        if hasattr(self, "envelope_"):
            self._abandon("RSET")

    def _abandon(self, why: str) -> None:
        deal, self.envelope_ = self.envelope_, None
        if deal is not None and not self.busy:
            exchange = deal.exchange
            exchange.outcome = "refused" if deal.refusals else "failed"
            exchange.code = deal.refusals[-1].partition(" <")[0][:9].strip() if deal.refusals else None
            exchange.facts["ended_by"] = why
            self.server.post(self, exchange, deal=deal, reply=deal.refusals[-1] if deal.refusals else "")

    async def handle_exception(self, error: Exception) -> str:
        """A refused handshake is journaled; anything else is a defect of ours."""
        if isinstance(error, TLSSetupException):
            cause = error.__cause__
            reason = getattr(cause, "reason", None) or type(cause).__name__
            self.server.upgrade_refused(self.connection, str(reason), str(cause))
            return "454 4.7.0 TLS not available"
        _log.exception("smtp", exc_info=error)
        return "451 4.3.0 Local error in processing"

    def pipelined(self) -> bool:
        """Whether the client sent more before the reply: PIPELINING is not announced (RFC 5321 §4.3.1)."""
        return bool(self._reader._buffer)  # type: ignore[attr-defined]  # no public way tells what has come already

    async def hang_up(self, reply: str) -> None:
        """Says a last word and closes; what came already is read no more."""
        await self.push(reply)
        self._reader._buffer.clear()  # type: ignore[attr-defined]  # no public way drops what has come
        self.leave()

    def leave(self) -> None:
        """Closes the connection once what was said is sent."""
        if self.transport is not None:
            self.transport.close()

    def cut(self) -> None:
        """Ends the connection at once."""
        if self.transport is not None:
            self.transport.abort()  # type: ignore[attr-defined]  # aiosmtpd types it as a BaseTransport

    async def out_of_step(self, verb: str, rule_id: str) -> bool:
        """Refuses and closes when the client did not wait before ``verb``; true when it did so."""
        if not self.pipelined():
            return False
        exchange = self.server.exchange(self, "mssante.connection")
        refused = Refused(BY_ID[rule_id], Hit(verb))
        await self.hang_up(await self.server.refuse(self, exchange, refused, line=verb))
        return True

    async def noted(self, verb: str, reply: str) -> str:
        """Journals a command that is refused for its form or its place: only its verb, what follows may be secret."""
        exchange = self.server.exchange(self, "mssante.connection")
        shown = "".join(c for c in verb[:20] if "!" <= c <= "~")
        refused = Refused(BY_ID["SMTP-SYN-002"], Hit(shown or "commande"), reply=reply[:9])
        return await self.server.refuse(self, exchange, refused, line=shown, text=reply)

    # -- the verbs -----------------------------------------------------------------------------------------------

    async def smtp_EHLO(self, hostname: str) -> None:
        """``EHLO``: what this port offers in its present state."""
        if not hostname:
            await self.refuse_command("EHLO", "501 5.5.4 Syntax: EHLO hostname")
            return
        assert self.session is not None
        self._set_rset_state()
        self.session.extended_smtp = True
        self.session.host_name = hostname
        lines = [HOSTNAME, f"SIZE {self._limit()}", "8BITMIME", "ENHANCEDSTATUSCODES", "DSN"]
        if not self.secured:
            lines.append("STARTTLS")
        elif not self.server.between_operators:
            lines.append("AUTH " + " ".join(self.mechanisms()))
        for rank, line in enumerate(lines):
            await self.push(f"250{' ' if rank == len(lines) - 1 else '-'}{line}")

    def mechanisms(self) -> tuple[str, ...]:
        """The SASL mechanisms: PLAIN comes first under a client certificate (mssante, 2.1)."""
        bearer = [sasl.XOAUTH2]
        if self.server.session_of(self).switch(OAUTHBEARER.name):
            bearer.insert(0, sasl.OAUTHBEARER)
        if self.connection.certificate is None:
            return tuple(bearer)
        return (sasl.PLAIN, *bearer, sasl.EXTERNAL, sasl.LOGIN)

    async def smtp_STARTTLS(self, arg: str) -> None:
        """``STARTTLS``; what was sent in clear behind it is never executed (RFC 3207 §4)."""
        if arg:
            await self.refuse_command("STARTTLS", "501 5.5.4 Syntax: STARTTLS")
        elif self.secured:
            await self.refuse_command("STARTTLS", "503 5.5.1 TLS is on already")
        elif not await self.out_of_step("STARTTLS", "SMTP-TLS-002"):
            await super().smtp_STARTTLS(arg)

    async def smtp_AUTH(self, arg: str) -> None:
        """``AUTH``: opens one mailbox."""
        await authentication.authenticate(self, arg or "")

    async def smtp_MAIL(self, arg: str | None) -> None:
        """``MAIL FROM``: begins a mail."""
        if self.secured and (self.session is None or not self.session.host_name):
            await self.refuse_command("MAIL", "503 5.5.1 Send EHLO first")
            return
        if self.envelope_ is not None:
            await self.refuse_command("MAIL", "503 5.5.1 Nested MAIL command")
            return
        if self.server.ended(self):
            await self.hang_up("421 4.7.0 The session of these credentials has ended")
            return
        line = f"MAIL {arg or ''}"
        exchange = self.server.exchange(self, self.server.operation)
        try:
            self.envelope_ = await self._begin(exchange, arg, line)
        except BadCommand as bad:
            refused = Refused(BY_ID["SMTP-SYN-002"], Hit("MAIL FROM", found=line[:200]), reply=str(bad)[:9])
            await self.push(await self.server.refuse(self, exchange, refused, line=line, text=str(bad)))
        except BancError as error:
            await self.push(await self.server.refuse(self, exchange, error, line=line))
        else:
            await self.push("250 2.1.0 Ok")

    def _attribute(self, exchange: Exchange, arg: str | None) -> None:
        """A mail that is refused before it is read still belongs to the session that its sender's domain names."""
        try:
            path = Path.read(arg, "FROM", MAIL_PARAMETERS)
        except BadCommand:
            return
        exchange.facts["sender"], named = plain(path.address, self.server.known_session)
        if named is not None:
            exchange.address(named)

    async def _begin(self, exchange: Exchange, arg: str | None, line: str) -> Envelope:
        if not self.secured:
            self._attribute(exchange, arg)
            raise Refused(BY_ID["SMTP-TLS-001"], Hit("MAIL FROM", expected="STARTTLS"))
        if self.server.between_operators:
            authentication.judge_operator(exchange)
        elif self.opened is None:
            raise Refused(BY_ID["SMTP-AUTH-001"], Hit("MAIL FROM", expected="AUTH XOAUTH2"))
        path = Path.read(arg, "FROM", MAIL_PARAMETERS)
        address, named = plain(path.address, self.server.known_session) if path.address else ("", None)
        exchange.facts |= {"sender": address, "recipients": []}
        if self.opened is not None:
            exchange.facts["mailbox"] = self.opened.box.address
            if self.opened.professional:
                exchange.facts["professional"] = self.opened.professional
        if named is not None:
            exchange.address(named)
        self.server.check_up(exchange)
        armed = exchange.armed(MAIL.id)
        if armed is not None:
            raise Stage(armed)
        if address and not well_formed(address):
            raise BadCommand("553 5.1.3 Malformed address")
        if self.opened is not None:
            for hit in SENDER.check(Sender(address, self.opened.senders)):
                raise Refused(SENDER, hit)
        elif address:
            authentication.check_listed(exchange, address)
        limit = self._limit(exchange)
        size = path.parameters.get("SIZE", "0")
        for rule in CONTENT_RULES[:1]:
            for hit in rule.check(Content(int(size), limit)):
                raise Refused(rule, hit)
        return Envelope(
            exchange,
            address,
            path.address,
            line,
            time.perf_counter_ns(),
            limit,
            wants=Wants(decoded(path.parameters.get("ENVID", "")), path.parameters.get("RET", "").upper() == "HDRS"),
            commands=[("MAIL", arg or "")],
        )

    async def smtp_RCPT(self, arg: str | None) -> None:
        """``RCPT TO``: one more recipient, or its own refusal."""
        deal = self.envelope_
        if deal is None:
            await self.refuse_command("RCPT", "503 5.5.1 Need MAIL command")
            return
        if len(deal.commands) > MAX_COMMANDS:
            await self.hang_up("421 4.7.0 Too many recipients refused")
            return
        deal.commands.append(("RCPT", arg or ""))
        try:
            path = Path.read(arg, "TO", RCPT_PARAMETERS)
            address, named = plain(path.address, self.server.known_session)
            if named is not None:
                deal.exchange.address(named)
            if len(deal.recipients) >= MAX_RECIPIENTS:
                raise Refused(BY_ID["SMTP-RCPT-006"], Hit("RCPT TO", expected=f"<= {MAX_RECIPIENTS}"))
            notify = frozenset(path.parameters.get("NOTIFY", "").upper().split(",")) - {""}
            kind, _, original = decoded(path.parameters.get("ORCPT", "")).partition(";")
            given = Given(path.address, notify, original if kind.lower() == "rfc822" else "")
            deal.recipients.append(delivery.recipient(deal.exchange, given, address))
        except BadCommand as bad:
            rule = BY_ID["SMTP-RCPT-001" if str(bad).startswith("553") else "SMTP-SYN-002"]
            deal.exchange.find(rule, Hit("RCPT TO", found=(arg or "")[:200]))
            await self._refuse_recipient(deal, str(bad))
        except SessionConflict as conflict:
            exchange = self.server.exchange(self, "mssante.connection")
            reply = await self.server.refuse(self, exchange, conflict, line=f"RCPT {arg}"[:400])
            await self._refuse_recipient(deal, reply)
        except BancError as error:
            self.server.find(deal.exchange, error)
            await self._refuse_recipient(deal, reply_of(error))
        else:
            deal.exchange.facts["recipients"].append(address)
            await self.push("250 2.1.5 Ok")

    async def _refuse_recipient(self, deal: Envelope, reply: str) -> None:
        deal.refusals.append(reply)
        deal.exchange.facts.setdefault("refused", []).append(f"{deal.commands[-1][1][:300]}: {reply[:9]}")
        await self.push(reply)

    async def smtp_DATA(self, arg: str) -> None:
        """``DATA``: takes the message; its 250 leaves once the message is durable."""
        deal = self.envelope_
        if deal is None or not deal.recipients:
            await self.refuse_command("DATA", "503 5.5.1 Need RCPT command")
            return
        if arg:
            await self.refuse_command("DATA", "501 5.5.4 Syntax: DATA")
            return
        if await self.out_of_step("DATA", "SMTP-SYN-001"):
            return
        if deal.exchange.armed(CUT.id) is not None:
            self._cut()
            return
        armed = deal.exchange.armed(DATA.id)
        if armed is not None:
            await self._end(deal, Stage(armed), b"")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        data = await read_message(self._reader, max(HARD_LIMIT, deal.size_limit), alive=self._reset_timeout)
        self.busy = True
        try:
            await self._conclude(deal, data)
        finally:
            self.busy = False

    async def _conclude(self, deal: Envelope, data: bytes) -> None:
        exchange = deal.exchange
        addresses = tuple(one.address for one in deal.recipients)
        box = self.opened.box if self.opened else None
        arrival = Arrival(data, deal.sender, deal.given_sender, addresses, deal.size_limit, box)
        try:
            await self.server.slow(exchange)
            if exchange.armed("mssante.close") is not None:
                self._cut()
                return
            if arrival.heavy:
                subject = await asyncio.to_thread(judging.judge, exchange, arrival)
            else:
                subject = judging.judge(exchange, arrival)
            armed = exchange.armed(MESSAGE.id)
            if armed is not None:
                raise Stage(armed)
            delivery.accept(exchange, arrival, subject, deal.recipients, wants=deal.wants)
        except BancError as error:
            await self._end(deal, error, data)
            return
        except Exception:
            _log.exception("%s", exchange.operation)
            await self._end(deal, InternalFailure(), data)
            return
        lost = exchange.armed(LOST_REPLY.id) is not None
        self.envelope_ = None
        reply = await self.server.accept(
            self, exchange, deal=deal, data=data, reply=f"250 2.0.0 Ok: queued as {exchange.id}"
        )
        if lost:
            self._cut()
        else:
            await self.push(reply)

    async def _end(self, deal: Envelope, error: BancError, data: bytes) -> None:
        self.envelope_ = None
        kept = data if len(data) <= HARD_LIMIT else b""
        await self.push(await self.server.refuse(self, deal.exchange, error, deal=deal, data=kept))

    def _cut(self) -> None:
        """Ends the connection without a word."""
        if self.envelope_ is not None:
            self.envelope_.exchange.facts["ended_by"] = "fault"
            deal, self.envelope_ = self.envelope_, None
            deal.exchange.outcome = "failed"
            self.server.post(self, deal.exchange, deal=deal, reply="")
        self.cut()

    # -- inside --------------------------------------------------------------------------------------------------

    def _limit(self, exchange: Exchange | None = None) -> int:
        session = exchange.session if exchange else self.server.session_of(self)
        return int(session.switch(SIZE_LIMIT.name))


class _NoHooks:
    """aiosmtpd wants an object to look for hooks in: every verb here is a method of the connection."""
