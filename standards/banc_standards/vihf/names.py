"""The constants of the VIHF: attribute names, modes, code systems (dmp.md §5.2, §5.3; identifiers.md §3)."""

from __future__ import annotations

HL7 = "urn:hl7-org:v3"
ISSUER_FORMAT = "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName"

VERSION = "VIHF_Version"
MODE = "Authentification_mode"
STRUCTURE = "Identifiant_Structure"
SECTOR = "Secteur_Activite"
ROLE = "urn:oasis:names:tc:xacml:2.0:subject:role"
SUBJECT_ID = "urn:oasis:names:tc:xspa:1.0:subject:subject-id"
RESOURCE_ID = "urn:oasis:names:tc:xacml:2.0:resource:resource-id"
RESOURCE_URN = "Ressource_URN"
PURPOSE = "urn:oasis:names:tc:xspa:1.0:subject:purposeofuse"
CONFIDENTIALITY = "urn:oasis:names:tc:xspa:1.0:resource:patient:hl7:confidentiality-code"
KIT_CONFIDENTIALITY = "confidentiality_code"
"""The same in lower case, as the code of the example kit names it."""
LPS_ID = "LPS_ID"
LPS_NAME = "LPS_Nom"
LPS_VERSION = "LPS_Version"
HOMOLOGATION = "LPS_ID_HOMOLOGATION_DMP"

DIRECT = "DIRECTE"
INDIRECT = "INDIRECTE"
AIR = "INDIRECTE_RENFORCEE"
MODES = (DIRECT, INDIRECT, AIR)

DMP_URN = "urn:dmp"
PURPOSE_SYSTEM = "1.2.250.1.213.1.1.4.248"
PURPOSE_SYSTEM_NOS = "1.2.250.1.213.1.1.4.336"
PURPOSES = {"normal": "Accès normal", "bris_de_glace": "Accès bris de glace", "centre_15": "Accès centre 15"}

G15 = "1.2.250.1.71.1.2.7"
G16 = "1.2.250.1.71.1.2.8"
A00 = "1.2.250.1.213.1.1.4.6"
R95 = "1.2.250.1.213.1.6.1.109"
R94 = "1.2.250.1.213.1.6.1.4"
R291 = "1.2.250.1.213.1.6.1.140"
R01 = "1.2.250.1.71.4.2.5"
G05 = "1.2.250.1.71.4.2.6"
R85 = "1.2.250.1.213.1.6.1.107"
PSC_PROFESSION = "1.2.250.1.213.1.1.5.5"
SECTOR_SYSTEM = "1.2.250.1.71.4.2.4"

DOCTOR = "10"
PHARMACIST = "21"

SMARTCARD_CLASS = "urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI"
SINGLE_FACTOR_CLASS = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"
SIMPLE_AIR_DECLARATION = "CONF_EXI_PGSSIS"
HIDDEN_FROM_GUARDIANS = "INVISIBLE_REPRESENTANTS_LEGAUX"
