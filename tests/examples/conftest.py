from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"

Shell = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose PKI is made once."""
    return tmp_path_factory.mktemp("banc")


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``banc``, ``pytest`` and Python as this test's own Python has them, and a ``pip`` that installs
    nothing and says what it was asked: the environment of these tests is not theirs to change.
    """
    folder = tmp_path_factory.mktemp("bin")
    calls = {
        "banc": '-c "from banc_harness.cli import main; raise SystemExit(main())"',
        "pytest": "-m pytest -p no:cacheprovider -p no:asyncio",
        "python": "",
        "python3": "",
    }
    no_pip = 'if [ "$1 $2" = "-m pip" ]; then shift; echo "$*"; exit 0; fi\n'
    for name, call in calls.items():
        (folder / name).write_text(f'#!/bin/sh\n{no_pip}exec "{sys.executable}" {call} "$@"\n')
    (folder / "pip").write_text('#!/bin/sh\necho "pip $*"\n')
    for path in folder.iterdir():
        path.chmod(0o755)
    return folder


@pytest.fixture
def vendor(tmp_path: Path) -> Path:
    """A copy of the sample repository."""
    folder = tmp_path / "vendor"
    shutil.copytree(EXAMPLES / "vendor", folder, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    return folder


@pytest.fixture
def shell(programs: Path) -> Shell:
    """Runs a command of a vendor in a folder; keywords are environment variables."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BANC_", "PYTEST_", "DOSSIER_"))}
    kept |= {"PATH": f"{programs}{os.pathsep}{kept['PATH']}", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONWARNINGS": ""}

    def run(folder: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=folder,
            env={**kept, **variables},
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    return run
