"""The provider's keys: made once per sandbox, kept in the data folder, lent to nobody."""

from __future__ import annotations

import base64
import hmac
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

    def signed(self, claims: dict[str, Any], rank: int = 0, *, typ: str = "JWT") -> str:
        """An ID, access or logout token: RS256, ``kid`` in the published set; ``rank`` grows with each rotation."""
        key = self._ranked(rank)
        return jwt.encode(_header("RS256", key) | {"typ": typ}, claims, key)

    def signed_by_impostor(self, claims: dict[str, Any], rank: int = 0) -> str:
        """The same token under the published ``kid``, but signed with another key."""
        return jwt.encode(_header("RS256", self._ranked(rank)), claims, self._stranger)

    def signed_by_public_key(self, claims: dict[str, Any], rank: int = 0) -> str:
        """The same token signed HS256 with the published key's PEM as its secret (RFC 8725 §2.1)."""
        key = self._ranked(rank)
        header, payload = _part({"alg": "HS256", "typ": "JWT", "kid": key.kid}), _part(claims)
        mac = hmac.new(key.as_pem(private=False), f"{header}.{payload}".encode(), "sha256").digest()
        return f"{header}.{payload}.{_base64url(mac)}"

    def unsigned(self, claims: dict[str, Any]) -> str:
        """The same token without a signature (``alg`` none)."""
        return f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part(claims)}."

    def altered(self, claims: dict[str, Any], told: dict[str, Any], rank: int = 0) -> str:
        """A token whose payload was changed from ``claims`` to ``told`` after it was signed."""
        header, _, signature = self.signed(claims, rank).split(".")
        return f"{header}.{_part(told)}.{signature}"

    def signed_by_stranger(self, claims: dict[str, Any]) -> str:
        """The same token, signed with a key that is not published."""
        return jwt.encode(_header("RS256", self._stranger), claims, self._stranger)

    def sealed(self, claims: dict[str, Any]) -> str:
        """A refresh token: HS256 with a secret that nobody else has."""
        return jwt.encode(_header("HS256", self._secret), claims, self._secret)

    def read(self, token: str) -> dict[str, Any] | None:
        """The claims of an ID or access token that this provider signed, whatever its age; None for anything else."""
        claims = _claims(token, KeySet([*self._rotated]), "RS256")
        return claims or (_claims(token, KeySet([*self._rotated]), "RS256") if self._rotated_elsewhere() else None)

    def read_hint(self, token: str) -> dict[str, Any] | None:
        """The claims of an ID token of ours, expired or not; None for anything else."""
        claims = self.read(token)
        return claims if claims is not None and claims.get("typ") == "ID" else None

    def read_sealed(self, token: str) -> dict[str, Any] | None:
        """The claims of a refresh token of this provider, whatever its age; None for anything else."""
        return _claims(token, KeySet([self._secret]), "HS256")

    def published(self, rank: int = 0) -> dict[str, Any]:
        """The JWKS document once the keys were rotated ``rank`` times, the newest first."""
        return {"keys": [self._ranked(each).as_dict(private=False) for each in range(rank, -1, -1)]}

    def _ranked(self, rank: int) -> RSAKey:
        while len(self._rotated) <= rank:
            self._rotated.append(_rsa_key())
            self._write(self._stored | {"rotated": [key.as_dict(private=True) for key in self._rotated[1:]]})
        return self._rotated[rank]

    @cached_property
    def _rotated(self) -> list[RSAKey]:
        return [self._rsa, *(RSAKey.import_key(key) for key in self._stored.get("rotated", ()))]

    def _rotated_elsewhere(self) -> bool:
        """Whether another holder of the file rotated the keys; they are then known here too."""
        stored = json.loads(self._file.read_text("utf-8")).get("rotated", ())
        known = len(self._rotated) - 1
        self._rotated.extend(RSAKey.import_key(key) for key in stored[known:])
        return len(stored) > known

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
        self._write(made)
        return made

    def _write(self, stored: dict[str, Any]) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        written = self._file.with_suffix(f".{os.getpid()}.tmp")
        with open(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(stored, file)
            file.flush()
            os.fsync(file.fileno())
        written.replace(self._file)


def _rsa_key() -> RSAKey:
    parameters: KeyParameters = {"use": "sig", "alg": "RS256", "kid": secrets.token_urlsafe(32)}
    return RSAKey.generate_key(_RSA_BITS, parameters, private=True)


def _header(algorithm: str, key: RSAKey | OctKey) -> dict[str, Any]:
    return {"alg": algorithm, "typ": "JWT", "kid": key.kid}


def _part(content: dict[str, Any]) -> str:
    return _base64url(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _claims(token: str, keys: KeySet, algorithm: str) -> dict[str, Any] | None:
    try:
        return dict(jwt.decode(token, keys, algorithms=[algorithm]).claims)
    except (JoseError, ValueError, RecursionError):
        return None
