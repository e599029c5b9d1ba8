"""Checks of the results that another laboratory found for this one: they leave in its report, and never apart."""

from __future__ import annotations

from collections.abc import Iterator

from banc_harness.checks import check
from banc_harness.checks.laboratory import MODEL, SENT
from banc_harness.checks.reported import available, order_of, reports
from banc_harness.trace import Trace
from banc_standards.errors import Sentence
from banc_standards.rules import Hit

SUBCONTRACTED = ("UC2.09",)


@check(
    id="CHK-LAB-020",
    requirements=["DOC/va1.19"],
    on=SENT,
    scenarios=SUBCONTRACTED,
    text=Sentence(
        "Une demande donne un seul compte rendu : ce qu'un sous-traitant a trouvé ne part pas à part.",
        "An order gives one report: what a subcontractor found does not leave on its own.",
    ),
    clause="DOC/va1.19",
    fix=Sentence(
        "attendez les résultats du sous-traitant dans le compte rendu principal, ou remplacez-le quand ils arrivent",
        "await the subcontractor's results in the main report, or replace it when they come",
    ),
)
def one_report_an_order(trace: Trace) -> Iterator[Hit]:
    """The documents that leave for one order, by any way, are one."""
    first: dict[str, str] = {}
    for exchange in trace.selected:
        order = order_of(trace, exchange)
        for report in reports(exchange) if order is not None else ():
            name = report.document.id.root
            kept = first.setdefault(str((order or {})["number"]), name)
            if name != kept:
                yield Hit(exchange.place("ClinicalDocument/id"), found=name, expected=kept)


@check(
    id="CHK-LAB-021",
    requirements=["DOC/va1.22"],
    on=SENT,
    scenarios=SUBCONTRACTED,
    text=Sentence(
        "Les résultats sous-traités sont dans le compte rendu principal, en données structurées.",
        "Subcontracted results are in the main report, as structured data.",
    ),
    clause=f"DOC/va1.22 ; {MODEL}",
    fix=Sentence(
        "reprenez chaque résultat du sous-traitant comme une observation du compte rendu principal",
        "take each result of the subcontractor over as an observation of the main report",
    ),
)
def subcontracted_results(trace: Trace) -> Iterator[Hit]:
    """Each subcontracted result of the order is an observation of each report that leaves."""
    for exchange in trace.selected:
        order = order_of(trace, exchange)
        for report in reports(exchange) if order is not None else ():
            found = {result.code for result in report.results}
            for code, item in available(order or {}).items():
                if item.get("performed_by") and code not in found:
                    yield Hit(exchange.place(f"observation[{code}]"), found="(absent)", expected=str(item["value"]))
