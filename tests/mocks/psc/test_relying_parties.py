"""Relying parties that we did not write: Authlib, and idpyoidc, which verifies everything that OpenID Connect asks."""

from __future__ import annotations

import dataclasses
import time

import pytest
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet

from ..sandbox_thread import SandboxThread
from .conftest import DOCTOR, GOODBYE, Bench, Login
from .parties import lightweight_party, signed_in, strict_party


@pytest.fixture(autouse=True)
def trust(sandbox: SandboxThread, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both libraries use requests, which learns of a test authority this way."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", sandbox.ready["ca_file"])


@pytest.fixture
def numeric(bench: Bench) -> Bench:
    """The bench by its IP address: cryptojwt does not verify servers called localhost."""
    issuer = bench.ready["services"]["psc"]["issuer"].replace("localhost", "127.0.0.1")
    return dataclasses.replace(bench, ready=bench.ready | {"services": {"psc": {"issuer": issuer}}})


def test_a_strict_party_signs_a_physician_in(numeric: Bench, login: Login) -> None:
    told = signed_in(numeric, login, strict_party(numeric))

    assert "error" not in told
    assert told["issuer"] == numeric.issuer
    assert told["userinfo"]["SubjectNameID"] == DOCTOR
    assert told["id_token"]["aud"] == [numeric.client_id]
    assert [found["rule"] for found in numeric.last("psc.authorization")["findings"]] == []


def test_a_strict_party_refreshes(numeric: Bench, login: Login) -> None:
    party = strict_party(numeric)
    told = signed_in(numeric, login, party)

    refreshed = party.refresh_access_token(told["state"])

    assert refreshed["access_token"] != told["token"]
    assert party.get_user_info(told["state"], access_token=refreshed["access_token"])["SubjectNameID"] == DOCTOR


def test_a_strict_party_signs_out(numeric: Bench, login: Login) -> None:
    party = strict_party(numeric)
    told = signed_in(numeric, login, party)

    request = party.logout(told["state"], post_logout_redirect_uri=GOODBYE)
    answer = login.browser.get(request["url"])

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(GOODBYE)
    assert login.userinfo(told["token"]).status_code == 401


@pytest.mark.parametrize(
    "fault",
    [
        "psc.state.wrong",
        "psc.state.missing",
        "psc.callback.iss",
        "psc.nonce.wrong",
        "psc.nonce.missing",
        "psc.id_token.iss",
        "psc.id_token.aud",
        "psc.id_token.expired",
        "psc.id_token.unknown_key",
        "psc.id_token.foreign_key",
        "psc.id_token.altered",
        "psc.id_token.hs256",
        "psc.userinfo.sub",
        "psc.token.invalid_grant",
    ],
)
def test_a_strict_party_notices_each_lie(numeric: Bench, login: Login, fault: str) -> None:
    numeric.arm(fault)

    try:
        told = signed_in(numeric, login, strict_party(numeric))
    except Exception as noticed:
        told = {"error": type(noticed).__name__}

    assert "error" in told
    assert fault in {exchange["fault"] for exchange in numeric.exchanges()}


# -- Authlib --------------------------------------------------------------------------------------------------------


def asked(bench: Bench, login: Login, session: OAuth2Session) -> str:
    """The address of the callback, once the wallet has answered."""
    address, _ = session.create_authorization_url(
        bench.document()["authorization_endpoint"],
        state=login.state,
        nonce=login.nonce,
        acr_values="eidas1",
        code_verifier=login.verifier,
    )
    return login.browser.get(address).headers["Location"]


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_authlib_signs_in_and_verifies_the_id_token(bench: Bench, login: Login, method: str) -> None:
    document = bench.document()
    with lightweight_party(bench, token_endpoint_auth_method=method) as session:
        location = asked(bench, login, session)
        tokens = session.fetch_token(
            document["token_endpoint"],
            authorization_response=location,
            state=login.state,
            code_verifier=login.verifier,
        )
        userinfo = session.get(document["userinfo_endpoint"]).json()
        keys = KeySet.import_key_set(session.get(document["jwks_uri"], withhold_token=True).json())

    token = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"])
    claims = CodeIDToken(
        token.claims,
        token.header,
        options={"iss": {"value": document["issuer"]}, "aud": {"value": bench.client_id}},
        params={"nonce": login.nonce, "client_id": bench.client_id, "access_token": tokens["access_token"]},
    )
    claims.validate(int(time.time()))
    assert userinfo["sub"] == claims["sub"]
    assert bench.last("psc.token")["facts"]["client_auth"] == method


def test_authlib_refreshes_and_sees_the_end_of_the_session(bench: Bench, login: Login) -> None:
    endpoint = bench.document()["token_endpoint"]
    with lightweight_party(bench) as session:
        session.fetch_token(endpoint, authorization_response=asked(bench, login, session), code_verifier=login.verifier)
        refreshed = session.refresh_token(endpoint)
        bench.later(4 * 3600 + 1)

        with pytest.raises(OAuthError, match="invalid_grant"):
            session.refresh_token(endpoint, refresh_token=refreshed["refresh_token"])


def test_authlib_reads_the_error_of_an_altered_verifier(bench: Bench, login: Login) -> None:
    with lightweight_party(bench) as session:
        location = asked(bench, login, session)

        with pytest.raises(OAuthError, match="invalid_grant"):
            session.fetch_token(
                bench.document()["token_endpoint"],
                authorization_response=location,
                code_verifier=login.verifier[::-1],
            )
