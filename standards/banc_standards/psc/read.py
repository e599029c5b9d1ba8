"""What a relying party sent: authorization, token, userinfo and logout requests, as they are, judged nowhere here."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote_plus

MOST_PARAMETERS = 100
MOST_TOLD = 10
"""Different words of one value that findings name: the others add nothing."""
_BROKEN = re.compile(r"%(?:(?![0-9A-Fa-f]{2})|00)")


class UnreadableForm(ValueError):
    """Form data that cannot be decoded: bad escapes, not UTF-8, a NUL, or too many parameters (PSC-FRM-001)."""


class Form:
    """Named parameters of a query or a form body; an empty value counts as absent (RFC 6749 §3.1)."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(value)

    @classmethod
    def decode(cls, encoded: str | bytes) -> Form:
        """Reads ``application/x-www-form-urlencoded``.

        Raises :class:`UnreadableForm`.
        """
        try:
            text = encoded.decode("ascii") if isinstance(encoded, bytes) else encoded
            if "\0" in text or _BROKEN.search(text):
                raise UnreadableForm
            pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS)
        except ValueError:
            raise UnreadableForm from None
        return cls(pairs)

    def get(self, name: str) -> str | None:
        """The first value of a parameter, ``None`` when absent or empty."""
        return next((value for value in self._values.get(name, ()) if value), None)

    def words(self, name: str) -> list[str]:
        """A value split at its spaces, the only separator (RFC 6749 §3.3)."""
        return [word for word in (self.get(name) or "").split(" ") if word]

    def odd(self, name: str, known: Container[str]) -> list[str]:
        """The different words of a value that are not known, cut short: what findings have room for."""
        return [word[:100] for word in dict.fromkeys(self.words(name)) if word not in known][:MOST_TOLD]

    def all(self, name: str) -> list[str]:
        """Every value of a parameter that may come more than once."""
        return list(self._values.get(name, ()))

    def names(self) -> list[str]:
        """Every name, in order of arrival."""
        return list(self._values)

    def repeated(self) -> list[str]:
        """Names that came more than once."""
        return [name for name, values in self._values.items() if len(values) > 1]


@dataclass(frozen=True, slots=True)
class Client:
    """What was declared of a service at its *raccordement*."""

    client_id: str
    redirect_uris: tuple[str, ...] = ()
    post_logout_uris: tuple[str, ...] = ()
    auth_method: Literal["secret", "mtls", "both"] = "both"


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """An authorization request, the endpoint that got it, and the client that it names when known."""

    form: Form
    endpoint: Literal["wallet", "realm"] = "wallet"
    client: Client | None = None


@dataclass(frozen=True, slots=True)
class BackChannelRequest:
    """A request of a client's server: token, introspection, revocation.

    ``basic`` is the pair of the Authorization header, ``certificate`` tells whether the TLS connection carries one.
    """

    form: Form
    query: Form
    media_type: str = ""
    origin: str | None = None
    basic: tuple[str, str] | None = None
    certificate: bool = False

    @property
    def client_id(self) -> str | None:
        """The client that the request names, by header first."""
        return self.basic[0] if self.basic else self.form.get("client_id")

    @property
    def secret(self) -> str | None:
        """The secret presented, by header first."""
        return self.basic[1] if self.basic else self.form.get("client_secret")


@dataclass(frozen=True, slots=True)
class UserinfoRequest:
    """A userinfo request: the Authorization header, and tokens put where they should not be."""

    authorization: str | None
    query: Form
    form: Form
    origin: str | None = None

    @property
    def bearer(self) -> str | None:
        """The access token of the Authorization header, else of the form body (RFC 6750 §2.1, §2.2)."""
        scheme, _, token = (self.authorization or "").partition(" ")
        if scheme.lower() == "bearer" and token.strip():
            return token.strip()
        return self.form.get("access_token")


@dataclass(frozen=True, slots=True)
class CalledHost:
    """The name by which the provider was called, lower case, and those by which it may be."""

    name: str
    known: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class LoginForm:
    """What was posted to the login page: its media type, and its fields."""

    media_type: str
    form: Form


@dataclass(frozen=True, slots=True)
class LogoutRequest:
    """A logout request. ``hint`` is the claims of an ``id_token_hint`` that we signed, whatever its age."""

    form: Form
    hint: dict[str, Any] | None = None
    client: Client | None = None


def session_data(body: bytes, names: Iterable[str]) -> dict[str, str] | None:
    """The named members of a JSON object, each of them a text; None for anything else."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(sent, dict):
        return None
    data = {name: sent.get(name) for name in names}
    texts = {name: value for name, value in data.items() if isinstance(value, str) and _is_unicode(value)}
    return texts if texts.keys() == data.keys() else None


def _is_unicode(text: str) -> bool:
    return text.encode("utf-8", "ignore").decode() == text


def basic(authorization: str | None) -> tuple[str, str] | None:
    """Client id and secret of a Basic header as they came; ``None`` when there is no such header.

    RFC 6749 §2.3.1 wants both form-encoded first, which many clients omit: the secret is left for the service to
    compare in either form. What cannot be decoded gives two empty strings.
    """
    scheme, _, credentials = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        text = base64.b64decode(credentials.strip(), validate=True).decode("utf-8")
    except ValueError:  # not base64, not ASCII, not UTF-8
        return ("", "")
    client_id, _, secret = text.partition(":")
    return unquote_plus(client_id), secret
