"""Actions in the words of the person who does them."""

from __future__ import annotations

from typing import Any

import pytest

from banc_fixtures.population import population
from banc_harness.drivers.instruction import instruction
from banc_harness.inputs import for_software
from banc_harness.scenarios.lab_orders import PARTIAL, order
from banc_standards.contracts.driver import Action
from banc_standards.contracts.vocabulary import ACTIONS


def asked(action: str, lang: str = "fr", **input: Any) -> Action:
    return Action.read(
        {
            "id": "1",
            "run": "r-1",
            "session": "k7f2",
            "step": "UC1.01.3",
            "action": action,
            "deadline_s": 30,
            "lang": lang,
            "sandbox": {"services": {}, "ca_file": "ca.pem"},
            "input": for_software(input, "k7f2"),
        }
    )


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_has_words_of_its_own(action: str, lang: str) -> None:
    assert action not in instruction(asked(action, lang)).title


def test_people_and_document_are_told_so_that_they_can_be_typed() -> None:
    people = population()
    patient, doctor = people.patient("PAT-03"), people.professional("P01")
    document = {"type": "LDL-SES", "level": "N3", "title": None, "replaces": "urn:oid:1.2", "visibility": []}

    said = str(
        instruction(
            asked(
                "document.send",
                patient=patient,
                professional=doctor,
                document=document,
                recipients=["dmp", "pro:a@b.mssante.fr", "patient"],
            )
        )
    )

    assert said.splitlines()[0] == "Envoyez ce document"
    assert f"patient : {patient.birth_family} {patient.birth_givens}" in said
    assert f"née le {patient.birth_date}" in said
    assert f"RPPS {doctor.rpps}" in said
    assert "document : LDL-SES N3 · remplace urn:oid:1.2" in said
    assert "destinataires : le DMP du patient, le professionnel a@b.mssante.fr, le patient" in said


def test_a_lab_order_is_told_so_that_it_can_be_typed() -> None:
    prescriber = population().professional("P02")

    said = str(instruction(asked("document.send", order=order("260103", PARTIAL, [prescriber]))))

    assert "demande d'examens : n° 260103 · prescrite par " in said
    assert prescriber.rpps in said
    assert "2823-3 Potassium [Moles/Volume] Sérum/Plasma ; Numérique : 4.2 mmol/L (N)" in said
    assert said.endswith("en attente")


def test_what_only_the_bench_may_know_is_not_told() -> None:
    patient = population().patient("PAT-03")

    assert str(patient.ins) not in str(instruction(asked("patient.create", patient=patient)))


def test_unknown_input_is_told_by_its_own_name() -> None:
    said = str(instruction(asked("clock.set", "en", offset_s=60, frozen=True, zone={"name": "x"})))

    assert said.splitlines()[1:] == ["shift in seconds: 60", "clock stopped: true", 'zone: {"name": "x"}']


def test_an_edited_record_is_not_created_again() -> None:
    patient = population().patient("PAT-01")

    told = instruction(asked("patient.create", patient=patient, edit=True, attributes=["DOUT"]))

    assert told.title == "Modifiez le dossier de ce patient"
    assert dict(told.rows)["attributs à poser"] == "DOUT"
    assert "edit" not in dict(told.rows)
    assert instruction(asked("patient.create", patient=patient)).title == "Créez le dossier de ce patient"
