"""A run as a test case report of the GITB Test Reporting Language, which the European Interoperability Test Bed reads.

One step report for each scenario (a TAR), one assertion for each finding, in the namespace
``http://www.gitb.com/tr/v1/``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from lxml import etree

from banc_harness.account import FAILING, Account, Scenario
from banc_harness.reports.junit import plain
from banc_standards.contracts.events import CheckEnded, RunEnded, RunStarted
from banc_standards.contracts.finding import Finding
from banc_standards.contracts.vocabulary import SoftwareType
from banc_standards.errors import Lang, Sentence

TR: Final = "http://www.gitb.com/tr/v1/"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
_ITEMS: Final = {"error": "error", "warning": "warning", "info": "info"}
Result = Literal["SUCCESS", "FAILURE", "WARNING", "UNDEFINED"]


def render(*accounts: Account) -> str:
    """The report of one run, or of several; raises ``ValueError`` before they have ended."""
    told = [(account, *_ends(account)) for account in accounts]
    spaces: dict[Any, str] = {None: TR, "xsi": XSI}
    root = etree.Element(f"{{{TR}}}TestCaseReport", {"id": told[0][1].run}, nsmap=spaces)
    _child(root, "date", max(ended.at for _, _, ended in told))
    _child(root, "result", "SUCCESS" if all(ended.gate.passed for _, _, ended in told) else "FAILURE")
    _counters(root, [check for account in accounts for check in account.checks])
    for account, started, ended in told:
        for scenario in account.scenarios.values():
            _scenario(root, account, scenario, started)
        late = [check for check in account.checks if check.scenario is None]
        if late:
            title = Sentence("après le dernier scénario", "after the last scenario").of(started.lang)
            _step(root, _named("late", started.software), title, ended.at, late, started)
        if not len(account.scenarios) and not late:
            _gate(root, started, ended)
    return etree.tostring(root, encoding="unicode", pretty_print=True).join(
        ('<?xml version="1.0" encoding="UTF-8"?>\n', "")
    )


def _ends(account: Account) -> tuple[RunStarted, RunEnded]:
    if account.started is None or account.ended is None:
        raise ValueError("the run has not ended")
    return account.started, account.ended


def _named(id: str, software: SoftwareType | None) -> str:
    """The id of a step, which several softwares may play."""
    return id if software is None else f"{software}.{id}"


def _scenario(root: etree._Element, account: Account, scenario: Scenario, started: RunStarted) -> None:
    checks = [check for check in account.checks if check.scenario == scenario.id]
    at = scenario.ended.at if scenario.ended is not None else started.at
    reason = scenario.ended.reason if scenario.ended is not None else None
    software = scenario.started.software if scenario.started is not None else None
    _step(root, _named(scenario.id, software), scenario.title, at, checks, started, note=reason or "")


def _step(
    root: etree._Element,
    id: str,
    title: str,
    at: str,
    checks: list[CheckEnded],
    started: RunStarted,
    *,
    note: str = "",
) -> None:
    step = _tar(root, id, title, at, _result(checks))
    overview = etree.SubElement(step, f"{{{TR}}}overview")
    _child(overview, "profileID", " ".join(started.profiles))
    _child(overview, "validationServiceName", "Banc Ségur")
    _child(overview, "validationServiceVersion", started.bench.get("banc-segur", "0"))
    if note:
        _child(overview, "note", note)
    _counters(step, checks)
    items = [(check, finding) for check in checks for finding in check.findings]
    silent = [check for check in checks if not check.findings]
    if not items and not silent:
        return
    reports = etree.SubElement(step, f"{{{TR}}}reports")
    for check, finding in items:
        _assertion(reports, check, finding, started.lang)
    for check in silent:
        _plain(reports, check)


def _gate(root: etree._Element, started: RunStarted, ended: RunEnded) -> None:
    step = _tar(root, "gate", ended.gate.sentence, ended.at, "SUCCESS" if ended.gate.passed else "FAILURE")
    overview = etree.SubElement(step, f"{{{TR}}}overview")
    _child(overview, "validationServiceName", "Banc Ségur")
    _child(overview, "validationServiceVersion", started.bench.get("banc-segur", "0"))


def _tar(root: etree._Element, id: str, title: str, at: str, result: Result) -> etree._Element:
    step = etree.SubElement(root, f"{{{TR}}}reports", {"id": id, "name": plain(title), f"{{{XSI}}}type": "TAR"})
    _child(step, "date", at)
    _child(step, "result", result)
    return step


def _result(checks: list[CheckEnded]) -> Result:
    verdicts = {check.verdict for check in checks}
    if verdicts & FAILING:
        return "FAILURE"
    if not verdicts or verdicts & {"NON_TESTE", "A_COMPLETER"}:
        return "UNDEFINED"
    warned = any(finding.severity == "warning" for check in checks for finding in check.findings)
    return "WARNING" if warned else "SUCCESS"


def _counters(parent: etree._Element, checks: list[CheckEnded]) -> None:
    severities = [finding.severity for check in checks for finding in check.findings]
    counters = etree.SubElement(parent, f"{{{TR}}}counters")
    _child(counters, "nrOfAssertions", str(len(checks)))
    _child(counters, "nrOfErrors", str(severities.count("error")))
    _child(counters, "nrOfWarnings", str(severities.count("warning")))


def _assertion(reports: etree._Element, check: CheckEnded, finding: Finding, lang: Lang) -> None:
    item = etree.SubElement(reports, f"{{{TR}}}{_ITEMS[finding.severity]}", {f"{{{XSI}}}type": "BAR"})
    do = Sentence("à faire", "fix").of(lang)
    colon = ": " if lang == "en" else " : "
    _child(item, "assertionID", finding.rule)
    _child(item, "description", "\n".join(_described(finding, f"{do}{colon}")))
    _child(item, "location", finding.location)
    _child(item, "test", f"{check.check} [{', '.join(check.requirements)}]")
    _child(item, "type", finding.certainty)
    if finding.found:
        _child(item, "value", finding.found)


def _described(finding: Finding, do: str) -> Iterator[str]:
    yield finding.message
    if finding.found or finding.expected:
        yield f"{finding.found or '∅'} → {finding.expected or '∅'}"
    if finding.fix:
        yield f"{do}{finding.fix}"
    if finding.clause:
        yield finding.clause


def _plain(reports: etree._Element, check: CheckEnded) -> None:
    """A check that found nothing, with its verdict."""
    item = etree.SubElement(reports, f"{{{TR}}}info", {f"{{{XSI}}}type": "BAR"})
    _child(item, "assertionID", check.check)
    _child(item, "description", f"{check.verdict} {check.title}")
    _child(item, "test", f"{check.check} [{', '.join(check.requirements)}]")


def _child(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, f"{{{TR}}}{name}").text = plain(text)
