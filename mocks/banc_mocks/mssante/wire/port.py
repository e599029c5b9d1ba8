"""What the mail ports share: whom a connection belongs to, and how what it does is journaled before it is answered."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from banc_mocks.mssante.faults import SERVICE
from banc_mocks.mssante.service.access import Refused
from banc_mocks.sandbox.attribution import Peer, attribute
from banc_mocks.sandbox.clock import real_now
from banc_mocks.sandbox.exchange import Exchange
from banc_mocks.sandbox.http import ServiceDown
from banc_mocks.sandbox.journal import new_id
from banc_mocks.sandbox.tls import Connection, Refusal
from banc_standards.errors import BancError
from banc_standards.rules import Hit
from banc_standards.transport_rules import TLS_REFUSED

if TYPE_CHECKING:
    from banc_mocks.sandbox.attribution import PeerCertificate, SessionBy
    from banc_mocks.sandbox.batch import Batch
    from banc_mocks.sandbox.sandbox import Sandbox
    from banc_mocks.sandbox.sessions import Session
    from banc_standards.attribution_rules import Signs

_log = logging.getLogger("banc.mssante")


class Client(Protocol):
    """A connection to a mail port: who called, and whom the credentials that it showed belong to."""

    connection: Connection
    attributed: tuple[str, SessionBy, Signs] | None
    token: dict[str, object] | None
    busy: bool
    ended: asyncio.Event

    @property
    def certificate(self) -> PeerCertificate | None:
        """The client certificate of the connection."""

    def leave(self) -> None:
        """Closes the connection once what was said is sent."""

    def cut(self) -> None:
        """Ends the connection at once."""


ClientT = TypeVar("ClientT", bound=Client)


class Port(Generic[ClientT]):
    """One mail port; ``name`` is how the journal calls what happens on it as a whole."""

    def __init__(self, sandbox: Sandbox, name: str) -> None:
        self.sandbox = sandbox
        self.connections: set[ClientT] = set()
        self._name = name

    # -- the listener --------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Nothing to make ready."""

    async def close(self, timeout_s: float) -> None:
        """Lets what is under way be stored, then ends every connection."""
        for client in tuple(self.connections):
            if not client.busy:
                client.leave()
        waiting = [asyncio.ensure_future(client.ended.wait()) for client in tuple(self.connections)]
        if waiting:
            await asyncio.wait(waiting, timeout=timeout_s)
        for client in tuple(self.connections):
            client.cut()
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
        exchange.facts |= {"listener": self._name}
        exchange.find(TLS_REFUSED, Hit(location=self._name, found=detail))
        self._post(exchange.entered(exchange.written(transport="tls", request=None, response=None, duration_us=0)))

    # -- sessions ------------------------------------------------------------------------------------------------

    def known_session(self, session_id: str) -> bool:
        """Whether there is such a session."""
        return self.sandbox.sessions.find(session_id) is not None

    def session_of(self, client: ClientT) -> Session:
        """The session that a connection belongs to so far."""
        if client.attributed is not None:
            return self.sandbox.sessions.find(client.attributed[0]) or self.sandbox.sessions.default
        found = attribute(client.certificate, None, self.known_session)
        return self.sandbox.sessions.find(found.session) or self.sandbox.sessions.default

    def exchange(self, client: ClientT, operation: str) -> Exchange:
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
