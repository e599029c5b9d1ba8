"""The control API over a real socket."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sqlite3
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, ClientTimeout

from banc_mocks.sandbox.batch import Batch
from banc_mocks.sandbox.chain import digest
from banc_mocks.sandbox.config import Config
from banc_mocks.sandbox.launcher import Running, start
from banc_mocks.sandbox.tables import entries
from banc_standards.contracts.control import Certificate, Health, Session, SessionPage
from banc_standards.contracts.exchange import ExchangePage
from banc_standards.contracts.sandbox import Ready


async def answer(control: ClientSession, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    async with control.request(method, path, json=body) as response:
        data = await response.read()
        return response.status, json.loads(data) if data else None


async def test_the_ready_line_is_served(control: ClientSession, running: Running) -> None:
    status, body = await answer(control, "GET", "sandbox")

    assert (status, body) == (200, running.ready)
    assert Ready.read(body).control == running.ready["control"]


async def test_ready_says_that_every_service_listens(control: ClientSession, running: Running) -> None:
    status, body = await answer(control, "GET", f"{running.ready['control']}/ready")

    assert (status, body["ready"]) == (200, True)


async def test_health_and_metrics_agree(control: ClientSession) -> None:
    _, body = await answer(control, "GET", "health")
    async with control.get("metrics") as response:
        text = await response.text()

    assert Health.read(body).status == "ok"
    assert "\nbanc_sessions 1\n" in text


async def test_health_is_degraded_from_a_failed_write_to_the_next_good_one(
    control: ClientSession, running: Running
) -> None:
    async def state() -> str:
        return str((await answer(control, "GET", "health"))[1]["status"])

    with closing(sqlite3.connect(running.sandbox.config.data / "banc.db", isolation_level=None)) as disk:
        disk.execute("CREATE TRIGGER full BEFORE INSERT ON banc_records BEGIN SELECT RAISE(ABORT, 'disk full'); END")
        refused, problem = await answer(control, "POST", "sessions", {"id": "abcd"})
        states = [await state()]
        await answer(control, "GET", "sessions/default")  # a reading proves nothing
        states.append(await state())
        disk.execute("DROP TRIGGER full")
        made, _ = await answer(control, "POST", "sessions", {"id": "abcd"})
        states.append(await state())
    async with control.get("metrics") as response:
        metrics = await response.text()

    assert (refused, problem["code"], made) == (503, "STORE-001", 201)
    assert states == ["degraded", "degraded", "ok"]
    assert "\nbanc_store_failed_total 1\n" in metrics


async def test_a_session_is_made_shown_listed_and_deleted(control: ClientSession) -> None:
    created, body = await answer(control, "POST", "sessions", {"id": "abcd", "mode": "lenient", "later": 1})
    _, shown = await answer(control, "GET", "sessions/abcd")
    _, listed = await answer(control, "GET", "sessions")
    deleted, _ = await answer(control, "DELETE", "sessions/abcd")
    gone, problem = await answer(control, "GET", "sessions/abcd")

    assert (created, deleted, gone) == (201, 204, 404)
    assert Session.read(body).mode == Session.read(shown).mode == "lenient"
    assert [session.id for session in SessionPage.read(listed).sessions] == ["abcd", "default"]
    assert problem["code"] == "SESSION-002"


async def test_a_session_needs_no_body(control: ClientSession) -> None:
    status, body = await answer(control, "POST", "sessions")

    assert (status, body["mode"]) == (201, "strict")


async def test_a_list_pages(control: ClientSession) -> None:
    for name in ("aaaa", "bbbb", "cccc"):
        await answer(control, "POST", "sessions", {"id": name})

    _, first = await answer(control, "GET", "sessions?limit=2")
    _, second = await answer(control, "GET", f"sessions?limit=2&after={first['next']}")

    assert [one["id"] for one in first["sessions"] + second["sessions"]] == ["aaaa", "bbbb", "cccc", "default"]
    assert (first["next"], second["next"]) == ("bbbb", None)


async def test_a_reset_opens_the_next_epoch(control: ClientSession) -> None:
    await answer(control, "POST", "sessions/default/observations", {"text": "seen"})

    status, body = await answer(control, "POST", "sessions/default/reset")

    assert (status, body["epoch"], body["position"]) == (200, 1, 0)


async def test_a_lease_names_its_holder_to_the_next(control: ClientSession) -> None:
    await answer(control, "POST", "sessions/default/lease", {"holder": "run-1"})

    status, problem = await answer(control, "POST", "sessions/default/lease", {"holder": "run-2"})
    await answer(control, "DELETE", "sessions/default/lease")
    later, _ = await answer(control, "POST", "sessions/default/lease", {"holder": "run-2"})

    assert (status, later) == (409, 200)
    assert "run-1" in problem["detail"]


async def test_the_clock_moves_and_comes_back(control: ClientSession) -> None:
    status, moved = await answer(control, "PUT", "sessions/default/clock", {"offset_s": 3600, "frozen": True})
    released, _ = await answer(control, "DELETE", "sessions/default/clock")
    _, now = await answer(control, "GET", "sessions/default/clock")

    assert (status, moved["offset_s"], moved["frozen"]) == (200, 3600, True)
    assert (released, now["offset_s"], now["frozen"]) == (204, 0, False)


async def test_public_urls_are_replaced(control: ClientSession) -> None:
    await answer(control, "PUT", "sessions/default/public-urls", {"dmp": "https://a.example:1"})

    status, body = await answer(control, "PUT", "sessions/default/public-urls", {"psc": "https://b.example:2/"})

    assert (status, body) == (200, {"psc": "https://b.example:2"})


@pytest.mark.parametrize("url", ["b.example", "ftp://b.example", "https://b.example/?q", "https://b.example:99999", ""])
async def test_what_is_no_base_url_is_refused(control: ClientSession, url: str) -> None:
    status, problem = await answer(control, "PUT", "sessions/default/public-urls", {"psc": url})

    assert (status, problem["code"]) == (422, "ADDRESS-001")


async def test_an_unknown_fault_is_refused(control: ClientSession) -> None:
    status, problem = await answer(control, "PUT", "sessions/default/faults", {"id": "dmp.nothing"})

    assert (status, problem["code"]) == (422, "FAULT-001")


async def test_login_without_a_screen_takes_a_persona(control: ClientSession, running: Running) -> None:
    status, body = await answer(control, "PUT", "sessions/default/login", {"auto": "P01", "outcome": "refuse"})
    setting = running.sandbox.sessions.default.login
    unknown, _ = await answer(control, "PUT", "sessions/default/login", {"auto": "nobody"})
    deleted, _ = await answer(control, "DELETE", "sessions/default/login")

    assert (status, unknown, deleted) == (200, 404, 204)
    assert setting is not None
    assert (setting.auto, setting.outcome) == (body["auto"], "refuse")
    assert running.sandbox.sessions.default.login is None


async def test_a_client_gets_a_secret_when_it_brings_none(control: ClientSession) -> None:
    status, body = await answer(control, "POST", "sessions/default/clients", {"client_id": "lps"})
    _, listed = await answer(control, "GET", "sessions/default/clients")

    assert status == 201
    assert len(body["client_secret"]) > 30
    assert listed["clients"][-1] == body


async def test_the_default_session_begins_with_a_client_of_its_own(control: ClientSession) -> None:
    _, listed = await answer(control, "GET", "sessions/default/clients")

    (client,) = listed["clients"]
    assert client["client_id"] == "banc-local"
    assert len(client["client_secret"]) > 30
    assert "http://localhost:3000/callback" in client["redirect_uris"]


async def test_a_software_is_registered(control: ClientSession, running: Running) -> None:
    wanted = {"name": "Dossier", "version": "1", "idam": "R1", "nil": None, "homologation": None}

    status, body = await answer(control, "POST", "sessions/default/software", wanted)

    assert (status, body) == (201, wanted)
    assert running.sandbox.sessions.default.software[0].idam == "R1"


async def test_a_certificate_is_issued_then_revoked(control: ClientSession, running: Running) -> None:
    status, body = await answer(control, "POST", "sessions/default/certificates", {"kind": "AUTH_CLI"})
    certificate = Certificate.read(body)

    revoked, _ = await answer(control, "DELETE", f"sessions/default/certificates/{certificate.id}")
    unknown, _ = await answer(control, "DELETE", "sessions/default/certificates/nobody")

    async with control.get(f"{running.ready['control']}/pki/organisations.crl") as response:
        listed = await response.read()
    assert (status, revoked, unknown) == (201, 204, 404)
    registered = running.sandbox.certificates.find(certificate.sha256)
    assert registered is not None
    assert registered.revoked_at is not None
    assert registered.serial.to_bytes(20, "big").lstrip(b"\0") in listed


async def test_the_ca_is_given_to_whoever_asks(control: ClientSession, running: Running) -> None:
    async with control.get("trust/ca.der") as response:
        data = await response.read()

    assert hashlib.sha256(data).hexdigest() == running.ready["ca_sha256"]
    status, _ = await answer(control, "GET", "trust/..%2Fpki")
    assert status == 404


async def test_identities_are_listed(control: ClientSession) -> None:
    status, body = await answer(control, "GET", "identities")

    assert status == 200
    assert (len(body["patients"]) >= 30, len(body["professionals"]), len(body["structures"])) == (True, 12, 8)


async def test_an_observation_is_an_exchange(control: ClientSession) -> None:
    status, recorded = await answer(control, "POST", "sessions/default/observations", {"facts": {"ins": "1"}})

    _, page = await answer(control, "GET", "sessions/default/exchanges?fact.ins=1")

    (exchange,) = ExchangePage.read(page).exchanges
    assert status == 201
    assert (exchange.seq, exchange.hash, exchange.outcome) == (recorded["seq"], recorded["hash"], "observed")


async def test_an_observation_takes_no_floating_number(control: ClientSession) -> None:
    status, problem = await answer(control, "POST", "sessions/default/observations", {"facts": {"n": [0.5]}})

    assert (status, problem["code"]) == (422, "JOURNAL-002")


async def test_waiting_for_an_exchange_holds_the_answer(control: ClientSession) -> None:
    asked = asyncio.create_task(answer(control, "GET", "sessions/default/exchanges?operation=seen&wait=20"))
    await answer(control, "POST", "sessions/default/observations", {"operation": "other"})
    await answer(control, "POST", "sessions/default/observations", {"operation": "seen"})

    _, page = await asyncio.wait_for(asked, 5)

    assert [exchange["operation"] for exchange in page["exchanges"]] == ["seen"]


async def test_contents_are_read_by_their_name(control: ClientSession, running: Running) -> None:
    name = digest(b"<soap/>")
    await running.sandbox.store.write(Batch("default", 0, blobs={name: b"<soap/>"}))

    async with control.get(f"blobs/{name}") as response:
        data = await response.read()
    unknown, _ = await answer(control, "GET", f"blobs/{'0' * 64}")

    assert (data, unknown) == (b"<soap/>", 404)


async def test_documents_are_listed(control: ClientSession, running: Running) -> None:
    document = {
        "unique_id": "1.2.3",
        "entry_uuid": "urn:uuid:1",
        "ins": "279035121518989",
        "type_code": "34105-7",
        "title": "Lettre de liaison",
        "status": "Approved",
        "at": "2026-11-21T10:00:00Z",
        "blob": digest(b""),
        "size": 0,
        "visibility": [],
    }
    columns = dict.fromkeys((column.name for column in entries.columns), "") | {
        "unique_id": "1.2.3",
        "current": True,
        "signature": False,
        "masked": False,
    }
    own = {name: value for name, value in columns.items() if name not in ("session", "epoch", "key", "rank", "value")}
    change = running.sandbox.sessions.default.working.put("dmp", "entry", "urn:uuid:1", document, own)
    await running.sandbox.store.write(Batch("default", 0, changes=(change,)))

    status, page = await answer(control, "GET", "sessions/default/documents")
    _, rest = await answer(control, "GET", "sessions/default/documents?after=1.2.3")

    assert (status, page["documents"], rest["documents"]) == (200, [document], [])


async def test_access_tokens_are_listed_without_their_values(control: ClientSession, running: Running) -> None:
    session = running.sandbox.sessions.default
    now = int(session.now().timestamp())
    token = {"jti": "t1", "kind": "Bearer", "code": "c", "client_id": "lps", "subject": "8999", "issued": now - 60}
    session.working.put("psc", "token", "t1", token | {"expires": now + 60})
    session.working.put("psc", "token", "t2", token | {"expires": now - 1})
    session.working.put("psc", "token", "t3", token | {"expires": now + 60, "kind": "Refresh"})

    _, page = await answer(control, "GET", "sessions/default/tokens")

    assert [(one["id"], one["active"]) for one in page["tokens"]] == [("t1", True), ("t2", False)]


async def test_entries_are_counted_by_operation(control: ClientSession) -> None:
    await answer(control, "POST", "sessions/default/observations", {"operation": 'odd "name"'})

    async with control.get("metrics") as response:
        text = await response.text()

    assert 'banc_exchanges_total{service="driver",operation="odd \\"name\\"",outcome="observed"} 1\n' in text


async def events(response: Any, count: int) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    event: dict[str, str] = {}
    async for raw in response.content:
        line = raw.decode().rstrip("\n")
        if line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            event[name] = value
        elif event:
            found.append(event)
            event = {}
            if len(found) == count:
                break
    return found


async def test_events_follow_the_journal(control: ClientSession) -> None:
    await answer(control, "POST", "sessions/default/observations", {"text": "before"})

    async with control.get("sessions/default/events", timeout=ClientTimeout(10)) as response:
        for text in ("one", "two"):
            await answer(control, "POST", "sessions/default/observations", {"text": text})
        found = await events(response, 2)

    assert [one["id"] for one in found] == ["2", "3"]
    assert [json.loads(one["data"])["facts"]["text"] for one in found] == ["one", "two"]


async def test_events_go_on_from_the_last_one_seen(control: ClientSession) -> None:
    for text in ("one", "two"):
        await answer(control, "POST", "sessions/default/observations", {"text": text})

    async with control.get("sessions/default/events", headers={"Last-Event-ID": "1"}) as response:
        (found,) = await events(response, 1)

    assert (found["event"], found["id"]) == ("exchange", "2")


async def test_events_tell_a_reset(control: ClientSession) -> None:
    async with control.get("sessions/default/events", timeout=ClientTimeout(10)) as response:
        await answer(control, "POST", "sessions/default/reset")
        await answer(control, "POST", "sessions/default/observations", {"text": "after"})
        found = await events(response, 2)

    assert [one["event"] for one in found] == ["reset", "exchange"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "nothing", None, 404, "API-001"),
        ("PATCH", "sessions", None, 405, "API-002"),
        ("GET", "sessions/default/exchanges?after=x", None, 400, "API-003"),
        ("GET", "sessions/default/exchanges?outcome=x", None, 400, "API-003"),
        ("GET", "sessions/default/exchanges?wait=nan", None, 400, "API-003"),
        ("GET", "sessions?limit=0", None, 400, "API-003"),
        ("POST", "sessions", {"mode": "soft"}, 400, "API-004"),
        ("POST", "sessions", [1], 400, "API-004"),
        ("PUT", "sessions/default/clock", {"offset_s": "1"}, 400, "API-004"),
        ("PUT", "sessions/default/clock", {"offset_s": 10**12}, 422, "CLOCK-001"),
        ("POST", "sessions", {"id": "default"}, 409, "SESSION-004"),
        ("POST", "sessions", {"mllp": True}, 422, "SESSION-008"),
        ("DELETE", "sessions/default", None, 409, "SESSION-006"),
        ("GET", "sessions/zzzz", None, 404, "SESSION-002"),
    ],
)
async def test_what_is_refused_is_said_as_a_problem(
    control: ClientSession, method: str, path: str, body: Any, status: int, code: str
) -> None:
    async with control.request(method, path, json=body) as response:
        problem = await response.json(content_type="application/problem+json")

    assert (response.status, problem["status"], problem["code"]) == (status, status, code)
    assert problem["detail"]


@pytest.mark.parametrize(
    ("data", "headers", "status"),
    [
        (b"{", {"Content-Type": "application/json"}, 400),
        (b"{}", {"Content-Type": "text/plain"}, 415),
        (b"\xff", {"Content-Type": "application/json"}, 400),
        (b"[" * 100_000, {"Content-Type": "application/json"}, 400),
        (b"0" * (2**20 + 1), {"Content-Type": "application/json"}, 413),
    ],
)
async def test_a_body_that_is_no_json_is_refused(
    control: ClientSession, data: bytes, headers: dict[str, str], status: int
) -> None:
    async with control.post("sessions", data=BytesIO(data), headers=headers) as response:
        assert response.status == status


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("en", "en"), ("en-GB,en;q=0.9,fr;q=0.8", "en"), ("fr;q=0.9, en;q=0.1", "fr"), ("de", "fr"), ("en;q=0", "fr")],
)
async def test_a_problem_speaks_the_language_that_was_asked_for(
    control: ClientSession, accepted: str, language: str
) -> None:
    async with control.get("sessions/zzzz", headers={"Accept-Language": accepted}) as response:
        problem = await response.json(content_type=None)

    assert response.headers["Content-Language"] == language
    assert ("unknown session" in problem["detail"]) == (language == "en")


async def test_a_page_of_another_site_is_refused(control: ClientSession, running: Running) -> None:
    async with control.post("sessions/default/reset", headers={"Origin": "https://evil.example"}) as response:
        refused = response.status
    async with control.post("sessions/default/reset", headers={"Origin": running.ready["control"]}) as response:
        taken = response.status

    assert (refused, taken) == (403, 200)


async def test_a_token_is_asked_for_when_there_is_one(tmp_path: Path) -> None:
    config = Config(services=(), port_base=0, data=tmp_path, plain_http=True, token="s3cret")
    running = await start(config)
    statuses = {}
    async with ClientSession(f"{running.ready['control']}/control/v1/") as client:
        for given in ("", "Bearer wrong", "Basic s3cret", "Bearer s3cret"):
            headers = {"Authorization": given} if given else {}
            async with client.get("health", headers=headers) as response:
                statuses[given] = response.status
        async with client.get("trust/ca.pem") as response:
            trust = response.status
        async with client.get(f"{running.ready['control']}/ready") as response:
            ready = response.status
    await running.stop()

    assert statuses == {"": 401, "Bearer wrong": 401, "Basic s3cret": 401, "Bearer s3cret": 200}
    assert (trust, ready) == (200, 200)
