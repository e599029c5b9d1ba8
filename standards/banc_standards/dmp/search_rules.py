"""Who may search what (TD3.1): references for whoever feeds or deletes, metadata for whoever may consult."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from banc_standards.dmp import errors, names
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit
from banc_standards.terminology.oids import NON_PROFESSIONAL
from banc_standards.vihf.names import INDIRECT
from banc_standards.vihf.read import Assertion

_BOOK = RuleBook("Matrice des droits fonctionnels DMP (PDT-INF-526 v1.8), TD3.1", errors.ACCESS_DENIED)
_RESULT = RuleBook("DMP, erreurs ; IHE ITI TF-2 §3.18.4.1.3", "XDSTooManyResults")
_WITHOUT_AUTHORIZATION: Final = frozenset({"centre_15", "bris_de_glace"})
"""The access modes that TD0.3 does not serve, so that no authorization can be asked of them."""


@dataclass(frozen=True, slots=True)
class SearchSubject:
    """Who searches what: the verified assertion, whether metadata are wanted, the access authorization on this DMP, and
    whether the patient blocked the professional themselves."""

    vihf: Assertion
    metadata: bool
    authorization: str
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class ResultSubject:
    """How many objects a search found, and how many one answer holds (None: any number)."""

    number: int
    most: int | None


@_BOOK.rule(
    "DMP-004",
    (
        "Une structure, ou qui n'est pas professionnel de santé, ne cherche que des références (ObjectRef).",
        "A structure, or somebody who is no health professional, searches references only (ObjectRef).",
    ),
    (
        "Écrire returnType=ObjectRef, ou consulter en mode DIRECTE ou AIR.",
        "Write returnType=ObjectRef, or consult in DIRECTE or AIR mode.",
    ),
    at="métadonnées, référence seule",
    always=True,
)
def _references_only(subject: SearchSubject) -> Iterator[Hit]:
    structure = (subject.vihf.mode or "").upper() == INDIRECT
    layman = bool(subject.vihf.roles) and subject.vihf.roles[0].system == NON_PROFESSIONAL
    if subject.metadata and (structure or layman):
        found = "INDIRECTE, LeafClass" if structure else f"{subject.vihf.roles[0].code}, LeafClass"
        yield Hit("ResponseOption/@returnType", found=found, expected="ObjectRef")


@_BOOK.rule(
    "DMP-005",
    (
        "Consulter demande une autorisation d'accès en cours de validité ; un professionnel bloqué ne consulte jamais.",
        "Consulting needs an access authorization that is valid; a professional who is blocked never consults.",
    ),
    (
        "Lire l'autorisation dans la réponse à TD0.2 avant de consulter.",
        "Read the authorization in the answer to TD0.2 before consulting.",
    ),
    at="autorisation d'accès",
    always=True,
)
def _authorized(subject: SearchSubject) -> Iterator[Hit]:
    purpose = subject.vihf.purpose.code if subject.vihf.purpose else ""
    free = (purpose in _WITHOUT_AUTHORIZATION and not subject.blocked) or not subject.metadata
    if not free and subject.authorization != names.AUTHORIZATIONS[0]:
        yield Hit("VIHF", found=subject.authorization, expected=names.AUTHORIZATIONS[0])


@_RESULT.rule(
    "DMP-007",
    (
        "Une recherche de métadonnées vise assez peu d'objets pour une réponse.",
        "A search of metadata aims at few enough objects for one answer.",
    ),
    (
        "Restreindre la période, le type ou les statuts, ou demander des références (ObjectRef).",
        "Narrow the period, the type or the statuses, or ask for references (ObjectRef).",
    ),
    at="XDSTooManyResults",
    code="XDSTooManyResults",
    always=True,
)
def _few_results(subject: ResultSubject) -> Iterator[Hit]:
    if subject.most is not None and subject.number > subject.most:
        yield Hit("AdhocQuery", found=f"> {subject.most}", expected=f"<= {subject.most}")


RIGHTS = _BOOK.rules
RESULTS = _RESULT.rules
RULES = (*RIGHTS, *RESULTS)
