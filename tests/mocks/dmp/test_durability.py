"""``kill -9`` under feeding load, twenty times on one data folder, at moments drawn from a seed.

After each restart, what was acknowledged is in the registry, is read back with its hash and has its entry in the
journal; of what was not acknowledged, either everything was registered or nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import sys
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from banc_fixtures.population import population
from banc_mocks.sandbox import tables
from banc_standards.contracts.chain import verify
from banc_standards.dmp.names import REPOSITORY
from banc_standards.terminology.codes import value_set
from banc_standards.vihf import names as vihf
from banc_standards.xds import build as xds
from banc_standards.xds.model import SubmissionSet
from banc_standards.xds.names import HAS_MEMBER, SIGNS
from banc_standards.xds.retrieve import RETRIEVE, DocumentRequest, retrieve_documents
from banc_standards.xds.signature import sign_submission

from .hospital import DOCTOR, ROOT_ARC, Answer, Bench, Credential, Hospital, Lot, fresh_oid, hospital_of
from .own_process import up

pytestmark = pytest.mark.journeys

ROUNDS = int(os.environ.get("BANC_KILLS", "20"))
SEED = int(os.environ.get("BANC_KILL_SEED", "20260105"))
CLIENTS = 4
LOTS = 24
"""Lots made for a life of the sandbox, more than it gets to answer."""
ANSWERS, LATER_S = (2, 12), 0.06
"""How many answers come before a kill, and how many seconds at most lie between the last of them and it."""
LARGE = 1_200_000
"""Octets of the documents that the store keeps in files and not in its tables."""


@dataclass(frozen=True)
class Sending:
    """A request that is ready to leave: its lot, the documents that it holds by uniqueId, its octets."""

    set_id: str
    documents: dict[str, bytes]
    media_type: str
    data: bytes


@dataclass
class Load:
    """What was sent in a round, and what of it was acknowledged."""

    sent: list[Sending]
    acknowledged: list[Sending] = field(default_factory=list)


def doctor_of(bench: Bench) -> Hospital:
    """The doctor of the hospital, with a card, who reads the record."""
    tls, seal = bench.credential("CPS_AUTH", DOCTOR), bench.credential("CPS_SIGN", DOCTOR)
    return Hospital(bench, tls, seal, population().patient("PAT-01"), mode=vihf.DIRECT)


def sending(hospital: Hospital, pages: list[bytes]) -> Sending:
    """A signed lot of these documents, in MTOM."""
    entries = [xds.entry_from_cda(page, id=f"Doc{number:02d}") for number, page in enumerate(pages, 1)]
    documents = {entry.unique_id or "": page for entry, page in zip(entries, pages, strict=True)}
    lot = SubmissionSet(
        id="Lot01",
        unique_id=fresh_oid(),
        source_id=ROOT_ARC,
        patient_id=hospital.ins.cx(),
        submission_time=xds.utc(datetime.now(UTC)),
        title="Lettres de liaison",
        authors=entries[0].authors,
        content_type=value_set("J59").get("03"),
    )
    signature = sign_submission(
        lot=lot.unique_id or "",
        documents=documents,
        key=hospital.seal.key,
        certificate=hospital.seal.certificate,
        signing_time=datetime.now(UTC),
        signature_id=f"S{fresh_oid().rpartition('.')[2]}",
    )
    signed = xds.signature_entry(lot, entries[0], signature, unique_id=fresh_oid())
    contents = {entry.id: page for entry, page in zip(entries, pages, strict=True)} | {signed.id: signature}
    media_type, data = hospital.packed(Lot(xds.submission(lot, [*entries, signed]), contents))
    return Sending(lot.unique_id or "", documents, media_type, data)


def sendings(hospital: Hospital, drawn: random.Random) -> list[Sending]:
    """Lots of one to three letters; one lot of the round holds a letter too large for a table."""
    large = drawn.randrange(LOTS // 4)
    made = []
    for number in range(LOTS):
        pages = [hospital.document() for _ in range(drawn.randint(1, 3))]
        if number == large:
            pages[-1] = padded(hospital.pdf_document())
        made.append(sending(hospital, pages))
    return made


def padded(page: bytes) -> bytes:
    """The same document with a long comment at its end."""
    comment = b"<!--" + os.urandom(LARGE // 2).hex().encode() + b"-->"
    head, end, tail = page.rpartition(b"</ClinicalDocument>")
    return head + comment + end + tail


def feed(bench: Bench, hospital: Hospital, drawn: random.Random, kill: Callable[[], None]) -> Load:
    """Sends from several connections, and kills at a moment drawn: so many answers, then so many milliseconds."""
    load = Load(sendings(hospital, drawn))
    waiting, trust = deque(load.sent), bench.trust(hospital.tls)
    until, later_s = drawn.randint(*ANSWERS), drawn.uniform(0, LATER_S)
    enough, never, wrong = threading.Event(), threading.Event(), list[bytes]()

    def client() -> None:
        with httpx.Client(verify=trust, timeout=30) as http:
            while waiting:
                try:
                    one = waiting.popleft()
                    headers = {"Content-Type": one.media_type}
                    told = http.post(f"{bench.url}/repository", content=one.data, headers=headers)
                except (IndexError, httpx.TransportError):
                    return
                if Answer(told.status_code, told.headers.get("Content-Type", ""), told.content).errors:
                    wrong.append(told.content)
                load.acknowledged.append(one)
                if len(load.acknowledged) >= until:
                    enough.set()

    feeders = [threading.Thread(target=client, daemon=True) for _ in range(CLIENTS)]
    for feeder in feeders:
        feeder.start()
    assert enough.wait(60)
    never.wait(later_s)
    kill()
    for feeder in feeders:
        feeder.join(60)
    assert wrong == []
    return load


@dataclass(frozen=True)
class Stored:
    """What the store of a data folder holds of one session: rows by name, exchanges in order, names of contents."""

    entries: list[Any]
    sets: dict[str, Any]
    links: list[Any]
    exchanges: list[dict[str, Any]]
    blobs: dict[str, int]

    @classmethod
    def read(cls, data: Path, session: str) -> Stored:
        engine = sa.create_engine(sa.URL.create("sqlite", database=str(data / "banc.db")))
        with engine.connect() as connection:

            def rows(table: sa.Table) -> list[Any]:
                return list(connection.execute(sa.select(table).where(table.c.session == session)))

            held = cls(
                rows(tables.entries),
                {row.key: row for row in rows(tables.sets)},
                rows(tables.links),
                [json.loads(row.entry) for row in sorted(rows(tables.exchanges), key=lambda row: row.seq)],
                {
                    row.digest: row.size
                    for row in connection.execute(sa.select(tables.blobs.c.digest, tables.blobs.c.size))
                },
            )
        engine.dispose()
        return held


def check_whole(stored: Stored, data: Path) -> set[str]:
    """Nothing is half there; the uniqueIds of the lots that are registered."""
    assert verify(stored.exchanges).intact
    fed = [one for one in stored.exchanges if one["operation"] == "dmp.TD2.1" and one["outcome"] == "accepted"]
    by_set = {one["facts"]["submission_set"]: one for one in fed}
    assert len(by_set) == len(fed)
    assert set(by_set) == set(stored.sets)  # no lot without its journal entry, no entry without its lot

    of_lot: dict[str, list[Any]] = {}
    for entry in stored.entries:
        of_lot.setdefault(entry.submission_set, []).append(entry)
    assert set(of_lot) == set(stored.sets)
    links = {(json.loads(row.value)["type"], row.source, row.target) for row in stored.links}
    wanted = set()
    for name, entries in of_lot.items():
        promised = {document.removeprefix("urn:oid:") for document in by_set[name]["facts"]["documents"]}
        assert {entry.unique_id for entry in entries if not entry.signature} == promised
        [signature] = [entry for entry in entries if entry.signature]
        wanted.add((SIGNS, signature.key, stored.sets[name].entry_uuid))
        wanted |= {(HAS_MEMBER, stored.sets[name].entry_uuid, entry.key) for entry in entries}
        blobs = [json.loads(entry.value)["blob"] for entry in entries]
        blobs += [by_set[name]["request"]["blob"], by_set[name]["response"]["blob"]]
        assert set(blobs) <= set(stored.blobs)
    assert links == wanted
    for name, size in stored.blobs.items():
        if size > 2**20:
            kept = (data / "blobs" / name[7:9] / name[7:]).read_bytes()
            assert hashlib.sha256(kept).hexdigest() == name[7:]
    return set(stored.sets)


def check_acknowledged(doctor: Hospital, stored: Stored, load: Load, stood: set[str], now: set[str]) -> None:
    """What was acknowledged in a round is registered, journaled and read back with its hash."""
    told = {one.set_id for one in load.acknowledged}
    assert told <= now
    assert now - stood <= {one.set_id for one in load.sent}
    by_set = {one["facts"].get("submission_set"): one for one in stored.exchanges if one["operation"] == "dmp.TD2.1"}
    wanted: dict[str, bytes] = {}
    for one in load.acknowledged:
        assert by_set[one.set_id]["request"]["blob"] == f"sha256:{hashlib.sha256(one.data).hexdigest()}"
        wanted |= one.documents
    hashes = {entry.unique_id: json.loads(entry.value)["hash"] for entry in stored.entries}
    assert {name: hashlib.sha1(page).hexdigest() for name, page in wanted.items()}.items() <= hashes.items()
    if not wanted:
        return
    body = retrieve_documents([DocumentRequest(REPOSITORY, name) for name in wanted])
    answer = doctor.post("repository", doctor.envelope(RETRIEVE, body, authn_class=vihf.SMARTCARD_CLASS))
    assert {one.unique_id: one.content for one in answer.retrieved.documents} == wanted


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
def test_twenty_kills_under_load_lose_nothing(tmp_path: Path) -> None:
    drawn = random.Random(SEED)
    session: str | None = None
    issued: dict[tuple[Any, ...], Credential] = {}
    load, registered, acknowledged = Load([]), set[str](), 0

    for life in range(ROUNDS + 1):
        with up(tmp_path, session) as (process, bench):
            session, bench.issued = bench.session, issued
            stored = Stored.read(tmp_path / "data", session)
            now = check_whole(stored, tmp_path / "data")
            check_acknowledged(doctor_of(bench), stored, load, registered, now)
            registered, acknowledged = now, acknowledged + len(load.acknowledged)
            if life < ROUNDS:
                load = feed(bench, hospital_of(bench), drawn, process.kill)

    assert acknowledged >= 3 * ROUNDS
    print(f"\n{ROUNDS} kills: {acknowledged} lots acknowledged, {len(registered)} registered, seed {SEED}")
