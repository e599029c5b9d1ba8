"""The provider's keys: made once per sandbox, kept in the data folder, lent to nobody."""

from __future__ import annotations

import binascii
import hmac
import json
import os
import secrets
from collections.abc import Callable
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import KeyParameters, OctKey, RSAKey

_RSA_BITS = 2048
_KEPT = 1024
"""Verified tokens that are known again, in one provider: each is presented a few times in its short life."""
_TYPES = ("JWT", "logout+jwt")
_TO_URL, _FROM_URL = bytes.maketrans(b"+/", b"-_"), bytes.maketrans(b"-_", b"+/")
_PADDING, _HASH = PKCS1v15(), SHA256()
_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class _NotOurs(Exception):
    """A token that this provider did not sign."""


class _Signer:
    """An RSA key, and the headers (RFC 7515 §4) of what it signs, encoded once."""

    def __init__(self, key: RSAKey) -> None:
        assert isinstance(key.raw_value, RSAPrivateKey)
        self.key = key
        self.headers = {typ: _part({"typ": typ, "alg": "RS256", "kid": key.kid}) for typ in _TYPES}
        self._private = key.raw_value
        self._public = key.raw_value.public_key()

    def signed(self, header: str, claims: dict[str, Any]) -> str:
        """The token in compact form (RFC 7515 §7.1)."""
        told = f"{header}.{_part(claims)}"
        return f"{told}.{_base64url(self._private.sign(told.encode(), _PADDING, _HASH))}"

    def wrote(self, told: str, signature: str) -> bool:
        """Whether a signature over header and payload is this key's."""
        try:
            self._public.verify(_octets(signature), told.encode("ascii"), _PADDING, _HASH)
        except (InvalidSignature, ValueError):
            return False
        return True


