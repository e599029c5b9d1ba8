"""Requests that no careful service sends: each gets its documented error, the finding of a rule, a journal entry."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from banc_standards.psc import build

from .conftest import CALLBACK, Bench, Ciba, Login, callback, claims_of
from .test_attacks import error, told
from .test_clients import certified, grant_form, token_endpoint
from .test_exchange import DATA, ask, server

BACK_CHANNEL = [
    ("token_endpoint", "psc.token"),
    ("introspection_endpoint", "psc.introspection"),
    ("revocation_endpoint", "psc.revocation"),
    ("end_session_endpoint", "psc.logout"),
    ("backchannel_authentication_endpoint", "psc.ciba"),
]
COMPLETE = {
    "grant_type": "refresh_token",
    "refresh_token": "x",
    "token": "x",
    "scope": "openid scope_all",
    "login_hint": "899900000011",
    "binding_message": "42",
    "acr_values": "eidas1",
    "channel": "MOBILE",
}


# -- client authentication ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "operation"), BACK_CHANNEL)
@pytest.mark.parametrize("header", ["Basic é".encode(), b"Basic \xff", b"Basic !", b"Basic QQ", b"Basic"])
def test_credentials_that_cannot_be_read(bench: Bench, name: str, operation: str, header: bytes) -> None:
    answer = bench.http().post(bench.document()[name], data=COMPLETE, headers={"Authorization": header})

    assert error(answer) == (401, "invalid_client")
    assert told(bench.last(operation)) >= ("refused", {"PSC-TOK-005"})


@pytest.mark.parametrize("wrong_first", [True, False])
def test_two_authorization_headers_are_none(bench: Bench, login: Login, wrong_first: bool) -> None:
    right, wrong = (httpx.BasicAuth(bench.client_id, secret)._auth_header for secret in (bench.client_secret, "wrong"))
    shown = [wrong, right] if wrong_first else [right, wrong]

    answer = bench.http().post(
        token_endpoint(bench), data=grant_form(login), headers=[("Authorization", one) for one in shown]
    )

    assert error(answer) == (401, "invalid_client")


def test_two_bearer_tokens_are_none(bench: Bench, login: Login) -> None:
    headers = [("Authorization", f"Bearer {login.tokens()['access_token']}"), ("Authorization", "Bearer x")]

    assert error(bench.http().get(bench.document()["userinfo_endpoint"], headers=headers)) == (401, "invalid_token")


# -- authorization --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_who_says_twice_where_the_answer_goes_gets_a_page(bench: Bench, login: Login, name: str) -> None:
    parameters = login.parameters()
    endpoint = bench.document()["authorization_endpoint"]

    answer = login.browser.get(endpoint, params=[*parameters.items(), (name, parameters[name])])

    assert (answer.status_code, "Location" in answer.headers) == (400, False)
    assert told(bench.last("psc.authorization")) == ("refused", {"PSC-AUT-024"})


@pytest.mark.parametrize(("name", "rule"), [("request", "PSC-AUT-025"), ("request_uri", "PSC-AUT-026")])
def test_parameters_are_in_the_request_itself(bench: Bench, login: Login, name: str, rule: str) -> None:
    assert callback(login.ask(**{name: "https://attaquant.test/r"}))["error"] == f"{name}_not_supported"
    assert told(bench.last("psc.authorization")) == ("refused", {rule})


@pytest.mark.parametrize("state", ["%00", "a%", "%zz", "%ff"])
def test_a_state_that_cannot_be_read_gets_a_page(bench: Bench, login: Login, state: str) -> None:
    parameters = httpx.QueryParams(login.parameters(state=None))

    answer = login.browser.get(f"{bench.document()['authorization_endpoint']}?{parameters}&state={state}")

    assert (answer.status_code, "Location" in answer.headers) == (400, False)
    assert told(bench.last("psc.authorization")) == ("refused", {"PSC-FRM-001"})


def test_a_login_form_is_answered_once(bench: Bench, login: Login) -> None:
    bench.tell("DELETE", "login")
    action = login.ask().text.partition('action="')[2].partition('"')[0]
    choice = {"persona": "899900000011", "means": "MOBILE", "outcome": "approve"}

    first, again = login.browser.post(action, data=choice), login.browser.post(action, data=choice)

    assert callback(first)["code"]
    assert again.status_code == 400
    assert told(bench.last("psc.login")) == ("refused", {"PSC-FRM-004"})


@pytest.mark.parametrize(
    "uri",
    ["https://a.test/c#f", "javascript:alert(1)", "/c"],
)
@pytest.mark.parametrize("name", ["redirect_uris", "post_logout_uris"])
def test_an_address_that_cannot_be_come_back_to_is_not_declared(bench: Bench, uri: str, name: str) -> None:
    answer = bench.control.post(
        f"/control/v1/sessions/{bench.session}/clients", json={"client_id": "autre", name: [uri]}
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "CLIENT-001")


# -- tokens ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verifier", ["a", "a" * 42, "a" * 129, "é" * 43])
def test_a_verifier_of_another_shape_proves_nothing(bench: Bench, login: Login, verifier: str) -> None:
    challenge = build._base64url(hashlib.sha256(verifier.encode("ascii", "replace")).digest())

    answer = login.redeem(login.code(code_challenge=challenge), code_verifier=verifier)

    assert error(answer) == (400, "invalid_grant")
    assert "PSC-TOK-022" in told(bench.last("psc.token"))[1]


def test_a_lenient_session_takes_a_short_verifier_and_tells(lenient: Bench) -> None:
    lenient.approve()
    login = Login(lenient, lenient.http())

    assert login.redeem(login.code(code_challenge=build.challenge("a")), code_verifier="a").status_code == 200
    assert "PSC-TOK-022" in told(lenient.last("psc.token"))[1]


@pytest.mark.parametrize("scope", ["openid scope_all email", "scope_9", "openid\tscope_all"])
def test_a_refresh_does_not_widen_its_scope(bench: Bench, login: Login, scope: str) -> None:
    tokens = login.tokens()

    assert error(login.refresh(tokens["refresh_token"], scope=scope)) == (400, "invalid_scope")
    assert "PSC-TOK-020" in told(bench.last("psc.token"))[1]
    assert login.refresh(tokens["refresh_token"]).status_code == 200


def test_a_refresh_may_ask_for_less_without_losing_the_rest(login: Login) -> None:
    narrowed = login.refresh(login.tokens()["refresh_token"], scope="openid").json()
    whole = login.refresh(narrowed["refresh_token"]).json()

    assert (narrowed["scope"], claims_of(narrowed["access_token"])["scope"]) == ("openid", "openid")
    assert whole["scope"] == "openid scope_all"


@pytest.mark.parametrize(("name", "operation"), BACK_CHANNEL[1:3])
@pytest.mark.parametrize("form", [{"token": ""}, {"token_type_hint": "access_token"}])
def test_a_token_is_needed_to_tell_of_it(bench: Bench, name: str, operation: str, form: dict[str, str]) -> None:
    answer = bench.http().post(bench.document()[name], data=form, auth=(bench.client_id, bench.client_secret))

    assert error(answer) == (400, "invalid_request")
    assert told(bench.last(operation)) == ("refused", {"PSC-TOK-019"})


@pytest.mark.parametrize(("name", "operation"), BACK_CHANNEL[1:3])
def test_a_dead_token_is_told(bench: Bench, login: Login, name: str, operation: str) -> None:
    form = {"token": login.tokens()["id_token"]}

    answer = bench.http().post(bench.document()[name], data=form, auth=(bench.client_id, bench.client_secret))

    assert answer.status_code == 200
    assert told(bench.last(operation)) == ("accepted", {"PSC-TOK-023"})


def test_a_token_that_has_expired_is_inactive_and_told_so(bench: Bench, login: Login) -> None:
    form = {"token": login.tokens()["access_token"]}
    bench.later(121)

    answer = bench.http().post(
        bench.document()["introspection_endpoint"], data=form, auth=(bench.client_id, bench.client_secret)
    )

    assert answer.json() == {"active": False}
    assert bench.last("psc.introspection")["findings"][-1]["location"] == "exp"


# -- CIBA -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "expected", "rule"),
    [
        ({"scope": "openid scope_all scope_9"}, "invalid_scope", "PSC-AUT-008"),
        ({"scope": "openid\tscope_all"}, "invalid_scope", "PSC-CIB-002"),
        ({"request": "a.b.c"}, "invalid_request", "PSC-CIB-016"),
        ({"login_hint": "P01"}, "unknown_user_id", "PSC-CIB-011"),
        ({"login_hint": "99900000011"}, "unknown_user_id", "PSC-CIB-011"),
        ({"login_hint": "899900000011 "}, "unknown_user_id", "PSC-CIB-011"),
        ({"binding_message": "٤٢"}, "invalid_binding_message", "PSC-CIB-006"),
        ({"binding_message": "42\n"}, "invalid_binding_message", "PSC-CIB-006"),
        ({"binding_message": "4" * 9_000}, "invalid_binding_message", "PSC-CIB-006"),
    ],
)
def test_a_ciba_request_out_of_shape(bench: Bench, changed: dict[str, str], expected: str, rule: str) -> None:
    bench.declare(ciba=True)

    assert error(Ciba(bench).ask(**changed)) == (400, expected)
    assert rule in told(bench.last("psc.ciba"))[1]


def test_a_higher_level_is_remarked_in_ciba_too(bench: Bench) -> None:
    bench.declare(ciba=True)

    assert Ciba(bench).ask(acr_values="eidas2").status_code == 200
    assert told(bench.last("psc.ciba")) == ("accepted", {"PSC-AUT-010"})


def test_a_client_without_ciba_does_not_poll(bench: Bench) -> None:
    bench.declare(ciba=True)
    asked = Ciba(bench).asked()
    bench.declare(ciba=False)

    assert error(Ciba(bench).poll(asked)) == (400, "unauthorized_client")
    assert "PSC-CIB-001" in told(bench.last("psc.token"))[1]


def test_nobody_answers_a_request_that_has_expired(bench: Bench) -> None:
    bench.declare(ciba=True)
    asked = Ciba(bench).asked()
    bench.later(121)

    answer = bench.control.post(f"/control/v1/sessions/{bench.session}/ciba/{asked}", json={"outcome": "approve"})

    assert (answer.status_code, answer.json()["code"]) == (422, "CIBA-002")


# -- the exchange ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "expected", "rule"),
    [
        ({"audience": "insi"}, (400, "invalid_target"), "PSC-EXC-011"),
        (
            {"requested_token_type": "urn:ietf:params:oauth:token-type:id_token"},
            (400, "invalid_request"),
            "PSC-EXC-010",
        ),
        ({"client_assertion": "a.b.c"}, (401, "invalid_client"), "PSC-TOK-007"),
        ({"scope": "  "}, (400, "invalid_scope"), "PSC-EXC-004"),
        ({"scope": ["a", "b"]}, (400, "invalid_request"), "PSC-TOK-004"),
    ],
)
def test_an_exchange_out_of_shape(
    bench: Bench, login: Login, tmp_path: Path, changed: Any, expected: tuple[int, str], rule: str
) -> None:
    caller, _ = certified(bench, tmp_path)

    assert error(ask(bench, caller, login.tokens()["access_token"], **changed)) == expected
    assert rule in told(bench.last("psc.exchange"))[1]


@pytest.mark.parametrize(
    ("changed", "rules"),
    [({"audience": ["dmp", "autre"]}, set()), ({"subject_issuer": "autre"}, {"PSC-EXC-012"})],
)
def test_an_exchange_that_is_let_through(
    bench: Bench, login: Login, tmp_path: Path, changed: Any, rules: set[str]
) -> None:
    caller, _ = certified(bench, tmp_path)

    assert ask(bench, caller, login.tokens()["access_token"], **changed).status_code == 200
    assert told(bench.last("psc.exchange")) == ("accepted", rules)


def test_a_bound_token_names_its_certificate_to_who_asks(bench: Bench, login: Login, tmp_path: Path) -> None:
    bench.declare(auth_method="both")
    owner, _ = certified(bench, tmp_path)
    other, _ = certified(bench, tmp_path)
    token = owner.post(token_endpoint(bench), data=grant_form(login, client_id=bench.client_id)).json()["access_token"]

    form = {"token": token, "client_id": bench.client_id}
    seen = owner.post(bench.document()["introspection_endpoint"], data=form).json()
    exchanged = ask(bench, other, token)

    assert seen["cnf"] == claims_of(token)["cnf"]
    assert exchanged.status_code == 200
    assert told(bench.last("psc.exchange")) == ("accepted", {"PSC-UIN-002"})


@pytest.mark.parametrize("body", [b"[" * 60_000, json.dumps(DATA | {"nationalId": "\ud800"}).encode(), b"[]"])
def test_what_is_to_be_signed_cannot_be_read(bench: Bench, login: Login, tmp_path: Path, body: bytes) -> None:
    caller, _ = certified(bench, tmp_path)
    token = ask(bench, caller, login.tokens()["access_token"]).json()["access_token"]

    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    answer = caller.post(server(bench)["issuer"] + "/signsessiondata", content=body, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (400, "400")
    assert told(bench.last("psc.api_call")) == ("refused", {"PSC-EXC-013"})


def test_a_callback_is_still_declared_to_the_letter(bench: Bench, login: Login) -> None:
    bench.declare(redirect_uris=[CALLBACK.replace("https", "HTTPS")])

    answer = login.browser.get(
        bench.document()["authorization_endpoint"],
        params=login.parameters(redirect_uri=CALLBACK.replace("https", "HTTPS")),
    )

    assert "code=" in answer.headers["Location"]
    assert login.ask().status_code == 400


@pytest.mark.parametrize(
    ("name", "method", "allowed"),
    [
        ("token_endpoint", "GET", "POST"),
        ("token_endpoint", "OPTIONS", "POST"),
        ("userinfo_endpoint", "PUT", "GET, POST, HEAD"),
        ("authorization_endpoint", "POST", "GET, HEAD"),
        ("jwks_uri", "DELETE", "GET, HEAD"),
    ],
)
def test_a_method_that_an_address_has_not(bench: Bench, name: str, method: str, allowed: str) -> None:
    answer = bench.http().request(method, bench.document()[name], headers={"Origin": "https://spa.example.test"})

    assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)
    assert not [header for header in answer.headers if header.startswith("access-control")]


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_body_that_is_not_encoded_as_it_says(bench: Bench, encoding: str, caplog: pytest.LogCaptureFixture) -> None:
    headers = {"Content-Encoding": encoding, "Content-Type": "application/x-www-form-urlencoded"}

    with bench.http() as http:
        answer = http.post(token_endpoint(bench), content=b"grant_type=refresh_token", headers=headers)
    bench.document()

    assert error(answer) == (400, "invalid_request")
    assert told(bench.last("psc.token")) == ("refused", {"HTTP-007"})
    assert [record for record in caplog.records if record.name == "banc.sandbox"] == []


# -- settings of the bench ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [-1, 10**9 + 1, 1.5, True, "120"])
def test_a_life_that_is_none_is_not_set(bench: Bench, value: Any) -> None:
    answer = bench.control.put(f"/control/v1/sessions/{bench.session}/switches", json={"psc.access_token_s": value})

    assert (answer.status_code, answer.json()["code"]) == (422, "SWITCH-002")


def test_the_longest_life_is_still_listed(bench: Bench, login: Login) -> None:
    bench.tell("PUT", "switches", {"psc.access_token_s": 10**9})
    login.tokens()

    assert bench.tell("GET", "tokens")["tokens"][0]["active"]
