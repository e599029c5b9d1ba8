"""Which of the witnesses plays what ``banc demo`` is asked for."""

from __future__ import annotations

from itertools import chain

import pytest

from banc_harness.demo import Parts, check_defects, described, own_defects, played_by, witnesses
from banc_harness.requirements.table import table
from banc_harness.scenarios.registered import scenarios
from banc_standards.errors import UnusableInput

STORY = ("UC2.80", "UC1.80")
"""Chapters that are asked for by the name of their story."""


@pytest.mark.parametrize(
    ("asked", "defects", "parts"),
    [
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
    assert played_by(scenarios(), asked, defects) == Parts(parts)  # type: ignore[arg-type]


def test_without_a_wish_everybody_plays_its_priority_use_cases_and_the_story() -> None:
    parts = played_by(scenarios(), (), ())

    assert set(parts.own) == set(parts.cast) == set(witnesses(scenarios()))
    assert {kind: {name.partition(".")[0] for name in own} for kind, own in parts.own.items()} == {
        "dpi": {"UC1", "UC3"},
        "sgl": {"UC2", "UC3"},
        "lgc": {"UC2", "UC3"},
    }
    assert not any(known.story for known in scenarios().values() if known.id in {*chain(*parts.own.values())})
    assert parts.story == ("HISTOIRE",)


def test_the_story_is_asked_for_by_its_name_and_a_chapter_by_its_own() -> None:
    whole = played_by(scenarios(), ("HISTOIRE",), ())
    assert whole.own == {}
    assert set(whole.story) >= set(STORY)
    assert played_by(scenarios(), ("UC2.80",), ()) == Parts({}, ("UC2.80",), ("sgl",))
    assert not played_by(scenarios(), ("UC2.*",), ()).story


def test_each_witness_has_the_defects_that_it_knows() -> None:
    assert own_defects(["drops-a-result", "no-nil"], ("dpi", "sgl")) == {
        "dpi": ("no-nil",),
        "sgl": ("drops-a-result", "no-nil"),
    }
    with pytest.raises(UnusableInput, match="DEMO-001"):
        own_defects(["drops-a-result"], ("dpi",))


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
