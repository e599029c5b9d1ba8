"""The rules of FHIR resources: reading, structure, R4's own invariants, then the French guides.

``RULES`` are all of them; :data:`ENGINE` judges a :class:`~banc_standards.fhir.subject.Subject`.
"""

from __future__ import annotations

from banc_standards.fhir.rules import (
    actors,
    agreement,
    base,
    bundle,
    care,
    directory,
    documents,
    patient,
    reading,
    submission,
)
from banc_standards.fhir.rules.engine import Engine
from banc_standards.rules import Rule

_JUDGED: tuple[Rule, ...] = (
    *base.RULES,
    *bundle.RULES,
    *patient.RULES,
    *actors.RULES,
    *care.RULES,
    *directory.RULES,
    *documents.RULES,
    *submission.RULES,
    *agreement.RULES,
)
RULES: tuple[Rule, ...] = (*reading.RULES, *_JUDGED)
ENGINE = Engine(reading.RULES, _JUDGED)
