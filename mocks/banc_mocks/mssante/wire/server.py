"""One mail port: makes connections, and journals what they do before it is answered."""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from banc_mocks.mssante.faults import SERVICE
from banc_mocks.mssante.service.access import Refused
from banc_mocks.mssante.service.delivery import Stage
from banc_mocks.mssante.wire.connection import SmtpConnection
from banc_mocks.mssante.wire.envelope import Envelope
from banc_mocks.mssante.wire.replies import FAILED, reply_of
from banc_mocks.sandbox.attribution import Peer, attribute
from banc_mocks.sandbox.clock import real_now
from banc_mocks.sandbox.exchange import Exchange
from banc_mocks.sandbox.http import InternalFailure, ServiceDown
from banc_mocks.sandbox.journal import new_id
from banc_mocks.sandbox.tls import Connection, Refusal
from banc_standards.errors import BancError
from banc_standards.rules import Hit
from banc_standards.transport_rules import TLS_REFUSED

if TYPE_CHECKING:
    from banc_mocks.sandbox.batch import Batch
    from banc_mocks.sandbox.sandbox import Sandbox
    from banc_mocks.sandbox.sessions import Session

_log = logging.getLogger("banc.mssante")
MEDIA_TYPE = "message/rfc822"


class MailServer:
    """Serves one listener: ``implicit`` when TLS begins with the connection, ``between_operators`` for the relay."""

    def __init__(
        self, sandbox: Sandbox, context: ssl.SSLContext, *, implicit: bool, between_operators: bool = False
    ) -> None:
        self.sandbox = sandbox
        self.implicit = implicit
        self.between_operators = between_operators
        self.operation = f"{SERVICE}.{'relay' if between_operators else 'submission'}"
        self.connections: set[SmtpConnection] = set()
        self._context = context

    # -- the listener --------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Nothing to make ready."""

    def protocol(self, connection: Connection) -> asyncio.Protocol:
        """The conversation of one accepted connection."""
        return SmtpConnection(self, connection, None if self.implicit else self._context)

    async def close(self, timeout_s: float) -> None:
        """Lets the messages under way be stored, then ends every connection."""
        for client in tuple(self.connections):
            if not client.busy and client.transport is not None:
                client.transport.close()
        waiting = [asyncio.ensure_future(client.ended.wait()) for client in tuple(self.connections)]
        if waiting:
            await asyncio.wait(waiting, timeout=timeout_s)
        for client in tuple(self.connections):
            if client.transport is not None:
                client.transport.abort()  # type: ignore[attr-defined]  # aiosmtpd types it as a BaseTransport
        for task in waiting:
            task.cancel()

    def handshake_refused(self, refusal: Refusal) -> None:
        """Journals a refused TLS handshake, without waiting."""
        self.upgrade_refused(refusal.connection, refusal.reason, refusal.detail)

    def upgrade_refused(self, connection: Connection, reason: str, detail: str) -> None:
        """Journals a handshake that failed after STARTTLS, without waiting."""
        exchange = self._exchange(connection, "tls.refused")
        exchange.outcome = "refused"
        exchange.code = reason
        exchange.facts |= {"listener": self.operation}
        exchange.find(TLS_REFUSED, Hit(location=self.operation, found=detail))
        self._post(exchange.entered(exchange.written(transport="tls", request=None, response=None, duration_us=0)))

    # -- sessions ------------------------------------------------------------------------------------------------

    def known_session(self, session_id: str) -> bool:
        """Whether there is such a session."""
        return self.sandbox.sessions.find(session_id) is not None

    def session_of(self, client: SmtpConnection) -> Session:
        """The session that a connection belongs to so far."""
        if client.attributed is not None:
            return self.sandbox.sessions.find(client.attributed[0]) or self.sandbox.sessions.default
        certificate = client.certificate
        found = attribute(certificate, None, self.known_session)
        return self.sandbox.sessions.find(found.session) or self.sandbox.sessions.default

    def exchange(self, client: SmtpConnection, operation: str) -> Exchange:
        """A new exchange of a connection."""
        exchange = self._exchange(client.connection, operation, self.session_of(client))
        if client.attributed is not None:
            _, exchange.peer.session_by, exchange.signs = client.attributed
            exchange.peer.token = client.token
        return exchange

    def _exchange(self, connection: Connection, operation: str, session: Session | None = None) -> Exchange:
        sandbox = self.sandbox
        certificate = sandbox.certificates.peer(connection.certificate) if connection.certificate else None
        found = attribute(certificate, None, self.known_session)
        session = session or sandbox.sessions.find(found.session) or sandbox.sessions.default
        at = real_now()
        return Exchange(
            sandbox=sandbox,
            session=session,
            service=SERVICE,
            operation=operation,
            peer=Peer(connection.address, certificate, session_by=found.by),
            signs=found.signs,
            at=at,
            now=session.now(),
            id=new_id(int(at.timestamp() * 1000)),
        )

    # -- faults that every service has ---------------------------------------------------------------------------

    def check_up(self, exchange: Exchange) -> None:
        """Raises ``ServiceDown`` when the fault "mssante.down" strikes."""
        if exchange.armed(f"{SERVICE}.down") is not None:
            raise ServiceDown(SERVICE)

    async def slow(self, exchange: Exchange) -> None:
        """Waits when the fault "mssante.slow" strikes."""
        armed = exchange.armed(f"{SERVICE}.slow")
        if armed is not None:
            await asyncio.sleep(armed.number("delay_ms") / 1000)

    # -- the journal ---------------------------------------------------------------------------------------------

    def find(self, exchange: Exchange, error: BancError) -> None:
        """Records the finding of a refusal, unless it was."""
        if isinstance(error, Refused) and not error.noted:
            exchange.find(error.rule, error.hit)

    async def accept(
        self,
        client: SmtpConnection,
        exchange: Exchange,
        *,
        reply: str,
        line: str = "",
        deal: Envelope | None = None,
        data: bytes = b"",
    ) -> str:
        """Commits an exchange that succeeded; returns the reply, or another one when it could not be written."""
        batch = self._batch(client, exchange, line=line, deal=deal, data=data, reply=reply)
        return reply if await self._commit(exchange, batch) else FAILED

    async def refuse(
        self,
        client: SmtpConnection,
        exchange: Exchange,
        error: BancError,
        *,
        line: str = "",
        text: str = "",
        deal: Envelope | None = None,
        data: bytes = b"",
    ) -> str:
        """Commits an exchange that ``error`` refused, its changes undone; returns the reply."""
        exchange.undo()
        self.find(exchange, error)
        exchange.refused_by(error)
        reply = text or reply_of(error)
        if isinstance(error, InternalFailure):
            exchange.outcome = "failed"
        if isinstance(error, Refused | Stage):
            exchange.code = reply[:9].strip()
        batch = self._batch(client, exchange, line=line, deal=deal, data=data, reply=reply)
        return reply if await self._commit(exchange, batch) else FAILED

    def post(self, client: SmtpConnection, exchange: Exchange, *, deal: Envelope, reply: str) -> None:
        """Journals a mail that was given up, without waiting."""
        exchange.undo()
        self._post(self._batch(client, exchange, line="", deal=deal, data=b"", reply=reply))

    def _batch(
        self, client: SmtpConnection, exchange: Exchange, *, line: str, deal: Envelope | None, data: bytes, reply: str
    ) -> Batch:
        started = deal.started_ns if deal else time.perf_counter_ns()
        commands: list[list[str]] = [list(pair) for pair in deal.commands] if deal else []
        request: dict[str, Any] = {
            "line": deal.line if deal else line,
            "headers": commands,
            **exchange.content(data, MEDIA_TYPE),
        }
        response = {"line": reply, "headers": [], **exchange.content(b"", "")} if reply else None
        return exchange.entered(
            exchange.written(
                transport=client.transport_name,
                request=request,
                response=response,
                duration_us=(time.perf_counter_ns() - started) // 1000,
            )
        )

    async def _commit(self, exchange: Exchange, batch: Batch) -> bool:
        try:
            await exchange.commit(batch)
        except Exception:
            _log.exception("%s was not written", exchange.operation)
            exchange.undo()
            return False
        return True

    def _post(self, batch: Batch) -> None:
        with suppress(BancError):  # the store is closed: nobody is there to read it any more
            self.sandbox.store.post(batch)
