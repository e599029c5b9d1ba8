"""Orders of a laboratory, as a driver reads them: what was asked for, by whom, and what the analysers found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from banc_fixtures.professionals import Professional


@dataclass(frozen=True, slots=True)
class Finding:
    """One result: a LOINC code, its value as text (``None`` while it is awaited), unit (UCUM) and reference range.

    ``interpretation`` is a code of JDV HL7_ObservationInterpretation, as the biologist decided it. ``performed_by`` is
    the laboratory that found it for this one, empty when it is this one.
    """

    chapter: tuple[str, str]
    code: str
    label: str
    value: str | None
    unit: str
    low: str
    high: str
    interpretation: str = "N"
    performed_by: str = ""

    def as_json(self) -> dict[str, Any]:
        """What a driver gets of it."""
        chapter, label = self.chapter
        return {
            "chapter": {"code": chapter, "label": label},
            "code": self.code,
            "label": self.label,
            "value": self.value,
            "unit": self.unit,
            "low": self.low,
            "high": self.high,
            "interpretation": self.interpretation if self.value is not None else None,
            **({"performed_by": self.performed_by} if self.performed_by else {}),
        }


def order(
    number: str,
    results: Sequence[Finding],
    prescribers: Sequence[Professional],
    copies: Sequence[Professional] = (),
) -> dict[str, Any]:
    """The input ``order`` of the document actions."""
    return {
        "number": number,
        "prescribers": list(prescribers),
        "copies": list(copies),
        "results": [result.as_json() for result in results],
    }


BIOCHEMISTRY: Final = ("18719-5", "Biochimie")
HEMATOLOGY: Final = ("18723-7", "Hématologie")
HORMONES: Final = ("18718-7", "Protéines, marqueurs tumoraux, vitamines")

GLUCOSE: Final = Finding(
    BIOCHEMISTRY, "14749-6", "Glucose [Moles/Volume] Sérum/Plasma ; Numérique", "5.10", "mmol/L", "4.10", "5.90"
)
CREATININE: Final = Finding(
    BIOCHEMISTRY, "14682-9", "Créatinine [Moles/Volume] Sérum/Plasma ; Numérique", "71", "umol/L", "49", "90"
)
POTASSIUM: Final = Finding(
    BIOCHEMISTRY, "2823-3", "Potassium [Moles/Volume] Sérum/Plasma ; Numérique", "4.2", "mmol/L", "3.5", "5.1"
)
INFLAMMATION: Final = Finding(
    BIOCHEMISTRY, "1988-5", "Protéine C réactive [Masse/Volume] Sérum/Plasma ; Numérique", "12.4", "mg/L", "1", "5", "H"
)
HEMOGLOBIN: Final = Finding(
    HEMATOLOGY, "718-7", "Hémoglobine [Masse/Volume] Sang ; Numérique", "13.2", "g/dL", "12.0", "16.0"
)
THYROID: Final = Finding(
    HORMONES,
    "3016-3",
    "Thyréostimuline [Arbitraire/Volume] Sérum/Plasma ; Numérique",
    "1.850",
    "m[IU]/L",
    "0.270",
    "4.200",
)

ROUTINE: Final = (GLUCOSE, CREATININE, INFLAMMATION, HEMOGLOBIN)
PARTIAL: Final = (GLUCOSE, POTASSIUM, HEMOGLOBIN, replace(THYROID, value=None))
COMPLETE: Final = (GLUCOSE, POTASSIUM, HEMOGLOBIN, THYROID)
CORRECTED: Final = (GLUCOSE, replace(POTASSIUM, value="4.6"), HEMOGLOBIN, THYROID)
"""The same order, whose potassium had been typed wrong."""
SUBCONTRACTED: Final = (
    GLUCOSE,
    HEMOGLOBIN,
    replace(THYROID, performed_by="LABORATOIRE SPECIALISE FICTIF"),
)
"""An order one result of which another laboratory found."""
CRITICAL: Final = (
    replace(GLUCOSE, value="2.10", interpretation="LL"),
    replace(POTASSIUM, value="6.8", interpretation="HH"),
    CREATININE,
)
