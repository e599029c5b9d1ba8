"""Which session a call belongs to, and by which addresses the provider is known from outside."""

from __future__ import annotations

import dataclasses
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import pytest

from .conftest import DOCTOR, Bench, Login, callback
from .parties import signed_in, strict_party


def unprefixed(bench: Bench, **changed: Any) -> Bench:
    """The same session, called by addresses that do not name it."""
    return dataclasses.replace(bench, prefixed=False, opened=bench.opened, **changed)


def test_a_client_names_its_session(bench: Bench, login: Login) -> None:
    plain = Login(unprefixed(bench), login.browser)
    bench.declare("seul-ici")
    plain.bench.client_id = "seul-ici"

    tokens = plain.tokens()
    plain.userinfo(tokens["access_token"])

    for operation in ("psc.authorization", "psc.token", "psc.userinfo"):
        assert bench.last(operation)["peer"]["session_by"] == "credential"
    assert bench.last("psc.userinfo")["facts"]["professional"] == DOCTOR


def test_the_wallet_page_of_an_unprefixed_login_comes_back_to_its_session(bench: Bench) -> None:
    bench.declare("seul-ici")
    plain = Login(unprefixed(bench, client_id="seul-ici"), bench.http())

    page = plain.ask().text
    action = page.split('action="')[1].split('"')[0]
    told = callback(plain.browser.post(action, data={"persona": DOCTOR}))

    assert plain.redeem(told["code"]).status_code == 200
    assert bench.last("psc.login")["outcome"] == "accepted"


def test_a_logout_hint_names_its_session(bench: Bench, login: Login) -> None:
    tokens = login.tokens()
    plain = unprefixed(bench)

    answer = plain.http().post(plain.document()["end_session_endpoint"], data={"id_token_hint": tokens["id_token"]})

    assert answer.is_success
    assert bench.last("psc.logout")["peer"]["session_by"] == "credential"
    assert login.userinfo(tokens["access_token"]).status_code == 401


def test_a_client_at_the_address_of_another_session_is_a_conflict(bench: Bench, lenient: Bench, login: Login) -> None:
    bench.declare("seul-ici")
    elsewhere = dataclasses.replace(lenient, client_id="seul-ici")

    answer = Login(elsewhere, lenient.http()).redeem(login.code(client_id="seul-ici"))

    assert answer.status_code == 403
    assert "SESSION-001" in answer.json()["error_description"]
    assert bench.last("psc.token")["code"] == "SESSION-001"
    assert lenient.last("psc.token")["code"] == "SESSION-001"


def test_two_sessions_with_the_same_client_do_not_see_each_other(bench: Bench, lenient: Bench, login: Login) -> None:
    lenient.approve("899900000029")
    other = Login(lenient, login.browser)

    mine, theirs = login.tokens(), other.tokens()

    assert login.userinfo(mine["access_token"]).json()["SubjectNameID"] == DOCTOR
    assert other.userinfo(theirs["access_token"]).json()["SubjectNameID"] == "899900000029"
    assert {one["facts"]["professional"] for one in bench.exchanges("psc.userinfo")} == {DOCTOR}
    assert {one["facts"]["professional"] for one in lenient.exchanges("psc.userinfo")} == {"899900000029"}


def test_a_token_is_worth_nothing_at_the_address_of_another_session(bench: Bench, lenient: Bench, login: Login) -> None:
    token = login.tokens()["access_token"]

    answer = Login(lenient, lenient.http()).userinfo(token)

    assert answer.status_code == 403


def test_a_reset_forgets_every_token(bench: Bench, login: Login) -> None:
    tokens = login.tokens()
    bench.tell("POST", "reset")

    assert login.userinfo(tokens["access_token"]).status_code == 401
    assert login.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"


# -- addresses from outside -----------------------------------------------------------------------------------------


@contextmanager
def relay(target: int) -> Iterator[int]:
    """A TCP relay on a port of its own, as a container's port mapping is."""
    server = socket.create_server(("127.0.0.1", 0))

    def pump(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def serve() -> None:
        with suppress(OSError):
            while True:
                outside, _ = server.accept()
                threading.Thread(target=carry, args=(outside,), daemon=True).start()

    def carry(outside: socket.socket) -> None:
        with outside, socket.create_connection(("127.0.0.1", target)) as inside:
            back = threading.Thread(target=pump, args=(inside, outside), daemon=True)
            back.start()
            pump(outside, inside)
            back.join()

    accepting = threading.Thread(target=serve, daemon=True)
    accepting.start()
    try:
        yield server.getsockname()[1]
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        accepting.join()


def port_of(address: str) -> int:
    return urlsplit(address).port or 0


@pytest.fixture
def mapped(bench: Bench) -> Iterator[Bench]:
    """The bench as seen through mapped ports, told to the session after its start."""
    document = bench.document()
    with ExitStack() as open_relays:
        auth = open_relays.enter_context(relay(port_of(document["issuer"])))
        wallet = open_relays.enter_context(relay(port_of(document["authorization_endpoint"])))
        bench.tell("PUT", "public-urls", {"psc": f"https://127.0.0.1:{auth}", "wallet": f"https://127.0.0.1:{wallet}"})
        services = {"psc": {"issuer": f"https://127.0.0.1:{auth}/auth/realms/esante-wallet"}}
        yield dataclasses.replace(bench, ready=bench.ready | {"services": services}, opened=bench.opened)
        for client in bench.opened:
            client.close()


def test_a_strict_party_signs_in_through_mapped_ports(mapped: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", mapped.ready["ca_file"])
    mapped.approve()
    login = Login(mapped, mapped.http())

    told = signed_in(mapped, login, strict_party(mapped))

    assert told["issuer"] == mapped.issuer
    assert told["userinfo"]["SubjectNameID"] == DOCTOR


def test_the_wallet_form_posts_through_the_mapped_port(mapped: Bench) -> None:
    login = Login(mapped, mapped.http())
    endpoint = mapped.document()["authorization_endpoint"]

    action = login.ask().text.split('action="')[1].split('"')[0]
    origin = f"https://127.0.0.1:{port_of(endpoint)}"

    assert action.startswith(origin)
    answer = login.browser.post(action, data={"persona": DOCTOR}, headers={"Origin": origin})
    assert callback(answer)["iss"] == mapped.issuer


def test_the_issuer_is_the_one_of_the_authorization_request(bench: Bench, login: Login) -> None:
    code = login.code()
    bench.tell("PUT", "public-urls", {"psc": "https://ailleurs.example.test:1"})
    endpoint = bench.issuer + "/protocol/openid-connect/token"
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": login.parameters()["redirect_uri"],
        "code_verifier": login.verifier,
    }

    tokens = bench.http().post(endpoint, data=form, auth=(bench.client_id, bench.client_secret)).json()
    bench.tell("PUT", "public-urls", {})

    introspected = bench.http().post(
        bench.document()["introspection_endpoint"],
        data={"token": tokens["access_token"]},
        auth=(bench.client_id, bench.client_secret),
    )
    assert introspected.json()["iss"] == bench.issuer
