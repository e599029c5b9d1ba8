"""The rules of a clinical document, judged on a :class:`banc_standards.cda.read.Document`."""

from banc_standards.cda.engine import Engine
from banc_standards.cda.rules import (
    act,
    authors,
    contacts,
    datatypes,
    discharge_letter,
    identity,
    level1,
    participants,
    patient,
    reading,
    signatures,
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
)

ENGINE = Engine(RULES)
