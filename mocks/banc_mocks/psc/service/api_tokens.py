"""The token of a connected API, as the API judges it: signed here, alive, for it, shown with the certificate it names.

The DMP and INSi answer in the same sandbox as the authorization server that issued it, and ask nobody else.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from banc_mocks.psc.service.keys import Keys
from banc_mocks.psc.service.provider import Refused
from banc_standards.psc import build
from banc_standards.psc.rules import exchange
from banc_standards.rules import Hit

if TYPE_CHECKING:
    from banc_mocks.sandbox.exchange import Exchange

APIS: Final = ("dmp", "insi")
"""The APIs that have an authorization server here."""
KIND: Final = "api_token"
_SERVICE: Final = "psc"


def realm(api: str) -> str:
    """The path of an API's realm."""
    return f"/auth/realms/{api}"


def bearer(authorization: str | None) -> str | None:
    """The token of an ``Authorization: Bearer``, None when there is none."""
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def unverified(token: str) -> dict[str, Any]:
    """The claims that a JWT makes: only good to journal it and to find the session that issued it."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def claims_exchange(token: str) -> bool:
    """Whether a token says that it comes from an API's authorization server, true or not."""
    claims = unverified(token)
    issuer = claims.get("iss")
    return claims.get("aud") in APIS or (isinstance(issuer, str) and issuer.endswith(tuple(map(realm, APIS))))


def keys_of(exchange_: Exchange) -> Keys | None:
    """The keys of the provider that runs in the same sandbox; None when none runs."""
    sandbox = exchange_.sandbox
    running = any(service.name == _SERVICE for service in sandbox.services)
    return _keys(sandbox.config.data / _SERVICE / "keys.json") if running else None


def alive(exchange_: Exchange, keys: Keys, token: str, api: str) -> dict[str, Any]:
    """The claims of a token of that API, issued in the exchange's session and not over. Raises :class:`Refused`."""
    claims = keys.read(token) or {}
    issued = exchange_.working.get(_SERVICE, KIND, str(claims.get("jti")))
    if issued is None:
        raise Refused(exchange.UNBOUND, Hit("Authorization"))
    if claims.get("aud") != api:
        raise Refused(exchange.UNBOUND, Hit("aud", str(claims.get("aud")), api))
    now = int(exchange_.now.timestamp())
    if now >= issued["expires"]:
        raise Refused(exchange.UNBOUND, Hit("exp", str(issued["expires"]), f"> {now}"))
    return claims


def bound(exchange_: Exchange, keys: Keys | None, token: str, api: str) -> dict[str, Any]:
    """The claims of the token that a call shows to an API, the call moved to the session that issued it and its facts
    noted. Raises :class:`Refused`, ``SessionConflict``.
    """
    if keys is None:
        raise Refused(exchange.UNBOUND, Hit("Authorization", "", f"banc up --services …,{_SERVICE}"))
    _move_to_issuer(exchange_, keys, token)
    claims, shown = alive(exchange_, keys, token, api), exchange_.peer.certificate
    if shown is None:
        raise Refused(exchange.UNBOUND, Hit("TLS"))
    named = str(claims["cnf"]["x5t#S256"])
    form = build.binding(named, shown.der)
    if form is None:
        raise Refused(exchange.UNBOUND, Hit("cnf", build.thumbprint(shown.der), named))
    exchange_.peer.token = {"client_id": claims["azp"], "subject": claims["sub"]}
    exchange_.facts |= {
        "client_id": claims["azp"],
        "professional": claims["SubjectNameID"],
        "session_state": claims["session_state"],
        "api": api,
        "cnf": form,
    }
    return claims


def other_person(claims: Mapping[str, Any], name_id: str | None) -> Hit | None:
    """What is wrong when an assertion names another person than the token; None when they agree."""
    named = str(claims["SubjectNameID"])
    return None if name_id == named else Hit("saml:NameID", name_id or "", named)


def _move_to_issuer(exchange_: Exchange, keys: Keys, token: str) -> None:
    jti = str((keys.read(token) or {}).get("jti"))
    if exchange_.working.get(_SERVICE, KIND, jti) is None:
        for session in exchange_.sandbox.sessions.holding(_SERVICE, KIND, jti)[:1]:
            exchange_.claim(session.id)


@lru_cache(maxsize=8)
def _keys(file: Path) -> Keys:
    return Keys(file)
