"""Codes that no edition of their code system can hold: wrong form, or wrong check digit.

The product holds no whole LOINC, SNOMED CT or ICD-10. What can be said for certain of a code is whether it has the form
that its system gives to all its codes; whether it is in use is another question, which nothing here answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from banc_standards.identifiers import luhn
from banc_standards.terminology.oids import ATC, CCAM, CIM10, LOINC, SNOMED_CT, TA_ASIP

CCAM_HEALTH_INSURANCE: Final = "1.2.250.1.215.300.1"
CIM11: Final = "2.16.840.1.113883.6.347"
EDQM: Final = "0.4.0.127.0.16.1.1.2.1"
ADICAP: Final = "1.2.250.1.213.2.11"
CLADIMED: Final = "1.2.250.1.213.2.65"
EMDN: Final = "1.2.250.1.213.2.68"
MEDICABASE: Final = "1.2.250.1.213.2.59"
UCD: Final = "1.2.250.1.213.2.62"
NCIT: Final = "2.16.840.1.113883.3.26.1.1"

MOST_CHARACTERS: Final = 64
"""No code system that is judged here has a longer code."""

_VERHOEFF_PRODUCT: Final = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 2, 3, 4, 0, 6, 7, 8, 9, 5),
    (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8),
    (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2),
    (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)
_VERHOEFF_SHIFT: Final = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def _shifts() -> tuple[tuple[int, ...], ...]:
    rows = [tuple(range(10))]
    for _ in range(7):
        rows.append(tuple(rows[-1][digit] for digit in _VERHOEFF_SHIFT))
    return tuple(rows)


_VERHOEFF_PERMUTATIONS: Final = _shifts()


def verhoeff(digits: str) -> bool:
    """Whether ``digits`` ends with its Verhoeff key (SNOMED CT identifiers); False for anything but digits."""
    if not digits.isascii() or not digits.isdigit():
        return False
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = _VERHOEFF_PRODUCT[check][_VERHOEFF_PERMUTATIONS[place % 8][int(digit)]]
    return check == 0


@dataclass(frozen=True, slots=True)
class CodeSystem:
    """What is known of every code of a system: its form, shown by an example, and its key when it has one."""

    name: str
    form: re.Pattern[str]
    example: str
    key: Callable[[str], bool] | None = None


def _loinc_key(code: str) -> bool:
    return not code[0].isdigit() or luhn(code.replace("-", ""))


def _snomed_key(code: str) -> bool:
    return "." in code or (code[-3:-1] in ("00", "10") and verhoeff(code))


_CCAM: Final = CodeSystem("CCAM", re.compile(r"[A-Z]{4}\d{3,5}|\d\d(\.\d\d){0,4}"), "QEQK004")

SYSTEMS: Final = {
    LOINC: CodeSystem("LOINC", re.compile(r"\d{1,7}-\d|(LA|LP|LL|LG)\d{1,7}-\d"), "11490-0", _loinc_key),
    SNOMED_CT: CodeSystem(
        # two value sets of the CI-SIS put codes of the ANS, which are OIDs, under SNOMED CT
        "SNOMED CT",
        re.compile(r"[1-9]\d{5,17}|1\.2\.250\.1\.213(\.\d+)+"),
        "404684003",
        _snomed_key,
    ),
    CIM10: CodeSystem(
        "CIM-10",
        re.compile(
            r"[A-Z]\d\d(\.[0-9A-Z+-]{1,5})?|[A-Z]\d\d-[A-Z]\d\d|I{1,3}|IV|VI{0,3}|IX|XI{0,3}|XIV|XVI{0,3}|XIX|XXI{0,2}"
        ),
        "C50.2",
    ),
    CIM11: CodeSystem("CIM-11", re.compile(r"[0-9A-HJ-NP-Z]{2,6}(\.[0-9A-HJ-NP-Z]{1,3})?|V|X|Block\S+"), "NE61"),
    ATC: CodeSystem("ATC", re.compile(r"[A-DGHJL-NP-SV](\d\d([A-Z]([A-Z](\d\d)?)?)?)?|Q[A-Z].*"), "N02BE01"),
    CCAM: _CCAM,
    CCAM_HEALTH_INSURANCE: _CCAM,
    EDQM: CodeSystem("EDQM", re.compile(r"\d{8}|[A-Z]{3}-\d{4}"), "20062000"),
    TA_ASIP: CodeSystem(
        "TA_ASIP", re.compile(r"[A-Z]{2,5}[-_]\d{1,4}(\.\d{1,3}){0,3}|[A-Z]\d{4}(-\d{1,2})?|DLU|FLUD[RT]"), "GEN-065"
    ),
    ADICAP: CodeSystem("ADICAP", re.compile(r"[0-9A-Z.]{1,8}"), "A7A8"),
    CLADIMED: CodeSystem("CLADIMED", re.compile(r"[A-Z](\d\d([A-Z]([A-Z](\d\d)?)?)?)?"), "C53HC"),
    EMDN: CodeSystem("EMDN", re.compile(r"[A-Z]\d{0,14}"), "J010104"),
    MEDICABASE: CodeSystem("Medicabase", re.compile(r"MV\d{8}"), "MV00005138"),
    UCD: CodeSystem("UCD", re.compile(r"\d{7}|\d{13}"), "9000002"),
    NCIT: CodeSystem("NCIT", re.compile(r"C\d{2,7}"), "C15632"),
}


def possible(code: str, system: str) -> bool:
    """Whether ``system`` may hold ``code``: False only when it cannot, True for a system that is not judged here."""
    if system not in SYSTEMS:
        return True
    return len(code) <= MOST_CHARACTERS and _possible(code, system)


@lru_cache(maxsize=8192)
def _possible(code: str, system: str) -> bool:
    known = SYSTEMS[system]
    return known.form.fullmatch(code) is not None and (known.key is None or known.key(code))
