"""The command ``banc`` in a process of its own, as its users start it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

Banc = Callable[..., subprocess.CompletedProcess[str]]

BANC = Path(sys.executable).with_name("banc")
ADAPTER = """
import json, sys
action = json.load(sys.stdin)
json.dump({"banc": 1, "id": action["id"], "status": "unsupported"}, sys.stdout)
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a user who has set nothing of ours, in an empty folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BANC_")}
    return {**kept, "PYTHONWARNINGS": "error", "COLUMNS": "100"}


@pytest.fixture
def banc(environment: dict[str, str], tmp_path: Path) -> Banc:
    """Runs ``banc`` with these arguments; keywords are environment variables."""

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [BANC, *arguments],
            env={**environment, **variables},
            cwd=tmp_path,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )

    return run


@dataclass
class Up:
    """A sandbox that runs in a process of its own."""

    process: subprocess.Popen[str]
    data: Path
    line: str

    @property
    def ready(self) -> dict[str, Any]:
        """Its ready line."""
        return dict(json.loads(self.line))


def started(data: Path, environment: dict[str, str], *more: str) -> subprocess.Popen[str]:
    """Starts ``banc up`` on free ports, with Pro Santé Connect alone unless told otherwise."""
    return subprocess.Popen(
        [BANC, "up", "--port-base", "0", "--data", data, "--services", "psc", *more],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """One sandbox for the tests that only look."""
    data = tmp_path_factory.mktemp("up") / "data"
    process = started(data, {name: value for name, value in os.environ.items() if not name.startswith("BANC_")})
    assert process.stdout is not None
    yield Up(process, data, process.stdout.readline())
    process.terminate()
    process.communicate(timeout=20)


@pytest.fixture
def start_up() -> Callable[..., subprocess.Popen[str]]:
    """Starts ``banc up`` in a data folder, with an environment."""
    return started


@pytest.fixture
def sut(tmp_path: Path) -> Path:
    """A software that can do nothing of what it is asked."""
    adapter = tmp_path / "adapter.py"
    adapter.write_text(ADAPTER, encoding="utf-8")
    path = tmp_path / "sut.yaml"
    described = {
        "banc": 1,
        "vendor": "Éditeur Exemple",
        "product": {"name": "Dossier Plus", "version": "4.2.1"},
        "couloir": "hopital",
        "software_type": "DPI",
        "capabilities": ["psc.code"],
        "driver": {"kind": "exec", "command": [sys.executable, str(adapter)]},
    }
    path.write_text(yaml.safe_dump(described, allow_unicode=True), encoding="utf-8")
    return path
