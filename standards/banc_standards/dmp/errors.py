"""The error names of the DMP and what they say (dmp.md §11).

Those that begin with ``DMPMock`` are ours: the full list of the DMP (annex A7-1 of SEL-MP-037) is not public. A
software shows an unknown code to its user; it never fails on one.
"""

from __future__ import annotations

from typing import Final

from banc_standards.errors import Sentence

INVALID_CERTIFICATE: Final = "DMPInvalidCertificate"
ACCESS_DENIED: Final = "DMPAccessDeniedByRightsService"
CLOSED: Final = "DMPClosed"
ADDRESSING_REQUIRED: Final = "MessageAddressingHeaderRequired"
STRUCTURE_MISMATCH: Final = "DMPMockStructureMismatch"
SPECIALITY_REQUIRED: Final = "DMPMockSpecialityRequired"
AUTHOR_MISMATCH: Final = "DMPMockAuthorMismatch"
INVALID_VIHF: Final = "DMPMockInvalidVihf"
EXPIRED_VIHF: Final = "DMPMockVihfExpired"
REPLAYED_VIHF: Final = "DMPMockVihfReplayed"
INVALID_TOKEN: Final = "DMPMockInvalidToken"  # noqa: S105 - the name of an error
INVALID_MESSAGE: Final = "DMPMockInvalidMessage"
PATIENT_MISMATCH: Final = "DMPMockPatientMismatch"
WITHDRAWN: Final = "DMPMockWithdrawn"
NO_RECORD: Final = "DMPMockNoRecord"
NOT_SIMULATED: Final = "DMPMockNotSimulated"
UNKNOWN_OPERATION: Final = "DMPMockUnknownOperation"

SENTENCES: Final[dict[str, Sentence]] = {
    INVALID_CERTIFICATE: Sentence(
        "Le certificat ayant signé le VIHF est invalide : Not a valid signature certificate",
        "The certificate that signed the VIHF is invalid: Not a valid signature certificate",
    ),
    ACCESS_DENIED: Sentence(
        "Transaction non autorisée pour cet acteur et ce mode d'authentification",
        "Transaction not allowed for this actor and this authentication mode",
    ),
    CLOSED: Sentence("DMP fermé", "DMP closed"),
    ADDRESSING_REQUIRED: Sentence(
        "A required header representing a Message Addressing Property is not present",
        "A required header representing a Message Addressing Property is not present",
    ),
    STRUCTURE_MISMATCH: Sentence(
        "Erreur d'authentification de la personne morale", "Authentication error of the legal person"
    ),
    SPECIALITY_REQUIRED: Sentence(
        "Aucune spécialité dans le vihf. Spécialité obligatoire pour les Médecins et les Pharmaciens",
        "No speciality in the VIHF. Speciality mandatory for doctors and pharmacists",
    ),
    AUTHOR_MISMATCH: Sentence(
        "Aucun AuthorInstitution ne correspond à l'utilisateur du VIHF",
        "No AuthorInstitution matches the user of the VIHF",
    ),
    INVALID_VIHF: Sentence("Le VIHF est invalide", "The VIHF is invalid"),
    EXPIRED_VIHF: Sentence("Le VIHF est expiré", "The VIHF has expired"),
    REPLAYED_VIHF: Sentence("Le VIHF a déjà servi à un autre message", "The VIHF served another message already"),
    INVALID_TOKEN: Sentence("Le jeton d'accès est invalide", "The access token is invalid"),
    INVALID_MESSAGE: Sentence("Le message est invalide", "The message is invalid"),
    PATIENT_MISMATCH: Sentence(
        "L'INS du message n'est pas celui du VIHF", "The INS of the message is not that of the VIHF"
    ),
    WITHDRAWN: Sentence(
        "Transaction retirée : utiliser le téléservice INSi", "Transaction withdrawn: use the INSi service"
    ),
    NO_RECORD: Sentence("Le patient n'a pas de DMP", "The patient has no DMP"),
    NOT_SIMULATED: Sentence(
        "Transaction que cette version du banc ne simule pas", "Transaction that this version of the bench lacks"
    ),
    UNKNOWN_OPERATION: Sentence("Opération inconnue à cette adresse", "Operation unknown at this address"),
}
"""What the service says with each name; those quoted in dmp.md §11 are kept word for word in French."""
