"""Each misbehaviour: what is told is false in one precise way, and told in the journal."""

from __future__ import annotations

import base64
import hmac
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey

from banc_mocks.psc.faults import FAULTS

from .conftest import Bench, Ciba, Login, callback, claims_of


def test_a_wrong_state(bench: Bench, login: Login) -> None:
    bench.arm("psc.state.wrong")

    assert callback(login.ask())["state"] != login.state
    assert bench.last("psc.authorization")["fault"] == "psc.state.wrong"


def test_no_state(bench: Bench, login: Login) -> None:
    bench.arm("psc.state.missing")

    assert "state" not in callback(login.ask())


def test_another_issuer_in_the_callback(bench: Bench, login: Login) -> None:
    bench.arm("psc.callback.iss")

    assert callback(login.ask())["iss"] != bench.issuer


@pytest.mark.parametrize("error", ["server_error", "temporarily_unavailable"])
def test_an_error_in_the_callback(bench: Bench, login: Login, error: str) -> None:
    bench.arm("psc.callback.error", sequence=[{"error": error}])

    told = callback(login.ask())

    assert (told["error"], told["state"]) == (error, login.state)


def test_a_wrong_nonce(bench: Bench, login: Login) -> None:
    bench.arm("psc.nonce.wrong")

    assert claims_of(login.tokens()["id_token"])["nonce"] != login.nonce


def test_no_nonce(bench: Bench, login: Login) -> None:
    bench.arm("psc.nonce.missing")

    assert "nonce" not in claims_of(login.tokens()["id_token"])


def test_another_issuer_in_the_id_token(bench: Bench, login: Login) -> None:
    bench.arm("psc.id_token.iss")

    assert claims_of(login.tokens()["id_token"])["iss"] != bench.issuer


def test_another_audience(bench: Bench, login: Login) -> None:
    bench.arm("psc.id_token.aud")

    assert claims_of(login.tokens()["id_token"])["aud"] != bench.client_id


def test_an_expired_id_token(bench: Bench, login: Login) -> None:
    bench.arm("psc.id_token.expired")
    tokens = login.tokens()

    assert claims_of(tokens["id_token"])["exp"] < claims_of(tokens["access_token"])["iat"]


def test_an_id_token_signed_with_an_unknown_key(bench: Bench, login: Login) -> None:
    bench.arm("psc.id_token.unknown_key")
    tokens = login.tokens()
    keys = KeySet.import_key_set(bench.http().get(bench.document()["jwks_uri"]).json())

    with pytest.raises(JoseError):
        jwt.decode(tokens["id_token"], keys, algorithms=["RS256"])
    assert jwt.decode(tokens["access_token"], keys, algorithms=["RS256"]).claims["typ"] == "Bearer"


@pytest.mark.parametrize(
    ("fault", "claim"),
    [
        ("psc.id_token.azp", "azp"),
        ("psc.id_token.future", "iat"),
        ("psc.id_token.at_hash", "at_hash"),
        ("psc.id_token.typ", "typ"),
        ("psc.id_token.altered", "given_name"),
    ],
)
def test_one_claim_is_false(bench: Bench, login: Login, fault: str, claim: str) -> None:
    honest = claims_of(login.tokens()["id_token"])
    bench.arm(fault)

    lied = claims_of(login.tokens()["id_token"])

    assert lied[claim] != honest[claim]
    same = {"iss", "aud", "sub", "preferred_username"} - {claim}
    assert {name: lied[name] for name in same} == {name: honest[name] for name in same}


@pytest.mark.parametrize(
    "fault",
    ["psc.id_token.foreign_key", "psc.id_token.alg_none", "psc.id_token.hs256", "psc.id_token.altered"],
)
def test_a_signature_that_must_be_refused(bench: Bench, login: Login, fault: str) -> None:
    bench.arm(fault)
    tokens = login.tokens()
    keys = KeySet.import_key_set(bench.http().get(bench.document()["jwks_uri"]).json())

    with pytest.raises((JoseError, ValueError)):
        jwt.decode(tokens["id_token"], keys, algorithms=["RS256"])


def test_the_public_key_as_a_secret_deceives_who_takes_the_algorithm_from_the_token(bench: Bench, login: Login) -> None:
    bench.arm("psc.id_token.hs256")
    token = login.tokens()["id_token"]
    published = bench.http().get(bench.document()["jwks_uri"]).json()["keys"][0]

    header, payload, mac = token.split(".")
    secret = RSAKey.import_key(published).as_pem(private=False)
    naive = hmac.new(secret, f"{header}.{payload}".encode(), "sha256").digest()
    assert base64.urlsafe_b64decode(mac + "==") == naive


def test_userinfo_of_another_subject(bench: Bench, login: Login) -> None:
    tokens = login.tokens()
    bench.arm("psc.userinfo.sub")

    lied, honest = (login.userinfo(tokens["access_token"]).json() for _ in range(2))

    assert lied["sub"] != claims_of(tokens["id_token"])["sub"]
    assert honest["sub"] == claims_of(tokens["id_token"])["sub"]


