"""The command ``banc`` in a process of its own, as its users start it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Banc = Callable[..., subprocess.CompletedProcess[str]]

BANC = Path(sys.executable).with_name("banc")


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
