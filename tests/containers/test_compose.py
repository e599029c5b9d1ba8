"""The compose files: the sandbox alone, and an application beside it that reaches the services by their names."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import KeySet
from lxml import html

from banc_harness import sut
from banc_harness.demo import described
from banc_harness.handle import SandboxHandle

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "docker"
PORTS = (
    *("CONTROL", "PSC", "WALLET", "INSI", "INSI_MTLS", "DMP"),
    *("SMTP", "SUBMISSION", "SUBMISSION_TLS", "IMAP", "IMAP_TLS"),
)
TOKEN = "jeton"
CALLBACK = "http://localhost:3000/callback"
DISCOVERY = "https://psc:8441/auth/realms/esante-wallet/.well-known/wallet-openid-configuration"
BACK_END = """
import http.client, json, smtplib, ssl, urllib.parse, urllib.request
trusted = ssl.create_default_context(cafile="/confiance/ca.pem")
def get(url, form=None):
    data = urllib.parse.urlencode(form).encode() if form else None
    return json.loads(urllib.request.urlopen(urllib.request.Request(url, data), context=trusted, timeout=5).read())
def status(host, port, path):
    connection = http.client.HTTPSConnection(host, port, context=trusted, timeout=5)
    connection.request("GET", path)
    return connection.getresponse().status
def starttls(host, port):
    with smtplib.SMTP(host, port, timeout=5) as operator:
        return operator.starttls(context=trusted)[0]
def told(value):
    print(json.dumps(value))
"""
NAMES = """{
    "psc": status("psc", 8441, "/auth/realms/esante-wallet/.well-known/wallet-openid-configuration"),
    "insi": status("insi", 8442, "/lps?wsdl"),
    "dmp": status("dmp", 8443, "/si-dmp-server/v2/services/patients?wsdl"),
    "san": status("banc.editeur.test", 8440, "/ready"),
    "mssante": starttls("mssante", 8487),
}"""

Compose = Callable[..., str]

pytestmark = pytest.mark.containers


@contextmanager
def project(image: str, *files: str, **variables: str) -> Iterator[Compose]:
    """A compose project of its own, on free ports, gone at the end; called with the arguments of docker-compose."""
    environment = {**os.environ, **{f"BANC_PORT_{name}": "" for name in PORTS}, **variables}
    environment |= {"BANC_IMAGE": image, "BANC_TOKEN": TOKEN, "COMPOSE_PROJECT_NAME": f"banc-{secrets.token_hex(4)}"}
    plugin = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
    command = ["docker", "compose"] if plugin.returncode == 0 else ["docker-compose"]
    chosen = [part for name in files for part in ("-f", str(DOCKER / name))]

    def compose(*arguments: str) -> str:
        done = subprocess.run(
            [*command, *chosen, *arguments], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    try:
        yield compose
    finally:
        compose("down", "--volumes", "--timeout", "2")


@pytest.fixture(scope="module")
def wallet_port(unused_tcp_port_factory: Callable[[], int]) -> int:
    return unused_tcp_port_factory()


@pytest.fixture(scope="module")
def beside(image: str, wallet_port: int) -> Iterator[Compose]:
    """The sandbox and the witness, each in its container; the browser's port is known beforehand."""
    with project(image, "compose.yaml", "compose.editeur.yaml", BANC_PORT_WALLET=str(wallet_port)) as compose:
        compose("up", "-d", "temoin")
        yield compose


def outside(compose: Compose) -> SandboxHandle:
    """The sandbox as this machine reaches it."""
    port = compose("port", "banc", "8440").strip().rpartition(":")[2]
    return SandboxHandle(f"https://localhost:{port}", token=TOKEN)


def back_end(compose: Compose, script: str) -> Any:
    """What a script tells that runs where the application runs."""
    return json.loads(compose("exec", "-T", "temoin", "python", "-c", BACK_END + script))


def health(container: str) -> str:
    """The health of a container once its first check is over."""
    command = ["docker", "events", "--since", "0", "--filter", f"container={container}", "--format", "{{.Status}}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as events:
        assert events.stdout is not None
        try:
            return next(line.strip().partition(": ")[2] for line in events.stdout if line.startswith("health_status"))
        finally:
            events.terminate()


def signed_in(authorization: str, client_id: str, ca_bundle: str) -> str:
    """The code that a browser outside the containers brings back: it fills in the wallet page and follows redirects."""
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": CALLBACK,
        "scope": "openid scope_all",
        "acr_values": "eidas1",
        "state": secrets.token_urlsafe(32),
        "nonce": secrets.token_urlsafe(32),
    }
    with requests.Session() as browser:
        answer = browser.get(f"{authorization}?{urlencode(query)}", verify=ca_bundle, timeout=5)
        page = html.document_fromstring(answer.content)
        filled = {"persona": page.xpath("//option/@value")[0], "means": "MOBILE", "outcome": "approve"}
        action = urljoin(answer.url, page.xpath("//form/@action")[0])
        answer = browser.post(action, filled, verify=ca_bundle, timeout=5, allow_redirects=False)
    assert answer.headers["Location"].startswith(CALLBACK)
    return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]


def test_sandbox_alone_becomes_healthy(image: str) -> None:
    with project(image, "compose.yaml") as compose:
        compose("up", "-d")

        assert health(compose("ps", "-q", "banc").strip()) == "healthy"
        with outside(compose) as sandbox:
            assert sandbox.health()["status"] == "ok"


def test_every_service_is_reached_by_its_own_name(beside: Compose) -> None:
    found = back_end(beside, f"told({NAMES})")

    assert found == {"psc": 200, "insi": 200, "dmp": 200, "san": 200, "mssante": 220}


def test_browser_and_back_end_each_have_addresses_that_they_reach(beside: Compose, wallet_port: int) -> None:
    provider = back_end(beside, f"told(get({DISCOVERY!r}))")
    assert provider["issuer"] == "https://banc:8441/auth/realms/esante-wallet"
    assert urlsplit(provider["authorization_endpoint"]).netloc == f"localhost:{wallet_port}"

    with outside(beside) as sandbox:
        client = sandbox.default.clients()[0]
        code = signed_in(provider["authorization_endpoint"], client["client_id"], sandbox.ca_bundle)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    form |= {key: client[key] for key in ("client_id", "client_secret")}
    tokens, keys = back_end(
        beside, f"told([get({provider['token_endpoint']!r}, {form!r}), get({provider['jwks_uri']!r})])"
    )

    token = jwt.decode(tokens["id_token"], KeySet.import_key_set(keys), algorithms=["RS256"])
    assert token.claims["iss"] == provider["issuer"]


def test_a_run_goes_through_the_containers(image: str, tmp_path: Path) -> None:
    environment = {**os.environ, "BANC_IMAGE": image}
    script = [DOCKER / "campagne.sh", tmp_path / "rapport", "--scenario", "UC1.01", "UC1.02", "UC1.21"]

    done = subprocess.run(script, env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / "rapport/report.json").read_text(encoding="utf-8"))
    verdicts = {row["requirement"]: row["verdict"] for row in report["requirements"]}
    wanted = ("SBX-INS-01", "SBX-DMP-01", "SBX-MSS-01", "SBX-PSC-01", "SBX-DOC-01")
    assert {name: verdicts[name] for name in wanted} == dict.fromkeys(wanted, "CONFORME")


def test_description_of_the_witness_is_the_one_that_it_gives_of_itself() -> None:
    written = sut.load(DOCKER / "sut.temoin.yaml").sut

    assert written == described("http://temoin:9000").sut
