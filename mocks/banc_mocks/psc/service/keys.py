"""The provider's keys: made once per sandbox, kept in the data folder, lent to nobody."""

from __future__ import annotations

import json
import os
import secrets
from functools import cached_property
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeyParameters, KeySet, OctKey, RSAKey

_RSA_BITS = 2048


class Keys:
    """Signs and reads the provider's tokens. The key is made, or read back, at the first use.

    ``file`` is where it is kept (JSON, mode 0600).
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def signed(self, claims: dict[str, Any]) -> str:
        """An ID or access token: RS256, ``kid`` in the published set."""
        return jwt.encode(_header("RS256", self._rsa), claims, self._rsa)

    def signed_by_stranger(self, claims: dict[str, Any]) -> str:
        """The same token, signed with a key that is not published."""
        return jwt.encode(_header("RS256", self._stranger), claims, self._stranger)

    def sealed(self, claims: dict[str, Any]) -> str:
        """A refresh token: HS256 with a secret that nobody else has."""
        return jwt.encode(_header("HS256", self._secret), claims, self._secret)

    def read(self, token: str) -> dict[str, Any] | None:
        """The claims of an ID or access token that this provider signed, whatever its age; None for anything else."""
        return _claims(token, KeySet([self._rsa]), "RS256")

    def read_hint(self, token: str) -> dict[str, Any] | None:
        """The claims of an ID token of ours, expired or not; None for anything else."""
        claims = self.read(token)
        return claims if claims is not None and claims.get("typ") == "ID" else None

    def read_sealed(self, token: str) -> dict[str, Any] | None:
        """The claims of a refresh token of this provider, whatever its age; None for anything else."""
        return _claims(token, KeySet([self._secret]), "HS256")

    def published(self) -> dict[str, Any]:
        """The JWKS document."""
        return {"keys": [self._rsa.as_dict(private=False)]}

    @cached_property
    def _stored(self) -> dict[str, Any]:
        try:
            stored = json.loads(self._file.read_text("utf-8"))
        except FileNotFoundError:
            stored = self._make()
        assert isinstance(stored, dict)
        return stored

    @cached_property
    def _rsa(self) -> RSAKey:
        return RSAKey.import_key(self._stored["rsa"])

    @cached_property
    def _secret(self) -> OctKey:
        return OctKey.import_key(self._stored["secret"])

    @cached_property
    def _stranger(self) -> RSAKey:
        return _rsa_key()

    def _make(self) -> dict[str, Any]:
        secret = OctKey.generate_key(256, {"use": "sig", "alg": "HS256", "kid": secrets.token_urlsafe(32)})
        made = {"rsa": _rsa_key().as_dict(private=True), "secret": secret.as_dict(private=True)}
        self._file.parent.mkdir(parents=True, exist_ok=True)
        written = self._file.with_suffix(f".{os.getpid()}.tmp")
        with open(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(made, file)
            file.flush()
            os.fsync(file.fileno())
        written.replace(self._file)
        return made


def _rsa_key() -> RSAKey:
    parameters: KeyParameters = {"use": "sig", "alg": "RS256", "kid": secrets.token_urlsafe(32)}
    return RSAKey.generate_key(_RSA_BITS, parameters, private=True)


def _header(algorithm: str, key: RSAKey | OctKey) -> dict[str, Any]:
    return {"alg": algorithm, "typ": "JWT", "kid": key.kid}


def _claims(token: str, keys: KeySet, algorithm: str) -> dict[str, Any] | None:
    try:
        return dict(jwt.decode(token, keys, algorithms=[algorithm]).claims)
    except (JoseError, ValueError, RecursionError):
        return None
