"""Rules about forms: a relying party's parameters can be read, and the wallet's own form comes from the wallet."""

from __future__ import annotations

from banc_standards.errors import Sentence
from banc_standards.rules import Rule, holds

UNREADABLE = Rule(
    id="PSC-FRM-001",
    text=Sentence("Les paramètres de la requête sont lisibles.", "The request's parameters are readable."),
    clause="WHATWG URL §5 (application/x-www-form-urlencoded)",
    fix=Sentence(
        "Encodez les paramètres en application/x-www-form-urlencoded et UTF-8, cent au plus.",
        "Encode the parameters as application/x-www-form-urlencoded and UTF-8, a hundred at most.",
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

RULES: tuple[Rule, ...] = (UNREADABLE, FOREIGN_FORM)
