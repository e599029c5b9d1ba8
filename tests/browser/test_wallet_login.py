"""The login page of Pro Santé Connect as a person uses it: nothing but a keyboard, in French and in English."""

from __future__ import annotations

import json
import secrets
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from .conftest import Sandbox
from .test_console import one, wait

pytestmark = pytest.mark.browser

DOCTOR = "899900000011"
ANOTHER = "899900000029"
LATE = {"fr": "n'a pas reçu de réponse à temps", "en": "not answered in time"}
TITLE = {"fr": "Connexion Pro Santé Connect simulée", "en": "Simulated Pro Santé Connect login"}


class Landing(BaseHTTPRequestHandler):
    """The software's return address."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(b"<title>Logiciel</title><link rel='icon' href='data:,'>")

    def log_message(self, format: str, *arguments: Any) -> None:
        """Says nothing."""


@dataclass
class Person:
    """Someone at a keyboard, before the login page, sent there by a software."""

    browser: Any
    sandbox: Sandbox
    session: str
    callback: str
    state: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    def control(self, method: str, path: str, content: Any = None) -> Any:
        """One call of the control API."""
        body = None if content is None else json.dumps(content).encode()
        address = f"{self.sandbox.ready['control']}/control/v1/sessions{path}"
        request = urllib.request.Request(address, body, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request, context=self.sandbox.trust) as answer:
            return json.loads(answer.read() or b"null")

    def sent_there(self, lang: str) -> None:
        """Follows the software's redirection to the page, with a browser of that language."""
        self.browser.execute_cdp_cmd("Network.enable", {})
        self.browser.execute_cdp_cmd("Network.setExtraHTTPHeaders", {"headers": {"Accept-Language": lang}})
        issuer = urlsplit(self.sandbox.ready["services"]["psc"]["issuer"])
        discovery = f"{issuer.scheme}://{issuer.netloc}/s/{self.session}{issuer.path}/.well-known"
        with urllib.request.urlopen(f"{discovery}/wallet-openid-configuration", context=self.sandbox.trust) as answer:
            endpoint = json.load(answer)["authorization_endpoint"]
        query = {
            "response_type": "code",
            "client_id": "au-clavier",
            "redirect_uri": self.callback,
            "scope": "openid scope_all",
            "acr_values": "eidas1",
            "state": self.state,
            "nonce": secrets.token_urlsafe(24),
        }
        self.browser.get(f"{endpoint}?{urlencode(query)}")

    def press(self, *keys: str) -> None:
        """Presses keys, wherever the focus is."""
        from selenium.webdriver.common.action_chains import ActionChains

        ActionChains(self.browser).send_keys(*keys).perform()

    def focused(self) -> tuple[str, str]:
        """The field that has the focus and its value, of an element that shows that it has it."""
        element = self.browser.switch_to.active_element
        assert self.browser.execute_script("return arguments[0].matches(':focus-visible')", element)
        return element.get_attribute("name") or element.tag_name, element.get_attribute("value")

    def answer(self, person: str, means: str, outcome: str) -> None:
        """Fills the form and sends it, by Tab, arrows and Enter only."""
        from selenium.webdriver.common.keys import Keys

        self.press(Keys.TAB)
        assert self.focused()[0] == "persona"
        for _ in range(20):
            if self.focused() == ("persona", person):
                break
            self.press(Keys.ARROW_DOWN)
        assert self.focused() == ("persona", person)
        for name, value in (("means", means), ("outcome", outcome)):
            self.press(Keys.TAB)
            for _ in range(3):
                if self.focused() == (name, value):
                    break
                self.press(Keys.ARROW_DOWN)
            assert self.focused() == (name, value)
        self.press(Keys.TAB)
        assert self.focused()[0] == "button"
        self.press(Keys.ENTER)

    def landed(self) -> dict[str, str]:
        """What the software's return address was told."""
        wait(self.browser, lambda page: page.current_url.startswith(self.callback))
        query = parse_qs(urlsplit(self.browser.current_url).query)
        return {name: values[0] for name, values in query.items()}

    def seen(self, operation: str) -> dict[str, Any]:
        """The last exchange of an operation."""
        return dict(self.control("GET", f"/{self.session}/exchanges?operation={operation}")["exchanges"][-1])


@pytest.fixture(scope="module")
def callback() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Landing)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/callback"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def person(browser: Any, sandbox: Sandbox, callback: str) -> Iterator[Person]:
    someone = Person(browser, sandbox, "", callback)
    someone.session = someone.control("POST", "", {"mode": "strict"})["id"]
    client = {"client_id": "au-clavier", "client_secret": "secret-de-test-du-banc", "redirect_uris": [callback]}
    someone.control("POST", f"/{someone.session}/clients", client)
    yield someone
    browser.execute_cdp_cmd("Network.setExtraHTTPHeaders", {"headers": {}})
    browser.execute_cdp_cmd("Network.disable", {})


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("means", ["MOBILE", "CARD"])
def test_person_signs_in_with_a_keyboard_only(person: Person, lang: str, means: str) -> None:
    person.sent_there(lang)
    assert (one(person.browser, "html").get_attribute("lang"), one(person.browser, "h1").text) == (lang, TITLE[lang])

    person.answer(ANOTHER, means, "approve")

    told = person.landed()
    assert (told["state"], "code" in told) == (person.state, True)
    facts = person.seen("psc.login")["facts"]
    assert (facts["means"], facts["professional"]) == (means, ANOTHER)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_person_refuses_with_a_keyboard_only(person: Person, lang: str) -> None:
    person.sent_there(lang)

    person.answer(DOCTOR, "MOBILE", "refuse")

    assert person.landed()["error"] == "access_denied"


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_person_answers_too_late_then_tries_again(person: Person, lang: str) -> None:
    person.sent_there(lang)

    person.answer(DOCTOR, "MOBILE", "timeout")
    wait(person.browser, lambda page: LATE[lang] in one(page, "[role=alert]").text)
    assert one(person.browser, "h1").text == TITLE[lang]
    person.answer(DOCTOR, "CARD", "approve")

    assert "code" in person.landed()


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_login_page_is_accessible(person: Person, lang: str, accessible: Callable[[], list[str]]) -> None:
    person.sent_there(lang)

    assert accessible() == []
