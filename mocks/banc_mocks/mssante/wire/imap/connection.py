"""One IMAP connection: reads commands, has each carried out and journaled, writes the answers."""

from __future__ import annotations

import asyncio
import logging
import ssl
from typing import TYPE_CHECKING, Final

from banc_mocks.mssante.service.access import Opened, Refused
from banc_mocks.mssante.service.behaviour import SIZE_LIMIT
from banc_mocks.mssante.wire.imap import grammar
from banc_mocks.mssante.wire.imap.intake import Intake, Left, TooLong
from banc_mocks.mssante.wire.imap.turn import Turn
from banc_standards.mail.imap_rules import BY_ID
from banc_standards.rules import Hit

if TYPE_CHECKING:
    from banc_mocks.mssante.wire.imap.server import ImapServer
    from banc_mocks.mssante.wire.imap.view import View
    from banc_mocks.sandbox.attribution import PeerCertificate, SessionBy
    from banc_mocks.sandbox.tls import Connection
    from banc_standards.attribution_rules import Signs

LINE_LIMIT: Final = 16_384
"""Octets of a command line: a token is longer than the 8192 of RFC 7162 §4."""
SMALL_LITERAL: Final = 4_096
"""Octets of a literal before authentication, and of any but the message of APPEND."""
MAX_LITERALS: Final = 50
HARD_LIMIT: Final = 50_000_000
"""Octets of a literal that are read and dropped before the connection is closed."""
IDLE_S: Final = 1_800.0
"""How long a client may stay silent (RFC 3501 §5.4)."""
FIRST_WORD_S: Final = 60.0
"""The same before it has authenticated."""
MAX_ERRORS: Final = 50
"""Commands in a row that nothing can be done with, before the connection is closed."""
HANDSHAKE_S: Final = 10.0

_log = logging.getLogger("banc.mssante")


