"""Keeps out of reports what must not be passed on: secrets, and identifiers that could be somebody's.

The journal and the bundle keep the exact bytes; only what a person is shown goes through here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from banc_fixtures.guard import mask

HIDDEN = "•••"

_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "apikey"})
_SCHEME = re.compile(r"^(Bearer|Basic|Digest|DPoP)\s", re.IGNORECASE)
_NAMES = (
    "access_token",
    "refresh_token",
    "id_token",
    "id_token_hint",
    "logout_token",
    "client_secret",
    "client_assertion",
    "assertion",
    "code_verifier",
    "password",
    "secret",
    "p12",
    "private_key",
    "api_key",
    "apikey",
)
_DIGITS = re.compile(r"[0-9][0-9 .\u00a0-]{6}[0-9]")
"""Every identifier that masking hides holds such a run."""
_PATTERNS: tuple[tuple[tuple[str, ...], re.Pattern[str], str], ...] = (
    (
        ("private key",),
        re.compile(r"-----BEGIN ([A-Z ]*PRIVATE KEY)-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL),
        rf"-----BEGIN \1----- {HIDDEN} -----END \1-----",
    ),
    (("eyj",), re.compile(r"\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*){0,3}"), f"eyJ{HIDDEN}"),
    (
        tuple(f"{name}=" for name in _NAMES),
        re.compile(rf"((?:^|[?&\s;,\"'])(?:{'|'.join(_NAMES)})=)[^&\s\"'<>]+", re.IGNORECASE),
        rf"\1{HIDDEN}",
    ),
    (("code=",), re.compile(r"([?&]code=|^code=)[^&\s\"'<>]{8,}"), rf"\1{HIDDEN}"),
    (
        tuple(f'{name}"' for name in _NAMES),
        re.compile(rf"(\"(?:{'|'.join(_NAMES)})\"\s*:\s*\")(?:[^\"\\]|\\.)*", re.IGNORECASE),
        rf"\1{HIDDEN}",
    ),
    (("bearer",), re.compile(r"(\bBearer\s+)[\w.~+/=-]{8,}", re.IGNORECASE), rf"\1{HIDDEN}"),
    (("basic",), re.compile(r"(\bBasic\s+)[\w+/=]{8,}", re.IGNORECASE), rf"\1{HIDDEN}"),
    (("password",), re.compile(r"(<(?:\w+:)?Password\b[^>]*>)[^<]+"), rf"\1{HIDDEN}"),
    (("auth ",), re.compile(r"(\bAUTH\s+[A-Z0-9-]+\s+)[\w+/=]{8,}", re.IGNORECASE), rf"\1{HIDDEN}"),
)
"""Words without which a pattern has nothing to find, the pattern, and what stands in its place."""


def without_secrets(text: str) -> str:
    """The text without tokens, passwords and private keys."""
    lowered = text.lower()
    for words, pattern, instead in _PATTERNS:
        if any(word in lowered for word in words):
            text = pattern.sub(instead, text)
    return text


def safe(text: str) -> str:
    """The text as it may be shown: no secret, and no identifier that could be somebody's."""
    return _kept(text) if len(text) <= _SHORT else _safe(text)


def _safe(text: str) -> str:
    text = without_secrets(text)
    return mask(text) if _DIGITS.search(text) else text


_SHORT = 500
_kept = lru_cache(maxsize=8192)(_safe)  # headers and facts: the same few, exchange after exchange


def safe_headers(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """HTTP headers as they may be shown; of an authorization, its scheme stays."""
    shown = []
    for name, value in headers:
        if name.lower() in _SECRET_HEADERS:
            scheme = _SCHEME.match(value)
            shown.append((name, f"{scheme[0]}{HIDDEN}" if scheme else HIDDEN))
        else:
            shown.append((name, safe(value)))
    return shown
