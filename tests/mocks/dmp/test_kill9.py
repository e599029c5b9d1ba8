"""``kill -9`` under feeding load: every letter that was acknowledged is found, whole, and read back after a restart."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest

from banc_fixtures.population import population
from banc_standards.soap.read import SoapRefused
from banc_standards.vihf import names as vihf
from banc_standards.xds.names import APPROVED
from banc_standards.xds.query import build

from .hospital import DOCTOR, Hospital, hospital_of
from .own_process import up

ROUNDS, EACH = 2, 25
"""Kills, and acknowledged letters after which each comes."""


def load(process: subprocess.Popen[bytes], hospital: Hospital, acknowledged: dict[str, bytes]) -> None:
    """Feeds from four threads, and kills the sandbox once enough letters were acknowledged."""
    enough, wanted = threading.Event(), len(acknowledged) + EACH

    def feed() -> None:
        while True:
            document = hospital.document()
            lot = hospital.lot(document)
            try:
                assert hospital.send(lot).errors == []
            except (httpx.HTTPError, SoapRefused):
                return
            acknowledged[lot.entry.unique_id or ""] = document
            if len(acknowledged) >= wanted:
                enough.set()

    feeders = [threading.Thread(target=feed, daemon=True) for _ in range(4)]
    for feeder in feeders:
        feeder.start()
    assert enough.wait(60)
    process.kill()
    for feeder in feeders:
        feeder.join(60)


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
def test_what_was_acknowledged_is_read_after_a_kill(tmp_path: Path) -> None:
    acknowledged: dict[str, bytes] = {}
    session = None
    for _ in range(ROUNDS):
        with up(tmp_path, session) as (process, bench):
            session = bench.session
            load(process, hospital_of(bench), acknowledged)

    with up(tmp_path, session) as (_, bench):
        doctor = Hospital(
            bench,
            bench.credential("CPS_AUTH", DOCTOR),
            bench.credential("CPS_SIGN", DOCTOR),
            population().patient("PAT-01"),
            mode=vihf.DIRECT,
        )
        card = {"authn_class": vihf.SMARTCARD_CLASS}
        everything = build.find_documents(patient=doctor.ins.cx(), statuses=[APPROVED])
        entries = {entry.unique_id: entry for entry in doctor.search(everything, **card).found.entries}
        lots = doctor.search(build.find_submission_sets(patient=doctor.ins.cx()), **card).found.sets
        read = doctor.retrieve(*acknowledged, **card).retrieved

    assert len(acknowledged) >= ROUNDS * EACH
    assert set(entries) >= set(acknowledged)
    assert {one.unique_id: one.content for one in read.documents} == acknowledged
    assert len(lots) == len(entries)  # nothing half-registered: each letter came with its lot
