"""The rule that any request of a relying party meets first: its parameters can be read."""

from __future__ import annotations

from banc_standards.errors import Sentence
from banc_standards.rules import Rule, holds

UNREADABLE = Rule(
    id="PSC-FRM-001",
    text=Sentence("Les paramètres de la requête ne sont pas lisibles.", "The request's parameters are not readable."),
    clause="WHATWG URL §5 (application/x-www-form-urlencoded)",
    fix=Sentence(
        "Encodez les paramètres en application/x-www-form-urlencoded et UTF-8, cent au plus.",
        "Encode the parameters as application/x-www-form-urlencoded and UTF-8, a hundred at most.",
    ),
    check=holds,
    code="invalid_request",
    always=True,
)

RULES: tuple[Rule, ...] = (UNREADABLE,)
