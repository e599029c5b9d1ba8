"""Authorization requests: what is refused, where the answer goes, strict and lenient, SSO and its prompts."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from .conftest import CALLBACK, Bench, Login, callback


def rules_of(exchange: dict[str, Any]) -> set[str]:
    return {finding["rule"] for finding in exchange["findings"]}


def auth_time(tokens: dict[str, Any]) -> int:
    payload = tokens["id_token"].split(".")[1]
    return int(json.loads(base64.urlsafe_b64decode(payload + "=="))["auth_time"])


@pytest.fixture
def easy(lenient: Bench) -> Login:
    """A flow in a lenient session."""
    lenient.approve()
    return Login(lenient, lenient.http())


# -- on an error page, without redirection --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"client_id": "inconnu"}, "PSC-AUT-001"),
        ({"client_id": None}, "PSC-AUT-001"),
        ({"redirect_uri": CALLBACK + "/"}, "PSC-AUT-002"),
        ({"redirect_uri": CALLBACK + "?x=1"}, "PSC-AUT-002"),
        ({"redirect_uri": None}, "PSC-AUT-002"),
    ],
)
def test_who_cannot_be_trusted_gets_a_page_and_no_redirection(
    bench: Bench, login: Login, changed: dict[str, str | None], rule: str
) -> None:
    answer = login.ask(**changed)

    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert f"Règle {rule} non respectée" in answer.text
    assert bench.last("psc.authorization")["outcome"] == "refused"


def test_a_lenient_session_refuses_an_undeclared_return_address_too(easy: Login) -> None:
    assert easy.ask(redirect_uri=CALLBACK + "/").status_code == 400


def test_the_raw_realm_is_no_authorization_endpoint(bench: Bench, login: Login) -> None:
    realm = bench.http().get(bench.issuer + "/.well-known/openid-configuration").json()

    answer = login.browser.get(realm["authorization_endpoint"], params=login.parameters())

    assert answer.status_code == 400
    assert rules_of(bench.last("psc.authorization")) == {"PSC-AUT-020"}
    assert rules_of(bench.last("psc.discovery")) == {"PSC-DSC-001"}


def test_a_lenient_session_serves_the_raw_realm_and_tells(easy: Login) -> None:
    realm = easy.bench.http().get(easy.bench.issuer + "/.well-known/openid-configuration").json()

    answer = easy.browser.get(realm["authorization_endpoint"], params=easy.parameters())

    assert callback(answer)["code"]
    assert "PSC-AUT-020" in rules_of(easy.bench.last("psc.authorization"))


# -- by a redirection -----------------------------------------------------------------------------------------------

OMISSIONS: list[tuple[dict[str, str | None], str, str]] = [
    ({"acr_values": None}, "invalid_request", "PSC-AUT-009"),
    ({"acr_values": "0"}, "invalid_request", "PSC-AUT-011"),
    ({"state": None}, "invalid_request", "PSC-AUT-013"),
    ({"nonce": None}, "invalid_request", "PSC-AUT-015"),
    ({"scope": "openid"}, "invalid_scope", "PSC-AUT-007"),
]


@pytest.mark.parametrize(("changed", "error", "rule"), OMISSIONS)
def test_a_strict_session_refuses_what_the_referentiel_forbids(
    bench: Bench, login: Login, changed: dict[str, str | None], error: str, rule: str
) -> None:
    told = callback(login.ask(**changed))

    assert told["error"] == error
    assert told["error_description"].startswith(f"{rule}: rule broken: ")
    assert told.get("state") == (None if "state" in changed else login.state)
    exchange = bench.last("psc.authorization")
    assert (exchange["outcome"], exchange["code"]) == ("refused", error)


@pytest.mark.parametrize(("changed", "error", "rule"), OMISSIONS)
def test_a_lenient_session_lets_it_through_with_a_finding(
    easy: Login, changed: dict[str, str | None], error: str, rule: str
) -> None:
    told = callback(easy.ask(**changed))

    assert told["code"]
    assert rule in rules_of(easy.bench.last("psc.authorization"))


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "id_token"}, "unsupported_response_type"),
        ({"scope": "openid scope_all scope_9"}, "invalid_scope"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "S512"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"request": "a.b.c"}, "request_not_supported"),
    ],
)
def test_what_openid_connect_forbids_is_refused_in_both_modes(
    login: Login, easy: Login, changed: dict[str, str | None], error: str
) -> None:
    assert callback(login.ask(**changed))["error"] == error
    assert callback(easy.ask(**changed))["error"] == error


def test_eidas2_passes_with_a_remark(bench: Bench, login: Login) -> None:
    assert callback(login.ask(acr_values="eidas2"))["code"]
    assert rules_of(bench.last("psc.authorization")) == {"PSC-AUT-010"}


def test_plain_pkce_works_and_is_remarked(bench: Bench, login: Login) -> None:
    code = login.code(code_challenge=login.verifier, code_challenge_method="plain")

    assert login.redeem(code).status_code == 200
    assert rules_of(bench.last("psc.authorization")) == {"PSC-AUT-018"}


def test_pkce_is_not_required(login: Login) -> None:
    code = login.code(code_challenge=None, code_challenge_method=None)

    assert login.redeem(code, code_verifier=None).status_code == 200


def test_a_careful_request_has_no_finding(bench: Bench, login: Login) -> None:
    login.code()

    assert bench.last("psc.authorization")["findings"] == []


def test_a_repeated_parameter_is_refused(bench: Bench, login: Login) -> None:
    endpoint = bench.document()["authorization_endpoint"]

    answer = login.browser.get(endpoint, params=[*login.parameters().items(), ("nonce", "x")])

    assert callback(answer)["error"] == "invalid_request"


def test_an_unreadable_query_gets_a_page(bench: Bench, login: Login) -> None:
    answer = login.browser.get(bench.document()["authorization_endpoint"] + "?client_id=%FF%FE")

    assert answer.status_code == 400
    assert "PSC-FRM-001" in answer.text


def test_a_return_address_keeps_its_own_query(bench: Bench, login: Login) -> None:
    bench.declare(redirect_uris=[CALLBACK + "?from=psc"])

    told = callback(login.ask(redirect_uri=CALLBACK + "?from=psc"))

    assert told["from"] == "psc"
    assert told["state"] == login.state


def test_an_http_return_address_is_refused_unless_local(bench: Bench, login: Login) -> None:
    bench.declare(redirect_uris=["http://logiciel.example.test/c", "http://127.0.0.1:3000/c"])

    clear = login.ask(redirect_uri="http://logiciel.example.test/c")
    local = login.ask(redirect_uri="http://127.0.0.1:3000/c")

    assert parse_qs(urlsplit(clear.headers["Location"]).query)["error"] == ["invalid_request"]
    assert "code" in parse_qs(urlsplit(local.headers["Location"]).query)
    assert rules_of(bench.last("psc.authorization")) == {"PSC-AUT-004"}


# -- the SSO session ------------------------------------------------------------------------------------------------


def test_a_signed_in_user_is_not_asked_again(login: Login) -> None:
    first = callback(login.ask())
    second = callback(login.ask())

    assert second["session_state"] == first["session_state"]
    assert second["code"] != first["code"]


def test_the_sso_cookie_is_out_of_reach_of_scripts(bench: Bench, login: Login) -> None:
    cookie = login.ask().headers["Set-Cookie"]

    assert cookie.startswith(f"PSC_SSO_{bench.session}=")
    assert {"HttpOnly", "Secure", "SameSite=Lax", f"Path=/s/{bench.session}/"} <= set(cookie.split("; "))


def test_a_forged_sso_cookie_opens_nothing(bench: Bench, login: Login) -> None:
    told = callback(login.ask())
    bench.tell("DELETE", "login")
    stranger = bench.http(cookies={f"PSC_SSO_{bench.session}": f"{told['session_state']}.guess"})

    answer = Login(bench, stranger).ask(prompt="none")

    assert callback(answer)["error"] == "login_required"


def test_prompt_login_asks_again(bench: Bench, login: Login) -> None:
    first = callback(login.ask())

    assert callback(login.ask(prompt="login"))["session_state"] != first["session_state"]


def test_an_age_of_zero_asks_again_too(login: Login) -> None:
    first = callback(login.ask())

    assert callback(login.ask(max_age="0"))["session_state"] != first["session_state"]
    assert callback(login.ask(max_age="0", prompt="none"))["error"] == "login_required"


def test_prompt_none_needs_a_session(bench: Bench, login: Login) -> None:
    without = callback(login.ask(prompt="none"))
    login.ask()
    with_session = callback(login.ask(prompt="none"))

    assert without["error"] == "login_required"
    assert with_session["code"]


def test_max_age_asks_again_when_the_sign_in_is_older(bench: Bench, login: Login) -> None:
    first = login.tokens()
    bench.later(600)

    kept, renewed = login.tokens(max_age="700"), login.tokens(max_age="500")

    assert auth_time(kept) == auth_time(first)
    assert auth_time(renewed) >= auth_time(first) + 600


def test_the_sso_session_dies_after_half_an_hour_idle(bench: Bench, login: Login) -> None:
    login.ask()
    bench.later(1801)

    assert callback(login.ask(prompt="none"))["error"] == "login_required"


def test_the_sso_session_never_lasts_more_than_four_hours(bench: Bench, login: Login) -> None:
    login.ask()
    for minutes in range(20, 240, 20):
        bench.later(minutes * 60)
        assert callback(login.ask(prompt="none"))["code"]
    bench.later(4 * 3600 + 1)

    assert callback(login.ask(prompt="none"))["error"] == "login_required"


def test_another_automatic_person_signs_in_for_themselves(bench: Bench, login: Login) -> None:
    first = callback(login.ask())
    bench.approve("899900000029")

    assert callback(login.ask())["session_state"] != first["session_state"]
    assert bench.last("psc.authorization")["facts"]["professional"] == "899900000029"


def test_an_automatic_refusal_is_an_access_denied(bench: Bench, login: Login) -> None:
    bench.approve(outcome="refuse")

    told = callback(login.ask())

    assert told["error"] == "access_denied"
    assert told["state"] == login.state


def test_an_automatic_timeout_stays_on_the_wallet(bench: Bench, login: Login) -> None:
    bench.approve(outcome="timeout")

    answer = login.ask()

    assert answer.status_code == 200
    assert "<form" in answer.text
    assert (bench.last("psc.authorization")["outcome"], bench.last("psc.authorization")["code"]) == (
        "refused",
        "timeout",
    )


def test_discovery_is_for_the_address_that_was_asked(bench: Bench) -> None:
    document = bench.document()

    assert document["issuer"] == bench.issuer
    assert document["authorization_endpoint"].endswith(f"/s/{bench.session}/auth")
    assert document["token_endpoint"] == bench.issuer + "/protocol/openid-connect/token"


def test_the_key_set_holds_no_private_part(bench: Bench) -> None:
    keys = bench.http().get(bench.document()["jwks_uri"]).json()["keys"]

    assert [set(key) for key in keys] == [{"kty", "n", "e", "use", "alg", "kid"}]
    assert "d" not in keys[0]
