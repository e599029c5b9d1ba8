"""Who sees a document of the DMP: the visibility codes of an entry against who reads it (PDT-INF-526 v1.8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from banc_standards.dmp.registry_rules import Held
from banc_standards.vihf.read import Assertion

MASKED: Final = "MASQUE_PS"
HIDDEN: Final = "INVISIBLE_PATIENT"
HIDDEN_FROM_GUARDIANS: Final = "INVISIBLE_REPRESENTANTS_LEGAUX"
EMERGENCY: Final = frozenset({"bris_de_glace", "centre_15"})
"""The access modes that need no authorization and see masked documents, unless the patient opposed them."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A professional who reads: the verified assertion, whether they are the treating doctor of this patient, and
    whether the patient opposed access in an emergency."""

    vihf: Assertion
    treating: bool = False
    emergency_opposed: bool = False

    @property
    def emergency(self) -> bool:
        """Whether the access mode is one of those of an emergency, and the patient let it be."""
        purpose = self.vihf.purpose.code if self.vihf.purpose else ""
        return purpose in EMERGENCY and not self.emergency_opposed


def may_read(held: Held, reader: Reader) -> bool:
    """Whether a professional sees a document: one that is masked shows to its authors, the treating doctor, and in an
    emergency. What is invisible to the patient or their legal representatives is visible to professionals."""
    if MASKED not in held.visibility:
        return True
    return reader.treating or reader.emergency or held.authored_by(reader.vihf)


def shown_to_patient(visibility: tuple[str, ...]) -> bool:
    """Whether the patient sees a document in Mon espace santé."""
    return HIDDEN not in visibility


def shown_to_guardians(visibility: tuple[str, ...]) -> bool:
    """Whether the legal representatives of a minor see a document."""
    return HIDDEN not in visibility and HIDDEN_FROM_GUARDIANS not in visibility
