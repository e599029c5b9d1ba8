"""``bancw`` on a machine that lacks something says so in one line, and says what to install."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

BANCW = Path(__file__).parents[2] / "bancw"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A folder of commands for PATH, with what ``bancw`` itself needs and no Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for command in ("dirname", "basename"):
        (folder / command).symlink_to(Path("/usr/bin") / command)
    return folder


def ran(path: Path, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(path), "BANC_VENV": str(tmp_path / "venv")}
    return subprocess.run(
        ["/bin/sh", BANCW, "demo"], env=environment, capture_output=True, text=True, timeout=30, check=False
    )


def test_a_machine_without_python_is_told_which_one_to_install(path: Path, tmp_path: Path) -> None:
    ended = ran(path, tmp_path)

    assert ended.returncode == 3
    assert "Python 3.11" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_a_python_without_venv_is_told_which_package_has_it(path: Path, tmp_path: Path) -> None:
    python = path / "python3"
    python.write_text('#!/bin/sh\ncase "$*" in *ensurepip*) exit 1;; esac\n')
    python.chmod(0o755)

    ended = ran(path, tmp_path)

    assert ended.returncode == 3
    assert "python3-venv" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
