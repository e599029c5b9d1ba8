"""The names of the DMP: addresses, HL7v3 interactions, code systems, devices (dmp.md §2, §5.4, §6)."""

from __future__ import annotations

BASE_PATH = "/si-dmp-server/v2/services"

HL7V3_NS = "urn:hl7-org:v3"
PATIENTS_NS = "urn:si-dmp-patients"
AUTHORIZATIONS_NS = "urn:si-dmp-habilitations"
XDS_NS = "urn:ihe:iti:xds-b:2007"
QUERY_NS = "urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0"
LCM_NS = "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"

QUERY_INTERACTION = "PRPA_IN201307UV02"
ANSWER_INTERACTION = "PRPA_IN201308UV02"
INTERACTION_ROOT = "2.16.840.1.113883.1.6"
QUERY_ACTION = f"{HL7V3_NS}:{QUERY_INTERACTION}"
ANSWER_ACTION = f"{HL7V3_NS}:{ANSWER_INTERACTION}"

REASON_SYSTEM = "1.2.250.1.213.1.1.4.11"
TEST_EXISTENCE = "TEST_EXST"
READ_DATA = "CNSLT_DATA"
REASONS = {TEST_EXISTENCE: "Test d'existence de dossier", READ_DATA: "Consultation des données administratives"}

DMP_DEVICE = "1.2.250.1.213.4.1.1.1"
DMP_SOFTWARE = "DMP"
REPOSITORY = "1.2.250.1.213.4.1.1.1.2"

AUTHORIZATION = "AUTORISATION"
AUTHORIZATION_KEY_SYSTEM = "1.2.250.1.213.4.1.2.6.1"
AUTHORIZATION_SYSTEM = "1.2.250.1.213.4.1.2.6.2"
AUTHORIZATIONS = ("VALIDE", "INTERDIT", "EXPIREE", "INEXISTANTE")
"""The first was sampled, the second is tested by DRIMbox; the last two are ours (dmp.md §6)."""
TREATING_DOCTOR = "STATUT_MT"
TREATING_DOCTOR_SYSTEM = "1.2.250.1.213.4.1.2.6.3"
WEB_ACCOUNT = "COMPTE_INTERNET_OUVERT"
WEB_ACCOUNT_SYSTEM = "1.2.250.1.213.4.1.2.9"
MES_ATTACHED = "RATTACHEMENT_ENS"
MES_ATTACHED_SYSTEM = "1.2.250.1.213.4.1.2.3"

FOUND = "OK"
NOT_FOUND = "NF"
ERROR = "AE"
ACTIVE = "active"
CLOSED = "terminated"
