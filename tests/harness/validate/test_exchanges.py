"""Messages, tokens and dumps: found by their bytes, judged with what they carry, never a crash."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banc_harness.validate.detect import detect
from banc_harness.validate.judging import Order, judge_bytes
from banc_standards.insi import build as insi
from banc_standards.insi.model import Search, Software
from banc_standards.soap import build as soap
from banc_standards.soap import mtom
from banc_standards.soap.dump import opened
from banc_standards.soap.names import SOAP12
from banc_standards.soap.read import SoapRefused
from banc_standards.vihf.build import Vihf
from banc_standards.vihf.build import build as vihf
from banc_standards.xds import retrieve
from banc_standards.xds.build import author_of, entry_from_cda, provide_and_register, registry_response, submission, utc
from banc_standards.xds.model import RegistryError, SubmissionSet
from banc_standards.xds.names import FAILURE, PROVIDE_AND_REGISTER, SUCCESS
from banc_standards.xds.query import build as query

from ...standards.letters import doctor, letter

NOW = datetime(2026, 1, 5, 17, tzinfo=UTC)
UUID = "0190a6f0-0000-7000-8000-000000000001"


def token(**changed) -> bytes:
    honest = Vihf(
        assertion_id="_1",
        issue_instant=NOW,
        issuer="CN=CLINIQUE FICTIVE",
        name_id="899900000011",
        authn_instant=NOW,
        authn_class="urn:oasis:names:tc:SAML:2.0:ac:classes:X509",
        mode="INDIRECTE",
        structure="1990000001",
        sector="SA01^1.2.250.1.71.4.2.4",
        roles=(),
        subject_name="DURAND ALICE",
        ins="279035121518989",
        ins_oid="1.2.250.1.213.1.4.10",
        lps_name="dossier-plus",
        lps_version="4.2.1",
        homologation="42",
    )
    return soap.serialize(vihf(replace(honest, **changed)))


@pytest.fixture(scope="module")
def feeding(sound):
    """The submission of the letter: its MTOM body, and the Content-Type that goes with it."""
    entry = entry_from_cda(sound)
    lot = SubmissionSet(
        id="Lot01",
        unique_id="1.2.250.1.213.99.3",
        source_id="1.2.250.1.213.99.4",
        patient_id=entry.patient_id,
        submission_time=utc(letter().created),
        authors=(author_of(doctor()),),
    )
    body = provide_and_register(submission(lot, [entry]), {entry.id: "doc@banc"})
    headers = soap.addressing(action=PROVIDE_AND_REGISTER, message_id=f"urn:uuid:{UUID}", to="")
    root = soap.serialize(soap.envelope(headers=headers, body=body))
    return mtom.pack(root, {"doc@banc": sound}, action=PROVIDE_AND_REGISTER, boundary="----banc", root_id="root@banc")


def dumped(content_type: str, body: bytes) -> bytes:
    return (
        f"POST /si-dmp-server/v2/services/repository HTTP/1.1\r\nContent-Type: {content_type}\r\n\r\n".encode() + body
    )


def judged(data: bytes, path: str = "x"):
    return judge_bytes(data, path, Order()).verdicts


def rules(verdict) -> set[str]:
    return {one.finding.rule for one in verdict.noted if one.finding.severity == "error"}


@pytest.mark.parametrize("form", ["http", "chunked", "parts"])
def test_a_submission_is_judged_with_its_document_however_it_was_kept(feeding, form):
    content_type, body = feeding
    chunked = f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"
    data = {
        "http": dumped(content_type, body),
        "chunked": dumped(f"{content_type}\r\nTransfer-Encoding: chunked", chunked),
        "parts": body,
    }[form]

    assert detect(data) == "xds"
    first, document = judged(data, "td21.http")

    assert (first.kind, document.kind, document.path) == ("xds", "cda", "td21.http!/Document[Doc01]")
    assert document.conform
    assert rules(first) == {"XDS-META-010", "XDS-SIG-001"}


def test_a_document_whose_part_is_missing_is_told(feeding):
    content_type, body = feeding
    [first] = judged(dumped(content_type, body.replace(b"<doc@banc>", b"<autre@banc>")))
    assert {"MTOM-006", "XDS-PART-001"} <= rules(first)


def test_metadata_are_compared_with_the_document_beside_them(archive, validate, tmp_path):
    import io
    import zipfile

    zipfile.ZipFile(io.BytesIO(archive)).extractall(tmp_path / "xdm")
    folder = tmp_path / "xdm" / "IHE_XDM" / "SUBSET01"
    assert validate("xdm").code == 0

    document = folder / "DOC0001.XML"
    document.write_bytes(document.read_bytes().replace(b"DOMINIQUE", b"DOMINICA"))
    told = validate("xdm/IHE_XDM/SUBSET01/METADATA.XML")

    assert told.code == 1
    assert {"XDM-DOC-003", "XDS-CDA-016"} <= told.rules


MESSAGES = {
    "query": (soap.serialize(query.get_documents(unique_ids=["1.2.250.1.999.1"])), "xds", set()),
    "retrieval": (
        soap.serialize(retrieve.retrieve_documents([retrieve.DocumentRequest("1.2.3", f"urn:uuid:{UUID}")])),
        "xds",
        {"XDS-RTV-002"},
    ),
    "answer": (soap.serialize(registry_response()), "xds", set()),
    "failed answer": (
        soap.serialize(registry_response([RegistryError("XDSRepositoryError", "")], status=FAILURE)),
        "xds",
        {"XDS-RSP-003"},
    ),
    "answer that contradicts itself": (
        soap.serialize(registry_response([RegistryError("XDSRepositoryError", "plein")], status=SUCCESS)),
        "xds",
        {"XDS-RSP-002"},
    ),
    "unsigned token": (token(), "vihf", {"VIHF-SIG-003", "VIHF-030"}),
    "userinfo": (b'{"sub":"a","SubjectNameID":"899900000011","SubjectRole":["10"]}', "psc", {"PSC-INF-002"}),
    "alg none": (b"eyJhbGciOiJub25lIiwia2lkIjoiayJ9.eyJ0eXAiOiJMb2dpbiJ9.", "psc", {"PSC-JWT-002", "PSC-JWT-006"}),
    "half a token": (b"eyJhbGciOiJSUzI1NiJ9.eyJhIjox", "psc", {"PSC-JWT-001"}),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_is_found_by_its_bytes_and_judged(name):
    data, kind, broken = MESSAGES[name]
    [verdict] = judged(data, "sans-nom")
    assert (verdict.kind, rules(verdict)) == (kind, broken)


def test_an_insi_request_is_judged_at_its_own_time():
    request = insi.search_request(
        Search("PAT-TROIS", ("DOMINIQUE",), "F", "1979-03-28"),
        message_id=UUID,
        bam_id=UUID[:-1] + "2",
        lps_id=UUID[:-1] + "3",
        at=NOW,
        sender="1990000001",
        software=Software("dossier-plus", "4.2.1", "IDAM-1", UUID),
    )
    [verdict] = judged(soap.serialize(request))
    assert (verdict.kind, verdict.document_type, rules(verdict)) == ("insi", "WS_INS2", set())

    [verdict] = judged(soap.serialize(request).replace(b">F<", b">H<"))
    assert rules(verdict) == {"INSI-TRAIT-003"}


def test_together_says_which_facts_disagree(validate, tmp_path, sound, archive):
    (tmp_path / "envoi").mkdir()
    (tmp_path / "envoi" / "IHE_XDM.zip").write_bytes(archive)
    (tmp_path / "envoi" / "lettre.xml").write_bytes(sound)
    assert validate("envoi", "--together").code == 0

    (tmp_path / "envoi" / "lettre.xml").write_bytes(sound.replace(b"DOMINIQUE", b"DOMINICA"))
    told = validate("envoi", "--together")

    assert told.code == 1
    assert (told.files[-1]["path"], told.files[-1]["kind"]) == ("envoi", None)
    assert {"TOG-004", "TOG-005", "TOG-033"} <= {one["rule"] for one in told.files[-1]["findings"]}


def test_together_needs_two(validate, tmp_path):
    (tmp_path / "a.jwt").write_bytes(MESSAGES["userinfo"][0])
    told = validate("a.jwt", "--together")
    assert (told.code, told.files[-1]["unusable"] is not None) == (2, True)


def test_what_stands_beside_is_never_reached_by_a_path(tmp_path):
    from banc_harness.validate.sources import read_beside

    (tmp_path / "a").mkdir()
    (tmp_path / "secret").write_bytes(b"x")
    (tmp_path / "a" / "b").symlink_to(tmp_path / "secret")
    own = str(tmp_path / "a" / "METADATA.XML")
    for name in ("../secret", "..", "/etc/passwd", "b", "", "c\0d", "..\\secret"):
        assert read_beside(own, name) is None


HOSTILE = {
    "DTD": ("xds", b"<!DOCTYPE a><AdhocQueryRequest xmlns='urn:x'/>", "XML-002"),
    "deep": ("vihf", b"<Assertion>" * 5_000, "XML-005"),
    "foreign": ("vihf", b"<a/>", "VIHF-060"),
    "no envelope": ("insi", b"<a/>", "SOAP-001"),
    "two bodies": (
        "insi",
        f'<s:Envelope xmlns:s="{SOAP12}"><s:Body/><s:Body/></s:Envelope>'.encode(),
        "SOAP-001",
    ),
    "cut package": ("xds", b"--b\r\nContent-Type: text/xml\r\n\r\n<a/>", "MTOM-001"),
    "nothing inside": ("xds", b"<SubmitObjectsRequest/>", "XDS-META-001"),
    "truncated base64": (
        "xds",
        b'<p:ProvideAndRegisterDocumentSetRequest xmlns:p="urn:ihe:iti:xds-b:2007">'
        b'<p:Document id="a">PD9</p:Document></p:ProvideAndRegisterDocumentSetRequest>',
        "MTOM-007",
    ),
    "no header end": ("xds", b"POST /a HTTP/1.1\r\nHost: x\r\n", "XML-001"),
    "headers without end": ("xds", b"POST /a HTTP/1.1\r\n" + b"A: b\r\n" * 50_000, "XML-001"),
    "a huge header": ("psc", b"eyJ" + b"A" * 200_000 + b".e30.", "PSC-JWT-001"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_what_is_not_what_it_claims_is_told_by_a_rule(case):
    kind, data, rule = HOSTILE[case]
    [verdict] = judge_bytes(data, "x", Order(kind)).verdicts
    assert (verdict.unusable, rule in rules(verdict)) == (None, True), [one.finding for one in verdict.noted]


SEEDS = [data for data, _, _ in MESSAGES.values()] + [data for _, data, _ in HOSTILE.values() if len(data) < 1_000]


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_mutilated_bytes_give_findings_never_a_crash(data):
    seed = bytearray(data.draw(st.sampled_from(SEEDS)))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(seed) - 1))
        seed[at : at + data.draw(st.integers(0, 6))] = data.draw(st.binary(max_size=4)) or b"<"
    for kind in ("xds", "vihf", "insi", "psc", "mail"):
        for verdict in judge_bytes(bytes(seed), "x", Order(kind, excerpts=True)).verdicts:
            assert verdict.unusable is None, verdict.unusable
            json.dumps(verdict.as_json("fr"))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=120))
def test_any_bytes_can_be_opened_as_a_dump_or_are_refused(data):
    for start in (b"", b"POST / HTTP/1.1\r\n", b"--b\r\nContent-Type: a/b\r\n\r\n"):
        with suppress(SoapRefused):
            assert opened(start + data).package.parts is not None
