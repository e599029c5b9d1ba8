"""The words of the volets of the CI-SIS and of PAM France: profiles, metadata, codes that several rules share."""

from __future__ import annotations

from typing import Final

CDA_PROFILE: Final = "CISIS_CDA_HL7_V2"
CDA_PROFILE_1: Final = "CISIS_CDA_HL7_V1"
LPS_PROFILE: Final = "CISIS_CDA_HL7_LPS"
TLR_PROFILE: Final = "CISIS_TLR_HL7_V2"
PAM_PROFILE: Final = "IHE_FRANCE-2.11-PAM"
PAM_FAMILY: Final = "IHE_FRANCE"

MASKED: Final = "MASQUE_PS"
HIDDEN: Final = "INVISIBLE_PATIENT"
HIDDEN_GUARDIANS: Final = "INVISIBLE_REP_LEGAUX"
SECRET: Final = "CONNEXION_SECRETE"  # noqa: S105  # the name of a metadata
CHANGED: Final = "MODIF_CONF_CODE"
TO_DMP: Final = "DESTDMP"
TO_PROFESSIONALS: Final = "DESTMSSANTEPS"
TO_PATIENT: Final = "DESTMSSANTEPAT"
ACK_RECEPTION: Final = "ACK_RECEPTION"
ACK_READING: Final = "ACK_LECTURE_MSS"
MAIL_BODIES: Final = ("CORPSMAIL_PS", "CORPSMAIL_PATIENT")

REQUIRED: Final = (MASKED, HIDDEN, HIDDEN_GUARDIANS, SECRET, CHANGED, TO_DMP, TO_PROFESSIONALS, TO_PATIENT)
ASKED: Final = (ACK_RECEPTION, ACK_READING)
METADATA: Final = (*REQUIRED, *ASKED, *MAIL_BODIES)
LPS_METADATA: Final = (MASKED, HIDDEN, HIDDEN_GUARDIANS, CHANGED)

ALIASES: Final = {"ACK_LECTURE": ACK_READING}
OLD_NAMES: Final = {
    "INVISIBLE_REPRESENTANTS_LEGAUX": HIDDEN_GUARDIANS,
    "MODIF_CONFIDENTIALITYCODE": CHANGED,
}
"""What the volet 1.x called them, before a code could hold 20 characters only."""
OLD_ONLY: Final = ("COMP_LOT",)
REFUSED: Final = ("CORPSDOC", *OLD_NAMES)

LABELS: Final = {
    MASKED: "Masqué aux professionnels de Santé",
    HIDDEN: "Document Non Visible par le patient",
    HIDDEN_GUARDIANS: "Non visible par les représentants Légaux du patient",
    SECRET: "Connexion Secrete",
    CHANGED: "Modification Confidentiality Code",
    TO_DMP: "Destinataire DMP",
    TO_PROFESSIONALS: "Destinataire (Professionnel de Santé, organisation ou BAL applicative)",
    TO_PATIENT: "Destinataire Patient",
    ACK_RECEPTION: "Accusé de réception",
    ACK_READING: "Accusé de lecture",
    "CORPSMAIL_PS": "Corps du mail pour un PS",
    "CORPSMAIL_PATIENT": "Corps du mail pour le patient",
}

METADATA_TABLE: Final = "MetaDMPMSS"
YES_NO_TABLE: Final = "expandedYes-NoIndicator"
ACK_TABLE: Final = "AckMetierZAM"

SENDER: Final = "SB"
RECIPIENT: Final = "RCT"
REPLY: Final = "REPLY"

SYSTEMS: Final = {"LN": "2.16.840.1.113883.6.1", "TRE_A05": "1.2.250.1.213.1.1.4.12"}
"""The code systems of document types as HL7 v2 names them, with their OIDs."""

_STATUS_CODES: Final = """
VIDE PROV VALI DOUB DESA DPOT DOUA COLP COLV FILI CACH ANOM IDVER RECD IDRA USUR HOMD HOMA INVA FICT DOUT
"""
STATUSES: Final = frozenset(_STATUS_CODES.split())
"""Table 0445 as France uses it."""

IDENTITY_EVENTS: Final = frozenset(["A24", "A28", "A31", "A37", "A40", "A47"])
"""ITI-30: identities, without a movement."""
CANCELLING: Final = frozenset(["A11", "A12", "A13", "A25", "A26", "A27", "A38", "A52", "A53", "A55"])
_MOVING: Final = "A01 A02 A03 A04 A05 A06 A07 A14 A15 A16 A21 A22 A54 Z99"
MOVEMENTS: Final = frozenset(_MOVING.split()) | CANCELLING
"""ITI-31: every event with a ZBE."""
ACCOUNTS: Final = frozenset({"A44"})
STRUCTURES: Final = {
    **dict.fromkeys(("A01", "A04", "Z99"), ("ADT_A01",)),
    **dict.fromkeys(("A05", "A14", "A28", "A31"), ("ADT_A05",)),
    **dict.fromkeys(("A02",), ("ADT_A02",)),
    **dict.fromkeys(("A03",), ("ADT_A03",)),
    **dict.fromkeys(("A06", "A07"), ("ADT_A06",)),
    **dict.fromkeys(("A11", "A12", "A13"), ("ADT_A09", "ADT_A12", "ADT_A01")),
    **dict.fromkeys(("A15",), ("ADT_A15",)),
    **dict.fromkeys(("A16",), ("ADT_A16",)),
    **dict.fromkeys(("A21", "A22", "A25", "A26", "A27"), ("ADT_A21",)),
    **dict.fromkeys(("A38",), ("ADT_A38",)),
    **dict.fromkeys(("A40",), ("ADT_A39",)),
    **dict.fromkeys(("A44",), ("ADT_A43",)),
    **dict.fromkeys(("A47",), ("ADT_A30",)),
    **dict.fromkeys(("A24",), ("ADT_A24",)),
    **dict.fromkeys(("A37",), ("ADT_A37",)),
    **dict.fromkeys(("A52", "A53"), ("ADT_A52",)),
    **dict.fromkeys(("A54", "A55"), ("ADT_A54", "ADT_A52")),
}
"""The structure of each event of PAM France (HL7 v2.5, chapter 3)."""
