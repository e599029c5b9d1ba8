"""Checks of a proxy e-Santé over traces made by hand: what passes, and the smallest change that fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from banc_harness.checks import Check, proxy, proxy_relaying
from banc_harness.judging import judge
from banc_harness.trace import Exchange, Trace
from banc_standards.contracts.vocabulary import Verdict

MakeExchange = Callable[..., Exchange]
Observed = Callable[..., Exchange]
PERSON, SOFTWARE, SESSION, STATE = "899900000011", "lps1", "session-1", "etat-1"
ASKED = {"nationalId": PERSON, "bindingMessage": "42", "clientId": SOFTWARE, "channel": "MOBILE"}
DATA = {"nationalId": PERSON, "clientID": SOFTWARE, "proxy_session_id": SESSION, "session_state": STATE}
WHOSE = {"professional": PERSON, "client_id": SOFTWARE}


@pytest.fixture
def seen(exchange: MakeExchange) -> Observed:
    """Makes calls of the bench as the journal keeps them, a second apart."""

    def make(action: str, status: int = 200, *, body: Any = None, step: str = "1", **facts: Any) -> Exchange:
        text = body.decode() if isinstance(body, bytes) else "" if body is None else json.dumps(body)
        told = {"status": status, "body": text, "given_session": None}
        at = {"sent_at": "2026-11-21T10:00:01.000Z", "answered_at": "2026-11-21T10:00:02.000Z"}
        return exchange(f"proxy.{action}", "observed", facts={**told, **at, **facts}, claimed_by=step)

    return make


@pytest.fixture
def connect(seen: Observed) -> Observed:
    """A connection, by default one that opened :data:`SESSION`."""

    def make(status: int = 200, **facts: Any) -> Exchange:
        opened = {"proxy_session_id": SESSION, "session_state": STATE} if status == 200 else None
        usual = {"body": opened, "asked": json.dumps(ASKED), "set_session": SESSION if opened else None, **WHOSE}
        return seen("connect", status, **usual | facts)

    return make


@pytest.fixture
def token(exchange: MakeExchange) -> Exchange:
    """What Pro Santé Connect issued for :data:`SESSION`."""
    return exchange("psc.token", facts={**WHOSE, "session_state": STATE})


def verdict(check: Check, scenario: str, *exchanges: Exchange) -> Verdict:
    judged = judge(check, Trace(scenario, exchanges))
    assert judged is not None
    assert judged.crash == ""
    return judged.verdict


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, "CONFORME"),
        ({"set_session": None}, "NON_CONFORME"),
        ({"set_session": "autre"}, "NON_CONFORME"),
        ({"body": {"proxy_session_id": SESSION, "session_state": "inventé"}}, "NON_CONFORME"),
        ({"client_id": "lps2"}, "NON_CONFORME"),
        ({"status": 201}, "NON_CONFORME"),
    ],
)
def test_a_session_is_that_of_psc(connect: Observed, token: Exchange, changed: Any, expected: Verdict) -> None:
    assert verdict(proxy.session_opened, "PSC.31", token, connect(**changed)) == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [({}, "CONFORME"), ({"binding_message": "43"}, "NON_CONFORME"), ({"channel": "CARD"}, "NON_CONFORME")],
)
def test_what_ciba_carries(exchange: MakeExchange, connect: Observed, changed: Any, expected: Verdict) -> None:
    form = {"login_hint": PERSON, "binding_message": "42", "channel": "MOBILE"} | changed
    sent = urlencode(form).encode()
    ciba = exchange("psc.ciba", sent=sent, sent_as="application/x-www-form-urlencoded", facts={"client_id": SOFTWARE})

    assert verdict(proxy.request_carried, "PSC.31", connect(), ciba) == expected


@pytest.mark.parametrize(("status", "asks", "expected"), [(304, 0, "CONFORME"), (200, 0, "NON_CONFORME")])
def test_an_active_session(
    exchange: MakeExchange, connect: Observed, status: int, asks: int, expected: Verdict
) -> None:
    again = connect(status, given_session=SESSION, step="2")

    assert verdict(proxy.active_already, "PSC.31", connect(), again) == expected


def test_an_active_session_is_not_asked_for_again(exchange: MakeExchange, connect: Observed) -> None:
    first, asked = connect(), exchange("psc.ciba", claimed_by="2")

    assert verdict(proxy.active_already, "PSC.31", first, asked, connect(304, given_session=SESSION, step="2")) == (
        "NON_CONFORME"
    )


@pytest.mark.parametrize(
    ("check", "scenario", "right"),
    [
        (proxy.malformed_refused, "PSC.32", 400),
        (proxy.unknown_refused, "PSC.33", 404),
        (proxy.down_told, "PSC.35", 503),
    ],
)
def test_a_connection_that_cannot_be(connect: Observed, check: Check, scenario: str, right: int) -> None:
    assert verdict(check, scenario, connect(right)) == "CONFORME"
    assert verdict(check, scenario, connect(500)) == "NON_CONFORME"
    assert verdict(check, scenario, connect(right, set_session="s")) == "NON_CONFORME"


@pytest.mark.parametrize(
    ("statuses", "logouts", "expected"),
    [
        ((200, 401), 1, "CONFORME"),
        ((200, 404), 1, "CONFORME"),
        ((200, 200), 1, "NON_CONFORME"),
        ((204, 401), 1, "NON_CONFORME"),
        ((200, 401), 0, "NON_CONFORME"),
        ((200, 401), 2, "NON_CONFORME"),
    ],
)
def test_a_disconnection(
    exchange: MakeExchange,
    connect: Observed,
    seen: Observed,
    statuses: tuple[int, int],
    logouts: int,
    expected: Verdict,
) -> None:
    first = connect()
    told = [exchange("psc.logout", claimed_by="2") for _ in range(logouts)]
    ends = [
        seen("disconnect", status, step=str(rank), given_session=SESSION) for rank, status in enumerate(statuses, 2)
    ]

    assert verdict(proxy.disconnected, "PSC.31", first, *told, *ends) == expected


@pytest.mark.parametrize(
    ("body", "severities"),
    [
        ({"code": "404", "message": "inconnu", "metadata": {}}, []),
        ({"code": "404", "message": "inconnu"}, ["warning"]),
        ("error", ["warning"]),
    ],
)
def test_the_body_of_an_error(connect: Observed, body: Any, severities: list[str]) -> None:
    judged = judge(proxy.error_described, Trace("PSC.33", (connect(404, body=body),)))

    assert judged is not None
    assert judged.verdict == "CONFORME"
    assert [found.severity for found in judged.findings] == severities


@pytest.fixture
def api_call(exchange: MakeExchange) -> MakeExchange:
    """A call that reached an API, by default that of :data:`SESSION`."""

    def make(data: Any = None, **facts: Any) -> Exchange:
        more = {name: facts.pop(name) for name in ("outcome", "claimed_by", "fault") if name in facts}
        return exchange(
            "psc.api_call",
            **{"claimed_by": "1"} | more,
            line="POST /s/k7f2/auth/realms/dmp/signsessiondata?essai=1",
            sent=json.dumps(data or DATA).encode(),
            answered=b'{"signature": "s"}',
            facts={**WHOSE, "session_state": STATE, "api": "dmp", **facts},
        )

    return make


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, "CONFORME"),
        ({"professional": "899900000029"}, "NON_CONFORME"),
        ({"client_id": "lps2"}, "NON_CONFORME"),
        ({"session_state": "etat-2"}, "NON_CONFORME"),
    ],
)
def test_whose_token_calls(connect: Observed, api_call: MakeExchange, changed: Any, expected: Verdict) -> None:
    assert verdict(proxy.no_leak, "PSC.38", connect(), api_call(**changed)) == expected


@pytest.mark.parametrize(
    ("id", "state", "expected"),
    [
        ("session-2", "etat-2", "CONFORME"),
        ("session-2", STATE, "NON_CONFORME"),
        (SESSION, "etat-2", "NON_CONFORME"),
    ],
)
def test_one_psc_session_each(connect: Observed, id: str, state: str, expected: Verdict) -> None:
    other = connect(body={"proxy_session_id": id, "session_state": state}, set_session=id)

    assert verdict(proxy.no_leak, "PSC.38", connect(), other) == expected


@pytest.fixture
def send(seen: Observed) -> Observed:
    """A call through the proxy, by default of a live session and with the API's answer."""

    def make(status: int = 200, **facts: Any) -> Exchange:
        usual = {
            "method": "POST",
            "path": "/send/essai-dmp/signsessiondata?essai=1",
            "asked": json.dumps(DATA),
            "body": {"signature": "s"},
            "given_session": SESSION,
        }
        return seen("send", status, **usual | facts)

    return make


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, "CONFORME"),
        ({"path": "/send/essai-dmp/signsessiondata"}, "NON_CONFORME"),
        ({"path": "/send/essai-insi/signsessiondata?essai=1"}, "NON_CONFORME"),
        ({"method": "PUT"}, "NON_CONFORME"),
        ({"asked": "{}"}, "NON_CONFORME"),
        ({"body": {}}, "NON_CONFORME"),
        ({"status": 201}, "NON_CONFORME"),
    ],
)
def test_relaying(connect: Observed, api_call: MakeExchange, send: Observed, changed: Any, expected: Verdict) -> None:
    assert verdict(proxy_relaying.relayed, "PSC.31", connect(), api_call(), send(**changed)) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"api": "insi", "session_state": STATE}, "CONFORME"),
        ({"api": "insi", "session_state": "etat-2"}, "NON_CONFORME"),
        ({}, "NON_CONFORME"),
    ],
)
def test_a_service_gets_the_token_of_the_user(
    exchange: MakeExchange, connect: Observed, send: Observed, facts: dict[str, str], expected: Verdict
) -> None:
    first = connect()
    line = "POST /s/k7f2/lps"
    reached = exchange("insi.WS_INS2", line=line, sent=b"<a/>", answered=b"<b/>", facts=facts, claimed_by=None)
    relayed = send(path="/send/insi/lps", asked="<a/>", body=b"<b/>")

    assert verdict(proxy_relaying.relayed, "PSC.39", first, reached, relayed) == expected


