"""``banc validate`` on FHIR: what it recognises, where it points, and the clinical document inside a submission."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
from typing import Any

import pytest

from banc_harness.validate.detect import detect
from banc_standards.cda.build import discharge_letter
from banc_standards.cda.read import read
from banc_standards.fhir.rules.examples import samples

from ...standards.letters import letter


def submission(content: bytes) -> Any:
    """A submission of ours that carries a clinical document and says of it what it says."""
    bundle = copy.deepcopy(samples()["submission"])
    bundle["entry"][2]["resource"]["data"] = base64.b64encode(content).decode()
    entry = bundle["entry"][1]["resource"]
    attachment = entry["content"][0]["attachment"]
    attachment["size"] = len(content)
    attachment["hash"] = base64.b64encode(hashlib.sha1(content, usedforsecurity=False).digest()).decode()
    document = read(content)
    entry["masterIdentifier"]["value"] = f"urn:oid:{document.id.root}"
    attachment["title"] = document.title
    created, start = document.created, document.events[0].low
    attachment["creation"] = f"{created[:4]}-{created[4:6]}-{created[6:8]}"
    entry["context"]["period"] = {"start": f"{start[:4]}-{start[4:6]}-{start[6:8]}"}
    entry["type"]["coding"][0]["code"] = document.code.code if document.code is not None else ""
    ins = document.patient.ins
    assert ins is not None
    condition = f"Patient?identifier=urn:oid:{ins.oid}|{ins.value}"
    bundle["entry"][0]["resource"]["subject"]["reference"] = entry["subject"]["reference"] = condition
    entry["contained"][0]["identifier"][0].update(system=f"urn:oid:{ins.oid}", value=ins.value)
    return bundle


def test_a_submission_and_its_document_conform(validate, tmp_path):
    (tmp_path / "lot.json").write_text(json.dumps(submission(discharge_letter(letter()))), encoding="utf-8")

    told = validate("lot.json")

    assert [(file["path"], file["kind"], file["document_type"], file["conform"]) for file in told.files] == [
        ("lot.json", "fhir", "Bundle", True),
        ("lot.json!/Bundle.entry[2].resource", "cda", "LDL-SES", True),
    ]
    assert told.files[0]["findings"] == []


def test_a_broken_document_inside_is_told_at_its_place(validate, tmp_path):
    content = discharge_letter(letter()).replace(b"<title>", b"<titre>").replace(b"</title>", b"</titre>")
    (tmp_path / "lot.json").write_text(json.dumps(submission(content)), encoding="utf-8")

    told = validate("lot.json")

    assert told.code == 1
    assert [file["conform"] for file in told.files][1:] == [False]


def test_a_finding_has_the_place_the_line_and_the_column(validate, tmp_path):
    (tmp_path / "a.json").write_text(
        '{"resourceType": "Patient",\n "identifier": [\n  {"system": "urn:oid:1.2.250.1.213.1.4.10",\n   "value": 1}]}',
        encoding="utf-8",
    )

    finding = next(one for one in validate("a.json").files[0]["findings"] if one["rule"] == "FHIR-STR-006")

    assert (finding["location"], finding["line"], finding["column"]) == ("Patient.identifier[0].value", 4, 4)
    text = validate("a.json", format="text").out
    assert '"value": 1}]}' in text


def test_the_xml_form_is_judged_as_the_json_one(validate, tmp_path):
    (tmp_path / "a.xml").write_bytes(
        b'<Patient xmlns="http://hl7.org/fhir">\n<gender value="F"/>\n<name><given value="A"/><given value="B"/></name>'
        b'<active value="true"/></Patient>'
    )

    told = validate("a.xml")

    assert [(one["rule"], one["location"], one["line"]) for one in told.files[0]["findings"]] == [
        ("FHIR-STR-008", "Patient.gender", 2)
    ]


@pytest.mark.parametrize(
    ("content", "rule", "line"),
    [
        ('{"resourceType": "Patient",\n "name": [}', "FHIR-JSON-001", 2),
        ('{"resourceType": "Patient",\n "birthDate": "1950"', "FHIR-JSON-001", 2),
    ],
)
def test_what_cannot_be_read_is_a_finding(content, rule, line, validate, tmp_path):
    (tmp_path / "a.json").write_text(content, encoding="utf-8")

    told = validate("a.json")

    assert (told.code, told.rules) == (1, {rule})
    assert told.files[0]["findings"][0]["line"] == line


@pytest.mark.parametrize(
    "data",
    [
        b'{"resourceType":"Patient"}',
        b'\xef\xbb\xbf {"resourceType" : "Patient"}',
        b'<Bundle xmlns="http://hl7.org/fhir"><type value="batch"/></Bundle>',
        '{"resourceType": "Patient"}'.encode("utf-16"),
    ],
)
def test_a_resource_is_recognised_by_its_first_bytes(data):
    assert detect(data, "sans-extension") == "fhir"


def test_the_rule_is_explained_with_both_extracts(capfd):
    from banc_harness.cli import main

    assert main(["explain", "FHIR-DOC-040", "--lang", "en"]) == 0

    out = capfd.readouterr().out
    assert out.count('"hash"') == 2
