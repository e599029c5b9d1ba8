"""The exchange of a PSC token for an API's own, bound to the certificate of the caller in two encodings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from banc_standards.psc import build

from .conftest import DOCTOR, Bench, Login, claims_of
from .test_clients import certified, der

ACCESS = "urn:ietf:params:oauth:token-type:access_token"
DATA = {"nationalId": DOCTOR, "clientID": "dossier-plus", "proxy_session_id": "p-1", "session_state": "s-1"}


def server(bench: Bench, api: str = "dmp") -> dict[str, Any]:
    issuer = bench.issuer.replace("/esante-wallet", f"/{api}")
    return dict(bench.http().get(f"{issuer}/.well-known/openid-configuration").json())


def ask(bench: Bench, caller: httpx.Client, token: str, api: str = "dmp", **changed: str | None) -> httpx.Response:
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token": token,
        "subject_token_type": ACCESS,
        "scope": "dmp.depot",
        "client_id": bench.client_id,
        "subject_issuer": "psc",
    } | changed
    content = {name: value for name, value in form.items() if value is not None}
    return caller.post(server(bench, api)["token_endpoint"], data=content)


def call_api(bench: Bench, caller: httpx.Client, token: str, api: str = "dmp") -> httpx.Response:
    endpoint = server(bench, api)["issuer"] + "/signsessiondata"
    return caller.post(endpoint, json=DATA, headers={"Authorization": f"Bearer {token}"})


def rules(exchange: dict[str, Any]) -> set[str]:
    return {found["rule"] for found in exchange["findings"]}


@pytest.mark.parametrize("api", ["dmp", "insi"])
@pytest.mark.parametrize(("form", "write"), [("rfc", build.thumbprint), ("ans", build.hexadecimal_thumbprint)])
def test_a_token_is_exchanged_and_used(
    bench: Bench, login: Login, tmp_path: Path, api: str, form: str, write: Any
) -> None:
    bench.tell("PUT", "switches", {"psc.exchange_cnf": form})
    caller, issued = certified(bench, tmp_path)
    subject = login.tokens()

    answer = ask(bench, caller, subject["access_token"], api).json()
    called = call_api(bench, caller, answer["access_token"], api)

    claims = claims_of(answer["access_token"])
    assert (answer["issued_token_type"], answer["expires_in"]) == (ACCESS, 14400)
    assert answer["session_state"] == subject["session_state"]
    assert claims["cnf"] == {"x5t#S256": write(der(issued))}
    assert (claims["iss"], claims["aud"]) == (server(bench, api)["issuer"], api)
    assert called.json() == DATA | {"signature": called.json()["signature"]}
    assert bench.last("psc.api_call")["facts"]["cnf"] == form
    assert bench.last("psc.exchange")["facts"]["professional"] == DOCTOR


def test_the_api_introspects_its_token_and_no_other(bench: Bench, login: Login, tmp_path: Path) -> None:
    caller, _ = certified(bench, tmp_path)
    subject = login.tokens()["access_token"]
    token = ask(bench, caller, subject).json()["access_token"]
    endpoint = server(bench)["introspection_endpoint"]
    credentials = (bench.client_id, bench.client_secret)

    seen, foreign = (
        bench.http().post(endpoint, data={"token": each}, auth=credentials).json() for each in (token, subject)
    )

    assert seen["active"]
    assert seen["cnf"] == claims_of(token)["cnf"]
    assert foreign == {"active": False}
    assert "PSC-TOK-023" in rules(bench.last("psc.api_introspection"))


def test_an_exchanged_token_outlives_the_psc_token_but_not_its_own_life(
    bench: Bench, login: Login, tmp_path: Path
) -> None:
    caller, _ = certified(bench, tmp_path)
    token = ask(bench, caller, login.tokens()["access_token"]).json()["access_token"]

    bench.later(600)
    assert call_api(bench, caller, token).status_code == 200
    bench.later(14401)
    assert call_api(bench, caller, token).status_code == 401


def test_the_certificate_of_another_is_not_enough(bench: Bench, login: Login, tmp_path: Path) -> None:
    caller, _ = certified(bench, tmp_path)
    thief, _ = certified(bench, tmp_path)
    token = ask(bench, caller, login.tokens()["access_token"]).json()["access_token"]

    for other in (thief, bench.http()):
        answer = call_api(bench, other, token)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
        assert "PSC-EXC-008" in rules(bench.last("psc.api_call"))


def test_a_psc_token_opens_no_api(bench: Bench, login: Login, tmp_path: Path) -> None:
    caller, _ = certified(bench, tmp_path)

    assert call_api(bench, caller, login.tokens()["access_token"]).status_code == 401


def test_an_api_token_is_no_psc_token(bench: Bench, login: Login, tmp_path: Path) -> None:
    caller, _ = certified(bench, tmp_path)
    token = ask(bench, caller, login.tokens()["access_token"]).json()["access_token"]

    assert login.userinfo(token).status_code == 401
    assert ask(bench, caller, token).json()["error"] == "invalid_request"


def test_a_token_of_one_api_opens_no_other(bench: Bench, login: Login, tmp_path: Path) -> None:
    caller, _ = certified(bench, tmp_path)
    token = ask(bench, caller, login.tokens()["access_token"], "insi").json()["access_token"]

    assert call_api(bench, caller, token, "dmp").status_code == 401


@pytest.mark.parametrize(
    ("changed", "status", "code", "rule"),
    [
        ({"grant_type": "client_credentials"}, 400, "unsupported_grant_type", "PSC-EXC-001"),
        ({"subject_token": None}, 400, "invalid_request", "PSC-EXC-002"),
        ({"subject_token_type": "urn:ietf:params:oauth:token-type:id_token"}, 400, "invalid_request", "PSC-EXC-003"),
        ({"scope": None}, 400, "invalid_scope", "PSC-EXC-004"),
        ({"subject_token": "a.b.c"}, 400, "invalid_request", "PSC-EXC-006"),
        ({"client_id": "inconnu"}, 401, "invalid_client", "PSC-TOK-005"),
    ],
)
def test_a_wrong_exchange(
    bench: Bench, login: Login, tmp_path: Path, changed: dict[str, str | None], status: int, code: str, rule: str
) -> None:
    caller, _ = certified(bench, tmp_path)

    answer = ask(bench, caller, login.tokens()["access_token"], **changed)

    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert rule in rules(bench.last("psc.exchange"))


@pytest.mark.parametrize("name", ["id_token", "refresh_token"])
def test_only_an_access_token_is_exchanged(bench: Bench, login: Login, tmp_path: Path, name: str) -> None:
    caller, _ = certified(bench, tmp_path)

    assert ask(bench, caller, login.tokens()[name]).json()["error"] == "invalid_request"


@pytest.mark.parametrize("order", [{"profile": "expired"}, {"profile": "foreign_ca"}, {"cn": "un-autre-client"}])
def test_a_wrong_certificate(bench: Bench, login: Login, tmp_path: Path, order: dict[str, str]) -> None:
    caller, _ = certified(bench, tmp_path, **order)

    assert ask(bench, caller, login.tokens()["access_token"]).status_code == 401


def test_a_secret_does_not_replace_the_certificate(bench: Bench, login: Login) -> None:
    answer = ask(bench, bench.http(), login.tokens()["access_token"], client_secret=bench.client_secret)

    assert answer.status_code == 401
    assert "PSC-EXC-005" in rules(bench.last("psc.exchange"))


def test_a_psc_token_serves_once(bench: Bench, login: Login, tmp_path: Path) -> None:
    caller, _ = certified(bench, tmp_path)
    token = login.tokens()["access_token"]
    first, second = ask(bench, caller, token), ask(bench, caller, token)

    assert (first.status_code, second.status_code) == (200, 200)
    assert "PSC-EXC-007" in rules(bench.last("psc.exchange"))
