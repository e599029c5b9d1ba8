"""How a simulated service says what it answers over HTTP: routes, replies, listeners, and the refusals that they share.

A service's ``wire`` module builds one :class:`HttpService`. It writes handlers that take a
:class:`~banc_mocks.sandbox.call.Call` and return a :class:`Reply`; reading the body, attribution to a session, the
generic faults, the journal and the commit that precedes each answer are done around them by
:mod:`banc_mocks.sandbox.serving`.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from banc_mocks.sandbox.faults import Fault
from banc_mocks.sandbox.switches import Switch
from banc_standards.attribution_rules import SESSION_CONFLICT, SESSION_UNKNOWN
from banc_standards.errors import NOTHING, BancError, Sentence
from banc_standards.rules import Hit, Rule
from banc_standards.transport_rules import (
    LATE,
    MALFORMED,
    TOO_LARGE,
    TRUNCATED,
    UNDECODABLE,
    UNKNOWN_PATH,
    WRONG_METHOD,
)

if TYPE_CHECKING:
    import asyncio
    import ssl

    from aiohttp import web

    from banc_mocks.sandbox.call import Call
    from banc_mocks.sandbox.sandbox import Sandbox
    from banc_mocks.sandbox.tls import Connection, Refusal

Headers = Mapping[str, str] | Iterable[tuple[str, str]]
BaseUrl = Callable[[str], str]

MIB = 2**20


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer. ``media_type`` is the whole Content-Type, left out when there is no body."""

    status: int = 200
    body: bytes = b""
    media_type: str = "text/plain; charset=utf-8"
    headers: Headers = ()

    def header_pairs(self) -> list[tuple[str, str]]:
        """Every header of the answer, Content-Type first, in the order of the wire."""
        pairs = [("Content-Type", self.media_type)] if self.body and self.media_type else []
        pairs += self.headers.items() if isinstance(self.headers, Mapping) else self.headers
        return pairs


