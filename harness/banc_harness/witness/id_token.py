"""What the witness believes of an ID token: its signature by a published key, and every claim that ties it to the
request.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

LEEWAY_S = 30
LATE_S = 180
"""How late this machine's clock may be before a token seems to come from the future."""
LEVELS = frozenset({"eidas1", "eidas2", "eidas3"})


class Unbelievable(Exception):
    """The token is not what this sign-in should have given; the text is what the user reads."""


@dataclass(slots=True)
class KeyRing:
    """The provider's published keys as they were last read; ``reload`` reads them again."""

    reload: Callable[[], dict[str, Any]]
    known: dict[str, Any]
    defects: frozenset[str] = frozenset()

    def for_token(self, token: str) -> KeySet:
        """The keys, read again once when the token names one that is not known."""
        kid = _part(token, 0).get("kid")
        held = {key.get("kid") for key in self.known.get("keys", ())}
        if not held or (kid not in held and "keys-forever" not in self.defects):
            self.known.clear()
            self.known.update(self.reload())
        return KeySet.import_key_set(self.known)  # type: ignore[arg-type]


def believed(
    token: str,
    ring: KeyRing,
    *,
    issuer: str,
    client_id: str,
    access_token: str,
    nonce: str | None,
    now: int,
    defects: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """The claims of a token that belongs to this sign-in (OpenID Connect Core 1.0 §3.1.3.7).

    Raises :class:`Unbelievable`.
    """
    if "signature-unchecked" in defects:
        claims = _part(token, 1)
    else:
        try:
            claims = dict(jwt.decode(token, ring.for_token(token), algorithms=["RS256"]).claims)
        except (JoseError, ValueError) as error:
            raise Unbelievable("Connexion refusée : la signature du jeton n'est pas celle du fournisseur.") from error
    if "claims-unchecked" not in defects and not _addressed(claims, issuer, client_id, access_token, now):
        raise Unbelievable("Connexion refusée : le jeton d'identité n'est pas destiné à ce logiciel.")
    if nonce is not None and claims.get("nonce") != nonce:
        raise Unbelievable("Connexion refusée : le jeton d'identité n'est pas celui de cette connexion.")
    if "strict-acr" in defects and claims.get("acr") != "eidas1":
        raise Unbelievable("Connexion refusée : niveau d'authentification inattendu.")
    return claims


def _addressed(claims: dict[str, Any], issuer: str, client_id: str, access_token: str, now: int) -> bool:
    audience = claims.get("aud")
    digest = hashlib.sha256(access_token.encode()).digest()[:16]
    half = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return (
        claims.get("iss") == issuer
        and client_id in (audience if isinstance(audience, list) else [audience])
        and claims.get("azp", client_id) == client_id
        and claims.get("typ", "ID") == "ID"
        and claims.get("at_hash", half) == half
        and int(claims.get("exp", 0)) > now - LEEWAY_S
        and int(claims.get("iat", 0)) <= now + LATE_S
        and claims.get("acr", "eidas1") in LEVELS
    )


def _part(token: str, rank: int) -> dict[str, Any]:
    try:
        text = token.split(".")[rank]
        content = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, IndexError):
        content = None
    if not isinstance(content, dict):
        raise Unbelievable("Connexion refusée : le jeton d'identité est illisible.")
    return content
