"""One SMTP port: makes connections, and journals what they do before it is answered."""

from __future__ import annotations

import asyncio
import ssl
import time
from typing import TYPE_CHECKING, Any

from banc_mocks.mssante.faults import SERVICE
from banc_mocks.mssante.service.access import Refused
from banc_mocks.mssante.service.delivery import Stage
from banc_mocks.mssante.wire.connection import SmtpConnection
from banc_mocks.mssante.wire.envelope import Envelope
from banc_mocks.mssante.wire.port import Port
from banc_mocks.mssante.wire.replies import FAILED, reply_of
from banc_mocks.sandbox.exchange import Exchange
from banc_mocks.sandbox.http import InternalFailure
from banc_mocks.sandbox.tls import Connection
from banc_standards.errors import BancError

if TYPE_CHECKING:
    from banc_mocks.sandbox.batch import Batch
    from banc_mocks.sandbox.sandbox import Sandbox

MEDIA_TYPE = "message/rfc822"


class MailServer(Port[SmtpConnection]):
    """Serves one listener: ``implicit`` when TLS begins with the connection, ``between_operators`` for the relay."""

    def __init__(
        self, sandbox: Sandbox, context: ssl.SSLContext, *, implicit: bool, between_operators: bool = False
    ) -> None:
        self.implicit = implicit
        self.between_operators = between_operators
        self.operation = f"{SERVICE}.{'relay' if between_operators else 'submission'}"
        super().__init__(sandbox, self.operation)
        self._context = context

    def protocol(self, connection: Connection) -> asyncio.Protocol:
        """The conversation of one accepted connection."""
        return SmtpConnection(self, connection, None if self.implicit else self._context)

    def ended(self, client: SmtpConnection) -> bool:
        """Whether the session that a client opened its mailbox in is over, or was reset."""
        if client.attributed is None:
            return False
        session = self.sandbox.sessions.find(client.attributed[0])
        return session is None or session.epoch != client.epoch

    # -- the journal ---------------------------------------------------------------------------------------------

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

    def left(self, client: SmtpConnection, exchange: Exchange, *, line: str) -> None:
        """Journals an exchange that the client left in the middle of, without waiting."""
        exchange.outcome = "failed"
        exchange.facts["ended_by"] = "connection lost"
        self._post(self._batch(client, exchange, line=line, deal=None, data=b"", reply=""))

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
