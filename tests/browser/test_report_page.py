"""The report in a real browser: readable, accessible, in both languages, quiet on the network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from banc_harness.reports import html_report

from ..harness.reports.recording import CDA, Recording, check, finding, requirement

pytestmark = pytest.mark.browser


@pytest.fixture
def report(browser: Any, tmp_path: Path) -> Any:
    """The page of a run with a bit of everything, opened."""
    cda = CDA.format(
        narrative="<list><item>Asthme</item></list><table><tbody><tr><th>a</th><td>b</td></tr></tbody></table>"
    )
    run = Recording().exchange("psc.token", line="GET /auth?scope=openid", media_type="text/plain")
    run.submission(cda.encode(), finding("XDS-1", "hash"), outcome="refused").missed("dmp.TD2.1", 2, "dmp.TD2.1")
    run.then(
        check("CHK-A", "R1", finding("CDA-1", "dmp.TD2.1#2 /ClinicalDocument/recordTarget/patientRole")),
        check("CHK-Z", "R9", finding("CHK-Z", "psc.token#1 nonce"), zero_tolerance=True),
        requirement("R1", "NON_CONFORME"),
        requirement("R2", "CONFORME"),
        requirement("R3", "NON_TESTE"),
        requirement("R4", "A_COMPLETER"),
        requirement("R9", "PARTIEL"),
    )
    browser.get(html_report.write(run.account(), run.sealed, tmp_path).as_uri())
    return browser


def text(browser: Any, selector: str) -> str:
    return str(browser.find_element("css selector", selector).text)


def test_language_is_switched_without_reloading(report: Any) -> None:
    assert "Ne passe pas" in text(report, "#verdict")

    report.find_element("css selector", "label[for=lang-en]").click()

    assert "Not passed" in text(report, "#verdict")
    assert "Ne passe pas" not in text(report, "main")
    assert report.find_element("css selector", "html").get_attribute("lang") == "en"


def test_arrow_opens_the_bytes_of_its_exchange(report: Any) -> None:
    arrow = report.find_element("css selector", "#timeline a[href='#x2']")
    report.execute_script("arguments[0].scrollIntoView({block: 'center'})", arrow)

    arrow.click()

    assert report.find_element("css selector", "#x2").get_attribute("open") is not None


def test_page_loads_nothing_else(report: Any) -> None:
    assert report.execute_script("return performance.getEntriesByType('resource').length") == 0


def test_page_is_accessible_with_everything_open(report: Any, accessible: Callable[[], list[str]]) -> None:
    report.execute_script("for (const each of document.querySelectorAll('details')) each.open = true")

    assert accessible() == []
