"""The main job on real input: the published discharge letter goes through ``banc run`` to a full verdict."""

from __future__ import annotations

import asyncio
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from banc_harness.checks.registered import checks
from banc_harness.requirements.table import table
from banc_mocks.sandbox.store import Store

LETTER = Path(__file__).parents[4] / "shared" / "data" / "cda" / "examples" / "LDL-SES_2022.01.xml"

SUT = """\
banc: 1
vendor: Éditeur Exemple
product: {{name: Témoin Ségur, version: "1.0.0"}}
couloir: hopital
software_type: DPI
profiles: [general, insi-direct, dmp-direct]
ids: {{idam: TEMOIN-INSI-0001, dmp_homologation: TEMOIN-DMP-0001-tmp1, psc_client_id: temoin}}
capabilities: [psc.code, insi.traits, dmp.feed]
endpoints: {{redirect_uris: ["https://localhost:3999/temoin/callback"]}}
driver:
  kind: exec
  command: [{python}, -m, banc_harness.witness, exec, --data, {state}, --letter, {letter}]
"""


@pytest.fixture
def letter() -> Path:
    if not LETTER.exists():
        pytest.skip("the published examples do not lie beside this repository")
    return LETTER


async def kept(data: Path, content: bytes) -> bytes:
    """What the sandbox of a data folder holds under the digest of ``content``."""
    store = await Store.open(data)
    try:
        return await store.blob(f"sha256:{hashlib.sha256(content).hexdigest()}") or b""
    finally:
        await store.stop()


def test_the_published_letter_reaches_a_full_verdict(letter: Path, tmp_path: Path) -> None:
    sut = tmp_path / "sut.yaml"
    quoted = {"python": sys.executable, "state": tmp_path / "state", "letter": letter}
    sut.write_text(SUT.format(**{name: json.dumps(str(value)) for name, value in quoted.items()}), encoding="utf-8")
    banc = Path(sys.executable).with_name("banc")

    ended = subprocess.run(
        [banc, "run", "--sut", sut, "--scenario", "UC1.01", "--report", tmp_path / "report"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert ended.returncode in (0, 1), ended.stderr
    assert "Traceback" not in ended.stderr
    report = json.loads((tmp_path / "report" / "report.json").read_text(encoding="utf-8"))
    assert {item["requirement"] for item in report["requirements"]} == set(table("hopital"))
    judged = {item["check"]: item["verdict"] for item in report["checks"]}
    applicable = {item.id for item in checks().values() if item.concerns("UC1.01")}
    assert set(judged) == applicable
    assert judged["CHK-DOC-001"] == "CONFORME"
    assert judged["CHK-DMP-001"] == "CONFORME"
    (filed,) = [item for item in report["exchanges"] if item["operation"] == "dmp.TD2.1"]
    assert filed["outcome"] == "accepted"
    assert asyncio.run(kept(tmp_path / ".banc", letter.read_bytes())) == letter.read_bytes()
