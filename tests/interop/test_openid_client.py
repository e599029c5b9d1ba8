"""openid-client, the relying party of npm that the OpenID Foundation certified."""

from __future__ import annotations

from typing import Any

import pytest

from ..mocks.psc.conftest import DOCTOR, GOODBYE, Bench
from .conftest import Party

WHOLE = {
    "userinfo": DOCTOR,
    "refreshed": True,
    "active": True,
    "revoked": True,
    "goodbye": f"{GOODBYE}?state=fin",
    "over": True,
}


@pytest.mark.parametrize("post", [False, True], ids=["client_secret_basic", "client_secret_post"])
def test_login_refresh_userinfo_introspection_revocation_logout(bench: Bench, openid_client: Party, post: bool) -> None:
    bench.approve()

    seen = openid_client(post=post)

    assert seen == WHOLE | {"issuer": bench.issuer, "sub": seen["sub"]}
    refused = [item for item in bench.exchanges() if item["outcome"] != "accepted"]
    assert refused == []


def test_ciba(bench: Bench, openid_client: Party) -> None:
    bench.declare(ciba=True)
    bench.approve()
    bench.tell("PUT", "switches", {"psc.ciba_polls": 1, "psc.ciba_interval_s": 1})

    seen = openid_client(flow="ciba")

    assert seen == WHOLE | {"issuer": bench.issuer, "sub": seen["sub"], "interval": 1}
    codes = [item["code"] for item in bench.exchanges("psc.token") if item["facts"]["grant_type"].endswith(":ciba")]
    assert codes == ["authorization_pending", None]


def test_ciba_refused(bench: Bench, openid_client: Party) -> None:
    bench.declare(ciba=True)
    bench.approve(outcome="refuse")
    bench.tell("PUT", "switches", {"psc.ciba_interval_s": 1})

    assert openid_client(flow="ciba")["error"]["error"] == "access_denied"


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
        "psc.userinfo.sub",
        "psc.token.invalid_grant",
        "psc.down",
    ],
)
def test_it_notices_the_lies_that_its_certification_covers(bench: Bench, openid_client: Party, fault: str) -> None:
    bench.approve()
    bench.arm(fault, times=None)

    seen: dict[str, Any] = openid_client()

    assert "error" in seen
    assert "userinfo" not in seen
    assert fault in {item["fault"] for item in bench.exchanges()}


@pytest.mark.parametrize("name", ["foreign_key", "altered", "alg_none", "hs256", "unknown_key"])
def test_it_notices_false_signatures_once_it_verifies_them(bench: Bench, openid_client: Party, name: str) -> None:
    bench.approve()
    honest = openid_client(verify=True)
    bench.arm(f"psc.id_token.{name}")

    seen: dict[str, Any] = openid_client(verify=True)

    assert "error" not in honest
    assert "error" in seen
    assert "userinfo" not in seen
