"""What RFC 9700 says that an attacker tries against a provider: each is refused, told by a rule, and journaled."""

from __future__ import annotations

import inspect
import re
from typing import Any

import httpx
import pytest
from lxml import html

from banc_mocks.psc.service import provider
from banc_mocks.psc.wire import clients

from .conftest import CALLBACK, GOODBYE, Bench, Login, callback, claims_of
from .test_clients import grant_form, token_endpoint
from .test_logout import leave, logout_endpoint

HUGE = "x" * 200_000


def error(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


def told(exchange: dict[str, Any]) -> tuple[str, set[str]]:
    return exchange["outcome"], {found["rule"] for found in exchange["findings"]}


# -- mix-up, injection, downgrade, replay (RFC 9700 §4.4, §4.5, §4.8.2, §4.14) -------------------------------------


def test_every_callback_names_its_issuer(bench: Bench, login: Login) -> None:
    accepted, refused = callback(login.ask()), callback(login.ask(scope="openid"))

    assert accepted["iss"] == refused["iss"] == bench.issuer == bench.document()["issuer"]


def test_a_stolen_code_is_worth_nothing_without_its_verifier(bench: Bench, login: Login) -> None:
    code = login.code()

    assert error(login.redeem(code, code_verifier=None)) == (400, "invalid_grant")
    assert error(login.redeem(code)) == (400, "invalid_grant"), "the attempt spent it"
    assert "PSC-TOK-014" in told(bench.last("psc.token"))[1]


def test_a_code_is_not_injected_into_another_client(bench: Bench, login: Login) -> None:
    bench.declare("autre")

    assert error(login.redeem(login.code(), client_id="autre")) == (400, "invalid_grant")
    assert told(bench.last("psc.token")) >= ("refused", {"PSC-TOK-013"})


def test_a_request_stripped_of_its_challenge_is_noticed(bench: Bench, login: Login) -> None:
    code = login.code(code_challenge=None, code_challenge_method=None)

    assert error(login.redeem(code)) == (400, "invalid_grant")
    assert "PSC-TOK-018" in told(bench.last("psc.token"))[1]


def test_a_lenient_session_redeems_it_and_tells(lenient: Bench) -> None:
    lenient.approve()
    login = Login(lenient, lenient.http())
    code = login.code(code_challenge=None, code_challenge_method=None)

    assert login.redeem(code).status_code == 200
    assert "PSC-TOK-018" in told(lenient.last("psc.token"))[1]


def test_a_challenge_is_not_weakened_to_plain(login: Login) -> None:
    challenge = login.parameters()["code_challenge"]

    assert error(login.redeem(login.code(), code_verifier=challenge)) == (400, "invalid_grant")


def test_a_replayed_code_kills_what_it_gave(login: Login) -> None:
    code = login.code()
    tokens = login.redeem(code).json()

    assert error(login.redeem(code)) == (400, "invalid_grant")
    assert login.userinfo(tokens["access_token"]).status_code == 401
    assert error(login.refresh(tokens["refresh_token"])) == (400, "invalid_grant")


def test_a_refresh_token_of_another_client_is_worth_nothing(bench: Bench, login: Login) -> None:
    bench.declare("autre")
    tokens = login.tokens()

    assert error(login.refresh(tokens["refresh_token"], client_id="autre")) == (400, "invalid_grant")


def test_a_refresh_token_is_used_once_when_it_is_told_so(bench: Bench, login: Login) -> None:
    bench.tell("PUT", "switches", {"psc.refresh_rotation": "single_use"})
    first = login.tokens()["refresh_token"]
    second = login.refresh(first).json()["refresh_token"]

    third = login.refresh(second).json()

    assert error(login.refresh(first)) == (400, "invalid_grant")
    assert told(bench.last("psc.token")) >= ("refused", {"PSC-TOK-017"})
    assert error(login.refresh(third["refresh_token"])) == (400, "invalid_grant"), "a thief may hold it"
    assert login.userinfo(third["access_token"]).status_code == 401


# -- redirections (RFC 9700 §4.1, §4.11) ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        CALLBACK + "/",
        CALLBACK + "/../autre",
        CALLBACK + "?x=1",
        CALLBACK + "#fragment",
        CALLBACK.replace("https://", "https://moi@"),
        CALLBACK.replace("logiciel", "LOGICIEL"),
        CALLBACK.replace(".test/", ".test.attaquant.test/"),
        CALLBACK + "%2f..%2fautre",
        "javascript:alert(1)",
        "//attaquant.test/callback",
        CALLBACK + "\r\nSet-Cookie: a=b",
    ],
)
def test_nobody_is_sent_to_an_address_that_was_not_declared(bench: Bench, login: Login, address: str) -> None:
    answer = login.ask(redirect_uri=address)

    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert told(bench.last("psc.authorization")) >= ("refused", {"PSC-AUT-002"})


