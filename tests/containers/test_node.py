"""The Node example, installed and run as its page says."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

TAKEN = "bind: address already in use"
CHOICES_OF_PORTS = 5
"""How often the engine may choose free ports again: another program can take one between its choice and its use."""
EXAMPLE = Path(__file__).parents[2] / "docs/examples/node"

pytestmark = pytest.mark.containers


def test_node_example_runs_its_own_tests(image: str, tmp_path: Path) -> None:
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed: the Node example is not run")
    folder = tmp_path / "node"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("node_modules"))
    installed = subprocess.run(["npm", "install"], cwd=folder, capture_output=True, text=True, check=False)
    if installed.returncode != 0:
        pytest.skip(f"npm cannot install the Node example: {installed.stderr.strip()[-500:]}")

    environment = {**os.environ, "BANC_IMAGE": image}
    for _ in range(CHOICES_OF_PORTS):
        tests = subprocess.run(
            ["npm", "test"], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        if TAKEN not in tests.stdout:
            break

    assert tests.returncode == 0, tests.stdout + tests.stderr
    assert "# pass 3" in tests.stdout
    assert "# skipped 0" in tests.stdout
