"""The misbehaviours that the DMP can be told to show: its documented errors on demand, and precise lies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from banc_mocks.sandbox.faults import ArmedFault, Fault, Parameter
from banc_standards.dmp import errors
from banc_standards.errors import Sentence

SERVICE: Final = "dmp"
_KEYS: Final = ("ins", "professional", "structure", "documents", "submission_set")


_UNWRITABLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML holds (XML 1.0 §2.2), whatever a test asks to be said."""


def said(lie: ArmedFault, name: str) -> str:
    """The text of a setting, fit to be written in an answer."""
    return _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", str(lie.parameters[name]))


def _fault(name: str, fr: str, en: str, parameters: Mapping[str, Parameter] | None = None) -> Fault:
    return Fault(f"{SERVICE}.{name}", SERVICE, Sentence(fr, en), _KEYS, dict(parameters or {}))


SOAP_FAULT: Final = _fault(
    "fault",
    "Répond une SOAP Fault de ce code, pour toute opération.",
    "Answers a SOAP Fault with this code, whatever the operation.",
    {"code": errors.INVALID_CERTIFICATE, "reason": "", "receiver": False},
)
HL7_ERROR: Final = _fault(
    "hl7_error",
    "TD0.2 répond AE avec ce code.",
    "TD0.2 answers AE with this code.",
    {"code": "DMPMockInternalError", "text": "Erreur interne du DMP"},
)
REGISTRY_ERROR: Final = _fault(
    "registry_error",
    "TD2.1, TD3.1, TD3.2 et TD3.3 répondent Failure avec ce code XDS.",
    "TD2.1, TD3.1, TD3.2 and TD3.3 answer Failure with this XDS code.",
    {"code": "XDSRegistryError", "context": "Erreur du registre"},
)
REPOSITORY_BUSY: Final = _fault(
    "repository_busy",
    "TD2.1 et TD3.2 répondent XDSRepositoryBusy.",
    "TD2.1 and TD3.2 answer XDSRepositoryBusy.",
)
REGISTRY_BUSY: Final = _fault(
    "registry_busy",
    "TD2.1, TD3.1 et TD3.3 répondent XDSRegistryBusy.",
    "TD2.1, TD3.1 and TD3.3 answer XDSRegistryBusy.",
)
CLOSED: Final = _fault(
    "closed",
    "Le DMP est fermé entre-temps : TD0.2 le dit terminated, TD2.1 répond DMPClosed.",
    "The record was closed meanwhile: TD0.2 says terminated, TD2.1 answers DMPClosed.",
)
NOT_FOUND: Final = _fault(
    "not_found",
    "Le DMP n'existe pas : TD0.2 répond NF, TD2.1, TD3.1, TD3.2 et TD3.3 XDSUnknownPatientId.",
    "There is no record: TD0.2 answers NF, TD2.1, TD3.1, TD3.2 and TD3.3 XDSUnknownPatientId.",
)
WRONG_PATIENT: Final = _fault(
    "wrong_patient", "TD0.2 répond au sujet d'un autre patient.", "TD0.2 answers about another patient."
)
WRONG_RELATES_TO: Final = _fault(
    "wrong_relates_to", "La réponse se rapporte à un autre message.", "The answer relates to another message."
)
LOST_ANSWER: Final = _fault(
    "lost_answer",
    "Traite la requête, puis répond 504 : le logiciel ne sait pas qu'elle a abouti.",
    "Carries the request out, then answers 504: the software does not know that it succeeded.",
)
TRUNCATED: Final = _fault("truncated", "La réponse XML est coupée en deux.", "The XML answer is cut in two.")
HTML: Final = _fault("html", "Répond une page HTML, statut 200.", "Answers an HTML page, status 200.")
MULTIPART: Final = _fault("multipart", "La réponse est en multipart MTOM.", "The answer comes as an MTOM multipart.")
UNKNOWN_CODE: Final = _fault(
    "unknown_code",
    "TD2.1, TD3.1, TD3.2 et TD3.3 répondent Failure avec un code que nul document ne liste.",
    "TD2.1, TD3.1, TD3.2 and TD3.3 answer Failure with a code that no document lists.",
)
NO_RESULT: Final = _fault(
    "no_result",
    "TD3.1 ne trouve rien, quoi que le dossier contienne.",
    "TD3.1 finds nothing, whatever the record holds.",
)

ALTERED: Final = _fault(
    "altered_document",
    "TD3.2 rend un document dont un octet a changé : le condensé de ses métadonnées n'est plus le sien.",
    "TD3.2 gives a document with one octet changed: the hash of its metadata is no longer its own.",
)
PARTIAL: Final = _fault(
    "partial_success",
    "TD3.2 refuse le dernier document demandé : succès partiel, ou échec s'il est seul.",
    "TD3.2 refuses the last document asked for: partial success, or failure when it is alone.",
)
MISSING_PART: Final = _fault(
    "missing_part",
    "La réponse à TD3.2 désigne des parties MTOM qu'elle ne porte pas.",
    "The answer to TD3.2 points at MTOM parts that it does not carry.",
)
INLINE: Final = _fault(
    "inline_document",
    "TD3.2 répond sans MTOM : le document est en base64 dans l'enveloppe.",
    "TD3.2 answers without MTOM: the document is in base64 inside the envelope.",
)

STATUS: Final = _fault(
    "authorization_status",
    "TD0.3, TD0.4 et TD1.6 répondent ce code et ce texte ; TD0.3 ne change rien.",
    "TD0.3, TD0.4 and TD1.6 answer this code and this text; TD0.3 changes nothing.",
    {"code": errors.ACCESS_DENIED, "context": "Transaction non autorisée"},
)

BUSY_CODES: Final = {
    REPOSITORY_BUSY.id: ("XDSRepositoryBusy", "Entrepôt occupé, réessayer plus tard"),
    REGISTRY_BUSY.id: ("XDSRegistryBusy", "Registre occupé, réessayer plus tard"),
    UNKNOWN_CODE.id: ("DMPCodeInconnuDuLogiciel", "Erreur que le logiciel ne connaît pas"),
}
"""The code and context of each fault that is one registry error."""

FAULTS: tuple[Fault, ...] = (
    SOAP_FAULT,
    HL7_ERROR,
    REGISTRY_ERROR,
    REPOSITORY_BUSY,
    REGISTRY_BUSY,
    CLOSED,
    NOT_FOUND,
    WRONG_PATIENT,
    WRONG_RELATES_TO,
    LOST_ANSWER,
    TRUNCATED,
    HTML,
    MULTIPART,
    UNKNOWN_CODE,
    NO_RESULT,
    ALTERED,
    PARTIAL,
    MISSING_PART,
    INLINE,
    STATUS,
)
