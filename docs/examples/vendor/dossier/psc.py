"""Connexion par Pro Santé Connect : flux par code avec PKCE, jeton d'identité vérifié."""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from dossier.settings import Settings


class SignInRefused(Exception):
    """La connexion n'a pas abouti ; le texte est ce que l'utilisateur lit."""


def _random() -> str:
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class Attempt:
    """Une connexion en cours, gardée côté serveur jusqu'au retour."""

    state: str = field(default_factory=_random)
    nonce: str = field(default_factory=_random)
    verifier: str = field(default_factory=_random)


@dataclass(frozen=True, slots=True)
class User:
    """Le professionnel connecté."""

    idnat: str
    family: str
    given: str
    access_token: str


class ProSanteConnect:
    """Le fournisseur d'identité, vu de ce logiciel."""

    def __init__(self, settings: Settings, http: aiohttp.ClientSession) -> None:
        self._settings = settings
        self._http = http

    async def authorization_url(self, attempt: Attempt) -> str:
        """Où envoyer le navigateur."""
        provider = await self._get(self._settings.psc_discovery)
        challenge = urlsafe_b64encode(hashlib.sha256(attempt.verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": self._settings.psc_client_id,
            "redirect_uri": self._settings.redirect_uri,
            "scope": "openid scope_all",
            "acr_values": "eidas1",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{provider['authorization_endpoint']}?{urlencode(query)}"

    async def signed_in(self, attempt: Attempt, code: str) -> User:
        """L'utilisateur que prouvent le code et ses jetons. Lève SignInRefused."""
        provider = await self._get(self._settings.psc_discovery)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._settings.redirect_uri,
            "code_verifier": attempt.verifier,
        }
        credentials = aiohttp.encode_basic_auth(self._settings.psc_client_id, self._settings.psc_client_secret)
        headers = {"Authorization": credentials}
        async with self._http.post(provider["token_endpoint"], data=form, headers=headers) as answer:
            tokens = await _json(answer)
        claims = await self._checked(provider, tokens["id_token"], attempt.nonce)
        info = await self._get(provider["userinfo_endpoint"], tokens["access_token"])
        if info.get("sub") != claims["sub"]:
            raise SignInRefused("Connexion refusée : l'identité reçue n'est pas celle du jeton.")
        family, given = info.get("family_name", ""), info.get("given_name", "")
        return User(info["SubjectNameID"], family, given, tokens["access_token"])

    async def _checked(self, provider: dict[str, Any], id_token: str, nonce: str) -> dict[str, Any]:
        keys = KeySet.import_key_set(await self._get(provider["jwks_uri"]))  # type: ignore[arg-type]
        rules = jwt.JWTClaimsRegistry(
            leeway=30,
            iss={"essential": True, "value": provider["issuer"]},
            aud={"essential": True, "value": self._settings.psc_client_id},
            exp={"essential": True},
            sub={"essential": True},
        )
        try:
            claims = dict(jwt.decode(id_token, keys, algorithms=["RS256"]).claims)
            rules.validate(claims)
        except JoseError:
            raise SignInRefused("Connexion refusée : le jeton d'identité n'est pas recevable.") from None
        foreign = claims.get("azp", self._settings.psc_client_id) != self._settings.psc_client_id
        if foreign or claims.get("typ", "ID") != "ID":
            raise SignInRefused("Connexion refusée : ce jeton n'est pas un jeton d'identité pour ce logiciel.")
        if claims.get("nonce") != nonce and self._settings.defect != "nonce":
            raise SignInRefused("Connexion refusée : le jeton d'identité n'est pas celui de cette connexion.")
        return claims

    async def _get(self, url: str, token: str | None = None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with self._http.get(url, headers=headers) as answer:
            return await _json(answer)


async def _json(answer: aiohttp.ClientResponse) -> dict[str, Any]:
    try:
        body = json.loads(await answer.read())
    except ValueError:
        body = None
    if answer.status >= 400 or not isinstance(body, dict):
        raise SignInRefused(f"Pro Santé Connect n'a pas répondu comme attendu (HTTP {answer.status}).")
    return body
