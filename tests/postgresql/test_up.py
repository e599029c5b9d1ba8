"""``banc up --store postgresql://…`` in a process of its own, killed and started again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from banc_standards.contracts.chain import verify

from ..mocks.dmp.hospital import hospital_of
from ..mocks.dmp.own_process import UP, up
from .cluster import Cluster

pytestmark = pytest.mark.postgresql


def test_what_was_acknowledged_is_there_after_kill_9(
    tmp_path: Path, server: Cluster, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BANC_STORE", server.url(database))
    with up(tmp_path) as (process, bench):
        hospital = hospital_of(bench)
        lot = hospital.lot(hospital.document())
        assert hospital.send(lot).errors == []
        bench.tell("POST", "clients", {"client_id": "dossier"})
        before = bench.exchanges()
        process.kill()
        process.wait()

    with up(tmp_path, bench.session) as (_process, again):
        after = again.exchanges()
        documents = again.documents()
        clients = again.tell("GET", "clients")["clients"]

    assert after == before
    assert verify(after).intact
    assert lot.entry.unique_id in [one["unique_id"] for one in documents]
    assert [one["client_id"] for one in clients] == ["dossier"]
    assert not (tmp_path / "data" / "banc.db").exists()


def test_a_second_sandbox_is_refused_in_a_sentence(tmp_path: Path, server: Cluster, database: str) -> None:
    url = server.url(database)
    command = [sys.executable, "-c", UP, "up", "--port-base", "0", "--services", "insi", "--store", url, "--lang", "en"]
    first = subprocess.Popen([*command, "--data", str(tmp_path / "one")], stdout=subprocess.PIPE)
    try:
        assert first.stdout is not None
        assert json.loads(first.stdout.readline())["event"] == "ready"
        second = subprocess.run([*command, "--data", str(tmp_path / "two")], capture_output=True, text=True)
    finally:
        first.terminate()
        first.communicate()

    assert second.returncode == 3
    assert "UP-014" in second.stderr
    assert "another schema" in second.stderr


@pytest.mark.parametrize("url", ["mysql://banc:s3cret@db/banc", "postgresql", "postgresql://h:port/b"])
def test_an_address_that_cannot_be_one_is_bad_usage(tmp_path: Path, url: str) -> None:
    command = [sys.executable, "-c", UP, "up", "--port-base", "0", "--data", str(tmp_path)]

    refused = subprocess.run(command, env=os.environ | {"BANC_STORE": url}, capture_output=True, text=True)

    assert refused.returncode == 2
    assert "UP-011" in refused.stderr
    assert "s3cret" not in refused.stderr
