"""``banc demo``: every witness and the story, told by one report."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from banc_harness.demo import described, witness
from banc_standards.contracts.report import Report

Banc = Callable[..., subprocess.CompletedProcess[str]]
pytestmark = pytest.mark.journeys

CHAPTERS = ["UC3.80", "UC2.80", "UC2.81", "UC3.81", "UC1.80", "UC1.81", "UC3.82"]
SUT = """
banc: 1
vendor: Éditeur Exemple
product: {{name: Labo Plus, version: "4.2.1"}}
couloir: biologie
software_type: SGL
profiles: [general]
ids: {{idam: TEMOIN-INSI-0002, dmp_homologation: TEMOIN-DMP-0002-tmp1, nil: DEV999002}}
capabilities: [psc.code, insi.traits, dmp.feed, mss.send.pro, mss.send.patient]
endpoints: {{redirect_uris: ["{redirect}"], post_logout_uris: []}}
driver: {{kind: http, url: "{url}"}}
"""


def test_one_report_covers_every_software_and_the_story(banc: Banc, tmp_path: Path) -> None:
    folder = tmp_path / "rapport"
    done = banc("demo", "--report", str(folder))
    report = Report.read((folder / "report.json").read_bytes())

    assert done.returncode == report.exit_code == 0, done.stderr
    assert report.gate.passed
    assert [part.software for part in report.parts] == ["DPI", "SGL", "LGC"]
    assert all(part.gate.passed and part.run and part.story for part in report.parts)
    told = [item for item in report.scenarios if item.session == report.scenarios[-1].session]
    assert [item.scenario for item in told] == CHAPTERS
    assert {step.outcome for item in report.scenarios for step in item.steps} == {"done"}
    assert not any(item.stray for item in report.exchanges)

    assert len(done.stderr.splitlines()) < 60
    assert done.stderr.splitlines()[-1] == f"Rapport  {folder / 'report.html'}"
    assert sorted(path.name for path in folder.iterdir() if path.is_file()) == [
        "events.ndjson",
        "junit.xml",
        "report.html",
        "report.json",
        "report.sarif",
        "summary.md",
    ]
    suites = etree.parse(folder / "junit.xml").getroot()
    assert len(suites) == len(report.scenarios)
    again = banc("report", str(folder), "--format", "json")
    assert json.loads(again.stdout)["score"] == json.loads((folder / "report.json").read_text())["score"]


def test_story_is_asked_for_by_its_name_and_sees_a_defect_of_its_software(banc: Banc, tmp_path: Path) -> None:
    done = banc("demo", "--scenario", "HISTOIRE", "--defect", "drops-units", "--report", str(tmp_path / "r"))
    report = Report.read((tmp_path / "r" / "report.json").read_bytes())

    assert done.returncode == 1
    assert {part.software: part.gate.passed for part in report.parts} == {"DPI": True, "SGL": True, "LGC": False}
    assert {(item.software, item.scenario, item.check) for item in report.checks if item.verdict == "NON_CONFORME"} == {
        ("LGC", "UC2.81", "CHK-RCV-004")
    }


async def test_vendor_plays_its_part_of_the_story_among_the_witnesses(banc: Banc, tmp_path: Path) -> None:
    async with witness((), "sgl") as played:
        sut = tmp_path / "sut.yaml"
        driver = played.sut.driver
        told = SUT.format(redirect=played.sut.endpoints.redirect_uris[0], url=getattr(driver, "url", ""))
        sut.write_text(told, encoding="utf-8")
        done = banc("run", "--sut", str(sut), "--scenario", "HISTOIRE", "--report", str(tmp_path / "r"))
    report = Report.read((tmp_path / "r" / "report.json").read_bytes())

    assert [item.scenario for item in report.scenarios] == CHAPTERS
    assert {item.software for item in report.requirements} <= {"SGL", None}
    failed = {item.requirement for item in report.requirements if item.verdict == "NON_CONFORME"}
    assert failed == {"SBX-RUN-03"}, "it calls itself otherwise than its description does"
    assert done.returncode == 1
    assert "L&#39;histoire d&#39;un patient" in (tmp_path / "r" / "report.html").read_text(encoding="utf-8")


def test_story_is_not_sealed(banc: Banc, tmp_path: Path) -> None:
    sut = tmp_path / "sut.yaml"
    url = "http://127.0.0.1:9"
    sut.write_text(SUT.format(redirect=described(url, "sgl").sut.endpoints.redirect_uris[0], url=url), encoding="utf-8")
    key = tmp_path / "key.p12"
    key.write_bytes(_key())

    done = banc("run", "--sut", str(sut), "--scenario", "HISTOIRE", "--sign", str(key), BANC_SIGN_PASSWORD="")

    assert done.returncode == 2
    assert "RUN-004" in done.stderr


def _key() -> bytes:
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import pkcs12

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Testeur Exemple")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    certificate = made.sign(key, hashes.SHA256())
    return pkcs12.serialize_key_and_certificates(b"t", key, certificate, None, serialization.NoEncryption())
