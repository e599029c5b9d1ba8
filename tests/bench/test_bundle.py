"""Sealing and verifying a bundle of 500 MiB take the memory that one of 50 MiB takes.

The long run is a scenario that the honest witness really played, over and over, each time with another large document:
its journal is chained, its checks are run, its bundle is verified to the end. Run with
``pytest -m bench -s tests/bench/test_bundle.py``.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from banc_harness.checks.registered import checks
from banc_harness.evidence import names
from banc_harness.evidence.blobs import ReadBlobs
from banc_harness.evidence.journal import line
from banc_harness.evidence.rerun import Rerun, sealed_check
from banc_harness.requirements.table import table
from banc_harness.sealed import Sealed
from banc_standards.contracts.canonical import entry_hash
from banc_standards.contracts.events import read_event

from ..harness.evidence.honest import Honest, sealed_run
from ..harness.evidence.parties import PASSWORD

pytestmark = pytest.mark.bench

SCENARIO = "UC1.01"
DOCUMENT = 4 * 2**20
SMALL, LARGE = 12, 125
"""Rounds of the scenario: 50 and 500 MiB."""

MOST_GROWTH = 64 * 2**20
MOST_S = 300

SEAL = """
import sys
from pathlib import Path
from banc_harness.checks.registered import checks
from banc_harness.evidence import signature
from banc_harness.evidence.seal import Played, seal
from banc_harness.evidence.spool import Spool
from banc_harness.requirements.table import table
folder = Path(sys.argv[1])
played = Played(
    spool=Spool(folder), events=folder / "events.ndjson", position=0, checks=checks(), table=table("hopital")
)
seal(Path(sys.argv[2]), played, signature.load(Path(sys.argv[3]), sys.argv[4]))
"""


VERIFY = """
import sys
from banc_harness.cli import main
assert main() == 0
"""
TELL_PEAK = """
print([line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")][0])
"""


class LongRun:
    """The spool and the events of a run of many rounds, written as they are made."""

    def __init__(self, honest: Honest, folder: Path) -> None:
        self._folder = folder
        folder.mkdir()
        with zipfile.ZipFile(honest.bundle) as archive:
            self._contents = {name: archive.read(name) for name in archive.namelist()}
        self._entries = {entry["seq"]: entry for entry in self._lines(names.JOURNAL)}
        told = self._lines(names.EVENTS)
        self._start, self._end = told[0], told[-1]
        self._round = [event for event in told if event.get("scenario") == SCENARIO and event["type"] != "check.ended"]
        self._seen: dict[int, dict[str, Any]] = {}
        self._prev: str | None = None
        self._n = 0
        self._rerun = Rerun(Sealed(self._seen, ReadBlobs(list, self._read)), checks())

    def write(self, rounds: int) -> None:
        """Writes everything that is to be sealed."""
        for name, data in self._contents.items():
            if names.is_blob(name):
                self._keep(name, data)
        with (self._folder / names.JOURNAL).open("wb") as journal, (self._folder / names.EVENTS).open("wb") as events:
            for event in self._events(rounds, journal):
                self._n += 1
                events.write(json.dumps({**event, "n": self._n}).encode() + b"\n")
        for path in (self._folder / "blobs").rglob("*"):
            if path.is_file() and names.digest(path.name) not in self._named:
                path.unlink()

    def _events(self, rounds: int, journal: Any) -> Iterator[dict[str, Any]]:
        self._named: set[str] = set()
        yield self._add(self._start)
        first = min(event["seq"] for event in self._round if event["type"] == "exchange")
        count = 1 + max(event["seq"] for event in self._round if event["type"] == "exchange") - first
        for turn in range(rounds):
            shift = 1 + turn * count - first
            self._seen.clear()
            for seq in range(first, first + count):
                journal.write(line(self._chained(self._entries[seq], seq + shift)))
            for event in self._round:
                told = self._moved(event, shift)
                if told["type"] != "scenario.ended":
                    yield self._add(told)
                    continue
                for judgement in self._rerun.add(read_event(json.dumps(told | {"n": 1}))):
                    said = sealed_check(judgement).as_json()
                    yield {**self._common("check.ended"), **said, "title": judgement.check.rule.text.fr}
                yield told
        verdicts = self._rerun.verdicts(table("hopital")).as_json()
        for item in verdicts["requirements"]:
            yield {**self._common("requirement.decided"), **item}
        yield {**self._end, "gate": verdicts["gate"], "score": verdicts["score"], "exit_code": 1}

    def _add(self, event: dict[str, Any]) -> dict[str, Any]:
        self._rerun.add(read_event(json.dumps(event | {"n": 1})))
        return event

    def _common(self, kind: str) -> dict[str, Any]:
        return {"v": 1, "run": self._start["run"], "at": self._start["at"], "type": kind}

    def _chained(self, entry: dict[str, Any], seq: int) -> dict[str, Any]:
        moved = json.loads(json.dumps(entry)) | {"seq": seq, "prev": self._prev}
        if moved["operation"] == "dmp.TD2.1":
            data = self._contents[names.blob(moved["request"]["blob"])] + os.urandom(DOCUMENT)
            digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
            self._keep(names.blob(digest), data)
            moved["request"].update(blob=digest, size=len(data))
        for side in ("request", "response"):
            if moved[side] and moved[side]["blob"]:
                self._named.add(moved[side]["blob"])
        moved["hash"] = self._prev = entry_hash(moved)
        self._seen[seq] = moved
        return moved

    def _moved(self, event: dict[str, Any], shift: int) -> dict[str, Any]:
        moved = json.loads(json.dumps(event))
        if "seq" in moved:
            moved["seq"] += shift
        if moved["type"] == "exchange":
            moved["hash"] = self._seen[moved["seq"]]["hash"]
        return moved

    def _lines(self, name: str) -> list[dict[str, Any]]:
        return [json.loads(text) for text in self._contents[name].splitlines()]

    def _keep(self, name: str, data: bytes) -> None:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def _read(self, digest: str) -> bytes:
        return (self._folder / names.blob(digest)).read_bytes()


def peak(code: str, *arguments: str | Path) -> tuple[int, float, str]:
    """The largest resident set of a Python program since it began, in bytes, its duration in seconds, and what it
    wrote. The kernel's own count is read: what ``wait4`` tells begins with the memory of the process that forked.
    """
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code + TELL_PEAK, *arguments], capture_output=True, encoding="utf-8", check=False
    )
    took = time.perf_counter() - began
    assert done.returncode == 0, done.stdout + done.stderr
    said, _, kibibytes = done.stdout.rstrip().rpartition("\n")
    return int(kibibytes) * 1024, took, said


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from Linux's /proc")
def test_memory_does_not_grow_with_the_bundle(tmp_path: Path) -> None:
    honest = sealed_run(tmp_path)
    sealing, verifying = {}, {}
    for rounds in (SMALL, LARGE):
        folder, bundle = tmp_path / str(rounds), tmp_path / f"{rounds}.banc.zip"
        LongRun(honest, folder).write(rounds)
        sealing[rounds], took, _ = peak(SEAL, folder, bundle, honest.key, PASSWORD)
        shutil.rmtree(folder)
        size = bundle.stat().st_size
        verifying[rounds], took_too, said = peak(VERIFY, "verify", bundle, "--trust", honest.trust)
        print(
            f"\n{size / 2**20:.0f} MiB: sealed in {took:.1f} s and {sealing[rounds] / 2**20:.0f} MiB of memory, "
            f"verified in {took_too:.1f} s and {verifying[rounds] / 2**20:.0f} MiB"
        )
        print(said)
        bundle.unlink()
        assert took + took_too < MOST_S

    assert size > 500 * 2**20
    assert verifying[LARGE] - verifying[SMALL] < MOST_GROWTH
    assert sealing[LARGE] - sealing[SMALL] < MOST_GROWTH
