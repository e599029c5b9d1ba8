"""The faults of INSi as data: those of the gateway, those of the application, and the shape of ours (insi.md §6).

Clients must key on codes, never on texts. What the real service says to a malformed request is not published: such
faults carry codes beginning with ``mock_``, so that nobody takes them for real.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

RIGHTS: Final = "siram_100"
FORMAT: Final = "siram_20"
UNAVAILABLE: Final = "siram_40"


@dataclass(frozen=True, slots=True)
class SiramFault:
    """One fault. The gateway echoes the request's MessageID, the application does not.

    ``lang`` is the ``xml:lang`` of the reason, which the application layer announces as ``en`` over a French text.
    """

    code: str
    layer: Literal["gateway", "application"]
    soap_code: Literal["Sender", "Receiver"]
    subcode: str
    severity: str
    reason: str
    text: str
    lang: str = "fr"


_UNREACHABLE = (
    "Le service est temporairement inaccessible. Veuillez renouveler votre demande ultérieurement. Si le problème "
    "persiste, contactez l'éditeur du progiciel ou votre responsable informatique."
)

DESIR_550: Final = SiramFault(
    code="desir_550",
    layer="gateway",
    soap_code="Sender",
    subcode=RIGHTS,
    severity="erreur",
    reason=(
        "L'accès par ce progiciel au service n'est pas autorisé. Contactez l'éditeur du progiciel ou votre responsable "
        "informatique."
    ),
    text="Numéro d'autorisation du logiciel inconnu.",
)
DESIR_560: Final = SiramFault(
    code="desir_560",
    layer="gateway",
    soap_code="Sender",
    subcode=RIGHTS,
    severity="erreur",
    reason="Vous ne disposez pas des droits suffisants pour accéder à ce service",
    text="Niveau d'accès insuffisant",
)
DESIR_1020: Final = SiramFault(
    code="desir_1020",
    layer="gateway",
    soap_code="Sender",
    subcode=UNAVAILABLE,
    severity="fatale",
    reason=_UNREACHABLE,
    text="Le service appelé est temporairement indisponible",
)
INSI_102: Final = SiramFault(
    code="insi_102",
    layer="application",
    soap_code="Receiver",
    subcode=UNAVAILABLE,
    severity="fatal",
    reason=_UNREACHABLE,
    text="L'appel au service de recherche avec les traits d'identité renvoie une erreur technique.",
    lang="en",
)

INSI_101: Final = SiramFault(
    code="insi_101",
    layer="application",
    soap_code="Receiver",
    subcode=UNAVAILABLE,
    severity="fatal",
    reason=_UNREACHABLE,
    text="L'appel au service de recherche avec la carte Vitale renvoie une erreur technique.",
    lang="en",
)
"""Nobody showed it: it is INSI_102 for a search by card, by symmetry."""

DOCUMENTED: Final[dict[str, SiramFault]] = {fault.code: fault for fault in (DESIR_550, DESIR_560, DESIR_1020, INSI_102)}
"""The faults that a source shows, by ``Erreur@code``."""


MOCK_CODES: Final[dict[str, str]] = {
    "mock_xml": FORMAT,
    "mock_http": FORMAT,
    "mock_soap": FORMAT,
    "mock_action": FORMAT,
    "mock_entete": FORMAT,
    "mock_corps": FORMAT,
    "mock_trait": FORMAT,
    "mock_ticket": FORMAT,
    "mock_certificat": RIGHTS,
    "mock_emetteur": RIGHTS,
    "mock_droits": RIGHTS,
    "mock_assertion": RIGHTS,
    "mock_assertion_expiree": RIGHTS,
    "mock_jeton": RIGHTS,
    "mock_session": RIGHTS,
    "mock_interne": UNAVAILABLE,
}
"""The codes of the bench's own faults, with the subcode that each is sent under."""


def mock_fault(code: str, reason: str, text: str = "") -> SiramFault:
    """A fault of the bench, for what no source tells: the sender's, but for what the bench itself cannot do.

    Raises ``KeyError`` for a code that is not one of :data:`MOCK_CODES`.
    """
    subcode = MOCK_CODES[code]
    soap_code: Literal["Sender", "Receiver"] = "Receiver" if subcode == UNAVAILABLE else "Sender"
    severity = "fatale" if subcode == UNAVAILABLE else "erreur"
    return SiramFault(code, "gateway", soap_code, subcode, severity, reason, text or reason)
