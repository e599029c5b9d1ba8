"""Checks of what protects a sign-in, and of what a software does with its tokens."""

from __future__ import annotations

from collections.abc import Iterator

from banc_harness.checks import check
from banc_harness.checks.heard import heard_in
from banc_harness.selection import Selection
from banc_harness.trace import Exchange, Trace
from banc_standards.errors import Sentence
from banc_standards.rules import Finding, Hit


@check(
    id="CHK-PSC-002",
    requirements=["SC.PSC.01"],
    on=Selection(operation="psc.authorization"),
    presence=True,
    way="psc.code",
    text=Sentence(
        "La connexion suit le flux par code de Pro Santé Connect, sur le wallet.",
        "The sign-in follows the code flow of Pro Santé Connect, on the wallet.",
    ),
    clause="Référentiel Pro Santé Connect, EXI PSC 08 à 10 ; SC.PSC.01",
    fix=Sentence(
        "lisez wallet-openid-configuration et ouvrez l'authorization_endpoint qu'il annonce, avec response_type=code",
        "read wallet-openid-configuration and open the authorization_endpoint that it announces, response_type=code",
    ),
)
def code_flow(trace: Trace) -> Iterator[Hit | Finding]:
    """The authorization requests are those of the national documentation."""
    yield from (finding for finding in heard_in(trace, "PSC-AUT-") if finding.severity == "error")
    for exchange in trace.selected:
        asked = {**exchange.query, **exchange.form}.get("response_type")
        if asked != "code":
            yield Hit(exchange.place("response_type"), found=asked or "(absent)", expected="code")
        if "/protocol/openid-connect/auth" in exchange.line:
            yield Hit(exchange.place("request line"), found=exchange.line[:80], expected="GET …/auth (wallet)")


@check(
    id="CHK-PSC-003",
    requirements=["SBX-PSC-01"],
    on=Selection(operation="psc.authorization"),
    way="psc.code",
    text=Sentence(
        "Chaque demande d'autorisation porte un state et un nonce neufs d'au moins 128 bits.",
        "Every authorization request carries a fresh state and a fresh nonce of at least 128 bits.",
    ),
    clause="OpenID Connect Core 1.0 §3.1.2.1 et §15.5.2 ; RFC 6749 §10.12",
    fix=Sentence(
        "tirez state et nonce au hasard (22 caractères base64url au moins) à chaque connexion",
        "draw state and nonce at random (at least 22 base64url characters) at every sign-in",
    ),
)
def fresh_values(trace: Trace) -> Iterator[Hit]:
    """Looks at every request of the scenario, and compares them with each other."""
    for name in ("state", "nonce"):
        earlier: dict[str, Exchange] = {}
        for exchange in trace.selected:
            value = {**exchange.query, **exchange.form}.get(name, "")
            if len(value) < SHORTEST:
                yield Hit(exchange.place(name), found=value or "(absent)", expected=f"≥ {SHORTEST} caractères")
            elif value in earlier:
                yield Hit(exchange.place(name), found=f"= {earlier[value].place()}", expected="une valeur neuve")
            earlier[value] = exchange


SHORTEST = 22
"""Characters of base64url that 128 bits need."""


@check(
    id="CHK-PSC-004",
    requirements=["SBX-PSC-01"],
    on=Selection(operation=("psc.token", "psc.userinfo")),
    text=Sentence(
        "Les échanges de jetons se font de serveur à serveur, avec l'authentification déclarée du client.",
        "Tokens are exchanged from server to server, with the declared authentication of the client.",
    ),
    clause="Référentiel Pro Santé Connect, exigences 22 et 24 ; RFC 6749 §2.3 et §4.1.3",
    fix=Sentence(
        "appelez token et userinfo depuis votre serveur, secret ou certificat compris, jamais depuis la page",
        "call token and userinfo from your server, with secret or certificate, never from the page",
    ),
)
def back_channel(trace: Trace) -> Iterator[Finding]:
    """What Pro Santé Connect noticed on its token and userinfo endpoints, apart from a session that had ended."""
    said = heard_in(trace, "PSC-TOK-", "PSC-UIN-", "PSC-FRM-")
    return (finding for finding in said if finding.rule != SESSION_ENDED)


SESSION_ENDED = "PSC-TOK-017"
"""A refresh token whose time is over is no fault of the software: CHK-PSC-005 judges what it does next."""


