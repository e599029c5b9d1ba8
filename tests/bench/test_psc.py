"""How fast Pro Santé Connect answers, beside two peers of npm in the same run."""

from __future__ import annotations

import base64
import json
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

pytestmark = pytest.mark.bench

HERE = Path(__file__).parent
CLIENTS, SECONDS = 16, 5
DISCOVERY_PER_S, SIGNED_PER_S, TOKENS_PER_S, P99_MS = 5_000, 1_000, 700, 60
SHARED = 3
"""How far from a goal a run may stay: the load generator and whatever else runs share the two processors."""
BEHIND = 4
"""How far behind a peer: they answer in clear, keep nothing and journal nothing."""
PEERS = {"oidc-provider": "oidc-provider@9", "oauth2-mock-server": "oauth2-mock-server@8"}
CALLBACK = "https://logiciel.example.test/callback"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Place:
    """A server: its port and, over TLS, the authority of its certificate."""

    port: int
    ca_file: str | None = None

    def load(self, method: str, path: str, form: dict[str, str] | None = None, **headers: str) -> dict[str, float]:
        """What the load generator measured of one request."""
        body = urlencode(form or {})
        lines = [f"{method} {path} HTTP/1.1", f"Host: localhost:{self.port}", f"Content-Length: {len(body)}"]
        lines += [f"Content-Type: {FORM}"] if form else []
        lines += [f"{name}: {value}" for name, value in headers.items()]
        told = {
            "port": self.port,
            "ca_file": self.ca_file,
            "request": "\r\n".join([*lines, "", body]),
            "clients": CLIENTS,
            "seconds": SECONDS,
        }
        ran = subprocess.run(
            [sys.executable, str(HERE / "load.py")], input=json.dumps(told), capture_output=True, text=True, check=True
        )
        measured: dict[str, float] = json.loads(ran.stdout)
        assert measured["failed"] == 0
        return measured


@contextmanager
def process(*command: str, cwd: Path) -> Iterator[dict[str, Any]]:
    """A server in a process of its own; the JSON line that it begins with."""
    started = subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    try:
        yield json.loads(started.stdout.readline())
    finally:
        started.terminate()
        started.wait(20)
        started.stdout.close()


@dataclass(frozen=True)
class Provider:
    """The provider over TLS, a client's refresh token and a live access token."""

    place: Place
    realm: str
    refresh_token: str
    access_token: str
    credentials: str


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    folder = tmp_path_factory.mktemp("psc")
    start = "import sys; from banc_harness.cli import main; sys.exit(main(sys.argv[1:]))"
    options = ("up", "--services", "psc", "--port-base", "0", "--data", str(folder / "data"))
    with process(sys.executable, "-c", start, *options, cwd=folder) as ready:
        trust = ssl.create_default_context(cafile=ready["ca_file"])
        session = ready["control"] + "/control/v1/sessions/default"
        with httpx.Client(verify=trust) as http:
            declared = {"client_id": "bench", "client_secret": "secret", "redirect_uris": [CALLBACK]}
            switched = {"psc.access_token_s": 3600, "psc.userinfo_signed": True}
            http.post(f"{session}/clients", json=declared).raise_for_status()
            http.put(f"{session}/login", json={"auto": "899900000011"}).raise_for_status()
            http.put(f"{session}/switches", json=switched).raise_for_status()
            document = http.get(ready["services"]["psc"]["discovery"]).json()
            asked = {
                "response_type": "code",
                "client_id": "bench",
                "redirect_uri": CALLBACK,
                "scope": "openid scope_all",
                "acr_values": "eidas1",
                "state": "s" * 24,
                "nonce": "n" * 24,
            }
            landed = http.get(document["authorization_endpoint"], params=asked).headers["Location"]
            code = parse_qs(urlsplit(landed).query)["code"][0]
            form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
            tokens = http.post(document["token_endpoint"], data=form, auth=("bench", "secret")).json()
        issuer = urlsplit(document["issuer"])
        place = Place(issuer.port or 443, ready["ca_file"])
        credentials = "Basic " + base64.b64encode(b"bench:secret").decode()
        yield Provider(place, issuer.path, tokens["refresh_token"], tokens["access_token"], credentials)


@pytest.fixture(scope="module")
def peers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where npm installed the peers."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed: the peers are not measured")
    folder = tmp_path_factory.mktemp("peers")
    command = ["npm", "install", "--no-audit", "--no-fund", "--silent", *PEERS.values(), "jose"]
    installed = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if installed.returncode != 0:
        pytest.skip(f"npm cannot install the peers: {installed.stderr.strip()[-500:]}")
    for script in ("oidc_provider.mjs", "oauth2_mock_server.mjs"):
        shutil.copy(HERE / script, folder)
    return folder


def told(name: str, measured: dict[str, float]) -> str:
    return f"\n{name}: {measured['rate']:.0f}/s, p50 {measured['p50_ms']:.1f} ms, p99 {measured['p99_ms']:.1f} ms"


def test_discovery_behind_tls(provider: Provider, capsys: pytest.CaptureFixture[str]) -> None:
    measured = provider.place.load("GET", f"{provider.realm}/.well-known/wallet-openid-configuration")

    with capsys.disabled():
        print(told("discovery, TLS", measured), f"(goal {DISCOVERY_PER_S})")
    assert measured["rate"] > DISCOVERY_PER_S / SHARED
    assert measured["p99_ms"] < P99_MS * SHARED


def test_signatures_and_whole_token_answers(
    provider: Provider, peers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    protocol = f"{provider.realm}/protocol/openid-connect"
    signed = provider.place.load("GET", f"{protocol}/userinfo", Authorization=f"Bearer {provider.access_token}")
    refresh = {"grant_type": "refresh_token", "refresh_token": provider.refresh_token}
    tokens = provider.place.load("POST", f"{protocol}/token", refresh, Authorization=provider.credentials)
    rates: dict[str, dict[str, float]] = {}
    for name in PEERS:
        script = name.replace("-", "_") + ".mjs"
        with process("node", script, cwd=peers) as ready:
            form = {"grant_type": "client_credentials", "client_id": "bench", "client_secret": "secret"}
            rates[name] = Place(ready["port"]).load("POST", "/token", form)

    with capsys.disabled():
        print(
            told("one RS256 signature, TLS", signed),
            f"(goal {SIGNED_PER_S})",
            told("access and ID token, TLS", tokens),
            f"(goal {TOKENS_PER_S})",
            *(told(f"{name}, clear", measured) for name, measured in rates.items()),
        )
    assert signed["rate"] > SIGNED_PER_S / SHARED
    assert tokens["rate"] > TOKENS_PER_S / SHARED
    assert max(signed["p99_ms"], tokens["p99_ms"]) < P99_MS * SHARED
    assert signed["rate"] > rates["oidc-provider"]["rate"] / BEHIND
    assert signed["rate"] > rates["oauth2-mock-server"]["rate"] / BEHIND