@pytest.mark.parametrize(
    ("method", "status", "expected"),
    [("PUT", 405, "CONFORME"), ("POST", 405, "NON_CONFORME"), ("PUT", 404, "NON_CONFORME")],
)
def test_a_method_that_the_api_refuses_is_relayed(
    exchange: MakeExchange, connect: Observed, send: Observed, method: str, status: int, expected: Verdict
) -> None:
    first = connect()
    line = f"{method} /s/k7f2/auth/realms/dmp/signsessiondata?essai=1"
    entry = {"sent": json.dumps(DATA).encode(), "answered": b"non", "claimed_by": "1"}
    reached = exchange("psc.unknown", "refused", line=line, **entry)
    reached.entry["response"]["line"] = "405"  # type: ignore[index]

    assert (
        verdict(proxy_relaying.relayed, "PSC.31", first, reached, send(status, method="PUT", body=b"non")) == expected
    )


def test_a_call_that_the_api_refuses(connect: Observed, api_call: MakeExchange, send: Observed) -> None:
    refused = api_call(outcome="refused")

    assert verdict(proxy_relaying.relayed, "PSC.31", connect(), refused, send(401)) == "NON_CONFORME"


@pytest.mark.parametrize("session", [None, "inconnue"])
def test_calls_without_a_session(
    connect: Observed, api_call: MakeExchange, send: Observed, session: str | None
) -> None:
    first = connect()

    assert verdict(proxy_relaying.nothing_without_session, "PSC.34", first, send(401, given_session=session)) == (
        "CONFORME"
    )
    assert verdict(proxy_relaying.nothing_without_session, "PSC.34", first, send(given_session=session)) == (
        "NON_CONFORME"
    )
    leaked = (api_call(claimed_by="2"), send(401, given_session=session, step="2"))
    assert verdict(proxy_relaying.nothing_without_session, "PSC.34", first, *leaked) == "NON_CONFORME"


