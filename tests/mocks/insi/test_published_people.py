"""Every published identity answers as its scenario says, or the difference is told here.

PAT-TROIS is of other samples (DMP, PAM), under the test OID: the bench has it among its patients, so INSi knows it.
"""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from pathlib import Path

import pytest

from banc_mocks.insi.service import SWITCHES, Behaviour, search
from banc_standards.insi.model import Search

PATH = Path(__file__).parents[4] / "shared" / "data" / "insi" / "test-identities.csv"
ROWS = list(csv.DictReader(PATH.read_text(encoding="utf-8").splitlines())) if PATH.is_file() else []
BEHAVIOUR = Behaviour.of({switch.name: switch.default for switch in SWITCHES}.__getitem__)
FAULT = None
SAID = {
    # what the scenarios of the rows say when it is no plain 00
    ("DE VINCI", "LEONARDO"): "02",
    ("DE VINCI", "RUTH"): FAULT,
    ("D'AEION", "COEUR"): FAULT,
    ("HOUILLES", "PIERRE"): "01",
    # said to be a fault of the qualification platform in place of 01: ours by the switch unknown_identity
    ("ADRTROIS-DOES-NOT-EXIST", "DOMINIQUE"): "01",
}

pytestmark = pytest.mark.skipif(not ROWS, reason="the published test identities are not beside the repository")


def asked(row: dict[str, str]) -> Search:
    return Search(row["nom_naissance"], (row["premier_prenom"],), row["sexe"], row["date_naissance"])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['nom_naissance']}-{row['premier_prenom']}")
def test_a_row_answers_as_it_says(row: dict[str, str]) -> None:
    expected = SAID.get((row["nom_naissance"], row["premier_prenom"]), "00")
    found = search(asked(row), BEHAVIOUR)

    assert found.code == expected
    if expected == "00":
        assert found.person is not None
        assert found.person.ins is not None
        assert found.person.ins.oid == row["oid"]
        assert found.person.traits.birth_givens == row["liste_prenoms"]
        if row["matricule"]:
            assert found.person.ins.value == row["matricule"] + row["cle"]
        else:
            assert found.person.ins.verifies


def test_the_history_is_the_one_that_the_scenarios_tell() -> None:
    told = {}
    for row in ROWS:
        former = re.findall(r"INSHISTO (?:= active INS plus )?([0-9AB]{13})/([0-9]{2})", row["scenario"])
        if former or "INSHISTO" in row["scenario"]:
            found = search(asked(row), BEHAVIOUR).person
            assert found is not None
            kept = [one.ins.value for one in found.historical]
            assert {number + key for number, key in former} <= set(kept)
            told[row["nom_naissance"]] = [value == row["matricule"] + row["cle"] for value in kept]
    assert told == {"ADRUN": [], "ECETINSI": [False, False], "CORSE": [True], "HERMANN": [True, False]}


def test_the_place_tells_the_namesakes_apart() -> None:
    for row in ROWS:
        if (row["nom_naissance"], row["premier_prenom"]) == ("DE VINCI", "LEONARDO"):
            found = search(replace(asked(row), birth_place=row["lieu_naissance_code_insee"]), BEHAVIOUR)
            assert found.code == "00"


def test_the_qualification_platform_breaks_on_the_unknown() -> None:
    platform = replace(BEHAVIOUR, unknown_faults=True)
    for row in ROWS:
        if row["nom_naissance"] in ("ADRTROIS-DOES-NOT-EXIST", "HOUILLES"):
            assert search(asked(row), platform).code is FAULT


def test_given_names_that_are_not_the_first_find_nobody() -> None:
    wanted = next(row for row in ROWS if row["nom_naissance"] == "TCHITCHI")
    for given, code in (("OLA", "01"), ("CATARINA", "00"), ("BELLA", "01"), ("CATARINA BELLA", "00")):
        assert search(replace(asked(wanted), givens=(given,)), BEHAVIOUR).code == code
