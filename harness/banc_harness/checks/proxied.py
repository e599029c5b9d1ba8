"""The calls of the bench to a proxy e-Santé, as the journal kept them, and the sessions that they opened."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from banc_harness.trace import Exchange, Trace

CONNECT: Final = "proxy.connect"
DISCONNECT: Final = "proxy.disconnect"
SEND: Final = "proxy.send"
TRACES: Final = "proxy.traces"
SEVERAL: Final = ("PSC.31", "PSC.36", "PSC.37", "PSC.38", "PSC.39")
"""The scenarios in which sessions open."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A session of the proxy: who it is of, for which software, and the session of Pro Santé Connect behind it."""

    id: str
    state: str
    professional: str
    client_id: str
    by: Exchange


def status(exchange: Exchange) -> int:
    """The HTTP status that the proxy answered."""
    return int(exchange.fact("status") or 0)


def asked(exchange: Exchange) -> Mapping[str, Any]:
    """The JSON object that the bench sent; empty when it sent none."""
    return _object(exchange.fact("asked"))


def answered(exchange: Exchange) -> Mapping[str, Any]:
    """The JSON object that the proxy answered; empty when it is none."""
    return _object(exchange.fact("body"))


def opened(trace: Trace) -> Mapping[str, Opened]:
    """The sessions that the scenario opened, by their id, in their order."""
    return {item.id: item for item in _opened(trace)}


def live(trace: Trace, exchange: Exchange) -> Opened | None:
    """The session that a call comes with, opened before and not closed yet; None when there is none."""
    session = opened(trace).get(str(exchange.fact("given_session") or ""))
    if session is None or session.by.seq > exchange.seq:
        return None
    closing = (item for item in trace.before(exchange, DISCONNECT) if status(item) == 200)
    return None if any(item.fact("given_session") == session.id for item in closing) else session


def _opened(trace: Trace) -> Iterator[Opened]:
    for exchange in trace.all(CONNECT):
        told = answered(exchange)
        id = str(exchange.fact("set_session") or told.get("proxy_session_id") or "")
        if status(exchange) == 200 and id:
            yield Opened(
                id,
                str(told.get("session_state") or ""),
                str(exchange.fact("professional") or ""),
                str(exchange.fact("client_id") or ""),
                exchange,
            )


def _object(text: Any) -> Mapping[str, Any]:
    try:
        content = json.loads(str(text or ""))
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
