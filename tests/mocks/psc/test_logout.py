"""Signing out: by the browser or the server, and what is dead afterwards."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from .conftest import DOCTOR, GOODBYE, Bench, Login, callback


def logout_endpoint(bench: Bench) -> str:
    return str(bench.document()["end_session_endpoint"])


def leave(login: Login, tokens: dict[str, Any], **changed: str | None) -> httpx.Response:
    parameters = {
        "id_token_hint": tokens["id_token"],
        "post_logout_redirect_uri": GOODBYE,
        "state": "retour",
    } | changed
    query = urlencode({name: value for name, value in parameters.items() if value is not None})
    return login.browser.get(f"{logout_endpoint(login.bench)}?{query}")


def test_the_browser_goes_back_with_its_state(login: Login) -> None:
    answer = leave(login, login.tokens())

    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{GOODBYE}?state=retour"


def test_after_logout_everything_of_the_session_is_dead(bench: Bench, login: Login) -> None:
    tokens = login.tokens()
    leave(login, tokens)
    bench.tell("DELETE", "login")

    assert login.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert login.userinfo(tokens["access_token"]).status_code == 401
    introspected = bench.http().post(
        bench.document()["introspection_endpoint"],
        data={"token": tokens["access_token"]},
        auth=(bench.client_id, bench.client_secret),
    )
    assert introspected.json() == {"active": False}
    assert callback(login.ask(prompt="none"))["error"] == "login_required"


def test_a_new_login_after_logout_is_a_new_authentication(login: Login) -> None:
    tokens = login.tokens()
    leave(login, tokens)

    assert login.tokens()["session_state"] != tokens["session_state"]


def test_a_code_of_a_closed_session_gives_no_token(login: Login) -> None:
    tokens = login.tokens()
    code = login.code()
    leave(login, tokens)

    assert login.redeem(code).json()["error"] == "invalid_grant"


def test_an_expired_hint_is_accepted(bench: Bench, login: Login) -> None:
    tokens = login.tokens()
    bench.later(600)

    assert leave(login, tokens).status_code == 302
    assert login.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_server_signs_out_with_a_form(bench: Bench, login: Login) -> None:
    tokens = login.tokens()

    answer = bench.http().post(logout_endpoint(bench), data={"id_token_hint": tokens["id_token"]})

    assert answer.is_success
    assert login.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert bench.last("psc.logout")["facts"]["professional"] == DOCTOR


def test_a_server_signs_out_with_its_refresh_token(bench: Bench, login: Login) -> None:
    tokens = login.tokens()
    form = {"refresh_token": tokens["refresh_token"]}

    answer = bench.http().post(logout_endpoint(bench), data=form, auth=(bench.client_id, bench.client_secret))

    assert answer.status_code == 204
    assert login.userinfo(tokens["access_token"]).status_code == 401


def test_a_refresh_token_signs_out_nobody_without_the_clients_secret(bench: Bench, login: Login) -> None:
    tokens = login.tokens()
    form = {"refresh_token": tokens["refresh_token"], "client_id": bench.client_id, "client_secret": "wrong"}

    answer = bench.http().post(logout_endpoint(bench), data=form)

    assert answer.status_code == 401
    assert login.userinfo(tokens["access_token"]).status_code == 200


def test_without_a_return_address_the_provider_says_goodbye(login: Login) -> None:
    answer = leave(login, login.tokens(), post_logout_redirect_uri=None)

    assert answer.status_code == 200
    assert "fermée" in answer.text


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"id_token_hint": None}, "PSC-OUT-001"),
        ({"id_token_hint": "a.b.c"}, "PSC-OUT-002"),
        ({"post_logout_redirect_uri": GOODBYE + "/"}, "PSC-OUT-003"),
        ({"client_id": "un-autre"}, "PSC-OUT-004"),
    ],
)
def test_a_logout_that_cannot_be_trusted_closes_nothing(
    bench: Bench, login: Login, changed: dict[str, str | None], rule: str
) -> None:
    tokens = login.tokens()

    answer = leave(login, tokens, **changed)

    assert answer.status_code == 400
    assert f"Règle {rule} non respectée" in answer.text
    assert bench.last("psc.logout")["outcome"] == "refused"
    assert login.userinfo(tokens["access_token"]).status_code == 200


def test_a_logout_that_says_two_things_closes_nothing(bench: Bench, login: Login) -> None:
    tokens = login.tokens()
    query = [("id_token_hint", tokens["id_token"]), ("state", "a"), ("state", "b")]

    answer = login.browser.get(logout_endpoint(bench), params=query)

    assert answer.status_code == 400
    assert bench.last("psc.logout")["findings"][0]["rule"] == "PSC-OUT-005"
    assert login.userinfo(tokens["access_token"]).status_code == 200


def test_an_access_token_is_no_hint(login: Login) -> None:
    tokens = login.tokens()

    assert leave(login, tokens, id_token_hint=tokens["access_token"]).status_code == 400


def test_a_lenient_session_closes_the_browsers_session_without_a_hint(lenient: Bench) -> None:
    lenient.approve()
    login = Login(lenient, lenient.http())
    tokens = login.tokens()

    answer = leave(login, tokens, id_token_hint=None, post_logout_redirect_uri=None)

    assert answer.status_code == 200
    assert login.userinfo(tokens["access_token"]).status_code == 401
    assert lenient.last("psc.logout")["findings"][0]["rule"] == "PSC-OUT-001"


@pytest.mark.parametrize("token", ["x", "a.b.c", ""])
def test_a_refresh_token_that_is_none_signs_nobody_out(bench: Bench, login: Login, token: str) -> None:
    tokens = login.tokens()
    form = {"refresh_token": token or tokens["access_token"]}

    answer = bench.http().post(logout_endpoint(bench), data=form, auth=(bench.client_id, bench.client_secret))

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert bench.last("psc.logout")["findings"][-1]["rule"] == "PSC-TOK-017"
    assert login.userinfo(tokens["access_token"]).status_code == 200


def test_a_refresh_token_signs_nobody_out_for_another_client(bench: Bench, login: Login) -> None:
    bench.declare("autre")
    tokens = login.tokens()

    form = {"refresh_token": tokens["refresh_token"]}
    answer = bench.http().post(logout_endpoint(bench), data=form, auth=("autre", bench.client_secret))

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert login.userinfo(tokens["access_token"]).status_code == 200


def test_a_refresh_token_in_the_address_signs_nobody_out(bench: Bench, login: Login) -> None:
    tokens = login.tokens()
    query = {"refresh_token": tokens["refresh_token"], "client_id": bench.client_id}

    answer = bench.http().get(logout_endpoint(bench), params=query)

    assert answer.status_code == 400
    assert bench.last("psc.logout")["findings"][0]["rule"] == "PSC-OUT-001"
    assert login.userinfo(tokens["access_token"]).status_code == 200
