"""One sandbox per worker, in a thread of its own; each test lives in a session of its own and talks to real sockets."""

from __future__ import annotations

import base64
import json
import secrets
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from banc_standards.psc import build

from ..sandbox_thread import SandboxThread

DOCTOR = "899900000011"
CALLBACK = "https://logiciel.example.test/callback"
GOODBYE = "https://logiciel.example.test/au-revoir"


@dataclass
class Bench:
    """One session of the sandbox, its control API, and one declared client."""

    ready: dict[str, Any]
    session: str
    control: httpx.Client
    trust: ssl.SSLContext
    client_id: str = "dossier-plus"
    client_secret: str = "secret-de-test-du-banc"
    prefixed: bool = True
    opened: list[httpx.Client] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        base = urlsplit(self.ready["services"]["psc"]["issuer"])
        prefix = f"/s/{self.session}" if self.prefixed else ""
        return f"{base.scheme}://{base.netloc}{prefix}{base.path}"

    @property
    def discovery(self) -> str:
        return self.issuer + "/.well-known/wallet-openid-configuration"

    def document(self) -> dict[str, Any]:
        return dict(self.http().get(self.discovery).json())

    def http(self, **options: Any) -> httpx.Client:
        """A client like a server's or a browser's: trusts the sandbox, follows nothing by itself."""
        client = httpx.Client(verify=options.pop("verify", self.trust), **options)
        self.opened.append(client)
        return client

    def tell(self, method: str, what: str, content: Any = None) -> Any:
        answer = self.control.request(method, f"/control/v1/sessions/{self.session}/{what}", json=content)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def declare(self, client_id: str | None = None, **changed: Any) -> None:
        wanted = {
            "client_id": client_id or self.client_id,
            "client_secret": self.client_secret,
            "redirect_uris": [CALLBACK],
            "post_logout_uris": [GOODBYE],
        }
        self.tell("POST", "clients", wanted | changed)

    def approve(self, person: str = DOCTOR, **changed: str) -> None:
        self.tell("PUT", "login", {"auto": person} | changed)

    def arm(self, fault: str, **settings: Any) -> None:
        self.tell("PUT", "faults", {"id": fault} | settings)

    def later(self, seconds: int) -> None:
        self.tell("PUT", "clock", {"offset_s": seconds})

    def exchanges(self, operation: str | None = None) -> list[dict[str, Any]]:
        query = f"?operation={operation}" if operation else ""
        return list(self.tell("GET", f"exchanges{query}")["exchanges"])

    def awaited(self, operation: str, fault: str) -> dict[str, Any]:
        """The exchange that a fault struck, once it is in the journal."""
        query = f"exchanges?operation={operation}&wait=5"
        after = 0
        while (told := self.tell("GET", f"{query}&after={after}"))["exchanges"]:
            for exchange in told["exchanges"]:
                if exchange["fault"] == fault:
                    return dict(exchange)
            after = told["next"]
        raise AssertionError(f"no {operation} with {fault}")

    def last(self, operation: str) -> dict[str, Any]:
        return self.exchanges(operation)[-1]