def test_calls_of_a_closed_session(connect: Observed, seen: Observed, send: Observed) -> None:
    first, end = connect(), seen("disconnect", given_session=SESSION)

    assert verdict(proxy_relaying.nothing_without_session, "PSC.31", first, end, send(401)) == "CONFORME"
    assert verdict(proxy_relaying.nothing_without_session, "PSC.31", first, end, send(200)) == "NON_CONFORME"


@pytest.mark.parametrize(
    ("fault", "status", "expected"),
    [
        ("psc.close", 502, "CONFORME"),
        ("psc.down", 503, "CONFORME"),
        ("psc.slow", 504, "CONFORME"),
        ("psc.slow", 502, "NON_CONFORME"),
        ("psc.down", 500, "NON_CONFORME"),
        ("psc.close", 200, "NON_CONFORME"),
    ],
)
def test_failures_of_an_api(
    connect: Observed, api_call: MakeExchange, send: Observed, fault: str, status: int, expected: Verdict
) -> None:
    failing = api_call(outcome="failed", fault=fault)

    assert verdict(proxy_relaying.failure_told, "PSC.36", connect(), failing, send(status)) == expected


def entry(kind: str, **changed: Any) -> dict[str, Any]:
    """A trace of :data:`SESSION`."""
    usual = {"type": kind, "at": "2026-11-21T10:00:01.5Z", "IdRPPS": PERSON, "clientId": SOFTWARE, "session": SESSION}
    return usual | changed


