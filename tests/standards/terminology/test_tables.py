"""The value set tables are those that the maintainer's script makes of the official files."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from banc_standards.errors import BancError
from banc_standards.terminology.codes import NAMES, UnknownValueSet, value_set

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "tools" / "value_sets.py"
TABLES = ROOT / "standards" / "banc_standards" / "terminology" / "sets"
OFFICIAL = ROOT.parent / "shared" / "data" / "cda" / "jdv"
KEPT_BY_HAND = {"J57", "J59", "J60", "Confidentiality"}
NEEDS_OFFICIAL = pytest.mark.skipif(not OFFICIAL.is_dir(), reason=f"no official value sets in {OFFICIAL}")
SVS = """<RetrieveValueSetResponse xmlns="urn:ihe:iti:svs:2008">
  <ValueSet id="1.2.250.1.213.99.5" version="1" revisionDate="2026-01-02T00:00:00+01:00"><ConceptList>{}</ConceptList>
  </ValueSet></RetrieveValueSetResponse>"""


@NEEDS_OFFICIAL
def test_the_tables_are_made_of_the_official_files() -> None:
    made = runpy.run_path(str(SCRIPT))["tables"](OFFICIAL)

    kept = {name: (TABLES / f"{name}.json").read_text(encoding="utf-8") for name in made}

    assert kept == made
    assert set(NAMES) == {*made, *KEPT_BY_HAND}


def test_a_changed_official_file_is_told(tmp_path: Path) -> None:
    changed = '<Concept code="F" codeSystem="2.16.840.1.113883.5.1" displayName="Autre"/>'
    (tmp_path / "JDV_J143_AdministrativeGender_CISIS.xml").write_text(SVS.format(changed), encoding="utf-8")

    told = subprocess.run([sys.executable, SCRIPT, tmp_path, "--check"], capture_output=True, text=True, check=False)

    assert (told.returncode, told.stdout.split()) == (1, ["J143"])


def test_a_file_that_names_a_code_twice_makes_no_table(tmp_path: Path) -> None:
    twice = '<Concept code="F" codeSystem="1.2.3" displayName="Féminin"/>' * 2
    path = tmp_path / "JDV_Double_CISIS.xml"
    path.write_text(SVS.format(twice), encoding="utf-8")

    with pytest.raises(ValueError, match="twice"):
        runpy.run_path(str(SCRIPT))["table"](path)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("JDV_J01_XdsAuthorSpecialty_CISIS", "J01"),
        ("JDV_J282_TransportsLiesAuProjetIndividuel_SERAFIN", "J282"),
        ("JDV_StatutDoc_CISIS", "StatutDoc"),
        ("JDV_HL7_ObservationInterpretation_CISIS", "HL7_ObservationInterpretation"),
        ("JDV_AntecedentsObstetricaux_OBP_CISIS", "AntecedentsObstetricaux_OBP"),
    ],
)
def test_a_set_is_named_after_its_file(title: str, name: str) -> None:
    assert runpy.run_path(str(SCRIPT))["name_of"](title) == name


def test_a_set_tells_where_it_comes_from() -> None:
    found = value_set("J143")

    assert (found.oid, found.title, found.date) == (
        "1.2.250.1.213.1.1.5.590",
        "JDV_J143_AdministrativeGender_CISIS",
        "2021-03-26",
    )


def test_an_unknown_set_is_said_by_name() -> None:
    with pytest.raises(UnknownValueSet) as raised:
        value_set("J999")

    assert isinstance(raised.value, BancError)
    assert isinstance(raised.value, KeyError)
    assert "J999" in raised.value.text.fr
    assert str(raised.value) == "VALUE-SET-UNKNOWN: No value set is called “J999”."
