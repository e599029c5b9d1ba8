"""CIBA in poll mode: a person answers on their own device while the service's server polls (CIBA Core 1.0)."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from banc_mocks.psc import faults
from banc_mocks.psc.service.provider import Provider, Refused
from banc_mocks.psc.state import CibaRequest, Grant
from banc_mocks.sandbox.settings import Login
from banc_standards.errors import BancError, Sentence
from banc_standards.psc.build import Identity, Means
from banc_standards.psc.rules import ciba
from banc_standards.rules import Hit

SLOWER_S = 5
"""What each call that came too soon adds to the interval (CIBA Core 1.0 §11)."""

Unfinished = Literal["authorization_pending", "slow_down", "access_denied", "expired_token"]


class NotYet(BancError):
    """A poll that is in order and gets no tokens: nobody answered yet, the person refused, the time is over."""

    def __init__(self, error: Unfinished) -> None:
        super().__init__(error, _TEXTS[error])
        self.error = error


_TEXTS: dict[Unfinished, Sentence] = {
    "authorization_pending": Sentence("la personne n'a pas encore répondu", "the person has not answered yet"),
    "slow_down": Sentence("interroger moins vite", "poll more slowly"),
    "access_denied": Sentence("la personne a refusé", "the person refused"),
    "expired_token": Sentence("la demande a expiré", "the request has expired"),
}


def ask(
    provider: Provider,
    identity: Identity,
    *,
    client_id: str,
    channel: Means,
    scope: str,
    binding_message: str,
    issuer: str,
) -> CibaRequest:
    """Begins a sign-in that a person must answer on their device."""
    behaviour = provider.behaviour.ciba
    expires = provider.now + behaviour.life_s
    request = CibaRequest(
        id=provider.keys.sealed({"jti": provider.new_id(), "iss": issuer, "azp": client_id, "exp": expires}),
        client_id=client_id,
        idnat=identity.idnat,
        channel=channel,
        scope=scope,
        binding_message=binding_message,
        issuer=issuer,
        issued=provider.now,
        expires=expires,
        interval_s=behaviour.interval_s,
    )
    provider.records.keep_ciba(request)
    return request


def poll(provider: Provider, client_id: str, auth_req_id: str, login: Login | None) -> Grant:
    """The grant of a request that its person approved, once. ``login`` is how the session answers without a screen.

    Raises :class:`Refused`, or :class:`NotYet`.
    """
    request = provider.records.ciba(auth_req_id)
    if request is None or request.client_id != client_id:
        raise Refused(ciba.UNKNOWN_REQUEST, Hit("auth_req_id"))
    if request.ended:
        rule = ciba.UNKNOWN_REQUEST if request.outcome == "approve" else ciba.AFTER_THE_END
        raise Refused(rule, Hit("auth_req_id", request.outcome or "expired_token", "∅"))
    waited = None if request.polled is None else provider.now - request.polled
    asked = replace(request, polled=provider.now, polls=request.polls + 1)
    if waited is not None and 0 <= waited < request.interval_s:  # less than nothing: the session's clock was set back
        provider.records.keep_ciba(replace(asked, interval_s=request.interval_s + SLOWER_S))
        raise Refused(ciba.TOO_FAST, Hit("interval", f"{waited} s", f"≥ {request.interval_s} s"))
    if provider.armed(faults.SLOW_DOWN.id):
        provider.records.keep_ciba(replace(asked, interval_s=request.interval_s + SLOWER_S))
        raise NotYet("slow_down")
    if provider.now >= request.expires:
        provider.records.keep_ciba(replace(asked, outcome=None, ended=True))
        raise NotYet("expired_token")
    answered = replace(asked, outcome=_outcome(provider, asked, login))
    provider.records.keep_ciba(replace(answered, ended=answered.outcome is not None))
    if answered.outcome is None:
        raise NotYet("authorization_pending")
    if answered.outcome == "refuse":
        raise NotYet("access_denied")
    identity = provider.known(request.idnat)
    return provider.grant(
        provider.sign_in(identity, request.channel),
        client_id=client_id,
        redirect_uri="",
        issuer=request.issuer,
        scope=request.scope,
        nonce=None,
        challenge=None,
        challenge_method=None,
        used=True,
    )


def _outcome(provider: Provider, request: CibaRequest, login: Login | None) -> Literal["approve", "refuse"] | None:
    if request.outcome is not None:
        return request.outcome
    if provider.armed(faults.OTHER_NUMBER.id):
        return "refuse"
    if login is None or login.outcome == "timeout" or request.polls <= provider.behaviour.ciba.polls:
        return None
    return login.outcome
