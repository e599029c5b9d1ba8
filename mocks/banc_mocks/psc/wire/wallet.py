"""The wallet host: authorization requests, the login page and its form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from banc_fixtures.population import population
from banc_mocks.psc import faults
from banc_mocks.psc.service import people
from banc_mocks.psc.service.keys import Keys
from banc_mocks.psc.service.provider import Provider, Refused, broken
from banc_mocks.psc.state import SsoSession
from banc_mocks.psc.wire import answers, pages
from banc_mocks.sandbox.call import Call
from banc_mocks.sandbox.http import Reply
from banc_standards.errors import BancError, Sentence
from banc_standards.psc import names
from banc_standards.psc.build import Means
from banc_standards.psc.read import AuthorizationRequest, Form, LoginForm
from banc_standards.psc.rules import authorization, forms, protection
from banc_standards.rules import Hit, Rule

LOGIN = names.WALLET_AUTHORIZATION + "/login"
"""Where the form posts, followed by the handle of the pending login."""

_UNKNOWN_PERSON = Sentence("Cet identifiant national est inconnu.", "This national identifier is unknown.")
_NO_ANSWER = Sentence(
    "La demande n'a pas reçu de réponse à temps. Vous pouvez réessayer.",
    "The request was not answered in time. You may try again.",
)
_OTHER_FORM = Sentence(
    "Ce qui a été envoyé n'est pas ce formulaire. Recommencez.", "What was sent is not this form. Start again."
)
_NO_LOGIN = Sentence(
    "Cette connexion n'est plus en attente : elle a abouti, ou la page est restée ouverte trop longtemps.",
    "This login does not wait any more: it was answered, or the page stayed open too long.",
)
_START_AGAIN = Sentence("Recommencez depuis votre logiciel.", "Start again from your software.")


@dataclass(frozen=True, slots=True)
class _Asked:
    """An authorization request that was accepted, and the issuer that was fixed when it arrived."""

    form: Form
    issuer: str
    query: str

    def back(self, call: Call, parameters: dict[str, str | None]) -> Reply:
        """The redirection to the service, with ``state`` and what else is told."""
        told = faults.tell(faults.CALLBACK, {"state": self.form.get("state")} | parameters, call.armed)
        address = self.form.get("redirect_uri") or ""
        if self.form.get("response_mode") == protection.FORM_POST:
            return pages.form_post(pages.language(call.headers.get("Accept-Language")), address, told)
        address = answers.with_parameters(address, told)
        return Reply(302, headers=[("Location", address), ("Cache-Control", "no-store")])

    def error(self, call: Call, code: str, description: str | None = None) -> Reply:
        """The redirection that refuses (OpenID Connect Core §3.1.2.6)."""
        call.outcome = "refused"
        call.code = code
        return self.back(call, {"error": code, "error_description": description, "iss": self.issuer})


class Wallet:
    """The handlers of the wallet host, and of the raw authorization endpoint of the realm."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    async def authorize(self, call: Call) -> Reply:
        """``GET /auth``."""
        return self._authorize(call)

    async def authorize_raw(self, call: Call) -> Reply:
        """``GET …/protocol/openid-connect/auth``: not for services, which the wallet serves."""
        return self._authorize(call)

    async def answer(self, call: Call) -> Reply:
        """The login form, posted by a person, a test or a driver."""
        login_id = call.path_parameters["login"]
        answers.move_to_holder(call, "pending", login_id)
        if _from_elsewhere(call):
            call.find(forms.FOREIGN_FORM, Hit("Origin", call.headers.get("Origin", "")))
            return _rule_page(call, forms.FOREIGN_FORM, 403)
        try:
            choice = answers.body(call)
        except Refused as error:
            return _refused_page(call, error)
        provider = answers.provider(call, self._keys)
        login = provider.pending(login_id)
        if login is None:
            call.find(forms.ANSWERED, Hit("login", login_id[:100]))
            return _error_page(call, _NO_LOGIN, _START_AGAIN, forms.ANSWERED.id)
        form = Form.decode(login.query)
        asked = _Asked(form, login.issuer, login.query)
        answers.note(call, client_id=form.get("client_id"))
        if call.judge((forms.OTHER_FORM,), LoginForm(call.media_type, choice)):
            call.outcome = "refused"
            call.code = forms.OTHER_FORM.code
            return _page(call, login.id, _OTHER_FORM, 400)
        means: Means = "CARD" if choice.get("means") == "CARD" else "MOBILE"
        outcome = choice.get("outcome") or "approve"
        return self._decide(call, provider, asked, choice.get("persona") or "", means, outcome, login.id)

    def _authorize(self, call: Call) -> Reply:
        try:
            form = answers.query(call)
        except Refused as error:
            return _refused_page(call, error)
        client = answers.client_of(call, form.get("client_id"))
        for name in ("redirect_uri", "scope", "acr_values", "prompt", "response_mode", "kc_idp_hint"):
            answers.note(call, **{name: form.get(name)})
        endpoint: Literal["wallet", "realm"] = "wallet" if call.head.listener == "wallet" else "realm"
        request = AuthorizationRequest(form, endpoint, answers.declared(client))
        rule = answers.first_rule(call.judge(authorization.ENDPOINT_AND_CLIENT, request))
        if rule is not None:
            call.code = rule.code
            return _rule_page(call, rule)
        asked = _Asked(form, answers.issuer(call), answers.raw_query(call))
        rule = answers.first_rule(call.judge(authorization.PARAMETERS, request))
        if rule is not None:
            return asked.error(call, rule.code, answers.described(rule))
        fault = call.armed(faults.CALLBACK_ERROR.id)
        if fault is not None:
            return asked.error(call, str(fault.parameters["error"]))
        return self._sign_in(call, asked)

    def _sign_in(self, call: Call, asked: _Asked) -> Reply:
        provider = answers.provider(call, self._keys)
        prompts = asked.form.words("prompt")
        sso = provider.signed_in(answers.sso_cookies(call))
        if sso is not None and (_too_old(asked, sso, provider.now) or {"login", "select_account"} & set(prompts)):
            sso = None
        auto = call.session.login
        if "none" in prompts:
            return asked.error(call, "login_required") if sso is None else self._grant(call, provider, asked, sso)
        if auto is not None:
            person = people.identity(auto.auto)
            if sso is not None and auto.outcome == "approve" and person is not None and person.idnat == sso.idnat:
                return self._grant(call, provider, asked, sso)
            return self._decide(call, provider, asked, auto.auto, auto.means, auto.outcome, None)
        if sso is not None:
            return self._grant(call, provider, asked, sso)
        return _page(call, provider.wait_for_user(asked.issuer, asked.query).id)

    def _decide(
        self,
        call: Call,
        provider: Provider,
        asked: _Asked,
        persona: str,
        means: Means,
        outcome: str,
        login_id: str | None,
    ) -> Reply:
        call.facts["means"] = means
        if outcome == "refuse":
            if login_id is not None:
                provider.records.answered(login_id)
            return asked.error(call, "access_denied")
        identity = people.identity(persona)
        if outcome == "timeout" and provider.behaviour.timeout_returns:
            if login_id is not None:
                provider.records.answered(login_id)
            return asked.error(call, "access_denied", _NO_ANSWER.en)
        if outcome == "timeout" or identity is None:
            call.outcome = "refused"
            call.code = "timeout" if outcome == "timeout" else "unknown_user"
            waiting = login_id or provider.wait_for_user(asked.issuer, asked.query).id
            return _page(call, waiting, _NO_ANSWER if outcome == "timeout" else _UNKNOWN_PERSON)
        if login_id is not None:
            provider.records.answered(login_id)
        sso = provider.sign_in(identity, means)
        reply = self._grant(call, provider, asked, sso)
        cookie = (
            f"{answers.sso_cookie_name(call)}={sso.id}.{sso.cookie}; Path={_cookie_path(call)}; HttpOnly; SameSite=Lax"
        )
        secure = "; Secure" if call.base_url("wallet").startswith("https:") else ""
        headers = [*reply.header_pairs()[1 if reply.body else 0 :], ("Set-Cookie", cookie + secure)]
        return Reply(reply.status, reply.body, reply.media_type, headers)

    def _grant(self, call: Call, provider: Provider, asked: _Asked, sso: SsoSession) -> Reply:
        form = asked.form
        grant = provider.grant(
            sso,
            client_id=form.get("client_id") or "",
            redirect_uri=form.get("redirect_uri") or "",
            issuer=asked.issuer,
            scope=form.get("scope") or "",
            nonce=form.get("nonce"),
            challenge=form.get("code_challenge"),
            challenge_method=form.get("code_challenge_method"),
        )
        answers.note_grant(call, grant, provider.person(sso))
        call.facts["means"] = sso.means
        return asked.back(call, {"session_state": sso.id, "iss": asked.issuer, "code": grant.code})


