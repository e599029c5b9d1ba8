"""One HTTP exchange under way, as a service's handler sees it, and the journal entry that it becomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from banc_mocks.sandbox.batch import Batch
from banc_mocks.sandbox.exchange import Exchange
from banc_mocks.sandbox.http import Reply


@dataclass(frozen=True, slots=True)
class RequestHead:
    """The request line and headers as they arrived; ``path`` is without the session prefix."""

    method: str
    target: str
    path: str
    headers: Mapping[str, str]
    header_pairs: tuple[tuple[str, str], ...]
    listener: str
    prefix: str = ""


@dataclass(kw_only=True)
class Call(Exchange):
    """One HTTP exchange under way.

    A handler reads the request (``head``, ``body``, ``form``, ``peer``) and returns a reply; the rest is as for every
    :class:`~banc_mocks.sandbox.exchange.Exchange`.
    """

    head: RequestHead
    body: bytes = b""
    path_parameters: dict[str, str] = field(default_factory=dict)

    # -- the request ---------------------------------------------------------------------------------------------

    @property
    def headers(self) -> Mapping[str, str]:
        """The request headers, names without case."""
        return self.head.headers

    @cached_property
    def query(self) -> dict[str, str]:
        """The query parameters, the first value of each."""
        return _first_values(parse_qsl(self.head.target.partition("?")[2], keep_blank_values=True))

    @cached_property
    def form_pairs(self) -> tuple[tuple[str, str], ...]:
        """The fields of an ``application/x-www-form-urlencoded`` body in order; bytes outside UTF-8 are replaced."""
        return tuple(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        """The fields of a form body, the first value of each."""
        return _first_values(self.form_pairs)

    @property
    def media_type(self) -> str:
        """The request's Content-Type without its parameters, lower case."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    # -- addresses -----------------------------------------------------------------------------------------------

    def base_url(self, name: str) -> str:
        """The absolute base URL of one listener as the peer must see it (CONTRACTS §2), session prefix included."""
        return self.sandbox.addresses.base_url(
            name,
            public_urls=self.session.public_urls,
            host=self.headers.get("Host"),
            asked=self.head.listener,
            prefix=self.head.prefix,
        )

    # -- the entry -----------------------------------------------------------------------------------------------

    def batch(self, reply: Reply | None, duration_us: int) -> Batch:
        """What the store writes for this call: its entry, the octets both ways, the state changes."""
        return self.entered(self.entry(reply, duration_us))

    def entry(self, reply: Reply | None, duration_us: int) -> dict[str, Any]:
        """The journal entry (CONTRACTS §6) but for what the journal itself adds."""
        request = {
            "line": f"{self.head.method} {self.head.target}",
            "headers": [list(pair) for pair in self.head.header_pairs],
            **self.content(self.body, self.headers.get("Content-Type", "")),
        }
        transport = "https" if self.sandbox.addresses.tls(self.head.listener) else "http"
        response = None if reply is None else self._response(reply)
        return self.written(transport=transport, request=request, response=response, duration_us=duration_us)

    def _response(self, reply: Reply) -> dict[str, Any]:
        return {
            "line": str(reply.status),
            "headers": [list(pair) for pair in reply.header_pairs()],
            **self.content(reply.body, reply.media_type),
        }


def _first_values(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in pairs:
        values.setdefault(name, value)
    return values
