"""Le navigateur de l'utilisateur, pour les tests et l'adaptateur : cookies, redirections, formulaires.

L'application tourne sur un port libre ; son adresse publique (celle que Pro Santé Connect connaît) y est ramenée.
"""

from __future__ import annotations

import ssl
import urllib.request
from dataclasses import dataclass
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Page:
    """Une page affichée."""

    status: int
    text: str


class Browser:
    """Un profil de navigateur. `home` est où tourne l'application, `public_url` son adresse publique."""

    def __init__(self, home: str, public_url: str, trust: ssl.SSLContext) -> None:
        self._home = home
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=trust),
            urllib.request.HTTPCookieProcessor(CookieJar()),
            _Homeward(home, public_url),
        )

    def open(self, path: str, form: dict[str, str] | None = None) -> Page:
        """Ouvre une page de l'application, ou y poste un formulaire, et suit les redirections."""
        body = urlencode(form).encode() if form is not None else None
        try:
            with self._opener.open(self._home + path, body, timeout=30) as answer:
                return Page(answer.status, answer.read().decode())
        except HTTPError as refused:
            with refused:
                return Page(refused.code, refused.read().decode())


class _Homeward(urllib.request.HTTPRedirectHandler):
    def __init__(self, home: str, public_url: str) -> None:
        self._home = home
        self._public_url = public_url

    def redirect_request(self, req, fp, code, msg, headers, newurl):  # type: ignore[no-untyped-def]
        if newurl.startswith(self._public_url):
            newurl = self._home + newurl.removeprefix(self._public_url)
        return super().redirect_request(req, fp, code, msg, headers, newurl)
