"""What no check decides yet is told, with its reason, on the command line and in the documentation."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from banc_harness.coverage import Coverage, as_json, by_reason, coverages, read_in, reasons
from banc_harness.coverage_pages import pages
from banc_harness.demo import PLACES
from banc_harness.requirements.table import couloirs, table

DOCS = Path(__file__).parents[3] / "docs"


@pytest.fixture(scope="module", params=range(3), ids=["DPI", "SGL", "LGC"])
def coverage(request: pytest.FixtureRequest) -> Coverage:
    """Each coverage in turn."""
    return coverages()[request.param]


def test_every_witness_has_a_coverage() -> None:
    assert [(item.couloir, item.software) for item in coverages()] == list(PLACES.values())


def test_each_undecided_requirement_has_its_reason(coverage: Coverage) -> None:
    assert [item.id for item in coverage.undecided if item.id not in reasons()] == []
    told = [item.id for _, requirements in by_reason(coverage) for item in requirements]
    assert sorted(told) == sorted(item.id for item in coverage.undecided)


def test_each_reason_is_about_requirements_of_a_table() -> None:
    known = {name for couloir in couloirs() for name in table(couloir)}
    assert reasons().keys() <= known


def test_decided_and_undecided_make_the_whole(coverage: Coverage) -> None:
    assert coverage.judged["automatic"] + len(coverage.undecided) == coverage.asked["automatic"]
    assert 0 < coverage.judged["automatic"] < coverage.asked["automatic"]
    asked = [item for item in table(coverage.couloir).values() if coverage.software in item.software]
    assert sum(coverage.asked.values()) == len(asked)


def test_a_check_of_another_couloir_decides_nothing() -> None:
    assert "DOC/va1.14" in read_in("ville")
    assert "DOC/va1.14" not in read_in("hopital")


def test_the_json_gives_each_undecided_requirement_with_its_reason(coverage: Coverage) -> None:
    told = as_json(coverage)
    assert json.loads(json.dumps(told)) == told
    assert [item["id"] for item in told["undecided"]] == [item.id for item in coverage.undecided]
    assert all(item["why"]["fr"] and item["why"]["en"] for item in told["undecided"])


def test_the_command_line_tells_the_three_lists() -> None:
    banc = Path(sys.executable).with_name("banc")
    ended = subprocess.run(
        [banc, "requirements", "--coverage", "--format", "json"], capture_output=True, text=True, check=True
    )
    assert [item["software"] for item in json.loads(ended.stdout)["coverage"]] == ["DPI", "SGL", "LGC"]


@pytest.mark.parametrize("path", ["couverture.md", "en/couverture.md"])
def test_the_pages_are_those_of_the_tables_and_checks(path: str) -> None:
    assert (DOCS / path).read_text(encoding="utf-8") == pages()[path], "run: python -m banc_harness.coverage_pages"
