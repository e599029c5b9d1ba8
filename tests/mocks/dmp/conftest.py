"""One sandbox per worker; each test has a session of its own, and a hospital that speaks to its DMP."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from banc_standards.vihf import names as vihf_names

from ..sandbox_thread import SandboxThread
from .hospital import DOCTOR, Bench, Hospital, hospital_of


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxThread]:
    running = SandboxThread(tmp_path_factory.mktemp("banc"), "dmp")
    yield running
    running.stop()


def open_bench(sandbox: SandboxThread, folder: Path, mode: str) -> Iterator[Bench]:
    trust = ssl.create_default_context(cafile=sandbox.ready["ca_file"])
    with httpx.Client(base_url=sandbox.ready["control"], verify=trust) as control:
        created = control.post("/control/v1/sessions", json={"mode": mode}).json()
        yield Bench(sandbox.ready, created["id"], control, folder)
        control.delete(f"/control/v1/sessions/{created['id']}")


@pytest.fixture
def bench(sandbox: SandboxThread, tmp_path: Path) -> Iterator[Bench]:
    """A strict session."""
    yield from open_bench(sandbox, tmp_path, "strict")


@pytest.fixture
def lenient(sandbox: SandboxThread, tmp_path: Path) -> Iterator[Bench]:
    """A lenient session."""
    yield from open_bench(sandbox, tmp_path, "lenient")


@pytest.fixture
def hospital(bench: Bench) -> Hospital:
    return hospital_of(bench)


@pytest.fixture
def doctor(hospital: Hospital) -> Hospital:
    """The doctor of the same hospital, with a card, in the direct mode."""
    bench = hospital.bench
    card = Hospital(bench, bench.credential("CPS_AUTH", DOCTOR), bench.credential("CPS_SIGN", DOCTOR), hospital.patient)
    card.mode = vihf_names.DIRECT
    return card


@pytest.fixture
def colleague(hospital: Hospital) -> Hospital:
    """Another doctor, who wrote nothing, with a card, in the direct mode."""
    bench = hospital.bench
    card = Hospital(bench, bench.credential("CPS_AUTH", "P02"), bench.credential("CPS_SIGN", "P02"), hospital.patient)
    card.mode, card.professional = vihf_names.DIRECT, "P02"
    return card


@pytest.fixture
def tolerated(lenient: Bench) -> Hospital:
    """The same hospital in a lenient session."""
    return hospital_of(lenient)
