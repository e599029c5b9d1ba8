"""What the services of a session are told when it ends, by a logout token posted to their server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from urllib.parse import parse_qs

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from ..sandbox_thread import SandboxThread
from .conftest import CALLBACK, DOCTOR, Bench, Login, claims_of
from .test_logout import leave
from .test_registry import clients_file

EVENT = "http://schemas.openid.net/event/backchannel-logout"


class Service(ThreadingHTTPServer):
    """A service's logout endpoint on loopback, and what was posted to it."""

    def __init__(self) -> None:
        self.told: Queue[str] = Queue()
        self.status = 200
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/fin"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        assert isinstance(self.server, Service)
        self.send_response(self.server.status)
        self.send_header("Location", self.server.address)
        self.end_headers()
        self.server.told.put(parse_qs(body)["logout_token"][0])

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


@pytest.fixture
def service() -> Iterator[Service]:
    served = Service()
    thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield served
    served.shutdown()
    thread.join()
    served.server_close()


def test_every_service_of_the_session_is_told(bench: Bench, login: Login, service: Service) -> None:
    bench.declare(backchannel_logout=service.address)
    bench.declare("autre", backchannel_logout=service.address)
    tokens = login.tokens()
    login.code(client_id="autre")

    leave(login, tokens)
    told = [service.told.get(timeout=5) for _ in range(2)]

    keys = KeySet.import_key_set(bench.http().get(bench.document()["jwks_uri"]).json())
    read = [jwt.decode(token, keys, algorithms=["RS256"]) for token in told]
    assert {token.header["typ"] for token in read} == {"logout+jwt"}
    assert {token.claims["aud"] for token in read} == {bench.client_id, "autre"}
    assert {token.claims["sid"] for token in read} == {tokens["session_state"]}
    assert all(EVENT in token.claims["events"] and "nonce" not in token.claims for token in read)
    assert read[0].claims["sub"] == claims_of(tokens["id_token"])["sub"]


def test_what_was_told_is_in_the_journal(bench: Bench, login: Login, service: Service) -> None:
    bench.declare(backchannel_logout=service.address)
    tokens = login.tokens()
    leave(login, tokens)
    leave(login, tokens)

    told = bench.tell("GET", "exchanges?operation=psc.backchannel_logout&wait=5")["exchanges"]

    assert [(item["direction"], item["outcome"]) for item in told] == [("out", "accepted")]
    assert told[0]["facts"]["professional"] == DOCTOR


def test_a_service_that_is_not_there_changes_nothing(bench: Bench, login: Login) -> None:
    bench.declare(backchannel_logout="http://127.0.0.1:1/fin")

    assert leave(login, login.tokens()).status_code == 302
    told = bench.tell("GET", "exchanges?operation=psc.backchannel_logout&wait=5")["exchanges"]
    assert [item["outcome"] for item in told] == ["failed"]


def test_a_service_does_not_send_the_token_elsewhere(bench: Bench, login: Login, service: Service) -> None:
    service.status = 307
    bench.declare(backchannel_logout=service.address)

    leave(login, login.tokens())
    told = bench.tell("GET", "exchanges?operation=psc.backchannel_logout&wait=5")["exchanges"]

    assert [(item["outcome"], item["code"]) for item in told] == [("refused", "307")]
    assert service.told.qsize() == 1


def test_a_logout_by_another_address_names_the_issuer_of_the_tokens(
    bench: Bench, login: Login, service: Service
) -> None:
    bench.declare(backchannel_logout=service.address)
    tokens = login.tokens()
    logout = bench.document()["end_session_endpoint"].replace("localhost", "127.0.0.1")

    assert bench.http().post(logout, data={"id_token_hint": tokens["id_token"]}).is_success

    assert claims_of(service.told.get(timeout=5))["iss"] == claims_of(tokens["id_token"])["iss"]


def test_a_client_of_the_file_is_told_too(sandbox: SandboxThread, bench: Bench, login: Login, service: Service) -> None:
    bench.client_id = "du-fichier-prevenu"
    declared = {
        "client_id": bench.client_id,
        "client_secret": bench.client_secret,
        "redirect_uris": [CALLBACK],
        "backchannel_logout": service.address,
        "session": bench.session,
    }
    with clients_file(sandbox, declared):
        tokens = login.tokens()
        leave(login, tokens, post_logout_redirect_uri=None)

        assert claims_of(service.told.get(timeout=5))["aud"] == bench.client_id
