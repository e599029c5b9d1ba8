"""Sign-in by Pro Santé Connect, as a relying party: code with PKCE, ID token checked, refresh, logout."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from banc_harness.witness.browser import Browser
from banc_harness.witness.id_token import KeyRing, Unbelievable, believed
from banc_harness.witness.transport import Answered, Transport

SCOPE = "openid scope_all"
ACR = "eidas1"


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
    """The back end of the sign-in. ``now`` is the software's own clock, in seconds since 1970; ``keys`` are the
    provider's, as this software last read them.
    """

    discovery_url: str
    client: Client
    transport: Transport
    now: int
    defects: frozenset[str] = frozenset()
    keys: dict[str, Any] = field(default_factory=dict)

    def sign_in(self, browser: Browser, form: Mapping[str, str]) -> dict[str, Any]:
        """Opens a session for the person that the browser's ``form`` chooses.

        Raises :class:`SignInRefused` on every answer that does not prove who signed in.
        """
        provider = self.discovery()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        if "short-state" in self.defects:
            state = "1234"
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": self.client.redirect_uri,
            "scope": SCOPE,
            "acr_values": ACR,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        if "no-acr" in self.defects:
            del query["acr_values"]
        if "no-nonce" in self.defects:
            del query["nonce"]
        if "secret-in-front" in self.defects:
            query["client_secret"] = self.client.secret
        address = provider["authorization_endpoint"]
        if "raw-realm" in self.defects:
            address = provider["issuer"] + "/protocol/openid-connect/auth"
        landed = browser.walk(f"{address}?{urlencode(query)}", until=self.client.redirect_uri, form=form)
        answer = {name: values[0] for name, values in parse_qs(urlsplit(landed).query).items()}
        if "state-unchecked" not in self.defects and not secrets.compare_digest(answer.get("state", ""), state):
            raise SignInRefused("Connexion refusée : la réponse ne correspond pas à la demande.")
        if answer.get("iss", provider["issuer"]) != provider["issuer"] and "issuer-unchecked" not in self.defects:
            raise SignInRefused("Connexion refusée : la réponse vient d'un autre fournisseur.")
        if "error" in answer and "error-ignored" not in self.defects:
            raise SignInRefused(f"Pro Santé Connect a refusé la connexion ({answer['error']}).")
        redeemed = {
            "grant_type": "authorization_code",
            "code": answer.get("code", "") or "absent",
            "redirect_uri": self.client.redirect_uri,
            "code_verifier": verifier,
        }
        tokens = self.token(provider, redeemed)
        unchecked = {"no-nonce", "nonce-unchecked"} & self.defects
        claims = self._checked(provider, tokens, None if unchecked else nonce)
        user = self.session(provider, tokens, claims)
        if "redeems-twice" in self.defects:
            self._sent(provider["token_endpoint"], redeemed)
        return user

    def refresh(self, user: Mapping[str, Any]) -> dict[str, Any]:
        """A new set of tokens for the session of ``user``.

        Raises :class:`SignInRefused` when the provider has closed the session.
        """
        provider = self.discovery()
        attempts = 4 if "refresh-loop" in self.defects else 1
        form = {"grant_type": "refresh_token", "refresh_token": user["refresh_token"]}
        for _ in range(5 if "refresh-storm" in self.defects else 0):
            self.token(provider, form)
        for remaining in reversed(range(attempts)):
            try:
                tokens = self.token(provider, form)
            except SignInRefused:
                if not remaining:
                    raise
                continue
            claims = self._checked(provider, tokens, None)
            return self.session(provider, tokens, claims)
        raise AssertionError("unreachable")

    def sign_out(self, user: Mapping[str, Any]) -> None:
        """Closes the provider's session too (EXI PSC 20)."""
        if "local-logout" in self.defects:
            return
        provider = self.discovery()
        query = {"id_token_hint": user["id_token"]}
        if self.client.post_logout_uri:
            query["post_logout_redirect_uri"] = self.client.post_logout_uri
        self.transport.send("GET", f"{provider['end_session_endpoint']}?{urlencode(query)}")

    def session(self, provider: dict[str, Any], tokens: dict[str, Any], claims: dict[str, Any]) -> dict[str, Any]:
        """The session of who the tokens stand for, once userinfo told the rest. Raises :class:`SignInRefused`."""
        transport = self.transport.from_workstation() if "workstation-calls" in self.defects else self.transport
        info = answered(self._userinfo(transport, provider["userinfo_endpoint"], tokens["access_token"]))
        if info.get("sub") != claims["sub"] and "sub-unchecked" not in self.defects:
            raise SignInRefused("Connexion refusée : l'identité reçue n'est pas celle du jeton.")
        idnat = info["SubjectNameID"]
        if "rpps-only" in self.defects and not re.fullmatch(r"8[0-9]{11}", idnat):
            raise SignInRefused("Connexion refusée : l'identifiant n'est pas un RPPS.")
        practised = info["SubjectRefPro"] if "needs-exercice" in self.defects else info.get("SubjectRefPro", {})
        places = [place for exercice in practised.get("exercices", ()) for place in exercice.get("activities", ())]
        if "single-activity" in self.defects and len(places) > 1:
            raise SignInRefused("Connexion refusée : plusieurs situations d'exercice.")
        return {
            "idnat": idnat,
            "family": info.get("family_name", ""),
            "given": info.get("given_name", ""),
            "access_token": tokens["access_token"],
            "refresh_token": tokens["refresh_token"],
            "id_token": tokens["id_token"],
            "active_at": self.now,
            "access_expires_at": self.now + int(tokens["expires_in"]),
            "signed_in_at": int(claims.get("auth_time", self.now)),
        }

    def _userinfo(self, transport: Transport, endpoint: str, token: str) -> Answered:
        if "token-in-form" in self.defects:
            form = {"Content-Type": "application/x-www-form-urlencoded"}
            return transport.send("POST", endpoint, body=urlencode({"access_token": token}).encode(), headers=form)
        return transport.send("GET", endpoint, headers={"Authorization": f"Bearer {token}"})

    def discovery(self) -> dict[str, Any]:
        """The provider's discovery document."""
        url = self.discovery_url
        if "raw-discovery" in self.defects:
            url = url.replace("/wallet-openid-configuration", "/openid-configuration")
        return answered(self.transport.send("GET", url))

    def token(self, provider: dict[str, Any], form: dict[str, str]) -> dict[str, Any]:
        """The answer of the token endpoint. Raises :class:`SignInRefused`."""
        return answered(self._sent(provider["token_endpoint"], form))

    def posted(self, endpoint: str, form: dict[str, str]) -> Answered:
        """A form posted with the client's credentials, whatever comes back."""
        return self._sent(endpoint, form)

    def checked(self, provider: dict[str, Any], tokens: dict[str, Any]) -> dict[str, Any]:
        """The claims of the ID token of a flow without nonce. Raises :class:`SignInRefused`."""
        return self._checked(provider, tokens, None)

    def _sent(self, endpoint: str, form: dict[str, str]) -> Answered:
        page = {"Origin": "https://localhost:3999"} if "token-from-page" in self.defects else {}
        credentials = base64.b64encode(f"{self.client.client_id}:{self.client.secret}".encode()).decode()
        return self.transport.send(
            "POST",
            endpoint,
            body=urlencode(form).encode(),
            headers=page
            | {"Content-Type": "application/x-www-form-urlencoded", "Authorization": f"Basic {credentials}"},
        )

    def _checked(self, provider: dict[str, Any], tokens: dict[str, Any], nonce: str | None) -> dict[str, Any]:
        ring = KeyRing(lambda: answered(self.transport.send("GET", provider["jwks_uri"])), self.keys, self.defects)
        try:
            return believed(
                tokens["id_token"],
                ring,
                issuer=provider["issuer"],
                client_id=self.client.client_id,
                access_token=tokens["access_token"],
                nonce=nonce,
                now=self.now,
                defects=self.defects,
            )
        except Unbelievable as error:
            raise SignInRefused(str(error)) from error


def answered(answer: Answered) -> dict[str, Any]:
    """The JSON object of an answer. Raises :class:`SignInRefused` for an error, or anything else."""
    try:
        body = json.loads(answer.body)
    except ValueError:
        body = {}
    if answer.status >= 400 or not isinstance(body, dict) or not body:
        reason = body.get("error", f"HTTP {answer.status}") if isinstance(body, dict) else f"HTTP {answer.status}"
        raise SignInRefused(f"Pro Santé Connect n'a pas répondu comme attendu ({reason}).")
    return body
