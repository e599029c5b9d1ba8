"""The main job on real input: published documents go through ``banc run`` to a full verdict, as the software's own.

Each is about the patient PAT-03, whom the scenario admits. What else it says is not what the scenario asked for: other
results than the order's, another chart, another author in another place. Those checks fail, and no other.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from banc_harness.checks.registered import checks
from banc_harness.requirements.table import table
from banc_mocks.sandbox.store import Store

pytestmark = pytest.mark.journeys

EXAMPLES = Path(__file__).parents[4] / "shared" / "data" / "cda" / "examples"

SUT = """\
banc: 1
vendor: Éditeur Exemple
product: {{name: {name}, version: "1.0.0"}}
couloir: {couloir}
software_type: {software_type}
profiles: {profiles}
ids: {{idam: TEMOIN-INSI-{number}, dmp_homologation: TEMOIN-DMP-{number}-tmp1, psc_client_id: temoin, nil: {nil}}}
capabilities: {capabilities}
endpoints: {{redirect_uris: ["https://localhost:3999/temoin/callback"]}}
driver:
  kind: exec
  command: [{python}, -m, banc_harness.witness, exec, --software, {software}, --data, {state}, {option}, {document}]
"""


@dataclass(frozen=True)
class Published:
    """A published document, the witness that sends it, the scenario, and the checks that it must fail there."""

    file: str
    software: str
    scenario: str
    differs: frozenset[str]
    option: str = "--document"

    @property
    def couloir(self) -> str:
        return {"dpi": "hopital", "sgl": "biologie", "lgc": "ville"}[self.software]

    def sut(self, state: Path) -> str:
        """Its ``sut.yaml``."""
        name, number, more = {
            "dpi": ("Témoin Ségur", 1, ["insi-direct", "dmp-direct"]),
            "sgl": ("Témoin Labo", 2, ["environnement-ville", "bal-per-org"]),
            "lgc": ("Témoin Cabinet", 3, ["medecin-traitant", "bal-per-org"]),
        }[self.software]
        mails = ["mss.send.pro", "mss.send.patient"] if self.software == "sgl" else []
        written: dict[str, Any] = {
            "name": name,
            "couloir": self.couloir,
            "software_type": self.software.upper(),
            "profiles": ["general", *more],
            "number": f"{number:04}",
            "nil": f"DEV99900{number}",
            "capabilities": ["psc.code", "insi.traits", "dmp.feed", *mails],
            "python": sys.executable,
            "software": self.software,
            "state": str(state),
            "option": self.option,
            "document": str(EXAMPLES / self.file),
        }
        plain = {"number", "nil", "couloir", "software_type", "software", "option"}
        return SUT.format(
            **{key: value if key in plain else json.dumps(value, ensure_ascii=False) for key, value in written.items()}
        )


PUBLISHED = (
    Published("LDL-SES_2022.01.xml", "dpi", "UC1.01", frozenset(), "--letter"),
    # the results of a thyroid panel are not those of the order, nobody is named as recipient, the prescriber has no
    # mailbox there, and its PDF copy has no datamatrix INS
    Published(
        "BIO-CR-BIO_2024.01_TSH_1.xml",
        "sgl",
        "UC2.01",
        frozenset({"CHK-LAB-001", "CHK-LAB-004", "CHK-LAB-005", "CHK-PRT-001"}),
    ),
    # the chart is another one, and its author another doctor, in a hospital
    Published("VSM_1.4_2022.01.xml", "lgc", "UC3.01", frozenset({"CHK-VSM-002", "CHK-VSM-004", "CHK-VSM-005"})),
)


async def kept(data: Path, content: bytes) -> bytes:
    """What the sandbox of a data folder holds under the digest of ``content``."""
    store = await Store.open(data)
    try:
        return await store.blob(f"sha256:{hashlib.sha256(content).hexdigest()}") or b""
    finally:
        await store.stop()


@pytest.mark.parametrize("published", PUBLISHED, ids=lambda item: item.file)
def test_a_published_document_reaches_a_full_verdict(published: Published, tmp_path: Path) -> None:
    document = EXAMPLES / published.file
    if not document.exists():
        pytest.skip("the published examples do not lie beside this repository")
    sut = tmp_path / "sut.yaml"
    sut.write_text(published.sut(tmp_path / "state"), encoding="utf-8")
    banc = Path(sys.executable).with_name("banc")

    ended = subprocess.run(
        [banc, "run", "--sut", sut, "--scenario", published.scenario, "--report", tmp_path / "report"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert ended.returncode == (1 if published.differs else 0), ended.stderr
    assert "Traceback" not in ended.stderr
    report = json.loads((tmp_path / "report" / "report.json").read_text(encoding="utf-8"))
    assert {item["requirement"] for item in report["requirements"]} == set(table(published.couloir))
    judged = {item["check"]: item["verdict"] for item in report["checks"]}
    assert set(judged) == {item.id for item in checks().values() if item.concerns(published.scenario)}
    assert {check for check, verdict in judged.items() if verdict == "NON_CONFORME"} == published.differs
    assert judged["CHK-DOC-001"] == "CONFORME"
    (filed,) = [item for item in report["exchanges"] if item["operation"] == "dmp.TD2.1"]
    assert filed["outcome"] == "accepted"
    assert asyncio.run(kept(tmp_path / ".banc", document.read_bytes())) == document.read_bytes()
