"""The rules of the token itself: ids, issuer, dates, algorithms, versions (dmp.md §5.1, §5.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from banc_standards import certificates
from banc_standards.errors import Sentence
from banc_standards.rules import Hit, Rule
from banc_standards.vihf import names
from banc_standards.vihf.read import moment
from banc_standards.vihf.rules.subject import VihfSubject

FRESH: Final = timedelta(minutes=5)
_INVALID: Final = "DMPMockInvalidVihf"
_EXPIRED: Final = "DMPMockVihfExpired"
_NCNAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*")


def _identified(subject: VihfSubject) -> Iterator[Hit]:
    if not _NCNAME.fullmatch(subject.assertion.id):
        yield Hit("saml:Assertion/@ID", found=subject.assertion.id, expected="_ + UUID")
    if subject.assertion.version != "2.0":
        yield Hit("saml:Assertion/@Version", found=subject.assertion.version, expected="2.0")


def _issuer_format(subject: VihfSubject) -> Iterator[Hit]:
    if subject.assertion.issuer_format != names.ISSUER_FORMAT:
        yield Hit("saml:Issuer/@Format", found=subject.assertion.issuer_format or "", expected=names.ISSUER_FORMAT)


def _issuer(subject: VihfSubject) -> Iterator[Hit]:
    certificate, issuer = subject.signing_certificate, subject.assertion.issuer
    if certificate is not None and not certificates.names_subject(issuer or "", certificate):
        yield Hit("saml:Issuer", found=issuer or "", expected=certificate.subject.rfc4514_string())


def _utc(subject: VihfSubject) -> Iterator[Hit]:
    text = subject.assertion.issue_instant
    if moment(text) is None or not text.endswith("Z"):
        yield Hit("saml:Assertion/@IssueInstant", found=text, expected="AAAA-MM-JJThh:mm:ss.sssZ")


def _fresh(subject: VihfSubject) -> Iterator[Hit]:
    issued = moment(subject.assertion.issue_instant)
    if issued is not None and abs(subject.now - issued) > FRESH:
        yield Hit(
            "saml:Assertion/@IssueInstant",
            found=subject.assertion.issue_instant,
            expected=f"{subject.now.isoformat()} ± 5 min",
        )


def _conditions(subject: VihfSubject) -> Iterator[Hit]:
    begins, ends = moment(subject.assertion.not_before), moment(subject.assertion.not_on_or_after)
    for name, text, read in (
        ("NotBefore", subject.assertion.not_before, begins),
        ("NotOnOrAfter", subject.assertion.not_on_or_after, ends),
    ):
        if text is not None and read is None:
            yield Hit(f"saml:Conditions/@{name}", found=text, expected="AAAA-MM-JJThh:mm:ss.sssZ")
    if begins is not None and subject.now < begins:
        found = subject.assertion.not_before or ""
        yield Hit("saml:Conditions/@NotBefore", found=found, expected=f"<= {subject.now.isoformat()}")
    if ends is not None and subject.now >= ends:
        found = subject.assertion.not_on_or_after or ""
        yield Hit("saml:Conditions/@NotOnOrAfter", found=found, expected=f"> {subject.now.isoformat()}")


def _audience(subject: VihfSubject) -> Iterator[Hit]:
    if subject.assertion.audience:
        yield Hit("saml:Conditions/saml:AudienceRestriction")


def _strong(subject: VihfSubject) -> Iterator[Hit]:
    for algorithm in sorted(subject.algorithms):
        if algorithm.endswith("sha1"):
            yield Hit("ds:Signature", found=algorithm, expected="rsa-sha256, sha256")


def _vihf_version(subject: VihfSubject) -> Iterator[Hit]:
    version = subject.assertion.vihf_version
    if version is None:
        yield Hit(names.VERSION, expected="3.0")


def _known_version(subject: VihfSubject) -> Iterator[Hit]:
    version = subject.assertion.vihf_version
    if version is not None and version not in ("3.0", "4.0"):
        yield Hit(names.VERSION, found=version, expected="3.0")


def _resource_urn(subject: VihfSubject) -> Iterator[Hit]:
    found = subject.assertion.value(names.RESOURCE_URN)
    if found != names.DMP_URN:
        yield Hit(names.RESOURCE_URN, found=found or "", expected=names.DMP_URN)


def _authn(subject: VihfSubject) -> Iterator[Hit]:
    login, issued = moment(subject.assertion.authn_instant), moment(subject.assertion.issue_instant)
    if login is None:
        yield Hit("saml:AuthnStatement/@AuthnInstant", found=subject.assertion.authn_instant or "")
    elif issued is not None and login - issued > timedelta(seconds=1):
        yield Hit(
            "saml:AuthnStatement/@AuthnInstant",
            found=subject.assertion.authn_instant or "",
            expected=f"<= {subject.assertion.issue_instant}",
        )


def _once(subject: VihfSubject) -> Iterator[Hit]:
    for name in subject.assertion.repeated:
        yield Hit(name, found="2", expected="1")


def _spent(subject: VihfSubject) -> Iterator[Hit]:
    if subject.reused:
        yield Hit("saml:Assertion/@ID", found=subject.assertion.id, expected="_ + UUID")


RULES: tuple[Rule, ...] = (
    Rule(
        id="VIHF-001",
        text=Sentence(
            "L'assertion est en SAML 2.0 et son ID est un NCName.", "The assertion is SAML 2.0 and its ID is an NCName."
        ),
        clause="VIHF 3.0, assertion (exemples de messages v02.05.00)",
        fix=Sentence("ID = « _ » + UUID, Version = 2.0.", 'ID = "_" + UUID, Version = 2.0.'),
        check=_identified,
        code=_INVALID,
    ),
    Rule(
        id="VIHF-002",
        text=Sentence("Le format de l'Issuer est X509SubjectName.", "The format of Issuer is X509SubjectName."),
        clause="VIHF 3.0, assertion (exemples de messages v02.05.00, ANS, volet CDA en HL7 v2)",
        fix=Sentence(f"Format = {names.ISSUER_FORMAT}.", f"Format = {names.ISSUER_FORMAT}."),
        check=_issuer_format,
        code=_INVALID,
    ),
    Rule(
        id="VIHF-003",
        text=Sentence(
            "L'Issuer est le DN du certificat qui a signé l'assertion.",
            "Issuer is the DN of the certificate that signed the assertion.",
        ),
        clause="VIHF 3.0, assertion (exemples de messages v02.05.00, ANS, volet CDA en HL7 v2)",
        fix=Sentence(
            "Recopier le sujet du certificat de signature (ordre et espaces libres).",
            "Copy the subject of the signing certificate (order and spacing are free).",
        ),
        check=_issuer,
        code=_INVALID,
    ),
    Rule(
        id="VIHF-004",
        text=Sentence("IssueInstant est en UTC, suffixe Z.", "IssueInstant is in UTC, with the Z suffix."),
        clause="VIHF 3.0, assertion (exemples de messages v02.05.00)",
        fix=Sentence("Écrire l'heure UTC, terminée par Z.", "Write the UTC time, ending in Z."),
        check=_utc,
        code=_INVALID,
    ),
    Rule(
        id="VIHF-005",
        text=Sentence(
            "L'assertion a été émise il y a moins de cinq minutes.",
            "The assertion was issued less than five minutes ago.",
        ),
        clause="VIHF 3.0, assertion : pratique des clients (code exemple v2.06.01), pas de règle publique",
        fix=Sentence(
            "Produire une assertion par appel, et synchroniser l'horloge (EX_GEN-1460).",
            "Make one assertion per call, and synchronize the clock (EX_GEN-1460).",
        ),
        check=_fresh,
        severity="warning",
        certainty="deduced",
        code=_EXPIRED,
    ),
    Rule(
        id="VIHF-006",
        text=Sentence(
            "Les Conditions de l'assertion, s'il y en a, couvrent l'instant présent.",
            "The Conditions of the assertion, if any, cover the present moment.",
        ),
        clause="SAML 2.0 core §2.5.1; VIHF 3.0, assertion",
        fix=Sentence("Produire une assertion neuve.", "Make a fresh assertion."),
        check=_conditions,
        code=_EXPIRED,
        always=True,
    ),
    Rule(
        id="VIHF-007",
        text=Sentence("AudienceRestriction n'est pas rempli.", "AudienceRestriction is not filled in."),
        clause="VIHF 3.0, assertion (ANS, volet CDA en HL7 v2)",
        fix=Sentence("Retirer AudienceRestriction.", "Remove AudienceRestriction."),
        check=_audience,
        severity="warning",
    ),
    Rule(
        id="VIHF-008",
        text=Sentence("La signature n'emploie pas SHA-1.", "The signature does not use SHA-1."),
        clause="VIHF 3.0, assertion (ANS, volet CDA en HL7 v2)",
        fix=Sentence("Passer à RSA-SHA256 et SHA-256.", "Move to RSA-SHA256 and SHA-256."),
        check=_strong,
        severity="warning",
    ),
    Rule(
        id="VIHF-009",
        text=Sentence("VIHF_Version est présent.", "VIHF_Version is present."),
        clause="VIHF 3.0, attributs (exemples de messages v02.05.00)",
        fix=Sentence("Ajouter VIHF_Version = 3.0.", "Add VIHF_Version = 3.0."),
        check=_vihf_version,
        code=_INVALID,
    ),
    Rule(
        id="VIHF-010",
        text=Sentence("VIHF_Version vaut 3.0 (ou 4.0).", "VIHF_Version is 3.0 (or 4.0)."),
        clause="VIHF : 3.0 dans les exemples v02.05.00, 4.0 dans une table de l'ANS",
        fix=Sentence("Écrire 3.0.", "Write 3.0."),
        check=_known_version,
        severity="warning",
        certainty="deduced",
    ),
    Rule(
        id="VIHF-011",
        text=Sentence("Ressource_URN vaut urn:dmp.", "Ressource_URN is urn:dmp."),
        clause="VIHF 3.0, attributs (exemples de messages v02.05.00)",
        fix=Sentence("Écrire Ressource_URN = urn:dmp.", "Write Ressource_URN = urn:dmp."),
        check=_resource_urn,
        code=_INVALID,
    ),
    Rule(
        id="VIHF-012",
        text=Sentence(
            "AuthnInstant est présent, et n'est pas postérieur à l'émission.",
            "AuthnInstant is present, and is not later than the issue.",
        ),
        clause="VIHF 3.0, assertion (ANS, volet CDA en HL7 v2)",
        fix=Sentence("Y mettre l'heure de connexion de l'utilisateur.", "Put the login time of the user there."),
        check=_authn,
        severity="warning",
    ),
    Rule(
        id="VIHF-013",
        text=Sentence(
            "Un élément ou un attribut de l'assertion ne vient qu'une fois, avec une valeur (le rôle : une ou deux).",
            "An element or attribute of the assertion comes once, with one value (the role: one or two).",
        ),
        clause="SAML 2.0 core §2.3.3, §2.7.3 ; VIHF 3.0, attributs (exemples de messages v02.05.00)",
        fix=Sentence("Ne garder que le bon.", "Keep the right one only."),
        check=_once,
        certainty="deduced",
        code=_INVALID,
    ),
    Rule(
        id="VIHF-014",
        text=Sentence(
            "Une assertion ne sert qu'à un message en 24 heures.", "An assertion serves one message in 24 hours."
        ),
        clause="SAML 2.0 profiles §4.1.4.5 ; VIHF 3.0, assertion : règle du serveur incertaine",
        fix=Sentence("Produire une assertion par appel.", "Make one assertion for each call."),
        check=_spent,
        severity="info",
        certainty="uncertain",
        code="DMPMockVihfReplayed",
    ),
)
