"""One report over several softwares and the story that they share."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree, html

from banc_harness.events import line
from banc_harness.reports import again, fhir, gitb, html_report, junit, sarif, whole_page
from banc_harness.reports import whole as reports
from banc_harness.together import Whole
from banc_standards.contracts.report import Report

from .several import played, runs, whole


def test_a_requirement_rolls_up_the_run_of_its_software_and_its_share_of_the_story() -> None:
    honest, broken = whole(), whole(broken_story=True)

    assert _verdicts(honest) == {
        ("DPI", "R1"): "CONFORME",
        ("DPI", "R2"): "NON_TESTE",
        ("SGL", "R1"): "CONFORME",
    }
    assert _verdicts(broken)["DPI", "R1"] == "NON_CONFORME"
    assert _verdicts(broken)["SGL", "R1"] == "CONFORME"


def test_what_the_story_says_counts_among_the_checks_of_a_requirement() -> None:
    (row,) = (row for row in whole().softwares[0].requirements if row.requirement == "R1")

    assert row.reason == "2 contrôles passés"
    assert row.other["reason"] == "2 checks passed"


def test_the_gate_is_open_when_that_of_each_software_is() -> None:
    honest, broken = whole(), whole(broken_story=True)

    assert (honest.gate("fr").passed, honest.exit_code) == (True, 0)
    assert honest.gate("fr").sentence == "2 logiciels sur 2 passent"
    assert (broken.gate("en").passed, broken.exit_code) == (False, 1)
    assert broken.gate("en").sentence == "1 of 2 softwares passes; not Dossier Plus"
    assert broken.gate("en").reasons == ["Dossier Plus: R1: NON_CONFORME"]


def test_report_keeps_its_keys_and_names_the_software_of_every_row() -> None:
    report = Report.read(json.dumps(reports.report(whole()).as_json()))

    assert [(part.software, part.run, part.session, part.story) for part in report.parts] == [
        ("DPI", "r-1", "own1", "r-9"),
        ("SGL", "r-2", "own2", "r-9"),
    ]
    assert (report.run, report.sut.software_type, report.exit_code) == ("r-1", "DPI", 0)
    assert [(item.software, item.scenario, item.session) for item in report.scenarios] == [
        ("DPI", "UC1.01", "own1"),
        ("SGL", "UC1.01", "own2"),
        ("DPI", "UC1.01", "both"),
        ("SGL", "UC2.80", "both"),
    ]
    rows = [*report.requirements, *report.checks, *report.exchanges]
    assert all(row.software for row in rows)
    assert len({(item.session, item.seq) for item in report.exchanges}) == len(report.exchanges)


@pytest.mark.parametrize("written", [reports.page, whole_page.printed])
def test_every_place_that_the_page_points_to_is_there_once(written: Callable[[Whole], str]) -> None:
    page = html.fromstring(written(whole(broken_story=True)))

    names = Counter(page.xpath("//@id"))
    assert [name for name, times in names.items() if times > 1] == []
    assert {str(target)[1:] for target in page.xpath("//a/@href[starts-with(., '#')]")} <= names.keys()
    assert {name for names_ in page.xpath("//@aria-labelledby") for name in names_.split()} <= names.keys()


def test_first_screen_tells_each_software_and_the_story() -> None:
    page = html.fromstring(reports.page(whole()))

    assert [text.strip() for text in page.xpath("//ul[@class='softwares']//h2/a/text()")] == [
        "Dossier Plus 4.2.1",
        "Labo Plus 2.0",
    ]
    chapters = page.xpath("//ol[@class='story']/li")
    assert [chapter.xpath("string(.//span[contains(@class, 'who')])") for chapter in chapters] == ["DPI", "SGL"]
    assert chapters[0].xpath(".//ul[@class='crossings']//a/@href") == ["#histoire-x1"]
    assert "PAT-03" in page.xpath("string(//*[@id='story'])")


def test_page_speaks_both_languages_and_fetches_nothing() -> None:
    page = reports.page(whole())

    assert "The story of one patient" in page
    assert "L&#39;histoire d&#39;un patient" in page
    assert not re.search(r'(?:src|href)="https?:', page)


def test_one_software_alone_has_the_page_of_one_run_and_its_part_in_the_report() -> None:
    ((events, recording), *_) = runs()
    made = Whole([played(events, recording)])

    assert reports.page(made) == html_report.render(made.accounts[0], recording.sealed)
    assert [part.software for part in reports.report(made).parts] == ["DPI"]


def test_other_formats_cover_every_run() -> None:
    accounts = whole(broken_story=True).accounts

    suites = etree.fromstring(junit.render(*accounts).encode())
    assert [suite.get("package") for suite in suites] == ["DPI.UC1.01", "SGL.UC1.01", "DPI.UC1.01", "SGL.UC2.80"]
    assert [run["invocations"][0]["exitCode"] for run in json.loads(sarif.render(*accounts))["runs"]] == [0, 0, 0]
    tests = etree.fromstring(gitb.render(*accounts).encode())
    assert [step.get("id") for step in tests.findall("{*}reports")] == [
        "DPI.UC1.01",
        "SGL.UC1.01",
        "DPI.UC1.01",
        "SGL.UC2.80",
    ]
    bundle = json.loads(fhir.render(*accounts))
    assert (bundle["resourceType"], len(bundle["entry"])) == ("Bundle", 3)


def test_summary_tells_the_verdict_the_softwares_and_the_story() -> None:
    text = reports.summary(whole(broken_story=True))

    assert text.startswith("# ❌ Ne passe pas : 1 logiciel sur 2 passe ; pas Dossier Plus\n")
    assert "| ✅ | Labo Plus 2.0 (SGL) |" in text
    assert "1. ✅ **DPI** Lettre au DMP (UC1.01)" in text
    assert "2. ✅ **SGL** Chapitre UC2.80 (UC2.80)" in text


@pytest.mark.parametrize("name", ["html", "json", "markdown", "junit", "sarif", "gitb", "fhir"])
def test_reports_are_written_again_from_the_events_of_all_the_runs(tmp_path: Path, name: str) -> None:
    told = [event for events, _ in runs() for event in events]
    (tmp_path / "events.ndjson").write_text("".join(map(line, told)), encoding="utf-8")

    with again.opened(tmp_path) as found:
        assert again.FORMATS[name](found) == _without_bytes(name)


def _without_bytes(name: str) -> object:
    made = whole()
    for item in made.played:
        item.sealed = type(item.sealed)({}, {})
    return again.FORMATS[name](made)


def _verdicts(found: Whole) -> dict[tuple[str, str], str]:
    return {(item.name, row.requirement): row.verdict for item in found.softwares for row in item.requirements}
