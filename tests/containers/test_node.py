"""The Node example, installed and run as its page says."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

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
    tests = subprocess.run(["npm", "test"], cwd=folder, env=environment, capture_output=True, text=True, check=False)

    assert tests.returncode == 0, tests.stdout + tests.stderr
    assert "# pass 3" in tests.stdout
    assert "# skipped 0" in tests.stdout
