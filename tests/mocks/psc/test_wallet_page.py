"""The wallet page: one plain form, usable by a person, a keyboard, or a driver that posts it directly."""

from __future__ import annotations

from html.parser import HTMLParser

import httpx
import pytest

from .conftest import DOCTOR, Bench, Login, callback


class Page(HTMLParser):
    """What a browser without scripts sees of the form."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.lang: str | None = None
        self.action = ""
        self.method = ""
        self.fields: dict[str, list[str]] = {}
        self.labels: set[str] = set()
        self.tags: set[str] = set()
        self._select = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        if tag == "html":
            self.lang = found.get("lang")
        elif tag == "form":
            self.action, self.method = found["action"], found["method"]
        elif tag == "select":
            self._select = found["name"]
            self.fields[found["name"]] = []
        elif tag == "option":
            self.fields[self._select].append(found["value"])
        elif tag == "input":
            self.fields.setdefault(found["name"], []).append(found["value"])
        elif tag == "label":
            self.labels.add(found.get("for", ""))


@pytest.fixture
def page_login(bench: Bench) -> Login:
    """A flow that stops on the page."""
    return Login(bench, bench.http())


def post(login: Login, page: Page, browser: httpx.Client | None = None, **fields: str) -> httpx.Response:
    return (browser or login.browser).post(page.action, data={"persona": DOCTOR} | fields)


def test_the_page_is_one_form_with_three_fields_and_no_script(page_login: Login) -> None:
    answer = page_login.ask()
    page = Page(answer.text)

    assert answer.status_code == 200
    assert page.method == "post"
    assert set(page.fields) == {"persona", "means", "outcome"}
    assert DOCTOR in page.fields["persona"]
    assert page.fields["means"] == ["MOBILE", "CARD"]
    assert page.fields["outcome"] == ["approve", "refuse", "timeout"]
    assert "persona" in page.labels
    assert "ENVIRONNEMENT DE TEST" in answer.text
    assert not {"script", "img", "iframe"} & page.tags


def test_the_page_cannot_be_framed_nor_cached(page_login: Login) -> None:
    headers = page_login.ask().headers

    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("accepted", "lang"),
    [(None, "fr"), ("en", "en"), ("fr;q=0.4, en-GB;q=0.9", "en"), ("de, fr", "fr"), ("en;q=x", "fr")],
)
def test_the_page_speaks_french_unless_english_is_preferred(
    bench: Bench, page_login: Login, accepted: str | None, lang: str
) -> None:
    headers = {"Accept-Language": accepted} if accepted else {}
    endpoint = bench.document()["authorization_endpoint"]

    answer = bench.http(headers=headers).get(endpoint, params=page_login.parameters())

    assert Page(answer.text).lang == lang
    assert answer.headers["Content-Language"] == lang


def test_approving_signs_in(bench: Bench, page_login: Login) -> None:
    page = Page(page_login.ask().text)

    told = callback(post(page_login, page))

    assert told["state"] == page_login.state
    assert page_login.redeem(told["code"]).status_code == 200
    exchange = bench.last("psc.login")
    assert exchange["facts"]["professional"] == DOCTOR
    assert exchange["outcome"] == "accepted"


def test_a_driver_may_post_without_the_browsers_cookies(bench: Bench, page_login: Login) -> None:
    page = Page(page_login.ask().text)

    assert callback(post(page_login, page, bench.http(), means="CARD", outcome="approve"))["code"]


def test_refusing_goes_back_with_an_error(page_login: Login) -> None:
    told = callback(post(page_login, Page(page_login.ask().text), outcome="refuse"))

    assert told["error"] == "access_denied"
    assert told["state"] == page_login.state


def test_a_timeout_leaves_the_page_open_for_another_try(page_login: Login) -> None:
    page = Page(page_login.ask().text)

    again = post(page_login, page, outcome="timeout")

    assert again.status_code == 200
    assert 'role="alert"' in again.text
    assert callback(post(page_login, Page(again.text)))["code"]


def test_an_unknown_person_is_told_so(bench: Bench, page_login: Login) -> None:
    answer = post(page_login, Page(page_login.ask().text), persona="899900099999")

    assert answer.status_code == 200
    assert "inconnu" in answer.text
    assert bench.last("psc.login")["code"] == "unknown_user"


@pytest.mark.parametrize("fields", [{"means": "PIGEON"}, {"outcome": "maybe"}])
def test_an_unknown_choice_is_told_so(page_login: Login, fields: dict[str, str]) -> None:
    assert post(page_login, Page(page_login.ask().text), **fields).status_code == 400


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b'{"persona": "899900000011"}', "application/json"),
        (b"persona=899900000011", "text/plain"),
        (b"--x--", "multipart/form-data; boundary=x"),
        (b"persona=899900000011&persona=899900000029", "application/x-www-form-urlencoded"),
        (b"persona=899900000011&outcome=approve&outcome=refuse", "application/x-www-form-urlencoded"),
    ],
)
def test_what_is_not_the_form_opens_nothing_and_may_be_corrected(
    bench: Bench, page_login: Login, body: bytes, media_type: str
) -> None:
    page = Page(page_login.ask().text)

    answer = page_login.browser.post(page.action, content=body, headers={"Content-Type": media_type})

    assert (answer.status_code, "Set-Cookie" in answer.headers) == (400, False)
    assert bench.last("psc.login")["findings"][0]["rule"] == "PSC-FRM-003"
    assert callback(post(page_login, Page(answer.text)))["code"]


def test_a_timeout_may_go_back_to_the_service(bench: Bench, page_login: Login) -> None:
    bench.tell("PUT", "switches", {"psc.timeout_answer": "callback"})
    page = Page(page_login.ask().text)

    assert callback(post(page_login, page, outcome="timeout"))["error"] == "access_denied"
    assert post(page_login, page).status_code == 400, "it was answered"


def test_a_form_is_answered_once(page_login: Login) -> None:
    page = Page(page_login.ask().text)
    post(page_login, page)

    assert post(page_login, page).status_code == 400


def test_a_form_left_open_too_long_is_over(bench: Bench, page_login: Login) -> None:
    page = Page(page_login.ask().text)
    bench.later(1801)

    assert post(page_login, page).status_code == 400


def test_an_unknown_form_address_is_refused(bench: Bench, page_login: Login) -> None:
    page = Page(page_login.ask().text)
    page.action = page.action.rpartition("/")[0] + "/nobody"

    assert post(page_login, page).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example.test"},
        {"Origin": "null"},
        {"Origin": "https://[bad"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_form_posted_by_another_site_is_refused(bench: Bench, page_login: Login, headers: dict[str, str]) -> None:
    page = Page(page_login.ask().text)

    answer = page_login.browser.post(page.action, data={"persona": DOCTOR}, headers=headers)

    assert answer.status_code == 403
    assert "Règle PSC-FRM-002 non respectée" in answer.text
    assert "Set-Cookie" not in answer.headers
    assert bench.last("psc.login")["findings"][0]["rule"] == "PSC-FRM-002"


def test_a_form_posted_by_its_own_page_is_taken(bench: Bench, page_login: Login) -> None:
    page = Page(page_login.ask().text)
    own = "/".join(page.action.split("/")[:3])

    answer = page_login.browser.post(page.action, data={"persona": DOCTOR}, headers={"Origin": own})

    assert callback(answer)["code"]


def test_nothing_that_opens_a_session_is_in_an_address(bench: Bench, page_login: Login) -> None:
    page = Page(page_login.ask().text)
    answer = post(page_login, page)

    secret = answer.headers["Set-Cookie"].split(";")[0].rpartition(".")[2]
    assert secret not in page.action
    assert secret not in answer.headers["Location"]


def test_what_a_service_sends_is_never_written_into_the_page_unescaped(bench: Bench, page_login: Login) -> None:
    answer = page_login.ask(client_id='"><script>alert(1)</script>')

    assert "<script>" not in answer.text


def test_an_unknown_address_of_the_wallet_gets_a_page(bench: Bench) -> None:
    wallet = bench.document()["authorization_endpoint"]

    answer = bench.http().get(wallet + "/nowhere")

    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html")
