"""A run that is killed and taken up again."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, pkcs12
from cryptography.x509.oid import NameOID

from banc_harness.client import Control
from banc_harness.in_process import sandbox
from banc_standards.contracts.events import AnyEvent, read_event

pytestmark = pytest.mark.journeys

BANC = Path(sys.executable).with_name("banc")
ADAPTER = """
import json, os, pathlib, ssl, sys, time, urllib.request
asked = json.load(sys.stdin)
folder = pathlib.Path(__file__).parent
trust = ssl.create_default_context(cafile=asked["sandbox"]["ca_file"])
control = json.loads((folder / "data" / "sandbox.json").read_text())["control"]
body = json.dumps({"operation": "test.seen", "facts": {"ins": asked["step"]}}).encode()
where = f"{control}/control/v1/sessions/{asked['session']}/observations"
urllib.request.urlopen(urllib.request.Request(where, body, {"Content-Type": "application/json"}), context=trust).close()
hang = folder / "hang"
if hang.exists() and hang.read_text() == asked["step"]:
    (folder / "hanging").write_text(str(os.getpid()))
    time.sleep(60)
json.dump({"banc": 1, "id": asked["id"], "status": "refused",
           "evidence": [{"name": "vu.txt", "media_type": "text/plain", "base64": "dnU="}]}, sys.stdout)
"""
"""A software that declines everything, tells the journal so, and hangs in one step when told to: ``hanging`` is a
pipe, in which it says who it is.
"""


def describe(folder: Path) -> None:
    """Puts the software and its description into a folder."""
    (folder / "adapter.py").write_text(ADAPTER)
    described = {
        "banc": 1,
        "vendor": "Éditeur",
        "product": {"name": "Logiciel", "version": "1"},
        "couloir": "hopital",
        "software_type": "DPI",
        "capabilities": ["psc.code"],
        "driver": {"kind": "exec", "command": [sys.executable, "adapter.py"]},
    }
    (folder / "sut.yaml").write_text(yaml.safe_dump(described, allow_unicode=True), encoding="utf-8")


@dataclass
class Bench:
    """``banc`` in a folder where a software, its data folder and its reports lie."""

    folder: Path

    @property
    def events(self) -> list[AnyEvent]:
        return [read_event(line) for line in (self.folder / "out" / "events.ndjson").read_bytes().splitlines()]

    @property
    def report(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "out" / "report.json").read_bytes()))

    def start(self, *arguments: str, command: str = "run") -> subprocess.Popen[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BANC_")}
        return subprocess.Popen(
            [BANC, command, "--sut", "sut.yaml", "--scenario", "PSC.0[1-3]", "--report", "out", *arguments],
            cwd=self.folder,
            env={**kept, "BANC_DATA": "data", "PYTHONWARNINGS": "error"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def run(self, *arguments: str, command: str = "run") -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments, command=command)
        out, err = process.communicate(timeout=60)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def interrupt(self, step: str, sign: signal.Signals, *arguments: str, command: str = "run") -> tuple[int, str]:
        """Runs until the software hangs in a step, then sends the bench a signal; its exit code and its errors."""
        (self.folder / "hang").write_text(step)
        os.mkfifo(self.folder / "hanging")
        process = self.start(*arguments, command=command)
        hanging = int((self.folder / "hanging").read_text())
        process.send_signal(sign)
        _, err = process.communicate(timeout=30)
        with contextlib.suppress(ProcessLookupError):
            os.kill(hanging, signal.SIGKILL)
        (self.folder / "hang").unlink()
        (self.folder / "hanging").unlink()
        return process.returncode, err


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A bench that has not run yet."""
    describe(tmp_path)
    return Bench(tmp_path)


