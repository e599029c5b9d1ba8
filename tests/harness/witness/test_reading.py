"""What the witness shows of a document of the DMP, and how it and the bench write the same local day in UTC."""

from __future__ import annotations

from datetime import datetime

import pytest

from banc_fixtures.population import population
from banc_harness.checks.consulted import bound
from banc_harness.scenarios.history_documents import WINTER, Source, report
from banc_harness.witness.consulting import midnight
from banc_harness.witness.rendering import rendered, when


@pytest.mark.parametrize(
    ("day", "days", "expected"), [("2025-03-10", 0, "20250309230000"), ("2025-03-12", 1, "20250312230000")]
)
def test_a_local_day_is_bounded_in_utc(day: str, days: int, expected: str) -> None:
    assert midnight(day, days).strftime("%Y%m%d%H%M%S") == expected
    assert bound(day, end=bool(days)) == expected


def test_a_time_of_the_registry_is_shown_in_local_time() -> None:
    assert when("20250309233000") == "10/03/2025 00:30"
    assert when("2025") == "2025"
    assert when(None) == ""


def test_a_structured_document_is_shown_as_a_page() -> None:
    people = population()
    source = Source(people.professional("P10"), people.structure("S03"), 1)
    document = report(source, people.patient("PAT-03"), datetime(2025, 3, 12, 8, tzinfo=WINTER))

    media_type, page = rendered(document)

    assert media_type == "text/html"
    assert "Compte rendu d'examens biologiques" in page.decode().replace("&#x27;", "'")
    assert "140" in page.decode()


def test_what_is_no_xml_is_shown_as_it_is_and_nothing_in_it_is_active() -> None:
    assert rendered(b"<cut") == ("text/plain", b"<cut")
    _, page = rendered(b"<d><title>&lt;script&gt;</title></d>")
    assert b"<script>" not in page
