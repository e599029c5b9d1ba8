"""What no source settles is a switch, with its stated default."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Bench, Login, claims_of
from .test_clients import certified, grant_form, token_endpoint
from .test_exchange import ask, call_api


@pytest.mark.parametrize(("value", "audience"), [("omit", None), ("account", "account")])
def test_the_audience_of_an_access_token(bench: Bench, login: Login, value: str, audience: str | None) -> None:
    bench.tell("PUT", "switches", {"psc.access_token_aud": value})
    tokens = login.tokens()

    assert claims_of(tokens["access_token"]).get("aud") == audience
    assert login.userinfo(tokens["access_token"]).status_code == 200


def test_an_access_token_without_its_subject_is_exchanged_all_the_same(
    bench: Bench, login: Login, tmp_path: Path
) -> None:
    bench.tell("PUT", "switches", {"psc.access_token_identity": False})
    caller, _ = certified(bench, tmp_path)
    token = login.tokens()["access_token"]

    exchanged = ask(bench, caller, token).json()["access_token"]

    assert "SubjectNameID" not in claims_of(token)
    assert claims_of(exchanged)["SubjectNameID"] == "899900000011"
    assert call_api(bench, caller, exchanged).status_code == 200


def test_an_access_token_may_be_left_unbound(bench: Bench, login: Login, tmp_path: Path) -> None:
    bench.declare(auth_method="both")
    bench.tell("PUT", "switches", {"psc.access_token_cnf": False})
    caller, _ = certified(bench, tmp_path)

    answer = caller.post(token_endpoint(bench), data=grant_form(login, client_id=bench.client_id)).json()

    assert "cnf" not in claims_of(answer["access_token"])


def test_a_finess_may_hold_a_letter(bench: Bench, login: Login) -> None:
    bench.tell("PUT", "switches", {"psc.userinfo_finess": "letter"})
    told = login.userinfo(login.tokens()["access_token"]).json()

    activity = told["SubjectRefPro"]["exercices"][0]["activities"][0]
    assert activity["numeroFinessSite"] == "0B0000010"
    assert activity["identifiantTechniqueDeLaStructure"] == told["SubjectOrganizationID"] == "F0B0000010"


@pytest.mark.parametrize(("value", "status"), [("inform", 200), ("refuse", 401)])
def test_a_bound_token_without_its_certificate(
    bench: Bench, login: Login, tmp_path: Path, value: str, status: int
) -> None:
    bench.declare(auth_method="both")
    bench.tell("PUT", "switches", {"psc.access_token_use": value})
    owner, _ = certified(bench, tmp_path)
    thief, _ = certified(bench, tmp_path)
    token = owner.post(token_endpoint(bench), data=grant_form(login, client_id=bench.client_id)).json()["access_token"]
    endpoint, headers = bench.document()["userinfo_endpoint"], {"Authorization": f"Bearer {token}"}

    answers = [caller.get(endpoint, headers=headers).status_code for caller in (owner, thief, bench.http())]

    assert answers == [200, status, status]
    last = bench.last("psc.userinfo")
    assert last["findings"][-1]["rule"] == "PSC-UIN-002"
    assert last["code"] == (None if status == 200 else "invalid_token")
