"""Each rule over a relying party's requests: one request that keeps it, one that breaks it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from banc_standards.psc import rules
from banc_standards.psc.read import (
    AuthorizationRequest,
    BackChannelRequest,
    CalledHost,
    Client,
    Form,
    LoginForm,
    LogoutRequest,
    UserinfoRequest,
)
from banc_standards.psc.rules import authorization, back_channel, ciba, exchange, forms, hosts, logout, protection
from banc_standards.rules import Registry, Rule, holds

RANDOM = "q3vC0m8mJkq0n4yQ3aQ2sw"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
CLIENT = Client("dossier-plus", ("https://example.test/callback",), ("https://example.test/bye",))
GOOD = {
    "response_type": "code",
    "client_id": "dossier-plus",
    "redirect_uri": "https://example.test/callback",
    "scope": "openid scope_all",
    "acr_values": "eidas1",
    "state": RANDOM,
    "nonce": RANDOM[::-1],
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


def authorization_request(**changed: str | None) -> AuthorizationRequest:
    parameters = {name: value for name, value in (GOOD | changed).items() if value is not None}
    return AuthorizationRequest(Form(parameters.items()), client=CLIENT)


def token_request(**changed: str | None) -> BackChannelRequest:
    parameters = {
        "grant_type": "authorization_code",
        "code": "abc",
        "redirect_uri": "https://example.test/callback",
        "client_id": "dossier-plus",
    } | changed
    pairs = [(name, value) for name, value in parameters.items() if value is not None]
    return BackChannelRequest(Form(pairs), Form(), media_type=back_channel.FORM, certificate=True)


def logout_request(hint: dict[str, Any] | None, **parameters: str) -> LogoutRequest:
    return LogoutRequest(Form(parameters.items()), hint=hint, client=CLIENT)


def posted(*more: tuple[str, str]) -> LoginForm:
    return LoginForm(forms.ENCODED, Form([("persona", "899900000011"), *more]))


def ciba_request(**changed: str | None) -> BackChannelRequest:
    parameters = {
        "scope": "openid scope_all",
        "login_hint": "899900000011",
        "binding_message": "07",
        "acr_values": "eidas1",
        "channel": "MOBILE",
    } | changed
    pairs = [(name, value) for name, value in parameters.items() if value is not None]
    return BackChannelRequest(Form(pairs), Form(), media_type=back_channel.FORM)


def on_ciba(rule: Rule, at: str, **changed: str | None) -> Case:
    return Case(rule, ciba_request(), ciba_request(**changed), at)


def exchange_request(**changed: str | None) -> BackChannelRequest:
    parameters = {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "client_id": "dossier-plus",
        "subject_token": "a.b.c",
        "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
        "scope": "dmp.depot",
    } | changed
    pairs = [(name, value) for name, value in parameters.items() if value is not None]
    return BackChannelRequest(Form(pairs), Form(), media_type=back_channel.FORM, certificate=True)


def on_exchange(rule: Rule, at: str, **changed: str | None) -> Case:
    return Case(rule, exchange_request(), exchange_request(**changed), at)


HINT = {"azp": "dossier-plus"}
TOKEN = token_request()
QUIET = UserinfoRequest("Bearer x", Form(), Form())


@dataclass(frozen=True)
class Case:
    rule: Rule
    kept: Any
    broken: Any
    at: str


def on_authorization(rule: Rule, at: str, **changed: str | None) -> Case:
    return Case(rule, authorization_request(), authorization_request(**changed), at)


CASES = [
    Case(
        authorization.UNKNOWN_CLIENT,
        authorization_request(),
        replace(authorization_request(client_id="nobody"), client=None),
        "client_id",
    ),
    on_authorization(authorization.UNDECLARED_REDIRECT, "redirect_uri", redirect_uri="https://example.test/callback/"),
    on_authorization(authorization.CLEAR_REDIRECT, "redirect_uri", redirect_uri="http://example.test/callback"),
    on_authorization(authorization.LOOPBACK_REDIRECT, "redirect_uri", redirect_uri="http://127.0.0.1:3000/callback"),
    on_authorization(authorization.NO_RESPONSE_TYPE, "response_type", response_type=None),
    on_authorization(authorization.OTHER_RESPONSE_TYPE, "response_type", response_type="code id_token"),
    on_authorization(authorization.MISSING_SCOPE, "scope", scope="openid"),
    on_authorization(authorization.UNKNOWN_SCOPE, "scope", scope="openid scope_all scope_9"),
    on_authorization(authorization.NO_ACR, "acr_values", acr_values=None),
    on_authorization(authorization.TOLERATED_ACR, "acr_values", acr_values="eidas2"),
    on_authorization(authorization.OTHER_ACR, "acr_values", acr_values="0"),
    on_authorization(authorization.ACR_TYPO, "acr", acr="eidas1", acr_values=None),
    on_authorization(protection.NO_STATE, "state", state=None),
    on_authorization(protection.WEAK_STATE, "state", state="1234567890"),
    on_authorization(protection.NO_NONCE, "nonce", nonce=None),
    on_authorization(protection.WEAK_NONCE, "nonce", nonce="20260101120000"),
    on_authorization(protection.NO_PKCE, "code_challenge", code_challenge=None, code_challenge_method=None),
    on_authorization(protection.PLAIN_PKCE, "code_challenge_method", code_challenge_method="plain"),
    on_authorization(protection.BAD_PKCE, "code_challenge", code_challenge="short"),
    on_authorization(protection.OTHER_RESPONSE_MODE, "response_mode", response_mode="fragment"),
    on_authorization(protection.BAD_PROMPT, "prompt", prompt="none login"),
    Case(
        authorization.RAW_REALM,
        authorization_request(),
        replace(authorization_request(), endpoint="realm"),
        "authorization_endpoint",
    ),
    Case(
        authorization.REPEATED,
        authorization_request(),
        AuthorizationRequest(Form([*GOOD.items(), ("scope", "openid")]), client=CLIENT),
        "scope",
    ),
    Case(
        authorization.REPEATED_ADDRESS,
        authorization_request(),
        AuthorizationRequest(Form([*GOOD.items(), ("redirect_uri", "https://example.test/other")]), client=CLIENT),
        "redirect_uri",
    ),
    on_authorization(protection.REQUEST_OBJECT, "request", request="a.b.c"),
    on_authorization(protection.REQUEST_ADDRESS, "request_uri", request_uri="https://example.test/request"),
    Case(back_channel.NOT_A_FORM, TOKEN, replace(TOKEN, media_type="application/json"), "Content-Type"),
    Case(back_channel.IN_ADDRESS, TOKEN, replace(TOKEN, query=Form([("client_secret", "s")])), "query/client_secret"),
    Case(back_channel.IN_ADDRESS, QUIET, replace(QUIET, query=Form([("access_token", "x")])), "query/access_token"),
    Case(back_channel.FROM_BROWSER, TOKEN, replace(TOKEN, origin="https://spa.example.test"), "Origin"),
    Case(
        back_channel.REPEATED,
        TOKEN,
        replace(TOKEN, form=Form([("code", "a"), ("code", "b")])),
        "code",
    ),
    Case(
        back_channel.TWO_AUTHENTICATIONS,
        replace(TOKEN, basic=("dossier-plus", "s")),
        replace(token_request(client_secret="s"), basic=("dossier-plus", "s")),
        "client_secret",
    ),
    Case(back_channel.SIGNED_ASSERTION, TOKEN, token_request(client_assertion="x.y.z"), "client_assertion"),
    Case(back_channel.NO_CERTIFICATE, TOKEN, replace(TOKEN, certificate=False), "TLS"),
    Case(back_channel.NO_GRANT_TYPE, TOKEN, token_request(grant_type=None), "grant_type"),
    Case(back_channel.OTHER_GRANT_TYPE, TOKEN, token_request(grant_type="password"), "grant_type"),
    Case(back_channel.MISSING_PARAMETER, TOKEN, token_request(code=None), "code"),
    Case(
        back_channel.SHORT_VERIFIER,
        token_request(code_verifier=CHALLENGE),
        token_request(code_verifier=CHALLENGE[1:]),
        "code_verifier",
    ),
    Case(back_channel.NO_TOKEN, token_request(token="a.b.c"), TOKEN, "token"),
    on_ciba(ciba.MISSING_SCOPE, "scope", scope="openid"),
    on_ciba(ciba.NO_HINT, "login_hint", login_hint=None),
    on_ciba(ciba.OTHER_HINT, "id_token_hint", id_token_hint="a.b.c"),
    on_ciba(ciba.NO_BINDING, "binding_message", binding_message=None),
    on_ciba(ciba.BAD_BINDING, "binding_message", binding_message="7"),
    on_ciba(ciba.NO_CHANNEL, "channel", channel=None),
    on_ciba(ciba.BAD_CHANNEL, "channel", channel="mobile"),
    on_ciba(ciba.NO_ACR, "acr_values", acr_values=None),
    on_ciba(ciba.OTHER_ACR, "acr_values", acr_values="0"),
    on_ciba(ciba.UNOFFERED_DELIVERY, "client_notification_token", client_notification_token="x"),
    on_ciba(ciba.SIGNED_REQUEST, "request", request="a.b.c"),
    on_exchange(exchange.OTHER_RESULT, "requested_token_type", requested_token_type="autre"),
    on_exchange(exchange.OTHER_ISSUER, "subject_issuer", subject_issuer="autre"),
    on_exchange(exchange.OTHER_GRANT, "grant_type", grant_type="password"),
    on_exchange(exchange.MISSING, "subject_token", subject_token=None),
    on_exchange(exchange.OTHER_TYPE, "subject_token_type", subject_token_type="autre"),
    on_exchange(exchange.NO_SCOPE, "scope", scope=None),
    on_exchange(exchange.SECRET, "client_secret", client_secret="s"),
    Case(logout.UNIDENTIFIED, logout_request(HINT, id_token_hint="x"), logout_request(None), "id_token_hint"),
    Case(
        logout.FOREIGN_HINT,
        logout_request(HINT, id_token_hint="x"),
        logout_request(None, id_token_hint="x"),
        "id_token_hint",
    ),
    Case(
        logout.UNDECLARED_RETURN,
        logout_request(HINT, post_logout_redirect_uri="https://example.test/bye"),
        logout_request(HINT, post_logout_redirect_uri="https://example.test/bye?x=1"),
        "post_logout_redirect_uri",
    ),
    Case(
        logout.OTHER_CLIENT,
        logout_request(HINT, client_id="dossier-plus"),
        logout_request(HINT, client_id="somebody-else"),
        "client_id",
    ),
    Case(
        logout.REPEATED,
        logout_request(HINT, state="a"),
        replace(logout_request(HINT), form=Form([("state", "a"), ("state", "b")])),
        "state",
    ),
    Case(
        back_channel.TWO_TOKENS,
        QUIET,
        replace(QUIET, form=Form([("access_token", "x")])),
        "access_token",
    ),
    Case(hosts.OBSOLETE, CalledHost("auth.bas.psc.esante.gouv.fr"), CalledHost("auth.bas.esw.esante.gouv.fr"), "Host"),
    Case(
        hosts.UNKNOWN,
        CalledHost("localhost", frozenset({"localhost"})),
        CalledHost("attaquant.test", frozenset({"localhost"})),
        "Host",
    ),
    Case(forms.OTHER_FORM, posted(), posted(("persona", "b")), "persona"),
    Case(forms.OTHER_FORM, posted(("means", "CARD")), posted(("means", "PIGEON")), "means"),
    Case(forms.OTHER_FORM, posted(("outcome", "timeout")), posted(("outcome", "maybe")), "outcome"),
    Case(forms.OTHER_FORM, posted(), replace(posted(), media_type="application/json"), "Content-Type"),
]


def case_name(case: Case) -> str:
    return case.rule.id


@pytest.mark.parametrize("case", CASES, ids=case_name)
def test_a_request_that_keeps_the_rule_has_no_finding(case: Case) -> None:
    assert list(case.rule.judge(case.kept)) == []


@pytest.mark.parametrize("case", CASES, ids=case_name)
def test_a_request_that_breaks_the_rule_has_one_finding_at_its_place(case: Case) -> None:
    found = list(case.rule.judge(case.broken, "en"))

    assert [finding.location for finding in found] == [case.at]
    assert found[0].message == case.rule.text.en


def test_every_rule_that_reads_a_request_is_in_the_table() -> None:
    judged_elsewhere = {rule for rule in rules.RULES if rule.check is holds}

    assert {case.rule for case in CASES} | judged_elsewhere == set(rules.RULES)


def test_rules_form_one_registry() -> None:
    registry = Registry(rules.RULES)

    assert forms.UNREADABLE.id in registry
    assert all(rule.clause and rule.fix.fr and rule.fix.en for rule in registry.values())


def test_a_rule_that_refuses_names_the_error_of_the_protocol() -> None:
    refusing = [rule for rule in rules.RULES if rule.severity == "error"]

    assert [rule.id for rule in refusing if not rule.code] == []


@pytest.mark.parametrize(
    ("value", "enough"),
    [
        (RANDOM, True),
        ("5f0c1f0e-0000-4000-8000-000000000001", True),
        ("0123456789abcdef0123456789abcdef", True),
        ("0123456789abcdef", False),
        ("", False),
    ],
)
def test_entropy_is_bounded_by_length_and_alphabet(value: str, enough: bool) -> None:
    assert (protection.most_entropy(value) >= protection.ENOUGH_BITS) is enough


@pytest.mark.parametrize("verifier", ["a" * 42, "a" * 129, "é" * 43, "a b" * 20, "a" * 43 + "\n"])
def test_a_verifier_is_long_and_plain(verifier: str) -> None:
    assert list(back_channel.SHORT_VERIFIER.judge(token_request(code_verifier=verifier)))


@pytest.mark.parametrize(
    ("rule", "name"),
    [(authorization.UNKNOWN_SCOPE, "scope"), (authorization.OTHER_ACR, "acr_values"), (ciba.OTHER_ACR, "acr_values")],
)
def test_a_flood_of_words_has_few_findings(rule: Rule, name: str) -> None:
    same, different = "a " * 20_000, " ".join(f"{rank:0200}" for rank in range(20_000))

    found = [list(rule.judge(authorization_request(**{name: flood}))) for flood in (same, different)]

    assert [len(findings) for findings in found] == [1, 10]
    assert all(len(finding.found) <= 100 for finding in found[1])


def test_words_are_separated_by_spaces_only() -> None:
    separators = ["\t", "\n", "\u00a0", ","]
    requests = [authorization_request(scope=f"openid{separator}scope_all") for separator in separators]

    assert all(list(authorization.MISSING_SCOPE.judge(request)) for request in requests)


def test_an_exchange_may_name_several_audiences_and_nothing_else_twice() -> None:
    repeated = exchange.REQUEST[1]
    several, twice = (
        replace(exchange_request(), form=Form([(name, "a"), (name, "b")])) for name in ("audience", "scope")
    )

    assert repeated.id == back_channel.REPEATED.id
    assert list(repeated.judge(several)) == []
    assert [finding.location for finding in repeated.judge(twice)] == ["scope"]


@pytest.mark.parametrize("uri", ["http://[broken", "https://example.test", ""])
def test_a_redirect_that_is_no_address_is_not_a_local_one(uri: str) -> None:
    assert list(authorization.LOOPBACK_REDIRECT.judge(authorization_request(redirect_uri=uri))) == []
