"""The authorization code flow against the running provider: code, tokens, userinfo, refresh, and the session clock."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from .conftest import CALLBACK, DOCTOR, Bench, Login, callback


def claims_of(bench: Bench, token: str) -> dict[str, Any]:
    """The claims of a token, once its signature is verified with the published keys."""
    keys = KeySet.import_key_set(bench.http().get(bench.document()["jwks_uri"]).json())
    return dict(jwt.decode(token, keys, algorithms=["RS256"]).claims)


def test_the_callback_carries_code_state_session_and_issuer(bench: Bench, login: Login) -> None:
    told = callback(login.ask())

    assert set(told) == {"code", "state", "session_state", "iss"}
    assert told["state"] == login.state
    assert told["iss"] == bench.issuer


def test_the_token_answer_has_every_field_and_the_documented_lifetimes(login: Login) -> None:
    answer = login.redeem(login.code())

    tokens = answer.json()
    assert answer.headers["Cache-Control"] == "no-store"
    assert (tokens["expires_in"], tokens["refresh_expires_in"], tokens["token_type"]) == (120, 1800, "Bearer")
    assert tokens["scope"] == "openid scope_all"
    assert tokens["not-before-policy"] == 0
    assert tokens["session_state"]


def test_the_id_token_says_who_for_whom_and_answers_the_nonce(bench: Bench, login: Login) -> None:
    claims = claims_of(bench, login.tokens()["id_token"])

    assert claims["iss"] == bench.issuer
    assert claims["aud"] == bench.client_id
    assert claims["nonce"] == login.nonce
    assert claims["SubjectNameID"] == claims["preferred_username"] == DOCTOR
    assert (claims["typ"], claims["acr"], claims["authMode"]) == ("ID", "eidas1", "MOBILE")
    assert claims["exp"] - claims["iat"] == 120


def test_a_card_gives_a_higher_level_than_the_one_asked(bench: Bench, login: Login) -> None:
    bench.approve(means="CARD")

    claims = claims_of(bench, login.tokens()["id_token"])

    assert (claims["acr"], claims["authMode"]) == ("eidas2", "CARD")


@pytest.mark.parametrize(("value", "acr"), [("omit", None), ("eidas3", "eidas3")])
def test_the_level_told_is_a_switch(bench: Bench, login: Login, value: str, acr: str | None) -> None:
    bench.tell("PUT", "switches", {"psc.acr": value})

    assert claims_of(bench, login.tokens()["id_token"]).get("acr") == acr


def test_access_token_has_no_audience_and_refresh_token_is_opaque(bench: Bench, login: Login) -> None:
    tokens = login.tokens()

    assert "aud" not in claims_of(bench, tokens["access_token"])
    header = json.loads(base64.urlsafe_b64decode(tokens["refresh_token"].split(".")[0] + "=="))
    assert header["alg"] == "HS256"


def test_userinfo_gives_the_sector_identity_of_the_same_subject(bench: Bench, login: Login) -> None:
    tokens = login.tokens()

    answer = login.userinfo(tokens["access_token"]).json()

    assert answer["sub"] == claims_of(bench, tokens["id_token"])["sub"]
    assert answer["SubjectNameID"] == DOCTOR
    assert answer["SubjectRole"] == ["10^1.2.250.1.213.1.1.5.5"]
    assert answer["SubjectRefPro"]["exercices"][0]["activities"][0]["numeroFinessSite"].startswith("99")


def test_userinfo_answers_post_as_well(bench: Bench, login: Login) -> None:
    token = login.tokens()["access_token"]

    answer = bench.http().post(bench.document()["userinfo_endpoint"], data={"access_token": token})

    assert answer.json()["SubjectNameID"] == DOCTOR


@pytest.mark.parametrize(
    ("person", "exercices"), [("899900000045", 2), ("899900000060", None), ("ANS20260101000008", 1)]
)
def test_every_form_of_identity_signs_in(bench: Bench, login: Login, person: str, exercices: int | None) -> None:
    bench.approve(person)

    answer = login.userinfo(login.tokens()["access_token"]).json()

    assert answer["SubjectNameID"] == person
    found = answer.get("SubjectRefPro", {}).get("exercices")
    assert (found and len(found)) == exercices


def test_refresh_gives_a_full_new_set_and_the_former_token_still_serves(login: Login) -> None:
    first = login.tokens()

    second = login.refresh(first["refresh_token"]).json()

    assert second["refresh_token"] != first["refresh_token"]
    assert second["session_state"] == first["session_state"]
    assert login.userinfo(second["access_token"]).status_code == 200
    assert login.refresh(first["refresh_token"]).status_code == 200


def test_one_time_refresh_tokens_are_a_switch(bench: Bench, login: Login) -> None:
    bench.tell("PUT", "switches", {"psc.refresh_rotation": "single_use"})
    first = login.tokens()
    login.refresh(first["refresh_token"])

    assert login.refresh(first["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_refreshed_id_token_keeps_the_time_of_the_real_sign_in(bench: Bench, login: Login) -> None:
    first = login.tokens()
    bench.later(100)

    second = login.refresh(first["refresh_token"]).json()

    before, after = claims_of(bench, first["id_token"]), claims_of(bench, second["id_token"])
    assert after["auth_time"] == before["auth_time"]
    assert after["iat"] >= before["iat"] + 100


# -- what expires, on the session clock ---------------------------------------------------------------------------


def test_a_code_lives_a_minute(bench: Bench, login: Login) -> None:
    code = login.code()
    bench.later(61)

    answer = login.redeem(code)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert bench.last("psc.token")["findings"][-1]["rule"] == "PSC-TOK-013"


def test_an_access_token_lives_two_minutes(bench: Bench, login: Login) -> None:
    token = login.tokens()["access_token"]
    bench.later(121)

    answer = login.userinfo(token)

    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert (bench.last("psc.userinfo")["outcome"], bench.last("psc.userinfo")["code"]) == ("refused", "invalid_token")


def test_the_life_of_an_access_token_is_a_switch(bench: Bench, login: Login) -> None:
    bench.tell("PUT", "switches", {"psc.access_token_s": 300})
    tokens = login.tokens()
    bench.later(200)

    assert tokens["expires_in"] == 300
    assert login.userinfo(tokens["access_token"]).status_code == 200


def test_a_refresh_token_dies_after_half_an_hour_idle(bench: Bench, login: Login) -> None:
    token = login.tokens()["refresh_token"]
    bench.later(1801)

    assert login.refresh(token).json()["error"] == "invalid_grant"


def test_refreshing_slides_the_half_hour_but_never_beyond_the_sso_session(bench: Bench, login: Login) -> None:
    tokens = login.tokens()
    for minutes in range(25, 226, 25):
        bench.later(minutes * 60)
        tokens = login.refresh(tokens["refresh_token"]).json()

    assert 0 < tokens["refresh_expires_in"] <= 900
    bench.later(4 * 3600 + 1)
    assert login.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"


# -- what is refused ------------------------------------------------------------------------------------------------


def test_a_replayed_code_is_refused_and_revokes_what_it_gave(bench: Bench, login: Login) -> None:
    code = login.code()
    tokens = login.redeem(code).json()

    answer = login.redeem(code)

    assert answer.json()["error"] == "invalid_grant"
    assert bench.last("psc.token")["findings"][-1]["rule"] == "PSC-TOK-014"
    assert login.userinfo(tokens["access_token"]).status_code == 401
    assert login.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_failed_redemption_burns_the_code(login: Login) -> None:
    code = login.code()
    login.redeem(code, code_verifier="x" * 43)

    assert login.redeem(code).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"code": "unknown"}, "PSC-TOK-013"),
        ({"redirect_uri": CALLBACK + "/"}, "PSC-TOK-015"),
        ({"code_verifier": "x" * 43}, "PSC-TOK-016"),
        ({"code_verifier": None}, "PSC-TOK-016"),
    ],
)
def test_what_does_not_match_the_code_is_an_invalid_grant(
    bench: Bench, login: Login, changed: dict[str, str | None], rule: str
) -> None:
    answer = login.redeem(login.code(), **changed)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert bench.last("psc.token")["findings"][-1]["rule"] == rule
    assert answer.json()["error_description"].startswith(f"{rule}: rule broken: ")


def test_a_code_is_worth_nothing_to_another_client(bench: Bench, login: Login) -> None:
    bench.declare("autre-logiciel")

    assert login.redeem(login.code(), client_id="autre-logiciel").json()["error"] == "invalid_grant"


def test_a_refresh_token_is_worth_nothing_to_another_client(bench: Bench, login: Login) -> None:
    bench.declare("autre-logiciel")
    token = login.tokens()["refresh_token"]

    assert login.refresh(token, client_id="autre-logiciel").json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"grant_type": None}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"code": None}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
    ],
)
def test_a_malformed_token_request_tells_what_is_wrong(
    login: Login, changed: dict[str, str | None], error: str
) -> None:
    answer = login.redeem(login.code(), **changed)

    assert (answer.status_code, answer.json()["error"]) == (400, error)


@pytest.mark.parametrize("kind", ["id_token", "refresh_token"])
def test_no_other_token_opens_userinfo(login: Login, kind: str) -> None:
    assert login.userinfo(login.tokens()[kind]).status_code == 401


@pytest.mark.parametrize("token", ["abc", "a.b.c", "é", "eyJhbGciOiJub25lIn0.e30."])
def test_what_is_no_token_is_refused(bench: Bench, login: Login, token: str) -> None:
    endpoint = bench.document()["userinfo_endpoint"]

    answer = bench.http().get(endpoint, headers={"Authorization": f"Bearer {token}".encode()})

    assert answer.status_code == 401


def test_an_altered_access_token_is_refused(login: Login) -> None:
    head, payload, signature = login.tokens()["access_token"].split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "==")) | {"SubjectNameID": "899900000029"}
    forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()

    assert login.userinfo(f"{head}.{forged}.{signature}").status_code == 401


def test_a_deeply_nested_token_is_refused_like_any_other(bench: Bench, login: Login) -> None:
    nested = base64.urlsafe_b64encode(b"[" * 30_000).rstrip(b"=").decode()

    answer = bench.http().post(bench.document()["userinfo_endpoint"], data={"access_token": f"{nested}.e30.AA"})

    assert answer.status_code == 401


def test_the_entry_tells_who_for_whom_and_never_waits_to_be_written(bench: Bench, login: Login) -> None:
    tokens = login.tokens()
    login.userinfo(tokens["access_token"])

    redeemed, read = bench.last("psc.token"), bench.last("psc.userinfo")
    assert redeemed["facts"]["professional"] == DOCTOR
    assert redeemed["facts"]["client_id"] == bench.client_id
    assert redeemed["facts"]["session_state"] == tokens["session_state"]
    assert redeemed["peer"]["session_by"] == "credential"
    assert read["peer"]["token"] == {"client_id": bench.client_id, "subject": f"f:{STORAGE}:{DOCTOR}"}


STORAGE = "11111111-2222-3333-4444-555555555555"


def test_userinfo_may_be_a_signed_token(bench: Bench, login: Login) -> None:
    plain = login.userinfo(login.tokens()["access_token"]).json()
    bench.tell("PUT", "switches", {"psc.userinfo_signed": True, "psc.key": 1})

    answer = login.userinfo(login.tokens()["access_token"])

    assert answer.headers["Content-Type"] == "application/jwt"
    assert claims_of(bench, answer.text) == plain | {"iss": bench.issuer, "aud": bench.client_id}


def test_userinfo_may_have_its_older_form(bench: Bench, login: Login) -> None:
    today = login.userinfo(login.tokens()["access_token"]).json()
    bench.tell("PUT", "switches", {"psc.userinfo_form": "2021"})

    older = login.userinfo(login.tokens()["access_token"]).json()

    assert older.keys() ^ today.keys() == {
        "codeCivilite",
        "codeGenreActivite",
        "otherIds",
        "otherIDs",
        "email_verified",
    }
    assert older["SubjectRefPro"] == {"codeCivilite": today["codeCivilite"]} | today["SubjectRefPro"]
    assert (older["otherIDs"], older["email_verified"]) == (today["otherIds"], False)


def test_the_older_form_of_who_has_no_exercice_is_short_too(bench: Bench) -> None:
    bench.approve("899900000060")
    bench.tell("PUT", "switches", {"psc.userinfo_form": "2021"})
    login = Login(bench, bench.http())

    older = login.userinfo(login.tokens()["access_token"]).json()

    assert older.keys() >= {"sub", "SubjectNameID", "codeCivilite", "email_verified"}
    assert "SubjectRefPro" not in older


def test_prompt_consent_changes_nothing(login: Login) -> None:
    first = callback(login.ask())

    assert callback(login.ask(prompt="consent"))["session_state"] == first["session_state"]
