"""Checks of the sign-in with Pro Santé Connect."""

from __future__ import annotations

from collections.abc import Iterator

from banc_harness.checks import check
from banc_harness.selection import Selection
from banc_harness.trace import Trace
from banc_standards.errors import Sentence
from banc_standards.rules import Hit

LEVELS = ("eidas1", "eidas2", "eidas3")
"""Levels that the agency's auditors take; the two others with a remark, which the service itself records."""


@check(
    id="CHK-PSC-001",
    requirements=["SC.PSC.08"],
    on=Selection(operation=("psc.authorization", "psc.ciba")),
    text=Sentence(
        "La demande d'autorisation porte acr_values=eidas1.",
        "The authorization request carries acr_values=eidas1.",
    ),
    clause="Référentiel Pro Santé Connect, EXI PSC 16 ; SC.PSC.08",
    fix=Sentence(
        "ajoutez acr_values=eidas1 aux paramètres de la demande d'autorisation",
        "add acr_values=eidas1 to the parameters of the authorization request",
    ),
)
def acr_values(trace: Trace) -> Iterator[Hit]:
    """Every authorization request, by CIBA too, asks for a known level of authentication."""
    for exchange in trace.selected:
        asked = {**exchange.query, **exchange.form}.get("acr_values", "")
        if not set(asked.split()) & set(LEVELS):
            yield Hit(exchange.place("acr_values"), found=asked or "(absent)", expected="eidas1")
