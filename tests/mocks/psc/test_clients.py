"""How a service's server proves who it is, and what it may ask about tokens."""

from __future__ import annotations

import base64
import ssl
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from banc_standards.psc import build

from .conftest import CALLBACK, DOCTOR, Bench, Login


def grant_form(login: Login, **changed: str) -> dict[str, str]:
    return {
        "grant_type": "authorization_code",
        "code": login.code(),
        "redirect_uri": CALLBACK,
        "code_verifier": login.verifier,
    } | changed


def token_endpoint(bench: Bench) -> str:
    return str(bench.document()["token_endpoint"])


def certified(bench: Bench, folder: Path, **order: Any) -> tuple[httpx.Client, dict[str, Any]]:
    """A client whose connections show a certificate of the test PKI, and that certificate."""
    issued = bench.tell("POST", "certificates", {"kind": "AUTH_CLI", "cn": bench.client_id} | order)
    file = folder / f"{issued['id']}.pem"
    file.write_text(issued["certificate"] + issued["chain"] + issued["private_key"])
    context = ssl.create_default_context(cafile=bench.ready["ca_file"])
    context.load_cert_chain(file)
    return bench.http(verify=context), issued


def der(issued: dict[str, Any]) -> bytes:
    return ssl.PEM_cert_to_DER_cert(issued["certificate"])


# -- secret ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encode", [str, lambda text: quote(text, safe="")], ids=["as it is", "form-encoded"])
def test_basic_takes_the_secret_as_it_is_or_encoded(bench: Bench, login: Login, encode: Any) -> None:
    bench.declare(client_secret="s+e/c:r=é")
    credentials = f"{bench.client_id}:{encode('s+e/c:r=é')}".encode()
    headers = {"Authorization": "Basic " + base64.b64encode(credentials).decode()}

    answer = bench.http().post(token_endpoint(bench), data=grant_form(login), headers=headers)

    assert answer.status_code == 200
    assert bench.last("psc.token")["facts"]["client_auth"] == "client_secret_basic"


def test_a_wrong_secret_is_an_invalid_client(bench: Bench, login: Login) -> None:
    answer = login.redeem(login.code(), client_secret="wrong")

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    exchange = bench.last("psc.token")
    assert (exchange["outcome"], exchange["code"]) == ("refused", "invalid_client")
    assert exchange["findings"][-1]["rule"] == "PSC-TOK-005"


def test_a_wrong_secret_does_not_burn_the_code(login: Login) -> None:
    code = login.code()
    login.redeem(code, client_secret="wrong")

    assert login.redeem(code).status_code == 200


def test_a_wrong_basic_secret_is_challenged(bench: Bench, login: Login) -> None:
    answer = bench.http().post(token_endpoint(bench), data=grant_form(login), auth=(bench.client_id, "wrong"))

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")


@pytest.mark.parametrize(
    "changed", [{"client_id": "inconnu"}, {"client_id": None}, {"client_secret": None}, {"client_secret": ""}]
)
def test_who_is_not_known_is_an_invalid_client(login: Login, changed: dict[str, str | None]) -> None:
    answer = login.redeem(login.code(), **changed)

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_signed_assertions_are_advertised_but_not_accepted(bench: Bench, login: Login) -> None:
    answer = login.redeem(login.code(), client_secret=None, client_assertion="a.b.c")

    assert answer.json()["error"] == "invalid_client"
    assert bench.last("psc.token")["findings"][0]["rule"] == "PSC-TOK-007"


# -- what betrays a client made of a browser --------------------------------------------------------------------------


def test_a_call_from_a_browser_is_refused_and_never_opened_to_scripts(bench: Bench, login: Login) -> None:
    form = grant_form(login, client_id=bench.client_id, client_secret=bench.client_secret)

    answer = bench.http().post(token_endpoint(bench), data=form, headers={"Origin": "https://spa.example.test"})

    assert answer.status_code == 400
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert "PSC-TOK-003" in {finding["rule"] for finding in bench.last("psc.token")["findings"]}


