"""Sign-in by Pro Santé Connect, as a relying party: code with PKCE, ID token checked, refresh, logout."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from banc_harness.witness.browser import Browser
from banc_harness.witness.transport import Answered, Transport


class SignInRefused(Exception):
    """The sign-in, or its renewal, did not lead to a session; the text is what the user reads."""


@dataclass(frozen=True, slots=True)
class Client:
    """What the software was given when it was connected to Pro Santé Connect."""

    client_id: str
    secret: str
    redirect_uri: str
    post_logout_uri: str | None


@dataclass(slots=True)
class RelyingParty:
    """The back end of the sign-in. ``now`` is the software's own clock, in seconds since 1970."""

    discovery_url: str
    client: Client
    transport: Transport
    now: int
    defects: frozenset[str] = frozenset()

    def sign_in(self, browser: Browser, form: Mapping[str, str]) -> dict[str, Any]:
        """Opens a session for the person that the browser's ``form`` chooses.

        Raises :class:`SignInRefused` on every answer that does not prove who signed in.
        """
        provider = self._discovery()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        if "short-state" in self.defects:
            state = "1234"
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": self.client.redirect_uri,
            "scope": "openid scope_all",
            "acr_values": "eidas1",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        if "no-acr" in self.defects:
            del query["acr_values"]
        if "no-nonce" in self.defects:
            del query["nonce"]
        address = provider["authorization_endpoint"]
        if "raw-realm" in self.defects:
            address = provider["issuer"] + "/protocol/openid-connect/auth"
        landed = browser.walk(f"{address}?{urlencode(query)}", until=self.client.redirect_uri, form=form)
        answer = {name: values[0] for name, values in parse_qs(urlsplit(landed).query).items()}
        if "state-unchecked" not in self.defects and not secrets.compare_digest(answer.get("state", ""), state):
            raise SignInRefused("Connexion refusée : la réponse ne correspond pas à la demande.")
        if "error" in answer:
            raise SignInRefused(f"Pro Santé Connect a refusé la connexion ({answer['error']}).")
        tokens = self._token(
            provider,
            {
                "grant_type": "authorization_code",
                "code": answer.get("code", ""),
                "redirect_uri": self.client.redirect_uri,
                "code_verifier": verifier,
            },
        )
        unchecked = {"no-nonce", "nonce-unchecked"} & self.defects
        claims = self._checked(provider, tokens["id_token"], None if unchecked else nonce)
        return self._session(provider, tokens, claims)

    def refresh(self, user: Mapping[str, Any]) -> dict[str, Any]:
        """A new set of tokens for the session of ``user``.

        Raises :class:`SignInRefused` when the provider has closed the session.
        """
        provider = self._discovery()
        attempts = 4 if "refresh-loop" in self.defects else 1
        for remaining in reversed(range(attempts)):
            try:
                tokens = self._token(provider, {"grant_type": "refresh_token", "refresh_token": user["refresh_token"]})
            except SignInRefused:
                if not remaining:
                    raise
                continue
            claims = self._checked(provider, tokens["id_token"], None)
            return self._session(provider, tokens, claims)
        raise AssertionError("unreachable")

    def sign_out(self, user: Mapping[str, Any]) -> None:
        """Closes the provider's session too (EXI PSC 20)."""
        provider = self._discovery()
        query = {"id_token_hint": user["id_token"]}
        if self.client.post_logout_uri:
            query["post_logout_redirect_uri"] = self.client.post_logout_uri
        self.transport.send("GET", f"{provider['end_session_endpoint']}?{urlencode(query)}")

    def _session(self, provider: dict[str, Any], tokens: dict[str, Any], claims: dict[str, Any]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        info = _json(self.transport.send("GET", provider["userinfo_endpoint"], headers=headers))
        if info.get("sub") != claims["sub"]:
            raise SignInRefused("Connexion refusée : l'identité reçue n'est pas celle du jeton.")
        return {
            "idnat": info["SubjectNameID"],
            "family": info.get("family_name", ""),
            "given": info.get("given_name", ""),
            "access_token": tokens["access_token"],
            "refresh_token": tokens["refresh_token"],
            "id_token": tokens["id_token"],
            "access_expires_at": self.now + int(tokens["expires_in"]),
            "signed_in_at": int(claims.get("auth_time", self.now)),
        }

    def _discovery(self) -> dict[str, Any]:
        return _json(self.transport.send("GET", self.discovery_url))

    def _token(self, provider: dict[str, Any], form: dict[str, str]) -> dict[str, Any]:
        page = {"Origin": "https://localhost:3999"} if "token-from-page" in self.defects else {}
        credentials = base64.b64encode(f"{self.client.client_id}:{self.client.secret}".encode()).decode()
        answer = self.transport.send(
            "POST",
            provider["token_endpoint"],
            body=urlencode(form).encode(),
            headers=page
            | {"Content-Type": "application/x-www-form-urlencoded", "Authorization": f"Basic {credentials}"},
        )
        return _json(answer)

    def _checked(self, provider: dict[str, Any], id_token: str, nonce: str | None) -> dict[str, Any]:
        keys = KeySet.import_key_set(_json(self.transport.send("GET", provider["jwks_uri"])))  # type: ignore[arg-type]
        try:
            claims = dict(jwt.decode(id_token, keys, algorithms=["RS256"]).claims)
        except JoseError as error:
            raise SignInRefused("Connexion refusée : la signature du jeton n'est pas celle du fournisseur.") from error
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        wrong = (
            claims.get("iss") != provider["issuer"]
            or self.client.client_id not in audiences
            or claims.get("typ", "ID") != "ID"
            or int(claims.get("exp", 0)) <= self.now - 30
            or (nonce is not None and claims.get("nonce") != nonce)
        )
        if wrong:
            raise SignInRefused("Connexion refusée : le jeton d'identité n'est pas celui de cette connexion.")
        return claims


def _json(answer: Answered) -> dict[str, Any]:
    try:
        body = json.loads(answer.body)
    except ValueError:
        body = {}
    if answer.status >= 400 or not isinstance(body, dict) or not body:
        reason = body.get("error", f"HTTP {answer.status}") if isinstance(body, dict) else f"HTTP {answer.status}"
        raise SignInRefused(f"Pro Santé Connect n'a pas répondu comme attendu ({reason}).")
    return body
