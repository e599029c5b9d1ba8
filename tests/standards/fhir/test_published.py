"""The published examples: each is judged as its guide means it, and what is known to be wrong with one is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from banc_standards.fhir.read import read
from banc_standards.fhir.rules import ENGINE
from banc_standards.fhir.subject import subject_of

DATA = Path(__file__).parents[4] / "shared" / "data"
FOLDERS = (DATA / "fhir", DATA / "dmp" / "fhir-pdsm4dmp", DATA / "mssante" / "annuaire")
FILES = sorted(path for folder in FOLDERS for path in folder.glob("*.json"))

KNOWN = {
    "Bundle-example-annexe-fhir-document.json": {"FHIR-INS-019"},
    "Bundle-example-annexe-searchset-documentreferences.json": {"FHIR-INS-019", "FHIR-DOC-009"},
    "Bundle-example-td2-1-remplacement.json": {
        *("FHIR-EMB-001", "FHIR-INS-019", "FHIR-SET-005", "FHIR-SET-024", "FHIR-DOC-009"),
    },
    "Bundle-example-td2-iti65-lot-soumission.json": {
        *("FHIR-EMB-001", "FHIR-INS-019", "FHIR-SET-005", "FHIR-SET-024", "FHIR-DOC-009"),
    },
    "DocumentReference-doc-x-id.json": {"FHIR-INS-019", "FHIR-DOC-009"},
    "DocumentReference-example-td2-iti105-publication-simplifiee.json": {"FHIR-EMB-001", "FHIR-DOC-009"},
    "frcore-Patient-FRCorePatientExample.json": {"FHIR-INS-019"},
    "frcore-Practitioner-FRCorePractitionerExample.json": {"FHIR-IDN-002"},
    "practitioner_bal_per_fictif.json": {"FHIR-IDN-002", "FHIR-DIR-112", "FHIR-DIR-114"},
}
"""What is told of an example and why (docs/fidelity.md): none is an error."""

pytestmark = pytest.mark.skipif(not FILES, reason="the published examples are not here")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_published_example_conforms_and_its_known_weakness_is_told(path: Path):
    found = list(ENGINE.judge(subject_of(read(path.read_bytes()))))

    assert [(rule.id, hit) for rule, hit in found if rule.severity == "error"] == []
    told = {rule.id for rule, _ in found} - {"FHIR-PRO-002"}
    assert told == KNOWN.get(path.name.removeprefix("pdsm4dmp-"), set())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_our_walk_accepts_what_the_models_accept(path: Path):
    from fhir.resources.R4B import get_fhir_model_class

    content = json.loads(path.read_bytes())

    get_fhir_model_class(content["resourceType"]).model_validate(content)

    assert not [fault for fault in subject_of(read(path.read_bytes())).faults if fault.rule_id.startswith("FHIR-STR")]
