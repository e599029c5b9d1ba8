"""Existing records, doubles, and searches that nobody came for: each check over traces made by hand."""

from __future__ import annotations

from typing import Any

import pytest

from banc_harness.checks import vigilance_calls, vigilance_records
from banc_harness.judging import judge
from banc_harness.trace import Acted, Trace
from banc_standards.insi.model import Search

from .identities import verdict
from .test_vigilance import FIRST, INS, KEPT, TYPED, acted, asked, qualification

__all__ = ["asked"]
OTHER = TYPED | {"local_id": "B", "birth_family": "D’Été", "first_given": "Zoé", "birth_date": "1990-01-01"}
MADE = [*qualification(KEPT | {"ins_status": "QUAL"}, "CNI"), acted("patient.create", "s", patient=OTHER)]


def searched(found: list[str] | None, **criteria: str) -> Acted:
    output = {} if found is None else {"found": [{"local_id": one} for one in found]}
    return Acted("s", "identity.search", "done", {"criteria": criteria}, output)


@pytest.mark.parametrize(
    ("criteria", "right"),
    [
        ({"birth_date": "1990-01-01"}, ["B"]),
        ({"birth_date": "1990-01-01", "birth_family": "d'e", "first_given": "zoe"}, ["B"]),
        ({"birth_date": "1990-01-01", "birth_family": "DET"}, ["B"]),
        ({"birth_date": "1990-01-01", "first_given": "ann"}, []),
        ({"ins": INS.value}, ["A"]),
    ],
)
def test_the_existing_record_is_found_and_no_other(asked: Any, criteria: dict[str, str], right: list[str]) -> None:
    for found in (["A"], ["B"], ["A", "B"], [], None, [*right, "Z"]):
        acts = [*MADE, searched(found, **criteria)]
        wanted = "CONFORME" if found is not None and [one for one in found if one != "Z"] == right else "NON_CONFORME"
        check = vigilance_records.existing_record_is_found
        assert verdict(check, "INS.28", acts, [asked("00")]) == wanted


AGAIN = TYPED | {"local_id": "C", "birth_family": "Tilleul", "first_given": "Anne"}


def created_again(said: list[str], shown: tuple[tuple[str, str], ...] = (), status: Any = "done") -> Acted:
    output = {"antecedents": [{"local_id": one} for one in said]}
    return Acted("s", "patient.create", status, {"patient": AGAIN}, output, shown)


@pytest.mark.parametrize(
    ("act", "wanted"),
    [
        (created_again(["A"]), "CONFORME"),
        (created_again([], (("error", "dossier A"),), "refused"), "CONFORME"),
        (created_again([]), "NON_CONFORME"),
        (created_again(["B"]), "NON_CONFORME"),
        (created_again([], (), "refused"), "NON_CONFORME"),
    ],
)
def test_a_second_record_of_a_person_is_told(asked: Any, act: Acted, wanted: str) -> None:
    assert verdict(vigilance_records.double_is_told, "INS.28", [*MADE, act], [asked("00")]) == wanted


@pytest.mark.parametrize(("said", "wanted"), [(["A"], "CONFORME"), ([], "NON_CONFORME")])
def test_a_second_record_with_the_same_ins_is_told(asked: Any, said: list[str], wanted: str) -> None:
    output = {"antecedents": [{"local_id": one} for one in said]}
    again = Acted("t", "patient.qualify", "done", {"patient": AGAIN | {"first_given": "ANNA"}}, output)
    acts = [*MADE, again]
    exchanges = [asked("00"), asked("00", "t")]
    assert verdict(vigilance_records.double_is_told, "INS.28", acts, exchanges) == wanted


@pytest.mark.parametrize(
    ("search", "step", "wanted"),
    [
        (FIRST, "s", "CONFORME"),
        (Search("ORMEAU", ("PAUL",), "M", "1968-08-08"), "s", "NON_CONFORME"),
        (FIRST, "v", "NON_CONFORME"),
        (FIRST, None, "NON_CONFORME"),
    ],
)
def test_nobody_is_searched_who_did_not_come(asked: Any, search: Search, step: Any, wanted: str) -> None:
    exchanges = [asked("00"), asked("01", step, search)]
    assert verdict(vigilance_calls.one_person_at_a_time, "INS.24", MADE, exchanges) == wanted


@pytest.mark.parametrize(("times", "told"), [(1, 0), (3, 2)])
def test_the_same_search_again_only_informs(asked: Any, times: int, told: int) -> None:
    trace = Trace("INS.24", exchanges=tuple(asked("insi_102") for _ in range(times)), acts=tuple(MADE))
    said = judge(vigilance_calls.same_search_once, trace)
    assert said is not None
    assert (said.verdict, len(said.findings)) == ("CONFORME", told)
