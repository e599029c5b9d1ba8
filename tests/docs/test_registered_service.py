"""The table of the thirty checks of a registered service: every row names what exists and what was seen to speak."""

from __future__ import annotations

import re

import pytest

from banc_harness.checks.registered import checks
from banc_harness.scenarios.registered import scenarios

from ..harness.witness import test_defects, test_sign_in_defects
from .conftest import read_page

SEEN = [
    test_defects.LETTERS,
    test_sign_in_defects.TABLE,
    test_sign_in_defects.BY_CIBA,
    test_sign_in_defects.BY_ITS_OWN_TIMER,
    test_sign_in_defects.INFORMING,
    test_sign_in_defects.INFORMING_BY_CIBA,
]


@pytest.fixture
def rows(lang: str) -> list[list[str]]:
    """The table, without its headings."""
    return read_page("psc", lang).rows("controles psc")


def test_the_thirty_rows_are_there(rows: list[list[str]]) -> None:
    assert [row[0] for row in rows] == [f"RP-{number:02}" for number in range(1, 31)]


def test_each_check_judges_one_of_the_scenarios_of_its_row(rows: list[list[str]]) -> None:
    for number, _, played, judged, _ in rows:
        names = {name for id in played.split(", ") for name in (id, *scenarios()[id].like)}
        for id in judged.split(", "):
            assert any(checks()[id].concerns(name) for name in names), (number, id)


def test_each_defect_is_seen_by_a_check_of_its_row(rows: list[list[str]]) -> None:
    for number, _, played, judged, defects in rows:
        for defect in re.findall(r"`([\w-]+)`", defects):
            seen = [table[defect] for table in SEEN if defect in table]
            shown = {scenario for those, _ in seen for scenario in those.split()}
            told = {check for _, expected in seen for check in expected.split()}
            assert told & set(judged.split(", ")), (number, defect)
            assert shown & set(played.split(", ")), (number, defect)
