"""Each check of what a biology report says, once passed and failed for each reason, in the DMP and by mail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from banc_harness.checks import laboratory, laboratory_subcontracting
from banc_harness.scenarios import lab_orders
from banc_harness.trace import Exchange
from banc_harness.witness import lab_reports

from .laboratory import CRITICAL, ORDER, PARTIAL, STEP, changed, document, judged, mailed, sending, submitted

Exchanges = Callable[..., Exchange]
GLUCOSE = "observation[14749-6]"


@pytest.fixture(params=["dmp.TD2.1", "mssante.submission"])
def way(request: pytest.FixtureRequest, exchange: Exchanges) -> Callable[[bytes], Exchange]:
    """The document on its way to the DMP, then in a mail."""

    def send(data: bytes) -> Exchange:
        if request.param == "dmp.TD2.1":
            return exchange(sent=submitted(data), sent_as="application/soap+xml", claimed_by=STEP)
        return exchange("mssante.submission", sent=mailed(data), sent_as="message/rfc822", claimed_by=STEP)

    return send


CONFORMING: list[tuple[Any, str, Mapping[str, Any], str]] = [
    (laboratory.results_of_the_order, "UC2.01", ORDER, "N3"),
    (laboratory.results_of_the_order, "UC2.01", changed(ORDER, value="5.1"), "N3"),
    (laboratory.results_of_the_order, "UC2.03", PARTIAL, "N3"),
    (laboratory.status_of_the_order, "UC2.01", ORDER, "N3"),
    (laboratory.status_of_the_order, "UC2.02", ORDER, "N1"),
    (laboratory.status_of_the_order, "UC2.03", PARTIAL, "N3"),
    (laboratory.critical_values_told, "UC2.04", CRITICAL, "N3"),
    (laboratory.recipients_named, "UC2.01", ORDER, "N3"),
    (laboratory.requester_address, "UC2.01", ORDER, "N3"),
    (laboratory.structured_report, "UC2.01", ORDER, "N3"),
]


@pytest.mark.parametrize(("check", "scenario", "order", "level"), CONFORMING)
def test_an_honest_report_conforms(
    way: Callable[[bytes], Exchange], check: Any, scenario: str, order: Mapping[str, Any], level: str
) -> None:
    assert judged(check, scenario, [sending(order)], way(document(order, level=level))) == ("CONFORME", [])


FAILING: list[tuple[Any, str, Mapping[str, Any], bytes, list[str]]] = [
    (laboratory.results_of_the_order, "UC2.01", ORDER, document(ORDER, "drops-a-result"), ["observation[718-7]"]),
    (laboratory.results_of_the_order, "UC2.01", ORDER, document(changed(ORDER, value="51.0")), [GLUCOSE]),
    (laboratory.results_of_the_order, "UC2.01", ORDER, document(changed(ORDER, unit="g/L")), [GLUCOSE]),
    (
        laboratory.results_of_the_order,
        "UC2.01",
        ORDER,
        document(changed(ORDER, code="2345-7")),
        [GLUCOSE, "observation[2345-7]"],
    ),
    (
        laboratory.results_of_the_order,
        "UC2.03",
        PARTIAL,
        document(changed(PARTIAL, code="1-8")),
        [GLUCOSE, "observation[1-8]"],
    ),
    (
        laboratory.status_of_the_order,
        "UC2.03",
        PARTIAL,
        document(PARTIAL, "partial-as-complete"),
        ["lab:statusCode"],
    ),
    (
        laboratory.status_of_the_order,
        "UC2.02",
        PARTIAL,
        document(PARTIAL, "partial-as-complete", level="N1"),
        ["lab:statusCode"],
    ),
    (
        laboratory.status_of_the_order,
        "UC2.01",
        ORDER,
        document(PARTIAL),
        ["lab:statusCode", "entry/act/statusCode", "entry/act/statusCode"],
    ),
    (
        laboratory.critical_values_told,
        "UC2.04",
        CRITICAL,
        document(CRITICAL, "critical-as-normal"),
        [f"{GLUCOSE}/interpretationCode", "observation[2823-3]/interpretationCode"],
    ),
    (
        laboratory.critical_values_told,
        "UC2.04",
        CRITICAL,
        document(CRITICAL).replace(b"<td>2.10 mmol/L (critique bas)</td>", b"<td/>"),
        ["section/text"],
    ),
    (
        laboratory.recipients_named,
        "UC2.01",
        ORDER,
        document(ORDER, "unnamed-recipients"),
        ["informationRecipient", "informationRecipient"],
    ),
    (
        laboratory.recipients_named,
        "UC2.01",
        ORDER,
        document(ORDER | {"copies": []}),
        ["informationRecipient"],
    ),
    (
        laboratory.requester_address,
        "UC2.01",
        ORDER,
        document(ORDER, "no-requester-mailbox"),
        ["participant[REF]/telecom"],
    ),
    (laboratory.structured_report, "UC2.01", ORDER, document(ORDER, "no-embedded-pdf"), ["observationMedia"]),
    (laboratory.structured_report, "UC2.01", ORDER, document(level="N1"), ["component"]),
    (
        laboratory.structured_report,
        "UC2.01",
        ORDER,
        document().replace(b'<code code="11502-2"', b'<code code="34133-9"'),
        ["code"],
    ),
]


@pytest.mark.parametrize(("check", "scenario", "order", "data", "where"), FAILING)
def test_a_report_that_says_otherwise_does_not(
    way: Callable[[bytes], Exchange], check: Any, scenario: str, order: Mapping[str, Any], data: bytes, where: list[str]
) -> None:
    assert judged(check, scenario, [sending(order)], way(data)) == ("NON_CONFORME", where)


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (document(level="N1"), []),
        (document(), ["component"]),
        (document(ORDER, "text-body", level="N1"), ["text/@mediaType"]),
        (document(level="N1").replace(b'<code code="11502-2"', b'<code code="34133-9"'), ["code"]),
    ],
)
def test_the_level_1_report_is_a_pdf_typed_as_biology(exchange: Exchanges, data: bytes, where: list[str]) -> None:
    sent = exchange(sent=submitted(data), sent_as="application/soap+xml", claimed_by="UC2.02.3")

    verdict, places = judged(laboratory.level_1_report, "UC2.02", [sending(step="UC2.02.3")], sent)

    assert places == where
    assert verdict == ("NON_CONFORME" if where else "CONFORME")


@pytest.mark.parametrize("broken", [b"", b"not a mail", b"PK\x03\x04"])
def test_a_mail_that_cannot_be_read_says_nothing(exchange: Exchanges, broken: bytes) -> None:
    sent = exchange("mssante.submission", sent=broken, sent_as="message/rfc822", claimed_by=STEP)

    assert judged(laboratory.results_of_the_order, "UC2.01", [sending()], sent) == ("CONFORME", [])


def test_what_no_order_asked_for_is_not_compared(exchange: Exchanges) -> None:
    sent = exchange(sent=submitted(document()), sent_as="application/soap+xml", claimed_by="UC2.01.9")

    assert judged(laboratory.results_of_the_order, "UC2.01", [sending()], sent) == ("CONFORME", [])


SUBCONTRACTED = ORDER | {"results": [item.as_json() for item in lab_orders.SUBCONTRACTED]}
OURS, THEIRS = lab_reports.reported(SUBCONTRACTED, frozenset({"subcontracted-apart"}))


def test_a_subcontracted_result_leaves_in_the_main_report(way: Callable[[bytes], Exchange]) -> None:
    for check in (laboratory_subcontracting.one_report_an_order, laboratory_subcontracting.subcontracted_results):
        assert judged(check, "UC2.09", [sending(SUBCONTRACTED)], way(document(SUBCONTRACTED))) == ("CONFORME", [])


def test_a_subcontracted_result_that_leaves_apart_is_seen(way: Callable[[bytes], Exchange]) -> None:
    apart = document(THEIRS).replace(b"2.999.990000036.2.7.1", b"2.999.990000036.2.8.1")
    sent = [way(document(OURS)), way(apart)]

    def said(check: Any) -> tuple[str, list[str]]:
        return judged(check, "UC2.09", [sending(SUBCONTRACTED)], *sent)

    assert said(laboratory_subcontracting.one_report_an_order) == ("NON_CONFORME", ["ClinicalDocument/id"])
    assert said(laboratory_subcontracting.subcontracted_results) == ("NON_CONFORME", ["observation[3016-3]"])