Handler = Callable[["Call"], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Route:
    """One address of a service.

    ``path`` may hold ``{name}`` segments, found in ``call.path_parameters``. ``operation`` is the fact sheet's name of
    the transaction ("dmp.TD2.1"), which a handler may make more precise. A GET route answers HEAD too. ``public``: the
    answer promises nothing (discovery, JWKS, WSDL), so it does not wait for its journal entry. ``max_body`` in octets.
    """

    method: str
    path: str
    operation: str
    handler: Handler
    public: bool = False
    max_body: int = MIB


class StreamServer(Protocol):
    """Serves one listener of a protocol other than HTTP."""

    async def open(self) -> None:
        """Makes ready what connections need."""

    def protocol(self, connection: Connection) -> asyncio.Protocol:
        """A protocol for one accepted connection."""

    def handshake_refused(self, refusal: Refusal) -> None:
        """Journals a refused TLS handshake, without waiting."""

    async def close(self, timeout_s: float) -> None:
        """Ends the connections, at the latest after ``timeout_s``."""


@dataclass(frozen=True, slots=True)
class Listener:
    """One port of a service: its name in ``base_url``, its offset from the base port (CONTRACTS §2), its routes.

    ``certificate`` tells whether the TLS handshake asks for a client certificate; its absence is for the service to
    answer. ``application`` is for what is not an exchange with a national service (control API, console): a plain
    aiohttp application that is neither journaled nor attributed. ``stream`` makes the server of another protocol than
    HTTP out of the TLS settings of the port; with ``upgrade`` it begins in clear and starts TLS by itself (STARTTLS).
    """

    name: str
    offset: int
    certificate: Literal["none", "requested"] = "none"
    routes: tuple[Route, ...] = ()
    application: Callable[[], web.Application] | None = None
    stream: Callable[[Sandbox, ssl.SSLContext], StreamServer] | None = None
    upgrade: bool = False


def _plain_refusal(call: Call, error: BancError) -> Reply:
    text = error.text.of(call.sandbox.config.lang)
    return Reply(status_of(error), f"{error.code}: {text}\n".encode())


@dataclass(frozen=True, slots=True)
class HttpService:
    """A simulated national service as the sandbox starts it.

    ``refuse`` turns an error into the protocol's own answer (a SOAP fault, an OAuth error…); :func:`status_of` gives
    the HTTP status that the framework's own refusals call for. ``addresses`` makes the service's part of the ready line
    (CONTRACTS §1) out of the base URL of each listener. ``faults`` is the service's table, generic ones left out, and
    ``switches`` the behaviours that rest on an uncertain fact.
    """

    name: str
    listeners: tuple[Listener, ...]
    refuse: Callable[[Call, BancError], Reply] = _plain_refusal
    addresses: Callable[[BaseUrl], dict[str, str]] = field(default=lambda _base: {})
    faults: tuple[Fault, ...] = ()
    switches: tuple[Switch, ...] = ()


def generic_faults(service: str) -> tuple[Fault, ...]:
    """The faults that every service has, shown by the framework: down (503), slow (``delay_ms``), close (no answer)."""
    return (
        Fault(
            f"{service}.down",
            service,
            Sentence(
                "Le service répond 503 (SMTP : 421) sans rien faire.",
                "The service answers 503 (SMTP: 421) and does nothing.",
            ),
        ),
        Fault(
            f"{service}.slow",
            service,
            Sentence("Le service répond avec retard.", "The service answers late."),
            parameters={"delay_ms": 5_000},
        ),
        Fault(
            f"{service}.close",
            service,
            Sentence(
                "Le service ferme la connexion sans répondre ni rien faire.",
                "The service closes the connection without an answer and does nothing.",
            ),
        ),
    )


class HttpRefusal(BancError):
    """A request that the framework refuses before, or instead of, the service's handler.

    ``status`` is the HTTP status that fits; ``rule`` and ``hit`` make the finding of the journal entry.
    """

    def __init__(
        self,
        status: int,
        code: str,
        text: Sentence,
        hint: Sentence = NOTHING,
        *,
        rule: Rule | None = None,
        hit: Hit | None = None,
    ) -> None:
        super().__init__(code, text, hint)
        self.status = status
        self.rule = rule
        self.hit = hit


_STATUS: Mapping[str, int] = {
    MALFORMED.id: 400,
    TOO_LARGE.id: 413,
    TRUNCATED.id: 400,
    UNDECODABLE.id: 400,
    LATE.id: 408,
    UNKNOWN_PATH.id: 404,
    WRONG_METHOD.id: 405,
    SESSION_CONFLICT.id: 403,
    SESSION_UNKNOWN.id: 404,
}


class RuleBroken(HttpRefusal):
    """A request refused by one rule that the framework itself applies."""

    def __init__(self, rule: Rule, hit: Hit) -> None:
        super().__init__(_STATUS[rule.id], rule.code, rule.text, rule.fix, rule=rule, hit=hit)


class SessionConflict(RuleBroken):
    """The signs of the connection name different sessions (SESSION-001); ``other`` is the session of the later sign."""

    def __init__(self, hit: Hit, other: str) -> None:
        super().__init__(SESSION_CONFLICT, hit)
        self.other = other


class ServiceDown(HttpRefusal):
    """The fault "<service>.down" is armed."""

    def __init__(self, service: str) -> None:
        super().__init__(
            503,
            f"{service}.down",
            Sentence("Le service est indisponible (panne demandée).", "The service is unavailable (requested fault)."),
        )


class InternalFailure(HttpRefusal):
    """The sandbox itself failed: a defect of ours, or the journal could not be written."""

    def __init__(self, text: Sentence | None = None) -> None:
        super().__init__(
            500,
            "INTERNAL-001",
            text or Sentence("Le bac à sable a échoué sur cette requête.", "The sandbox failed on this request."),
            Sentence(
                "Ce n'est pas votre logiciel : voyez la sortie d'erreur de « banc up » et signalez-le.",
                'It is not your software: see the error output of "banc up" and report it.',
            ),
        )


def status_of(error: BancError, default: int = 400) -> int:
    """The HTTP status of a refusal: the framework's own, else ``default``."""
    return error.status if isinstance(error, HttpRefusal) else default


class Router:
    """Finds the route of a request among one listener's.

    Raises ``ValueError`` when two routes answer the same method and path.
    """

    def __init__(self, routes: Iterable[Route]) -> None:
        self._exact: dict[str, dict[str, Route]] = {}
        self._patterns: list[tuple[re.Pattern[str], dict[str, Route]]] = []
        by_path: dict[str, dict[str, Route]] = {}
        for route in routes:
            methods = by_path.setdefault(route.path, {})
            if route.method in methods:
                raise ValueError(f"two routes answer {route.method} {route.path}")
            methods[route.method] = route
        for path, methods in by_path.items():
            if "{" in path:
                self._patterns.append((_pattern(path), methods))
            else:
                self._exact[path] = methods

    def find(self, method: str, path: str) -> tuple[Route | None, dict[str, str], tuple[str, ...]]:
        """The route, its path parameters, and the methods known at that path (empty when the path is unknown)."""
        methods, parameters = self._at(path)
        route = methods.get(method) or (methods.get("GET") if method == "HEAD" else None)
        return route, parameters, tuple(methods)

    def _at(self, path: str) -> tuple[dict[str, Route], dict[str, str]]:
        exact = self._exact.get(path)
        if exact is not None:
            return exact, {}
        for pattern, methods in self._patterns:
            found = pattern.fullmatch(path)
            if found is not None:
                return methods, found.groupdict()
        return {}, {}


def _pattern(path: str) -> re.Pattern[str]:
    pieces = re.split(r"\{(\w+)\}", path)
    return re.compile("".join(f"(?P<{p}>[^/]+)" if i % 2 else re.escape(p) for i, p in enumerate(pieces)))
