"""The rules of a clinical document, judged on a :class:`banc_standards.cda.read.Document`."""

from banc_standards.cda.engine import Engine
from banc_standards.cda.rules import (
    act,
    authors,
    biology,
    biology_results,
    biology_screening,
    biology_sections,
    biology_specimens,
    contacts,
    datatypes,
    discharge_letter,
    identity,
    level1,
    participants,
    patient,
    reading,
    signatures,
    terminology,
)

RULES = (
    *reading.RULES,
    *identity.RULES,
    *patient.RULES,
    *authors.RULES,
    *signatures.RULES,
    *participants.RULES,
    *act.RULES,
    *datatypes.RULES,
    *contacts.RULES,
    *level1.RULES,
    *discharge_letter.RULES,
    *terminology.RULES,
    *biology.RULES,
    *biology_sections.RULES,
    *biology_results.RULES,
    *biology_specimens.RULES,
    *biology_screening.RULES,
)

ENGINE = Engine(RULES)