@check(
    id="CHK-PSC-005",
    requirements=["SBX-PSC-02"],
    on=Selection(operation="psc.token", outcome="refused", code="invalid_grant"),
    scenarios=("UC1.09", "PSC.15", "PSC.55"),
    text=Sentence(
        "Un rafraîchissement refusé n'est pas répété : l'utilisateur se reconnecte.",
        "A refused refresh is not repeated: the user signs in again.",
    ),
    clause="Référentiel Pro Santé Connect, EXI PSC 11 ; RFC 6749 §5.2",
    fix=Sentence(
        "sur invalid_grant, oubliez les jetons et renvoyez l'utilisateur vers Pro Santé Connect",
        "on invalid_grant, forget the tokens and send the user back to Pro Santé Connect",
    ),
)
def refused_refresh(trace: Trace) -> Iterator[Hit]:
    """The same refresh token never comes again after its refusal."""
    refused: dict[str, Exchange] = {}
    for exchange in trace.selected:
        token = exchange.form.get("refresh_token", "")
        if token in refused:
            yield Hit(exchange.place(), found=f"= {refused[token].place()}", expected="auth.login")
        refused.setdefault(token, exchange)


@check(
    id="CHK-PSC-006",
    requirements=["SBX-PSC-02"],
    on=Selection(operation="psc.token", outcome="accepted"),
    presence=True,
    scenarios=("UC1.09", "PSC.14", "PSC.45"),
    text=Sentence(
        "Un jeton d'accès expiré se renouvelle par le jeton de rafraîchissement, sans nouvelle connexion.",
        "An expired access token is renewed with the refresh token, without a new sign-in.",
    ),
    clause="Référentiel Pro Santé Connect, EXI PSC 11",
    fix=Sentence(
        "tant que l'utilisateur est actif, envoyez grant_type=refresh_token avant l'expiration des deux minutes",
        "while the user is active, send grant_type=refresh_token before the two minutes expire",
    ),
)
def silent_refresh(trace: Trace) -> Iterator[Hit]:
    """One of the accepted token requests is a refresh."""
    grants = [exchange.form.get("grant_type", "") for exchange in trace.selected]
    if "refresh_token" not in grants:
        yield Hit(trace.selected[0].place("grant_type"), found=", ".join(grants), expected="refresh_token")


@check(
    id="CHK-PSC-007",
    requirements=["SBX-PSC-01"],
    on=Selection(operation="psc.token"),
    scenarios=("PSC.02", "PSC.04"),
    absence=True,
    way="psc.code",
    text=Sentence(
        "Un retour dont le state n'est pas celui de la demande est rejeté avant tout échange de code.",
        "A callback whose state is not that of the request is rejected before any code is redeemed.",
    ),
    clause="OpenID Connect Core 1.0 §3.1.2.7 ; RFC 6749 §10.12",
    fix=Sentence(
        "comparez le state reçu à celui de la session du navigateur, et arrêtez-vous s'il diffère",
        "compare the state received with that of the browser's session, and stop when it differs",
    ),
)
def state_checked(trace: Trace) -> Iterator[Hit]:
    """No token request after an altered callback."""
    for exchange in trace.selected:
        yield Hit(exchange.place(), found=exchange.form.get("grant_type", ""), expected="aucun / none")


@check(
    id="CHK-PSC-008",
    requirements=["SBX-PSC-01"],
    on=Selection(operation="psc.userinfo"),
    scenarios=("PSC.03", "PSC.05"),
    absence=True,
    way="psc.code",
    text=Sentence(
        "Un jeton d'identité dont le nonce n'est pas celui de la demande n'ouvre pas de session.",
        "An ID token whose nonce is not that of the request opens no session.",
    ),
    clause="OpenID Connect Core 1.0 §3.1.3.7 (11)",
    fix=Sentence(
        "comparez le nonce du jeton d'identité à celui de la demande avant d'utiliser les jetons",
        "compare the nonce of the ID token with that of the request before the tokens are used",
    ),
)
def nonce_checked(trace: Trace) -> Iterator[Hit]:
    """No userinfo with tokens that answer another request."""
    for exchange in trace.selected:
        yield Hit(exchange.place(), found="userinfo", expected="aucun / none")
