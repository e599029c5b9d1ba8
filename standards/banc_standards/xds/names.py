"""Names of XDS.b and ebRIM: namespaces, classification schemes, identification schemes, statuses, associations."""

from __future__ import annotations

from typing import Final

RIM_NS: Final = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
LCM_NS: Final = "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"
RS_NS: Final = "urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0"
XDS_NS: Final = "urn:ihe:iti:xds-b:2007"
XOP_NS: Final = "http://www.w3.org/2004/08/xop/include"
RIM: Final = f"{{{RIM_NS}}}"
LCM: Final = f"{{{LCM_NS}}}"
RS: Final = f"{{{RS_NS}}}"
XDS: Final = f"{{{XDS_NS}}}"
XOP: Final = f"{{{XOP_NS}}}"

PROVIDE_AND_REGISTER: Final = "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b"

SUBMISSION_SET_NODE: Final = "urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd"
DOCUMENT_ENTRY_TYPE: Final = "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1"

SET_AUTHOR: Final = "urn:uuid:a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d"
SET_CONTENT_TYPE: Final = "urn:uuid:aa543740-bdda-424e-8c96-df4873be8500"
SET_IDENTIFIERS: Final = {
    "patient_id": ("urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446", "XDSSubmissionSet.patientId"),
    "source_id": ("urn:uuid:554ac39e-e3fe-47fe-b233-965d2a147832", "XDSSubmissionSet.sourceId"),
    "unique_id": ("urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8", "XDSSubmissionSet.uniqueId"),
}

ENTRY_AUTHOR: Final = "urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d"
ENTRY_CONFIDENTIALITY: Final = "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f"
ENTRY_EVENTS: Final = "urn:uuid:2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4"
ENTRY_CODES: Final = {
    "class_code": "urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a",
    "type_code": "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983",
    "format_code": "urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d",
    "facility_type": "urn:uuid:f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1",
    "practice_setting": "urn:uuid:cccf5598-8b07-4b77-a05e-ae952c785ead",
}
ENTRY_IDENTIFIERS: Final = {
    "patient_id": ("urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427", "XDSDocumentEntry.patientId"),
    "unique_id": ("urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab", "XDSDocumentEntry.uniqueId"),
}
ENTRY_SLOTS: Final = {
    "creation_time": "creationTime",
    "hash": "hash",
    "size": "size",
    "language": "languageCode",
    "legal_authenticator": "legalAuthenticator",
    "repository_unique_id": "repositoryUniqueId",
    "service_start": "serviceStartTime",
    "service_stop": "serviceStopTime",
    "source_patient_id": "sourcePatientId",
    "uri": "URI",
    "action": "action",
}
ENTRY_LISTS: Final = {
    "source_patient_info": "sourcePatientInfo",
    "reference_ids": "urn:ihe:iti:xds:2013:referenceIdList",
}
AUTHOR_SLOTS: Final = {
    "persons": "authorPerson",
    "institutions": "authorInstitution",
    "roles": "authorRole",
    "specialties": "authorSpecialty",
}
ASSOCIATION_SLOTS: Final = {
    "set_status": "SubmissionSetStatus",
    "previous_version": "PreviousVersion",
    "original_status": "OriginalStatus",
    "new_status": "NewStatus",
}

ORIGINAL: Final = "Original"
"""The SubmissionSetStatus of a member that comes with its lot."""
HAS_MEMBER: Final = "urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember"
REPLACES: Final = "urn:ihe:iti:2007:AssociationType:RPLC"
OLD_REPLACES: Final = "urn:ihe:iti:2010:AssociationType:RPLC"
REPLACEMENTS: Final = (REPLACES, OLD_REPLACES)
"""Both spellings of a replacement: the second is wrong, but some software writes it."""
SIGNS: Final = "urn:ihe:iti:2007:AssociationType:signs"
UPDATE_STATUS: Final = "urn:ihe:iti:2010:AssociationType:UpdateAvailabilityStatus"

APPROVED: Final = "urn:oasis:names:tc:ebxml-regrep:StatusType:Approved"
DEPRECATED: Final = "urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated"
ARCHIVED: Final = "urn:asip:ci-sis:2010:StatusType:Archived"
DELETED: Final = "urn:asip:ci-sis:2010:StatusType:Deleted"

SUCCESS: Final = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"
FAILURE: Final = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Failure"
PARTIAL_SUCCESS: Final = "urn:ihe:iti:2007:ResponseStatusType:PartialSuccess"
ERROR_SEVERITY: Final = "urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Error"
WARNING_SEVERITY: Final = "urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Warning"
