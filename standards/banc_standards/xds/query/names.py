"""Names of ITI-18: the query namespace, the queries, their parameters (DMP, TD3.1; IHE ITI TF-2 §3.18)."""

from __future__ import annotations

from typing import Final

QUERY_NS: Final = "urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0"
QUERY: Final = f"{{{QUERY_NS}}}"
STORED_QUERY: Final = "urn:ihe:iti:2007:RegistryStoredQuery"

FIND_DOCUMENTS: Final = "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d"
GET_DOCUMENTS: Final = "urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4"
QUERIES: Final = {
    FIND_DOCUMENTS: "FindDocuments",
    GET_DOCUMENTS: "GetDocuments",
    "urn:uuid:f26abbcb-ac74-4422-8a30-edb644bbc1a9": "FindSubmissionSets",
    "urn:uuid:958f3006-baad-4929-a4de-ff1114824431": "FindFolders",
    "urn:uuid:10b545ea-725c-446d-9b95-8aeb444eddf3": "GetAll",
    "urn:uuid:a7ae438b-4bc2-4642-93e9-be891f7bb155": "GetAssociations",
    "urn:uuid:bab9529a-4a10-40b3-a01f-f68a615d247a": "GetDocumentsAndAssociations",
    "urn:uuid:51224314-5390-4169-9b91-b1980040715a": "GetSubmissionSets",
    "urn:uuid:e8e3cb2c-e39c-46b9-99e4-c12f57260b83": "GetSubmissionSetAndContents",
    "urn:uuid:d90e5407-b356-4d91-a89f-873917b4b0e6": "GetRelatedDocuments",
    "urn:uuid:12941a89-e02e-4be5-967c-ce4bfc8fe492": "FindDocumentsByReferenceId",
}
"""Every query that IHE defines, by its id."""
SERVED: Final = frozenset({FIND_DOCUMENTS, GET_DOCUMENTS})
"""Those that this version of the bench answers."""

LEAF_CLASS: Final = "LeafClass"
OBJECT_REF: Final = "ObjectRef"

ENTRY: Final = "$XDSDocumentEntry"
PATIENT: Final = f"{ENTRY}PatientId"
STATUS: Final = f"{ENTRY}Status"
ENTRY_UUID: Final = f"{ENTRY}EntryUUID"
UNIQUE_ID: Final = f"{ENTRY}UniqueId"
AUTHOR: Final = f"{ENTRY}AuthorPerson"

CODED: Final = {
    f"{ENTRY}ClassCode": "class_code",
    f"{ENTRY}TypeCode": "type_code",
    f"{ENTRY}PracticeSettingCode": "practice_setting",
    f"{ENTRY}HealthcareFacilityTypeCode": "facility_type",
    f"{ENTRY}FormatCode": "format_code",
    f"{ENTRY}EventCodeList": "events",
    f"{ENTRY}ConfidentialityCode": "confidentiality",
}
"""The parameters whose values are ``code^^scheme``, with the attribute of an entry that each one filters."""
TIMES: Final = {
    f"{ENTRY}CreationTime": "creation_time",
    f"{ENTRY}ServiceStartTime": "service_start",
    f"{ENTRY}ServiceStopTime": "service_stop",
}
"""The parameters that bound a time, without their ``From`` or ``To``."""
BOUNDS: Final = tuple(f"{name}{end}" for name in TIMES for end in ("From", "To"))
PARAMETERS: Final = {
    FIND_DOCUMENTS: frozenset({PATIENT, STATUS, AUTHOR, *CODED, *BOUNDS}),
    GET_DOCUMENTS: frozenset({ENTRY_UUID, UNIQUE_ID}),
}
SINGLE: Final = frozenset({PATIENT, *BOUNDS})
"""The parameters that take one value, written without parentheses."""
