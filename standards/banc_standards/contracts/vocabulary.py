"""The closed lists of words that the shapes share; free of pydantic so that the command line may import them."""

from __future__ import annotations

from typing import Literal

RunKind = Literal["bac-a-sable", "recette", "homologation"]
Verdict = Literal["CONFORME", "PARTIEL", "NON_CONFORME", "A_COMPLETER", "NON_APPLICABLE", "NON_TESTE"]
Level = Literal["mandatory", "conditional", "optional"]
CheckMode = Literal["automatic", "semi", "manual"]
Couloir = Literal["hopital", "biologie", "imagerie", "officine", "ville", "medico-social"]
SoftwareType = Literal["DPI", "PFI", "RI", "SGL", "RIS", "DRIMBOX", "LGO", "LGC", "DUI"]
SessionMode = Literal["strict", "lenient"]
Outcome = Literal["accepted", "refused", "failed", "observed"]
SessionBy = Literal["certificate", "credential", "address", "default"]
CertificateKind = Literal["AUTH_CLI", "SIGN", "SERVER", "CPS_AUTH", "CPS_SIGN", "SMTP"]
CertificateProfile = Literal["valid", "expired", "not_yet", "revoked", "foreign_ca", "wrong_cn", "wrong_host"]
LoginMeans = Literal["MOBILE", "CARD"]
LoginOutcome = Literal["approve", "refuse", "timeout"]
AnswerStatus = Literal["done", "refused", "unsupported", "failed"]

ACTIONS = (
    "auth.login",
    "auth.refresh",
    "auth.logout",
    "patient.create",
    "patient.qualify",
    "identity.search",
    "identity.verify",
    "document.send",
    "document.replace",
    "document.delete",
    "document.hide",
    "document.search",
    "document.read",
    "mail.send",
    "mail.fetch",
    "directory.search",
    "hl7.receive",
    "clock.set",
    "state.reset",
    "state.export",
)
"""The actions that a driver may be asked for (CONTRACTS §9)."""