def test_userinfo_with_more_than_is_known(bench: Bench, login: Login) -> None:
    tokens = login.tokens()
    bench.arm("psc.userinfo.extra")

    told = login.userinfo(tokens["access_token"]).json()

    assert (told["SubjectOrganizationID"], told["banc_inconnu"]["liste"]) == ("", [1])


def test_a_poll_is_told_to_slow_down(bench: Bench) -> None:
    bench.declare(ciba=True)
    bench.approve()
    bench.arm("psc.ciba.slow_down")
    ciba = Ciba(bench)
    asked = ciba.asked()

    slowed = ciba.poll(asked)
    bench.later(10)

    assert slowed.json()["error"] == "slow_down"
    assert ciba.poll(asked).status_code == 200


def test_a_refused_refresh_leaves_the_code_alone(bench: Bench, login: Login) -> None:
    bench.arm("psc.token.invalid_grant", match={"grant_type": "refresh_token"})
    tokens = login.tokens()

    refused, accepted = login.refresh(tokens["refresh_token"]), login.refresh(tokens["refresh_token"])

    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert accepted.status_code == 200


def test_a_fault_may_choose_its_person(bench: Bench, login: Login) -> None:
    bench.arm("psc.nonce.wrong", match={"professional": "899900000029"})

    assert claims_of(login.tokens()["id_token"])["nonce"] == login.nonce


@pytest.mark.parametrize("operation", ["psc.authorization", "psc.token"])
def test_the_provider_is_down_for_one_operation(bench: Bench, login: Login, operation: str) -> None:
    code = login.code()
    bench.arm("psc.down", match={"operation": operation})

    answers = {"psc.authorization": login.ask(), "psc.token": login.redeem(code)}

    assert answers.pop(operation).status_code == 503
    assert next(iter(answers.values())).status_code in (200, 302)


@pytest.mark.parametrize("fault", ["psc.hang", "psc.stall"])
def test_a_client_that_hangs_up_ends_the_silence(bench: Bench, login: Login, fault: str) -> None:
    bench.arm(fault, match={"operation": "psc.jwks"})
    keys = bench.document()["jwks_uri"]

    with pytest.raises(httpx.ReadTimeout):
        bench.http(timeout=0.2).get(keys)
    silent = bench.awaited("psc.jwks", fault)

    assert (silent["outcome"], silent["response"], silent["facts"]["hung_up"]) == ("failed", None, True)
    assert silent["facts"]["held_ms"] < 60_000
    assert bench.http().get(keys).status_code == 200


@pytest.mark.parametrize("fault", ["psc.hang", "psc.stall"])
def test_a_client_that_waits_is_left_without_an_answer(bench: Bench, login: Login, fault: str) -> None:
    token = login.tokens()["access_token"]
    bench.arm(fault, match={"operation": "psc.userinfo"}, sequence=[{"hold_ms": 50}])

    with pytest.raises(httpx.RemoteProtocolError):
        login.userinfo(token)
    silent = bench.awaited("psc.userinfo", fault)

    assert (silent["outcome"], silent["facts"]["hung_up"]) == ("failed", False)
    assert silent["facts"]["held_ms"] >= 50


def test_a_silence_that_is_disarmed_ends(bench: Bench) -> None:
    bench.arm("psc.hang", match={"operation": "psc.discovery"}, times=None)

    with ThreadPoolExecutor(1) as caller:
        asked = caller.submit(bench.http().get, bench.discovery)
        while not bench.tell("GET", "faults")["faults"][0]["struck"]:
            assert not asked.done()
        bench.tell("DELETE", "faults")
        with pytest.raises(httpx.RemoteProtocolError):
            asked.result(10)

    assert bench.awaited("psc.discovery", "psc.hang")["facts"]["hung_up"] is False


def test_half_of_an_answer_arrives(bench: Bench) -> None:
    whole = bench.http().get(bench.discovery)
    bench.arm("psc.stall", match={"operation": "psc.discovery"}, sequence=[{"hold_ms": 50}])

    with bench.http().stream("GET", bench.discovery) as answer:
        heard: list[bytes] = []
        with pytest.raises(httpx.RemoteProtocolError):
            heard.extend(answer.iter_raw())

    assert (answer.status_code, answer.headers["Content-Length"]) == (200, str(len(whole.content)))
    assert b"".join(heard) == whole.content[: len(whole.content) // 2]


def test_half_an_answer_changes_nothing(bench: Bench, login: Login) -> None:
    code = login.code()
    bench.arm("psc.stall", match={"operation": "psc.token"}, sequence=[{"hold_ms": 1}])

    with pytest.raises(httpx.RemoteProtocolError):
        login.redeem(code)

    assert login.redeem(code).status_code == 200


def test_a_person_who_sees_another_number_refuses(bench: Bench) -> None:
    bench.declare(ciba=True)
    bench.approve()
    bench.arm("psc.ciba.other_number")
    ciba = Ciba(bench)
    answer = ciba.poll(ciba.asked())

    assert (answer.status_code, answer.json()["error"]) == (400, "access_denied")
    assert bench.last("psc.token")["fault"] == "psc.ciba.other_number"


def test_every_fault_of_the_table_is_tried_here() -> None:
    tried = Path(__file__).read_text("utf-8")

    assert [fault.id for fault in FAULTS if f'"{fault.id}"' not in tried] == []
