"""Charts of a practice, as a driver reads them: what the doctor knows of the patient at a visit."""

from __future__ import annotations

from typing import Any, Final

Chart = dict[str, Any]


def problem(code: str, label: str, since: str, until: str | None = None) -> dict[str, Any]:
    """A disease (CIM-10); one with an end is past history. Dates are ``YYYY-MM-DD``."""
    return {"code": code, "label": label, "since": since, "until": until}


def allergy(kind: str, agent: str, since: str | None) -> dict[str, Any]:
    """An allergy or intolerance: a code of JDV TypeEvenementIndesirablePrevisible, and what causes it."""
    return {"kind": kind, "agent": agent, "since": since}


def treatment(name: str, since: str, every_hours: int, until: str | None = None, instructions: str = "") -> Chart:
    """A drug: one tablet every so many hours; one with an end was stopped that day."""
    return {
        "name": name,
        "dose": "1",
        "unit": "{tbl}",
        "every_hours": every_hours,
        "instructions": instructions,
        "since": since,
        "until": until,
    }


_DIABETES: Final = problem("E11.9", "Diabète sucré de type 2, sans complication", "2018-04-12")
_HYPERTENSION: Final = problem("I10", "Hypertension essentielle (primitive)", "2021-09-30")
_PNEUMONIA: Final = problem("J18.9", "Pneumopathie, sans précision", "2015-01-20", "2015-02-10")
_PEANUT: Final = allergy("414285001", "Arachide", "1994-06-01")
_AMOXICILLIN: Final = allergy("416098002", "Amoxicilline", "2009-03-15")
_LATEX: Final = allergy("419199007", "Latex", "2026-05-04")
_METFORMIN: Final = "METFORMINE 1000 mg, comprimé pelliculé"
_RAMIPRIL: Final = "RAMIPRIL 5 mg, comprimé sécable"
_ATORVASTATIN: Final = "ATORVASTATINE 20 mg, comprimé pelliculé"

FIRST_VISIT: Final[Chart] = {
    "problems": [_DIABETES, _PNEUMONIA],
    "operations": [
        {
            "code": "DDAF004",
            "label": "Dilatation intraluminale de deux vaisseaux coronaires avec pose d'endoprothèse",
            "date": "2020-11-05",
        }
    ],
    "allergies": [_PEANUT, _AMOXICILLIN],
    "habits": [{"code": "74011-8", "value": "25", "unit": "{pack}/a"}],
    "occupational": "Travail de nuit.",
    "family": [
        {"relative": "MTH", "code": "E11.9", "label": "Diabète sucré de type 2, sans complication"},
    ],
    "treatments": [
        treatment(_METFORMIN, "2018-04-12", 12, instructions="Au cours du repas."),
        treatment(_ATORVASTATIN, "2020-11-06", 24, instructions="Le soir."),
    ],
    "vaccinations": [{"name": "dTcaPolio", "date": "2019-10-14"}],
    "vigilance": "Surveillance de la fonction rénale tous les six mois.",
}
"""A diabetic patient, seen for the first time."""

NEXT_VISIT: Final[Chart] = FIRST_VISIT | {
    "problems": [_DIABETES, _HYPERTENSION, _PNEUMONIA],
    "allergies": [_PEANUT, _AMOXICILLIN, _LATEX],
    "treatments": [
        treatment(_METFORMIN, "2018-04-12", 12, instructions="Au cours du repas."),
        treatment(_ATORVASTATIN, "2020-11-06", 24, until="2026-05-04", instructions="Le soir."),
        treatment(_RAMIPRIL, "2026-05-04", 24, instructions="Le matin."),
    ],
    "vigilance": "Contrôle de la kaliémie dans un mois.",
}
"""The same patient at the next visit: one more disease, one more allergy, a treatment stopped and another begun."""

QUIET: Final[Chart] = {
    "problems": [],
    "operations": [],
    "allergies": [],
    "habits": [],
    "occupational": "",
    "family": [],
    "treatments": [],
    "vaccinations": [],
    "vigilance": "",
}
"""A patient with nothing to tell: the summary says so."""
