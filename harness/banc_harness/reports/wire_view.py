"""Each exchange as the report shows it: lines, headers and bytes of both directions, within a budget of characters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from banc_harness.account import Account
from banc_harness.reports.excerpt import printable, readable
from banc_harness.reports.redaction import safe, safe_headers
from banc_harness.sealed import Sealed
from banc_harness.trace import Exchange
from banc_standards.contracts.events import ExchangeSeen

BUDGET = 4_000_000
"""Most characters of bodies in one report."""
TOLD = 6_000
"""Most characters of one body of an exchange that was refused or has findings."""
PLAIN = 1_500
"""Most characters of any other body."""


@dataclass(frozen=True, slots=True)
class Direction:
    """One direction of an exchange. ``more`` is how many characters of the body are left out."""

    line: str
    headers: tuple[tuple[str, str], ...]
    body: str
    more: int
    size: int


@dataclass(frozen=True, slots=True)
class Shown:
    """An exchange for the page; the directions are None when the journal was not at hand."""

    event: ExchangeSeen
    entry_at: str
    peer: str
    facts: tuple[tuple[str, str], ...]
    request: Direction | None
    response: Direction | None


def shown(account: Account, sealed: Sealed, budget: int = BUDGET) -> Iterator[Shown]:
    """Every exchange of the run in the journal's order. What has findings or was refused gets its bytes first."""
    ordered = sorted({item.seq: item for item in account.exchanges}.values(), key=lambda item: item.seq)
    told = {item.seq for item in ordered if item.outcome != "accepted" or _errs(item)}
    allowed = {}
    left = budget
    for item in sorted(ordered, key=lambda item: item.seq not in told):
        exchange = sealed.exchange(item.seq)
        wanted = TOLD if item.seq in told else PLAIN
        held = 0 if exchange is None else sum(min(wanted, _size(exchange, side)) for side in ("request", "response"))
        allowed[item.seq] = wanted if held <= left else 0
        left -= held if held <= left else 0
    for item in ordered:
        yield _shown(item, sealed.exchange(item.seq), allowed[item.seq])


def _errs(item: ExchangeSeen) -> bool:
    return any(finding.severity != "info" for finding in item.findings)


def _shown(item: ExchangeSeen, exchange: Exchange | None, allowed: int) -> Shown:
    if exchange is None:
        return Shown(item, "", "", (), None, None)
    certificate = (exchange.entry.get("peer") or {}).get("certificate") or {}
    facts = ((name, safe(_plain(value))) for name, value in exchange.facts.items() if value not in (None, "", [], {}))
    return Shown(
        event=item,
        entry_at=str(exchange.entry.get("at", "")),
        peer=str(certificate.get("subject", "")),
        facts=tuple(facts),
        request=_direction(exchange, "request", allowed),
        response=_direction(exchange, "response", allowed),
    )


def _direction(exchange: Exchange, side: str, allowed: int) -> Direction | None:
    message = exchange.entry.get(side)
    if not message:
        return None
    data = exchange.request_bytes if side == "request" else exchange.response_bytes
    body, more = _body(data, allowed) if data else ("", 0)
    headers = [(str(name), str(value)) for name, value in message.get("headers") or ()]
    return Direction(
        line=safe(str(message.get("line", ""))),
        headers=tuple(safe_headers(headers)),
        body=body,
        more=more,
        size=int(message.get("size") or len(data)),
    )


@lru_cache(maxsize=256)
def _body(data: bytes, allowed: int) -> tuple[str, int]:
    if allowed == 0:
        return "", len(data)
    window = data[: 2 * allowed]
    if b"\x00" in window[:1000]:
        return "", len(data)
    text = readable(printable(safe(window.decode("utf-8", "replace"))))
    left_out = len(data) - len(window) + max(0, len(text) - allowed)
    return text[:allowed], left_out


def _size(exchange: Exchange, side: str) -> int:
    return int((exchange.entry.get(side) or {}).get("size") or 0)


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(item)}" for key, item in value.items() if item not in (None, ""))
    if isinstance(value, list):
        return ", ".join(_plain(item) for item in value)
    return str(value)
