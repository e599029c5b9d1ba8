"""``kill -9`` on ``banc up`` right after an acknowledged TD2.1: document, entry and chain are there after a restart."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from ssl import create_default_context
from typing import Any

import httpx
import pytest

from banc_fixtures.population import population
from banc_harness.witness.credentials import Credential, unpack
from banc_harness.witness.feeding import Feeding
from banc_harness.witness.letters import letter, written
from banc_harness.witness.software import Software
from banc_harness.witness.transport import Transport
from banc_standards.contracts.chain import verify
from banc_standards.ins import Ins

pytestmark = pytest.mark.journeys

TIMES = 20
UP = "import sys; from banc_harness.cli import main; sys.exit(main(sys.argv[1:]))"
PATIENT, DOCTOR, HOSPITAL = (
    population().patient("PAT-01"),
    population().professional("P01"),
    population().structure("S01"),
)


@contextmanager
def up(data: Path) -> Iterator[tuple[subprocess.Popen[bytes], dict[str, Any], httpx.Client]]:
    """``banc up`` in a process of its own, its ready line, and a client of its control API."""
    command = [sys.executable, "-c", UP, "up", "--port-base", "0", "--data", str(data)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    try:
        ready = json.loads(process.stdout.readline())
        control = f"{ready['control']}/control/v1"
        with httpx.Client(base_url=control, verify=create_default_context(cafile=ready["ca_file"])) as client:
            yield process, ready, client
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def certified(client: httpx.Client, kind: str, folder: Path) -> Credential:
    """A certificate of the hospital's, as a vendor gets it."""
    wanted = {"kind": kind, "holder": HOSPITAL.id, "format": "p12"}
    answer = client.post("/sessions/default/certificates", json=wanted)
    assert answer.status_code == 201, answer.text
    return unpack(answer.json(), folder)


def hospital(ready: dict[str, Any], tls: Credential, seal: Credential) -> Feeding:
    """The hospital's software in front of the DMP."""
    now = datetime.now(UTC).replace(microsecond=0)
    return Feeding(
        base=ready["services"]["dmp"]["url"],
        transport=Transport(ready["ca_file"]),
        tls=tls,
        seal=seal,
        software=Software("Dossier Plus", "1.0", "", "TST-0001"),
        user=DOCTOR.as_json() | {"signed_in_at": now.timestamp()},
        professional=DOCTOR.as_json(),
        structure=HOSPITAL.as_json(),
        now=now,
    )


def document(unique_id: str) -> bytes:
    """A discharge letter of that id."""
    assert PATIENT.ins is not None
    patient = PATIENT.as_json() | {
        "ins": PATIENT.ins.value,
        "ins_oid": PATIENT.ins.oid,
        "ins_status": "QUAL",
        "local_id": "4217",
    }
    record = {
        "unique_id": unique_id,
        "set_id": f"{unique_id}.1",
        "version": 1,
        "replaces": None,
        "created": datetime.now(UTC).replace(microsecond=0).isoformat(),
        "title": "Lettre de liaison à la sortie",
    }
    none: frozenset[str] = frozenset()
    return written(
        letter(record, patient, DOCTOR.as_json(), HOSPITAL.as_json(), defects=none), "N3", patient, defects=none
    )


def journal(client: httpx.Client) -> list[dict[str, Any]]:
    """Every entry of the default session."""
    entries: list[dict[str, Any]] = []
    after = 0
    while page := client.get("/sessions/default/exchanges", params={"after": after}).json():
        if not page["exchanges"]:
            return entries
        entries += page["exchanges"]
        after = page["next"]
    return entries


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
def test_twenty_kills_right_after_an_acknowledged_submission_lose_nothing(tmp_path: Path) -> None:
    assert PATIENT.ins is not None
    ins: Ins = PATIENT.ins
    data, keys = tmp_path / "data", tmp_path / "keys"
    keys.mkdir()
    with up(data) as (_process, _ready, client):
        tls, seal = (certified(client, kind, keys) for kind in ("AUTH_CLI", "SIGN"))
    sent: dict[str, bytes] = {}

    for _ in range(TIMES):
        unique_id = f"{HOSPITAL.document_root}.{uuid.uuid4().int % 10**15}"
        letter_bytes = document(unique_id)
        with up(data) as (process, ready, _client):
            hospital(ready, tls, seal).file(letter_bytes, ins, submission_id=f"{unique_id}.9")
            process.kill()
        sent[unique_id] = letter_bytes

    with up(data) as (_process, _ready, client):
        entries = journal(client)
        held = client.get("/sessions/default/documents").json()["documents"]
        bytes_held = {one["unique_id"]: client.get(f"/blobs/{one['blob']}").content for one in held}

    submissions = [entry for entry in entries if entry["operation"] == "dmp.TD2.1"]
    assert {unique_id: bytes_held.get(unique_id) for unique_id in sent} == sent
    assert [entry["outcome"] for entry in submissions] == ["accepted"] * TIMES
    assert [entry["facts"]["documents"][0] for entry in submissions] == [f"urn:oid:{unique_id}" for unique_id in sent]
    chain = verify(entries)
    assert (chain.intact, chain.entries) == (True, len(entries))