GOOD = [entry("CONNECT_SUCCESS"), entry("SEND", request={"path": "/signsessiondata"}), entry("DISCONNECT")]


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        (GOOD, "CONFORME"),
        ({"traces": GOOD}, "CONFORME"),
        (GOOD[:2], "NON_CONFORME"),
        (GOOD[1:], "NON_CONFORME"),
        ([GOOD[0], GOOD[2]], "NON_CONFORME"),
        ([*GOOD, entry("SEND", at="2026-11-20T10:00:00Z")], "NON_CONFORME"),
        ([*GOOD, {"type": "SEND"}], "NON_CONFORME"),
        ([entry("CONNECT_SUCCESS", IdRPPS="?"), *GOOD[1:]], "NON_CONFORME"),
        ("", "NON_CONFORME"),
    ],
)
def test_what_traces_tell(connect: Observed, send: Observed, seen: Observed, entries: Any, expected: Verdict) -> None:
    calls = (connect(), send(), seen("disconnect", given_session=SESSION))
    path = "/traces?start=2026-11-21T10%3A00%3A00.000Z&end=2026-11-21T10%3A00%3A03.000Z"

    assert verdict(proxy_relaying.traced, "PSC.37", *calls, seen("traces", path=path, body=entries)) == expected


def test_traces_of_another_time_hold_none_of_these_calls(connect: Observed, seen: Observed) -> None:
    path = "/traces?start=2026-11-20T10%3A00%3A00.000Z&end=2026-11-20T11%3A00%3A00.000Z"

    assert verdict(proxy_relaying.traced, "PSC.37", connect(), seen("traces", path=path, body=[])) == "CONFORME"
    assert verdict(proxy_relaying.traced, "PSC.37", connect(), seen("traces", path=path, body=GOOD)) == "NON_CONFORME"


@pytest.mark.parametrize(
    ("detail", "expected"),
    [("ok", "CONFORME"), ("Bearer eyJhbGciOiJSUzI1NiJ9.eyJqdGkiOiI0MiJ9x.c2lnbmF0dXJl", "NON_CONFORME")],
)
def test_secrets_in_traces(seen: Observed, detail: str, expected: Verdict) -> None:
    read = seen("traces", path="/traces?start=2026-11-21T10:00:00Z", body=[entry("SEND", detail=detail)])

    assert verdict(proxy_relaying.traces_without_secret, "PSC.37", read) == expected
