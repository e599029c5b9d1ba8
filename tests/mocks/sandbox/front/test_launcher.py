"""Starting and stopping: the ready line, the ports, the data folder, and plain words when one of them cannot be had."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import sqlite3
import ssl
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from cryptography import x509

from banc_mocks.sandbox.batch import Batch, StoreFailed
from banc_mocks.sandbox.chain import digest
from banc_mocks.sandbox.config import Config
from banc_mocks.sandbox.launcher import Running, start
from banc_mocks.sandbox.ports import bind, check_base, port_holder
from banc_mocks.sandbox.store import Store
from banc_standards.contracts.sandbox import Ready
from banc_standards.errors import BancError, EnvironmentFailed, UnusableInput

Starting = Callable[..., Awaitable[Running]]


def free_base(offsets: tuple[int, ...]) -> int:
    """A base whose ports are free for these offsets."""
    for base in range(20_000, 60_000, 100):
        try:
            for offset in offsets:
                bind("probe", ("127.0.0.1", "::1"), base + offset).close()
        except EnvironmentFailed:
            continue
        return base
    raise AssertionError("no free ports")


async def test_the_ready_line_is_that_of_the_contract(running: Running, data: Path) -> None:
    ready = Ready.model_validate(running.ready)

    assert ready.pid == os.getpid()
    assert Path(ready.ca_file) == (data / "trust" / "ca.pem").absolute()
    assert json.loads((data / "sandbox.json").read_text()) == running.ready


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
async def test_the_ready_file_is_readable_by_its_owner_only(running: Running, data: Path) -> None:
    assert (data / "sandbox.json").stat().st_mode & 0o777 == 0o600


async def test_a_stop_takes_the_ready_file_away(running: Running, data: Path) -> None:
    await running.stop()

    assert not (data / "sandbox.json").exists()


async def test_a_base_keeps_the_offsets(starting: Starting) -> None:
    base = free_base((0, 3, 4))

    running = await starting(port_base=base)

    assert urlsplit(running.ready["control"]).port == base
    found = running.ready["services"]["guestbook"]
    assert [urlsplit(found[name]).port for name in ("members", "url")] == [base + 3, base + 4]


async def test_the_server_certificate_carries_the_names_of_the_contract(starting: Starting) -> None:
    running = await starting(san=("banc.ci.example", "192.0.2.7"))
    where = urlsplit(running.ready["control"])

    pem = await asyncio.to_thread(ssl.get_server_certificate, ("127.0.0.1", where.port))

    certificate = x509.load_pem_x509_certificate(pem.encode())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    expected = {"localhost", "127.0.0.1", "::1", "host.docker.internal", "psc", "insi", "dmp", "mssante", "annuaire"}
    assert {str(name.value) for name in names} >= expected | {"pfi", "banc", "banc.ci.example", "192.0.2.7"}


async def test_plain_http_lifts_tls_from_ports_that_ask_for_no_certificate(starting: Starting) -> None:
    running = await starting(plain_http=True)

    found = running.ready["services"]["guestbook"]
    assert (found["url"][:5], found["members"][:6], running.ready["control"][:5]) == ("http:", "https:", "http:")
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"{found['url']}/lines")).json()["base"] == found["url"]


async def test_a_public_url_replaces_scheme_and_host_and_keeps_ports(starting: Starting) -> None:
    running = await starting(public_url="https://banc.example")

    found = running.ready["services"]["guestbook"]["url"]
    assert found == f"https://banc.example:{running.sandbox.addresses.port('guestbook')}"


async def test_a_taken_port_is_named_with_its_holder(starting: Starting) -> None:
    base = free_base((0, 3, 4))
    holder = socket.create_server(("127.0.0.1", base + 4))

    with holder, pytest.raises(EnvironmentFailed) as refused:
        await starting(port_base=base)

    assert refused.value.code == "UP-004"
    assert f"port {base + 4} (guestbook)" in refused.value.text.fr
    if sys.platform == "linux":
        assert f"(PID {os.getpid()})" in refused.value.text.en
    assert "--port-base" in refused.value.hint.fr


async def test_a_start_that_failed_gives_everything_back(starting: Starting) -> None:
    base = free_base((0, 3, 4))
    with socket.create_server(("127.0.0.1", base + 4)), pytest.raises(EnvironmentFailed):
        await starting(port_base=base)

    running = await starting(port_base=base)

    assert urlsplit(running.ready["control"]).port == base


def test_a_port_without_a_holder_has_none() -> None:
    bound = bind("probe", ("127.0.0.1",), 0)
    bound.close()

    assert port_holder(bound.port) is None


async def test_a_data_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(EnvironmentFailed) as refused:
        await start(Config(services=(), port_base=0, data=tmp_path / "file" / "data"))

    assert refused.value.code == "UP-007"
    assert "--data" in refused.value.hint.en


async def test_a_part_of_it_that_cannot_be_written_is_refused_once_the_ports_listen(tmp_path: Path) -> None:
    (tmp_path / "trust").write_text("")

    with pytest.raises(EnvironmentFailed) as refused:
        await start(Config(services=(), port_base=0, data=tmp_path))

    assert refused.value.code == "UP-007"
    assert str(tmp_path / "trust") in refused.value.text.fr


async def test_a_data_folder_of_another_version_is_refused_with_what_to_do(tmp_path: Path) -> None:
    running = await start(Config(services=(), port_base=0, data=tmp_path))
    await running.stop()
    with contextlib.closing(sqlite3.connect(tmp_path / "banc.db")) as database, database:
        database.execute("UPDATE banc_meta SET value = '1' WHERE name = 'schema'")

    with pytest.raises(EnvironmentFailed) as refused:
        await start(Config(services=(), port_base=0, data=tmp_path))

    fresh = await start(Config(services=(), port_base=0, data=tmp_path, fresh=True))
    await fresh.stop()

    assert refused.value.code == "UP-010"
    assert "--fresh" in refused.value.hint.en
    assert fresh.aside == tmp_path / "old-1"
    with contextlib.closing(sqlite3.connect(tmp_path / "old-1" / "banc.db")) as kept:
        assert kept.execute("SELECT value FROM banc_meta WHERE name = 'schema'").fetchone() == ("1",)


async def test_a_fresh_start_keeps_authority_and_sets_aside_the_rest(starting: Starting, data: Path) -> None:
    running = await starting()
    content = bytes(2**20 + 1)
    entry = {"operation": "dmp.TD2.1", "outcome": "accepted"}
    await running.sandbox.store.write(Batch("default", 0, entry, {digest(content): content}))
    await running.stop()
    (data / "psc").mkdir()
    (data / "psc" / "clients.json").write_text('{"clients": []}')

    again = await starting(fresh=True)
    position = await again.sandbox.journal.position(again.sandbox.sessions.default)
    await again.stop()
    third = await starting(fresh=True)

    assert position == 0
    assert again.ready["ca_sha256"] == running.ready["ca_sha256"]
    assert (data / "psc" / "clients.json").exists()
    assert third.aside == data / "old-2"
    (data / "kept").mkdir()
    for name in ("banc.db", "blobs"):
        (data / "old-1" / name).rename(data / "kept" / name)
    kept = await Store.open(data / "kept")
    assert await kept.blob(digest(content)) == content
    assert (await kept.write(Batch("default", 0))).position == 1
    await kept.stop()


async def test_a_folder_that_never_served_has_nothing_to_set_aside(starting: Starting) -> None:
    assert (await starting(fresh=True)).aside is None


async def test_a_folder_in_use_is_not_set_aside(running: Running, data: Path) -> None:
    with pytest.raises(EnvironmentFailed) as refused:
        await start(Config(services=(), port_base=0, data=data, fresh=True))

    assert refused.value.code == "UP-009"
    assert (data / "banc.db").exists()
    assert not (data / "old-1").exists()


async def test_a_second_sandbox_on_the_same_data_folder_is_refused(running: Running, data: Path) -> None:
    with pytest.raises(EnvironmentFailed) as refused:
        await start(Config(services=(), port_base=0, data=data))

    assert refused.value.code == "UP-009"
    assert f"(PID {os.getpid()}, {running.ready['control']})" in refused.value.text.fr
    assert json.loads((data / "sandbox.json").read_text()) == running.ready


async def test_listening_beyond_this_machine_takes_a_token(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput) as refused:
        await start(Config(services=(), port_base=0, data=tmp_path, host="0.0.0.0"))

    assert refused.value.code == "UP-002"
    assert "--token" in refused.value.hint.fr


async def test_with_a_token_it_listens_beyond(starting: Starting) -> None:
    running = await starting(host="0.0.0.0", token="s3cret")

    assert running.ready["control"].startswith("https://localhost:")


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"services": ("dpm",)}, "UP-006"),
        ({"services": ("annuaire",)}, "UP-006"),
        ({"host": "no-such-host.invalid"}, "UP-001"),
        ({"host": "203.0.113.9", "token": "s3cret"}, "UP-001"),
        ({"san": ("two words",)}, "CERT-001"),
        ({"port_base": 65_535}, "UP-003"),
        ({"port_base": -1}, "UP-003"),
        ({"public_url": "banc.example"}, "UP-008"),
        ({"public_url": "https://[banc"}, "UP-008"),
        ({"public_url": "https://banc.example/path"}, "UP-008"),
        ({"store_url": "mysql://banc:s3cret@db/banc"}, "UP-011"),
        ({"store_url": "postgresql://db:port/banc"}, "UP-011"),
        ({"store_url": "sqlite://"}, "UP-011"),
        ({"store_url": "postgresql://db/banc", "fresh": True}, "UP-015"),
    ],
)
async def test_options_that_cannot_be_used_say_so(starting: Starting, wanted: dict[str, object], code: str) -> None:
    with pytest.raises(BancError) as refused:
        await starting(**wanted)

    assert refused.value.code == code
    assert refused.value.hint.fr
    assert refused.value.hint.en
    assert "s3cret" not in str(refused.value)


async def test_a_second_sandbox_on_the_same_database_file_is_refused(tmp_path: Path) -> None:
    store = await Store.open(tmp_path / "one", url=f"sqlite:///{tmp_path}/banc.db")

    with pytest.raises(StoreFailed, match="already open"):
        await Store.open(tmp_path / "two", url=f"sqlite:///{tmp_path}/banc.db")

    await store.stop()


def test_an_unknown_service_gets_the_nearest_name() -> None:
    with pytest.raises(UnusableInput, match="dpm") as refused:
        asyncio.run(start(Config(services=("dpm",))))

    assert refused.value.hint.en == "known: dmp"


@pytest.mark.parametrize("base", [0, 27, 8440, 65_482])
def test_a_base_within_bounds_passes(base: int) -> None:
    check_base(base, (-26, 0, 53))


async def test_a_restart_keeps_sessions_certificates_and_trust(starting: Starting) -> None:
    first = await starting()
    session = await first.sandbox.sessions.create("mine")
    issued = await first.sandbox.certificates.issue(session, kind="AUTH_CLI")
    await first.stop()

    second = await starting()

    known = second.sandbox.certificates.find(issued.sha256)
    assert known is not None
    assert (known.session, known.kind) == ("mine", "AUTH_CLI")
    assert second.ready["ca_sha256"] == first.ready["ca_sha256"]


async def test_a_stop_is_quick_even_with_open_connections(starting: Starting, running: Running) -> None:
    context = ssl.create_default_context(cafile=running.ready["ca_file"])
    url = running.ready["services"]["guestbook"]["url"]
    async with httpx.AsyncClient(verify=context) as client:
        await client.get(f"{url}/")
        _reader, writer = await asyncio.open_connection("localhost", urlsplit(url).port, ssl=context)
        writer.write(b"POST /lines/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhe")
        await writer.drain()
        began = time.monotonic()

        await running.stop()

        assert time.monotonic() - began < 2
    writer.transport.abort()

    again = await starting()
    journal = again.sandbox.journal
    assert (await journal.position(again.sandbox.sessions.default)) >= 1
