"""What the image is, and how it behaves as a process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from typing import Any

import docker
import pytest
from docker.models.containers import Container

ROOT = Path(__file__).parents[2]
MIB = 2**20
MOST_OVER_BASE = 250 * MIB
STOP_S = 2.0
HARDENED: dict[str, Any] = {
    "read_only": True,
    "tmpfs": {"/tmp": ""},
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges"],
}
COMPONENTS = """
import importlib.metadata, json, re
def named(name, version): return re.sub("[-_.]+", "-", name).lower() + " " + version
bom = json.load(open("/opt/banc/sbom.cdx.json"))
listed = [named(one["name"], one["version"]) for one in [*bom["components"], bom["metadata"]["component"]]]
installed = {named(one.name, one.version) for one in importlib.metadata.distributions()}
print(json.dumps([listed, sorted(installed), bom["bomFormat"]]))
"""

Run = Callable[..., Container]

pytestmark = pytest.mark.containers


@pytest.fixture
def attributes(engine: docker.DockerClient, image: str) -> dict[str, Any]:
    return engine.images.get(image).attrs


def until(container: Container, said: str) -> None:
    """Follows the log until those words are in it."""
    with followed("logs", "--follow", str(container.id)) as lines:
        seen = list(takewhile(lambda line: said not in line, lines))
    if said not in container.logs().decode():
        pytest.fail(f"ended without {said!r}: {seen}")


def stopped(container: Container) -> tuple[float, int]:
    """How long ``docker stop`` takes, in seconds, and the exit code."""
    begun = time.monotonic()
    container.stop()
    return time.monotonic() - begun, container.wait()["StatusCode"]


def catches(container: Container, number: int) -> bool:
    """Whether the first process has a handler for a signal."""
    status = container.exec_run("cat /proc/1/status").output.decode()
    caught = next((line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:")), "0")
    return bool(int(caught, 16) >> (number - 1) & 1)


def healthy(container: Container) -> None:
    """Returns when the engine says that the container is healthy."""
    with followed(
        "events", "--since", "0", "--format", "{{.Status}}", "--filter", f"container={container.id}"
    ) as lines:
        for line in lines:
            if line.strip() == "health_status: healthy":
                return
            assert line.strip() not in ("die", "health_status: unhealthy"), container.logs()


@contextmanager
def followed(*command: str) -> Iterator[Iterator[str]]:
    """The lines that a command of docker's goes on printing."""
    with subprocess.Popen(["docker", *command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        try:
            yield iter(process.stdout)
        finally:
            process.terminate()


def test_it_is_at_most_250_mib_over_its_base(engine: docker.DockerClient, attributes: dict[str, Any]) -> None:
    base = engine.images.get(attributes["Config"]["Labels"]["org.opencontainers.image.base.name"]).attrs["Size"]

    over = attributes["Size"] - base

    print(f"\n{over / MIB:.0f} MiB over a base of {base / MIB:.0f} MiB")
    assert 0 < over <= MOST_OVER_BASE


def test_its_labels_say_what_it_is(attributes: dict[str, Any]) -> None:
    labels = attributes["Config"]["Labels"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    prefix = "org.opencontainers.image."
    assert labels[prefix + "version"] == project["version"]
    assert labels[prefix + "licenses"] == project["license"]
    assert {prefix + name for name in ("title", "description", "vendor", "revision", "base.name")} <= labels.keys()


def test_sandbox_is_healthy_without_any_privilege(run: Run) -> None:
    container = run(**HARDENED)

    healthy(container)

    assert container.exec_run("id -u").output.strip() == b"10001"
    assert container.exec_run("touch /opt/banc/x").exit_code != 0
    assert json.loads(container.exec_run("cat /data/sandbox.json").output)["services"].keys() >= {"psc", "insi", "dmp"}


def test_health_check_sees_a_sandbox_that_does_not_answer(run: Run) -> None:
    container = run(**HARDENED)
    check = ["python", "-m", "banc_harness.containers.readiness"]
    healthy(container)

    container.exec_run("mv /data/sandbox.json /data/away.json")
    absent = container.exec_run(check)
    container.exec_run("mv /data/away.json /data/sandbox.json")

    assert (absent.exit_code, b"FileNotFoundError" in absent.output) == (1, True)
    assert container.exec_run(check).exit_code == 0


def test_variables_choose_the_services_without_a_command(run: Run) -> None:
    container = run(environment={"BANC_TOKEN": "jeton", "BANC_SERVICES": "psc", "BANC_PORT_BASE": "9440"})
    until(container, '"event":"ready"')

    ready = json.loads(container.exec_run("cat /data/sandbox.json").output)

    assert list(ready["services"]) == ["psc"]
    assert ready["control"] == "https://localhost:9440"


def test_the_command_chooses_too(run: Run) -> None:
    container = run("up", "--services", "dmp")
    until(container, '"event":"ready"')

    assert list(json.loads(container.exec_run("cat /data/sandbox.json").output)["services"]) == ["dmp"]


def test_every_other_command_of_banc_is_there(run: Run) -> None:
    container = run("--version")

    assert container.wait()["StatusCode"] == 0
    assert container.logs().strip()


def test_without_a_token_it_says_which_variable_to_set(run: Run) -> None:
    container = run(environment={})

    assert container.wait()["StatusCode"] == 2
    assert b"BANC_TOKEN" in container.logs()


def test_ready_sandbox_stops_in_good_order_at_once(run: Run) -> None:
    container = run(**HARDENED)
    until(container, '"event":"ready"')

    seconds, code = stopped(container)

    assert code == 0
    assert seconds < STOP_S


@pytest.mark.parametrize("command", [("up",), ("demo",)])
def test_it_stops_at_once_whatever_it_was_doing(run: Run, command: tuple[str, ...]) -> None:
    container = run(*command, **HARDENED)
    while not catches(container, signal.SIGTERM):
        assert container.exec_run("true").exit_code == 0, container.logs()

    seconds, code = stopped(container)

    assert seconds < STOP_S
    assert code in (0, 143), container.logs()


def test_with_an_init_it_stops_from_its_first_instant(run: Run) -> None:
    seconds, code = stopped(run(**HARDENED, init=True))

    assert seconds < STOP_S
    assert code in (0, 143)


def test_list_of_components_is_that_of_what_is_installed(run: Run) -> None:
    container = run("-c", COMPONENTS, entrypoint=["python"])
    assert container.wait()["StatusCode"] == 0, container.logs()

    listed, installed, format = json.loads(container.logs())

    assert format == "CycloneDX"
    assert set(installed) == set(listed)
    assert len(installed) > 20


def test_no_path_of_the_building_machine_is_left_in_it(run: Run) -> None:
    container = run("-rlE", os.fsdecode(ROOT), "/opt/banc", entrypoint=["grep"])

    assert container.wait()["StatusCode"] == 1, container.logs()
