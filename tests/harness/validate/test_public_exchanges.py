"""The public examples of the DMP and of MSSanté have the verdicts that the fidelity page explains, line by line."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import Path

import pytest

from banc_harness.validate.judging import Order, judged

ROOT = Path(__file__).parents[3]
DATA = ROOT.parent / "shared" / "data"
KINDS = {"xds", "vihf", "insi", "psc", "mail", "xdm"}
CODE = re.compile(r"`([^`]+)`")
pytestmark = pytest.mark.skipif(
    not (DATA / "dmp" / "soap").is_dir(), reason="the public examples are not beside the repository"
)


def table(page: Path) -> list[tuple[list[str], str, set[str]]]:
    text = page.read_text(encoding="utf-8").partition("<!-- exemples echanges -->")[2].partition("<!-- fin -->")[0]
    rows = [line.strip("| \n").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    return [(CODE.findall(row[0]), row[1].strip("`"), set(CODE.findall(row[2]))) for row in rows]


@pytest.fixture(scope="module")
def verdicts():
    folders = [str(DATA / "dmp" / "soap"), str(DATA / "dmp" / "vihf"), str(DATA / "mssante")]
    return [verdict for one in judged(folders, Order()) for verdict in one.verdicts]


@pytest.mark.parametrize("page", ["docs/fidelity.md", "docs/en/fidelity.md"])
def test_each_public_example_has_the_verdict_of_the_table(page, verdicts):
    rows = table(ROOT / page)
    used = set()
    for verdict in verdicts:
        name = verdict.path.removeprefix(f"{DATA}/")
        if verdict.kind not in KINDS or "!/" in name:
            continue
        [row] = [row for row in rows if any(fnmatch(name, pattern) for pattern in row[0])]
        errors = {one.finding.rule for one in verdict.noted if one.finding.severity == "error"}
        assert (name, verdict.kind, errors) == (name, row[1], row[2])
        used.add(tuple(row[0]))
    assert used == {tuple(row[0]) for row in rows}


def test_the_tokens_inside_lack_their_signature_only(verdicts):
    inside = [one for one in verdicts if one.path.endswith("!/saml:Assertion")]
    assert len(inside) == 5
    for verdict in inside:
        assert [one.finding.rule for one in verdict.noted if one.finding.severity == "error"] == ["VIHF-SIG-003"]


def test_nothing_is_a_defect_of_ours(verdicts):
    assert [verdict.path for verdict in verdicts if verdict.unusable is not None] == []
