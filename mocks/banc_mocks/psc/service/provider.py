"""The provider's decisions within one session: sign-in, code, tokens, revocation, logout."""

from __future__ import annotations

import hmac
import secrets
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from banc_mocks.psc import faults
from banc_mocks.psc.faults import Lie
from banc_mocks.psc.service import people
from banc_mocks.psc.service.behaviour import PAGE_S, Behaviour
from banc_mocks.psc.service.ids import drawn
from banc_mocks.psc.service.keys import Keys
from banc_mocks.psc.state import Grant, IssuedToken, Memory, PendingLogin, Records, SsoSession, TokenKind
from banc_mocks.sandbox.faults import Fault
from banc_standards.errors import BancError, Sentence
from banc_standards.psc import build
from banc_standards.psc.build import Identity, Means, SignIn
from banc_standards.psc.rules import grants
from banc_standards.rules import Hit, Rule


class Refused(BancError):
    """A request that a rule refuses. ``hit`` is None when its finding was already recorded."""

    def __init__(self, rule: Rule, hit: Hit | None = None) -> None:
        super().__init__(rule.code, broken(rule), rule.fix)
        self.rule = rule
        self.hit = hit


def broken(rule: Rule) -> Sentence:
    """Says that a rule was broken, and which one: its own sentence tells what should have been."""
    return Sentence(f"Règle {rule.id} non respectée : « {rule.text.fr} »", f"Rule {rule.id} broken: “{rule.text.en}”")


@dataclass(frozen=True, slots=True)
class TokenSet:
    """One answer of the token endpoint; durations in seconds."""

    access_token: str
    refresh_token: str
    id_token: str
    expires_in: int
    refresh_expires_in: int
    session_state: str
    scope: str


@dataclass(frozen=True, slots=True)
class Minting:
    """A set of tokens that is decided but for its signatures, which may take place on another thread.

    ``rank`` is that of the signing key; ``lies`` and ``signature`` are the faults that strike the ID token.
    """

    keys: Keys
    rank: int
    sign_in: SignIn
    now: int
    expires_in: int
    refresh_expires_in: int
    access_id: str
    refresh_id: str
    id_token_id: str
    thumbprint: str | None = None
    lies: tuple[Lie, ...] = ()
    signature: Fault | None = None

    def mint(self) -> TokenSet:
        """The signed tokens."""
        sign_in, life = self.sign_in, self.expires_in
        access = build.access_token(
            sign_in, now=self.now, lifetime_s=life, jti=self.access_id, thumbprint=self.thumbprint
        )
        access_token = self.keys.signed(access, self.rank)
        claims = build.id_token(sign_in, now=self.now, lifetime_s=life, jti=self.id_token_id, access_token=access_token)
        for lie in self.lies:
            claims = lie.alter(claims)
        refresh = build.refresh_token(sign_in, now=self.now, lifetime_s=self.refresh_expires_in, jti=self.refresh_id)
        return TokenSet(
            access_token=access_token,
            refresh_token=self.keys.sealed(refresh),
            id_token=self._id_token(claims),
            expires_in=life,
            refresh_expires_in=self.refresh_expires_in,
            session_state=sign_in.session_state,
            scope=sign_in.scope,
        )

    def _id_token(self, claims: dict[str, Any]) -> str:
        keys, rank = self.keys, self.rank
        if self.signature is None:
            return keys.signed(claims, rank)
        if self.signature is faults.UNKNOWN_KEY:
            return keys.signed_by_stranger(claims)
        if self.signature is faults.FOREIGN_KEY:
            return keys.signed_by_impostor(claims, rank)
        if self.signature is faults.UNSIGNED:
            return keys.unsigned(claims)
        if self.signature is faults.BY_PUBLIC_KEY:
            return keys.signed_by_public_key(claims, rank)
        return keys.altered(claims, claims | {"given_name": "Imposteur"}, rank)


@dataclass(frozen=True, slots=True)
class Access:
    """What a live token gives access to."""

    claims: dict[str, Any]
    grant: Grant
    sso: SsoSession
    identity: Identity


