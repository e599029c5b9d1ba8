"""Two sessions driven at the same time over the same port, told apart by their certificates alone."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from banc_fixtures.population import population
from banc_harness.witness.credentials import Credential
from banc_harness.witness.feeding import Feeding
from banc_harness.witness.letters import letter, written
from banc_harness.witness.software import Software
from banc_harness.witness.transport import KeyPair, Transport
from banc_mocks.sandbox.config import Config
from banc_mocks.sandbox.journal import Query
from banc_mocks.sandbox.launcher import Running, start
from banc_mocks.sandbox.sessions import Session
from banc_mocks.sandbox.tables import entries

from ..stores import store_url

LETTERS = 5
PATIENT, DOCTOR, HOSPITAL = (
    population().patient("PAT-01"),
    population().professional("P01"),
    population().structure("S01"),
)


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    data = tmp_path / "data"
    running = await start(Config(services=("dmp",), port_base=0, data=data, store_url=store_url(data)))
    yield running
    await running.stop()


async def certified(running: Running, session: Session, kind: str, folder: Path) -> Credential:
    issued = await running.sandbox.certificates.issue(session, kind=kind, holder=HOSPITAL.id)  # type: ignore[arg-type]
    pair = KeyPair(folder / f"{issued.sha256}.pem", folder / f"{issued.sha256}.key")
    pair.certificate.write_text(issued.pem + issued.chain_pem)
    pair.key.write_text(issued.key_pem or "")
    assert issued.key is not None
    return Credential(issued.key, issued.certificate, pair)


def feed(running: Running, tls: Credential, seal: Credential) -> list[str]:
    """Files letters one after the other; returns their ids."""
    assert PATIENT.ins is not None
    sent = []
    for _ in range(LETTERS):
        now = datetime.now(UTC).replace(microsecond=0)
        unique_id = f"{HOSPITAL.document_root}.{uuid.uuid4().int % 10**15}"
        record = {
            "unique_id": unique_id,
            "set_id": f"{unique_id}.1",
            "version": 1,
            "replaces": None,
            "created": now.isoformat(),
            "title": "Lettre de liaison à la sortie",
        }
        patient = PATIENT.as_json() | {"ins_status": "QUAL"}
        made = letter(record, patient, DOCTOR.as_json(), HOSPITAL.as_json(), defects=frozenset())
        software = Feeding(
            base=running.ready["services"]["dmp"]["url"],
            transport=Transport(running.ready["ca_file"]),
            tls=tls,
            seal=seal,
            software=Software("Dossier Plus", "1.0", "", "TST-0001"),
            user=DOCTOR.as_json() | {"signed_in_at": now.timestamp()},
            professional=DOCTOR.as_json(),
            structure=HOSPITAL.as_json(),
            now=now,
        )
        software.file(written(made, "N3", patient, defects=frozenset()), PATIENT.ins, submission_id=f"{unique_id}.9")
        sent.append(f"urn:oid:{unique_id}")
    return sent


async def test_each_sees_its_own_exchanges_only(running: Running, tmp_path: Path) -> None:
    sandbox = running.sandbox
    sessions = [await sandbox.sessions.create() for _ in range(2)]
    credentials = [
        [await certified(running, session, kind, tmp_path) for kind in ("AUTH_CLI", "SIGN")] for session in sessions
    ]

    sent = await asyncio.gather(*(asyncio.to_thread(feed, running, tls, seal) for tls, seal in credentials))

    for session, own in zip(sessions, sent, strict=True):
        page = await sandbox.journal.exchanges(session, Query())
        assert [entry["facts"]["documents"][0] for entry in page.exchanges] == own
        assert {entry["peer"]["session_by"] for entry in page.exchanges} == {"certificate"}
        held = sa.select(entries.c.unique_id).where(entries.c.session == session.id)
        assert {f"urn:oid:{row.unique_id}" for row in await sandbox.store.rows(held)} >= set(own)
        assert (await sandbox.journal.verify(session)).intact
    assert await sandbox.journal.position(sandbox.sessions.default) == 0
