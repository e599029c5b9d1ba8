"""Addresses of profiles, extensions and identifier systems."""

from __future__ import annotations

from typing import Final

XML_NAMESPACE: Final = "http://hl7.org/fhir"
XHTML: Final = "http://www.w3.org/1999/xhtml"
FR_CORE: Final = "https://hl7.fr/ig/fhir/core/StructureDefinition/"
FORMER_FR_CORE: Final = "http://interopsante.org/fhir/StructureDefinition/"
PDSM: Final = "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/"
DIRECTORY: Final = "https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition/"
MHD: Final = "https://profiles.ihe.net/ITI/MHD/StructureDefinition/"
CORE: Final = "http://hl7.org/fhir/StructureDefinition/"

URI: Final = "urn:ietf:rfc:3986"
LOINC: Final = "http://loinc.org"
UCUM: Final = "http://unitsofmeasure.org"
T1: Final = "http://terminology.hl7.org/CodeSystem/v2-0203"
T2: Final = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203"
STATUS_0445: Final = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0445"
STATUS_RNIV: Final = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-identity-status"
VALIDATION_MODE: Final = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-mode-validation-identity"
METHOD: Final = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-method-collection"
LIST_TYPES: Final = "https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes"
CONFIDENTIALITY: Final = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
COMMUNES: Final = "https://mos.esante.gouv.fr/NOS/TRE_R13-CommuneOM/FHIR/TRE-R13-CommuneOM"
MAIL_TYPE: Final = "https://mos.esante.gouv.fr/NOS/TRE_R256-TypeMessagerie/FHIR/TRE-R256-TypeMessagerie"
MAILBOX_TYPE: Final = "https://mos.esante.gouv.fr/NOS/TRE_R257-TypeBAL/FHIR/TRE-R257-TypeBAL"
VISIBILITY: Final = (
    "https://mos.esante.gouv.fr/NOS/TRE_A07-StatutVisibiliteDocument/FHIR/TRE-A07-StatutVisibiliteDocument"
)

RPPS: Final = "https://rpps.esante.gouv.fr"
ID_NAT_PS: Final = "urn:oid:1.2.250.1.71.4.2.1"
ID_NAT_ST: Final = "urn:oid:1.2.250.1.71.4.2.2"
FINESS: Final = "https://finess.esante.gouv.fr"
FORMER_FINESS: Final = "http://finess.sante.gouv.fr"
SIRENE: Final = "https://sirene.fr"
RPPS_RANK: Final = "https://rppsrang.esante.gouv.fr"

RELIABILITY: Final = FR_CORE + "fr-core-identity-reliability"
BIRTH_PLACE: Final = CORE + "patient-birthPlace"
INSEE_CODE: Final = FR_CORE + "fr-core-address-insee-code"
BIRTH_LIST: Final = FR_CORE + "fr-core-patient-birth-list-given-name"
EMAIL_TYPE: Final = FR_CORE + "fr-core-contact-point-email-type"
MAILBOX: Final = DIRECTORY + "as-ext-mailbox-mss-metadata"
IS_ARCHIVED: Final = PDSM + "pdsm-ext-is-archived"
DESIGNATION: Final = MHD + "ihe-designationType"
SOURCE_ID: Final = MHD + "ihe-sourceId"
AUTHOR_ORG: Final = MHD + "ihe-authorOrg"
