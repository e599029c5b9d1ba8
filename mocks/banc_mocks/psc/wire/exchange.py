"""The authorization server of a connected API: PSC's token in, the API's own out, bound to the caller's certificate.

One realm beside PSC's for each API, and a test resource that judges the binding as the API does.
"""

from __future__ import annotations

import base64
import hashlib

from banc_mocks.psc.service import api_tokens
from banc_mocks.psc.service.api_tokens import realm
from banc_mocks.psc.service.keys import Keys
from banc_mocks.psc.service.provider import Refused
from banc_mocks.psc.wire import answers, clients
from banc_mocks.sandbox.call import Call
from banc_mocks.sandbox.http import Reply
from banc_mocks.sandbox.settings import Client
from banc_standards.psc import build, names, read
from banc_standards.psc.read import BackChannelRequest, UserinfoRequest
from banc_standards.psc.rules import back_channel, exchange, grants
from banc_standards.rules import Hit

SIGNED = ("nationalId", "clientID", "proxy_session_id", "session_state")
_KIND = "exchanged"


class Exchange:
    """The handlers of one API's authorization server."""

    def __init__(self, keys: Keys, api: str) -> None:
        self._keys = keys
        self._api = api

    async def document(self, call: Call) -> Reply:
        """The discovery document of the realm."""
        issuer = self._issuer(call)
        return answers.json_reply(
            {
                "issuer": issuer,
                "token_endpoint": issuer + names.TOKEN,
                "introspection_endpoint": issuer + names.INTROSPECTION,
                "jwks_uri": issuer + names.JWKS,
                "grant_types_supported": [names.GRANT_EXCHANGE],
                "token_endpoint_auth_methods_supported": ["tls_client_auth"],
                "tls_client_certificate_bound_access_tokens": True,
            }
        )

    async def keys(self, call: Call) -> Reply:
        """The JWKS: the same keys as PSC's."""
        return answers.json_reply(self._keys.published(int(call.session.switch("psc.key"))))

    async def token(self, call: Call) -> Reply:
        """``POST …/token``: the exchange."""
        try:
            request, client = _certified(call)
            return await self._exchanged(call, request, client)
        except Refused as error:
            return answers.refused(call, error)

    async def introspect(self, call: Call) -> Reply:
        """``POST …/token/introspect``, for the API itself and for whoever holds a client's credentials."""
        try:
            request, _ = clients.authenticated(call, back_channel.TOKEN_USE)
        except Refused as error:
            return answers.refused(call, error)
        try:
            claims = api_tokens.alive(call, self._keys, request.form.get("token") or "", self._api)
        except Refused as error:
            call.find(grants.INACTIVE, error.hit or Hit("token"))
            return answers.json_reply({"active": False})
        return answers.json_reply(claims | {"active": True})

    async def sign(self, call: Call) -> Reply:
        """``POST …/signsessiondata``: the test resource of the proxy's conformity, which needs an exchanged token."""
        try:
            asked = UserinfoRequest(answers.authorization(call), answers.query(call), read.Form())
            api_tokens.bound(call, self._keys, asked.bearer or "", self._api)
        except Refused as error:
            return answers.refused(call, error)
        data = read.session_data(call.body, SIGNED)
        if data is None:
            call.find(exchange.NOT_THE_DATA, Hit("body", call.media_type, ", ".join(SIGNED)))
            call.outcome, call.code = "refused", exchange.NOT_THE_DATA.code
            return answers.json_reply({"code": "400", "message": ", ".join(SIGNED), "metadata": {}}, 400)
        digest = hashlib.sha256("|".join(data.values()).encode()).digest()
        return answers.json_reply(data | {"signature": base64.b64encode(digest).decode()})

    # -- decisions -----------------------------------------------------------------------------------------------

    async def _exchanged(self, call: Call, request: BackChannelRequest, client: Client) -> Reply:
        form, provider = request.form, answers.provider(call, self._keys)
        for audience in form.all("audience"):
            if audience in api_tokens.APIS and audience != self._api:
                raise Refused(exchange.OTHER_TARGET, Hit("audience", audience, self._api))
        try:
            subject = provider.access(form.get("subject_token") or "")
        except Refused as error:
            raise Refused(exchange.BAD_SUBJECT, error.hit or Hit("subject_token")) from None
        clients.unbound(call, subject)
        answers.note_grant(call, subject.grant, subject.identity)
        call.facts |= {"client_id": client.client_id, "api": self._api, "scope": form.get("scope") or ""}
        jti = str(subject.claims["jti"])
        if call.get(_KIND, jti) is not None:
            call.find(exchange.USED_TWICE, Hit("subject_token", f"jti {jti}"))
        shown, behaviour = call.peer.certificate, provider.behaviour
        assert shown is not None
        bind = build.hexadecimal_thumbprint if behaviour.hexadecimal_cnf else build.thumbprint
        claims = build.exchanged_token(
            subject.claims,
            issuer=self._issuer(call),
            audience=self._api,
            client_id=client.client_id,
            scope=form.get("scope") or "",
            now=provider.now,
            lifetime_s=behaviour.exchange_s,
            jti=provider.new_id(),
            thumbprint=bind(shown.der),
        )
        call.put(_KIND, jti, claims["jti"])
        call.put(api_tokens.KIND, claims["jti"], {"client_id": client.client_id, "expires": claims["exp"]})
        token = await call.sandbox.crew.do(lambda: self._keys.signed(claims, behaviour.key))
        return answers.json_reply(
            {
                "access_token": token,
                "issued_token_type": names.TOKEN_TYPE_ACCESS,
                "token_type": "Bearer",
                "expires_in": behaviour.exchange_s,
                "session_state": subject.grant.sso,
                "scope": claims["scope"],
            }
        )

    def _issuer(self, call: Call) -> str:
        return call.base_url("psc") + realm(self._api)


def _certified(call: Call) -> tuple[BackChannelRequest, Client]:
    """The request and its client, proved by the certificate only. Raises :class:`Refused`."""
    request = BackChannelRequest(
        form=answers.body(call),
        query=answers.query(call),
        media_type=call.media_type,
        origin=call.headers.get("Origin"),
        basic=read.basic(answers.authorization(call)),
        certificate=call.peer.certificate is not None,
    )
    client = answers.client_of(call, request.client_id)
    answers.note(call, grant_type=request.form.get("grant_type"))
    rule = answers.first_rule(call.judge(exchange.REQUEST, request))
    if rule is not None:
        raise Refused(rule)
    if client is None or not request.certificate:
        raise Refused(back_channel.UNAUTHENTICATED, Hit("TLS" if client else "client_id", "", "AUTH_CLI"))
    clients.authenticate_certificate(call, client)
    call.facts["client_auth"] = clients.BY_CERTIFICATE
    return request, client