def test_a_lenient_session_answers_a_browser_and_tells(lenient: Bench) -> None:
    lenient.approve()
    login = Login(lenient, lenient.http())
    form = grant_form(login, client_id=lenient.client_id, client_secret=lenient.client_secret)

    answer = lenient.http().post(token_endpoint(lenient), data=form, headers={"Origin": "https://spa.example.test"})

    assert answer.status_code == 200
    assert "PSC-TOK-003" in {finding["rule"] for finding in lenient.last("psc.token")["findings"]}


def test_a_secret_in_the_address_is_refused(bench: Bench, login: Login) -> None:
    endpoint = f"{token_endpoint(bench)}?client_secret={bench.client_secret}"

    answer = bench.http().post(endpoint, data=grant_form(login, client_id=bench.client_id))

    assert answer.json()["error"] == "invalid_request"
    assert answer.json()["error_description"].startswith("PSC-TOK-002: rule broken: ")


def test_a_json_body_is_refused(bench: Bench, login: Login) -> None:
    answer = bench.http().post(token_endpoint(bench), json=grant_form(login))

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_an_oversized_form_is_refused_in_the_protocols_terms(bench: Bench) -> None:
    answer = bench.http().post(token_endpoint(bench), data={"code": "x" * 100_000})

    assert answer.status_code == 413
    assert answer.json()["error"] == "invalid_request"


def test_the_token_endpoint_answers_post_only(bench: Bench) -> None:
    assert bench.http().get(token_endpoint(bench)).status_code == 405


# -- certificate ----------------------------------------------------------------------------------------------------


def test_a_certificate_named_after_the_client_authenticates_it(bench: Bench, login: Login, tmp_path: Path) -> None:
    bench.declare(auth_method="mtls", client_secret=None)
    client, issued = certified(bench, tmp_path)

    answer = client.post(token_endpoint(bench), data=grant_form(login, client_id=bench.client_id))

    assert answer.status_code == 200, answer.text
    introspected = client.post(
        bench.document()["introspection_endpoint"],
        data={"client_id": bench.client_id, "token": answer.json()["access_token"]},
    ).json()
    assert introspected["active"] is True
    payload = answer.json()["access_token"].split(".")[1]
    assert build.thumbprint(der(issued)).encode() in base64.urlsafe_b64decode(payload + "==")
    assert bench.last("psc.token")["facts"]["client_auth"] == "tls_client_auth"


def test_a_declared_subject_is_compared_as_a_name(bench: Bench, login: Login, tmp_path: Path) -> None:
    client, issued = certified(bench, tmp_path, cn="service-psc")
    reordered = ", ".join(reversed(issued["subject"].split(",")))
    bench.declare(auth_method="mtls", client_secret=None, certificate_dn=reordered)

    answer = client.post(token_endpoint(bench), data=grant_form(login, client_id=bench.client_id))

    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("profile", ["expired", "not_yet", "revoked", "foreign_ca"])
def test_a_certificate_that_is_no_good_is_an_invalid_client(
    bench: Bench, login: Login, tmp_path: Path, profile: str
) -> None:
    bench.declare(auth_method="mtls", client_secret=None)
    client, _ = certified(bench, tmp_path, profile=profile)

    answer = client.post(token_endpoint(bench), data=grant_form(login, client_id=bench.client_id))

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert any(finding["rule"].startswith("TLS-") for finding in bench.last("psc.token")["findings"])


def test_anothers_certificate_is_an_invalid_client(bench: Bench, login: Login, tmp_path: Path) -> None:
    bench.declare(auth_method="mtls", client_secret=None)
    client, _ = certified(bench, tmp_path, cn="un-autre")

    answer = client.post(token_endpoint(bench), data=grant_form(login, client_id=bench.client_id))

    assert answer.json()["error"] == "invalid_client"


def test_a_secret_does_not_replace_the_certificate_of_the_registration(bench: Bench, login: Login) -> None:
    bench.declare(auth_method="mtls")

    answer = login.redeem(login.code())

    assert answer.json()["error"] == "invalid_client"
    assert answer.json()["error_description"].startswith("PSC-TOK-006: rule broken: ")


