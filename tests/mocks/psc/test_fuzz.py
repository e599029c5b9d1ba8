"""Whatever is sent anywhere, the provider answers in its protocol's terms, and tells by a rule what it refuses."""

from __future__ import annotations

import base64
from random import Random
from urllib.parse import urlencode

import pytest

from .conftest import CALLBACK, Bench, Login

VALUES = (
    "",
    "\x00",
    "é",
    "\u202e",
    "\U0001f600",
    "%",
    "+",
    '"><script>',
    "\r\nX: y",
    "../../etc/passwd",
    "a" * 1_500,
    "[" * 1_500,
    "9" * 400,
    "-1",
    "a.b.c",
    "e30.e30.",
    "none",
    "openid scope_all",
    "eidas1",
    "authorization_code",
    "refresh_token",
    "urn:openid:params:grant-type:ciba",
    CALLBACK,
)
NAMES = (
    *("response_type", "client_id", "redirect_uri", "scope", "acr_values", "state", "nonce", "prompt", "max_age"),
    *("code_challenge", "code_challenge_method", "response_mode", "request_uri", "grant_type", "code", "refresh_token"),
    *("auth_req_id", "client_secret", "client_assertion", "code_verifier", "token", "access_token", "id_token_hint"),
    *("post_logout_redirect_uri", "login_hint", "binding_message", "channel", "subject_token", "subject_token_type"),
    *("audience", "persona", "means", "outcome"),
)
SCHEMES = ("Basic", "Bearer", "Digest")
POSTED = ("token", "userinfo", "introspection", "revocation", "end", "backchannel")


def addresses(bench: Bench) -> list[tuple[str, str]]:
    """Every address that reads what a client sends, with its method."""
    told = bench.document()
    api = bench.issuer.replace("/esante-wallet", "/dmp")
    posted = [told[name] for name in told if name.endswith("_endpoint") and name.split("_")[0] in POSTED]
    posted += [f"{api}/protocol/openid-connect/token", f"{api}/protocol/openid-connect/token/introspect"]
    read = [told["authorization_endpoint"], told["end_session_endpoint"], told["userinfo_endpoint"]]
    login = told["authorization_endpoint"] + "/login/x"
    return [("GET", address) for address in read] + [("POST", address) for address in (*posted, login)]


def sent(chance: Random, known: dict[str, str], values: tuple[str, ...]) -> tuple[str, dict[str, bytes]]:
    """A form, and headers: some of what a careful client sends, some of what nobody does."""
    pairs = [(name, value) for name, value in known.items() if chance.random() < 0.7]
    pairs += [(chance.choice(NAMES), chance.choice(values)) for _ in range(chance.randint(0, 6))]
    headers = {}
    if chance.random() < 0.4:
        credentials = chance.choice(values).replace("\x00", "").replace("\r\n", "")
        if chance.random() < 0.5:
            credentials = base64.b64encode(credentials.encode()).decode()
        headers["Authorization"] = f"{chance.choice(SCHEMES)} {credentials}".strip().encode()
    return urlencode(pairs), headers


@pytest.mark.parametrize("seed", range(4))
def test_nothing_makes_the_provider_fail(bench: Bench, login: Login, seed: int) -> None:
    chance, http = Random(seed), bench.http()
    tokens = login.tokens()
    values = (*VALUES, tokens["access_token"], tokens["refresh_token"], tokens["id_token"])
    known = login.parameters() | {"client_secret": bench.client_secret}
    where = addresses(bench)

    for _ in range(60):
        method, address = chance.choice(where)
        form, headers = sent(chance, known, values)
        if method == "GET":
            http.send(http.build_request("GET", f"{address}?{form[:6_000]}", headers=headers))
        else:
            media = chance.choice(["application/x-www-form-urlencoded"] * 5 + ["application/json"])
            http.post(address, content=form, headers=headers | {"Content-Type": media.encode()})

    answered = [one for one in bench.exchanges() if one["operation"] not in ("psc.discovery", "psc.unknown")]
    assert len(answered) > 60
    assert [one["response"]["line"] for one in answered if one["outcome"] == "failed"] == []
    assert [one["operation"] for one in answered if one["outcome"] == "refused" and not one["findings"]] == []
    assert max(int(one["response"]["line"]) for one in answered) < 500
