"""The end of a session, asked by a service: by the browser, or from its server."""

from __future__ import annotations

from banc_mocks.psc.service.keys import Keys
from banc_mocks.psc.service.provider import Provider, Refused, broken
from banc_mocks.psc.wire import answers, clients, pages
from banc_mocks.psc.wire.notifying import Notifier
from banc_mocks.sandbox.call import Call
from banc_mocks.sandbox.http import Reply
from banc_standards.psc.read import Form, LogoutRequest
from banc_standards.psc.rules import back_channel
from banc_standards.psc.rules import logout as rules
from banc_standards.rules import Rule


class Logout:
    """The handlers of the logout endpoint."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._notifier = Notifier(keys)

    async def by_browser(self, call: Call) -> Reply:
        """``GET …/logout``."""
        try:
            return self._logout(call, answers.query(call))
        except Refused as error:
            return _refused(call, error)

    async def by_server(self, call: Call) -> Reply:
        """``POST …/logout``: the same parameters in a form, or a refresh token and the client's credentials."""
        try:
            form = answers.body(call)
            if form.get("refresh_token") is None or form.get("id_token_hint") is not None:
                return self._logout(call, form)
        except Refused as error:
            return _refused(call, error)
        try:
            return self._by_refresh_token(call)
        except Refused as error:
            return answers.refused(call, error)

    def _logout(self, call: Call, form: Form) -> Reply:
        hint = self._keys.read_hint(form.get("id_token_hint") or "")
        if hint is not None:
            answers.move_to_holder(call, "sso", str(hint["sid"]))
        client = answers.client_of(call, str(hint["azp"]) if hint else form.get("client_id"))
        rule = answers.first_rule(call.judge(rules.RULES, LogoutRequest(form, hint, answers.declared(client))))
        if rule is not None:
            return _refusal_page(call, rule)
        provider = answers.provider(call, self._keys)
        by_cookie = provider.signed_in(answers.sso_cookies(call))
        if hint is not None:
            self._close(call, provider, str(hint["sid"]), str(hint["iss"]))
        elif by_cookie is not None:
            self._close(call, provider, by_cookie.id, answers.issuer(call))
        address = form.get("post_logout_redirect_uri")
        if address is not None:
            back = answers.with_parameters(address, {"state": form.get("state")})
            return Reply(302, headers=[("Location", back), ("Cache-Control", "no-store")])
        return pages.closed(pages.language(call.headers.get("Accept-Language")))

    def _by_refresh_token(self, call: Call) -> Reply:
        request, client = clients.authenticated(call, back_channel.CLIENT_REQUEST)
        provider = answers.provider(call, self._keys)
        grant = provider.held_by(client.client_id, request.form.get("refresh_token") or "")
        self._close(call, provider, grant.sso, grant.issuer)
        return Reply(204, headers=answers.NOT_KEPT)

    def _close(self, call: Call, provider: Provider, sso_id: str, issuer: str) -> None:
        before = provider.records.sso(sso_id)
        sso = provider.close(sso_id)
        if sso is not None and before is not None:
            subject = provider.person(sso).sub
            answers.note(call, professional=sso.idnat, subject=subject, session_state=sso.id)
            if not before.closed:
                self._notifier.tell(call, provider, sso, issuer)


def _refused(call: Call, error: Refused) -> Reply:
    answers.note_refusal(call, error)
    return _refusal_page(call, error.rule)


def _refusal_page(call: Call, rule: Rule) -> Reply:
    call.outcome = "refused"
    call.code = rule.code
    return pages.error(pages.language(call.headers.get("Accept-Language")), broken(rule), rule.fix, rule.id)
