"""What can be said of a token that is judged as a file, without the connection that carried it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from cryptography import x509

from banc_standards.ins import PRODUCTION_OIDS
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit, Rule, holds
from banc_standards.vihf import names
from banc_standards.vihf.rules.subject import VihfSubject

_BOOK = RuleBook("VIHF 3.0, assertion (exemples de messages v02.05.00)", "DMPMockInvalidVihf")

_BOOK.add(
    "VIHF-060",
    ("Le fichier porte une assertion SAML 2.0.", "The file holds a SAML 2.0 assertion."),
    (
        "Donner l'élément saml:Assertion, ou l'enveloppe SOAP qui le porte.",
        "Give the element saml:Assertion, or the SOAP envelope that holds it.",
    ),
    holds,
)
_BOOK.add(
    "VIHF-061",
    (
        "Le certificat de signature était valide quand l'assertion fut émise.",
        "The signing certificate was valid when the assertion was issued.",
    ),
    ("Signer avec un certificat en cours de validité.", "Sign with a certificate within its dates."),
    holds,
    at="W3C XML Signature §4.4.4 ; RFC 5280 §4.1.2.5",
    severity="warning",
    certainty="deduced",
)

_SELF_EMPLOYED = ("SA07", "SA08", "SA09")
_HOSPITALS = ("SA01", "SA02", "SA03", "SA04")


@_BOOK.rule(
    "VIHF-050",
    (
        "Le secteur d'activité va avec la structure : un cabinet (0, 4) n'est pas un établissement de santé.",
        "The sector goes with the structure: a practice (0, 4) is no hospital.",
    ),
    (
        "Prendre structure et secteur de la même situation d'exercice.",
        "Take structure and sector from one situation of practice.",
    ),
    at="Secteur_Activite, Identifiant_Structure",
    severity="warning",
    certainty="deduced",
)
def _sector_of_structure(subject: VihfSubject) -> Iterator[Hit]:
    structure, sector = subject.assertion.structure or "", (subject.assertion.sector or "").partition("^")[0]
    if structure[:1] in ("0", "4") and sector in _HOSPITALS:
        yield Hit(names.SECTOR, found=f"{sector} ({structure})", expected=" | ".join(_SELF_EMPLOYED))


@_BOOK.rule(
    "VIHF-051",
    (
        "Le rôle va avec le secteur : un pharmacien titulaire ou adjoint (A, DA) exerce en officine.",
        "The role goes with the sector: an owner or assistant pharmacist (A, DA) practises in a pharmacy.",
    ),
    (
        "Prendre rôle et secteur de la même situation d'exercice.",
        "Take role and sector from one situation of practice.",
    ),
    at="Secteur_Activite, role",
    severity="warning",
    certainty="deduced",
)
def _sector_of_role(subject: VihfSubject) -> Iterator[Hit]:
    sector = (subject.assertion.sector or "").partition("^")[0]
    sections = [role.code for role in subject.assertion.roles if role.system == names.G05]
    if sector in _HOSPITALS and any(code in ("A", "DA") for code in sections):
        yield Hit(names.SECTOR, found=sector, expected="SA33")


@_BOOK.rule(
    "VIHF-052",
    (
        "Le mode d'accès d'urgence (bris de glace, centre 15) est celui d'un utilisateur, non d'un automate.",
        "An emergency access mode (bris de glace, centre 15) is a user's, not a machine's.",
    ),
    (
        "Écrire normal pour l'alimentation ; en urgence, désigner le professionnel.",
        "Write normal to feed; in an emergency, name the professional.",
    ),
    at="purposeofuse, NameID",
    severity="warning",
    certainty="deduced",
)
def _emergency_by_someone(subject: VihfSubject) -> Iterator[Hit]:
    purpose = subject.assertion.purpose
    machine = any(role.system == names.A00 for role in subject.assertion.roles[:1])
    urgent = purpose is not None and purpose.code in ("bris_de_glace", "centre_15")
    if purpose is not None and urgent and (subject.mode == names.INDIRECT or machine):
        yield Hit(names.PURPOSE, found=f"{purpose.code} ({subject.mode})", expected=f"{names.DIRECT} | {names.AIR}")


@_BOOK.rule(
    "VIHF-053",
    (
        "Un jeton d'essai nomme un patient d'essai : l'OID .10, non ceux de la production.",
        "A test token names a test patient: the OID .10, not those of production.",
    ),
    ("Écrire 1.2.250.1.213.1.4.10 hors production.", "Write 1.2.250.1.213.1.4.10 outside production."),
    at="resource-id",
    severity="info",
    certainty="uncertain",
)
def _test_patient(subject: VihfSubject) -> Iterator[Hit]:
    temporary = "-tmp" in (subject.assertion.homologation or "")
    if temporary and subject.assertion.ins_oid in PRODUCTION_OIDS:
        yield Hit(names.RESOURCE_ID, found=subject.assertion.ins_oid or "", expected="1.2.250.1.213.1.4.10")


RULES: tuple[Rule, ...] = _BOOK.rules
COHERENCE_RULES: tuple[Rule, ...] = tuple(rule for rule in RULES if rule.id < "VIHF-060")
"""Those that read a token's own words against each other."""
_BY_ID = {rule.id: rule for rule in RULES}
VALID_CERTIFICATE = _BY_ID["VIHF-061"]


def not_an_assertion(found: str) -> tuple[Rule, Hit]:
    """The break of a file without any assertion."""
    return _BY_ID["VIHF-060"], Hit("/", found=found, expected="saml:Assertion")


def certificate_hits(certificate: x509.Certificate, moment: datetime) -> Iterator[Hit]:
    """The break of a certificate outside its dates."""
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not begins <= moment <= ends:
        found = f"{begins:%Y-%m-%d} … {ends:%Y-%m-%d}"
        yield Hit("ds:Signature/ds:KeyInfo/ds:X509Data", found=found, expected=moment.isoformat())
