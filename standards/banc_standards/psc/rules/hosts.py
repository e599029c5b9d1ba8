"""Rules over the name by which the provider is called."""

from __future__ import annotations

from collections.abc import Iterator

from banc_standards.errors import Sentence
from banc_standards.psc import names
from banc_standards.psc.read import CalledHost
from banc_standards.rules import Hit, Rule


def _obsolete(called: CalledHost) -> Iterator[Hit]:
    if called.name in names.OBSOLETE_HOSTS:
        yield Hit("Host", called.name, called.name.replace(".bas.esw.", ".bas.psc."))


def _unknown(called: CalledHost) -> Iterator[Hit]:
    if called.name not in called.known and called.name not in names.OBSOLETE_HOSTS:
        yield Hit("Host", called.name[:100])


OBSOLETE = Rule(
    id="PSC-HST-001",
    text=Sentence(
        "L'appel ne vise pas les anciens noms du bac à sable (bas.esw), remplacés par bas.psc.",
        "The call does not go to the former names of the test environment (bas.esw), replaced by bas.psc.",
    ),
    clause="Pro Santé Connect, documentation technique : adresses du bac à sable",
    fix=Sentence(
        "Lisez les adresses dans {issuer}/.well-known/wallet-openid-configuration.",
        "Read the addresses in {issuer}/.well-known/wallet-openid-configuration.",
    ),
    check=_obsolete,
    severity="warning",
)

UNKNOWN = Rule(
    id="PSC-HST-002",
    text=Sentence(
        "Le service est appelé par un nom que porte son certificat.",
        "The service is called by a name that its certificate carries.",
    ),
    clause="RFC 9110 §4.3.4, §7.4",
    fix=Sentence(
        "Vérifiez le certificat du serveur ; déclarez un nom de plus par --san, une adresse publique par --public-url.",
        "Verify the server's certificate; declare one more name with --san, a public address with --public-url.",
    ),
    check=_unknown,
    severity="info",
    certainty="deduced",
)

RULES: tuple[Rule, ...] = (OBSOLETE, UNKNOWN)
