"""The image, built once from these sources, and containers of it that end with their tests."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docker
import pytest
from docker.errors import DockerException
from docker.models.containers import Container

from banc_harness.containers import BancContainer
from banc_standards.errors import EnvironmentFailed

ROOT = Path(__file__).parents[2]
LABEL = {"banc-segur.container": "test"}

Run = Callable[..., Container]
Refusal = Callable[[BancContainer], EnvironmentFailed]


@pytest.fixture(scope="session")
def engine() -> Iterator[docker.DockerClient]:
    """The Docker engine of this machine."""
    try:
        client = docker.from_env()
        client.ping()
    except DockerException as error:
        pytest.skip(f"no Docker engine answers: {error}")
    yield client
    client.close()


@pytest.fixture(scope="session")
def image(engine: docker.DockerClient) -> str:
    """The name of the image: that of BANC_IMAGE, else ``banc-segur`` built from these sources."""
    named = os.environ.get("BANC_IMAGE")
    if named:
        return named
    built = subprocess.run([ROOT / "docker/build.sh", "banc-segur"], capture_output=True, text=True, check=False)
    assert built.returncode == 0, (built.stdout + built.stderr)[-4000:]
    return "banc-segur"


@pytest.fixture(scope="session")
def shared(image: str) -> Iterator[BancContainer]:
    """One sandbox for the tests that only need a session of it."""
    with BancContainer(image=image) as running:
        yield running


@pytest.fixture
def run(engine: docker.DockerClient, image: str) -> Iterator[Run]:
    """Starts the image as ``docker run`` does; whatever it started is removed after the test."""
    started: list[Container] = []

    def start(*command: str, **options: Any) -> Container:
        options.setdefault("environment", {"BANC_TOKEN": "jeton"})
        container = engine.containers.create(image, list(command) or None, labels=LABEL, **options)
        started.append(container)
        container.start()
        return container

    yield start
    for container in started:
        container.remove(force=True, v=True)


@pytest.fixture
def refusal() -> Refusal:
    """Why a container does not start."""

    def of(container: BancContainer) -> EnvironmentFailed:
        with pytest.raises(EnvironmentFailed) as refused, container:
            pass
        return refused.value

    return of


@pytest.fixture
def free_base() -> int:
    """A base whose ports nobody listens on at this moment."""
    for base in range(21_000, 30_000, 100):
        if all(_free(base + offset) for offset in (0, 1, 5, 2, 12, 3, -15, 47, 25)):
            return base
    raise AssertionError("no free base")


@pytest.fixture
def data_folder(tmp_path: Path) -> Path:
    """A data folder that belongs to the image's user."""
    folder = tmp_path / "data"
    folder.mkdir()
    try:
        os.chown(folder, 10_001, 10_001)
    except PermissionError:
        pytest.skip("only root gives a folder to the image's user")
    return folder


def _free(port: int) -> bool:
    with socket.socket() as asked:
        try:
            asked.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
