"""The reports of several runs told as one: the same files, that cover every software."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from banc_harness.reports import (
    folder,
    html_report,
    json_report,
    junit,
    markdown,
    pdf_report,
    sarif,
    whole_page,
    whole_summary,
)
from banc_harness.together import Played, Software, Whole
from banc_standards.contracts.report import (
    Report,
    ReportedCheck,
    ReportedExchange,
    ReportedPart,
    ReportedRequirement,
    ReportedScenario,
)

_Row = TypeVar("_Row", ReportedScenario, ReportedExchange)


def report(whole: Whole) -> Report:
    """``report.json`` of several runs: the first one's, with the rows of all and one verdict."""
    if whole.alone is not None and whole.alone.started.software is None:
        return whole.alone.gathering.report()
    told = [(played, played.gathering.report()) for played in whole.played]
    checks: list[ReportedCheck] = []
    scenarios: list[ReportedScenario] = []
    exchanges: list[ReportedExchange] = []
    for played, each in told:
        checks += each.checks
        scenarios += _in_session(each.scenarios, played)
        exchanges += _in_session(each.exchanges, played)
    return told[0][1].model_copy(
        update={
            "started": whole.began,
            "ended": whole.ended,
            "duration_ms": whole.duration_ms,
            "gate": whole.gate(whole.lang),
            "score": whole.score,
            "exit_code": whole.exit_code,
            "requirements": [
                ReportedRequirement.model_validate(row.model_dump() | {"software": software.name})
                for software in whole.softwares
                for row in software.requirements
            ],
            "scenarios": scenarios,
            "checks": checks,
            "exchanges": exchanges,
            "parts": [_part(software, whole.lang) for software in whole.softwares],
        }
    )


def page(whole: Whole) -> str:
    """``report.html``: of one run, or of several."""
    if whole.alone is not None:
        return html_report.render(whole.alone.account, whole.alone.sealed)
    return whole_page.render(whole)


def printed(whole: Whole) -> bytes:
    """The PDF: of one run, or of several. Raises ``EnvironmentFailed`` without WeasyPrint."""
    if whole.alone is not None:
        return pdf_report.render(whole.alone.account, whole.alone.sealed)
    return pdf_report.print_page(whole_page.printed(whole))


def summary(whole: Whole) -> str:
    """``summary.md``: of one run, or of several."""
    return markdown.render(whole.alone.account) if whole.alone is not None else whole_summary.render(whole)


def write(whole: Whole, into: Path) -> Path:
    """Writes every report into a folder, made when absent, and returns the page for people. Raises
    ``EnvironmentFailed`` when they cannot be written.
    """
    text = json.dumps(report(whole).as_json(), ensure_ascii=False, indent=2) + "\n"
    folder.write(into, json_report.FILE, text)
    folder.write(into, junit.FILE, junit.render(*whole.accounts))
    folder.write(into, sarif.FILE, sarif.render(*whole.accounts))
    folder.write(into, markdown.FILE, summary(whole))
    return folder.write(into, html_report.FILE, page(whole))


def _in_session(rows: Sequence[_Row], played: Played) -> list[_Row]:
    return [row.model_copy(update={"session": played.started.session}) for row in rows]


def _part(software: Software, lang: str) -> ReportedPart:
    own, story = software.own, software.story
    return ReportedPart(
        software=software.name,
        sut=software.sut,
        profiles=list(software.profiles),
        requirement_set=software.requirement_set,
        gate=software.gate("en" if lang == "en" else "fr"),
        score=software.score,
        exit_code=software.exit_code,
        run=None if own is None else own.started.run,
        session=None if own is None else own.started.session,
        story=None if story is None else story.started.run,
        duration_ms=0 if own is None else own.ended.duration_ms,
    )
