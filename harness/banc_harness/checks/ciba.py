"""Checks of a sign-in without a browser (CIBA)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

from banc_harness.checks import check
from banc_harness.checks.heard import heard_in
from banc_harness.checks.relying_party import LOGIN, acts_of
from banc_harness.selection import Selection
from banc_harness.trace import Exchange, Trace
from banc_standards.errors import Sentence
from banc_standards.psc import names
from banc_standards.rules import Finding, Hit

SLOWER_S = 5
"""What each slow_down adds to the interval (CIBA Core 1.0 §11)."""
TOLERANCE_S = 0.2
"""What the journey of a poll may take off the interval."""
FINAL = ("access_denied", "expired_token", "invalid_grant")


@check(
    id="CHK-PSC-024",
    requirements=["SBX-PSC-08", "SC.PSC.01"],
    on=Selection(operation="psc.ciba"),
    scenarios=("PSC.21",),
    presence=True,
    text=Sentence(
        "La demande CIBA désigne la personne et porte un nombre de deux chiffres, tiré chaque fois et affiché.",
        "The CIBA request designates the person and carries a two-digit number, drawn each time and shown.",
    ),
    clause="Pro Santé Connect, CIBA",
    fix=Sentence(
        "envoyez login_hint, binding_message (00 à 99, tiré au hasard), channel, scope et acr_values",
        "send login_hint, binding_message (00 to 99, drawn at random), channel, scope and acr_values",
    ),
)
def binding_message(trace: Trace) -> Iterator[Hit | Finding]:
    """What the service noticed, then the numbers of every request of the scenario."""
    yield from (finding for finding in heard_in(trace, "PSC-CIB-") if finding.severity == "error")
    numbers = [exchange.form.get("binding_message", "") for exchange in trace.selected]
    if len(numbers) >= ENOUGH and len(set(numbers)) == 1:
        place = trace.selected[-1].place("binding_message")
        yield Hit(place, found=f"{len(numbers)} × {numbers[0]}", expected="au hasard / at random")


ENOUGH = 4
"""Draws whose being all the same is not luck: one chance in a million."""


@check(
    id="CHK-PSC-034",
    requirements=["SBX-PSC-08"],
    on=Selection(operation="psc.ciba", outcome="accepted"),
    scenarios=("PSC.21",),
    word_of=(LOGIN,),
    severity="info",
    text=Sentence(
        "Le nombre à comparer est montré à l'utilisateur.",
        "The number to compare is shown to the user.",
    ),
    clause="Pro Santé Connect, CIBA",
    fix=Sentence("affichez binding_message pendant l'attente", "show binding_message while waiting"),
)
def number_shown(trace: Trace) -> Iterator[Hit]:
    """Informs only: what is shown, a driver may leave out."""
    for exchange in trace.selected:
        number = exchange.form.get("binding_message", "")
        said = acts_of(trace, exchange)
        shown = [text for act in said for _, text in act.shown]
        if said and not any(re.search(rf"(?<!\d){re.escape(number)}(?!\d)", text) for text in shown):
            yield Hit(exchange.place("binding_message"), found=" / ".join(shown), expected=number)


@check(
    id="CHK-PSC-025",
    requirements=["SBX-PSC-08"],
    on=Selection(operation="psc.token", facts={"grant_type": names.GRANT_CIBA}),
    scenarios=("PSC.21", "PSC.22", "PSC.23", "PSC.31", "PSC.38"),
    text=Sentence(
        "L'interrogation suit le rythme demandé et cesse à la première réponse définitive.",
        "Polling follows the pace asked for and stops at the first final answer.",
    ),
    clause="OpenID Connect CIBA Core 1.0 §7.3, §11",
    fix=Sentence(
        "attendez interval secondes, cinq de plus après slow_down, et arrêtez sur toute autre erreur",
        "wait interval seconds, five more after slow_down, and stop on any other error",
    ),
)
def pace(trace: Trace) -> Iterator[Hit]:
    """Times the polls of each request, as they arrived."""
    polls: dict[str, list[Exchange]] = {}
    for exchange in trace.selected:
        polls.setdefault(exchange.form.get("auth_req_id", ""), []).append(exchange)
    for auth_req_id, asked in polls.items():
        yield from _paced(asked, _interval(trace, auth_req_id))


def _paced(asked: list[Exchange], interval: float) -> Iterator[Hit]:
    for former, exchange in pairwise(asked):
        if former.code in FINAL or former.outcome == "accepted":
            yield Hit(exchange.place(), found=f"… {former.code or former.outcome}", expected="aucun / none")
            continue
        if former.code == "slow_down":
            interval += SLOWER_S
        waited = (_at(exchange) - _at(former)).total_seconds()
        if waited < interval - TOLERANCE_S:
            yield Hit(exchange.place("interval"), found=f"{waited:.2f} s", expected=f"≥ {interval:.0f} s")


def _interval(trace: Trace, auth_req_id: str) -> float:
    for exchange in trace.all("psc.ciba", "accepted"):
        answer = exchange.response_json
        if isinstance(answer, dict) and answer.get("auth_req_id") == auth_req_id:
            return float(answer.get("interval", names.CIBA_INTERVAL_S))
    return float(names.CIBA_INTERVAL_S)


def _at(exchange: Exchange) -> datetime:
    return datetime.fromisoformat(str(exchange.entry["at"]))


@check(
    id="CHK-PSC-026",
    requirements=["SBX-PSC-08"],
    on=Selection(operation="psc.*"),
    scenarios=("PSC.21", "PSC.22", "PSC.23", "PSC.31", "PSC.38"),
    text=Sentence(
        "Seul le serveur du logiciel appelle Pro Santé Connect, jamais le poste de travail.",
        "Only the software's server calls Pro Santé Connect, never the workstation.",
    ),
    clause="Pro Santé Connect, CIBA (serveur de l'éditeur obligatoire)",
    fix=Sentence(
        "faites passer chaque appel, userinfo compris, par le serveur",
        "send every call, userinfo included, through the server",
    ),
)
def one_caller(trace: Trace) -> Iterator[Hit]:
    """Every exchange comes from the address of the CIBA requests, without a browser's marks."""
    callers = {_caller(exchange) for exchange in trace.selected if exchange.operation == "psc.ciba"}
    for exchange in trace.selected:
        if callers and _caller(exchange) not in callers:
            yield Hit(exchange.place("peer"), found=_caller(exchange), expected=", ".join(sorted(callers)))
        if exchange.header("Origin") is not None or exchange.operation == "psc.authorization":
            yield Hit(
                exchange.place(), found=exchange.header("Origin") or exchange.operation, expected="serveur / server"
            )


def _caller(exchange: Exchange) -> str:
    address = str((exchange.entry.get("peer") or {}).get("address") or "")
    host = address.rpartition(":")[0].strip("[]")
    return "127.0.0.1" if host in ("::1", "::ffff:127.0.0.1") else host
