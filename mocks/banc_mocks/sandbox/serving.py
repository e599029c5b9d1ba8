"""Around each handler: body, attribution, generic faults, journal, and the commit that precedes the answer."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web
from multidict import CIMultiDict

from banc_mocks.sandbox.attribution import Peer, attribute, split_prefix
from banc_mocks.sandbox.batch import Batch
from banc_mocks.sandbox.call import Call, RequestHead
from banc_mocks.sandbox.clock import instant, real_now, second
from banc_mocks.sandbox.http import (
    MIB,
    HttpService,
    InternalFailure,
    Listener,
    Reply,
    Route,
    Router,
    RuleBroken,
    ServiceDown,
)
from banc_mocks.sandbox.journal import new_id
from banc_mocks.sandbox.tls import Connection, Refusal
from banc_standards.errors import BancError
from banc_standards.rules import Hit, Rule
from banc_standards.transport_rules import (
    LATE,
    MALFORMED,
    TLS_REFUSED,
    TOO_LARGE,
    TRUNCATED,
    UNDECODABLE,
    UNKNOWN_PATH,
    WRONG_METHOD,
    ReceivedBody,
    RequestedPath,
)

if TYPE_CHECKING:
    from banc_mocks.sandbox.faults import ArmedFault
    from banc_mocks.sandbox.sandbox import Sandbox

BODY_TIMEOUT_S = 30.0
"""Longest silence inside a request body, in seconds."""

APPLICATION_S = 0.5
"""How long the end of an application waits for its requests under way, in seconds."""

LINGER_S = 2.0
"""How long what is left of a refused body is read and dropped, so that the client gets to read the answer."""

_log = logging.getLogger("banc.sandbox")
_access = logging.getLogger("banc.access")


class ServiceServer:
    """Serves one listener of one service: an asyncio protocol factory for the TLS front."""

    def __init__(
        self, sandbox: Sandbox, service: HttpService, listener: Listener, *, body_timeout_s: float = BODY_TIMEOUT_S
    ) -> None:
        self._sandbox = sandbox
        self._service = service
        self._listener = listener
        self._body_timeout_s = body_timeout_s
        self._router = Router(listener.routes)
        self._server = web.Server(self._handle)
        self._runner: web.AppRunner | None = None

    async def open(self) -> None:
        """Starts the listener's own application, if it has one."""
        if self._listener.application is not None:
            application = self._listener.application()
            self._runner = web.AppRunner(application, access_log=_access, logger=_log, shutdown_timeout=APPLICATION_S)
            await self._runner.setup()

    def protocol(self, connection: Connection) -> asyncio.Protocol:
        """A protocol for one accepted connection."""
        if self._runner is not None:
            assert self._runner.server is not None
            return self._runner.server()
        return _HttpConnection(self._server, self, connection)

    async def close(self, timeout_s: float) -> None:
        """Ends idle connections at once, the others when their exchange is over or ``timeout_s`` has passed."""
        if self._runner is not None:
            await self._runner.cleanup()
        self._server.pre_shutdown()
        await self._server.shutdown(timeout_s)

    # -- one exchange --------------------------------------------------------------------------------------------

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        started = time.perf_counter_ns()
        connection = _connection(request)
        call, refusal = self._open(request, connection)
        route: Route | None = None
        reply: Reply | None
        try:
            try:
                route = await self._receive(call, request)
                if refusal is not None:
                    raise refusal
                reply = await self._answer(call, route, request)
            except BancError as error:
                call.refused_by(error)
                reply = _allowing(self._service.refuse(call, error), error)
        except asyncio.CancelledError:
            call.undo()
            raise
        except Exception:
            _log.exception("%s: %s", self._service.name, call.operation)
            reply = self._failed(call)
        duration_us = (time.perf_counter_ns() - started) // 1000
        reply = await self._commit(call, route, reply, duration_us)
        if reply is None:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        return _response(reply)

    def _open(self, request: web.BaseRequest, connection: Connection) -> tuple[Call, RuleBroken | None]:
        sandbox = self._sandbox
        named, path = split_prefix(request.path)
        certificate = sandbox.certificates.peer(connection.certificate) if connection.certificate else None
        found = attribute(certificate, named, lambda session: sandbox.sessions.find(session) is not None)
        session = sandbox.sessions.find(found.session) or sandbox.sessions.default
        head = RequestHead(
            method=request.method,
            target=request.raw_path,
            path=path,
            headers=request.headers,
            header_pairs=tuple(_decoded(request.raw_headers)),
            listener=self._listener.name,
            prefix=f"/s/{named}" if named and found.refusal is None else "",
        )
        at = real_now()
        call = Call(
            sandbox=sandbox,
            session=session,
            service=self._service.name,
            operation=f"{self._service.name}.unknown",
            head=head,
            peer=Peer(connection.address, certificate, session_by=found.by),
            signs=found.signs,
            at=at,
            now=session.now(),
            id=_id(at),
        )
        return call, found.refusal

    async def _receive(self, call: Call, request: web.BaseRequest) -> Route | None:
        route, parameters, methods = self._router.find(call.head.method, call.head.path)
        if route is not None:
            call.operation = route.operation
            call.path_parameters = parameters
        await self._read_body(call, request, route.max_body if route else MIB)
        if route is None:
            asked = RequestedPath(call.head.method, call.head.path, methods)
            for rule in (UNKNOWN_PATH, WRONG_METHOD):
                _refuse_broken(rule, rule.check(asked))
        return route

    async def _read_body(self, call: Call, request: web.BaseRequest, limit: int) -> None:
        if not request.body_exists:
            return
        if request.headers.get("Expect", "").lower() == "100-continue":
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            request.writer.output_size = 0
        received = bytearray()
        complete = in_time = decoded = True
        try:
            while len(received) <= limit and not request.content.at_eof():
                if request.content.is_eof():  # the whole body came with the head: nothing to wait for
                    received += request.content.read_nowait()
                    break
                async with asyncio.timeout(self._body_timeout_s):
                    received += await request.content.readany()
        except TimeoutError:
            in_time = False
        except (web.RequestPayloadError, ConnectionError) as error:
            decoded = "content-encoding" not in str(error)
            complete = not decoded
            if not decoded:  # nothing more can be read: neither of this body, nor after it
                request.content.feed_eof()
                request.protocol.close()
        call.body = bytes(received[:limit])
        body = ReceivedBody(len(received), limit, complete, in_time, decoded)
        for rule in (TOO_LARGE, TRUNCATED, UNDECODABLE, LATE):
            _refuse_broken(rule, rule.check(body))

    async def _answer(self, call: Call, route: Route | None, request: web.BaseRequest) -> Reply | None:
        assert route is not None
        name = self._service.name
        slow = call.armed(f"{name}.slow")
        if slow is not None:
            await asyncio.sleep(int(slow.parameters["delay_ms"]) / 1000)
        if call.armed(f"{name}.close") is not None:
            call.outcome = "failed"
            return None
        if call.armed(f"{name}.down") is not None:
            raise ServiceDown(name)
        if (silent := call.armed(f"{name}.hang")) is not None:
            await self._keep_waiting(call, request, silent)
            return None
        reply = await route.handler(call)
        if (stalled := call.armed(f"{name}.stall")) is not None:
            call.undo()
            await _begin(reply, request)
            await self._keep_waiting(call, request, stalled)
            return None
        return reply

    async def _keep_waiting(self, call: Call, request: web.BaseRequest, held: ArmedFault) -> None:
        """Says nothing more until the client hangs up, the fault is disarmed or its time is over; the entry tells
        whether it hung up, and how long that took.
        """
        began, lost = time.monotonic(), _connection_of(request).lost
        ends = [asyncio.ensure_future(end) for end in (lost.wait(), call.session.faults.disarmed())]
        try:
            await asyncio.wait(ends, timeout=held.number("hold_ms") / 1000, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()
        call.outcome = "failed"
        call.facts |= {"hung_up": lost.is_set(), "held_ms": int((time.monotonic() - began) * 1000)}

    def _failed(self, call: Call) -> Reply:
        call.undo()
        failure = InternalFailure()
        call.outcome = "failed"
        call.code = failure.code
        try:
            return self._service.refuse(call, failure)
        except Exception:
            _log.exception("%s: refuse", self._service.name)
            return Reply(failure.status, failure.code.encode())

    async def _commit(self, call: Call, route: Route | None, reply: Reply | None, duration_us: int) -> Reply | None:
        journal = self._sandbox.journal
        try:
            batch = call.batch(reply, duration_us)
            if route is not None and route.public and call.outcome == "accepted" and not batch.changes:
                journal.note(batch)
            else:
                await call.commit(batch)
        except Exception:
            _log.exception("%s: %s was not written", self._service.name, call.operation)
            return self._failed(call)
        return reply

    # -- what never became a call --------------------------------------------------------------------------------

    def handshake_refused(self, refusal: Refusal) -> None:
        """Journals a refused TLS handshake, without waiting."""
        hit = Hit(location=self._listener.name, found=refusal.detail)
        facts = {"listener": self._listener.name, "server_name": refusal.connection.server_name}
        self._post_refusal(refusal.connection, "tls.refused", "tls", refusal.reason, TLS_REFUSED, hit, facts)

    def malformed(self, connection: Connection, detail: str) -> None:
        """Journals octets that are not an HTTP request, without waiting."""
        hit = Hit(location="request line", found=detail)
        transport = "https" if self._sandbox.addresses.tls(self._listener.name) else "http"
        operation = f"{self._service.name}.unknown"
        self._post_refusal(connection, operation, transport, MALFORMED.code, MALFORMED, hit, {})

    def _post_refusal(
        self,
        connection: Connection,
        operation: str,
        transport: str,
        code: str,
        rule: Rule,
        hit: Hit,
        facts: dict[str, Any],
    ) -> None:
        sandbox = self._sandbox
        certificate = sandbox.certificates.peer(connection.certificate) if connection.certificate else None
        found = attribute(certificate, None, lambda session: sandbox.sessions.find(session) is not None)
        session = sandbox.sessions.find(found.session) or sandbox.sessions.default
        at = real_now()
        entry = {
            "id": _id(at),
            "at": instant(at),
            "clock": second(session.now()),
            "duration_us": 0,
            "service": self._service.name,
            "operation": operation,
            "direction": "in",
            "transport": transport,
            "outcome": "refused",
            "code": code,
            "fault": None,
            "count": 1,
            "peer": Peer(connection.address, certificate, session_by=found.by).as_json(),
            "request": None,
            "response": None,
            "facts": {name: value for name, value in facts.items() if value is not None},
            "findings": [rule.finding(hit, sandbox.config.lang).as_json()],
        }
        try:
            sandbox.store.post(Batch(session.id, session.working.epoch, entry=entry))
        except BancError:
            _log.exception("%s was not written", operation)


class _HttpConnection(web.RequestHandler):
    """aiohttp's protocol, told which connection it serves, and journaling what it cannot read."""

    def __init__(self, server: web.Server, owner: ServiceServer, connection: Connection) -> None:
        loop = asyncio.get_running_loop()
        super().__init__(server, loop=loop, access_log=_access, lingering_time=LINGER_S, logger=_log)
        self._owner = owner
        self.connection = connection
        self.lost = asyncio.Event()

    def connection_lost(self, exc: BaseException | None) -> None:
        self.lost.set()
        super().connection_lost(exc)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        if status != 400:
            return super().handle_error(request, status, exc, message)
        self._owner.malformed(self.connection, (message or str(exc or "")).partition("\n")[0][:200])
        response = web.Response(status=400, text=f"{MALFORMED.code}: {MALFORMED.text.en}\n")
        response.force_close()
        return response


def _connection(request: web.BaseRequest) -> Connection:
    return _connection_of(request).connection


def _connection_of(request: web.BaseRequest) -> _HttpConnection:
    protocol = request.protocol
    assert isinstance(protocol, _HttpConnection)
    return protocol


async def _begin(reply: Reply, request: web.BaseRequest) -> None:
    """Sends the head and the first half of a reply."""
    response = web.StreamResponse(status=reply.status, headers=CIMultiDict(reply.header_pairs()))
    response.content_length = len(reply.body)
    with suppress(ConnectionError):  # a client that is gone already
        await response.prepare(request)
        await response.write(reply.body[: len(reply.body) // 2])


def _id(at: datetime) -> str:
    return new_id(int(at.timestamp() * 1000))


def _refuse_broken(rule: Rule, hits: Any) -> None:
    for hit in hits:
        raise RuleBroken(rule, hit)


def _allowing(reply: Reply, error: BancError) -> Reply:
    """The refusal of a method, with those that the address has (RFC 9110 §15.5.6)."""
    if not isinstance(error, RuleBroken) or error.rule is not WRONG_METHOD or error.hit is None:
        return reply
    methods = error.hit.expected.split()
    allowed = [*methods, *(["HEAD"] if "GET" in methods and "HEAD" not in methods else [])]
    headers = [pair for pair in reply.header_pairs() if pair[0] != "Content-Type"]
    return replace(reply, headers=[*headers, ("Allow", ", ".join(allowed))])


def _decoded(raw: tuple[tuple[bytes, bytes], ...]) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("utf-8", "replace")) for name, value in raw]


def _response(reply: Reply) -> web.Response:
    headers = CIMultiDict(reply.header_pairs())
    response = web.Response(status=reply.status, body=reply.body or None, headers=headers)
    if not reply.body and "Content-Type" not in headers:
        response.headers.popall("Content-Type", None)
    return response
