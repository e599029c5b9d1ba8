"""What surrounds the container and needs no Docker engine: addresses, health check, entry, errors."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import banc_harness.containers
from banc_harness.containers import BancContainer, addresses, entry, readiness
from banc_harness.containers.ports import container_ports, public_urls, seen_from_outside, services_seen
from banc_harness.handle import SandboxHandle
from banc_harness.in_process import sandbox
from banc_harness.synchronous import Background
from banc_mocks.sandbox.config import SERVICES
from banc_standards.errors import EnvironmentFailed, UnusableInput

PUBLISHED = {8440: 31000, 8441: 31001, 8445: 31005, 8487: 31047}


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """The data folder of a running sandbox."""
    loop, context = Background("sandbox"), sandbox(tmp_path, services=("psc",))
    loop.run(context.__aenter__)
    try:
        yield tmp_path
    finally:
        loop.run(lambda: context.__aexit__(None, None, None))
        loop.close()


def test_engine_that_does_not_answer_is_told_with_what_does_without(
    monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{unused_tcp_port}")

    with pytest.raises(EnvironmentFailed) as refused:
        BancContainer()

    assert refused.value.code == "CONTAINER-001"
    assert "DOCKER_HOST" in refused.value.hint.fr
    assert "banc_harness.in_process" in refused.value.hint.en


def test_package_says_what_to_install_when_testcontainers_is_not_there() -> None:
    script = "import sys; sys.modules['testcontainers'] = None; from banc_harness.containers import BancContainer"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert "pip install 'banc-segur[containers]'" in done.stderr.splitlines()[-1]
    assert not hasattr(banc_harness.containers, "Nothing")


def test_ports_to_publish_are_those_of_the_services() -> None:
    assert container_ports(("psc",)) == (8440, 8441, 8445)
    assert container_ports(("mssante",), 9440) == (9440, 9425, 9487, 9465, 9414, 9493)
    assert set(container_ports(None)) == set(container_ports(SERVICES))


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        ("https://localhost:8441/auth/realms/x", "https://docker.test:31001/auth/realms/x"),
        ("localhost:8487", "docker.test:31047"),
        ("[::1]:8487", "docker.test:31047"),
        ("https://localhost:8440", "https://docker.test:31000"),
        ("https://localhost:8443/si", "https://localhost:8443/si"),
        ("nothing", "nothing"),
    ],
)
def test_address_is_seen_through_the_published_port(inside: str, outside: str) -> None:
    assert seen_from_outside(inside, "docker.test", PUBLISHED) == outside


def test_addresses_of_an_ipv6_host_keep_their_brackets() -> None:
    ready = {"services": {"psc": {"issuer": "https://localhost:8441/auth"}}}

    assert services_seen(ready, "::1", PUBLISHED) == {"psc": {"issuer": "https://[::1]:31001/auth"}}


def test_public_addresses_are_those_of_the_published_ports() -> None:
    assert public_urls("localhost", PUBLISHED, plain_http=False) == {
        "control": "https://localhost:31000",
        "psc": "https://localhost:31001",
        "wallet": "https://localhost:31005",
    }
    assert public_urls("localhost", PUBLISHED, plain_http=True)["psc"] == "https://localhost:31001"
    assert public_urls("localhost", PUBLISHED, plain_http=True)["wallet"] == "http://localhost:31005"


def test_health_check_follows_the_sandbox(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BANC_DATA", str(data))
    assert readiness.main() == 0

    monkeypatch.setenv("BANC_DATA", str(data / "absent"))

    assert readiness.main() == 1
    assert "sandbox.json" in capsys.readouterr().out


@pytest.mark.parametrize("options", [{"plain_http": True}, {"public_url": "http://banc.exemple.lan"}])
def test_health_check_asks_the_port_itself_whatever_the_public_address(tmp_path: Path, options: dict[str, Any]) -> None:
    async def asked() -> str | None:
        async with sandbox(tmp_path, services=(), **options):
            return await asyncio.to_thread(readiness.unready, tmp_path)

    assert asyncio.run(asked()) is None


def test_health_check_trusts_only_its_own_sandbox(data: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    asyncio.run(_made(other))
    told = (data / "sandbox.json").read_text().replace(str(data / "trust"), str(other / "trust"))
    (other / "sandbox.json").write_text(told)

    assert "certificate verify failed" in str(readiness.unready(other))


async def _made(folder: Path) -> None:
    async with sandbox(folder, services=()):
        pass


def test_addresses_are_told_to_the_session_of_the_variables(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ca_file = data / "trust/ca.pem"
    control = SandboxHandle(_control(data), ca_file=ca_file)
    monkeypatch.setenv("BANC_SANDBOX", control.control)
    monkeypatch.setenv("BANC_CA_FILE", str(ca_file))

    code = addresses.main(["wallet=https://localhost:18445"])

    with control:
        assert code == 0
        assert control.default.state["public_urls"] == {"wallet": "https://localhost:18445"}


def _control(data: Path) -> str:
    return str(json.loads((data / "sandbox.json").read_text())["control"])


@pytest.mark.parametrize("arguments", [[], ["wallet"], ["=https://x"], ["wallet="]])
def test_address_without_name_or_url_is_refused(arguments: list[str]) -> None:
    with pytest.raises(UnusableInput) as refused:
        addresses.told(arguments)

    assert refused.value.code == "ADDRESS-002"


def test_absent_sandbox_is_an_environment_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], unused_tcp_port: int
) -> None:
    monkeypatch.setenv("BANC_SANDBOX", f"http://127.0.0.1:{unused_tcp_port}")
    monkeypatch.setenv("BANC_LANG", "en")

    assert addresses.main(["wallet=https://localhost:18445"]) == 3
    assert "CONTROL-002" in capsys.readouterr().err


def test_entry_runs_banc_and_has_a_handler_for_the_stop() -> None:
    script = (
        "import sys; sys.argv[1:] = ['--version']; from banc_harness.containers import entry; code = entry.main(); "
    )
    script += "import os, signal; assert code == 0; os.kill(os.getpid(), signal.SIGTERM)"

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert done.stdout.strip()
    assert done.returncode == entry.STOPPED == 128 + signal.SIGTERM
