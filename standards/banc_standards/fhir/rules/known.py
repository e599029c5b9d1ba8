"""The profiles that the bench judges, and the type of resource that each is of."""

from __future__ import annotations

from typing import Final

from banc_standards.fhir.names import DIRECTORY, FR_CORE, PDSM

PATIENT: Final = FR_CORE + "fr-core-patient"
PATIENT_INS: Final = FR_CORE + "fr-core-patient-ins"
PRACTITIONER: Final = FR_CORE + "fr-core-practitioner"
ROLE: Final = FR_CORE + "fr-core-practitioner-role"
ORGANIZATION: Final = FR_CORE + "fr-core-organization"
ETABLISSEMENT: Final = FR_CORE + "fr-core-organization-etablissement"
POLE: Final = FR_CORE + "fr-core-organization-pole"
UF: Final = FR_CORE + "fr-core-organization-uf"
UAC: Final = FR_CORE + "fr-core-organization-uac"
ENCOUNTER: Final = FR_CORE + "fr-core-encounter"
LOCATION: Final = FR_CORE + "fr-core-location"
APPOINTMENT: Final = FR_CORE + "fr-core-appointment"
SLOT: Final = FR_CORE + "fr-core-slot"
SCHEDULE: Final = FR_CORE + "fr-core-schedule"
RELATED: Final = FR_CORE + "fr-core-related-person"
SERVICE: Final = FR_CORE + "fr-core-healthcare-service"
BP: Final = FR_CORE + "fr-core-observation-bp"
WEIGHT: Final = FR_CORE + "fr-core-observation-body-weight"
HEART_RATE: Final = FR_CORE + "fr-core-observation-heartrate"
HEIGHT: Final = FR_CORE + "fr-core-observation-body-height"
TEMPERATURE: Final = FR_CORE + "fr-core-observation-body-temperature"
BMI: Final = FR_CORE + "fr-core-observation-bmi"
HEAD: Final = FR_CORE + "fr-core-observation-head-circum"
SATURATION: Final = FR_CORE + "fr-core-observation-saturation-oxygen"
RESPIRATION: Final = FR_CORE + "fr-core-observation-resp-rate"

DOCUMENT: Final = PDSM + "pdsm-comprehensive-document-reference"
SIMPLIFIED: Final = PDSM + "pdsm-simplified-publish"
SUBMISSION_SET: Final = PDSM + "pdsm-submissionset-comprehensive"
FOLDER: Final = PDSM + "pdsm-folder-comprehensive"
SUBMISSION: Final = PDSM + "pdsm-comprehensive-provide-document-bundle"

DP_PRACTITIONER: Final = DIRECTORY + "as-dp-practitioner"
AS_PRACTITIONER: Final = DIRECTORY + "as-practitioner"
DP_ROLE: Final = DIRECTORY + "as-dp-practitionerrole"
AS_ROLE: Final = DIRECTORY + "as-practitionerrole"
DP_ORGANIZATION: Final = DIRECTORY + "as-dp-organization"
AS_ORGANIZATION: Final = DIRECTORY + "as-organization"
DP_DEVICE: Final = DIRECTORY + "as-dp-device"
AS_DEVICE: Final = DIRECTORY + "as-device"
DP_ACTIVITY: Final = DIRECTORY + "as-dp-healthcareservice-healthcare-activity"
AS_ACTIVITY: Final = DIRECTORY + "as-healthcareservice-healthcare-activity"
DP_SOCIAL: Final = DIRECTORY + "as-dp-healthcareservice-social-equipment"
AS_SOCIAL: Final = DIRECTORY + "as-healthcareservice-social-equipment"

TYPE_OF_PROFILE: Final = {
    **dict.fromkeys((PATIENT, PATIENT_INS), "Patient"),
    **dict.fromkeys((PRACTITIONER, DP_PRACTITIONER, AS_PRACTITIONER), "Practitioner"),
    **dict.fromkeys((ROLE, DP_ROLE, AS_ROLE), "PractitionerRole"),
    **dict.fromkeys((ORGANIZATION, ETABLISSEMENT, POLE, UF, UAC, DP_ORGANIZATION, AS_ORGANIZATION), "Organization"),
    **dict.fromkeys((SERVICE, DP_ACTIVITY, AS_ACTIVITY, DP_SOCIAL, AS_SOCIAL), "HealthcareService"),
    **dict.fromkeys((DP_DEVICE, AS_DEVICE), "Device"),
    **dict.fromkeys((DOCUMENT, SIMPLIFIED), "DocumentReference"),
    **dict.fromkeys((SUBMISSION_SET, FOLDER), "List"),
    **dict.fromkeys((BP, WEIGHT, HEART_RATE, HEIGHT, TEMPERATURE, BMI, HEAD, SATURATION, RESPIRATION), "Observation"),
    SUBMISSION: "Bundle",
    ENCOUNTER: "Encounter",
    LOCATION: "Location",
    APPOINTMENT: "Appointment",
    SLOT: "Slot",
    SCHEDULE: "Schedule",
    RELATED: "RelatedPerson",
}
JUDGED: Final = frozenset(TYPE_OF_PROFILE)
