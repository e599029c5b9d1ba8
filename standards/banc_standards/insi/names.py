"""The namespaces, actions and labels of INSi (WSDL DESIR_ICIR_EXP 1.5.0)."""

from __future__ import annotations

from typing import Final, Literal

from banc_standards.soap.names import WSA, WSSE

WEBSERVICE: Final = "http://www.cnamts.fr/webservice"
REC_SANS: Final = "http://www.cnamts.fr/INSiRecSans"
REC_VIT: Final = "http://www.cnamts.fr/INSiRecVit"
RESULTAT: Final = "http://www.cnamts.fr/INSiResultat"
REQ_UNITAIRE: Final = "http://www.cnamts.fr/INSiLot2/REQUnitaire"
REP_UNITAIRE: Final = "http://www.cnamts.fr/INSiLot2/REPUnitaire"
REQ_MASSE: Final = "http://www.cnamts.fr/INSiLot2/REQMasse"
REP_MASSE: Final = "http://www.cnamts.fr/INSiLot2/REPMasse"
"""Only REPUnitaire is told by a source; the three others, and the elements in them, are the bench's own."""
CTXBAM: Final = "urn:siram:bam:ctxbam"
CTXLPS: Final = "urn:siram:lps:ctxlps"
HEADERS: Final = (
    f"{{{WSA}}}Action",
    f"{{{WSA}}}MessageID",
    f"{{{WSSE}}}Security",
    f"{{{CTXBAM}}}ContexteBAM",
    f"{{{CTXLPS}}}ContexteLPS",
)
"""The parts of the header, each of which comes once."""
SIRAM: Final = "urn:siram"

BAM_VERSION: Final = "01_02"
LPS_VERSION: Final = "01_00"
IDAM_ROLE: Final = "4"
ISSUER_FORMAT: Final = "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName"

Operation = Literal["WS_INS1", "WS_INS2", "WS_INS3", "WS_INS4", "WS_INS5"]
ACTION_ROOT: Final = "urn:ServiceIdentiteCertifiee:1.0.0:"
SEARCH_ACTION: Final = ACTION_ROOT + "rechercherInsAvecTraitsIdentite"
CARD_ACTION: Final = ACTION_ROOT + "rechercherInsAvecCarteVitale"
VERIFY_ACTION: Final = ACTION_ROOT + "verifierInsAvecTraitsIdentite"
DEPOSIT_ACTION: Final = ACTION_ROOT + "deposerVerificationEnMasse"
RETRIEVE_ACTION: Final = ACTION_ROOT + "recupererVerificationEnMasse"
ACTIONS: Final[dict[str, Operation]] = {
    CARD_ACTION: "WS_INS1",
    SEARCH_ACTION: "WS_INS2",
    VERIFY_ACTION: "WS_INS3",
    DEPOSIT_ACTION: "WS_INS4",
    RETRIEVE_ACTION: "WS_INS5",
}

INS_PARTS: Final = ("NumIdentifiant", "Cle", "TypeMatricule")
"""What stands in a matricule, in order."""

BILLING: Final = "identifiantFacturation"
SPECIALITY: Final = "codeSpecialiteAMO"
SECTOR: Final = "secteurActivite"
PROFESSION: Final = "gipProfessionCode"

FOUND: Final = "00"
NONE_FOUND: Final = "01"
SEVERAL_FOUND: Final = "02"
LABELS: Final[dict[str, str]] = {
    FOUND: "OK",
    NONE_FOUND: "Aucune identite trouvee",
    SEVERAL_FOUND: "Plusieurs identites trouvees",
}
"""``LibelleCR`` on the wire, ASCII, by ``CodeCR``."""

VERDICTS: Final[dict[str, str]] = {FOUND: "OK", NONE_FOUND: "KO"}
"""``LibelleCR`` of a verification, by ``CodeCR``: the two results that the official texts know, codes of the bench."""
MOST_IN_BULK: Final = 1_000
"""Identities in one deposit, unless a switch says otherwise."""

ORGANISATION_NAMES: Final = frozenset({"INSI-MANU", "INSI-AUTO"})
"""The CN that an organisation certificate must have, to the letter: a call by an operator, or by an automaton."""
