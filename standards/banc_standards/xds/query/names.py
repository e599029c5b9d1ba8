"""Names of ITI-18: the query namespace, the queries, their parameters (DMP, TD3.1; IHE ITI TF-2 §3.18)."""

from __future__ import annotations

from typing import Final

QUERY_NS: Final = "urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0"
QUERY: Final = f"{{{QUERY_NS}}}"
STORED_QUERY: Final = "urn:ihe:iti:2007:RegistryStoredQuery"

FIND_DOCUMENTS: Final = "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d"
GET_DOCUMENTS: Final = "urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4"
FIND_SUBMISSION_SETS: Final = "urn:uuid:f26abbcb-ac74-4422-8a30-edb644bbc1a9"
GET_ASSOCIATIONS: Final = "urn:uuid:a7ae438b-4bc2-4642-93e9-be891f7bb155"
GET_DOCUMENTS_AND_ASSOCIATIONS: Final = "urn:uuid:bab9529a-4a10-40b3-a01f-f68a615d247a"
GET_ALL: Final = "urn:uuid:10b545ea-725c-446d-9b95-8aeb444eddf3"
FIND_BY_REFERENCE: Final = "urn:uuid:12941a89-e02e-4be5-967c-ce4bfc8fe492"
QUERIES: Final = {
    FIND_DOCUMENTS: "FindDocuments",
    GET_DOCUMENTS: "GetDocuments",
    FIND_SUBMISSION_SETS: "FindSubmissionSets",
    "urn:uuid:958f3006-baad-4929-a4de-ff1114824431": "FindFolders",
    GET_ALL: "GetAll",
    GET_ASSOCIATIONS: "GetAssociations",
    GET_DOCUMENTS_AND_ASSOCIATIONS: "GetDocumentsAndAssociations",
    "urn:uuid:51224314-5390-4169-9b91-b1980040715a": "GetSubmissionSets",
    "urn:uuid:e8e3cb2c-e39c-46b9-99e4-c12f57260b83": "GetSubmissionSetAndContents",
    "urn:uuid:d90e5407-b356-4d91-a89f-873917b4b0e6": "GetRelatedDocuments",
    FIND_BY_REFERENCE: "FindDocumentsByReferenceId",
}
"""Every query that IHE defines, by its id."""
SERVED: Final = (
    FIND_DOCUMENTS,
    GET_DOCUMENTS,
    FIND_SUBMISSION_SETS,
    GET_ASSOCIATIONS,
    GET_DOCUMENTS_AND_ASSOCIATIONS,
    FIND_BY_REFERENCE,
)
"""Those that this version of the bench answers: what the DMP's guide names. Whether the DMP answers GetAll is unknown:
a registry may be told to; the others are answered as unknown."""

LEAF_CLASS: Final = "LeafClass"
OBJECT_REF: Final = "ObjectRef"

ENTRY: Final = "$XDSDocumentEntry"
PATIENT: Final = f"{ENTRY}PatientId"
STATUS: Final = f"{ENTRY}Status"
ENTRY_UUID: Final = f"{ENTRY}EntryUUID"
UNIQUE_ID: Final = f"{ENTRY}UniqueId"
AUTHOR: Final = f"{ENTRY}AuthorPerson"
REFERENCES: Final = f"{ENTRY}ReferenceIdList"
SET: Final = "$XDSSubmissionSet"
SET_PATIENT: Final = f"{SET}PatientId"
SET_STATUS: Final = f"{SET}Status"
SET_SOURCE: Final = f"{SET}SourceId"
SET_AUTHOR: Final = f"{SET}AuthorPerson"
SET_CONTENT_TYPE: Final = f"{SET}ContentType"
SET_TIME: Final = f"{SET}SubmissionTime"
OBJECTS: Final = "$uuid"
ALL_PATIENT: Final = "$patientId"
FOLDER_STATUS: Final = "$XDSFolderStatus"
PATIENTS: Final = {
    FIND_DOCUMENTS: PATIENT,
    FIND_BY_REFERENCE: PATIENT,
    FIND_SUBMISSION_SETS: SET_PATIENT,
    GET_ALL: ALL_PATIENT,
}
"""The parameter that names the patient, in the queries that have one."""
AUTHORS: Final = (AUTHOR, SET_AUTHOR)
"""The parameters whose values are patterns: ``%`` stands for any text, ``_`` for any character."""

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
BOUNDS: Final = tuple(f"{name}{end}" for name in (*TIMES, SET_TIME) for end in ("From", "To"))
_DOCUMENTS: Final = frozenset(
    {PATIENT, STATUS, AUTHOR, *CODED, *(f"{name}{end}" for name in TIMES for end in ("From", "To"))}
)
PARAMETERS: Final = {
    FIND_DOCUMENTS: _DOCUMENTS,
    GET_DOCUMENTS: frozenset({ENTRY_UUID, UNIQUE_ID}),
    FIND_SUBMISSION_SETS: frozenset(
        {SET_PATIENT, SET_STATUS, SET_SOURCE, SET_AUTHOR, SET_CONTENT_TYPE, f"{SET_TIME}From", f"{SET_TIME}To"}
    ),
    GET_ASSOCIATIONS: frozenset({OBJECTS}),
    GET_DOCUMENTS_AND_ASSOCIATIONS: frozenset({ENTRY_UUID, UNIQUE_ID}),
    FIND_BY_REFERENCE: _DOCUMENTS | {REFERENCES},
    GET_ALL: frozenset(
        {ALL_PATIENT, STATUS, SET_STATUS, FOLDER_STATUS, f"{ENTRY}FormatCode", f"{ENTRY}ConfidentialityCode"}
    ),
}
REQUIRED: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    FIND_DOCUMENTS: ((STATUS,),),
    GET_DOCUMENTS: ((UNIQUE_ID, ENTRY_UUID),),
    FIND_SUBMISSION_SETS: ((SET_STATUS,),),
    GET_ASSOCIATIONS: ((OBJECTS,),),
    GET_DOCUMENTS_AND_ASSOCIATIONS: ((UNIQUE_ID, ENTRY_UUID),),
    FIND_BY_REFERENCE: ((STATUS,), (REFERENCES,)),
    GET_ALL: ((STATUS,), (SET_STATUS,), (FOLDER_STATUS,)),
}
"""The parameters that a query cannot do without: of each group, one."""
SINGLE: Final = frozenset({PATIENT, SET_PATIENT, ALL_PATIENT, SET_AUTHOR, *BOUNDS})
"""The parameters that take one value, written without parentheses."""
