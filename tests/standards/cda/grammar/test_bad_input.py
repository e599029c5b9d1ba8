"""Bytes that are no clinical document, or a foreign one: a refusal or findings, in bounded time and memory."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from banc_standards.cda.read import CdaRefused, read
from banc_standards.cda.rules import ENGINE
from banc_standards.xml import XmlRefused

XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
LAUGHS = b"<!DOCTYPE lolz [<!ENTITY a 'ha'>" + b"".join(
    b"<!ENTITY %c '&%c;&%c;&%c;&%c;&%c;&%c;&%c;&%c;'>" % (at + 1, *[at] * 8) for at in range(97, 110)
)


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"Lettre de liaison", "XML-001"),
        (b"%PDF-1.4\n%\xe2\xe3\xcf\xd3", "XML-001"),
        (b"PK\x03\x04\x14\x00", "XML-001"),
        (b"\x00" * 4096, "XML-001"),
        (LAUGHS + b"]><ClinicalDocument xmlns='urn:hl7-org:v3'>&n;</ClinicalDocument>", "XML-003"),
        (b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/hostname'>]><a>&x;</a>", "XML-003"),
        (b"<!DOCTYPE a SYSTEM 'http://127.0.0.1:1/a.dtd'><a/>", "XML-002"),
        (b"<ClinicalDocument xmlns='urn:hl7-org:v3'>" + b"<a>" * 10_000 + b"</a>" * 10_000, "XML-005"),
        (b"<a " + b" ".join(b"a%d='1'" % number for number in range(20_000)) + b"/>", "XML-004"),
        (b'<?xml version="1.0" encoding="UTF-8"?><a>\xe9</a>', "XML-006"),
        (b'<?xml version="1.0" encoding="UTF-16"?><a>\xe9</a>', "XML-006"),
    ],
    ids=["text", "pdf", "zip", "zeroes", "laughs", "entity", "dtd", "deep", "attributes", "latin", "not-utf-16"],
)
def test_what_is_no_document_is_refused_at_once(data: bytes, rule: str) -> None:
    started = time.process_time()

    with pytest.raises(XmlRefused) as refused:
        read(data)

    assert refused.value.rule_id == rule
    assert time.process_time() - started < 2


def test_a_document_cut_anywhere_is_refused_or_judged(structured: bytes) -> None:
    for end in range(0, len(structured), max(1, len(structured) // 200)):
        with pytest.raises((XmlRefused, CdaRefused)):
            read(structured[:end])


def test_two_hundred_mebibytes_are_refused_before_they_are_parsed() -> None:
    started = time.process_time()

    with pytest.raises(XmlRefused) as refused:
        read(b"<ClinicalDocument xmlns='urn:hl7-org:v3'>" + b" " * (200 * 2**20))

    assert refused.value.rule_id == "XML-004"
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "inside",
    [
        b"<component/>" * 300_000,
        b"<id root='1.02'/>" * 200_000,
        b"<section ID='a'/>" * 200_000,
        b"<author>" * 150 + b"<x/>" * 100_000 + b"</author>" * 150,
        b"<title>" + b"x" * 20_000_000 + b"</title>",
        b"".join(b"<n%d/>" % number for number in range(50_000)),
    ],
    ids=["wide", "wrong", "same-ids", "deep-and-wide", "text", "names"],
)
def test_a_huge_document_is_judged_in_bounded_time(inside: bytes) -> None:
    data = b"<ClinicalDocument xmlns='urn:hl7-org:v3'>" + inside + b"</ClinicalDocument>"
    started = time.process_time()

    findings = list(ENGINE.judge(read(data)))

    assert findings
    assert time.process_time() - started < 30


_CHILD = """
import resource, sys
from pathlib import Path
from banc_standards.cda.read import read
from banc_standards.cda.rules import ENGINE
limit = int(sys.argv[2]) * 2**20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
for number in range(int(sys.argv[3])):
    data = Path(sys.argv[1]).read_bytes().replace(b"@NUMBER@", b"%d" % number)
    assert [1 for _ in ENGINE.judge(read(data))]
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def _memory(path: Path, limit: int, rounds: int) -> int:
    """The resident memory in MiB of a process that judged this file some times, its numbers changed each time."""
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, str(path), str(limit), str(rounds)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="address space limits are Linux's")
def test_memory_stays_flat_over_documents_that_all_differ(tmp_path: Path) -> None:
    path = tmp_path / "document.xml"
    ids = "".join(f'<id root="1.2.@NUMBER@.{number}" extension="@NUMBER@-{number}"/>' for number in range(50))
    rows = "".join(f'<n@NUMBER@_{number} a@NUMBER@="{number}"/>' for number in range(50))
    path.write_text(f'<ClinicalDocument xmlns="urn:hl7-org:v3">{ids}{rows}</ClinicalDocument>')

    few, many = (_memory(path, 2048, rounds) for rounds in (100, 500))

    assert many - few < 24
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


FOREIGN = {
    "C-CDA": f"""<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:sdtc="urn:hl7-org:sdtc" {XSI}>
        <realmCode code="US"/><typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
        <templateId root="2.16.840.1.113883.10.20.22.1.1" extension="2015-08-01"/><id root="1.2.3"/>
        <code code="34133-9" codeSystem="2.16.840.1.113883.6.1"/><title>Continuity of Care</title>
        <effectiveTime value="20150622"/><confidentialityCode code="N"/><languageCode code="en-US"/>
        <recordTarget><patientRole><id root="1.2.3" extension="1"/><patient>
          <name><given>Ada</given><family>EXAMPLE</family></name><sdtc:raceCode code="2106-3"/>
        </patient></patientRole></recordTarget>
        <component><structuredBody><component><section><text><list styleCode="TOC"><item>none</item></list></text>
        <entry typeCode="DRIV"><act classCode="ACT" moodCode="EVN"><code code="CONC"/></act></entry>
        </section></component></structuredBody></component></ClinicalDocument>""",
    "a bare root": '<ClinicalDocument xmlns="urn:hl7-org:v3"/>',
    "nested documents": '<ClinicalDocument xmlns="urn:hl7-org:v3"><ClinicalDocument/></ClinicalDocument>',
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_document_gets_findings(name: str) -> None:
    findings = [(rule.id, hit.location) for rule, hit in ENGINE.judge(read(FOREIGN[name].encode()))]

    assert "CDA-STR-003" in {rule for rule, _ in findings}
    assert all(place.startswith("/ClinicalDocument") for _, place in findings)


@pytest.mark.parametrize("root", ["PRPA_IN201306UV02 xmlns='urn:hl7-org:v3'", "Bundle xmlns='http://hl7.org/fhir'"])
def test_another_root_is_refused_by_its_rule(root: str) -> None:
    with pytest.raises(CdaRefused) as refused:
        read(f"<{root}/>".encode())

    assert refused.value.rule_id == "CDA-ROOT-001"


def test_a_document_inside_a_style_sheet_is_judged_like_itself(complete: bytes) -> None:
    sheet = (
        b'<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/"><html/>'
        b"</xsl:template>" + complete + b"</xsl:stylesheet>"
    )
    wrapped = read(sheet)

    assert wrapped.faults == {}
    assert {rule.id for rule, _ in ENGINE.judge(wrapped)} == {rule.id for rule, _ in ENGINE.judge(read(complete))}


def test_a_schema_that_the_document_names_is_not_fetched(structured: bytes) -> None:
    named = structured.replace(
        b"<ClinicalDocument ", b'<ClinicalDocument xsi:schemaLocation="urn:x http://127.0.0.1:1/x.xsd" ', 1
    )

    assert read(named).faults == {}
