"""What no edition of a code system can hold: check digits, forms, lengths."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banc_standards.terminology.codes import NAMES, value_set
from banc_standards.terminology.oids import LOINC, SNOMED_CT
from banc_standards.terminology.systems import SYSTEMS, possible, verhoeff


@pytest.mark.parametrize("name", NAMES)
def test_every_code_of_the_published_sets_is_possible(name: str) -> None:
    assert [pair for pair in value_set(name).displays if not possible(*pair)] == []


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_example_of_a_system_is_possible(system: str) -> None:
    assert possible(SYSTEMS[system].example, system)
    assert not possible("", system)
    assert not possible(f" {SYSTEMS[system].example}", system)


@pytest.mark.parametrize(("place", "digit"), [(place, digit) for place in range(9) for digit in "0123456789"])
def test_verhoeff_finds_any_wrong_digit(place: int, digit: str) -> None:
    sound = "404684003"
    altered = sound[:place] + digit + sound[place + 1 :]

    assert verhoeff(altered) == (altered == sound)


@pytest.mark.parametrize("place", range(8))
def test_verhoeff_finds_two_digits_swapped(place: int) -> None:
    sound = "112283007"
    swapped = sound[:place] + sound[place + 1] + sound[place] + sound[place + 2 :]

    assert verhoeff(swapped) == (swapped == sound)


def test_verhoeff_takes_digits_only() -> None:
    assert not verhoeff("40468400X")
    assert not verhoeff("٤٠٤")


@pytest.mark.parametrize("digit", "0123456789")
def test_a_loinc_code_has_one_check_digit(digit: str) -> None:
    assert possible(f"3016-{digit}", LOINC) == (digit == "3")


def test_a_description_is_no_concept_of_snomed() -> None:
    assert verhoeff("751689013")
    assert not possible("751689013", SNOMED_CT)


@given(st.text(max_size=80))
def test_a_system_that_is_not_judged_takes_anything(code: str) -> None:
    assert possible(code, "1.2.250.1.213.99.9")


@given(st.text(max_size=80), st.sampled_from(sorted(SYSTEMS)))
def test_any_text_gets_an_answer(code: str, system: str) -> None:
    assert possible(code, system) in (True, False)
