"""Each check of scanned identities over answers made by hand: one that passes, one for each reason to fail."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from banc_fixtures.population import population
from banc_harness.checks import Check, scanned
from banc_harness.checks.lives import moments
from banc_harness.corpus import symbols
from banc_harness.judging import judge
from banc_harness.scenarios.scanning import FORGED, scan
from banc_harness.trace import Acted, Trace
from banc_harness.witness.asked import Declined
from banc_harness.witness.scanning import scanned as read_by_the_witness
from banc_standards.printed import read

WHO = population().patient("PAT-03")
SOUND = symbols.payload(WHO)
TOLD = {
    "local_id": "A",
    "birth_family": "PAT-TROIS",
    "birth_givens": "DOMINIQUE MARIE-LOUISE",
    "sex": "F",
    "birth_date": "1979-03-28",
    "birth_place": "51215",
    "ins_status": "PROV",
    "ins": None,
    "collection": "CB",
}


def acted(text: str, status: Any, told: dict[str, Any] | None = None) -> Acted:
    given = {"patient": {"local_id": "A"}, "scanned": scan(text)}
    return Acted("INS.41.2", "patient.create", status, given, {"patient": told} if told else {})


def verdict(check: Check, *acts: Acted) -> str:
    said = judge(check, Trace("INS.41", acts=acts))
    assert said is not None
    assert said.crash == ""
    return said.verdict


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        (TOLD, "CONFORME"),
        (TOLD | {"collection": None}, "CONFORME"),
        (TOLD | {"ins": WHO.ins.value if WHO.ins else ""}, "CONFORME"),
        (TOLD | {"ins": "188072A00491126"}, "NON_CONFORME"),
        (TOLD | {"birth_givens": "DOMINIQUE"}, "NON_CONFORME"),
        (TOLD | {"birth_date": "1979-28-03"}, "NON_CONFORME"),
        (TOLD | {"birth_place": ""}, "NON_CONFORME"),
        (TOLD | {"ins_status": "QUAL"}, "NON_CONFORME"),
        (TOLD | {"ins_status": "VALI"}, "NON_CONFORME"),
        (TOLD | {"collection": "SM"}, "NON_CONFORME"),
        (None, "NON_CONFORME"),
    ],
)
def test_a_sound_symbol_is_imported_as_it_is(told: dict[str, Any] | None, wanted: str) -> None:
    assert verdict(scanned.imported_as_read, acted(SOUND, "done", told)) == wanted


def test_a_refused_sound_symbol_is_not_imported() -> None:
    assert verdict(scanned.imported_as_read, acted(SOUND, "refused")) == "NON_CONFORME"


@pytest.mark.parametrize("name", symbols.FORGERIES)
def test_a_forged_symbol_is_refused(name: str) -> None:
    text = symbols.payload(WHO, symbols.FORGERIES[name])
    assert verdict(scanned.forged_is_refused, acted(text, "refused")) == "CONFORME"
    assert verdict(scanned.forged_is_refused, acted(text, "done", TOLD)) == "NON_CONFORME"
    assert verdict(scanned.imported_as_read, acted(text, "refused")) == "CONFORME"
    with pytest.raises(Declined):
        read_by_the_witness(text, frozenset())
    assert read_by_the_witness(text, frozenset({"scans-anything"}))


def test_every_qualified_patient_is_read_by_the_witness() -> None:
    for someone in population().patients:
        if someone.ins is not None:
            read_by_the_witness(symbols.payload(someone), frozenset())


def test_the_picture_shows_the_characters() -> None:
    given = scan(SOUND)
    assert read(base64.b64decode(given["image"]["base64"])).symbols == (SOUND,)


def test_the_life_of_the_identity_begins_with_what_was_scanned() -> None:
    (moment,) = moments(Trace("INS.41", acts=(acted(SOUND, "done", TOLD),)))
    assert moment.traits == WHO.traits


def test_the_forged_symbols_of_the_scenario_exist() -> None:
    assert set(FORGED) <= symbols.FORGERIES.keys()
