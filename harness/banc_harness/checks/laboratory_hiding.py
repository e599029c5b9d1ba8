"""Checks of the masking of a document that is in the DMP already (TD3.3a)."""

from __future__ import annotations

from collections.abc import Iterator

from banc_harness.checks import check
from banc_harness.checks.consulted import act_of
from banc_harness.checks.heard import heard_in
from banc_harness.selection import Selection
from banc_harness.trace import Trace
from banc_standards.errors import Sentence
from banc_standards.rules import Finding, Hit

MASKINGS = Selection(operation="dmp.TD3.3a")


@check(
    id="CHK-LAB-018",
    requirements=["DMP/va1.23"],
    on=Selection(operation="dmp.TD3.3a", outcome="accepted"),
    presence=True,
    scenarios=("UC2.08",),
    text=Sentence(
        "Un compte rendu déjà déposé se masque au DMP, comme l'utilisateur le demande.",
        "A report that was filed already is masked in the DMP, as the user asks.",
    ),
    clause="DMP/va1.23 ; Guide d'intégration DMP, TD3.3a ; IHE ITI-57",
    fix=Sentence(
        "renvoyez l'entrée entière (ITI-57), avec le code de visibilité demandé et rien d'autre de changé",
        "send the whole entry again (ITI-57), with the visibility code asked for and nothing else changed",
    ),
)
def masked_as_asked(trace: Trace) -> Iterator[Hit]:
    """The document and the visibility of each accepted change are those of its action."""
    for exchange in trace.selected:
        act = act_of(trace, exchange.claimed_by, "document.hide")
        document = (act.input.get("document") or {}) if act else {}
        if act is not None and document.get("id") not in (exchange.fact("documents") or ()):
            found = ", ".join(exchange.fact("documents") or ())
            yield Hit(exchange.place("lid"), found=found or "(absent)", expected=str(document.get("id")))
        if act is not None and sorted(document.get("visibility") or ()) != list(exchange.fact("visibility") or ()):
            found = ", ".join(exchange.fact("visibility") or ())
            expected = ", ".join(document.get("visibility") or ())
            yield Hit(exchange.place("confidentialityCode"), found=found or "(absent)", expected=expected)


@check(
    id="CHK-LAB-019",
    requirements=["DMP/va1.23"],
    on=MASKINGS,
    scenarios=("UC2.08",),
    text=Sentence(
        "Un changement de visibilité ne change rien d'autre, et vise la version en vigueur des métadonnées.",
        "A change of visibility changes nothing else, and aims at the current version of the metadata.",
    ),
    clause="Guide d'intégration DMP, TD3.3a ; IHE ITI-57",
    fix=Sentence(
        "répétez les métadonnées rendues par TD3.1, avec lid et PreviousVersion ; changez la seule confidentialité",
        "repeat the metadata that TD3.1 gave, with lid and PreviousVersion; change the confidentiality only",
    ),
)
def nothing_else_changed(trace: Trace) -> Iterator[Finding]:
    """What the DMP noticed on the change."""
    return heard_in(trace, "SOAP-", "VIHF-", "DMP-", "XDS-")