def refuse(call: Call, error: BancError) -> Reply:
    """A refusal of the framework, as a page."""
    reply = answers.framework_refusal(error)
    return pages.error(
        pages.language(call.headers.get("Accept-Language")), error.text, error.hint, error.code, reply.status
    )


def _page(call: Call, login_id: str, message: Sentence | None = None, status: int = 200) -> Reply:
    action = f"{call.base_url('wallet')}{LOGIN}/{login_id}"
    lang = pages.language(call.headers.get("Accept-Language"))
    return pages.login(lang, action, population().professionals, message, status)


def _error_page(call: Call, text: Sentence, hint: Sentence, code: str, status: int = 400) -> Reply:
    call.outcome = "refused"
    call.code = call.code or "invalid_request"
    return pages.error(pages.language(call.headers.get("Accept-Language")), text, hint, code, status)


def _refused_page(call: Call, error: Refused) -> Reply:
    answers.note_refusal(call, error)
    return _rule_page(call, error.rule)


def _rule_page(call: Call, rule: Rule, status: int = 400) -> Reply:
    return _error_page(call, broken(rule), rule.fix, rule.id, status)


def _too_old(asked: _Asked, sso: SsoSession, now: int) -> bool:
    max_age = asked.form.get("max_age")
    if max_age is None:
        return False
    return int(max_age) == 0 or now - sso.started > int(max_age)  # 0 is prompt=login (OpenID Connect Core §3.1.2.1)


def _from_elsewhere(call: Call) -> bool:
    """Whether a browser says that a form comes from another site (login CSRF); other clients say nothing."""
    origin = call.headers.get("Origin")
    if origin is None:
        return call.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")
    host = call.headers.get("Host")
    own = urlsplit(call.base_url("wallet"))
    return origin not in (f"https://{host}", f"http://{host}", f"{own.scheme}://{own.netloc}")


def _cookie_path(call: Call) -> str:
    return urlsplit(call.base_url("wallet")).path + "/"
