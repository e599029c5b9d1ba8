"""Checks of the trust area: how tokens are exchanged for an API's own, and used there."""

from __future__ import annotations

from collections.abc import Iterator

from banc_harness.checks import check
from banc_harness.checks.heard import heard_in
from banc_harness.selection import Selection
from banc_harness.trace import Trace
from banc_standards.errors import Sentence
from banc_standards.rules import Finding, Hit

EXCHANGE = "psc.exchange"


@check(
    id="CHK-PSC-027",
    requirements=["SBX-PSC-09"],
    on=Selection(operation=(EXCHANGE, "psc.api_call")),
    scenarios=("PSC.30", "PSC.31", "PSC.38", "PSC.39"),
    presence=True,
    text=Sentence(
        "Le jeton d'accès s'échange une fois, sur certificat et avec un scope métier, puis l'API est appelée avec ce "
        "certificat.",
        "The access token is exchanged once, on a certificate and with a business scope, then the API is called with "
        "that certificate.",
    ),
    clause="CI-SIS, sécurisation du transport des API ; RFC 8693 §2.1 ; RFC 8705 §3",
    fix=Sentence(
        "échangez le jeton d'accès (jamais l'ID token) une seule fois, gardez celui de l'API, et présentez-le avec le "
        "certificat de l'échange",
        "exchange the access token (never the ID token) once, keep the API's, and show it with the certificate of the "
        "exchange",
    ),
)
def exchanged_once(trace: Trace) -> Iterator[Hit | Finding]:
    """What the services refused, then the uses of a PSC token beyond its exchange."""
    yield from (finding for finding in heard_in(trace, "PSC-EXC-", "TLS-") if finding.severity == "error")
    spent: dict[str, str] = {}
    for exchange in trace.selected:
        subject = exchange.form.get("subject_token", "")
        if exchange.operation != EXCHANGE or not subject:
            continue
        if subject in spent:
            yield Hit(
                exchange.place("subject_token"), found=f"= {spent[subject]}", expected="un jeton neuf / a fresh one"
            )
        spent.setdefault(subject, exchange.place())
        for used in trace.after(exchange, "psc.userinfo"):
            if used.header("Authorization") == f"Bearer {subject}":
                yield Hit(used.place("Authorization"), found=f"= {exchange.place()}", expected="aucun / none")


@check(
    id="CHK-PSC-028",
    requirements=["SBX-PSC-09"],
    on=Selection(operation=(EXCHANGE, "psc.api_call"), outcome="accepted"),
    scenarios=("PSC.30",),
    text=Sentence(
        "Le jeton échangé est celui de l'utilisateur connecté, jamais celui d'un autre.",
        "The token exchanged is that of the user who is signed in, never another's.",
    ),
    clause="CI-SIS, sécurisation du transport des API (session du proxy)",
    fix=Sentence(
        "tenez une session Pro Santé Connect par session d'utilisateur", "keep one PSC session per user session"
    ),
)
def own_token(trace: Trace) -> Iterator[Hit]:
    """Compares whose token it is with who signed in at that step."""
    for exchange in trace.selected:
        for act in trace.answers("auth.login"):
            asked = (act.input.get("professional") or {}).get("idnat")
            found = exchange.fact("professional")
            if act.step == exchange.claimed_by and asked is not None and found != asked:
                yield Hit(exchange.place("professional"), found=str(found), expected=str(asked))
