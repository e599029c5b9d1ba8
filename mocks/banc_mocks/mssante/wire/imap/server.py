"""One IMAP port: makes connections, journals their commands, and keeps the messages that were read last."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from banc_mocks.mssante.faults import SERVICE
from banc_mocks.mssante.service.behaviour import IMAP_EXTENSIONS, OAUTHBEARER
from banc_mocks.mssante.state import Message
from banc_mocks.mssante.wire import sasl
from banc_mocks.mssante.wire.imap import parts
from banc_mocks.mssante.wire.imap.connection import ImapConnection
from banc_mocks.mssante.wire.imap.parts import HEAVY, Node
from banc_mocks.mssante.wire.port import Port
from banc_mocks.sandbox.http import InternalFailure
from banc_mocks.sandbox.tls import Connection

if TYPE_CHECKING:
    from banc_mocks.mssante.wire.imap.turn import Turn
    from banc_mocks.sandbox.sandbox import Sandbox

MOST_KEPT: Final = 1_048_576
"""Octets of an answer beyond which the journal keeps its size only: the messages in it are kept already."""
REMEMBERED: Final = 32_000_000
"""Octets of the messages that stay cut in memory."""
EXTENSIONS: Final = ("LITERAL+", "IDLE", "UIDPLUS", "MOVE", "NAMESPACE", "SPECIAL-USE", "UNSELECT", "CHILDREN", "ID")


class ImapServer(Port[ImapConnection]):
    """Serves one listener: ``implicit`` when TLS begins with the connection."""

    def __init__(self, sandbox: Sandbox, context: ssl.SSLContext, *, implicit: bool) -> None:
        super().__init__(sandbox, f"{SERVICE}.imap")
        self.implicit = implicit
        self._context = context
        self._cut: OrderedDict[tuple[str, bytes], Node] = OrderedDict()
        self._weight = 0

    # -- the listener --------------------------------------------------------------------------------------------

    def protocol(self, connection: Connection) -> asyncio.Protocol:
        """The conversation of one accepted connection."""
        return ImapConnection(self, connection, None if self.implicit else self._context)

    def ended(self, client: ImapConnection) -> bool:
        """Whether the session that a client opened its mailbox in is over, or was reset."""
        if client.attributed is None:
            return False
        session = self.sandbox.sessions.find(client.attributed[0])
        return session is None or session.epoch != client.epoch

    # -- what is announced ---------------------------------------------------------------------------------------

    def mechanisms(self, client: ImapConnection) -> tuple[str, ...]:
        """The SASL mechanisms: PLAIN comes first under a client certificate, as for sending."""
        bearer = [sasl.XOAUTH2]
        if self.session_of(client).switch(OAUTHBEARER.name):
            bearer.insert(0, sasl.OAUTHBEARER)
        if client.connection.certificate is None:
            return tuple(bearer)
        return (sasl.PLAIN, *bearer, sasl.EXTERNAL, sasl.LOGIN)

    def capabilities(self, client: ImapConnection, *, authenticated: bool = False) -> str:
        """What CAPABILITY tells in the present state."""
        known = ["IMAP4rev1"]
        known += [name for name in ("SASL-IR", *EXTENSIONS) if self.announces(client, name)]
        if not client.secured:
            known += ["STARTTLS", "LOGINDISABLED"]
        elif not authenticated and client.opened is None:
            known += [f"AUTH={name}" for name in self.mechanisms(client)]
            if client.connection.certificate is None:
                known.append("LOGINDISABLED")
        return " ".join(known)

    def announces(self, client: ImapConnection, extension: str) -> bool:
        """Whether CAPABILITY tells this extension; IMAP4rev1 itself, which is no extension, is always told."""
        return not extension or self.session_of(client).switch(IMAP_EXTENSIONS.name) == "all"

    # -- messages ------------------------------------------------------------------------------------------------

    async def octets(self, message: Message) -> bytes:
        """The octets of a message as delivered, Return-Path first. Raises ``StoreFailed``."""
        data = await self.sandbox.store.blob(message.blob)
        if data is None:  # it was put by an exchange that is not durable yet
            await self.sandbox.journal.position(self.sandbox.sessions.default)
            data = await self.sandbox.store.blob(message.blob)
        if data is None:
            raise InternalFailure
        return message.prefix + data

    async def opened_message(self, message: Message) -> Node:
        """The message cut into its parts. Raises ``StoreFailed``."""
        key = (message.blob, message.prefix)
        node = self._cut.get(key)
        if node is not None:
            self._cut.move_to_end(key)
            return node
        data = await self.octets(message)
        node = await asyncio.to_thread(parts.cut, data) if len(data) > HEAVY else parts.cut(data)
        self._cut[key] = node
        self._weight += message.size
        while self._weight > REMEMBERED and len(self._cut) > 1:
            _, gone = self._cut.popitem(last=False)
            self._weight -= len(gone.header) + len(gone.body)
        return node

    # -- the journal ---------------------------------------------------------------------------------------------

    async def enter(self, turn: Turn, *, reply: str, durable: bool, coalesced: bool = False) -> bool:
        """Journals a command and its answer; false when it could not be written, and nothing changed.

        What alters something, or is ``durable``, is committed before; the rest is entered without waiting.
        """
        exchange = turn.exchange
        answer = b"".join(turn.said) if exchange.outcome == "accepted" else b""
        kept = answer if len(answer) <= MOST_KEPT else b""
        response = {"line": reply, "headers": [], **exchange.content(kept, "text/plain"), "size": len(answer)}
        request = {"line": turn.line, "headers": [], **exchange.content(turn.body, "message/rfc822")}
        batch = exchange.entered(
            exchange.written(
                transport=turn.client.transport_name,
                request=request,
                response=response if reply else None,
                duration_us=(time.perf_counter_ns() - turn.started) // 1000,
            )
        )
        if durable or batch.changes:
            return await self._commit(exchange, batch)
        if coalesced:
            self.sandbox.journal.note(batch)
        else:
            self._post(batch)
        return True
