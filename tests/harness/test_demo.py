"""Which of the two witnesses plays what ``banc demo`` is asked for."""

from __future__ import annotations

import pytest

from banc_harness.demo import check_defects, described, played_by
from banc_harness.requirements.table import table
from banc_harness.scenarios.registered import scenarios
from banc_standards.errors import UnusableInput


@pytest.mark.parametrize(
    ("asked", "defects", "parts"),
    [
        ((), (), {"dpi": (), "sgl": ()}),
        (("PSC.01",), (), {"dpi": ("PSC.01",)}),
        (("UC1.0[12]",), (), {"dpi": ("UC1.01", "UC1.02")}),
        (("UC2.01",), (), {"sgl": ("UC2.01",)}),
        (("UC2.02", "PSC.01"), (), {"sgl": ("PSC.01", "UC2.02")}),
        (("UC2.02", "PSC.01", "UC1.01"), (), {"dpi": ("PSC.01", "UC1.01"), "sgl": ("UC2.02",)}),
        (("UC7.*",), (), {"dpi": ("UC7.*",)}),
        ((), ("no-nil",), {"dpi": ()}),
        ((), ("drops-a-result",), {"sgl": ()}),
        (("UC1.01",), ("drops-a-result",), {"dpi": ("UC1.01",)}),
    ],
)
def test_each_software_plays_the_scenarios_of_its_couloir(
    asked: tuple[str, ...], defects: tuple[str, ...], parts: dict[str, tuple[str, ...]]
) -> None:
    assert played_by(scenarios(), asked, defects) == parts


def test_a_defect_belongs_to_its_software() -> None:
    check_defects(["drops-a-result", "no-nil"], "sgl")
    with pytest.raises(UnusableInput, match="DEMO-001"):
        check_defects(["drops-a-result"], "dpi")


@pytest.mark.parametrize(
    ("kind", "couloir", "software_type"),
    [("dpi", "hopital", "DPI"), ("sgl", "biologie", "SGL"), ("lgc", "ville", "LGC")],
)
def test_each_witness_describes_itself(kind: str, couloir: str, software_type: str) -> None:
    sut = described("http://127.0.0.1:1", kind).sut  # type: ignore[arg-type]
    assert (sut.couloir, sut.software_type) == (couloir, software_type)
    assert set(sut.profiles) <= {*table(couloir).profiles}
