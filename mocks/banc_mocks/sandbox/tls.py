"""Our own TLS front: accepts connections, shakes hands, and hands the stream to any asyncio protocol.

What it gives over ``ssl=`` of the servers behind it: refused handshakes are told with OpenSSL's reason and the peer;
a client certificate is asked for per port and its absence left to the service; certificate dates are not looked at,
because they are judged afterwards on the session clock.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakSet

HANDSHAKE_TIMEOUT_S = 10.0
BACKLOG = 512

NO_CHECK_TIME = 0x200000
"""OpenSSL's X509_V_FLAG_NO_CHECK_TIME, which the ``ssl`` module does not name."""


@dataclass
class Connection:
    """One accepted connection: peer ``address`` ("127.0.0.1:51234") and what the handshake told.

    ``certificate`` is the client certificate in DER, ``None`` when there is none. ``greeted`` tells that a ClientHello
    was read, and ``server_name`` is the name that it asked for.
    """

    address: str
    certificate: bytes | None = None
    server_name: str | None = None
    greeted: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """A handshake that failed, by OpenSSL's own word ("CERTIFICATE_VERIFY_FAILED") and sentence."""

    connection: Connection
    reason: str
    detail: str


ProtocolFactory = Callable[[Connection], asyncio.Protocol]

_current: ContextVar[Connection | None] = ContextVar("connection", default=None)


def server_context(certificate: Path, key: Path, *, client_trust: str | None = None) -> ssl.SSLContext:
    """The TLS settings of one port: TLS 1.2 or more, HTTP/1.1.

    ``certificate`` holds the server's certificate and chain, ``key`` its private key, both PEM. ``client_trust`` (PEM)
    makes the port ask for a client certificate, and accept its absence as well as dates out of range.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    context.set_alpn_protocols(["http/1.1"])
    if client_trust is not None:
        context.verify_mode = ssl.CERT_OPTIONAL
        context.load_verify_locations(cadata=client_trust)
        context.verify_flags |= NO_CHECK_TIME
    context.sni_callback = _greet
    return context


def _greet(_ssl_object: ssl.SSLObject, server_name: str | None, _context: ssl.SSLContext) -> None:
    connection = _current.get()
    if connection is not None:
        connection.greeted = True
        connection.server_name = server_name


class Front:
    """Accepts connections on bound sockets and gives each to a new protocol once its handshake is done.

    Without ``context`` the stream is handed over as it is. ``refused`` is called once per handshake that failed; a
    peer that connects and leaves without a word (a port probe) is not one.
    """

    def __init__(
        self,
        factory: ProtocolFactory,
        *,
        context: ssl.SSLContext | None,
        refused: Callable[[Refusal], None],
        handshake_timeout_s: float = HANDSHAKE_TIMEOUT_S,
    ) -> None:
        self._factory = factory
        self._context = context
        self._refused = refused
        self._handshake_timeout_s = handshake_timeout_s
        self._servers: list[asyncio.Server] = []
        self._handshakes: set[asyncio.Task[None]] = set()
        self._accepted: WeakSet[asyncio.Transport] = WeakSet()

    async def listen(self, sockets: Sequence[socket.socket]) -> None:
        """Starts to accept on sockets that are already bound."""
        loop = asyncio.get_running_loop()
        for bound in sockets:
            self._servers.append(await loop.create_server(lambda: _Accepted(self), sock=bound, backlog=BACKLOG))

    async def close(self) -> None:
        """Stops to accept and gives up the handshakes under way; established connections are their protocols' own."""
        for server in self._servers:
            server.close()
        for task in self._handshakes:
            task.cancel()
        await asyncio.gather(*self._handshakes, return_exceptions=True)

    async def cut(self) -> None:
        """Ends at once what is left of the connections: a peer that never says goodbye keeps none of them open."""
        for transport in self._accepted:
            transport.abort()
        await asyncio.sleep(0)  # the loop closes an aborted socket in its next turn

    def begin(self, transport: asyncio.Transport) -> None:
        """Takes charge of one accepted connection."""
        self._accepted.add(transport)
        _answer_at_once(transport)
        connection = Connection(_address(transport))
        if self._context is None:
            self._hand_over(transport, connection, _Held())
            return
        transport.pause_reading()
        task = asyncio.create_task(self._shake_hands(transport, connection, self._context))
        self._handshakes.add(task)
        task.add_done_callback(self._handshakes.discard)

    async def _shake_hands(self, transport: asyncio.Transport, connection: Connection, context: ssl.SSLContext) -> None:
        _current.set(connection)  # reaches _greet: the loop reads this socket in a copy of this task's context
        held = _Held()
        try:
            secured = await asyncio.get_running_loop().start_tls(
                transport, held, context, server_side=True, ssl_handshake_timeout=self._handshake_timeout_s
            )
        except ssl.SSLError as error:
            detail = getattr(error, "verify_message", None) or (error.strerror or str(error))
            self._refused(Refusal(connection, error.reason or "SSL_ERROR", detail))
        except ConnectionAbortedError as error:
            self._refused(Refusal(connection, "HANDSHAKE_TIMEOUT", str(error)))
        except OSError as error:
            if connection.greeted:
                self._refused(Refusal(connection, "CONNECTION_CLOSED", str(error) or type(error).__name__))
        else:
            if secured is None:
                return
            connection.certificate = secured.get_extra_info("ssl_object").getpeercert(binary_form=True)
            self._hand_over(secured, connection, held)

    def _hand_over(self, transport: asyncio.Transport, connection: Connection, held: _Held) -> None:
        protocol = self._factory(connection)
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        for data in held.data:
            protocol.data_received(data)
        if held.ended:
            protocol.eof_received()
        if held.lost:
            protocol.connection_lost(None)


class _Accepted(asyncio.Protocol):
    def __init__(self, front: Front) -> None:
        self._front = front

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._front.begin(transport)


class _Held(asyncio.Protocol):
    """Keeps what arrives between the end of the handshake and the moment the real protocol takes over."""

    def __init__(self) -> None:
        self.data: list[bytes] = []
        self.ended = False
        self.lost = False

    def data_received(self, data: bytes) -> None:
        self.data.append(data)

    def eof_received(self) -> bool:
        self.ended = True
        return False

    def connection_lost(self, _exc: Exception | None) -> None:
        self.lost = True


def _answer_at_once(transport: asyncio.Transport) -> None:
    """asyncio does so for sockets that say that they are TCP; one that was accepted on ours does not say it."""
    accepted = transport.get_extra_info("socket")
    if accepted is not None:
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _address(transport: asyncio.Transport) -> str:
    peer = transport.get_extra_info("peername") or ("", 0)
    host, port = peer[0], peer[1]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
