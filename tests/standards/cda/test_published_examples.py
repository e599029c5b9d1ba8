"""The 47 documents that the ANS publishes break none of our error rules, but for the blemishes that it knows of."""

from __future__ import annotations

from pathlib import Path

import pytest

from banc_standards.cda.read import read
from banc_standards.cda.rules import RULES
from banc_standards.rules import judge
from banc_standards.xds.build import entry_from_cda

EXAMPLES = Path(__file__).parents[4] / "shared" / "data" / "cda" / "examples"
KNOWN = {
    "eDISP-MED_2024.01.xml": ["CDA-HDR-028"],
    "CANCER-FRCP_2022.01_Appareil.xml": ["CDA-HDR-040"],
    "TLM-DA_2022.01_TCG.xml": ["CDA-HDR-040"],
}
FILES = sorted(EXAMPLES.glob("*.xml")) or [
    pytest.param(None, marks=pytest.mark.skip(reason=f"no published examples in {EXAMPLES}"))
]


def _name(path: Path | None) -> str:
    return path.name if path else "absent"


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_a_published_example_breaks_no_error_rule(path: Path) -> None:
    document = read(path.read_bytes())

    errors = [finding.rule for finding in judge(RULES, document) if finding.severity == "error"]

    assert errors == KNOWN.get(path.name, [])


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_a_published_example_has_its_sharing_metadata(path: Path) -> None:
    entry = entry_from_cda(path.read_bytes())

    assert entry.unique_id
    assert entry.creation_time
    assert len(entry.creation_time) == 14
    assert entry.format_code
