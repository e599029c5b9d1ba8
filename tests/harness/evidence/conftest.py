"""One real run, sealed once for all the workers of a test session."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from .forge import Forge
from .honest import Honest, sealed_run


@pytest.fixture(scope="session")
def honest(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Honest:
    """A real run of the honest witness, sealed by a tester."""
    base = tmp_path_factory.getbasetemp()
    shared = (base if worker_id == "master" else base.parent) / "evidence"
    shared.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "done").exists():
            sealed_run(shared)
            (shared / "done").touch()
    return Honest(shared)


@pytest.fixture
def forge(honest: Honest) -> Forge:
    """The honest bundle, taken apart."""
    return Forge(honest.bundle, honest.tester)


@pytest.fixture
def forged(tmp_path: Path) -> Path:
    """Where a forged bundle is written."""
    return tmp_path / "forged.banc.zip"
