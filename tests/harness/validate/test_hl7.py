"""``banc validate`` on HL7 v2: what it recognises, where it points, and the document inside the message."""

from __future__ import annotations

import base64
import json
import zipfile

import pytest

from banc_harness.validate.detect import detect
from banc_harness.validate.hl7 import judge
from banc_harness.validate.kinds import Asked
from banc_standards.cda.build import discharge_letter
from banc_standards.errors import Sentence
from banc_standards.rules import Finding

from ...standards.hl7v2.messages import BASES, documents, sent
from ...standards.letters import letter


@pytest.mark.parametrize(
    "start", [b"MSH|^~\\&|", b"\x0bMSH|^~\\&|", b"\xef\xbb\xbfMSH|^~\\&|", b"FHS|^~\\&|", b"\r\nMSH|"]
)
def test_a_message_is_recognised_by_its_first_bytes(start: bytes):
    assert detect(start, "sans-extension") == "hl7v2"


@pytest.mark.parametrize("name", BASES)
def test_a_sound_message_conforms(name, validate, tmp_path):
    (tmp_path / "a.er7").write_bytes(sent(BASES[name]))

    told = validate("a.er7")

    assert [(file["kind"], file["conform"]) for file in told.files] == [("hl7v2", True)]
    assert {finding["severity"] for file in told.files for finding in file["findings"]} <= {"info"}


def test_the_verdict_names_the_message_and_the_document(validate, tmp_path):
    (tmp_path / "a.er7").write_bytes(sent(BASES["mdm"]))

    file = validate("a.er7").files[0]

    assert (file["document_type"], file["level"], file["unusable"]) == ("MDM^T02", "N3", None)
    assert "✓ a.er7 (MDM^T02 2.1, N3) « Lettre" in validate("a.er7", format="text").out


def test_a_finding_has_the_place_of_the_field_and_the_line_of_the_segment(validate, tmp_path):
    (tmp_path / "a.er7").write_bytes(sent(BASES["mdm"].replace("^^^^L||19790328|F|", "^^^^L||19790328|ZZ|")))

    finding = next(one for one in validate("a.er7").files[0]["findings"] if one["rule"] == "HL7-PID-010")

    assert (finding["location"], finding["line"], finding["found"]) == ("PID-8", 3, "ZZ")
    text = validate("a.er7", format="text").out
    row = next(line for line in text.splitlines() if line.strip().startswith("3 │"))
    mark = text.splitlines()[text.splitlines().index(row) + 1]
    assert row[mark.index("^") : mark.rindex("^") + 1] == "ZZ"


def test_the_document_inside_is_judged_and_pointed_at_through_its_obx(validate, tmp_path):
    broken = base64.b64encode(discharge_letter(letter()).replace(b'code="FR"', b'code="US"')).decode()
    (tmp_path / "a.er7").write_bytes(sent(BASES["oru"]).replace(documents()["PD94bWwg…"].encode(), broken.encode()))

    told = validate("a.er7")
    finding = next(one for one in told.files[0]["findings"] if one["severity"] == "error")

    assert told.code == 1
    assert finding["rule"] == "CDA-HDR-002"
    assert finding["location"] == "OBX[1]-5.5/ClinicalDocument/realmCode/@code"
    assert (finding["line"], finding["found"]) == (6, "US")
    assert 'code="US"' in validate("a.er7", format="text").out


def test_a_capture_is_one_file_whose_findings_name_their_message(validate, tmp_path):
    frames = b"".join(b"\x0b" + sent(BASES[name]) + b"\x1c\r" for name in ("mdm", "a01", "z01"))
    (tmp_path / "capture.bin").write_bytes(frames.replace(b"|312^CHU|", b"||"))

    told = validate("capture.bin")

    assert (told.code, [file["path"] for file in told.files]) == (1, ["capture.bin"])
    assert [one["location"] for one in told.files[0]["findings"] if one["severity"] == "error"] == ["message[2]/ZBE-1"]


@pytest.mark.parametrize("format", ["sarif", "junit", "text"])
def test_every_format_tells_the_place(format, validate, tmp_path):
    (tmp_path / "a.hl7").write_bytes(sent(BASES["a01"].replace("|INSERT|", "|AJOUT|")))

    out = validate("a.hl7", format=format).out

    assert "HL7-PAM-005" in out
    assert "ZBE-4" in out
    if format == "sarif":
        places = [one["locations"][0] for one in json.loads(out)["runs"][0]["results"]]
        regions = {
            one["logicalLocations"][0]["fullyQualifiedName"]: one["physicalLocation"]["region"] for one in places
        }
        assert regions["ZBE-4"]["startLine"] == 5


def test_bytes_that_claim_to_be_a_message_are_not_conform_and_not_unusable(validate, tmp_path):
    (tmp_path / "a.er7").write_bytes(b"Bonjour")

    told = validate("a.er7")

    assert (told.code, told.rules) == (1, {"HL7-TXT-001"})


def test_messages_in_a_folder_and_in_a_zip_are_judged(validate, tmp_path):
    with zipfile.ZipFile(tmp_path / "lot.zip", "w") as archive:
        for name in ("mdm", "a28"):
            archive.writestr(f"{name}.er7", sent(BASES[name]))
    (tmp_path / "dossier").mkdir()
    (tmp_path / "dossier" / "a.hl7").write_bytes(sent(BASES["ack"]))

    told = validate("lot.zip", "dossier")

    assert [(file["path"], file["conform"]) for file in told.files] == [
        ("lot.zip!/mdm.er7", True),
        ("lot.zip!/a28.er7", True),
        ("dossier/a.hl7", True),
    ]


class Grumpy:
    """A pack that says one thing of every document, or that it could not judge it."""

    name = "grincheux"
    remarks = None

    def __init__(self, says):
        self.says = says

    def findings(self, document, name, version):
        return self.says

    def close(self):
        """Nothing was started."""


def test_a_pack_judges_the_document_inside_too():
    finding = Finding("P-1", "error", "sourced", "/ClinicalDocument/title", "message", "clause", "fix", source="pack:x")

    [verdict] = judge(sent(BASES["mdm"]), "a.er7", Asked(pack=Grumpy([finding])))

    assert [(one.finding.rule, one.finding.location, one.finding.line) for one in verdict.noted] == [
        ("P-1", "OBX[1]-5.5/ClinicalDocument/title", 8)
    ]


def test_a_pack_that_fails_makes_the_message_unusable_and_not_conform():
    [verdict] = judge(sent(BASES["mdm"]), "a.er7", Asked(pack=Grumpy(Sentence("panne", "failure"))))

    assert verdict.unusable == Sentence("panne", "failure")
    assert not verdict.conform
