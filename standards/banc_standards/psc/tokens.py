"""Reading what Pro Santé Connect gives to a service: compact tokens and JSON answers, bounded, never trusted."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

Form = Literal["id", "access", "refresh", "logout", "userinfo", "discovery", "introspection", "answer", "unknown"]
MOST_BYTES: Final = 1_000_000
MOST_DEPTH: Final = 20
MOST_HEADER_BYTES: Final = 8_192


class TokenRefused(ValueError):
    """The bytes are no token and no JSON object: ``rule_id`` names the rule, ``detail`` what is wrong."""

    def __init__(self, rule_id: str, detail: str) -> None:
        super().__init__(f"{rule_id}: {detail}")
        self.rule_id = rule_id
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it came. ``header`` is None for a bare JSON object, ``signature`` empty for an unsigned token.

    ``repeated`` names the members that came twice in one object; ``header_bytes`` counts the encoded header.
    """

    form: Form
    claims: Mapping[str, Any]
    header: Mapping[str, Any] | None = None
    signature: bytes = b""
    header_bytes: int = 0
    repeated: tuple[str, ...] = field(default=())
    inner: Token | None = None
    """The ID token of a token answer."""

    def text(self, name: str) -> str:
        """A claim that is a text, empty otherwise."""
        value = self.claims.get(name)
        return value if isinstance(value, str) else ""

    def number(self, name: str) -> int | None:
        """A claim that is a whole number, None otherwise."""
        value = self.claims.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None


def read(data: bytes) -> Token:
    """A compact JWS, or a JSON object. Raises :class:`TokenRefused` (PSC-JWT-001, PSC-JSN-001)."""
    text = data.removeprefix(b"\xef\xbb\xbf").strip()
    if len(text) > MOST_BYTES:
        raise TokenRefused("PSC-JWT-001", f"{len(text)} > {MOST_BYTES} octets")
    if not text.startswith(b"{"):
        return compact(text)
    claims, repeated = _object(text, "PSC-JSN-001")
    found, inner = form(claims, {}), None
    if found == "answer" and isinstance(claims.get("id_token"), str):
        inner = compact(str(claims["id_token"]).encode("utf-8", "replace"))
    return Token(found, claims, repeated=repeated, inner=inner)


def compact(text: bytes) -> Token:
    """A compact JWS. Raises :class:`TokenRefused` (PSC-JWT-001)."""
    parts = text.removeprefix(b"Bearer ").strip().split(b".")
    if len(parts) == 5:
        raise TokenRefused("PSC-JWT-001", "JWE")
    if len(parts) != 3:
        raise TokenRefused("PSC-JWT-001", f"{len(parts)} parties")
    header, in_header = _object(_decoded(parts[0]), "PSC-JWT-001")
    claims, in_claims = _object(_decoded(parts[1]), "PSC-JWT-001")
    return Token(form(claims, header), claims, header, _decoded(parts[2]), len(parts[0]), (*in_header, *in_claims))


def form(claims: Mapping[str, Any], header: Mapping[str, Any]) -> Form:
    """What a token or an answer is, from what it says of itself, then from what it holds."""
    kind = str(claims.get("typ", "")).lower()
    said: Mapping[str, Form] = {"id": "id", "bearer": "access", "refresh": "refresh", "logout": "logout"}
    if "events" in claims or str(header.get("typ", "")).lower() == "logout+jwt":
        return "logout"
    if "authorization_endpoint" in claims or "jwks_uri" in claims:
        return "discovery"
    if "active" in claims:
        return "introspection"
    if "access_token" in claims or "id_token" in claims:
        return "answer"
    if kind in said:
        return said[kind]
    if "SubjectRefPro" in claims or ("SubjectNameID" in claims and "exp" not in claims):
        return "userinfo"
    if "nonce" in claims or "at_hash" in claims:
        return "id"
    return "userinfo" if {"sub", "preferred_username"} <= claims.keys() and "exp" not in claims else "unknown"


def _decoded(part: bytes) -> bytes:
    try:
        return base64.b64decode(part + b"=" * (-len(part) % 4), b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise TokenRefused("PSC-JWT-001", "base64url") from None


def _object(text: bytes, rule: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    repeated: list[str] = []

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        known: dict[str, Any] = {}
        for name, value in found:
            if name in known:
                repeated.append(name[:100])
            known[name] = value
        return known

    def constant(name: str) -> Any:
        raise TokenRefused(rule, name)

    if _depth(text) > MOST_DEPTH:
        raise TokenRefused(rule, f"> {MOST_DEPTH} niveaux")
    try:
        value = json.loads(text.decode("utf-8"), object_pairs_hook=pairs, parse_constant=constant, parse_int=_whole)
    except TokenRefused:
        raise
    except (ValueError, RecursionError) as error:
        raise TokenRefused(rule, str(error)[:120]) from None
    if not isinstance(value, dict):
        raise TokenRefused(rule, type(value).__name__)
    return value, tuple(dict.fromkeys(repeated))


def _whole(text: str) -> int:
    if len(text) > 30:
        raise ValueError(f"{len(text)} chiffres")
    return int(text)


def _depth(text: bytes) -> int:
    """How deep brackets may nest at most; those inside texts count too, no harm done."""
    deepest = level = 0
    for byte in text:
        if byte in b"{[":
            level += 1
            deepest = max(deepest, level)
        elif byte in b"}]":
            level -= 1
    return deepest
