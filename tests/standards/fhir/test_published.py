"""The published examples: each is judged as its guide means it, and what is known to be wrong with one is told."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from banc_standards.fhir.read import read
from banc_standards.fhir.rules import ENGINE
from banc_standards.fhir.rules.examples import samples
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

published = pytest.mark.skipif(not FILES, reason="the published examples are not here")


@published
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_published_example_conforms_and_its_known_weakness_is_told(path: Path):
    found = list(ENGINE.judge(subject_of(read(path.read_bytes()))))

    assert [(rule.id, hit) for rule, hit in found if rule.severity == "error"] == []
    told = {rule.id for rule, _ in found} - {"FHIR-PRO-002"}
    assert told == KNOWN.get(path.name.removeprefix("pdsm4dmp-"), set())


@published
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_our_walk_accepts_what_the_models_accept(path: Path):
    from fhir.resources.R4B import get_fhir_model_class

    content = json.loads(path.read_bytes())

    get_fhir_model_class(content["resourceType"]).model_validate(content)

    assert not [fault for fault in subject_of(read(path.read_bytes())).faults if fault.rule_id.startswith("FHIR-STR")]


CHANGED = ("patient", "encounter", "dp-practitioner", "document", "appointment")


@pytest.mark.parametrize("name", CHANGED)
def test_our_walk_refuses_whatever_the_models_refuse(name: str):
    from fhir.resources.R4B import get_fhir_model_class

    sound = samples()[name]
    model = get_fhir_model_class(sound["resourceType"])
    refused = 0
    for place in _places(sound):
        for change in (_removed, _renamed):
            content = copy.deepcopy(sound)
            change(content, place)
            try:
                model.model_validate(copy.deepcopy(content))
            except (ValidationError, ValueError, KeyError):
                refused += 1
                told = subject_of(read(json.dumps(content).encode())).faults
                assert [fault for fault in told if fault.rule_id.startswith(("FHIR-STR", "FHIR-JSON"))], (place, change)

    assert refused > 5


def _places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if path and path != ("resourceType",):
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from _places(each, (*path, key))


def _holder(content: Any, place: tuple[str | int, ...]) -> Any:
    for step in place[:-1]:
        content = content[step]
    return content


def _removed(content: Any, place: tuple[str | int, ...]) -> None:
    del _holder(content, place)[place[-1]]


def _renamed(content: Any, place: tuple[str | int, ...]) -> None:
    if isinstance(place[-1], str):
        holder = _holder(content, place)
        holder[f"{place[-1]}x"] = holder.pop(place[-1])