@pytest.fixture(scope="module")
def once_killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ``kill -9`` leaves of a run in the midst of its second scenario."""
    folder = tmp_path_factory.mktemp("killed")
    describe(folder)
    assert Bench(folder).interrupt("PSC.02.1", signal.SIGKILL)[0] == -signal.SIGKILL
    return folder


@pytest.fixture
def killed(once_killed: Path, tmp_path: Path) -> Bench:
    """A copy of that."""
    shutil.copytree(once_killed, tmp_path / "copy")
    return Bench(tmp_path / "copy")


def told(bench: Bench, kind: str) -> list[Any]:
    return [event for event in bench.events if event.type == kind]


def test_killed_run_goes_on_where_it_stopped(killed: Bench) -> None:
    before = killed.events
    assert told(killed, "run.ended") == []

    done = killed.run("--resume", before[0].run)

    after = killed.events
    assert done.returncode == 1, done.stderr
    assert after[: len(before)] == before
    assert [event.n for event in after] == list(range(1, len(after) + 1))
    assert {event.run for event in after} == {before[0].run}
    assert (len(told(killed, "run.started")), len(told(killed, "run.ended"))) == (1, 1)
    assert [event.scenario for event in told(killed, "scenario.started")] == ["PSC.01", "PSC.02", "PSC.02", "PSC.03"]
    assert [event.scenario for event in told(killed, "scenario.ended")] == ["PSC.01", "PSC.02", "PSC.03"]


def test_journal_of_a_resumed_run_is_one_epoch_without_a_gap(killed: Bench) -> None:
    done = killed.run("--resume", "out")

    last = {event.seq: event for event in told(killed, "exchange")}
    assert done.returncode == 1, done.stderr
    assert sorted(last) == [1, 2, 3, 4]
    assert [last[seq].scenario for seq in sorted(last)] == ["PSC.01", None, "PSC.02", "PSC.03"]
    assert len(killed.report["exchanges"]) == 4


def test_resumed_run_says_the_same_as_one_that_was_not_interrupted(killed: Bench, bench: Bench) -> None:
    bench.run()
    whole = bench.report

    done = killed.run("--resume", "out")

    assert done.returncode == 1, done.stderr

    names = ("requirement", "verdict", "reason", "checks")
    verdicts = [[{name: row[name] for name in names} for row in one["requirements"]] for one in (whole, killed.report)]
    checks = [
        [(row["check"], row["scenario"], row["verdict"]) for row in one["checks"]] for one in (whole, killed.report)
    ]
    assert verdicts[0] == verdicts[1]
    assert sorted(checks[0]) == sorted(checks[1])
    assert [row["scenario"] for row in killed.report["scenarios"]] == ["PSC.01", "PSC.02", "PSC.03"]
    assert killed.report["gate"] == whole["gate"]


def test_evidence_of_before_the_kill_is_kept(killed: Bench) -> None:
    (kept,) = json.loads((killed.folder / "out" / "evidence" / "index.json").read_text()).values()

    assert kept["name"] == "vu.txt"
    assert killed.run("--resume", "out").returncode == 1
    assert len(told(killed, "evidence.added")) == 3


def test_interruption_from_the_keyboard_tells_how_to_go_on(bench: Bench) -> None:
    code, err = bench.interrupt("PSC.02.1", signal.SIGINT)

    run = bench.events[0].run
    assert code == 3
    assert f"--resume {run}" in err
    assert bench.run("--resume", run).returncode == 1


def test_event_that_the_kill_cut_short_is_taken_away(killed: Bench) -> None:
    with (killed.folder / "out" / "events.ndjson").open("ab") as file:
        file.write(b'{"v":1,"run":"r-')

    done = killed.run("--resume", "out")

    assert done.returncode == 1, done.stderr
    assert [event.n for event in killed.events] == list(range(1, len(killed.events) + 1))


def test_run_may_be_killed_again_while_it_is_resumed(killed: Bench) -> None:
    killed.interrupt("PSC.03.1", signal.SIGKILL, "--resume", "out")

    done = killed.run("--resume", "out")

    assert done.returncode == 1, done.stderr
    assert [event.scenario for event in told(killed, "scenario.ended")] == ["PSC.01", "PSC.02", "PSC.03"]
    assert [event.n for event in killed.events] == list(range(1, len(killed.events) + 1))
    assert sorted({event.seq for event in told(killed, "exchange")}) == [1, 2, 3, 4, 5]


def test_bundle_of_a_resumed_session_is_verified_like_any_other(bench: Bench) -> None:
    signing = ("--sign", str(own_key(bench.folder)), "--bundle", "session.banc.zip")
    bench.interrupt("PSC.02.1", signal.SIGKILL, *signing, command="certify")

    done = bench.run("--resume", "out", *signing, command="certify")
    verified = subprocess.run(
        [BANC, "verify", "session.banc.zip", "--trust", "key.pem"],
        cwd=bench.folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    assert done.returncode == 1, done.stderr
    assert verified.returncode == 0, verified.stdout + verified.stderr
    with zipfile.ZipFile(bench.folder / "session.banc.zip") as bundle:
        assert bundle.read("events.ndjson") == (bench.folder / "out" / "events.ndjson").read_bytes()


def own_key(folder: Path) -> Path:
    """A tester's key and certificate, in a file without a password; the certificate is in ``key.pem`` too."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Camille Fictive")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (folder / "key.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    packed = pkcs12.serialize_key_and_certificates(b"tester", key, certificate, None, NoEncryption())
    (folder / "key.p12").write_bytes(packed)
    return folder / "key.p12"


@pytest.mark.parametrize(
    ("spoil", "code", "exit_code"),
    [
        ("data gone", "RESUME-006", 3),
        ("session reset", "RESUME-006", 3),
        ("ended", "RESUME-003", 2),
        ("unknown", "RESUME-001", 2),
        ("sut changed", "RESUME-004", 2),
        ("other rules", "RESUME-005", 2),
        ("event dropped", "RESUME-002", 2),
        ("event garbled", "RESUME-002", 2),
    ],
)
def test_run_that_cannot_go_on_is_refused(killed: Bench, spoil: str, code: str, exit_code: int) -> None:
    name = "out"
    path = killed.folder / "out" / "events.ndjson"
    lines = path.read_bytes().splitlines(keepends=True)
    if spoil == "data gone":
        shutil.rmtree(killed.folder / "data")
    elif spoil == "session reset":
        asyncio.run(reset(killed.folder / "data", killed.events[0].session))
    elif spoil == "ended":
        killed.run("--resume", "out")
    elif spoil == "unknown":
        name = "r-20260101-000000-0000"
    elif spoil == "sut changed":
        described = (killed.folder / "sut.yaml").read_text().replace("psc.code", "insi.traits")
        (killed.folder / "sut.yaml").write_text(described)
    elif spoil == "other rules":
        started = json.loads(lines[0])
        started["rules"]["hash"] = f"sha256:{0:064x}"
        path.write_bytes(b"".join([json.dumps(started).encode() + b"\n", *lines[1:]]))
    elif spoil == "event dropped":
        path.write_bytes(b"".join(lines[:3] + lines[4:]))
    else:
        path.write_bytes(b"".join([*lines[:3], b"{}\n", *lines[4:]]))
    before = path.read_bytes() if path.exists() else b""

    done = killed.run("--resume", name)

    assert (done.returncode, code in done.stderr) == (exit_code, True), done.stderr
    assert path.read_bytes() == before


async def reset(data: Path, session: str) -> None:
    """Resets a session in the data folder of a sandbox that is started for that."""
    async with sandbox(data, services=()) as ready, Control(ready.control, ca_file=Path(ready.ca_file)) as control:
        await control.reset(session)
