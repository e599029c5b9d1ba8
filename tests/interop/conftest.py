"""Relying parties that other people wrote, against one sandbox over real sockets."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ..mocks.psc.conftest import Bench, bench, sandbox  # noqa: F401 - fixtures

HERE = Path(__file__).parent
OPENID_CLIENT = "openid-client@6"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.interop)


Party = Callable[..., dict[str, Any]]


def npm_folder(folder: Path, package: str, script: str) -> Path:
    """``folder``, where npm installed a package and which holds our script that drives it; skips without npm."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip(f"npm is not installed: {package} is not run")
    command = ["npm", "install", "--no-audit", "--no-fund", "--silent", package]
    installed = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if installed.returncode != 0:
        pytest.skip(f"npm cannot install {package}: {installed.stderr.strip()[-500:]}")
    shutil.copy(HERE / script, folder)
    return folder


@pytest.fixture(scope="session")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where npm installed the certified relying party."""
    return npm_folder(tmp_path_factory.mktemp("node"), OPENID_CLIENT, "openid_client.mjs")


@pytest.fixture
def openid_client(modules: Path, bench: Bench) -> Party:  # noqa: F811
    """Runs openid-client once; returns what it saw."""

    def play(**told: Any) -> dict[str, Any]:
        settings = {
            "discovery": bench.discovery,
            "id": bench.client_id,
            "secret": bench.client_secret,
            "redirect": "https://logiciel.example.test/callback",
            "goodbye": "https://logiciel.example.test/au-revoir",
            "idnat": "899900000011",
        } | told
        environment = os.environ | {
            "BANC_RP": json.dumps(settings),
            "NODE_EXTRA_CA_CERTS": bench.ready["ca_file"],
        }
        command = ["node", "openid_client.mjs"]
        ran = subprocess.run(
            command, cwd=modules, env=environment, capture_output=True, text=True, check=True, timeout=60
        )
        return dict(json.loads(ran.stdout))

    return play