@pytest.mark.parametrize("address", [GOODBYE + "/", "https://attaquant.test/", "//attaquant.test"])
def test_a_logout_does_not_redirect_elsewhere(login: Login, address: str) -> None:
    answer = leave(login, login.tokens(), post_logout_redirect_uri=address)

    assert (answer.status_code, "Location" in answer.headers) == (400, False)


# -- the page (RFC 9700 §4.16) --------------------------------------------------------------------------------------


def test_no_page_is_framed_sniffed_or_kept(bench: Bench, login: Login) -> None:
    bench.tell("DELETE", "login")
    pages = [login.ask(), login.ask(client_id="inconnu"), leave(login, {"id_token": "a.b.c"})]

    for page in pages:
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
        assert page.headers["X-Frame-Options"] == "DENY"
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "same-origin"


def test_what_a_page_repeats_is_not_markup(login: Login) -> None:
    page = login.ask(client_id='"><script>alert(1)</script>')

    assert b"<script>" not in page.content


def test_a_callback_may_be_posted(bench: Bench, login: Login) -> None:
    page = login.ask(response_mode="form_post", state='x" onload="alert(1)')

    form = html.document_fromstring(page.content).find(".//form")
    assert form is not None
    fields = {field.get("name"): field.get("value") for field in form.iterfind("input")}
    assert (form.get("action"), form.get("method")) == (CALLBACK, "post")
    assert fields.keys() == {"state", "session_state", "iss", "code"}
    assert fields["state"] == 'x" onload="alert(1)'
    assert re.search(r"script-src 'sha256-[\w+/]+='", page.headers["Content-Security-Policy"])
    assert page.headers["Set-Cookie"].startswith("PSC_SSO_")
    assert login.redeem(fields["code"]).status_code == 200


def test_an_error_may_be_posted_too(login: Login) -> None:
    page = login.ask(response_mode="form_post", scope="openid")

    assert b'name="error" value="invalid_scope"' in page.content


@pytest.mark.parametrize("mode", ["fragment", "query.jwt", "jwt", "web_message"])
def test_another_response_mode_is_refused(bench: Bench, login: Login, mode: str) -> None:
    assert callback(login.ask(response_mode=mode))["error"] == "invalid_request"
    assert "PSC-AUT-023" in told(bench.last("psc.authorization"))[1]


# -- malformed, repeated, huge --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "media_type", "expected", "rule"),
    [
        (b"grant_type=%zz&code=\xff", "application/x-www-form-urlencoded", (400, "invalid_request"), "PSC-FRM-001"),
        (b"&".join(b"a%d=1" % rank for rank in range(500)), None, (400, "invalid_request"), "PSC-FRM-001"),
        (b"grant_type=refresh_token&grant_type=password", None, (400, "invalid_request"), "PSC-TOK-004"),
        (b'{"grant_type":"refresh_token"}', "application/json", (400, "invalid_request"), "PSC-TOK-001"),
        (b"<xml/>", "text/xml", (400, "invalid_request"), "PSC-TOK-001"),
        (b"", None, (400, "invalid_request"), "PSC-TOK-010"),
    ],
)
def test_a_malformed_form(
    bench: Bench, body: bytes, media_type: str | None, expected: tuple[int, str], rule: str
) -> None:
    headers = {"Content-Type": media_type or "application/x-www-form-urlencoded"}
    answer = bench.http().post(token_endpoint(bench), content=body, headers=headers)

    assert error(answer) == expected
    assert rule in told(bench.last("psc.token"))[1]


