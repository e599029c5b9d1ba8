"""How fast Pro Santé Connect answers, beside two peers of npm in the same run.

Like with like: all are behind TLS with the same certificate, and take turns of a second or so, so that whatever else
the machine does weighs on each. The peers answer what costs them least (client credentials), then what ours answers
(signed userinfo, refresh); in clear too, to tell what TLS costs them. The floor is the signature alone, on every core,
without a client. What ours does more is told, and shown: each answer has its entry in the journal.
What is asserted are ratios of the same run, with margin; the goals are printed.
Run with ``pytest -m bench -s tests/bench/test_psc.py``.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from banc_standards.psc.rules.back_channel import TOKEN_REQUEST, USERINFO_REQUEST

pytestmark = pytest.mark.bench

HERE = Path(__file__).parent
CLIENTS = 16
ROUNDS, TURN_S = 5, 1.2
DISCOVERY_PER_S, SIGNED_PER_S, TOKENS_PER_S, P99_MS = 5_000, 1_000, 700, 60
BEHIND = {"oidc-provider": 2.5, "oauth2-mock-server": 1.5}
"""How far behind a peer one signature, or a public document, may stay in the best of the turns.

They keep nothing and journal nothing.
"""
PEERS = {"oidc-provider": "oidc-provider@9", "oauth2-mock-server": "oauth2-mock-server@8"}
CALLBACK = "https://logiciel.example.test/callback"
FORM = "application/x-www-form-urlencoded"
PROTOCOL = "/protocol/openid-connect"
CLIENT = {"grant_type": "client_credentials", "client_id": "bench", "client_secret": "secret"}


@dataclass(frozen=True)
class Place:
    """A server: its port and, over TLS, the authority of its certificate."""

    port: int
    ca_file: str | None = None
    pid: int = 0
    access: str = ""
    refresh: str = ""

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
            "seconds": TURN_S,
        }
        spent = cpu_ms(self.pid)
        ran = subprocess.run(
            [sys.executable, str(HERE / "load.py")], input=json.dumps(told), capture_output=True, text=True, check=True
        )
        measured: dict[str, float] = json.loads(ran.stdout)
        assert measured["failed"] == 0
        return measured | {"cpu_ms": (cpu_ms(self.pid) - spent) / measured["answered"]}


def cpu_ms(pid: int) -> float:
    """CPU milliseconds that a process spent so far (Linux); 0 elsewhere."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return 0.0
    spent = stat.read_text().rpartition(")")[2].split()[11:13]
    return 1000 * sum(map(int, spent)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def process(*command: str, cwd: Path) -> Iterator[dict[str, Any]]:
    """A server in a process of its own; the JSON line that it begins with."""
    started = subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    try:
        yield json.loads(started.stdout.readline()) | {"pid": started.pid}
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
    session: str
    certificate: tuple[Path, Path]

    def userinfo(self) -> dict[str, float]:
        """Signed userinfo: one RS256 signature an answer."""
        bearer = f"Bearer {self.access_token}"
        return self.place.load("GET", f"{self.realm}{PROTOCOL}/userinfo", Authorization=bearer)

    def tokens(self) -> dict[str, float]:
        """A refresh: access and ID token signed RS256, refresh token, three records of state."""
        form = {"grant_type": "refresh_token", "refresh_token": self.refresh_token}
        path = f"{self.realm}{PROTOCOL}/token"
        return self.place.load("POST", path, form, Authorization=self.credentials)

    def journaled(self, operation: str) -> int:
        """The exchanges of an operation in the journal of the session, each read back."""
        after, found = 0, 0
        with httpx.Client(verify=ssl.create_default_context(cafile=self.place.ca_file), timeout=60) as http:
            while True:
                asked: dict[str, str | int] = {"operation": operation, "after": after, "limit": 1000}
                page = http.get(f"{self.session}/exchanges", params=asked).raise_for_status().json()
                if not page["exchanges"]:
                    return found
                found += sum(one["count"] for one in page["exchanges"])
                after = page["next"]


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
        place = Place(issuer.port or 443, ready["ca_file"], ready["pid"])
        pki = folder / "data" / "pki"
        credentials = "Basic " + base64.b64encode(b"bench:secret").decode()
        yield Provider(
            place,
            issuer.path,
            tokens["refresh_token"],
            tokens["access_token"],
            credentials,
            session,
            (pki / "server.pem", pki / "server.key"),
        )


@pytest.fixture(scope="module")
def peers(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[tuple[str, str], Place]]:
    """The peers, by name and "TLS" or "clear", each in a process of its own."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed: the peers are not measured")
    folder = tmp_path_factory.mktemp("peers")
    command = ["npm", "install", "--no-audit", "--no-fund", "--silent", *PEERS.values(), "jose"]
    installed = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if installed.returncode != 0:
        pytest.skip(f"npm cannot install the peers: {installed.stderr.strip()[-500:]}")
    for script in ("oidc_provider.mjs", "oauth2_mock_server.mjs"):
        shutil.copy(HERE / script, folder)
    with ExitStack() as running:
        yield {
            (name, how): running.enter_context(peer(name, folder, provider, tls=how == "TLS"))
            for name in PEERS
            for how in ("TLS", "clear")
        }


def test_discovery(provider: Provider, peers: dict[tuple[str, str], Place], capsys: pytest.CaptureFixture[str]) -> None:
    turns: dict[str, list[dict[str, float]]] = {}
    for _ in range(ROUNDS):
        ours = provider.place.load("GET", f"{provider.realm}/.well-known/wallet-openid-configuration")
        turns.setdefault("discovery, TLS", []).append(ours)
        for name in PEERS:
            theirs = peers[name, "TLS"].load("GET", "/.well-known/openid-configuration")
            turns.setdefault(f"{name}, TLS", []).append(theirs)

    best = {name: best_ratio(turns["discovery, TLS"], turns[f"{name}, TLS"]) for name in PEERS}
    with capsys.disabled():
        print(*(summed(name, each) for name, each in turns.items()))
        print(f"goal: discovery {DISCOVERY_PER_S}/s, p99 {P99_MS} ms")
        print(*(f"ours is {ratio:.2f} times {name}'s, at best;" for name, ratio in best.items()))
    for name, ratio in best.items():
        assert ratio > 1 / BEHIND[name]


def asked_as_ours(peer: Place, name: str) -> dict[str, dict[str, float]]:
    """What a peer gives when it is asked what ours is asked."""
    by_secret = {"Authorization": "Basic " + base64.b64encode(b"bench:secret").decode()}
    form = {"grant_type": "refresh_token", "refresh_token": peer.refresh or "any"}
    found = {f"{name}, refresh, TLS": peer.load("POST", "/token", form, **by_secret)}
    if peer.access:
        userinfo = peer.load("GET", "/me", Authorization=f"Bearer {peer.access}")
        found[f"{name}, userinfo, TLS"] = userinfo
    return found


def signatures_alone(seconds: float) -> float:
    """RS256 signatures a second of as many threads as there are cores, with nothing around them."""
    key, padding, digest = rsa.generate_private_key(65537, 2048), PKCS1v15(), SHA256()
    until = time.perf_counter() + seconds

    def sign() -> int:
        count = 0
        while time.perf_counter() < until:
            key.sign(b"x" * 600, padding, digest)
            count += 1
        return count

    cores = os.cpu_count() or 1
    with ThreadPoolExecutor(cores) as threads:
        return sum(each.result() for each in [threads.submit(sign) for _ in range(cores)]) / seconds


def test_signatures_and_whole_token_answers(
    provider: Provider, peers: dict[tuple[str, str], Place], capsys: pytest.CaptureFixture[str]
) -> None:
    turns: dict[str, list[dict[str, float]]] = {}
    before = {operation: provider.journaled(operation) for operation in ("psc.userinfo", "psc.token")}
    for _ in range(ROUNDS):
        turns.setdefault("one signature, TLS", []).append(provider.userinfo())
        for (name, how), place in peers.items():
            turns.setdefault(f"{name}, {how}", []).append(place.load("POST", "/token", CLIENT))
            if how == "TLS":
                for asked, measured in asked_as_ours(place, name).items():
                    turns.setdefault(asked, []).append(measured)
        turns.setdefault("two signatures, TLS", []).append(provider.tokens())
    journaled = {operation: provider.journaled(operation) - before[operation] for operation in before}
    signed, tokens = turns["one signature, TLS"], turns["two signatures, TLS"]
    best = {name: best_ratio(signed, turns[f"{name}, TLS"]) for name in PEERS}

    with capsys.disabled():
        print(*(summed(name, each) for name, each in turns.items()))
        print(f"floor: the signature alone, {signatures_alone(TURN_S):.0f}/s on every core")
        print(f"goals: one signature {SIGNED_PER_S}/s, two {TOKENS_PER_S}/s, p99 {P99_MS} ms")
        print(*(f"one signature is {ratio:.2f} times {name} behind TLS, at best;" for name, ratio in best.items()))
        print(
            "each answer of ours is journaled before it leaves (hash chain, group commit, fsync); its request is judged"
            f" by {len(USERINFO_REQUEST)} rules (userinfo) or {len(TOKEN_REQUEST)} (token); the peers do neither"
        )
    assert journaled == {
        "psc.userinfo": sum(turn["answered"] for turn in signed),
        "psc.token": sum(turn["answered"] for turn in tokens),
    }
    for name, ratio in best.items():
        assert ratio > 1 / BEHIND[name]
        assert best_ratio(tokens, turns[f"{name}, TLS"]) > 1 / BEHIND[name] / 2


def best_ratio(ours: list[dict[str, float]], theirs: list[dict[str, float]]) -> float:
    """Our rate over theirs, in the turn that was the best for us."""
    return max(mine["rate"] / other["rate"] for mine, other in zip(ours, theirs, strict=True))


@contextmanager
def peer(name: str, folder: Path, provider: Provider, *, tls: bool) -> Iterator[Place]:
    """A peer in a process of its own, behind TLS with the provider's certificate, or in clear."""
    files = [str(path) for path in provider.certificate] if tls else []
    with process("node", f"{name.replace('-', '_')}.mjs", *files, cwd=folder) as ready:
        tokens = {name: ready.get(name, "") for name in ("access", "refresh")}
        yield Place(ready["port"], provider.place.ca_file if tls else None, ready["pid"], **tokens)


def summed(name: str, turns: list[dict[str, float]]) -> str:
    """Rates of the turns, median and best, and what an answer costs the server."""
    rates, cpu = [turn["rate"] for turn in turns], median(turn["cpu_ms"] for turn in turns)
    late = median(turn["p99_ms"] for turn in turns)
    return f"\n{name}: {median(rates):.0f}/s (best {max(rates):.0f}), p99 {late:.1f} ms, {cpu:.2f} ms CPU each"
