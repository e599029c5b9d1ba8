"""The table of transactions: which path and body root make which, and the Action that belongs to it (dmp.md §2).

A request is routed on its path and the root of its body; a wrong Action is only a finding, because clients that the
real server accepts send other ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from banc_standards.dmp import names

Standing = Literal["served", "withdrawn", "not simulated"]


@dataclass(frozen=True, slots=True)
class Transaction:
    """One transaction: its DMP name, path, qualified body root, Actions both ways, and whether we serve it.

    ``reason`` tells apart the transactions that share one message.
    """

    id: str
    path: str
    root: str
    action: str
    answer: str
    standing: Standing = "not simulated"
    reason: str = ""


def _hl7(name: str) -> str:
    return f"{{{names.HL7V3_NS}}}{name}"


_PATIENT_SPECIFIC: Final = f"{names.PATIENTS_NS}:PatientSpecificEndPoint"
_AUTHORIZATIONS: Final = f"{names.AUTHORIZATIONS_NS}:HabilitationsEndPoint"
_CERTIFICATION: Final = f"{names.PATIENTS_NS}:PatientCertificationEndPoint:identityCertification"
_UPDATE: Final = "urn:ihe:iti:2010:UpdateDocumentSet"
DELETION: Final = "delete"
ARCHIVING: Final = "archive"
METADATA: Final = "metadata"
VISIBLE: Final = "visible"
"""What tells the transactions of one ITI-57 message apart: :func:`banc_standards.dmp.read.update` reads it."""


def _update(identifier: str, reason: str, standing: Standing = "not simulated") -> Transaction:
    root = f"{{{names.LCM_NS}}}SubmitObjectsRequest"
    return Transaction(identifier, "/registry", root, _UPDATE, f"{_UPDATE}-Response", standing, reason)


def _administrative(identifier: str, interaction: str, standing: Standing = "not simulated") -> Transaction:
    action = f"{names.HL7V3_NS}:{interaction}"
    answer = f"{names.HL7V3_NS}:{interaction.removesuffix('UV02')}ResponseUV02"
    return Transaction(identifier, "/patients", _hl7(interaction), action, answer, standing)


def _own(identifier: str, path: str, base: str, operation: str, standing: Standing = "not simulated") -> Transaction:
    root = f"{{{base.rpartition(':')[0]}}}{operation}"
    return Transaction(identifier, path, root, f"{base}:{operation}", f"{base}:{operation}Response", standing)


TEST_OF_EXISTENCE: Final = Transaction(
    "TD0.2",
    "/patients",
    _hl7(names.QUERY_INTERACTION),
    names.QUERY_ACTION,
    names.ANSWER_ACTION,
    "served",
    names.TEST_EXISTENCE,
)
READ_DATA: Final = Transaction(
    "TD1.3a",
    "/patients",
    _hl7(names.QUERY_INTERACTION),
    names.QUERY_ACTION,
    names.ANSWER_ACTION,
    "served",
    names.READ_DATA,
)
FEED: Final = Transaction(
    "TD2.1",
    "/repository",
    f"{{{names.XDS_NS}}}ProvideAndRegisterDocumentSetRequest",
    "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b",
    "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-bResponse",
    "served",
)
SEARCH: Final = Transaction(
    "TD3.1",
    "/registry",
    f"{{{names.QUERY_NS}}}AdhocQueryRequest",
    "urn:ihe:iti:2007:RegistryStoredQuery",
    "urn:ihe:iti:2007:RegistryStoredQueryResponse",
    "served",
)
RETRIEVE: Final = Transaction(
    "TD3.2",
    "/repository",
    f"{{{names.XDS_NS}}}RetrieveDocumentSetRequest",
    "urn:ihe:iti:2007:RetrieveDocumentSet",
    "urn:ihe:iti:2007:RetrieveDocumentSetResponse",
    "served",
)
AUTHORIZE: Final = _own("TD0.3", "/habilitations", _AUTHORIZATIONS, "setAuthorization", "served")
LIST_HOLDERS: Final = _own("TD1.6", "/habilitations", _AUTHORIZATIONS, "listAuthorizationByPatient", "served")
LIST_RECORDS: Final = _own("TD0.4", "/patientsSpecific", _PATIENT_SPECIFIC, "patientList", "served")
DELETE: Final = _update("TD3.3c", DELETION, "served")
ARCHIVE: Final = _update("TD3.3d", ARCHIVING, "served")
MASK: Final = _update("TD3.3a", METADATA, "served")
MAKE_VISIBLE: Final = _update("TD3.3b", VISIBLE, "served")
"""The message is that of TD3.3a: what it changes tells them apart, once the registry was read."""

TRANSACTIONS: Final[tuple[Transaction, ...]] = (
    Transaction(
        "TD0.0",
        "/patientCertif",
        f"{{{names.PATIENTS_NS}}}identityCertification",
        _CERTIFICATION,
        f"{_CERTIFICATION}Response",
        "withdrawn",
    ),
    TEST_OF_EXISTENCE,
    READ_DATA,
    AUTHORIZE,
    LIST_HOLDERS,
    LIST_RECORDS,
    _own("TD1.5a", "/patientsSpecific", _PATIENT_SPECIFIC, "createPatientAccess", "withdrawn"),
    _own("TD1.5b", "/patientsSpecific", _PATIENT_SPECIFIC, "patientOTPUpdate", "withdrawn"),
    _own("TD1.5d", "/patientsSpecific", _PATIENT_SPECIFIC, "updatePatientAccess", "withdrawn"),
    Transaction(
        "TD0.5",
        "/patientsPDQ",
        _hl7("PRPA_IN201305UV02"),
        f"{names.HL7V3_NS}:PRPA_IN201305UV02",
        f"{names.HL7V3_NS}:PRPA_IN201306UV02",
    ),
    _administrative("TD1.1", "PRPA_IN201311UV02", "withdrawn"),
    _administrative("TD1.3b", "PRPA_IN201314UV02", "withdrawn"),
    FEED,
    SEARCH,
    RETRIEVE,
    DELETE,
    ARCHIVE,
    MASK,
    MAKE_VISIBLE,
)
PATHS: Final = tuple(dict.fromkeys(transaction.path for transaction in TRANSACTIONS))


def find(path: str, root: str | None, reason: str | None = None) -> Transaction | None:
    """The transaction of a request: its path below the base, the root of its body, and the reason code where the
    message carries one. With no known reason the first transaction of that message; None when there is none at all."""
    found = [transaction for transaction in TRANSACTIONS if (transaction.path, transaction.root) == (path, root)]
    return next((transaction for transaction in found if transaction.reason == reason), found[0] if found else None)


def by_id(identifier: str) -> Transaction:
    """The transaction of that name. Raises ``KeyError``."""
    for transaction in TRANSACTIONS:
        if transaction.id == identifier:
            return transaction
    raise KeyError(identifier)
