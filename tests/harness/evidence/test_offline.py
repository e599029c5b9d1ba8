"""Verification asks nothing of anybody: not of a network, not of a sandbox, not of the folder of the run."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .honest import Honest

BANC = Path(sys.executable).with_name("banc")
ALONE = ("--map-root-user", "--net")


def _namespace() -> list[str]:
    """The command that runs another one where there is no network interface; skips where that is not permitted."""
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("unshare is not on this machine: no namespace without interfaces to verify in")
    for options in (ALONE, ("--net",)):
        tried = subprocess.run([unshare, *options, "true"], capture_output=True, check=False)
        if tried.returncode == 0:
            return [unshare, *options]
    pytest.skip("this machine does not permit network namespaces (unshare --net)")


def test_bundle_verifies_where_there_is_no_network(honest: Honest, tmp_path: Path) -> None:
    moved = shutil.copy(honest.bundle, tmp_path / "moved.banc.zip")
    trust = shutil.copy(honest.trust, tmp_path / "trust.pem")
    inside = _namespace()

    links = subprocess.run([*inside, "cat", "/proc/net/dev"], capture_output=True, encoding="utf-8", check=True)
    done = subprocess.run(
        [*inside, BANC, "verify", moved, "--trust", trust, "--lang", "en"],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )

    assert [line.split(":")[0].strip() for line in links.stdout.splitlines()[2:]] in ([], ["lo"])
    assert (done.returncode, done.stderr) == (0, "")
    assert "VERIFIED, signed by Testeuse Fictive." in done.stdout
