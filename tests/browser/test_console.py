"""The live timeline in a real browser: an exchange arrives, its finding is read, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .conftest import Sandbox, StartSandbox

pytestmark = pytest.mark.browser

PATIENCE_S = 15
BROKEN = (
    b'<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"><soap:Body><img src="x"/></soap:Envelope>'
)


def wait(browser: Any, what: Callable[[Any], Any]) -> Any:
    from selenium.common.exceptions import StaleElementReferenceException
    from selenium.webdriver.support.ui import WebDriverWait

    return WebDriverWait(browser, PATIENCE_S, ignored_exceptions=[StaleElementReferenceException]).until(what)


def one(browser: Any, selector: str) -> Any:
    return browser.find_element("css selector", selector)


def rows(browser: Any) -> list[Any]:
    found: list[Any] = browser.find_elements("css selector", "#rows button")
    return found


def seen(browser: Any, selector: str, text: str) -> Any:
    """Waits until a part of the page says something."""
    return wait(browser, lambda page: text in one(page, selector).text)


@pytest.fixture
def opened(browser: Any, sandbox: Sandbox) -> Any:
    """The page on the default session, in French, following."""
    browser.get(f"{sandbox.page}#/default")
    seen(browser, "#state", "en direct")
    return browser


def test_exchange_arrives_its_finding_is_read_and_the_language_switched(opened: Any, sandbox: Sandbox) -> None:
    before = len(rows(opened))

    sandbox.send(sandbox.ready["services"]["dmp"]["url"] + "/registry", BROKEN)
    wait(opened, lambda page: len(rows(page)) > before)
    rows(opened)[-1].click()
    seen(opened, "#detail-title", "DMP")

    french = wait(opened, lambda page: one(page, ".finding strong").text)
    assert "à faire" in one(opened, ".finding").text
    one(opened, "label[for=lang-en]").click()
    seen(opened, ".finding", "fix")
    assert one(opened, ".finding strong").text != french
    assert one(opened, "html").get_attribute("lang") == "en"
    assert one(opened, "#timeline-title").text == "What your software just sent"


def test_bytes_are_shown_raw_and_never_as_markup(opened: Any, sandbox: Sandbox) -> None:
    sandbox.send(sandbox.ready["services"]["insi"]["url"], BROKEN)
    wait(opened, lambda page: any("INSi" in row.text for row in rows(page)))
    rows(opened)[-1].click()
    seen(opened, "#detail-title", "INSi")

    opened.find_elements("css selector", ".tabs button")[1].click()

    seen(opened, ".body pre", '<img src="x"/>')
    assert opened.find_elements("css selector", "#detail img") == []


def test_lines_are_filtered_by_words_and_by_the_api(opened: Any, sandbox: Sandbox) -> None:
    sandbox.send(sandbox.ready["services"]["dmp"]["url"] + "/registry", BROKEN)
    sandbox.send(sandbox.ready["services"]["insi"]["url"], BROKEN)
    wait(opened, lambda page: {"dmp", "insi"} <= {one(row, ".sr").text.lower().strip() for row in rows(page)})

    one(opened, "#text").send_keys("insi xml-")
    wait(opened, lambda page: rows(page) and all("insi" in row.text.lower() for row in rows(page)))
    one(opened, "#text").clear()
    one(opened, "#text").send_keys("rien de tel")
    seen(opened, "#rows", "aucune ligne ne correspond")
    one(opened, "#text").clear()
    one(opened, "#operation").send_keys("dmp.unknown-operation")

    wait(opened, lambda page: rows(page) == [])


def test_another_session_is_chosen(opened: Any, sandbox: Sandbox) -> None:
    body = b'{"id":"autre","mode":"strict"}'
    assert sandbox.send(f"{sandbox.ready['control']}/control/v1/sessions", body, "application/json") == 201
    opened.refresh()
    seen(opened, "#session", "autre")

    one(opened, "#session option[value=autre]").click()
    wait(opened, lambda page: page.current_url.endswith("#/autre"))
    url = sandbox.ready["services"]["insi"]["url"].replace("/lps", "/s/autre/lps")
    sandbox.send(url, BROKEN)

    wait(opened, lambda page: len(rows(page)) == 1)


def test_reset_of_the_session_empties_the_page(opened: Any, sandbox: Sandbox) -> None:
    sandbox.send(sandbox.ready["services"]["insi"]["url"], BROKEN)
    wait(opened, rows)

    sandbox.send(f"{sandbox.ready['control']}/control/v1/sessions/default/reset", b"{}", "application/json")

    wait(opened, lambda page: rows(page) == [])
    seen(opened, "#empty", "Rien n'est encore arrivé")


def test_token_is_asked_for_and_kept_in_the_tab(browser: Any, start_sandbox: StartSandbox) -> None:
    guarded = start_sandbox("--token", "jeton-de-test")

    browser.get(guarded.page)
    wait(browser, lambda page: one(page, "#token-dialog").is_displayed())
    one(browser, "#token").send_keys("jeton-de-test")
    one(browser, "#token-form button").click()
    seen(browser, "#state", "en direct")
    browser.refresh()

    seen(browser, "#state", "en direct")
    assert not one(browser, "#token-dialog").is_displayed()


def test_page_is_accessible(opened: Any, sandbox: Sandbox, accessible: Callable[[], list[str]]) -> None:
    sandbox.send(sandbox.ready["services"]["insi"]["url"], BROKEN)
    wait(opened, rows)
    rows(opened)[-1].click()
    seen(opened, "#detail-title", "INSi")
    wait(opened, lambda page: page.find_elements("css selector", ".view"))

    assert accessible() == []
