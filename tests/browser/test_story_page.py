"""The page of several softwares in a real browser: the story leads to the bytes, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from banc_harness.reports import whole as reports

from ..harness.reports.several import whole

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser: Any, tmp_path: Path) -> Any:
    """The page, opened; something is wrong in the story."""
    browser.get(reports.write(whole(broken_story=True), tmp_path).as_uri())
    return browser


@pytest.fixture
def phone(page: Any) -> Iterator[Any]:
    """The page on a narrow screen."""
    size = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    yield page
    page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def first(page: Any, selector: str) -> Any:
    return page.find_element("css selector", selector)


def is_open(page: Any, selector: str) -> bool:
    return first(page, selector).get_attribute("open") is not None


def test_line_of_the_story_opens_the_bytes_of_its_exchange(page: Any) -> None:
    assert not is_open(page, "#histoire-detail")

    first(page, ".story .crossings a").click()

    assert is_open(page, "#histoire-detail")
    assert is_open(page, "#histoire-x1")


def test_software_that_does_not_pass_stands_open_and_the_others_closed(page: Any) -> None:
    assert is_open(page, "#dpi-software")
    assert not is_open(page, "#sgl-software")

    first(page, ".softwares li.SGL h2 a").click()

    assert is_open(page, "#sgl-software")


def test_language_is_switched_everywhere(page: Any) -> None:
    first(page, "label[for=lang-en]").click()

    seen = first(page, "main").text
    assert "The story of one patient" in seen
    assert "1 of 2 softwares passes; not Dossier Plus" in seen
    assert "histoire d'un patient" not in seen


def test_nothing_is_wider_than_a_phone(phone: Any) -> None:
    assert phone.execute_script("return document.documentElement.scrollWidth <= innerWidth")


def test_page_is_accessible_with_everything_open(page: Any, accessible: Callable[[], list[str]]) -> None:
    page.execute_script("for (const each of document.querySelectorAll('details')) each.open = true")

    assert accessible() == []
    assert page.execute_script("return performance.getEntriesByType('resource').length") == 0
