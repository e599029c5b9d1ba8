"""What the provider remembers in a session: pending logins, SSO sessions, grants, tokens.

All instants are session time, in seconds of the epoch.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

from banc_standards.psc.build import Means

TokenKind = Literal["Bearer", "Refresh"]


class Memory(Protocol):
    """Where values are kept: a :class:`~banc_mocks.sandbox.call.Call` is one."""

    def get(self, kind: str, key: str, default: Any = None) -> Any:
        """A value, or ``default``."""

    def put(self, kind: str, key: str, value: Any) -> None:
        """Sets a value (JSON)."""

    def drop(self, kind: str, key: str) -> None:
        """Removes a value."""


@dataclass(frozen=True, slots=True)
class PendingLogin:
    """An authorization request that waits for its user on the wallet page. ``query`` is as it arrived."""

    id: str
    issuer: str
    query: str
    at: int


@dataclass(frozen=True, slots=True)
class SsoSession:
    """A user signed in at the provider. ``cookie`` is what the browser holds; ``id`` is the ``session_state``.

    ``clients`` are those that were given a code in it.
    """

    id: str
    idnat: str
    means: Means
    cookie: str
    started: int
    active: int
    closed: bool = False
    clients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grant:
    """One authorization code and all that is issued from it. The issuer is fixed when the request arrived."""

    code: str
    client_id: str
    redirect_uri: str
    issuer: str
    sso: str
    scope: str
    issued: int
    nonce: str | None = None
    challenge: str | None = None
    challenge_method: str = "plain"
    used: bool = False
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """An access or refresh token that was issued, by its ``jti``: what it stands for, never its value."""

    jti: str
    kind: TokenKind
    code: str
    client_id: str
    subject: str
    issued: int
    expires: int
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class CibaRequest:
    """A sign-in asked without a browser, by its ``auth_req_id``. ``polled`` is the last call, None before the first.

    ``interval_s`` grows at each call that came too soon. ``outcome`` is what the person answered; ``ended`` once the
    client was given a final answer.
    """

    id: str
    client_id: str
    idnat: str
    channel: Means
    scope: str
    binding_message: str
    issuer: str
    issued: int
    expires: int
    interval_s: int
    outcome: Literal["approve", "refuse"] | None = None
    polled: int | None = None
    polls: int = 0
    ended: bool = False


Record = PendingLogin | SsoSession | Grant | IssuedToken | CibaRequest


class Records:
    """The provider's records of one session, by kind."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def pending(self, login_id: str) -> PendingLogin | None:
        """The login that waits under that id."""
        value = self._memory.get("pending", login_id)
        return None if value is None else PendingLogin(**value)

    def wait(self, login: PendingLogin) -> None:
        """Remembers a login until its user answers."""
        self._memory.put("pending", login.id, _fields(login))

    def answered(self, login_id: str) -> None:
        """Forgets a login that was answered."""
        self._memory.drop("pending", login_id)

    def sso(self, sso_id: str) -> SsoSession | None:
        """The SSO session of that id, closed or not."""
        value = self._memory.get("sso", sso_id)
        return None if value is None else SsoSession(**value)

    def keep_sso(self, sso: SsoSession) -> None:
        """Remembers an SSO session as it now is."""
        self._memory.put("sso", sso.id, _fields(sso))

    def grant(self, code: str) -> Grant | None:
        """The grant of a code, used or not."""
        value = self._memory.get("grant", code)
        return None if value is None else Grant(**value)

    def keep_grant(self, grant: Grant) -> None:
        """Remembers a grant as it now is."""
        self._memory.put("grant", grant.code, _fields(grant))

    def ciba(self, auth_req_id: str) -> CibaRequest | None:
        """The CIBA request of that id, ended or not."""
        value = self._memory.get("ciba", auth_req_id)
        return None if value is None else CibaRequest(**value)

    def keep_ciba(self, request: CibaRequest) -> None:
        """Remembers a CIBA request as it now is."""
        self._memory.put("ciba", request.id, _fields(request))

    def token(self, jti: str) -> IssuedToken | None:
        """The token of that ``jti``, revoked or not."""
        value = self._memory.get("token", jti)
        return None if value is None else IssuedToken(**value)

    def keep_token(self, token: IssuedToken) -> None:
        """Remembers a token as it now is."""
        self._memory.put("token", token.jti, _fields(token))

    def revoke_token(self, jti: str) -> None:
        """Marks a token revoked, if it is known."""
        token = self.token(jti)
        if token is not None:
            self.keep_token(replace(token, revoked=True))


def _fields(record: Record) -> dict[str, Any]:
    """A record as it is kept: its fields are plain values, so nothing in them needs a copy."""
    return {name: getattr(record, name) for name in record.__slots__}
