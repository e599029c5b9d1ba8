"""CIBA in poll mode: request, polling, answers of the person, and every error of the flow."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from .conftest import DOCTOR, Bench, Ciba, Login, claims_of


@pytest.fixture
def ciba(bench: Bench) -> Ciba:
    bench.declare(ciba=True)
    bench.tell("DELETE", "login")
    return Ciba(bench)


def error(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


def rules(exchange: dict[str, Any]) -> set[str]:
    return {found["rule"] for found in exchange["findings"]}


def test_the_acknowledgement(ciba: Ciba, bench: Bench) -> None:
    answer = ciba.ask()

    assert {"expires_in": 120, "interval": 5}.items() <= answer.json().items()
    exchange = bench.last("psc.ciba")
    assert exchange["findings"] == []
    assert exchange["facts"]["binding_message"] == "42"
    assert exchange["facts"]["professional"] == DOCTOR


def test_tokens_once_the_person_approves(ciba: Ciba, bench: Bench) -> None:
    asked = ciba.asked(channel="CARD")
    pending = ciba.poll(asked)
    bench.later(5)
    ciba.decide(asked, "approve")

    answer = ciba.poll(asked)

    assert error(pending) == (400, "authorization_pending")
    tokens = answer.json()
    claims = claims_of(tokens["id_token"])
    assert claims["SubjectNameID"] == DOCTOR
    assert claims["acr"] == "eidas2"
    assert "nonce" not in claims
    login = Login(bench, bench.http())
    assert login.userinfo(tokens["access_token"]).json()["sub"] == claims["sub"]
    assert login.refresh(tokens["refresh_token"]).status_code == 200


def test_a_refusal_is_final(ciba: Ciba, bench: Bench) -> None:
    asked = ciba.asked()
    ciba.decide(asked, "refuse")

    assert error(ciba.poll(asked)) == (400, "access_denied")
    bench.later(5)
    assert error(ciba.poll(asked)) == (400, "invalid_grant")
    assert "PSC-CIB-014" in rules(bench.last("psc.token"))


def test_a_request_expires(ciba: Ciba, bench: Bench) -> None:
    asked = ciba.asked()
    bench.later(120)

    assert error(ciba.poll(asked)) == (400, "expired_token")
    bench.later(130)
    assert error(ciba.poll(asked)) == (400, "invalid_grant")


def test_polling_too_fast_slows_down(ciba: Ciba, bench: Bench) -> None:
    asked = ciba.asked()
    ciba.poll(asked)

    assert error(ciba.poll(asked)) == (400, "slow_down")
    assert "PSC-CIB-013" in rules(bench.last("psc.token"))
    bench.later(6)
    assert error(ciba.poll(asked)) == (400, "slow_down"), "ten seconds are asked for by now"
    bench.later(30)
    assert error(ciba.poll(asked)) == (400, "authorization_pending")


def test_a_clock_that_is_set_back_hurries_nobody(ciba: Ciba, bench: Bench) -> None:
    bench.later(60)
    asked = ciba.asked()
    ciba.poll(asked)
    bench.later(0)

    assert error(ciba.poll(asked)) == (400, "authorization_pending")


def test_a_request_gives_tokens_once(ciba: Ciba, bench: Bench) -> None:
    asked = ciba.asked()
    ciba.decide(asked, "approve")
    assert ciba.poll(asked).status_code == 200
    bench.later(10)

    assert error(ciba.poll(asked)) == (400, "invalid_grant")
    assert "PSC-CIB-012" in rules(bench.last("psc.token"))


def test_another_client_gets_nothing_of_it(ciba: Ciba, bench: Bench) -> None:
    bench.declare("autre", ciba=True)
    asked = ciba.asked()
    ciba.decide(asked, "approve")

    assert error(ciba.poll(asked, client_id="autre")) == (400, "invalid_grant")
    assert ciba.poll(asked).status_code == 200


def test_the_answer_without_a_screen_may_wait(ciba: Ciba, bench: Bench) -> None:
    bench.approve()
    bench.tell("PUT", "switches", {"psc.ciba_polls": 2, "psc.ciba_interval_s": 1})
    asked = ciba.asked()
    answers = []
    for second in (0, 1, 2):
        bench.later(second * 2)
        answers.append(ciba.poll(asked).status_code)

    assert answers == [400, 400, 200]


@pytest.mark.parametrize(
    ("changed", "expected", "rule"),
    [
        ({"scope": "openid"}, "invalid_scope", "PSC-CIB-002"),
        ({"login_hint": None}, "invalid_request", "PSC-CIB-003"),
        ({"id_token_hint": "a.b.c"}, "invalid_request", "PSC-CIB-004"),
        ({"binding_message": None}, "invalid_request", "PSC-CIB-005"),
        ({"binding_message": "quarante-deux"}, "invalid_binding_message", "PSC-CIB-006"),
        ({"channel": "FAX"}, "invalid_request", "PSC-CIB-008"),
        ({"acr_values": None}, "invalid_request", "PSC-CIB-009"),
        ({"acr_values": "eidas9"}, "invalid_request", "PSC-CIB-010"),
        ({"login_hint": "899900099999"}, "unknown_user_id", "PSC-CIB-011"),
    ],
)
def test_a_wrong_request_is_refused(
    ciba: Ciba, bench: Bench, changed: dict[str, str | None], expected: str, rule: str
) -> None:
    assert error(ciba.ask(**changed)) == (400, expected)
    exchange = bench.last("psc.ciba")
    assert (exchange["outcome"], exchange["code"]) == ("refused", expected)
    assert rule in rules(exchange)


def test_ciba_is_activated_per_client(bench: Bench) -> None:
    assert error(Ciba(bench).ask()) == (400, "unauthorized_client")
    assert "PSC-CIB-001" in rules(bench.last("psc.ciba"))


def test_a_wrong_secret(ciba: Ciba) -> None:
    assert error(ciba.ask(client_secret="autre")) == (401, "invalid_client")


def test_what_rests_on_an_uncertain_fact_is_a_switch(ciba: Ciba, bench: Bench) -> None:
    switches = {"psc.ciba_unknown_user": "invalid_request", "psc.ciba_refusal_status": 403, "psc.ciba_channel": "CARD"}
    bench.tell("PUT", "switches", switches)
    asked = ciba.asked(channel=None)
    ciba.decide(asked, "refuse")

    assert bench.last("psc.ciba")["facts"]["means"] == "CARD"
    assert "PSC-CIB-007" in rules(bench.last("psc.ciba"))
    assert error(ciba.poll(asked)) == (403, "access_denied")
    assert error(ciba.ask(login_hint="899900099999")) == (400, "invalid_request")


def test_a_decision_is_taken_once(ciba: Ciba, bench: Bench) -> None:
    asked = ciba.asked()
    ciba.decide(asked, "approve")

    again = bench.control.post(f"/control/v1/sessions/{bench.session}/ciba/{asked}", json={"outcome": "refuse"})
    unknown = bench.control.post(f"/control/v1/sessions/{bench.session}/ciba/inconnu", json={"outcome": "refuse"})

    assert (again.status_code, again.json()["code"]) == (422, "CIBA-001")
    assert unknown.status_code == 404
