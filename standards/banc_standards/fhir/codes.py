"""Compact tables of the codes that the French guides require, each with the version that it was read in."""

from __future__ import annotations

from typing import Final

IDENTITY_STATUS: Final = frozenset(
    (
        *("VIDE", "PROV", "VALI", "DOUB", "DESA", "DPOT", "DOUA", "COLP", "COLV", "FILI", "CACH", "ANOM", "IDVER"),
        *("RECD", "IDRA", "USUR", "HOMD", "HOMA", "INVA", "FICT", "DOUT"),
    )
)
"""fr-core-cs-v2-0445, FR Core 2.2.0."""
RNIV_STATUS: Final = frozenset({"PROV", "VALI", "RECUP", "QUAL"})
"""fr-core-cs-identity-status, builds of FR Core of August 2026."""
VALIDATION_MODES: Final = frozenset(
    ("AN", "CC", "CE", "CM", "CN", "CS", "LE", "PA", "PC", "TC", "DC", "AC", "IE"),
)
"""fr-core-cs-mode-validation-identity, FR Core 2.2.0."""
HIGH_CONFIDENCE: Final = frozenset({"PA", "CN", "AN", "LE"})
"""fr-core-vs-mode-validation-identity-ins, FR Core 2.2.0."""
METHODS: Final = frozenset({"SM", "CV", "INSI", "CB", "RFID"})
"""fr-core-cs-method-collection, FR Core 2.2.0."""
GENDERS: Final = frozenset({"male", "female", "unknown"})
"""fr-core-vs-patient-gender, FR Core 2.2.0."""
LOCATION_TYPES: Final = frozenset(
    (
        *("BAT", "ETAG", "COUL", "AILE", "BOX", "CHAMB", "LIT", "PL_TECH", "PNT_CLCT", "PNT_LVRSN", "SL_EXM"),
        "SL_CONS",
    )
)
"""fr-core-cs-location-type, FR Core 2.2.0-ballot-2."""
MAILBOX_TYPES: Final = frozenset({"PER", "ORG", "APP", "CAB"})
"""TRE_R257-TypeBAL (JDV_J139)."""
LEVELS: Final = frozenset({"U", "L", "M", "N", "R", "V"})
"""v3-ConfidentialityClassification, HL7 Terminology 5."""
MASKS: Final = frozenset({"MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"})
"""TRE_A07-StatutVisibiliteDocument (JDV_J08)."""
LIST_TYPES: Final = frozenset({"submissionset", "folder"})
"""MHDlistTypes, MHD 4.2."""
