"""The SASL responses that the service reads: XOAUTH2, OAUTHBEARER (RFC 7628), PLAIN (RFC 4616), EXTERNAL (RFC 4422)."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Final

XOAUTH2: Final = "XOAUTH2"
OAUTHBEARER: Final = "OAUTHBEARER"
PLAIN: Final = "PLAIN"
LOGIN: Final = "LOGIN"
EXTERNAL: Final = "EXTERNAL"
MAX_RESPONSE: Final = 12_288
"""Octets of the longest response line (RFC 4954 §4)."""

CHALLENGE: Final = base64.b64encode(
    json.dumps({"status": "401", "schemes": "bearer", "scope": "openid scope_all"}).encode()
).decode()
"""What a refused token is answered with, before the final reply."""


class Malformed(ValueError):
    """A response that is not of its mechanism."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who wants in: the mailbox, and the token of a professional (empty for an application).

    ``acting_for`` is the other identity that PLAIN may name.
    """

    login: str
    token: str = ""
    acting_for: str = ""


def decoded(text: str) -> bytes:
    """The octets of a response. Raises :class:`Malformed`."""
    try:
        return b"" if text == "=" else base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("base64") from None


def credentials(mechanism: str, response: bytes) -> Credentials:
    """What a response says. Raises :class:`Malformed`."""
    try:
        text = response.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("UTF-8") from None
    if mechanism == XOAUTH2:
        return _bearer(_pairs(text), "user")
    if mechanism == OAUTHBEARER:
        header, _, rest = text.partition("\x01")
        named = [part[2:] for part in header.split(",") if part.startswith("a=")]
        fields = _pairs(rest) | ({"user": named[0]} if named else {})
        return _bearer(fields, "user")
    if mechanism == EXTERNAL:
        return Credentials(text)
    parts = text.split("\0")
    if len(parts) != 3 or not parts[1]:
        raise Malformed("authzid NUL authcid NUL password")
    return Credentials(parts[1], acting_for=parts[0])


def _pairs(text: str) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in text.split("\x01") if pair]
    found = {name: value for name, sign, value in pairs if sign}
    if len(found) != len(pairs):
        raise Malformed("user=…^Aauth=Bearer …^A^A")
    return found


def _bearer(fields: dict[str, str], user: str) -> Credentials:
    scheme, _, token = fields.get("auth", "").partition(" ")
    if scheme.lower() != "bearer" or not fields.get(user):
        raise Malformed("user=…^Aauth=Bearer …^A^A")
    return Credentials(fields[user], token.strip())
