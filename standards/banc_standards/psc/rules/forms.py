"""Rules about forms: a relying party's parameters can be read, and the wallet's own form comes from the wallet."""

from __future__ import annotations

from collections.abc import Iterator

from banc_standards.errors import Sentence
from banc_standards.psc.read import LoginForm
from banc_standards.rules import Hit, Rule, holds

ENCODED = "application/x-www-form-urlencoded"
CHOICES = {"means": ("MOBILE", "CARD"), "outcome": ("approve", "refuse", "timeout")}


def _not_the_page(login: LoginForm) -> Iterator[Hit]:
    if login.media_type != ENCODED:
        yield Hit("Content-Type", login.media_type, ENCODED)
    for name in login.form.repeated():
        yield Hit(name)
    for name, offered in CHOICES.items():
        chosen = login.form.get(name)
        if chosen is not None and chosen not in offered:
            yield Hit(name, chosen[:100], " | ".join(offered))


UNREADABLE = Rule(
    id="PSC-FRM-001",
    text=Sentence("Les paramètres de la requête sont lisibles.", "The request's parameters are readable."),
    clause="RFC 3986 §2.1 ; WHATWG URL §5 (application/x-www-form-urlencoded)",
    fix=Sentence(
        "Encodez les paramètres en application/x-www-form-urlencoded et UTF-8, sans octet nul, cent au plus.",
        "Encode the parameters as application/x-www-form-urlencoded and UTF-8, without a NUL, a hundred at most.",
    ),
    check=holds,
    code="invalid_request",
    always=True,
)

FOREIGN_FORM = Rule(
    id="PSC-FRM-002",
    text=Sentence(
        "Le formulaire de connexion est posté depuis le site qui l'a servi.",
        "The login form is posted from the site that served it.",
    ),
    clause="RFC 6749 §10.12 ; RFC 6819 §4.4.1.9",
    fix=Sentence(
        "Ouvrez la page de connexion et postez son propre formulaire.", "Open the login page and post its own form."
    ),
    check=holds,
    certainty="deduced",
    code="invalid_request",
    always=True,
)

OTHER_FORM = Rule(
    id="PSC-FRM-003",
    text=Sentence(
        "Le formulaire de connexion est celui de la page : encodé, chaque champ une fois, un choix offert.",
        "The login form is that of the page: encoded, each field once, a choice that is offered.",
    ),
    clause="WHATWG HTML §4.10.21 ; RFC 6749 §3.1",
    fix=Sentence(
        "Postez persona, means (MOBILE, CARD) et outcome (approve, refuse, timeout), chacun une fois.",
        "Post persona, means (MOBILE, CARD) and outcome (approve, refuse, timeout), each once.",
    ),
    check=_not_the_page,
    certainty="deduced",
    code="invalid_request",
    always=True,
)

ANSWERED = Rule(
    id="PSC-FRM-004",
    text=Sentence(
        "Le formulaire de connexion répond à une connexion en attente, une seule fois.",
        "The login form answers a login that waits, once.",
    ),
    clause="RFC 6819 §4.4.1.9 ; OpenID Connect Core 1.0 §3.1.2.3",
    fix=Sentence("Recommencez depuis votre logiciel.", "Start again from your software."),
    check=holds,
    certainty="deduced",
    code="invalid_request",
    always=True,
)

RULES: tuple[Rule, ...] = (UNREADABLE, FOREIGN_FORM, OTHER_FORM, ANSWERED)
