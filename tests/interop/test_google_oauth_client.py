"""Java's google-oauth-client, as Debian ships it (libgoogle-oauth-client-java).

No registry that CI reaches has a whole relying party in Java or in PHP: of what Debian ships, Jetty's OpenID module
only signs in, and Roundcube knows no sign-out at the provider. This library is the nearest: it makes the requests (code
with PKCE, refresh by itself when a token dies, userinfo) and verifies the ID token (signature by the JWKS, issuer,
audience, dates). ``GoogleOAuthClient.java`` adds what it leaves to its caller: comparing ``state``, ``nonce`` and the
``sub`` of userinfo, and the address of the sign-out.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ..mocks.psc.conftest import CALLBACK, DOCTOR, GOODBYE, Bench

PROGRAM = "GoogleOAuthClient"
JARS = Path("/usr/share/java")
WANTED = ("google-oauth-client", "google-http-client", "google-http-client-gson", "gson", "guava")
BESIDE = ("failureaccess", "opencensus-api", "opencensus-contrib-http-util", "grpc-context")

Party = Callable[[], dict[str, Any]]


@pytest.fixture(scope="module")
def java(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command that runs the program, compiled once."""
    jars = [JARS / f"{name}.jar" for name in WANTED]
    if shutil.which("javac") is None or not all(jar.is_file() for jar in jars):
        pytest.skip("libgoogle-oauth-client-java or a JDK is not installed: Java's google-oauth-client is not run")
    path = os.pathsep.join(str(jar) for jar in [*jars, *(JARS / f"{name}.jar" for name in BESIDE)] if jar.is_file())
    folder = tmp_path_factory.mktemp("java")
    source = Path(__file__).with_name(f"{PROGRAM}.java")
    subprocess.run(["javac", "-cp", path, "-d", str(folder), str(source)], check=True, timeout=120)
    return ["java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", f"{folder}{os.pathsep}{path}", PROGRAM]


@pytest.fixture
def party(java: list[str], bench: Bench) -> Party:
    """Runs the relying party once; returns what it saw."""

    def play() -> dict[str, Any]:
        told = {
            "document": bench.document(),
            "ca_file": bench.ready["ca_file"],
            "id": bench.client_id,
            "secret": bench.client_secret,
            "redirect": CALLBACK,
            "goodbye": GOODBYE,
        }
        environment = os.environ | {"BANC_RP": json.dumps(told)}
        ran = subprocess.run(java, env=environment, capture_output=True, text=True, check=False, timeout=60)
        assert ran.returncode == 0, ran.stderr
        return dict(json.loads(ran.stdout))

    bench.approve()
    return play


def test_login_refresh_userinfo_logout(bench: Bench, party: Party) -> None:
    seen = party()

    assert seen == {
        "sub": seen.get("sub"),
        "userinfo": DOCTOR,
        "again": DOCTOR,
        "refreshed": True,
        "goodbye": f"{GOODBYE}?state=fin",
        "over": True,
    }
    grants = [(item["facts"]["grant_type"], item["outcome"]) for item in bench.exchanges("psc.token")]
    assert grants == [
        ("authorization_code", "accepted"),
        ("refresh_token", "accepted"),
        ("refresh_token", "refused"),
    ]
    authorization = bench.last("psc.authorization")
    assert [one for one in authorization["findings"] if one["severity"] == "error"] == []


@pytest.mark.parametrize(
    "fault",
    [
        "psc.state.wrong",
        "psc.nonce.wrong",
        "psc.id_token.iss",
        "psc.id_token.aud",
        "psc.id_token.expired",
        "psc.id_token.foreign_key",
        "psc.id_token.altered",
        "psc.id_token.alg_none",
        "psc.id_token.hs256",
        "psc.id_token.unknown_key",
        "psc.userinfo.sub",
        "psc.token.invalid_grant",
    ],
)
def test_no_session_opens_on_a_lie(bench: Bench, party: Party, fault: str) -> None:
    bench.arm(fault, times=None)

    seen = party()

    assert "error" in seen
    assert "userinfo" not in seen
    assert fault in {item["fault"] for item in bench.exchanges()}
