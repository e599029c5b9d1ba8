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

DOCUMENTED: Final[dict[str, SiramFault]] = {fault.code: fault for fault in (DESIR_550, DESIR_560, DESIR_1020, INSI_102)}
"""The faults that a source shows, by ``Erreur@code``."""


def mock_fault(
    code: str, text: str, *, subcode: str = FORMAT, soap_code: Literal["Sender", "Receiver"] = "Sender"
) -> SiramFault:
    """A fault of the bench, for what no source tells. Raises ``ValueError`` unless the code begins with ``mock_``."""
    if not code.startswith("mock_"):
        raise ValueError(f"a fault of the bench is called mock_…, not {code}")
    return SiramFault(code, "gateway", soap_code, subcode, "erreur", text, text)
