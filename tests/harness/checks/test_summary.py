"""Each check of what a medical summary says, once passed and failed for each reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest

from banc_fixtures.population import population
from banc_harness.checks import summary, visits
from banc_harness.inputs import for_software
from banc_harness.judging import judge
from banc_harness.scenarios import visit
from banc_harness.scenarios.practice_charts import FIRST_VISIT, NEXT_VISIT, QUIET, Chart
from banc_harness.trace import Acted, Exchange, Trace
from banc_harness.witness import charts

from .laboratory import judged, submitted

Exchanges = Callable[..., Exchange]
STEP = "UC3.01.3"
PEOPLE = population()
DOCTOR, PLACE = (item.as_json() for item in (PEOPLE.professional("P02"), PEOPLE.structure("S06")))


def document(chart: Chart, *defects: str, level: str = "N3") -> bytes:
    """The summary of a chart, as an honest practice writes it, or one that has these defects."""
    record = {
        "unique_id": "2.999.990000069.2.7.1",
        "set_id": "2.999.990000069.2.7.1.0",
        "version": 1,
        "replaces": None,
        "created": datetime(2026, 11, 21, 10, tzinfo=UTC).isoformat(),
        "chart": chart,
    }
    who = PEOPLE.patient("PAT-03").as_json() | {"ins_status": "QUAL"}
    flaws = frozenset(defects)
    return charts.written(charts.summary(record, who, DOCTOR, PLACE, defects=flaws), level, who, defects=flaws)


def changed(chart: Chart, heading: str, **change: Any) -> Chart:
    """The chart, the first item of a heading changed."""
    copy = deepcopy(chart)
    copy[heading][0] |= change
    return copy


def sending(chart: Mapping[str, Any]) -> Acted:
    """What the driver was asked for."""
    asked = {"patient": PEOPLE.patient("PAT-03"), "professional": DOCTOR, "structure": PLACE, "chart": chart}
    return Acted(STEP, "document.send", "done", for_software(asked, "default"))


@pytest.fixture
def filed(exchange: Exchanges) -> Callable[[bytes], Exchange]:
    """The document on its way to the DMP."""
    return lambda data: exchange(sent=submitted(data), sent_as="application/soap+xml", claimed_by=STEP)


CHECKS = (summary.structured_summary, summary.summary_of_the_chart, summary.written_by_the_treating_doctor)


@pytest.mark.parametrize("chart", [FIRST_VISIT, NEXT_VISIT, QUIET], ids=["first", "next", "quiet"])
@pytest.mark.parametrize("check", [*CHECKS, summary.place_of_care], ids=lambda item: item.id)
def test_an_honest_summary_conforms(filed: Callable[[bytes], Exchange], check: Any, chart: Chart) -> None:
    assert judged(check, "UC3.01", [sending(chart)], filed(document(chart))) == ("CONFORME", [])


def test_a_name_is_recognised_however_it_is_written(filed: Callable[[bytes], Exchange]) -> None:
    said = changed(FIRST_VISIT, "treatments", name="Metformine 1 g cp")
    said = changed(said, "allergies", agent="ARACHIDE (cacahuète)")
    assert judged(summary.summary_of_the_chart, "UC3.01", [sending(FIRST_VISIT)], filed(document(said)))[1] == []


FAILING: list[tuple[Any, Chart, bytes, list[str]]] = [
    (summary.structured_summary, FIRST_VISIT, document(FIRST_VISIT, level="N1"), ["component", "templateId"]),
    (summary.summary_of_the_chart, FIRST_VISIT, document(FIRST_VISIT, "drops-an-allergy"), ["section[allergies]"]),
    (summary.summary_of_the_chart, NEXT_VISIT, document(NEXT_VISIT, "keeps-old-treatment"), ["section[treatments]"]),
    (
        summary.summary_of_the_chart,
        FIRST_VISIT,
        document(FIRST_VISIT, "past-as-active"),
        ["section[active]", "section[past]"],
    ),
    (
        summary.summary_of_the_chart,
        FIRST_VISIT,
        document(changed(FIRST_VISIT, "problems", code="J45.9", label="Asthme, sans précision")),
        ["section[active]", "section[active]"],
    ),
    (
        summary.written_by_the_treating_doctor,
        FIRST_VISIT,
        document(FIRST_VISIT, "wrong-speciality"),
        ["author/assignedAuthor/code"],
    ),
    (
        summary.written_by_the_treating_doctor,
        FIRST_VISIT,
        document(FIRST_VISIT, "unnamed-treating-doctor"),
        ["participant[INF, PCP]"],
    ),
    (summary.place_of_care, FIRST_VISIT, document(FIRST_VISIT, "wrong-setting"), ["practiceSettingCode"]),
]


@pytest.mark.parametrize(("check", "chart", "data", "places"), FAILING)
def test_a_summary_that_says_something_else_does_not(
    filed: Callable[[bytes], Exchange], check: Any, chart: Chart, data: bytes, places: list[str]
) -> None:
    assert judged(check, "UC3.01", [sending(chart)], filed(data)) == ("NON_CONFORME", places)


def looked(*shown: tuple[str, int], changed: tuple[tuple[str, int], ...] = ()) -> Acted:
    """What the user saw of the record since the last visit."""
    names = [f"urn:oid:{PEOPLE.structure(place).document_root}.3.{number}" for place, number in (*shown, *changed)]
    output = {"list": [{"document": name} for name in names[: len(shown)]], "changed": names[len(shown) :]}
    return Acted("UC3.31.5", "document.search", "done", {"search": visit.SINCE}, output)


@pytest.mark.parametrize(
    ("act", "verdict"),
    [
        (looked(*visit.NEWS), "CONFORME"),
        (looked(*visit.NEWS[:-1]), "NON_CONFORME"),
        (looked(*visit.NEWS, visit.EARLIER), "NON_CONFORME"),
    ],
)
def test_what_is_new_is_what_others_filed_since(exchange: Exchanges, act: Acted, verdict: str) -> None:
    found = judge(visits.news_since_the_last_visit, Trace("UC3.31", (exchange("dmp.TD3.1"),), acts=(act,)))
    assert found is not None
    assert found.verdict == verdict


def test_the_change_of_a_kept_document_must_be_told(exchange: Exchanges) -> None:
    asked = exchange("dmp.TD3.1", claimed_by="UC3.31.5")
    for act, verdict in ((looked(changed=(visit.EARLIER,)), "CONFORME"), (looked(), "NON_CONFORME")):
        found = judge(visits.change_told, Trace("UC3.31", (asked,), acts=(act,)))
        assert found is not None
        assert found.verdict == verdict
