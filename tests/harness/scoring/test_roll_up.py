"""The truth table of a requirement's verdict."""

from __future__ import annotations

import pytest

from banc_harness.scoring import Judged, roll_up

OK = Judged("CONFORME")
KO = Judged("NON_CONFORME")
KO_MINOR = Judged("NON_CONFORME", blocking=False)
UNSURE = Judged("A_COMPLETER")
UNTESTED = Judged("NON_TESTE")
BESIDE = Judged("NON_APPLICABLE")


@pytest.mark.parametrize(
    ("judged", "verdict"),
    [
        ((), "NON_TESTE"),
        ((UNTESTED,), "NON_TESTE"),
        ((BESIDE,), "NON_TESTE"),
        ((BESIDE, OK), "CONFORME"),
        ((BESIDE, KO), "NON_CONFORME"),
        ((BESIDE, UNTESTED), "NON_TESTE"),
        ((UNTESTED, UNTESTED), "NON_TESTE"),
        ((OK,), "CONFORME"),
        ((OK, OK), "CONFORME"),
        ((OK, UNTESTED), "PARTIEL"),
        ((OK, KO_MINOR), "PARTIEL"),
        ((OK, KO_MINOR, UNTESTED), "PARTIEL"),
        ((OK, KO_MINOR, UNSURE), "PARTIEL"),
        ((KO_MINOR,), "NON_CONFORME"),
        ((KO_MINOR, UNTESTED), "NON_CONFORME"),
        ((KO_MINOR, UNSURE), "NON_CONFORME"),
        ((KO,), "NON_CONFORME"),
        ((OK, KO), "NON_CONFORME"),
        ((OK, KO, KO_MINOR), "NON_CONFORME"),
        ((KO, UNSURE), "NON_CONFORME"),
        ((KO, UNTESTED), "NON_CONFORME"),
        ((UNSURE,), "A_COMPLETER"),
        ((OK, UNSURE), "A_COMPLETER"),
        ((UNSURE, UNTESTED), "A_COMPLETER"),
        ((OK, UNSURE, UNTESTED), "A_COMPLETER"),
    ],
)
def test_automatic_requirement(judged: tuple[Judged, ...], verdict: str) -> None:
    assert roll_up(judged) == verdict


@pytest.mark.parametrize("mode", ["semi", "manual"])
@pytest.mark.parametrize(
    ("judged", "review", "verdict"),
    [
        ((OK,), None, "A_COMPLETER"),
        ((OK,), "accepted", "CONFORME"),
        ((OK,), "refused", "NON_CONFORME"),
        ((), None, "NON_TESTE"),
        ((), "accepted", "CONFORME"),
        ((), "refused", "NON_CONFORME"),
        ((KO,), "accepted", "NON_CONFORME"),
        ((UNTESTED,), "accepted", "NON_TESTE"),
        ((OK, UNTESTED), "accepted", "PARTIEL"),
    ],
)
def test_requirement_that_a_person_must_see(
    mode: str, judged: tuple[Judged, ...], review: str | None, verdict: str
) -> None:
    assert roll_up(judged, check_mode=mode, review=review) == verdict


@pytest.mark.parametrize("mode", ["automatic", "semi", "manual"])
@pytest.mark.parametrize(
    ("judged", "review", "verdict"),
    [
        ((UNSURE,), "accepted", "CONFORME"),
        ((OK, UNSURE), "accepted", "CONFORME"),
        ((OK, UNSURE), "refused", "NON_CONFORME"),
        ((UNSURE, UNTESTED), "accepted", "PARTIEL"),
        ((KO, UNSURE), "accepted", "NON_CONFORME"),
        ((KO_MINOR, UNSURE), "accepted", "NON_CONFORME"),
        ((OK, KO_MINOR, UNSURE), "accepted", "PARTIEL"),
    ],
)
def test_reviewer_decides_what_a_check_could_not(
    mode: str, judged: tuple[Judged, ...], review: str, verdict: str
) -> None:
    assert roll_up(judged, check_mode=mode, review=review) == verdict


def test_automatic_requirement_that_nothing_tested_cannot_be_reviewed_into_conformity() -> None:
    assert roll_up((), review="accepted") == "NON_TESTE"


def test_requirement_of_another_profile_is_left_out_whatever_was_seen() -> None:
    assert roll_up((KO,), applicable=False) == "NON_APPLICABLE"


def test_nothing_untested_ever_counts_as_passed() -> None:
    every = [OK, KO, KO_MINOR, UNSURE, UNTESTED]
    for first in every:
        for second in every:
            assert roll_up((first, second, UNTESTED)) != "CONFORME"
