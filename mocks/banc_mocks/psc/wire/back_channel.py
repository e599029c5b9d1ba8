"""What a service's server calls: token, userinfo, introspection, revocation."""

from __future__ import annotations

from banc_mocks.psc import faults
from banc_mocks.psc.service import ciba
from banc_mocks.psc.service.ciba import NotYet
from banc_mocks.psc.service.keys import Keys
from banc_mocks.psc.service.provider import Provider, Refused
from banc_mocks.psc.state import Grant
from banc_mocks.psc.wire import answers, clients
from banc_mocks.sandbox.call import Call
from banc_mocks.sandbox.http import Reply
from banc_mocks.sandbox.settings import Client
from banc_standards.psc import build, names
from banc_standards.psc.read import BackChannelRequest, Form, UserinfoRequest
from banc_standards.psc.rules import back_channel as rules
from banc_standards.psc.rules import grants
from banc_standards.psc.rules.ciba import NOT_ACTIVATED
from banc_standards.rules import Hit


class BackChannel:
    """The handlers that need a client's credentials, or a token."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    async def token(self, call: Call) -> Reply:
        """``POST …/token``: code, or refresh token."""
        try:
            request, client = clients.authenticated(call, rules.TOKEN_REQUEST)
            return await self._tokens(call, request, client)
        except NotYet as error:
            return answers.not_yet(call, error)
        except Refused as error:
            return answers.refused(call, error)

    async def userinfo(self, call: Call) -> Reply:
        """``GET`` or ``POST …/userinfo``."""
        try:
            form = answers.body(call)
            request = UserinfoRequest(
                answers.authorization(call), answers.query(call), form, call.headers.get("Origin")
            )
            claims = self._keys.read(request.bearer or "") or {}
            answers.move_to_holder(call, "token", str(claims.get("jti")))
            rule = answers.first_rule(call.judge(rules.USERINFO_REQUEST, request))
            if rule is not None:
                return answers.refused_by_rule(call, rule)
            provider = answers.provider(call, self._keys)
            access = provider.access_of(claims)
        except Refused as error:
            return answers.refused(call, error)
        answers.note_grant(call, access.grant, access.identity)
        call.peer.token = {"client_id": access.grant.client_id, "subject": access.identity.sub}
        behaviour = provider.behaviour
        if clients.unbound(call, access) and behaviour.refuses_unbound:
            return answers.refused_by_rule(call, grants.OTHER_CERTIFICATE)
        mode = behaviour.mode_of(access.sso.means)
        claims = build.userinfo(access.identity, auth_mode=mode)
        if behaviour.userinfo_letters:
            claims = build.with_letters(claims)
        if behaviour.userinfo_of_2021:
            claims = build.userinfo_of_2021(claims)
        told = faults.tell(faults.USERINFO, claims, call.armed)
        if behaviour.userinfo_signed:
            told |= {"iss": access.grant.issuer, "aud": access.grant.client_id}  # OpenID Connect Core 1.0 §5.3.2
            signed = await call.sandbox.crew.do(lambda: self._keys.signed(told, behaviour.key))
            return Reply(200, signed.encode(), "application/jwt", answers.NOT_KEPT)
        return answers.json_reply(told)

    async def introspect(self, call: Call) -> Reply:
        """``POST …/token/introspect``."""
        try:
            request, _ = clients.authenticated(call, rules.TOKEN_USE)
        except Refused as error:
            return answers.refused(call, error)
        try:
            access = answers.provider(call, self._keys).inspect(request.form.get("token") or "")
        except Refused as error:
            answers.note_refusal(call, error)
            return answers.json_reply({"active": False})
        asker = call.facts["client_id"]
        answers.note_grant(call, access.grant, access.identity)
        call.facts["client_id"] = asker
        return answers.json_reply(build.introspection(access.claims, access.identity))

    async def revoke(self, call: Call) -> Reply:
        """``POST …/revoke``: 200 for an authenticated client, also for a token that is none (RFC 7009 §2.2)."""
        try:
            request, client = clients.authenticated(call, rules.TOKEN_USE)
            revoked = answers.provider(call, self._keys).revoke(client.client_id, request.form.get("token") or "")
        except Refused as error:
            return answers.refused(call, error)
        if revoked is None:
            call.find(grants.INACTIVE, Hit("token"))
        return Reply(headers=answers.NOT_KEPT)

    # -- the token endpoint --------------------------------------------------------------------------------------

    async def _tokens(self, call: Call, request: BackChannelRequest, client: Client) -> Reply:
        form = request.form
        if call.armed(faults.INVALID_GRANT.id):
            return answers.oauth_error(call, "invalid_grant", "requested fault")
        provider = answers.provider(call, self._keys)
        grant = _granted(call, provider, client, form)
        shown = call.peer.certificate if call.facts["client_auth"] == clients.BY_CERTIFICATE else None
        thumbprint = build.thumbprint(shown.der) if shown else None
        minting = provider.tokens(grant, thumbprint=thumbprint)
        answers.note_grant(call, grant, minting.sign_in.identity)
        tokens = await call.sandbox.crew.do(minting.mint)
        return answers.json_reply(
            {
                "access_token": tokens.access_token,
                "expires_in": tokens.expires_in,
                "refresh_expires_in": tokens.refresh_expires_in,
                "refresh_token": tokens.refresh_token,
                "token_type": "Bearer",
                "id_token": tokens.id_token,
                "not-before-policy": 0,
                "session_state": tokens.session_state,
                "scope": tokens.scope,
            }
        )


def _granted(call: Call, provider: Provider, client: Client, form: Form) -> Grant:
    """The grant that the request's code, refresh token or CIBA request is worth. Raises what those raise."""
    grant_type = form.get("grant_type")
    if grant_type == names.GRANT_REFRESH:
        return provider.refresh(client.client_id, form.get("refresh_token") or "", form.words("scope"))
    if grant_type == names.GRANT_CIBA:
        if not client.ciba:
            raise Refused(NOT_ACTIVATED, Hit("client_id", client.client_id))
        return ciba.poll(provider, client.client_id, form.get("auth_req_id") or "", call.session.login)
    code, redirect_uri = form.get("code") or "", form.get("redirect_uri") or ""
    return provider.redeem(client.client_id, code, redirect_uri, form.get("code_verifier"))