def test_a_huge_form_is_refused_before_it_is_read(bench: Bench) -> None:
    answer = bench.http().post(token_endpoint(bench), data={"grant_type": HUGE})

    assert answer.status_code == 413
    assert bench.last("psc.token")["outcome"] == "refused"


@pytest.mark.parametrize("token", ["a", "a.b.c", "." * 5000, "é.è.à", HUGE[:6_000], "null", "e30.e30.e30"])
def test_a_token_that_is_none(bench: Bench, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}".encode()}
    answer = bench.http().get(bench.document()["userinfo_endpoint"], headers=headers)

    assert (answer.status_code, answer.json()["error"]) in ((401, "invalid_token"), (400, "invalid_request"))


@pytest.mark.parametrize("host", ["attaquant.test", "auth.bas.esw.esante.gouv.fr", "localhost:1", "a" * 300])
def test_an_unknown_host_does_not_change_what_the_session_signed(bench: Bench, login: Login, host: str) -> None:
    tokens = login.tokens()
    endpoint = bench.document()["userinfo_endpoint"]
    headers = {"Host": host, "Authorization": f"Bearer {tokens['access_token']}"}

    answer = bench.http().get(endpoint, headers=headers)

    assert claims_of(login.refresh(tokens["refresh_token"]).json()["id_token"])["iss"] == bench.issuer
    assert answer.status_code in (200, 400)


@pytest.mark.parametrize("twice", ["header and body", "body and body"])
def test_a_token_is_shown_once(bench: Bench, login: Login, twice: str) -> None:
    token = login.tokens()["access_token"]
    header = {"Authorization": f"Bearer {token}"} if twice == "header and body" else {}
    tokens = [token] if header else [token, token]

    endpoint = bench.document()["userinfo_endpoint"]
    answer = bench.http().post(endpoint, data={"access_token": tokens}, headers=header)

    assert error(answer) == (400, "invalid_request")
    assert "PSC-UIN-003" in told(bench.last("psc.userinfo"))[1]


def test_a_token_of_another_session_is_refused_and_told_in_both(bench: Bench, lenient: Bench) -> None:
    lenient.approve()
    token = Login(lenient, lenient.http()).tokens()["access_token"]

    answer = bench.http().get(bench.document()["userinfo_endpoint"], headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code >= 400
    for session in (bench, lenient):
        assert "SESSION-001" in told(session.last("psc.userinfo"))[1]


def test_a_client_of_another_session_is_refused(bench: Bench, lenient: Bench, login: Login) -> None:
    lenient.declare("d-ailleurs")
    answer = login.redeem(login.code(), client_id="d-ailleurs")

    assert answer.status_code >= 400
    assert bench.last("psc.token")["outcome"] == "refused"


def test_a_logout_hint_of_another_provider(bench: Bench, login: Login) -> None:
    answer = login.browser.get(f"{logout_endpoint(bench)}?id_token_hint={'e30.' * 3}")

    assert answer.status_code == 400
    assert "PSC-OUT-002" in told(bench.last("psc.logout"))[1]


# -- comparisons ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "comparing", [clients._same_secret, provider._proves, provider.Provider.signed_in], ids=lambda f: f.__name__
)
def test_secrets_are_compared_in_constant_time(comparing: Any) -> None:
    code = inspect.getsource(comparing)

    assert "hmac.compare_digest" in code


def test_guesses_of_a_client_secret_are_all_journaled(bench: Bench, login: Login) -> None:
    form = grant_form(login, client_id=bench.client_id)
    for guess in ("a", "b", "c"):
        bench.http().post(token_endpoint(bench), data=form | {"client_secret": guess})

    codes = [exchange["code"] for exchange in bench.exchanges("psc.token")]
    assert codes == ["invalid_client"] * 3
