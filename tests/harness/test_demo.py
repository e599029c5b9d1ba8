"""Which of the two witnesses plays what ``banc demo`` is asked for."""

from __future__ import annotations

import pytest

from banc_harness.demo import check_defects, described, software_of
from banc_harness.requirements.table import table
from banc_harness.scenarios.registered import scenarios
from banc_standards.errors import UnusableInput


@pytest.mark.parametrize(
    ("asked", "defects", "kind"),
    [
        ((), (), "dpi"),
        (("PSC.01",), (), "dpi"),
        (("UC1.*",), (), "dpi"),
        (("UC2.01",), (), "sgl"),
        (("PSC.01", "UC2.0?"), (), "sgl"),
        ((), ("no-nil",), "dpi"),
        ((), ("drops-a-result",), "sgl"),
        (("UC1.01",), ("drops-a-result",), "dpi"),
    ],
)
def test_the_software_is_the_one_of_the_scenarios(asked: tuple[str, ...], defects: tuple[str, ...], kind: str) -> None:
    assert software_of(scenarios(), asked, defects) == kind


def test_scenarios_of_two_couloirs_are_asked_for_in_two_runs() -> None:
    with pytest.raises(UnusableInput, match="DEMO-003"):
        software_of(scenarios(), ("UC1.01", "UC2.01"), ())


def test_a_defect_belongs_to_its_software() -> None:
    check_defects(["drops-a-result", "no-nil"], "sgl")
    with pytest.raises(UnusableInput, match="DEMO-001"):
        check_defects(["drops-a-result"], "dpi")


@pytest.mark.parametrize(("kind", "couloir", "software_type"), [("dpi", "hopital", "DPI"), ("sgl", "biologie", "SGL")])
def test_each_witness_describes_itself(kind: str, couloir: str, software_type: str) -> None:
    sut = described("http://127.0.0.1:1", kind).sut  # type: ignore[arg-type]
    assert (sut.couloir, sut.software_type) == (couloir, software_type)
    assert set(sut.profiles) <= {*table(couloir).profiles}