@dataclass(frozen=True, slots=True)
class Provider:
    """Pro Santé Connect in one session at one instant. ``now`` is session time, in seconds of the epoch.

    ``armed`` tells whether a fault strikes this exchange; ``find`` records a broken rule and tells whether it refuses.
    """

    memory: Memory
    keys: Keys
    behaviour: Behaviour
    now: int
    armed: Callable[[str], object]
    find: Callable[[Rule, Hit], bool] = lambda _rule, _hit: True

    @property
    def records(self) -> Records:
        """What the provider remembers."""
        return Records(self.memory)

    # -- sign-in -------------------------------------------------------------------------------------------------

    def wait_for_user(self, issuer: str, query: str) -> PendingLogin:
        """Begins a login that a user must answer."""
        login = PendingLogin(secrets.token_urlsafe(16), issuer, query, self.now)
        self.records.wait(login)
        return login

    def pending(self, login_id: str) -> PendingLogin | None:
        """The login that waits under that id; None when there is none any more."""
        login = self.records.pending(login_id)
        return login if login is not None and self.now - login.at <= PAGE_S else None

    def sign_in(self, identity: Identity, means: Means) -> SsoSession:
        """Opens an SSO session for a user who just proved who they are."""
        sso = SsoSession(
            id=str(uuid.uuid4()),
            idnat=identity.idnat,
            means=means,
            cookie=secrets.token_urlsafe(32),
            started=self.now,
            active=self.now,
        )
        self.records.keep_sso(sso)
        return sso

    def signed_in(self, cookies: Iterable[str]) -> SsoSession | None:
        """The live SSO session that one of a browser's cookies (``id.secret``) opens."""
        for cookie in cookies:
            sso_id, _, secret = cookie.partition(".")
            sso = self.records.sso(sso_id)
            if sso is not None and hmac.compare_digest(sso.cookie.encode(), secret.encode()) and self.alive(sso):
                return sso
        return None

    def alive(self, sso: SsoSession) -> bool:
        """Whether an SSO session is neither closed, nor too old, nor idle for too long."""
        within_life = self.now < sso.started + self.behaviour.sso_max_s
        return not sso.closed and within_life and self.now < sso.active + self.behaviour.sso_idle_s

    def close(self, sso_id: str) -> SsoSession | None:
        """Closes an SSO session: its cookie and every token of it are dead. None when there is none."""
        sso = self.records.sso(sso_id)
        if sso is None:
            return None
        closed = replace(sso, closed=True)
        self.records.keep_sso(closed)
        return closed

    # -- code and tokens -----------------------------------------------------------------------------------------

    def grant(
        self,
        sso: SsoSession,
        *,
        client_id: str,
        redirect_uri: str,
        issuer: str,
        scope: str,
        nonce: str | None,
        challenge: str | None,
        challenge_method: str | None,
        used: bool = False,
    ) -> Grant:
        """Issues an authorization code to a client for a signed-in user; ``used`` when it is redeemed at once."""
        self.records.keep_sso(replace(sso, active=self.now, clients=tuple(sorted({*sso.clients, client_id}))))
        grant = Grant(
            code=f"{uuid.uuid4()}.{sso.id}.{secrets.token_urlsafe(16)}",
            client_id=client_id,
            redirect_uri=redirect_uri,
            issuer=issuer,
            sso=sso.id,
            scope=scope,
            issued=self.now,
            nonce=nonce,
            challenge=challenge,
            challenge_method=challenge_method or "plain",
            used=used,
        )
        self.records.keep_grant(grant)
        return grant

    def redeem(self, client_id: str, code: str, redirect_uri: str, verifier: str | None) -> Grant:
        """The grant of a code, which is worth nothing afterwards, whatever the outcome.

        Raises :class:`Refused`; a second use also revokes what the first one gave.
        """
        grant = self.records.grant(code)
        if grant is None or grant.client_id != client_id:
            raise Refused(grants.BAD_CODE, Hit("code"))
        self.records.keep_grant(replace(grant, used=True, revoked=grant.used or grant.revoked))
        if grant.used:
            raise Refused(grants.USED_CODE, Hit("code"))
        age = self.now - grant.issued
        if age >= self.behaviour.code_s:
            raise Refused(grants.BAD_CODE, Hit("code", f"{age} s", f"< {self.behaviour.code_s} s"))
        if grant.redirect_uri != redirect_uri:
            raise Refused(grants.OTHER_REDIRECT, Hit("redirect_uri", redirect_uri, grant.redirect_uri))
        if grant.challenge is None and verifier is not None:
            hit = Hit("code_verifier", "code_verifier", "code_challenge")
            if self.find(grants.DOWNGRADED, hit):
                raise Refused(grants.DOWNGRADED)
        if not _proves(grant, verifier):
            raise Refused(grants.BAD_VERIFIER, Hit("code_verifier", verifier or "", grant.challenge_method))
        self._live(grant, grants.BAD_CODE, "code")
        return grant

    def refresh(self, client_id: str, token: str, scopes: Sequence[str] = ()) -> Grant:
        """The grant of a refresh token, for fewer scopes when asked (RFC 6749 §6). Raises :class:`Refused`."""
        claims = self.keys.read_sealed(token) or {}
        issued = self.records.token(str(claims.get("jti")))
        grant = self.records.grant(issued.code) if issued else None
        if issued is None or grant is None or issued.revoked or grant.client_id != client_id:
            if grant is not None and grant.client_id == client_id:
                # a thief may hold what followed a spent token (RFC 9700 §4.14.2)
                self.records.keep_grant(replace(grant, revoked=True))
            raise Refused(grants.BAD_REFRESH, Hit("refresh_token"))
        if self.now >= issued.expires:
            raise Refused(grants.BAD_REFRESH, Hit("exp", str(issued.expires), f"> {self.now}"))
        sso = self._live(grant, grants.BAD_REFRESH, "refresh_token")
        if not set(scopes) <= set(grant.scope.split(" ")):
            raise Refused(grants.WIDER_SCOPE, Hit("scope", " ".join(scopes)[:200], grant.scope))
        if self.behaviour.single_use_refresh:
            self.records.revoke_token(issued.jti)
        self.records.keep_sso(replace(sso, active=self.now))
        return replace(grant, scope=" ".join(scopes)) if scopes else grant

    def tokens(self, grant: Grant, *, thumbprint: str | None = None) -> Minting:
        """A new set of tokens for a grant, remembered and not yet signed; ``thumbprint`` is that of the client's
        certificate, in mutual TLS.
        """
        sso = self.records.sso(grant.sso)
        assert sso is not None
        behaviour = self.behaviour
        sign_in = SignIn(
            issuer=grant.issuer,
            client_id=grant.client_id,
            identity=self.person(sso),
            session_state=sso.id,
            auth_time=sso.started,
            scope=grant.scope,
            nonce=grant.nonce,
            acr=behaviour.acr_of(sso.means),
            auth_mode=behaviour.mode_of(sso.means),
            auth_level="1" if behaviour.auth_mode else None,
            amr=behaviour.amr_of(sso.means),
            access=behaviour.access,
        )
        life = behaviour.access_token_s
        access_id, refresh_id, id_token_id = drawn(3)
        refresh_life = min(behaviour.refresh_token_s, sso.started + behaviour.sso_max_s - self.now)
        return Minting(
            keys=self.keys,
            rank=behaviour.key,
            sign_in=sign_in,
            now=self.now,
            expires_in=life,
            refresh_expires_in=refresh_life,
            access_id=self._issue(access_id, "Bearer", grant, sign_in, life),
            refresh_id=self._issue(refresh_id, "Refresh", grant, sign_in, refresh_life),
            id_token_id=id_token_id,
            thumbprint=thumbprint if behaviour.binds_access else None,
            lies=tuple(lie for lie in faults.ID_TOKEN if self.armed(lie.fault.id)),
            signature=next((fault for fault in faults.SIGNATURES if self.armed(fault.id)), None),
        )

    def person(self, sso: SsoSession) -> Identity:
        """Who is signed in."""
        return self.known(sso.idnat)

    def known(self, idnat: str) -> Identity:
        """The person of an IdNat that was checked when it came."""
        identity = people.identity(idnat)
        assert identity is not None
        return identity

    def new_id(self) -> str:
        """An id that nothing had."""
        return str(uuid.uuid4())

    # -- use of tokens -------------------------------------------------------------------------------------------

    def access(self, token: str) -> Access:
        """What an access token gives access to. Raises :class:`Refused`."""
        return self.access_of(self.keys.read(token) or {})

    def access_of(self, claims: dict[str, Any]) -> Access:
        """The same for the claims of a token whose signature is verified. Raises :class:`Refused`."""
        if claims.get("typ") != "Bearer":
            raise Refused(grants.BAD_BEARER, Hit("Authorization", str(claims.get("typ") or ""), "Bearer"))
        return self._use(claims, grants.BAD_BEARER, "Authorization")

    def inspect(self, token: str) -> Access:
        """What an access or refresh token gives access to. Raises :class:`Refused`, for whatever reason it is dead."""
        claims = self.keys.read(token) or self.keys.read_sealed(token) or {}
        if claims.get("typ") not in ("Bearer", "Refresh"):
            raise Refused(grants.INACTIVE, Hit("token", str(claims.get("typ") or ""), "Bearer | Refresh"))
        return self._use(claims, grants.INACTIVE, "token")

    def revoke(self, client_id: str, token: str) -> Grant | None:
        """Revokes a token of the client; a refresh token takes its whole grant with it. None when it is unknown.

        Raises :class:`Refused` for another client's.
        """
        claims = self.keys.read(token) or self.keys.read_sealed(token) or {}
        issued = self.records.token(str(claims.get("jti")))
        grant = self.records.grant(issued.code) if issued else None
        if issued is None or grant is None:
            return None
        if grant.client_id != client_id:
            raise Refused(grants.ANOTHERS_TOKEN, Hit("token", grant.client_id, client_id))
        self.records.revoke_token(issued.jti)
        if issued.kind == "Refresh":
            self.records.keep_grant(replace(grant, revoked=True))
        return grant

    def held_by(self, client_id: str, token: str) -> Grant:
        """The grant of a client's refresh token, over or not: enough to end its session. Raises :class:`Refused`."""
        issued = self.records.token(str((self.keys.read_sealed(token) or {}).get("jti")))
        grant = self.records.grant(issued.code) if issued else None
        if grant is None or grant.client_id != client_id:
            raise Refused(grants.BAD_REFRESH, Hit("refresh_token"))
        return grant

    def _use(self, claims: dict[str, Any], rule: Rule, location: str) -> Access:
        issued = self.records.token(str(claims.get("jti")))
        grant = self.records.grant(issued.code) if issued else None
        if issued is None or grant is None or issued.revoked:
            raise Refused(rule, Hit(location))
        if self.now >= issued.expires:
            raise Refused(rule, Hit("exp", str(issued.expires), f"> {self.now}"))
        sso = self._live(grant, rule, location)
        return Access(claims, grant, sso, self.person(sso))

    def _live(self, grant: Grant, rule: Rule, location: str) -> SsoSession:
        sso = self.records.sso(grant.sso)
        if grant.revoked or sso is None or not self.alive(sso):
            raise Refused(rule, Hit(location, "SSO"))
        return sso

    def _issue(self, jti: str, kind: TokenKind, grant: Grant, sign_in: SignIn, life: int) -> str:
        subject = sign_in.identity.sub
        self.records.keep_token(IssuedToken(jti, kind, grant.code, grant.client_id, subject, self.now, self.now + life))
        return jti


def _proves(grant: Grant, verifier: str | None) -> bool:
    """PKCE (RFC 7636 §4.6): the verifier of the challenge, or none when there was no challenge."""
    if grant.challenge is None:
        return True
    if verifier is None or not verifier.isascii():
        return False
    shown = build.challenge(verifier) if grant.challenge_method == "S256" else verifier
    return hmac.compare_digest(shown.encode(), grant.challenge.encode())