def test_no_certificate_at_all_is_an_invalid_client(bench: Bench, login: Login) -> None:
    bench.declare(auth_method="mtls", client_secret=None)

    assert login.redeem(login.code(), client_secret=None).json()["error"] == "invalid_client"


def test_a_bound_token_used_without_its_certificate_is_remarked(bench: Bench, login: Login, tmp_path: Path) -> None:
    bench.declare(auth_method="mtls", client_secret=None)
    client, _ = certified(bench, tmp_path)
    tokens = client.post(token_endpoint(bench), data=grant_form(login, client_id=bench.client_id)).json()

    answer = login.userinfo(tokens["access_token"])

    assert answer.status_code == 200
    assert [finding["rule"] for finding in bench.last("psc.userinfo")["findings"]] == ["PSC-UIN-002"]


# -- introspection and revocation -----------------------------------------------------------------------------------


def ask_about(login: Login, endpoint: str, token: str, **changed: str) -> httpx.Response:
    bench = login.bench
    form = {"token": token, "client_id": bench.client_id, "client_secret": bench.client_secret} | changed
    return bench.http().post(bench.document()[endpoint], data=form)


def test_introspection_tells_who_holds_an_access_token(login: Login) -> None:
    tokens = login.tokens()

    access = ask_about(login, "introspection_endpoint", tokens["access_token"]).json()
    refresh = ask_about(login, "introspection_endpoint", tokens["refresh_token"]).json()

    assert (access["active"], access["SubjectNameID"], access["username"]) == (True, DOCTOR, DOCTOR)
    assert refresh["active"] is True
    assert "SubjectNameID" not in refresh


@pytest.mark.parametrize("token", ["unknown", "a.b.c"])
def test_introspection_of_anything_else_is_inactive(login: Login, token: str) -> None:
    assert ask_about(login, "introspection_endpoint", token).json() == {"active": False}


def test_introspection_needs_the_clients_credentials(login: Login) -> None:
    token = login.tokens()["access_token"]

    assert ask_about(login, "introspection_endpoint", token, client_secret="wrong").status_code == 401


def test_an_id_token_is_no_token_to_introspect(login: Login) -> None:
    token = login.tokens()["id_token"]

    assert ask_about(login, "introspection_endpoint", token).json() == {"active": False}


def test_revoking_a_refresh_token_ends_its_whole_grant(login: Login) -> None:
    tokens = login.tokens()

    assert ask_about(login, "revocation_endpoint", tokens["refresh_token"]).status_code == 200

    assert login.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert login.userinfo(tokens["access_token"]).status_code == 401


def test_revoking_an_access_token_leaves_the_refresh_token(login: Login) -> None:
    tokens = login.tokens()

    ask_about(login, "revocation_endpoint", tokens["access_token"])

    assert login.userinfo(tokens["access_token"]).status_code == 401
    assert login.refresh(tokens["refresh_token"]).status_code == 200


def test_revoking_an_unknown_or_foreign_token_changes_nothing(bench: Bench, login: Login) -> None:
    bench.declare("autre-logiciel")
    tokens = login.tokens()

    foreign = ask_about(login, "revocation_endpoint", tokens["refresh_token"], client_id="autre-logiciel")
    unknown = ask_about(login, "revocation_endpoint", "unknown")

    assert (foreign.status_code, foreign.json()["error"]) == (400, "invalid_grant")
    assert bench.exchanges("psc.revocation")[0]["findings"][-1]["rule"] == "PSC-TOK-021"
    assert unknown.status_code == 200
    assert login.refresh(tokens["refresh_token"]).status_code == 200


def test_the_control_api_lists_tokens_without_their_values(bench: Bench, login: Login) -> None:
    tokens = login.tokens()

    listed = bench.tell("GET", "tokens")["tokens"]

    assert {token["client_id"] for token in listed} == {bench.client_id}
    assert all(token["active"] for token in listed)
    assert tokens["access_token"] not in str(listed)
