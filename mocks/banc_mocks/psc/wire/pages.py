"""The pages that a person sees: one form to sign in, one page per thing that went wrong. No script, no logo.

The form's fields are those of CONTRACTS §12. Its address carries the handle of the pending login, which opens nothing
by itself; the SSO secret travels in a cookie only.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from html import escape

from banc_fixtures.professionals import Professional
from banc_mocks.sandbox.http import Reply
from banc_standards.errors import Lang, Sentence

_STYLE = (
    "body{font-family:system-ui,sans-serif;max-width:34rem;margin:0 auto;padding:1rem;color:#1a1a1a;background:#fff}"
    ".banner{background:#7a1f00;color:#fff;padding:.5rem 1rem;font-weight:bold;text-align:center}"
    ".message{border-left:.4rem solid #b00020;padding:.25rem 1rem;background:#fdeeee}"
    "fieldset{border:1px solid #767676;margin:1rem 0}label{display:block;margin:.4rem 0}"
    "select,button{font:inherit;padding:.4rem;max-width:100%}button{margin-top:.5rem}"
    ":focus-visible{outline:3px solid #0b5fff;outline-offset:2px}"
)
_POST = "document.forms[0].submit()"
_POST_HASH = base64.b64encode(hashlib.sha256(_POST.encode()).digest()).decode()
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

_BANNER = Sentence(
    "ENVIRONNEMENT DE TEST – identités fictives", "ENVIRONNEMENT DE TEST (test environment) – fictitious identities"
)
_TITLE = Sentence("Connexion Pro Santé Connect simulée", "Simulated Pro Santé Connect login")
_PERSONA = Sentence("Professionnel", "Professional")
_MEANS = Sentence("Moyen d'identification", "Means of identification")
_MOBILE = Sentence("e-CPS (téléphone)", "e-CPS (phone)")
_CARD = Sentence("Carte CPS", "CPS card")
_OUTCOME = Sentence("Ce que fait la personne", "What the person does")
_APPROVE = Sentence("Elle approuve", "They approve")
_REFUSE = Sentence("Elle refuse", "They refuse")
_TIMEOUT = Sentence("Elle ne répond pas à temps", "They do not answer in time")
_SUBMIT = Sentence("Se connecter", "Sign in")
_ERROR_TITLE = Sentence("Connexion impossible", "Login impossible")
_CLOSED_TITLE = Sentence("Session fermée", "Session closed")
_BACK = Sentence("Retour au logiciel", "Back to the software")
_CLOSED = Sentence("Votre session Pro Santé Connect est fermée.", "Your Pro Santé Connect session is closed.")


def language(accepted: str | None) -> Lang:
    """The language of a page, by ``Accept-Language``: English when it is preferred to French, else French."""
    weights = {"fr": 0.0, "en": 0.0}
    for item in (accepted or "").lower().split(","):
        tag, _, parameter = item.partition(";")
        name = tag.strip().partition("-")[0]
        try:
            weight = float(parameter.strip().removeprefix("q=")) if parameter else 1.0
        except ValueError:
            weight = 0.0
        if name in weights:
            weights[name] = max(weights[name], weight)
    return "en" if weights["en"] > weights["fr"] else "fr"


def login(
    lang: Lang, action: str, people: Iterable[Professional], message: Sentence | None = None, status: int = 200
) -> Reply:
    """The wallet page: its form posts to ``action``."""
    personas = "".join(
        f'<option value="{escape(person.idnat)}">{escape(_label(person, lang))}</option>' for person in people
    )
    return _page(
        lang,
        _TITLE,
        f'<form method="post" action="{escape(action)}">'
        f'<label for="persona">{_PERSONA.of(lang)}</label>'
        f'<select id="persona" name="persona" required>{personas}</select>'
        f"{_choice(lang, 'means', _MEANS, (('MOBILE', _MOBILE), ('CARD', _CARD)))}"
        f"{_choice(lang, 'outcome', _OUTCOME, (('approve', _APPROVE), ('refuse', _REFUSE), ('timeout', _TIMEOUT)))}"
        f'<button type="submit">{_SUBMIT.of(lang)}</button></form>',
        message,
        status,
    )


def form_post(lang: Lang, address: str, values: Mapping[str, str | None]) -> Reply:
    """The page that posts a callback to the service, at once or by its button (OAuth 2.0 Form Post Response Mode)."""
    fields = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in values.items()
        if value is not None
    )
    content = (
        f'<form method="post" action="{escape(address)}">{fields}<button type="submit">{_BACK.of(lang)}</button></form>'
        f"<script>{_POST}</script>"
    )
    reply = _page(lang, _BACK, content, None, 200)
    policy = f"{_HEADERS['Content-Security-Policy']}; script-src 'sha256-{_POST_HASH}'"
    return Reply(
        200, reply.body, reply.media_type, {**dict(reply.header_pairs()[1:]), "Content-Security-Policy": policy}
    )


def error(lang: Lang, text: Sentence, hint: Sentence, code: str, status: int = 400) -> Reply:
    """The error page: what is wrong, what to do, and the rule or code to look up."""
    content = f"<p>{escape(hint.of(lang))}</p><p><code>{escape(code)}</code></p>"
    return _page(lang, _ERROR_TITLE, content, text, status)


def closed(lang: Lang) -> Reply:
    """The page that ends a logout without a return address."""
    return _page(lang, _CLOSED_TITLE, f"<p>{escape(_CLOSED.of(lang))}</p>", None, 200)


def _label(person: Professional, lang: Lang) -> str:
    return f"{person.family} {person.given} – {person.case.of(lang)} ({person.idnat})"


def _choice(lang: Lang, name: str, legend: Sentence, values: tuple[tuple[str, Sentence], ...]) -> str:
    options = "".join(
        f'<label><input type="radio" name="{name}" value="{value}"{" checked" if rank == 0 else ""}> '
        f"{escape(text.of(lang))}</label>"
        for rank, (value, text) in enumerate(values)
    )
    return f"<fieldset><legend>{escape(legend.of(lang))}</legend>{options}</fieldset>"


def _page(lang: Lang, title: Sentence, content: str, message: Sentence | None, status: int) -> Reply:
    told = f'<p class="message" role="alert">{escape(message.of(lang))}</p>' if message else ""
    page = (
        f'<!DOCTYPE html>\n<html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title.of(lang))}</title><style>{_STYLE}</style></head>"
        f'<body><p class="banner">{escape(_BANNER.of(lang))}</p>'
        f"<main><h1>{escape(title.of(lang))}</h1>{told}{content}</main></body></html>\n"
    )
    return Reply(status, page.encode(), "text/html; charset=utf-8", _HEADERS | {"Content-Language": lang})
