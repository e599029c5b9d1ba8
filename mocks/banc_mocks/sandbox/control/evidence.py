"""What happened in a session: exchanges, events, observations, contents, documents."""

from __future__ import annotations

import json
import re
from contextlib import aclosing
from typing import Any

from aiohttp import web

from banc_mocks.sandbox.batch import Batch
from banc_mocks.sandbox.clock import instant, real_now, second
from banc_mocks.sandbox.control.endpoint import (
    LIMIT,
    MAX_PAGE,
    MAX_SEQ,
    PAGE,
    Asked,
    Endpoint,
    Parameter,
    Raw,
)
from banc_mocks.sandbox.control.problems import not_found
from banc_mocks.sandbox.journal import MAX_WAIT_S, Page, Query, new_id
from banc_standards.contracts import control as shapes
from banc_standards.contracts.exchange import ExchangePage
from banc_standards.errors import Sentence, UnusableInput

OUTCOMES = ("accepted", "refused", "failed", "observed")
BEAT_S = 15
"""Seconds of silence after which an event stream says that it is alive."""


async def exchanges(asked: Asked) -> dict[str, Any]:
    """The exchanges after a position that a query wants; ``wait`` holds on for the first."""
    page = await asked.sandbox.journal.exchanges(
        asked.session,
        _query(asked, asked.whole("after", 0, low=0, high=MAX_SEQ)),
        wait_s=asked.seconds("wait", MAX_WAIT_S),
        limit=asked.whole("limit", PAGE, low=1, high=MAX_PAGE),
    )
    return {"exchanges": page.exchanges, "next": page.next, "epoch": page.epoch}


async def events(asked: Asked) -> web.StreamResponse:
    """The exchanges as they come (server-sent events): ``id`` is the ``seq``, ``data`` the exchange.

    ``Last-Event-ID`` goes on from there, else ``after``, else what comes from now on. A reset sends ``event: reset``.
    """
    session, journal = asked.session, asked.sandbox.journal
    last = asked.request.headers.get("Last-Event-ID", "")
    here = await journal.position(session)
    after = int(last) if re.fullmatch(r"[0-9]{1,15}", last) else asked.whole("after", here, low=0, high=MAX_SEQ)
    query = _query(asked, 0 if after > here else after)  # beyond the end: the position is of an epoch that was closed
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(asked.request)
    epoch = session.epoch
    try:
        async with aclosing(journal.follow(session, query, beat_s=BEAT_S)) as pages:
            async for page in pages:
                await response.write(_stream(page, epoch))
                epoch = page.epoch
                if asked.sandbox.sessions.find(session.id) is not session:
                    break
    except ConnectionResetError:
        return response
    return response


async def observe(asked: Asked) -> shapes.Recorded:
    """Keeps in the journal what a driver or a person saw."""
    seen = asked.content(shapes.Observation)
    session = asked.session
    facts = {**seen.facts, "text": seen.text} | ({"step": seen.step} if seen.step is not None else {})
    if _holds_float(facts):
        raise UnusableInput(
            "JOURNAL-002",
            Sentence("un fait est un nombre à virgule", "a fact is a floating number"),
            Sentence("écrire des entiers ou du texte", "write whole numbers or text"),
        )
    at = real_now()
    entry = {
        "id": new_id(int(at.timestamp() * 1000)),
        "at": instant(at),
        "clock": second(session.now()),
        "duration_us": 0,
        "service": "driver",
        "operation": seen.operation,
        "direction": "in",
        "transport": "control",
        "outcome": "observed",
        "code": None,
        "fault": None,
        "count": 1,
        "peer": {"address": _peer(asked), "certificate": None, "token": None, "session_by": "address"},
        "request": None,
        "response": None,
        "facts": facts,
        "findings": [],
    }
    receipt = await asked.sandbox.journal.enter(Batch(session.id, session.epoch, entry=entry))
    assert receipt.entry is not None
    return shapes.Recorded(seq=receipt.entry["seq"], hash=receipt.entry["hash"])


async def blob(asked: Asked) -> Raw:
    """The bytes that an exchange names ``sha256:…``."""
    name = asked.part("sha256").removeprefix("sha256:")
    data = await asked.sandbox.journal.blob(f"sha256:{name}") if re.fullmatch(r"[0-9a-f]{64}", name) else None
    if data is None:
        raise not_found(Sentence(f"contenu {name[:64]}", f"content {name[:64]}"))
    headers = {
        "ETag": f'"{name}"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox",
        "Cache-Control": "private, immutable, max-age=31536000",
    }
    return Raw(data, "application/octet-stream", headers=headers)


def _query(asked: Asked, after: int) -> Query:
    facts = {name[5:]: value for name, value in asked.request.query.items() if name.startswith("fact.") and name[5:]}
    return Query(
        after=after,
        operation=asked.text("operation"),
        outcome=asked.choice("outcome", OUTCOMES),
        facts=facts,
    )


def _stream(page: Page, epoch: int) -> bytes:
    if page.epoch != epoch:
        return b'event: reset\nid: 0\ndata: {"epoch":%d}\n\n' % page.epoch
    if not page.exchanges:
        return b": still here\n\n"
    rows = (f"id: {entry['seq']}\nevent: exchange\ndata: {json.dumps(entry)}\n\n" for entry in page.exchanges)
    return "".join(rows).encode()


def _peer(asked: Asked) -> str:
    transport = asked.request.transport
    found = transport.get_extra_info("peername") if transport else None
    return f"{found[0]}:{found[1]}" if isinstance(found, tuple) else ""


def _holds_float(value: object) -> bool:
    if isinstance(value, dict):
        return any(_holds_float(item) for item in value.values())
    if isinstance(value, list):
        return any(_holds_float(item) for item in value)
    return isinstance(value, float)


_ONE = "/sessions/{session}"
_AFTER = Parameter("after", "Position already seen.", {"type": "integer", "minimum": 0, "maximum": MAX_SEQ})
_FILTERS = (
    Parameter("operation", "Operation, such as dmp.TD2.1.", {"type": "string"}),
    Parameter("outcome", "Outcome.", {"type": "string", "enum": list(OUTCOMES)}),
    Parameter(
        "fact.ins", "A fact and its value; any `fact.NAME`, `fact.lps.idam` for a nested one.", {"type": "string"}
    ),
)
_WAIT = Parameter("wait", "Seconds to wait for the first one.", {"type": "number", "minimum": 0, "maximum": MAX_WAIT_S})

ENDPOINTS = (
    Endpoint(
        "GET",
        f"{_ONE}/exchanges",
        "listExchanges",
        "The exchanges after a position that a query wants",
        exchanges,
        answer=ExchangePage,
        parameters=(_AFTER, *_FILTERS, _WAIT, LIMIT),
    ),
    Endpoint(
        "GET",
        f"{_ONE}/events",
        "followExchanges",
        "The exchanges as they come; Last-Event-ID goes on from a position",
        events,
        media_type="text/event-stream",
        parameters=(_AFTER, *_FILTERS),
    ),
    Endpoint(
        "POST",
        f"{_ONE}/observations",
        "observe",
        "Keeps in the journal what a driver or a person saw",
        observe,
        body=shapes.Observation,
        answer=shapes.Recorded,
        status=201,
    ),
    Endpoint(
        "GET",
        "/blobs/{sha256}",
        "getBlob",
        "The bytes that an exchange names",
        blob,
        media_type="application/octet-stream",
    ),
)
