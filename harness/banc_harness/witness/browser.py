"""The user's browser, as far as a sign-in needs one: follows redirects, keeps cookies, fills one plain HTML form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit

from lxml import html

from banc_harness.witness.transport import Transport

MAX_REDIRECTS = 10


class LostOnTheWay(Exception):
    """The provider showed a page that leads nowhere; the text is what the user reads."""


@dataclass(slots=True)
class Browser:
    """One browser profile: its cookies outlive a sign-in, as the provider's single sign-on needs."""

    transport: Transport
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)

    def walk(self, url: str, *, until: str, form: Mapping[str, str]) -> str:
        """Opens ``url``, fills in the first form met with ``form``, and returns the address that starts with ``until``.

        Raises :class:`LostOnTheWay` when a page offers neither a redirect nor a form.
        """
        method, body = "GET", None
        for _ in range(MAX_REDIRECTS):
            answer = self.transport.send(method, url, body=body, headers=self._headers(url, body))
            self._remember(url, answer.headers.get("set-cookie", ""))
            location = answer.headers.get("location")
            if location:
                url = urljoin(url, location)
                if url.startswith(until):
                    return url
                method, body = "GET", None
                continue
            page = html.document_fromstring(answer.body or b"<html/>")
            target = page.find(".//form")
            if target is None or answer.status >= 400:
                raise LostOnTheWay(" ".join("".join(map(str, page.itertext())).split())[:300])
            hidden = target.iterfind(".//input[@type='hidden']")
            fields = {field.get("name", ""): field.get("value", "") for field in hidden} | dict(form)
            url = urljoin(url, target.get("action") or url)
            method, body = "POST", urlencode(fields).encode()
        raise LostOnTheWay(f"plus de {MAX_REDIRECTS} pages")

    def _headers(self, url: str, body: bytes | None) -> dict[str, str]:
        headers = {"Accept": "text/html", "Accept-Language": "fr"}
        jar = self.cookies.get(urlsplit(url).hostname or "", {})
        if jar:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in jar.items())
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        return headers

    def _remember(self, url: str, set_cookie: str) -> None:
        jar = self.cookies.setdefault(urlsplit(url).hostname or "", {})
        for name, morsel in SimpleCookie(set_cookie).items():
            if morsel["max-age"] == "0":
                jar.pop(name, None)
            else:
                jar[name] = morsel.value
