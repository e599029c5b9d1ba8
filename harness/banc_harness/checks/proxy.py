"""Checks of a proxy e-Santé: how sessions open and close, and what it answers when they cannot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from banc_harness.checks import check
from banc_harness.checks.heard import heard_in
from banc_harness.checks.proxied import CONNECT, DISCONNECT, SEVERAL, answered, asked, live, opened, status
from banc_harness.selection import Selection
from banc_harness.trace import Exchange, Trace
from banc_standards.errors import Sentence
from banc_standards.rules import Finding, Hit

CONTRACT = "API Proxy e-Santé"
CIBA_FIELDS = (("login_hint", "nationalId"), ("binding_message", "bindingMessage"), ("channel", "channel"))


@check(
    id="CHK-PSC-060",
    requirements=["SBX-PSC-15"],
    on=Selection(operation=CONNECT),
    scenarios=SEVERAL,
    text=Sentence(
        "/connect ouvre une session : 200, proxy_session_id dans le corps et le cookie, session_state de Pro Santé "
        "Connect.",
        "/connect opens a session: 200, proxy_session_id in body and cookie, session_state of Pro Santé Connect.",
    ),
    clause=f"{CONTRACT}, POST /connect",
    fix=Sentence(
        "répondez 200 avec proxy_session_id et le session_state des jetons, et posez le cookie proxy_session_id",
        "answer 200 with proxy_session_id and the session_state of the tokens, and set the cookie proxy_session_id",
    ),
)
def session_opened(trace: Trace) -> Iterator[Hit]:
    """Compares each first connection with the session that Pro Santé Connect opened for that person and software."""
    states = {
        (item.fact("professional"), item.fact("client_id"), item.fact("session_state"))
        for item in trace.all("psc.token", "accepted")
    }
    for exchange in trace.selected:
        if exchange.fact("given_session"):
            continue
        if status(exchange) != 200:
            yield Hit(exchange.place("status"), found=str(status(exchange)), expected="200")
            continue
        told = answered(exchange)
        id, state = str(told.get("proxy_session_id") or ""), str(told.get("session_state") or "")
        if not id or exchange.fact("set_session") != id:
            yield Hit(exchange.place("Set-Cookie"), found=str(exchange.fact("set_session")), expected=id or "≠ ∅")
        if (exchange.fact("professional"), exchange.fact("client_id"), state) not in states:
            yield Hit(exchange.place("session_state"), found=state, expected="psc.token session_state")


@check(
    id="CHK-PSC-061",
    requirements=["SBX-PSC-15"],
    on=Selection(operation="psc.ciba"),
    scenarios=SEVERAL,
    presence=True,
    text=Sentence(
        "La demande CIBA porte la personne, le nombre et le moyen que le logiciel a donnés au proxy.",
        "The CIBA request carries the person, the number and the means that the software gave the proxy.",
    ),
    clause=f"{CONTRACT}, POST /connect ; Pro Santé Connect, CIBA",
    fix=Sentence(
        "passez nationalId, bindingMessage et channel tels quels dans login_hint, binding_message et channel",
        "pass nationalId, bindingMessage and channel as they are in login_hint, binding_message and channel",
    ),
)
def request_carried(trace: Trace) -> Iterator[Hit | Finding]:
    """What the service noticed, then every request beside what /connect was given."""
    yield from (finding for finding in heard_in(trace, "PSC-CIB-") if finding.severity == "error")
    given = [
        (item.fact("client_id"), *(str(asked(item).get(name) or "") for _, name in CIBA_FIELDS))
        for item in trace.all(CONNECT)
    ]
    for exchange in trace.selected:
        found = (exchange.fact("client_id"), *(exchange.form.get(name, "") for name, _ in CIBA_FIELDS))
        if found not in given:
            told = " | ".join(sorted({", ".join(map(str, item)) for item in given}))
            yield Hit(exchange.place("binding_message"), found=", ".join(map(str, found)), expected=told)


@check(
    id="CHK-PSC-062",
    requirements=["SBX-PSC-15"],
    on=Selection(operation=CONNECT),
    scenarios=("PSC.31",),
    text=Sentence(
        "/connect d'une session déjà active répond 304, sans nouvelle demande à Pro Santé Connect.",
        "/connect of a session that is active already answers 304, without a new request to Pro Santé Connect.",
    ),
    clause=f"{CONTRACT}, POST /connect, 304",
    fix=Sentence(
        "reconnaissez la session par le cookie, ou par la personne et le logiciel, et répondez 304",
        "recognise the session by the cookie, or by the person and the software, and answer 304",
    ),
)
def active_already(trace: Trace) -> Iterator[Hit]:
    """Reads the connections that come with the cookie of a live session."""
    for exchange in trace.selected:
        if live(trace, exchange) is None:
            continue
        if status(exchange) != 304:
            yield Hit(exchange.place("status"), found=str(status(exchange)), expected="304")
        for again in _of_step(trace, exchange, "psc.ciba"):
            yield Hit(again.place(), found="psc.ciba", expected="aucun / none")


@check(
    id="CHK-PSC-063",
    requirements=["SBX-PSC-15"],
    on=Selection(operation=CONNECT),
    scenarios=("PSC.32",),
    text=Sentence(
        "Une demande de connexion mal formée est refusée par 400 et n'ouvre rien.",
        "A malformed request to connect is refused with 400 and opens nothing.",
    ),
    clause=f"{CONTRACT}, POST /connect, 400",
    fix=Sentence(
        "vérifiez le JSON, les quatre champs, channel (CARD ou MOBILE) et bindingMessage (00 à 99) avant d'agir",
        "check the JSON, the four fields, channel (CARD or MOBILE) and bindingMessage (00 to 99) before acting",
    ),
)
def malformed_refused(trace: Trace) -> Iterator[Hit]:
    """Every connection of the scenario is malformed in its own way."""
    yield from _answered_by(trace, 400)


@check(
    id="CHK-PSC-064",
    requirements=["SBX-PSC-15"],
    on=Selection(operation=CONNECT),
    scenarios=("PSC.33",),
    text=Sentence(
        "Une personne ou un logiciel inconnus sont refusés par 404.",
        "An unknown person or software is refused with 404.",
    ),
    clause=f"{CONTRACT}, POST /connect, 404",
    fix=Sentence(
        "répondez 404 à un clientId que vous ne servez pas, et à un IdNat que Pro Santé Connect ne connaît pas",
        "answer 404 to a clientId that you do not serve, and to an IdNat that Pro Santé Connect does not know",
    ),
)
def unknown_refused(trace: Trace) -> Iterator[Hit]:
    """Every connection of the scenario names somebody, or a software, that nobody knows."""
    yield from _answered_by(trace, 404)


@check(
    id="CHK-PSC-065",
    requirements=["SBX-PSC-15"],
    on=Selection(operation=CONNECT),
    scenarios=("PSC.35",),
    text=Sentence(
        "Quand Pro Santé Connect est en panne, /connect répond 503 et n'ouvre rien.",
        "When Pro Santé Connect is down, /connect answers 503 and opens nothing.",
    ),
    clause=f"{CONTRACT}, POST /connect, 503",
    fix=Sentence(
        "répondez 503 quand Pro Santé Connect ne répond pas ou répond 5xx",
        "answer 503 when Pro Santé Connect does not answer, or answers 5xx",
    ),
)
def down_told(trace: Trace) -> Iterator[Hit]:
    """Every connection of the scenario is made while Pro Santé Connect is down."""
    yield from _answered_by(trace, 503)


@check(
    id="CHK-PSC-066",
    requirements=["SBX-PSC-15"],
    on=Selection(operation=DISCONNECT),
    scenarios=("PSC.31", "PSC.37", "PSC.38", "PSC.39"),
    text=Sentence(
        "/disconnect répond 200 et ferme la session Pro Santé Connect par un seul appel ; répété, il répond 401.",
        "/disconnect answers 200 and closes the session of Pro Santé Connect with one call; repeated, it answers 401.",
    ),
    clause=f"{CONTRACT}, DELETE /disconnect",
    fix=Sentence(
        "appelez une fois le logout de Pro Santé Connect, oubliez la session, et répondez 401 à qui la présente encore",
        "call the logout of Pro Santé Connect once, forget the session, and answer 401 to whoever still shows it",
    ),
)
def disconnected(trace: Trace) -> Iterator[Hit]:
    """Counts the logouts of each step beside the sessions that were closed there."""
    closing: Counter[str | None] = Counter()
    for exchange in trace.selected:
        first = live(trace, exchange) is not None
        closing[exchange.claimed_by] += first
        # 404 is what an older version of the contract's tests expected of the second call
        wanted = (200,) if first else (401, 404)
        if status(exchange) not in wanted:
            yield Hit(exchange.place("status"), found=str(status(exchange)), expected=str(wanted[0]))
    for step, wanted_logouts in closing.items():
        logouts = [item for item in trace.all("psc.logout") if item.claimed_by == step]
        if len(logouts) != wanted_logouts:
            place = logouts[-1].place() if logouts else f"{step} psc.logout"
            yield Hit(place, found=f"{len(logouts)} × psc.logout", expected=f"{wanted_logouts} × psc.logout")


@check(
    id="CHK-PSC-067",
    requirements=["SBX-PSC-15"],
    on=Selection(operation=("proxy.connect", "proxy.disconnect")),
    scenarios=("PSC.31", "PSC.32", "PSC.33"),
    severity="warning",
    certainty="deduced",
    text=Sentence(
        "Une erreur du proxy porte un corps JSON : code, message, metadata.",
        "An error of the proxy carries a JSON body: code, message, metadata.",
    ),
    clause=f"{CONTRACT}, corps d'erreur",
    fix=Sentence(
        "répondez {code, message, metadata: {nationalId, clientId}} en application/json",
        "answer {code, message, metadata: {nationalId, clientId}} as application/json",
    ),
)
def error_described(trace: Trace) -> Iterator[Hit]:
    """Warns only: what software before the proxy reads is the status."""
    for exchange in trace.selected:
        body = answered(exchange)
        missing = [name for name in ("code", "message") if not body.get(name)]
        missing += [] if isinstance(body.get("metadata"), dict) else ["metadata"]
        if status(exchange) >= 400 and missing:
            found = f"{exchange.fact('media_type')} {exchange.fact('body')}"[:120]
            yield Hit(exchange.place("body"), found=found, expected=", ".join(missing))


@check(
    id="CHK-PSC-068",
    requirements=["SBX-PSC-17"],
    on=Selection(operation=(CONNECT, "psc.api_call"), outcome=("observed", "accepted")),
    scenarios=("PSC.31", "PSC.38"),
    text=Sentence(
        "Une session Pro Santé Connect par session du proxy : aucun jeton ne sert à une autre personne ni à un autre "
        "logiciel.",
        "One session of Pro Santé Connect for each session of the proxy: no token serves another person or software.",
    ),
    clause="CI-SIS, sécurisation du transport des API (session du proxy)",
    fix=Sentence(
        "rangez jetons PSC et jetons d'API sous le proxy_session_id, jamais sous l'API, la personne ou le logiciel",
        "keep PSC tokens and API tokens under the proxy_session_id, never under the API, the person or the software",
    ),
)
def no_leak(trace: Trace) -> Iterator[Hit]:
    """The sessions beside each other, then whose token each call to an API was made with."""
    sessions = opened(trace)
    states: dict[str, Exchange] = {}
    connections = [item for item in trace.selected if item.operation == CONNECT and status(item) == 200]
    for exchange in connections:
        state = str(answered(exchange).get("session_state") or "")
        if state in states:
            yield Hit(exchange.place("session_state"), found=f"= {states[state].place()}", expected="≠")
        states.setdefault(state, exchange)
    if len(sessions) < len(connections):
        yield Hit(connections[-1].place("proxy_session_id"), found=str(len(sessions)), expected=str(len(connections)))
    for exchange in trace.selected:
        sent = exchange.request_json if exchange.operation == "psc.api_call" else None
        owner = sessions.get(str(sent.get("proxy_session_id"))) if isinstance(sent, dict) else None
        if owner is None:
            continue
        wanted = (owner.professional, owner.client_id, owner.state)
        found = tuple(str(exchange.fact(name)) for name in ("professional", "client_id", "session_state"))
        if found != wanted:
            yield Hit(exchange.place("Authorization"), found=", ".join(found), expected=", ".join(wanted))


def _answered_by(trace: Trace, wanted: int) -> Iterator[Hit]:
    for exchange in trace.selected:
        if status(exchange) != wanted:
            yield Hit(exchange.place("status"), found=str(status(exchange)), expected=str(wanted))
        if exchange.fact("set_session") or answered(exchange).get("proxy_session_id"):
            yield Hit(exchange.place("proxy_session_id"), found="≠ ∅", expected="∅")


def _of_step(trace: Trace, exchange: Exchange, operation: str) -> tuple[Exchange, ...]:
    return tuple(item for item in trace.all(operation) if item.claimed_by == exchange.claimed_by)
