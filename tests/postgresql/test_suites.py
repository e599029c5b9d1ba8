"""The tests of the simulated services, once more, with every sandbox of theirs on PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .cluster import Cluster

pytestmark = pytest.mark.postgresql

ROOT = Path(__file__).parents[2]
ON_SQLITE_ONLY = (
    "tests/mocks/sandbox/test_sessions.py::test_a_reset_of_ten_thousand_values_takes_less_than_50_ms",
    "tests/mocks/sandbox/test_sessions.py::test_a_setting_that_could_not_be_written_is_taken_back",
    "tests/mocks/sandbox/test_control.py::test_health_is_degraded_from_a_failed_write_to_the_next_good_one",
    "tests/mocks/sandbox/test_journal.py::test_an_entry_altered_in_the_database_breaks_the_chain",
    "tests/mocks/sandbox/test_journal.py::test_a_failed_write_takes_its_state_back",
)
"""They hold the SQLite file themselves, or time it."""


@pytest.mark.parametrize(
    "suites",
    [
        tuple(f"dmp/test_{name}.py" for name in ("feeding", "replacement", "deletion", "visibility")),
        tuple(f"dmp/test_{name}.py" for name in ("search", "retrieval", "accesses", "lists")),
        ("psc/test_code_flow.py", "psc/test_ciba.py", "psc/test_registry.py", "insi/test_operations.py"),
        ("mssante/test_delivery.py", "mssante/test_imap_messages.py", "mssante/test_submission.py"),
        tuple(f"sandbox/test_{name}.py" for name in ("journal", "sessions", "control", "two_sessions")),
    ],
    ids=("dmp-writing", "dmp-reading", "psc-insi", "mssante", "sandbox"),
)
def test_the_services_behave_as_over_sqlite(suites: tuple[str, ...], server: Cluster, database: str) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider"]
    command += [f"tests/mocks/{name}" for name in suites] + [f"--deselect={name}" for name in ON_SQLITE_ONLY]
    environment = os.environ | {"BANC_TEST_STORE": server.url(database)}

    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)

    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]
    held = server.run(database, "SELECT count(*) FROM information_schema.tables WHERE table_name = 'banc_exchanges'")
    assert held[0][0], "no sandbox stood on the server"
