"""The bench's calls to a proxy e-Santé: over verified TLS, bounded, and kept as the journal wants them."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from banc_harness import sut
from banc_harness.certifying import access
from banc_harness.drivers.reply import DriverFailed
from banc_harness.proxy import client as calls
from banc_harness.proxy.client import Answered, Call, ProxyClient
from banc_harness.proxy.driver import ProxyDriver, call_of, told
from banc_harness.witness import proxy_server
from banc_harness.witness.proxy import Proxy, Request, Response
from banc_standards.contracts.control import Observation
from banc_standards.contracts.driver import Action, ActionSandbox, ProxyAccess
from banc_standards.contracts.sandbox import Services
from banc_standards.contracts.sut import Proxy as Described
from banc_standards.errors import UnusableInput

DOCS = Path(__file__).parents[3] / "docs"
SUT = """\
banc: 1
vendor: Éditeur Exemple
product: {name: Dossier Plus, version: "4.2.1"}
couloir: hopital
software_type: DPI
capabilities: [psc.code, psc.proxy]
proxy: {url: "https://localhost:9443"}
driver: {kind: exec, command: ["./adapter"]}
"""
Start = Callable[[Callable[[Request], Response]], str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("proxy")


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    """Starts an HTTPS server that answers as told; returns its address."""
    running = []

    def serve(answer: Callable[[Request], Response]) -> str:
        class Stub:
            """Answers in the place of a proxy."""

            def answer(self, request: Request) -> Response:
                return answer(request)

        listening = proxy_server.server(cast(Proxy, Stub()), folder)
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        running.append((listening, thread))
        return f"https://localhost:{listening.server_address[1]}"

    yield serve
    for listening, thread in running:
        listening.shutdown()
        listening.server_close()
        thread.join()


@pytest.fixture
async def opened(folder: Path) -> AsyncIterator[Callable[[str], ProxyClient]]:
    """Makes clients that trust the server of :func:`start`."""
    made: list[ProxyClient] = []

    def make(url: str) -> ProxyClient:
        made.append(ProxyClient(url, ca_file=folder / proxy_server.CA_FILE))
        return made[-1]

    yield make
    for each in made:
        await each.close()


async def test_a_call_carries_the_session_and_reads_the_one_that_is_given(start: Start, opened: Any) -> None:
    asked: list[Request] = []

    def answer(request: Request) -> Response:
        asked.append(request)
        return Response(200, b'{"proxy_session_id": "b"}', session="b")

    proxy = opened(start(answer))
    answered = await proxy.send(Call("PUT", "/send/dmp/x?y=%20z", b"{}", session="a"), timeout_s=5)
    await proxy.send(Call("GET", "/traces"), timeout_s=5)

    assert (answered.status, answered.session, answered.body) == (200, "b", b'{"proxy_session_id": "b"}')
    assert (asked[0].method, asked[0].target, asked[0].session, asked[0].body) == (
        "PUT",
        "/send/dmp/x?y=%20z",
        "a",
        b"{}",
    )
    assert asked[1].session is None


async def test_another_certificate_is_not_believed(start: Start, tmp_path: Path) -> None:
    url = start(lambda request: Response(200))
    other = proxy_server.server(Proxy(tmp_path), tmp_path)
    other.server_close()
    proxy = ProxyClient(url, ca_file=tmp_path / proxy_server.CA_FILE)

    with pytest.raises(DriverFailed) as failed:
        await proxy.send(Call("GET", "/traces"), timeout_s=5)
    await proxy.close()

    assert failed.value.failure == "unreachable"


async def test_a_large_answer_is_not_read_to_its_end(start: Start, opened: Any) -> None:
    proxy = opened(start(lambda request: Response(200, b"x" * (calls.MAX_ANSWER + 1))))

    with pytest.raises(DriverFailed) as failed:
        await proxy.send(Call("GET", "/traces"), timeout_s=5)

    assert failed.value.failure == "oversize"


async def test_silence_ends_at_the_deadline(start: Start, opened: Any) -> None:
    over = threading.Event()

    def silent(request: Request) -> Response:
        over.wait(5)
        return Response(200)

    proxy = opened(start(silent))
    try:
        with pytest.raises(DriverFailed) as failed:
            await proxy.send(Call("GET", "/traces"), timeout_s=0.2)
    finally:
        over.set()

    assert failed.value.failure == "timeout"


async def test_an_action_of_the_bench_is_observed(start: Start, folder: Path) -> None:
    kept: list[tuple[str, Observation]] = []

    async def observe(session: str, seen: Observation) -> None:
        kept.append((session, seen))

    url = start(lambda request: Response(404, "inconnu é".encode(), "text/plain"))
    driver = ProxyDriver(Described(url=url, ca_file=proxy_server.CA_FILE), folder=folder, observe=observe)
    sandbox = ActionSandbox(services=Services(), ca_file="unused.pem")
    given = {"json": {"nationalId": "899900000011", "clientId": "lps1"}, "session": None}
    reply = await driver.act(
        Action(
            id="1",
            run="r",
            session="k7f2",
            step="PSC.33.1",
            action="proxy.connect",
            deadline_s=5,
            lang="fr",
            sandbox=sandbox,
            input=given,
        )
    )
    await driver.close()

    session, seen = kept[0]
    assert (session, seen.operation, seen.step) == ("k7f2", "proxy.connect", "PSC.33.1")
    assert seen.facts["status"] == 404
    assert (seen.facts["professional"], seen.facts["client_id"]) == ("899900000011", "lps1")
    assert reply.answer.status == "done"
    assert reply.answer.output == {"status": 404, "session": None, "body": "inconnu é"}


@pytest.mark.parametrize(
    ("action", "given", "call"),
    [
        ("proxy.connect", {"text": "x=1"}, Call("POST", "/connect", b"x=1")),
        ("proxy.disconnect", {"session": "a"}, Call("DELETE", "/disconnect", session="a")),
        ("proxy.send", {"api": "insi", "endpoint": "a/b?c=d", "method": "GET"}, Call("GET", "/send/insi/a/b?c=d")),
        (
            "proxy.traces",
            {"start": "2026-11-21T10:00:00.000Z"},
            Call("GET", "/traces?start=2026-11-21T10%3A00%3A00.000Z"),
        ),
    ],
)
def test_calls_of_the_contract(action: str, given: dict[str, Any], call: Call) -> None:
    assert call_of(action, given) == call


def test_a_long_body_is_kept_by_its_beginning() -> None:
    now = datetime(2026, 11, 21, 10, tzinfo=UTC)
    facts = told(Call("GET", "/traces"), Answered(200, {}, b"x" * 2**18, None, now, now))

    assert facts["cut"]
    assert len(facts["body"]) == 2**17
    assert not any(isinstance(value, float) for value in facts.values())


@pytest.mark.parametrize(
    "url", ["http://proxy.example.test", "localhost:9443", "https://", "https://[", "https://a/?b=c"]
)
def test_an_address_that_is_none(url: str, tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="SUT-014"):
        ProxyClient(url, ca_file=tmp_path / "ca.pem")


@pytest.mark.parametrize("content", [None, b"not a certificate"])
def test_an_authority_that_cannot_be_read(content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "ca.pem").write_bytes(content)

    with pytest.raises(UnusableInput, match="SUT-015"):
        ProxyClient("https://localhost:9443", ca_file=tmp_path / "ca.pem")


def read(text: str) -> sut.Described:
    return sut.read(text.encode(), name="sut.yaml", folder=Path())


def test_a_proxy_is_described() -> None:
    described = read(SUT)

    assert described.sut.proxy is not None
    assert described.sut.proxy.url == "https://localhost:9443"
    assert described.warnings == ()


def test_the_capability_without_its_section_says_what_to_write() -> None:
    with pytest.raises(UnusableInput, match="SUT-013") as refused:
        read("\n".join(line for line in SUT.splitlines() if not line.startswith("proxy:")))

    assert "ligne 6" in refused.value.text.fr
    assert "proxy: {url:" in refused.value.hint.fr


def test_the_section_without_its_capability_is_worth_a_remark() -> None:
    assert "psc.proxy" in str(read(SUT.replace(", psc.proxy", "")).warnings[0])


def test_a_wrong_key_of_the_section_is_refused() -> None:
    with pytest.raises(UnusableInput, match="SUT-003") as refused:
        read(SUT.replace('9443"}', '9443", cafile: a.pem}'))

    assert "proxy.cafile" in refused.value.text.fr
    assert "ca_file" in refused.value.hint.fr


@pytest.mark.parametrize("page", ["psc.md", "en/psc.md"])
def test_the_example_of_the_page_is_one(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    example = text.partition('```yaml title="sut.yaml"\n')[2].partition("```")[0]

    described = read(example)

    assert described.sut.profiles == ["psc-proxy"]
    assert described.sut.proxy is not None
    assert described.warnings == ()


def test_a_person_finds_the_keys_of_the_softwares_as_files(tmp_path: Path) -> None:
    store = {"p12": base64.b64encode(b"store").decode(), "password": "secret"}
    given = {
        "clients": [{"id": "lps1-k7f2", "secret": "s", "certificate": store}],
        "apis": [{"name": "dmp", "url": "https://a.test", "token_endpoint": "https://a.test/t", "scope": "dmp.test"}],
    }
    sandbox = ActionSandbox(services=Services(), ca_file="ca.pem", proxy=ProxyAccess.read(given))
    access.write(sandbox, tmp_path)

    written = json.loads((tmp_path / "access.json").read_text())["proxy"]

    assert written["clients"][0]["certificate"] == {"file": "lps1-k7f2.p12", "password": "secret"}
    assert (tmp_path / "lps1-k7f2.p12").read_bytes() == b"store"
    assert written["apis"][0]["name"] == "dmp"