class ImapConnection(asyncio.Protocol):
    """One client, from the greeting to LOGOUT. ``server`` journals, ``connection`` tells who called."""

    def __init__(self, server: ImapServer, connection: Connection, context: ssl.SSLContext | None) -> None:
        self.server = server
        self.connection = connection
        self.attributed: tuple[str, SessionBy, Signs] | None = None
        self.token: dict[str, object] | None = None
        self.busy = False
        self.ended = asyncio.Event()
        self.secured = context is None
        self.opened: Opened | None = None
        self.epoch = 0
        self.view: View | None = None
        self.errors = 0
        self._context = context
        self._intake = Intake()
        self._transport: asyncio.Transport | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self._task: asyncio.Task[None] | None = None

    # -- the connection ------------------------------------------------------------------------------------------

    @property
    def certificate(self) -> PeerCertificate | None:
        """The client certificate of the connection."""
        der = self.connection.certificate
        return self.server.sandbox.certificates.peer(der) if der else None

    @property
    def transport_name(self) -> str:
        """How the journal calls the transport."""
        return "imaps" if self.server.implicit else "imap"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greets, and listens."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._intake.attach(transport)
        self.server.connections.add(self)
        self._task = asyncio.get_running_loop().create_task(self._converse())

    def data_received(self, data: bytes) -> None:
        """Takes in what came."""
        self._intake.feed(data)

    def eof_received(self) -> bool:
        """The client will say nothing more."""
        self._intake.end()
        return False

    def connection_lost(self, error: Exception | None) -> None:
        """The conversation ends once what is under way is stored."""
        del error
        self._intake.end()
        self._writable.set()

    def pause_writing(self) -> None:
        """The client reads slowly."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """It reads again."""
        self._writable.set()

    def leave(self) -> None:
        """Closes the connection once what was said is sent."""
        if self._transport is not None:
            self._transport.close()

    def cut(self) -> None:
        """Ends the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    async def push(self, data: bytes) -> None:
        """Sends octets, and waits while the client does not read."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)
            await self._writable.wait()

    async def bye(self, why: str) -> None:
        """Says a last word and closes (RFC 3501 §7.1.5)."""
        await self.push(f"* BYE {why}\r\n".encode())
        self.leave()

    async def reply_line(self) -> bytes:
        """The line by which a client answers a continuation. Raises ``Left``, ``TooLong``, ``TimeoutError``."""
        async with asyncio.timeout(self._patience):
            return await self._intake.line(LINE_LIMIT)

    @property
    def _patience(self) -> float:
        return IDLE_S if self.opened else FIRST_WORD_S

    @property
    def pipelined(self) -> bool:
        """Whether the client sent more before the answer."""
        return self._intake.waiting

    async def secure(self) -> bool:
        """Shakes hands after STARTTLS; what came in clear is gone. False when the handshake failed."""
        assert self._transport is not None
        assert self._context is not None
        self._intake = Intake()
        try:
            secured = await asyncio.get_running_loop().start_tls(
                self._transport, self, self._context, server_side=True, ssl_handshake_timeout=HANDSHAKE_S
            )
        except ssl.SSLError as error:
            detail = getattr(error, "verify_message", None) or (error.strerror or str(error))
            self.server.upgrade_refused(self.connection, error.reason or "SSL_ERROR", detail)
        except OSError as error:
            self.server.upgrade_refused(self.connection, type(error).__name__, str(error))
        else:
            if secured is None:
                return False
            self._transport = secured
            self._intake.attach(secured)
            self.connection.certificate = secured.get_extra_info("ssl_object").getpeercert(binary_form=True)
            self.secured = True
            return True
        return False

    # -- the conversation ----------------------------------------------------------------------------------------

    async def _converse(self) -> None:
        try:
            await self.push(
                f"* OK [CAPABILITY {self.server.capabilities(self)}] Banc Segur (service de test)\r\n".encode()
            )
            while self._transport is not None and not self._transport.is_closing():
                async with asyncio.timeout(self._patience):
                    command = await self._command()
                if self.server.ended(self):
                    await self.bye("The session of these credentials has ended")
                elif command is not None:
                    self.busy = True
                    await Turn(self, command).take()
                    self.busy = False
                if self.errors >= MAX_ERRORS:
                    await self.bye("Too many errors")
        except Left:
            pass
        except TimeoutError:
            await self.bye("Autologout; idle for too long")
        except Exception:
            _log.exception("imap")
            await self.bye("Internal error")
        finally:
            self.busy = False
            self.leave()
            self.server.connections.discard(self)
            self.ended.set()

    async def _command(self) -> bytes | None:
        """One command, its literals in place; None for what was refused before it was whole."""
        data = b""
        literals = 0
        while True:
            try:
                line = await self._intake.line(LINE_LIMIT)
            except TooLong as long:
                await self._refuse(data or long.head, "IMAP-SYN-002", f"> {LINE_LIMIT} octets", f"<= {LINE_LIMIT}")
                return None
            if line == b"\r\n" and not data:
                continue
            data += line
            found = grammar.LITERAL.search(line)
            if found is None:
                return data
            literals += 1
            size, eager = int(found[1]), bool(found[2])
            bound = self._literal_bound(data)
            if size > bound or literals > MAX_LITERALS:
                if eager and size > HARD_LIMIT:
                    await self.bye("Literal too long")
                    raise Left
                if eager:
                    await self._intake.drop(size)
                    await self._rest_of_line()
                await self._refuse(data, "IMAP-SYN-003", f"{{{size}}}", f"<= {bound}")
                return None
            if not eager:
                await self.push(b"+ Ready\r\n")
            data += await self._intake.exactly(size)

    async def _rest_of_line(self) -> None:
        """What follows a literal that was dropped, up to the end of its command."""
        line = await self._intake.line(LINE_LIMIT)
        while (found := grammar.LITERAL.search(line)) is not None and found[2]:
            if int(found[1]) > HARD_LIMIT:
                raise Left
            await self._intake.drop(int(found[1]))
            line = await self._intake.line(LINE_LIMIT)

    def _literal_bound(self, data: bytes) -> int:
        word = data.split(b" ", 2)[1:2]
        if self.opened is not None and word and word[0].upper() == b"APPEND":
            return int(self.server.session_of(self).switch(SIZE_LIMIT.name))
        return SMALL_LITERAL

    async def _refuse(self, data: bytes, rule: str, found: str, expected: str) -> None:
        await Turn(self, data[:LINE_LIMIT]).refuse_unread(Refused(BY_ID[rule], Hit("commande", found, expected)))
