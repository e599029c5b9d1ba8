"""Réglages de l'application, lus dans l'environnement sous les noms qu'écrit `banc env`."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass

DEFECTS = ("nonce", "accents")
"""Défauts que l'on peut allumer par DOSSIER_DEFAUT, pour voir les tests échouer."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Adresses des services, client Pro Santé Connect, numéro INSi, structure de l'utilisateur."""

    psc_discovery: str
    psc_client_id: str
    psc_client_secret: str
    insi_url: str
    insi_idam: str
    ca_file: str | None = None
    public_url: str = "http://localhost:3000"
    finess: str = "990000010"
    sector: str = "SA01"
    speciality: str = "03"
    defect: str = ""

    @property
    def redirect_uri(self) -> str:
        """L'adresse de retour, telle que Pro Santé Connect la connaît."""
        return f"{self.public_url}/callback"

    def trust(self) -> ssl.SSLContext:
        """Les autorités acceptées : celle du bac à sable quand elle est donnée, sinon celles du système."""
        return ssl.create_default_context(cafile=self.ca_file)

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Lit les réglages. Lève KeyError quand il en manque un, ValueError pour un défaut inconnu."""
        defect = environment.get("DOSSIER_DEFAUT", os.environ.get("DOSSIER_DEFAUT", ""))
        if defect and defect not in DEFECTS:
            raise ValueError(f"DOSSIER_DEFAUT={defect} : connus : {', '.join(DEFECTS)}")
        return cls(
            psc_discovery=environment["BANC_PSC_DISCOVERY"],
            psc_client_id=environment["BANC_PSC_CLIENT_ID"],
            psc_client_secret=environment["BANC_PSC_CLIENT_SECRET"],
            insi_url=environment["BANC_INSI_URL"],
            insi_idam=environment["BANC_INSI_IDAM"],
            ca_file=environment.get("BANC_CA_FILE"),
            public_url=environment.get("DOSSIER_URL", "http://localhost:3000"),
            defect=defect,
        )
