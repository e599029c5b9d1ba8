"""Checks of a proxy e-Santé: what it relays to connected APIs, and what it writes in its traces."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from banc_harness.checks import check
from banc_harness.checks.heard import heard
from banc_harness.checks.proxied import CONNECT, DISCONNECT, SEND, TRACES, live, opened, status
from banc_harness.checks.proxy import CONTRACT
from banc_harness.selection import Selection
from banc_harness.trace import Exchange, Trace
from banc_standards.errors import Sentence
from banc_standards.rules import Finding, Hit

REFUSED_METHOD = "psc.unknown"
"""What an API answers to a method that it does not have: an answer to relay like any other."""
UPSTREAM = ("psc.api_*", REFUSED_METHOD, "dmp.*", "insi.*")
TEST = "essai-"
OPEN = ("psc.api_discovery", "psc.api_jwks", REFUSED_METHOD)
"""What an API tells anybody, token or not."""
STATUSES: Mapping[str, tuple[int, ...]] = {"psc.close": (502, 503), "psc.down": (503, 502), "psc.slow": (504,)}
"""By failure of the API, what a gateway may answer (RFC 9110 §15.6), the best first."""
ROUNDED = timedelta(seconds=1)
_JWT = re.compile(r"eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}")


@check(
    id="CHK-PSC-069",
    requirements=["SBX-PSC-16"],
    on=Selection(operation=SEND),
    scenarios=("PSC.31", "PSC.38", "PSC.39"),
    text=Sentence(
        "/send relaie la requête telle quelle, avec le jeton échangé et le certificat, et rend la réponse de l'API.",
        "/send relays the request as it is, with the exchanged token and the certificate, and returns its answer.",
    ),
    clause=f"{CONTRACT}, /send ; RFC 8705 §3",
    fix=Sentence(
        "gardez méthode, chemin, paramètres et corps ; ajoutez Authorization: Bearer (jeton de l'API) et le certificat "
        "de l'échange ; rendez statut et corps",
        "keep method, path, parameters and body; add Authorization: Bearer (the API's token) and the certificate of "
        "the exchange; return status and body",
    ),
)
def relayed(trace: Trace) -> Iterator[Hit | Finding]:
    """Looks, for each call with a live session, for the same request at the API, and compares the answers."""
    for exchange in trace.selected:
        session = live(trace, exchange)
        if session is None:
            continue
        came = _upstream(trace, exchange)
        reached = [item for item in came if item.outcome == "accepted" or item.operation == REFUSED_METHOD]
        same = [item for item in reached if _text(item.request_bytes) == str(exchange.fact("asked") or "")]
        if not same:
            yield from (found for item in came for found in heard(item, "PSC-EXC-", "TLS-", "SESSION-"))
            found = "une autre requête / another request" if reached else "refusée / refused" if came else "∅"
            yield Hit(exchange.place(), found=found, expected=f"{exchange.fact('method')} {exchange.fact('path')}")
        elif not any(_returned(item, exchange) for item in same):
            body = str(exchange.fact("body") or "")[:120]
            yield Hit(exchange.place("body"), found=f"{status(exchange)} {body}", expected=same[0].place())
        elif not any(item.operation in OPEN or item.fact("session_state") == session.state for item in same):
            found = str(same[0].fact("session_state") or "∅")
            yield Hit(same[0].place("Authorization"), found=found, expected=session.state)


@check(
    id="CHK-PSC-070",
    requirements=["SBX-PSC-16"],
    on=Selection(operation=SEND),
    scenarios=("PSC.31", "PSC.34"),
    text=Sentence(
        "/send sans session vivante répond 401, et rien ne part vers l'API.",
        "/send without a live session answers 401, and nothing leaves for the API.",
    ),
    clause=f"{CONTRACT}, /send, 401",
    fix=Sentence(
        "cherchez la session du cookie avant tout ; absente, inconnue ou close : 401",
        "look the cookie's session up first; absent, unknown or closed: 401",
    ),
)
def nothing_without_session(trace: Trace) -> Iterator[Hit]:
    """Reads the calls without a cookie, with one that nobody gave, or of a session that was closed."""
    for exchange in trace.selected:
        if live(trace, exchange) is not None:
            continue
        if status(exchange) != 401:
            yield Hit(exchange.place("status"), found=str(status(exchange)), expected="401")
        for reached in _upstream(trace, exchange):
            yield Hit(reached.place(), found=reached.line, expected="aucun / none")


@check(
    id="CHK-PSC-071",
    requirements=["SBX-PSC-16"],
    on=Selection(operation=SEND),
    scenarios=("PSC.36",),
    certainty="deduced",
    text=Sentence(
        "La défaillance d'une API se dit par 502, 503 ou 504 selon qu'elle coupe, est en panne ou tarde.",
        "The failure of an API is told by 502, 503 or 504 as it breaks off, is down or is late.",
    ),
    clause=f"{CONTRACT}, /send ; RFC 9110 §15.6.3 à 15.6.5",
    fix=Sentence(
        "répondez 502 à une coupure, 503 à une panne, 504 quand votre délai est passé",
        "answer 502 to a broken connection, 503 to an API that is down, 504 when your own time is over",
    ),
)
def failure_told(trace: Trace) -> Iterator[Hit]:
    """Compares each call with what the API was made to do meanwhile."""
    for exchange in trace.selected:
        faults = {item.entry.get("fault") for item in _upstream(trace, exchange)}
        for fault, statuses in STATUSES.items():
            if fault in faults and status(exchange) not in statuses:
                yield Hit(exchange.place("status"), found=str(status(exchange)), expected=f"{statuses[0]} ({fault})")


@check(
    id="CHK-PSC-072",
    requirements=["SBX-PSC-18"],
    on=Selection(operation=TRACES),
    scenarios=("PSC.37",),
    text=Sentence(
        "/traces dit qui, quand et quoi de chaque appel, et ne rend que ce qui tient entre start et end.",
        "/traces tells who, when and what of each call, and returns only what lies between start and end.",
    ),
    clause=f"{CONTRACT}, GET /traces",
    fix=Sentence(
        "tracez connexions, appels relayés et déconnexions avec l'IdNat, le logiciel, la session et l'instant, et "
        "filtrez par start et end",
        "trace connections, relayed calls and disconnections with the IdNat, the software, the session and the "
        "instant, and filter by start and end",
    ),
)
def traced(trace: Trace) -> Iterator[Hit]:
    """Looks for each earlier call in the traces of its time, and for the time of every trace in the bounds."""
    for exchange in trace.selected:
        entries = _entries(exchange)
        if status(exchange) != 200 or entries is None:
            found = f"{status(exchange)} {str(exchange.fact('body') or '')[:80]}"
            yield Hit(exchange.place("body"), found=found, expected="200 [{…}]")
            continue
        start, end = _bounds(exchange)
        for rank, entry in enumerate(entries):
            instants = [at for at in map(_instant, _leaves(entry)) if at is not None]
            if not any(start - ROUNDED <= at <= end + ROUNDED for at in instants):
                found = ", ".join(f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in instants) or "∅"
                yield Hit(exchange.place(f"[{rank}]"), found=found, expected=f"{start:%H:%M:%S} - {end:%H:%M:%S}")
        for call in _made(trace, exchange, start, end):
            session = opened(trace).get(str(call.fact("given_session") or call.fact("set_session") or ""))
            told = (session.professional, session.client_id, session.id) if session else ()
            if session is not None and not any(_tells(entry, call, told) for entry in entries):
                yield Hit(exchange.place(), found="∅", expected=f"{call.place()} {', '.join(told)}")


@check(
    id="CHK-PSC-073",
    requirements=["SBX-PSC-18"],
    on=Selection(operation=TRACES),
    scenarios=("PSC.37",),
    text=Sentence(
        "Les traces ne portent ni jeton, ni code, ni secret.", "The traces carry no token, no code and no secret."
    ),
    clause="Pro Santé Connect, journalisation ; RFC 6750 §5.2",
    fix=Sentence(
        "n'écrivez ni Authorization, ni corps des échanges de jetons dans les traces",
        "write neither Authorization nor the bodies of token exchanges into the traces",
    ),
)
def traces_without_secret(trace: Trace) -> Iterator[Hit]:
    """Looks for what reads as a JWT, and for the very values that the wire carried."""
    carried = {item.form.get(name, "") for item in trace.all("psc.*") for name in ("auth_req_id", "client_secret")}
    for exchange in trace.selected:
        text = str(exchange.fact("body") or "")
        found = [match.group() for match in _JWT.finditer(text)] + [item for item in carried if item and item in text]
        if found:
            yield Hit(exchange.place("body"), found=f"{len(found)} × {found[0][:12]}…", expected="0")


def _upstream(trace: Trace, exchange: Exchange) -> list[Exchange]:
    """What reached the API of a call meanwhile: the same method, and the path after the API's name. What no step claims
    is looked at too: the bench wrote it.
    """
    method, path = str(exchange.fact("method")), str(exchange.fact("path")).removeprefix("/send/")
    name, _, endpoint = path.partition("/")
    api, found = name.removeprefix(TEST), []
    for item in (each for operation in UPSTREAM for each in trace.before(exchange, operation)):
        verb, address, *_ = [*item.line.split(" "), "", ""]
        near = item.claimed_by in (exchange.claimed_by, None)
        there = item.fact("api") in (api, None) and ("/realms/" not in address or f"/realms/{api}/" in address)
        if near and there and verb == method and address.endswith(f"/{endpoint}"):
            found.append(item)
    return found


def _returned(upstream: Exchange, exchange: Exchange) -> bool:
    line = str((upstream.entry.get("response") or {}).get("line", ""))
    same = _text(upstream.response_bytes) == str(exchange.fact("body") or "") or bool(exchange.fact("cut"))
    return same and line.partition(" ")[0] == str(status(exchange))


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _entries(exchange: Exchange) -> list[Any] | None:
    """The traces: an array, or the one array of an object."""
    try:
        content = json.loads(str(exchange.fact("body") or ""))
    except (ValueError, RecursionError):
        return None
    if isinstance(content, dict):
        content = next((item for item in content.values() if isinstance(item, list)), None)
    return content if isinstance(content, list) else None


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    elif value is not None:
        yield str(value)


def _instant(text: str) -> datetime | None:
    if not _INSTANT.match(text):
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _bounds(exchange: Exchange) -> tuple[datetime, datetime]:
    query = parse_qs(urlsplit(str(exchange.fact("path"))).query)
    start, end = (query.get(name, [""])[0] for name in ("start", "end"))
    asked = datetime.fromisoformat(str(exchange.fact("answered_at")))
    return _instant(start) or datetime.min.replace(tzinfo=UTC), _instant(end) or asked


def _made(trace: Trace, exchange: Exchange, start: datetime, end: datetime) -> Iterator[Exchange]:
    """The calls that went well before a reading of the traces, within its bounds."""
    for operation in (CONNECT, SEND, DISCONNECT):
        for call in trace.before(exchange, operation):
            sent, came = (datetime.fromisoformat(str(call.fact(name))) for name in ("sent_at", "answered_at"))
            if status(call) == 200 and start <= sent and came <= end:
                yield call


def _tells(entry: Any, call: Exchange, who: tuple[str, ...]) -> bool:
    """Whether a trace is the one of a call: the kind of act, and everybody concerned."""
    said = list(_leaves(entry))
    if not set(who) <= set(said):
        return False
    words = " ".join(said).lower()
    path = urlsplit(str(call.fact("path"))).path
    match call.operation:
        case "proxy.send":
            return path.rpartition("/")[2].lower() in words
        case "proxy.disconnect":
            return "disconnect" in words
        case _:
            return "connect" in words.replace("disconnect", "")