@dataclass
class Login:
    """One authorization code flow, step by step, as a careful service makes it."""

    bench: Bench
    browser: httpx.Client
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    state: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    def parameters(self, **changed: str | None) -> dict[str, str]:
        parameters = {
            "response_type": "code",
            "client_id": self.bench.client_id,
            "redirect_uri": CALLBACK,
            "scope": "openid scope_all",
            "acr_values": "eidas1",
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": build.challenge(self.verifier),
            "code_challenge_method": "S256",
        } | changed
        return {name: value for name, value in parameters.items() if value is not None}

    def ask(self, **changed: str | None) -> httpx.Response:
        endpoint = self.bench.document()["authorization_endpoint"]
        return self.browser.get(endpoint, params=self.parameters(**changed))

    def code(self, **changed: str | None) -> str:
        return callback(self.ask(**changed))["code"]

    def redeem(self, code: str, /, **changed: str | None) -> httpx.Response:
        content = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": self.verifier,
            "client_id": self.bench.client_id,
            "client_secret": self.bench.client_secret,
        } | changed
        content = {name: value for name, value in content.items() if value is not None}
        return self.bench.http().post(self.bench.document()["token_endpoint"], data=content)

    def tokens(self, **changed: str | None) -> dict[str, Any]:
        answer = self.redeem(self.code(**changed))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def refresh(self, token: str, /, **changed: str | None) -> httpx.Response:
        content = {
            "grant_type": "refresh_token",
            "refresh_token": token,
            "client_id": self.bench.client_id,
            "client_secret": self.bench.client_secret,
        } | changed
        content = {name: value for name, value in content.items() if value is not None}
        return self.bench.http().post(self.bench.document()["token_endpoint"], data=content)

    def userinfo(self, token: str) -> httpx.Response:
        endpoint = self.bench.document()["userinfo_endpoint"]
        return self.bench.http().get(endpoint, headers={"Authorization": f"Bearer {token}"})


@dataclass
class Ciba:
    """One CIBA sign-in, step by step, as a careful proxy makes it."""

    bench: Bench

    def ask(self, **changed: str | None) -> httpx.Response:
        form = {
            "scope": "openid scope_all",
            "login_hint": DOCTOR,
            "binding_message": "42",
            "acr_values": "eidas1",
            "channel": "MOBILE",
            "client_id": self.bench.client_id,
            "client_secret": self.bench.client_secret,
        } | changed
        endpoint = self.bench.document()["backchannel_authentication_endpoint"]
        return self.bench.http().post(endpoint, data={key: value for key, value in form.items() if value is not None})

    def asked(self, **changed: str | None) -> str:
        answer = self.ask(**changed)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["auth_req_id"])

    def poll(self, auth_req_id: str, **changed: str) -> httpx.Response:
        form = {
            "grant_type": "urn:openid:params:grant-type:ciba",
            "auth_req_id": auth_req_id,
            "client_id": self.bench.client_id,
            "client_secret": self.bench.client_secret,
        } | changed
        return self.bench.http().post(self.bench.document()["token_endpoint"], data=form)

    def decide(self, auth_req_id: str, outcome: str) -> None:
        self.bench.tell("POST", f"ciba/{auth_req_id}", {"outcome": outcome})


def claims_of(token: str) -> dict[str, Any]:
    """The claims of a JWT, unverified."""
    return dict(json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "==")))


def callback(answer: httpx.Response) -> dict[str, str]:
    """The parameters of a redirection back to the service."""
    assert answer.status_code == 302, answer.text
    location = answer.headers["Location"]
    assert location.startswith(CALLBACK), location
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxThread]:
    running = SandboxThread(tmp_path_factory.mktemp("banc"), "psc")
    yield running
    running.stop()


@pytest.fixture
def bench(sandbox: SandboxThread) -> Iterator[Bench]:
    trust = ssl.create_default_context(cafile=sandbox.ready["ca_file"])
    with httpx.Client(base_url=sandbox.ready["control"], verify=trust) as control:
        created = control.post("/control/v1/sessions", json={"mode": "strict"}).json()
        made = Bench(sandbox.ready, created["id"], control, trust)
        made.declare()
        yield made
        for client in made.opened:
            client.close()
        control.delete(f"/control/v1/sessions/{made.session}")


@pytest.fixture
def lenient(bench: Bench) -> Iterator[Bench]:
    """The same bench in a lenient session."""
    created = bench.control.post("/control/v1/sessions", json={"mode": "lenient"}).json()
    made = Bench(bench.ready, created["id"], bench.control, bench.trust)
    made.declare()
    yield made
    for client in made.opened:
        client.close()
    bench.control.delete(f"/control/v1/sessions/{made.session}")


@pytest.fixture
def login(bench: Bench) -> Login:
    """A flow whose wallet answers by itself, as a physician."""
    bench.approve()
    return Login(bench, bench.http())