class Keys:
    """Signs and reads the provider's tokens. The key is made, or read back, at the first use.

    ``file`` is where it is kept (JSON, mode 0600).
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def signed(self, claims: dict[str, Any], rank: int = 0, *, typ: str = "JWT") -> str:
        """An ID, access or logout token: RS256, ``kid`` in the published set; ``rank`` grows with each rotation."""
        signer = self._ranked(rank)
        return signer.signed(signer.headers[typ], claims)

    def signed_by_impostor(self, claims: dict[str, Any], rank: int = 0) -> str:
        """The same token under the published ``kid``, but signed with another key."""
        return self._stranger.signed(self._ranked(rank).headers["JWT"], claims)

    def signed_by_public_key(self, claims: dict[str, Any], rank: int = 0) -> str:
        """The same token signed HS256 with the published key's PEM as its secret (RFC 8725 §2.1)."""
        key = self._ranked(rank).key
        told = f"{_part({'alg': 'HS256', 'typ': 'JWT', 'kid': key.kid})}.{_part(claims)}"
        return f"{told}.{_mac(key.as_pem(private=False), told)}"

    def unsigned(self, claims: dict[str, Any]) -> str:
        """The same token without a signature (``alg`` none)."""
        return f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part(claims)}."

    def altered(self, claims: dict[str, Any], told: dict[str, Any], rank: int = 0) -> str:
        """A token whose payload was changed from ``claims`` to ``told`` after it was signed."""
        header, _, signature = self.signed(claims, rank).split(".")
        return f"{header}.{_part(told)}.{signature}"

    def signed_by_stranger(self, claims: dict[str, Any]) -> str:
        """The same token, signed with a key that is not published."""
        return self._stranger.signed(self._stranger.headers["JWT"], claims)

    def sealed(self, claims: dict[str, Any]) -> str:
        """A refresh token: HS256 with a secret that nobody else has."""
        header, secret = self._sealing
        told = f"{header}.{_part(claims)}"
        return f"{told}.{_mac(secret, told)}"

    def read(self, token: str) -> dict[str, Any] | None:
        """The claims of a token that this provider signed, whatever its age; None for anything else."""
        try:
            return dict(self._verified(token))
        except _NotOurs:
            return None

    def read_hint(self, token: str) -> dict[str, Any] | None:
        """The claims of an ID token of ours, expired or not; None for anything else."""
        claims = self.read(token)
        return claims if claims is not None and claims.get("typ") == "ID" else None

    def read_sealed(self, token: str) -> dict[str, Any] | None:
        """The claims of a refresh token of this provider, whatever its age; None for anything else."""
        told, header, signature = _cut(token)
        ours, secret = self._sealing
        same = header == ours and hmac.compare_digest(_mac(secret, told).encode(), signature.encode())
        return _claims(told) if same else None

    def published(self, rank: int = 0) -> dict[str, Any]:
        """The JWKS document once the keys were rotated ``rank`` times, the newest first."""
        return {"keys": [self._ranked(each).key.as_dict(private=False) for each in range(rank, -1, -1)]}

    def _ranked(self, rank: int) -> _Signer:
        while len(self._rotated) <= rank:
            self._rotated.append(_Signer(_rsa_key()))
            private = [signer.key.as_dict(private=True) for signer in self._rotated[1:]]
            self._write(self._stored | {"rotated": private})
        return self._rotated[rank]

    @cached_property
    def _rotated(self) -> list[_Signer]:
        stored = (self._stored["rsa"], *self._stored.get("rotated", ()))
        return [_Signer(RSAKey.import_key(key)) for key in stored]

    def _rotated_elsewhere(self) -> bool:
        """Whether another holder of the file rotated the keys; they are then known here too."""
        stored = json.loads(self._file.read_text("utf-8")).get("rotated", ())
        known = len(self._rotated) - 1
        self._rotated.extend(_Signer(RSAKey.import_key(key)) for key in stored[known:])
        return len(stored) > known

    @cached_property
    def _verified(self) -> Callable[[str], dict[str, Any]]:
        """The claims of a token: what was verified once, to the last character, stays verified."""
        return lru_cache(maxsize=_KEPT)(self._verify)

    def _verify(self, token: str) -> dict[str, Any]:
        told, header, signature = _cut(token)
        signer = self._signer(header) or (self._signer(header) if self._rotated_elsewhere() else None)
        if signer is None or not signer.wrote(told, signature):
            raise _NotOurs
        return _claims(told)

    def _signer(self, header: str) -> _Signer | None:
        return next((one for one in self._rotated if header in one.headers.values()), None)

    @cached_property
    def _stored(self) -> dict[str, Any]:
        try:
            stored = json.loads(self._file.read_text("utf-8"))
        except FileNotFoundError:
            stored = self._make()
        assert isinstance(stored, dict)
        return stored

    @cached_property
    def _sealing(self) -> tuple[str, bytes]:
        """The header of a refresh token, encoded, and its secret."""
        secret = OctKey.import_key(self._stored["secret"])
        return _part({"typ": "JWT", "alg": "HS256", "kid": secret.kid}), secret.raw_value

    @cached_property
    def _stranger(self) -> _Signer:
        return _Signer(_rsa_key())

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


def _part(content: dict[str, Any]) -> str:
    return _base64url(_json(content).encode())


def _cut(token: str) -> tuple[str, str, str]:
    """What is signed, its header, and the signature; empty where the token has no such part."""
    told, _, signature = token.rpartition(".")
    return told, told.partition(".")[0], signature


def _claims(told: str) -> dict[str, Any]:
    """The claims of a token whose signature is verified."""
    claims: dict[str, Any] = json.loads(_octets(told.partition(".")[2]))
    return claims


def _mac(secret: bytes, told: str) -> str:
    return _base64url(hmac.digest(secret, told.encode("utf-8", "replace"), "sha256"))


def _base64url(data: bytes) -> str:
    return binascii.b2a_base64(data, newline=False).rstrip(b"=").translate(_TO_URL).decode("ascii")


def _octets(text: str) -> bytes:
    """Decodes base64url. Raises ``ValueError``, also for another spelling of the same octets."""
    padded = text.encode("ascii") + b"=" * (-len(text) % 4)
    data = binascii.a2b_base64(padded.translate(_FROM_URL))
    if _base64url(data) != text:
        raise ValueError("base64url")
    return data
