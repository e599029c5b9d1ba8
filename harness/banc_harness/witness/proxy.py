"""The witness's proxy e-Santé: signs users in through Pro Santé Connect and relays their calls to connected APIs."""

from __future__ import annotations

import json
import re
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from banc_harness.witness.credentials import unpack
from banc_harness.witness.proxy_psc import ProxyPsc, PscDown, PscRefused
from banc_harness.witness.transport import Transport, Unreachable

COOKIE: Final = "proxy_session_id"
CHANNELS: Final = ("CARD", "MOBILE")
UPSTREAM_S: Final = 6
"""How long the proxy waits for an API, in seconds."""
_NOBODY: Final = ("unknown_user_id", "invalid_request")
_PASSED_ON: Final = ("content-type", "accept", "soapaction")
Output = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """A call as the proxy reads it; header names in lower case. ``target`` is path and query as they came."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    session: str | None
    address: str


@dataclass(frozen=True, slots=True)
class Response:
    """What the proxy answers."""

    status: int
    body: bytes = b""
    media_type: str = "application/json"
    session: str | None = None


@dataclass(slots=True)
class ProxySession:
    """One user in one software, with the tokens that stand for them; ``lock`` holds while tokens are renewed."""

    id: str
    idnat: str
    software: Software
    tokens: Output
    api_tokens: dict[str, str] = field(default_factory=dict)
    spent: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def state(self) -> str:
        """The session of Pro Santé Connect that it stands on."""
        return str(self.tokens["session_state"])


@dataclass(frozen=True, slots=True)
class Software:
    """A software that the proxy serves, and where its APIs are; ``bench`` is the session that it belongs to."""

    psc: ProxyPsc
    apis: Mapping[str, Mapping[str, str]]
    transport: Transport
    bench: str


@dataclass(slots=True)
class Proxy:
    """The proxy itself. ``folder`` holds key files; ``defects`` are names of :mod:`.proxy_defects`."""

    folder: Path
    defects: frozenset[str] = frozenset()
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    _softwares: dict[str, Software] = field(default_factory=dict)
    _sessions: dict[str, ProxySession] = field(default_factory=dict)
    _traces: list[tuple[datetime, Output]] = field(default_factory=list)
    _shared: dict[str, str] = field(default_factory=dict)
    _people: dict[str, Output] = field(default_factory=dict)
    _sharing: threading.Lock = field(default_factory=threading.Lock)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def attach(self, bench: str, sandbox: Mapping[str, Any]) -> None:
        """Serves the softwares of a session of the bench from now on, and forgets the users whom it had there."""
        given = sandbox.get("proxy")
        if given is None:
            return
        apis = {str(api["name"]): api for api in given["apis"]}
        for client in given["clients"]:
            pair = unpack(client["certificate"], self.folder).pair
            psc = ProxyPsc(
                sandbox["services"]["psc"]["discovery"], str(client["id"]), Transport(sandbox["ca_file"], pair)
            )
            upstream = Transport(sandbox["ca_file"], pair, timeout_s=UPSTREAM_S)
            self._softwares[psc.client_id] = Software(psc, apis, upstream, bench)
        with self._lock:
            for id in [id for id, session in self._sessions.items() if session.software.bench == bench]:
                del self._sessions[id]
        self._shared.clear()
        self._people.clear()

    def answer(self, request: Request) -> Response:
        """Answers one call of the contract; never raises."""
        path = urlsplit(request.target).path
        try:
            match request.method, path.split("/")[1]:
                case "POST", "connect" if path == "/connect":
                    return self._connect(request)
                case "DELETE", "disconnect" if path == "/disconnect":
                    return self._disconnect(request)
                case _, "send":
                    return self._send(request)
                case "GET", "traces" if path == "/traces":
                    return self._read_traces(request)
        except PscDown as error:
            status = 500 if "proxy-down-500" in self.defects else 503
            return self._error(status, f"Pro Santé Connect ne répond pas ({error}).")
        except PscRefused as error:
            return self._error(401, f"Pro Santé Connect a refusé ({error}).")
        return self._error(404, "Adresse inconnue.")

    # the contract

    def _connect(self, request: Request) -> Response:
        asked = _connection(request.body)
        if asked is None:
            status = 500 if "proxy-malformed-500" in self.defects else 400
            return self._error(status, "nationalId, bindingMessage, clientId, channel", request.body)
        software = self._softwares.get(asked["clientId"])
        if software is None:
            return self._unknown(request, "Logiciel inconnu.")
        idnat, found = asked["nationalId"], self._active(asked)
        if found is not None and "proxy-connects-again" not in self.defects:
            self._trace("CONNECT", request, found)
            return Response(304, session=found.id)
        try:
            tokens = self._signed_in(software, asked)
        except PscRefused as refused:
            if refused.error in _NOBODY:
                return self._unknown(request, "Identifiant national inconnu.")
            raise
        session = ProxySession(secrets.token_urlsafe(24), idnat, software, tokens)
        with self._lock:
            self._sessions[session.id] = session
        self._trace("CONNECT", request, session)
        cookie = None if "proxy-no-cookie" in self.defects else session.id
        return _json(200, {COOKIE: session.id, "session_state": session.state}, cookie)

    def _disconnect(self, request: Request) -> Response:
        with self._lock:
            session = self._sessions.get(request.session or "")
            if session is None or session.spent:
                return self._error(401, "Session inconnue.")
            session.spent = True
            if "proxy-undead" not in self.defects:
                del self._sessions[session.id]
        times = 2 if "proxy-logout-twice" in self.defects else 1
        for _ in range(0 if "proxy-local-disconnect" in self.defects else times):
            session.software.psc.sign_out(session.tokens)
        self._trace("DISCONNECT", request, session)
        return _json(200, {COOKIE: session.id})

    def _send(self, request: Request) -> Response:
        session = self._sessions.get(request.session or "")
        if session is None and "proxy-open-send" in self.defects:
            session = next(iter(self._sessions.values()), None)
        if session is None:
            return self._error(401, "Session inconnue.")
        parts = urlsplit(request.target)
        _, _, name, endpoint = [*parts.path.split("/", 3), "", ""][:4]
        api = session.software.apis.get(name)
        if api is None:
            return self._error(404, "API inconnue.")
        if "proxy-no-send-trace" not in self.defects:
            self._trace("SEND", request, session, api=name)
        target = f"{api['url']}/{endpoint}" + (f"?{parts.query}" if parts.query else "")
        headers = {key: value for key, value in request.headers.items() if key in _PASSED_ON}
        headers["Authorization"] = f"Bearer {self._api_token(session, api)}"
        try:
            answer = session.software.transport.send(
                "POST" if "proxy-posts-only" in self.defects else request.method,
                target,
                body=self._relayed(request.body),
                headers=headers,
            )
        except Unreachable as error:
            late = isinstance(error.__cause__, TimeoutError)
            return self._upstream(504 if late else 502)
        if answer.status >= 500:
            return self._upstream(503 if answer.status == 503 else 502)
        return Response(answer.status, answer.body, answer.headers.get("content-type", "application/octet-stream"))

    def _read_traces(self, request: Request) -> Response:
        given = {name: values[0] for name, values in parse_qs(urlsplit(request.target).query).items()}
        try:
            start = datetime.fromisoformat(given["start"])
            end = datetime.fromisoformat(given["end"]) if "end" in given else self.now()
            kept = [trace for at, trace in list(self._traces) if start <= at <= end]
        except (KeyError, ValueError, TypeError):
            return self._error(400, "start, end")
        if "proxy-all-traces" in self.defects:
            kept = [trace for _, trace in self._traces]
        return Response(200, json.dumps(kept, ensure_ascii=False).encode())

    # what it is made of

    def _active(self, asked: Mapping[str, str]) -> ProxySession | None:
        with self._lock:
            return next(
                (
                    session
                    for session in self._sessions.values()
                    if (session.idnat, session.software.psc.client_id) == (asked["nationalId"], asked["clientId"])
                    and not session.spent
                ),
                None,
            )

    def _signed_in(self, software: Software, asked: Mapping[str, str]) -> Output:
        number = self._number(asked["bindingMessage"])
        if "proxy-shares-psc-session" not in self.defects:
            return software.psc.sign_in(asked["nationalId"], number, asked["channel"])
        with self._sharing:
            person = f"{software.bench} {asked['nationalId']}"
            if person not in self._people:
                self._people[person] = software.psc.sign_in(asked["nationalId"], number, asked["channel"])
            return self._people[person]

    def _number(self, shown: str) -> str:
        return f"{(int(shown) + 1) % 100:02}" if "proxy-own-number" in self.defects else shown

    def _api_token(self, session: ProxySession, api: Mapping[str, str]) -> str:
        """The user's token for an API: exchanged once, a token of Pro Santé Connect being renewed for each exchange."""
        if "proxy-no-exchange" in self.defects:
            return str(session.tokens["access_token"])
        server = api["token_endpoint"]
        if "proxy-shares-api-token" in self.defects and server in self._shared:
            return self._shared[server]
        with session.lock:
            if server not in session.api_tokens:
                if session.api_tokens:
                    session.tokens |= session.software.psc.refresh(session.tokens)
                session.api_tokens[server] = session.software.psc.exchange(session.tokens, api)
            self._shared.setdefault(server, session.api_tokens[server])
            return session.api_tokens[server]

    def _relayed(self, body: bytes) -> bytes | None:
        if "proxy-rewrites" in self.defects and body.startswith(b"{"):
            return json.dumps(json.loads(body) | {"proxy": "temoin"}).encode()
        return body or None

    def _trace(self, kind: str, request: Request, session: ProxySession, api: str = "") -> None:
        at = self.now()
        trace = {
            "type": kind,
            "timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "IdRPPS": session.idnat,
            "clientId": session.software.psc.client_id,
            "proxy_id_session": session.id,
            "session_state": session.state,
            "ipAddress": request.address,
            "api": api,
            "request": {"methode": request.method, "path": urlsplit(request.target).path},
        }
        if "proxy-token-in-trace" in self.defects:
            trace["detail"] = f"Bearer {session.tokens['access_token']}"
        self._traces.append((at, trace))

    def _unknown(self, request: Request, text: str) -> Response:
        return self._error(500 if "proxy-unknown-500" in self.defects else 404, text, request.body)

    def _upstream(self, status: int) -> Response:
        return self._error(500 if "proxy-upstream-500" in self.defects else status, "L'API n'a pas répondu.")

    def _error(self, status: int, text: str, asked: bytes = b"") -> Response:
        if "proxy-bare-errors" in self.defects:
            return Response(status, b"error", "text/plain")
        sent = _object(asked)
        metadata = {name: str(sent.get(name, "")) for name in ("nationalId", "clientId")}
        return _json(status, {"code": str(status), "message": text, "metadata": metadata})


def _connection(body: bytes) -> dict[str, str] | None:
    """The four texts of a request to connect; None when it is malformed."""
    sent = _object(body)
    asked = {name: sent.get(name) for name in ("nationalId", "bindingMessage", "clientId", "channel")}
    if not all(isinstance(value, str) and value for value in asked.values()):
        return None
    known = {name: str(value) for name, value in asked.items()}
    good = known["channel"] in CHANNELS and re.fullmatch("[0-9]{2}", known["bindingMessage"], re.ASCII)
    return known if good else None


def _object(body: bytes) -> Output:
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return sent if isinstance(sent, dict) else {}


def _json(status: int, content: Output, session: str | None = None) -> Response:
    return Response(status, json.dumps(content, ensure_ascii=False).encode(), session=session)
