"""Records that the witness has of a person already: searched before one is created, and when an INS comes twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from banc_standards.ins import fold

Patient = Mapping[str, Any]
FIRST_LETTERS = 3


def found(patients: Iterable[Patient], criteria: Mapping[str, Any], defects: frozenset[str]) -> list[Patient]:
    """The records that answer to all of the criteria: ``ins``, ``birth_date``, and the first letters of
    ``birth_family`` and ``first_given``, whatever the accents, hyphens and apostrophes (EXI ID 17).
    """
    return [one for one in patients if all(_meets(one, name, str(value), defects) for name, value in criteria.items())]


def doubles(patients: Iterable[Patient], given: Patient) -> list[Patient]:
    """The records under another number that may be of the same person: date of birth, first letters of both names."""
    criteria = {"birth_date": given["birth_date"]} | {
        name: fold(given[name])[:FIRST_LETTERS] for name in ("birth_family", "first_given")
    }
    others = (one for one in patients if one["local_id"] != given["local_id"])
    return found(others, criteria, frozenset())


def _meets(patient: Patient, name: str, wanted: str, defects: frozenset[str]) -> bool:
    held = str(patient.get(name) or "")
    if name in ("ins", "birth_date"):
        return held == wanted and not (name == "ins" and "no-search-by-ins" in defects)
    if "search-minds-accents" in defects:
        return held.startswith(wanted)
    return _letters(held).startswith(_letters(wanted))


def _letters(text: str) -> str:
    return fold(text).replace(" ", "")
