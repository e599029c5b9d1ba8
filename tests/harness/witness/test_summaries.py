"""The summaries that the practice writes conform, whatever the chart holds."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from banc_fixtures.population import population
from banc_harness.scenarios import practice_charts
from banc_harness.witness import charts
from banc_standards.cda.read import read
from banc_standards.cda.rules import ENGINE

AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def summary(chart: practice_charts.Chart, level: str = "N3", *, defects: frozenset[str] = frozenset()) -> bytes:
    """The document that the practice S06 writes of a chart of patient PAT-03."""
    people = population()
    patient = people.patient("PAT-03").as_json() | {"ins_status": "QUAL"}
    unique_id = "2.999.990000069.2.1"
    record = {
        "unique_id": unique_id,
        "set_id": f"{unique_id}.0",
        "version": 1,
        "replaces": None,
        "created": AT.isoformat(),
        "chart": chart,
    }
    doctor, place = people.professional("P02").as_json(), people.structure("S06").as_json()
    made = charts.summary(record, patient, doctor, place, defects=defects)
    return charts.written(made, level, patient, defects=defects)


@pytest.mark.parametrize("level", ["N1", "N3"])
@pytest.mark.parametrize("chart", ["FIRST_VISIT", "NEXT_VISIT", "QUIET"])
def test_a_summary_conforms(chart: str, level: str) -> None:
    document = read(summary(getattr(practice_charts, chart), level))
    assert [(rule.id, hit) for rule, hit in ENGINE.judge(document) if rule.severity == "error"] == []
    assert document.code is not None
    assert (document.code.code, document.level) == ("SYNTH", level)


def test_a_stopped_treatment_is_told_by_no_summary() -> None:
    honest, careless = (
        summary(practice_charts.NEXT_VISIT, defects=frozenset(defects)).decode()
        for defects in ((), ("keeps-old-treatment",))
    )
    assert "RAMIPRIL" in honest
    assert "ATORVASTATINE" not in honest
    assert "ATORVASTATINE" in careless
