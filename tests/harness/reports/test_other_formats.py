"""GITB, FHIR and PDF: what programs of other people read."""

from __future__ import annotations

from typing import Any

import pytest
from fhir.resources.R4B.testreport import TestReport as FhirTestReport
from lxml import etree

from banc_harness.reports import fhir, gitb, pdf_report
from banc_standards.errors import EnvironmentFailed

from .recording import Recording, check, finding, requirement

TR = {"tr": gitb.TR, "xsi": gitb.XSI}


@pytest.fixture
def run() -> Recording:
    """A check that fails with an error and a remark, one that passes, one that was not tested."""
    run = Recording().exchange("dmp.TD2.1")
    remark = finding("X-2", "dmp.TD2.1#1 b", severity="warning")
    run.then(
        check("CHK-A", "R1", finding("X-1", "dmp.TD2.1#1 a", found="1 < 2", expected="2"), remark),
        check("CHK-B", "R2"),
        check("CHK-C", "R3", verdict="NON_TESTE"),
        requirement("R1", "NON_CONFORME"),
    )
    return run


def tar(run: Recording, **more: Any) -> Any:
    return etree.fromstring(gitb.render(run.account(**more)).encode())


def test_gitb_report_holds_a_step_report_for_each_scenario(run: Recording) -> None:
    root = tar(run)

    assert root.tag == f"{{{gitb.TR}}}TestCaseReport"
    assert root.findtext("tr:result", namespaces=TR) == "FAILURE"
    (step,) = root.findall("tr:reports", TR)
    assert (step.get("id"), step.get(f"{{{gitb.XSI}}}type")) == ("UC1.01", "TAR")
    assert [child.tag.rpartition("}")[2] for child in step] == ["date", "result", "overview", "counters", "reports"]
    assert [item.text for item in step.find("tr:counters", TR)] == ["3", "1", "1"]


def test_gitb_items_say_which_rule_where_and_for_which_requirement(run: Recording) -> None:
    items = tar(run).find("tr:reports/tr:reports", TR)

    kinds = [item.tag.rpartition("}")[2] for item in items]
    assert kinds == ["error", "warning", "info", "info"]
    assert {item.get(f"{{{gitb.XSI}}}type") for item in items} == {"BAR"}
    told = {child.tag.rpartition("}")[2]: child.text for child in items[0]}
    assert (told["assertionID"], told["location"], told["test"]) == ("X-1", "dmp.TD2.1#1 a", "CHK-A [R1]")
    assert told["value"] == "1 < 2"


@pytest.mark.parametrize(
    ("verdict", "result"), [("CONFORME", "SUCCESS"), ("NON_TESTE", "UNDEFINED"), ("A_COMPLETER", "UNDEFINED")]
)
def test_gitb_result_never_takes_what_was_not_decided_for_a_success(verdict: str, result: str) -> None:
    run = Recording()
    run.then(check("CHK-A", "R1"), check("CHK-B", "R1", verdict=verdict))

    assert tar(run).findtext("tr:reports/tr:result", namespaces=TR) == result
    assert tar(run, passed=True).findtext("tr:result", namespaces=TR) == "SUCCESS"


def test_fhir_resource_is_a_test_report_of_r4(run: Recording) -> None:
    read = FhirTestReport.model_validate_json(fhir.render(run.account()))

    assert (read.status, read.result, float(read.score)) == ("completed", "fail", 50.0)
    assert read.name == "Dossier Plus 4.2.1"
    (test,) = read.test
    asserted = [action.assert_fhir.result for action in test.action if action.assert_fhir is not None]
    assert (test.name, asserted) == ("UC1.01", ["fail", "pass", "skip"])
    assert "- X-1 dmp.TD2.1#1 a" in test.action[1].assert_fhir.message


def test_fhir_scenario_that_was_not_played_is_skipped() -> None:
    run = Recording()
    account = run.account()
    account.scenarios["UC1.01"].steps.clear()

    read = FhirTestReport.model_validate_json(fhir.render(account))

    assert [action.operation.result for action in read.test[0].action] == ["skip"]


def test_pdf_is_one(run: Recording) -> None:
    try:
        data = pdf_report.render(run.account(), run.sealed)
    except EnvironmentFailed as absent:
        pytest.skip(f"WeasyPrint or Pango is not installed: {absent.text.en}")

    assert data.startswith(b"%PDF-")


def test_printed_page_speaks_the_language_of_the_run_only(run: Recording) -> None:
    text = pdf_report.page(run.account(), run.sealed)

    assert "Ne passe pas" in text
    assert "Not passed" not in text
    assert text.count('id="x1"') == 1


def test_pdf_without_its_printer_says_what_to_install(run: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(pdf_report, "import_module", absent)

    with pytest.raises(EnvironmentFailed, match="REPORT-004") as refused:
        pdf_report.render(run.account())
    assert "banc-segur[pdf]" in refused.value.hint.fr
