"""The rules of hardened XML reading, judged by :func:`banc_standards.xml.parse` while it reads."""

from __future__ import annotations

from banc_standards.errors import Sentence
from banc_standards.rules import Hit, Rule, holds
from banc_standards.xml import XmlRefused

NOT_WELL_FORMED = Rule(
    id="XML-001",
    text=Sentence("Le message est du XML bien formé.", "The message is well-formed XML."),
    clause="W3C XML 1.0 §2.1; XML Namespaces 1.0 §3",
    fix=Sentence(
        "Produire le message avec une bibliothèque XML, jamais par concaténation de chaînes.",
        "Produce the message with an XML library, never by joining strings.",
    ),
    check=holds,
    always=True,
)
DTD = Rule(
    id="XML-002",
    text=Sentence("Le message ne porte pas de DTD.", "The message carries no DTD."),
    clause="SOAP 1.2 part 1 §5 (no document type declaration); OWASP XXE",
    fix=Sentence("Retirer la déclaration DOCTYPE.", "Remove the DOCTYPE declaration."),
    check=holds,
    always=True,
)
ENTITY = Rule(
    id="XML-003",
    text=Sentence(
        "Le message ne déclare ni n'appelle d'entité, hors les cinq prédéfinies.",
        "The message neither declares nor calls an entity, other than the five predefined ones.",
    ),
    clause="SOAP 1.2 part 1 §5; W3C XML 1.0 §4.6",
    fix=Sentence(
        "Écrire le caractère lui-même, ou sa référence numérique.", "Write the character itself, or its number."
    ),
    check=holds,
    always=True,
)
TOO_LARGE = Rule(
    id="XML-004",
    text=Sentence(
        "La taille et le nombre de nœuds du message restent dans les limites du service.",
        "The size and number of nodes of the message stay within the limits of the service.",
    ),
    clause="banc: 50 Mio, un million de nœuds",
    fix=Sentence("Envoyer moins de données par message.", "Send less data per message."),
    check=holds,
    certainty="deduced",
    always=True,
)
TOO_DEEP = Rule(
    id="XML-005",
    text=Sentence("L'imbrication du message reste bornée.", "The nesting of the message stays bounded."),
    clause="banc: 200 niveaux",
    fix=Sentence("Revoir la production du message.", "Check how the message is produced."),
    check=holds,
    certainty="deduced",
    always=True,
)
ENCODING = Rule(
    id="XML-006",
    text=Sentence(
        "Les octets du message sont dans le codage de caractères qu'il annonce.",
        "The bytes of the message are in the character encoding that it announces.",
    ),
    clause="W3C XML 1.0 §4.3.3",
    fix=Sentence(
        "Enregistrer en UTF-8 et annoncer UTF-8 (un texte Windows-1252 annoncé UTF-8 est l'erreur habituelle).",
        "Save as UTF-8 and announce UTF-8 (Windows-1252 text announced as UTF-8 is the usual mistake).",
    ),
    check=holds,
    always=True,
)

RULES: tuple[Rule, ...] = (NOT_WELL_FORMED, DTD, ENTITY, TOO_LARGE, TOO_DEEP, ENCODING)
BY_ID = {rule.id: rule for rule in RULES}


def hit(refused: XmlRefused) -> tuple[Rule, Hit]:
    """The rule and the place of a refusal, ready to be recorded as a finding."""
    rule = BY_ID[refused.rule_id]
    return rule, Hit("/", found=refused.detail, line=refused.line, column=refused.column)
