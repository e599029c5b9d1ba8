"""UCUM expressions: what the specification allows is a unit, what French laboratories write by habit is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banc_standards.terminology import ucum

WRITTEN = """
    m g/L mmol/L m[IU]/L u[IU]/mL [IU]/L 10*9/L 10*12/L 10^9/L 10*-6 /mL /min /[HPF] % [pH] Cel mm[Hg] cm[H2O] kg/m2
    kg.m-2 [degF] [in_us] [lb_av] {tbl} {score} {pack}/d mg{creat} ug/{creat} 10*6/{cells} mL/min/{1.73_m2}
    U/(10.g){feces} 10.uN.s/(cm5.m2) mGy.cm MBq mosm/kg 1 100.g 2.10*-9 m+2 B[10.nV] [m/s2/Hz^(1/2)] [hp'_X] '' ' meq/L
    ng/(mL.h) kat ((m)) g{}/L
"""
UNITS = WRITTEN.split()
NO_UNITS = {
    "UI/L": "UI",
    "mUI/L": "mUI",
    "µg/L": "µg",
    "°C": "°C",
    "m²": "m²",
    "mmhg": "mmhg",
    "kmin": "kmin",
    "k%": "k%",
    "mL/min/1.73m2": "m2",
    "g L": " L",
    "mmol//L": "/L",
    "g/": "g/",
    "(g": "(g",
    "g)": ")",
    "{tbl": "{tbl",
    "10**9": "*9",
    "[foo]": "[foo]",
    "g{a}{b}": "{b}",
    "": "",
}


@pytest.mark.parametrize("unit", UNITS)
def test_an_expression_of_ucum_is_a_unit(unit: str) -> None:
    assert ucum.fault(unit) is None
    assert ucum.is_unit(unit)


@pytest.mark.parametrize(("text", "wrong"), NO_UNITS.items())
def test_what_is_no_expression_is_told_by_its_wrong_part(text: str, wrong: str) -> None:
    assert ucum.fault(text) == wrong
    assert not ucum.is_unit(text)


def test_case_tells_units_apart() -> None:
    assert ucum.is_unit("mol/L")
    assert not ucum.is_unit("MOL/L")


@given(st.text(alphabet="mgL/.(){}[]10*-+%' ", max_size=40))
def test_any_text_gets_an_answer(text: str) -> None:
    wrong = ucum.fault(text)

    assert wrong is None or wrong in text


@pytest.mark.parametrize(
    "text", ["(" * 150, "m." * 90, "{" * 199, "[" * 199, "m" * 1_000_000, "(" * 100 + "m" + ")" * 99]
)
def test_a_hostile_text_is_no_unit(text: str) -> None:
    assert not ucum.is_unit(text)


@given(st.lists(st.sampled_from(["m", "kg", "10*9", "[IU]", "{cells}", "s-1", "(mL.h)"]), min_size=1, max_size=8))
def test_units_joined_by_operators_are_a_unit(parts: list[str]) -> None:
    assert ucum.is_unit("/".join(parts))
    assert ucum.is_unit("/" + ".".join(parts))
