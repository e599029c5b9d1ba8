"""How many tokens and archives a core judges: signed VIHF, XDM archives of 2 MiB.

Run with ``pytest -m bench -s tests/bench/test_validate_exchanges.py``. What is asserted are
ratios to a floor of the same run, since rates tell of the machine; the goals are printed.
"""

from __future__ import annotations

import hashlib
import io
import random
import time
import zipfile
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree

from banc_harness.validate.judging import Order, judge_bytes
from banc_standards.cda.build import discharge_letter_n1
from banc_standards.soap.build import serialize
from banc_standards.terminology.codes import value_set
from banc_standards.vihf.build import Code, Vihf, build, issuer_of, sign
from banc_standards.xdm import build as xdm
from banc_standards.xds.build import author_of, entry_from_cda, submission, utc
from banc_standards.xds.model import SubmissionSet

from ..standards.letters import doctor, letter

pytestmark = pytest.mark.bench
NOW = datetime(2026, 1, 5, 17, tzinfo=UTC)
VIHF_PER_S, XDM_PER_S = 800, 50
MOST_PARSES, MOST_OPENINGS = 60, 12


def rate(work: Callable[[], object], seconds: float = 2.0) -> float:
    """How often a second, over the best of three tries, in CPU time: other processes do not count."""
    work()
    best = 0.0
    for _ in range(3):
        began, done = time.process_time(), 0
        while time.process_time() - began < seconds / 3:
            work()
            done += 1
        best = max(best, done / (time.process_time() - began))
    return best


def signed_token() -> bytes:
    """A signed VIHF of a doctor, indirect mode."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CLINIQUE FICTIVE")])
    certificate = (x509.CertificateBuilder(name, name, key.public_key(), 1, NOW, NOW + timedelta(days=1))).sign(
        key, hashes.SHA256()
    )
    token = Vihf(
        assertion_id="_1",
        issue_instant=NOW,
        issuer=issuer_of(certificate),
        name_id="899900000011",
        authn_instant=NOW,
        authn_class="urn:oasis:names:tc:SAML:2.0:ac:classes:X509",
        mode="INDIRECTE",
        structure="1990000001",
        sector="SA01^1.2.250.1.71.4.2.4",
        roles=(Code("10", "1.2.250.1.71.1.2.7"), Code("SM26", "1.2.250.1.71.4.2.5")),
        subject_name="DURAND ALICE",
        ins="279035121518989",
        ins_oid="1.2.250.1.213.1.4.10",
        lps_name="dossier-plus",
        lps_version="4.2.1",
        homologation="42",
    )
    return serialize(sign(build(token), key=key, certificate=certificate))


def archive_of(size: int) -> bytes:
    """An archive whose level 1 letter wraps a PDF of about that many bytes once encoded."""
    noise = b64encode(random.Random(1).randbytes(size * 3 // 4))
    cda = discharge_letter_n1(letter(), b"%PDF-1.4\n" + noise[: size * 3 // 4] + b"\n%%EOF\n")
    [entry] = xdm.located([entry_from_cda(cda)])
    lot = SubmissionSet(
        id="Lot01",
        unique_id="1.2.250.1.213.99.3",
        source_id="1.2.250.1.213.99.4",
        patient_id=entry.patient_id,
        submission_time=utc(letter().created),
        authors=(author_of(doctor()),),
        content_type=value_set("J59").get("03"),
    )
    origin = xdm.Origin("CLINIQUE FICTIVE", "Logiciel du test", "support@editeur.example")
    return xdm.packed(submission(lot, [entry]), {"DOC0001.XML": cda}, origin=origin)


def test_signed_tokens():
    data = signed_token()
    [verdict] = judge_bytes(data, "token.xml", Order()).verdicts
    assert not {one.finding.rule for one in verdict.noted if one.finding.rule.startswith("VIHF-SIG")}

    found = rate(lambda: judge_bytes(data, "token.xml", Order()))

    floor = rate(lambda: etree.fromstring(data))
    print(f"\n{found:.0f} VIHF/s (goal {VIHF_PER_S}), {len(data)} bytes; {floor / found:.1f} x lxml's parse")
    assert found * MOST_PARSES >= floor


def opened(archive: bytes) -> None:
    """What nobody can do without: the archive unzipped, its document hashed and parsed."""
    with zipfile.ZipFile(io.BytesIO(archive)) as members:
        document = members.read(next(name for name in members.namelist() if name.endswith("DOC0001.XML")))
    hashlib.sha1(document, usedforsecurity=False).hexdigest()
    etree.fromstring(document, etree.XMLParser(huge_tree=True))


def test_archives():
    data = archive_of(2 * 2**20)

    found = rate(lambda: judge_bytes(data, "IHE_XDM.zip", Order()))

    floor = rate(lambda: opened(data))
    print(
        f"\n{found:.1f} XDM/s (goal {XDM_PER_S}), {len(data)} bytes;"
        f" {floor / found:.1f} x unzipping, hashing and parsing the document"
    )
    assert found * MOST_OPENINGS >= floor
