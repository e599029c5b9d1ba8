"""The requirement tables are complete, bilingual and honest about what may close a gate."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from banc_harness.requirements.table import Requirement, Table, couloirs, table
from banc_standards.errors import Sentence, UnusableInput

TYPES = {"hopital": {"DPI", "PFI", "RI"}, "biologie": {"SGL"}, "ville": {"LGC"}}
OWN = {
    *(f"SBX-INS-{number:02}" for number in range(1, 16)),
    "SBX-INS-20",
    *("SBX-DMP-01", "SBX-DMP-02", "SBX-DMP-03", "SBX-DMP-04", "SBX-DOC-01"),
    *("SBX-MSS-01", "SBX-MSS-02", "SBX-MSS-03", "SBX-MSS-04", "SBX-MSS-05"),
    *(f"SBX-PSC-{number:02}" for number in range(1, 19)),
}
"""What the bench asks beyond the published list: an id of ours, no official requirement was read for it."""
READING = {"SBX-DMP-05", "SBX-DMP-06", "SBX-DMP-07", "SBX-DMP-08"}
OWN_OF = {
    "hopital": OWN | READING,
    "biologie": OWN | {"SBX-LAB-01", "SBX-LAB-02", "SBX-LAB-03"},
    "ville": OWN | READING | {"SBX-VSM-03", "SBX-VSM-04"} | {f"SBX-RCV-{number:02}" for number in range(1, 8)},
}


@pytest.fixture
def hopital() -> Table:
    return table("hopital")


@pytest.fixture(params=sorted(TYPES))
def any_table(request: pytest.FixtureRequest) -> Table:
    """Each table in turn."""
    return table(request.param)


@pytest.fixture
def published(any_table: Table) -> dict[str, dict[str, str]]:
    """The rows of the published list that concern the software of the couloir."""
    path = Path(__file__).parents[4] / "shared" / "data" / "segur" / "requirements.csv"
    if not path.exists():
        pytest.skip("the published list does not lie beside this repository")
    with path.open(encoding="utf-8", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    asked = {*TYPES[any_table.couloir], "ALL"}
    return {key: row for key, row in rows.items() if set(row["software_type"].split("+")) & asked}


def requirement(**change: Any) -> Requirement:
    """A plain mandatory requirement of a DPI, with some of its facts changed."""
    plain = Requirement(
        id="X/1.01",
        text=Sentence("a", "b"),
        couloir="hopital",
        area="dmp",
        use_cases=("UC1",),
        level="mandatory",
        check_mode="automatic",
        wave=1,
        software=("DPI",),
        review="approved",
        source="export-2023",
        approved=("DPI",),
    )
    return replace(plain, **change)


def test_every_couloir_is_the_one_of_a_known_software() -> None:
    assert set(couloirs()) == set(TYPES)


def test_a_couloir_without_a_table_says_which_ones_exist() -> None:
    with pytest.raises(UnusableInput, match="REQ-001") as caught:
        table("officine")
    assert "biologie, hopital, ville" in caught.value.hint.fr


@pytest.mark.parametrize(
    ("any_table", "count"), [("hopital", 165), ("biologie", 216), ("ville", 225)], indirect=["any_table"]
)
def test_a_table_holds_every_published_row_and_no_other(
    any_table: Table, published: dict[str, dict[str, str]], count: int
) -> None:
    own = OWN_OF[any_table.couloir]
    assert set(any_table) - own == set(published)
    assert len(published) == count
    assert all(any_table[name].review == "own_id" for name in own)


def test_levels_and_check_modes_are_the_published_ones(any_table: Table, published: dict[str, dict[str, str]]) -> None:
    ours = {key: (item.level, item.check_mode) for key, item in any_table.items() if key in published}
    assert ours == {key: (row["level"], row["check_mode"]) for key, row in published.items()}


def test_review_statuses_are_the_published_ones(any_table: Table, published: dict[str, dict[str, str]]) -> None:
    ours = {
        key: ":".join(filter(None, (item.review, "+".join(item.approved))))
        for key, item in any_table.items()
        if key in published
    }
    assert ours == {key: row["review_status"].replace("DRIMbox", "DRIMBOX") for key, row in published.items()}


def test_every_requirement_has_two_sentences_of_its_own(any_table: Table, published: dict[str, dict[str, str]]) -> None:
    texts = [text for item in any_table.values() for text in (item.text.fr, item.text.en)]
    assert all(text.endswith(".") for text in texts)
    assert not {text.rstrip(".").casefold() for text in texts} & {row["text"].casefold() for row in published.values()}


def test_every_requirement_refers_to_things_that_the_table_explains(any_table: Table) -> None:
    for item in any_table.values():
        assert item.source in any_table.sources
        assert item.area in any_table.areas
        assert set(item.profiles) <= set(any_table.profiles)
        assert set(item.software) <= TYPES[any_table.couloir]


def test_every_conditional_requirement_says_what_it_depends_on(any_table: Table) -> None:
    conditional = [item for item in any_table.values() if item.level == "conditional"]
    assert conditional
    assert all(item.profiles or item.condition.fr for item in conditional)


@pytest.mark.parametrize(("software_type", "count", "gate"), [("DPI", 117, 99), ("PFI", 73, 68), ("RI", 4, 4)])
def test_what_the_general_profile_asks_of_each_software(
    hopital: Table, software_type: str, count: int, gate: int
) -> None:
    asked = hopital.applicable(software_type)
    assert len(asked) == count
    assert sum(item.in_gate(software_type) for item in asked) == gate


def test_what_the_general_profile_asks_of_a_laboratory() -> None:
    asked = table("biologie").applicable("SGL")
    assert len(asked) == 205
    assert sum(item.in_gate("SGL") for item in asked) == 182


@pytest.mark.parametrize(
    ("profiles", "count", "gate"), [(["general"], 224, 202), (["general", "medecin-traitant"], 229, 207)]
)
def test_what_is_asked_of_a_practice(profiles: list[str], count: int, gate: int) -> None:
    asked = table("ville").applicable("LGC", profiles)
    assert len(asked) == count
    assert sum(item.in_gate("LGC") for item in asked) == gate


def test_a_declared_profile_adds_its_requirements(hopital: Table) -> None:
    added = set(hopital.applicable("PFI", ["general", "bal-app"])) - set(hopital.applicable("PFI"))
    assert {item.id for item in added} == {"SC.MSS/CONF.12"}


@pytest.mark.parametrize("review", ["obsolete", "to_rework"])
def test_an_obsolete_wording_or_one_to_rework_is_never_in_a_gate(review: str) -> None:
    assert requirement().in_gate("DPI")
    assert not requirement(review=review, approved=()).in_gate("DPI")


def test_a_wording_approved_for_other_software_only_is_not_in_this_gate() -> None:
    assert not requirement(approved=("LGC", "SGL")).in_gate("DPI")


def test_a_recommendation_is_never_in_a_gate() -> None:
    assert not requirement(level="optional").in_gate("DPI")


@pytest.mark.parametrize("name", ["SC.DMP/UX.08", "DMP/UX.08"])
def test_a_requirement_is_found_with_or_without_the_shared_prefix(hopital: Table, name: str) -> None:
    found = hopital.named(name)
    assert found is not None
    assert found.id == "SC.DMP/UX.08"


def test_a_requirement_is_found_by_its_first_id(hopital: Table) -> None:
    found = hopital.named("DPI.ANN.01")
    assert found is not None
    assert found.id == "ANN/va1.01"


def test_two_requirements_of_one_id_are_refused() -> None:
    about = {"name": "x", "version": "1", "sources": {}, "profiles": {}, "areas": {}}
    with pytest.raises(ValueError, match=r"X/1\.01"):
        Table("hopital", about, [requirement(), requirement()], "sha256:0")
