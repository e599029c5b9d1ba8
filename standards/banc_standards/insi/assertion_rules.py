"""What INSi asks of the assertion PS, which is not the VIHF of the DMP (insi.md §2.3, §2.4).

That its signature holds is judged where it is verified, by the rules ``VIHF-SIG-…``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

from banc_standards import certificates
from banc_standards.errors import Sentence
from banc_standards.identifiers import IdNat, MalformedIdentifier
from banc_standards.insi import names
from banc_standards.insi.subject import LIFETIME, InsiSubject, moment
from banc_standards.rules import Hit, Rule

_ASSERTION = "/soap:Envelope/soap:Header/wsse:Security/saml:Assertion"
_NCNAME = re.compile(r"[A-Za-z_][A-Za-z0-9._\-]*")
_SKEW = timedelta(minutes=5)
_OTHER_SPECIALITY = "codeSpecialite"


def _present(subject: InsiSubject) -> Iterator[Hit]:
    if not subject.mutual_tls and not subject.request.assertions:
        yield Hit(_ASSERTION, expected="saml:Assertion")


def _not_with_certificate(subject: InsiSubject) -> Iterator[Hit]:
    if subject.mutual_tls and subject.request.assertions:
        yield Hit(_ASSERTION, found="saml:Assertion", expected="wsse:Security absent")


def _signed(subject: InsiSubject) -> Iterator[Hit]:
    assertion = subject.assertion
    if assertion is not None and not assertion.signed and assertion.qualifier != "PSC":
        yield Hit(f"{_ASSERTION}/ds:Signature", found=assertion.qualifier or "", expected="ds:Signature")


def _qualifier(subject: InsiSubject) -> Iterator[Hit]:
    assertion = subject.assertion
    if assertion is not None and assertion.qualifier != (expected := "CPS" if assertion.signed else "PSC"):
        yield Hit(f"{_ASSERTION}/saml:Subject/saml:NameID/@NameQualifier", assertion.qualifier or "", expected)


def _version(subject: InsiSubject) -> Iterator[Hit]:
    assertion = subject.assertion
    if assertion is not None and assertion.version != "2.0":
        yield Hit(f"{_ASSERTION}/@Version", found=assertion.version or "", expected="2.0")


def _id(subject: InsiSubject) -> Iterator[Hit]:
    assertion = subject.assertion
    if assertion is not None and not _NCNAME.fullmatch(assertion.id or ""):
        yield Hit(f"{_ASSERTION}/@ID", found=assertion.id or "", expected="_ + UUID")


def _issue_instant(subject: InsiSubject) -> Iterator[Hit]:
    assertion = subject.assertion
    if assertion is not None and moment(assertion.issue_instant) is None:
        yield Hit(f"{_ASSERTION}/@IssueInstant", assertion.issue_instant or "", "AAAA-MM-JJThh:mm:ssZ")


def _expired(subject: InsiSubject) -> Iterator[Hit]:
    issued = None if subject.assertion is None else moment(subject.assertion.issue_instant)
    if issued is not None and subject.now - issued > LIFETIME:
        limit = (subject.now - LIFETIME).isoformat()
        yield Hit(f"{_ASSERTION}/@IssueInstant", found=issued.isoformat(), expected=f">= {limit}")


def _future(subject: InsiSubject) -> Iterator[Hit]:
    issued = None if subject.assertion is None else moment(subject.assertion.issue_instant)
    if issued is not None and issued - subject.now > _SKEW:
        yield Hit(f"{_ASSERTION}/@IssueInstant", issued.isoformat(), f"<= {subject.now.isoformat()}")


def _issuer(subject: InsiSubject) -> Iterator[Hit]:
    assertion = subject.assertion
    if assertion is None:
        return
    if assertion.issuer_format != names.ISSUER_FORMAT:
        yield Hit(f"{_ASSERTION}/saml:Issuer/@Format", assertion.issuer_format or "", names.ISSUER_FORMAT)
    signer = subject.signing_certificate
    if signer is not None and not certificates.names_subject(assertion.issuer or "", signer):
        yield Hit(f"{_ASSERTION}/saml:Issuer", assertion.issuer or "", signer.subject.rfc4514_string())


def _name_id(subject: InsiSubject) -> Iterator[Hit]:
    if subject.assertion is not None:
        try:
            IdNat.parse(subject.assertion.name_id or "")
        except MalformedIdentifier:
            yield Hit(f"{_ASSERTION}/saml:Subject/saml:NameID", subject.assertion.name_id or "", "PS_IdNat")


def _holder(subject: InsiSubject) -> Iterator[Hit]:
    signer, assertion = subject.signing_certificate, subject.assertion
    if signer is None or assertion is None:
        return
    holder = certificates.common_name(signer)
    if holder and assertion.name_id != holder:
        yield Hit(f"{_ASSERTION}/saml:Subject/saml:NameID", assertion.name_id or "", holder)


def _attribute(subject: InsiSubject, name: str, *others: str) -> tuple[bool, str]:
    """Whether an assertion is there to judge, and the value of one of its attributes."""
    if subject.assertion is None:
        return False, ""
    return True, subject.assertion.value(name, *others) or ""


def _place(name: str) -> str:
    return f"{_ASSERTION}/saml:AttributeStatement/saml:Attribute[@Name='{name}']"


def _billing(subject: InsiSubject) -> Iterator[Hit]:
    judged, value = _attribute(subject, names.BILLING)
    if judged and not value:
        yield Hit(_place(names.BILLING), expected="FINESS géographique, SIRET ou numéro AM")


def _sector(subject: InsiSubject) -> Iterator[Hit]:
    judged, value = _attribute(subject, names.SECTOR)
    if judged and not re.fullmatch(r"SA[0-9]{2}", value):
        yield Hit(_place(names.SECTOR), found=value, expected="SAnn")


def _speciality(subject: InsiSubject) -> Iterator[Hit]:
    judged, value = _attribute(subject, names.SPECIALITY, _OTHER_SPECIALITY)
    if judged and subject.physician and not value:
        yield Hit(_place(names.SPECIALITY), expected="code de spécialité AMO")


def _spelling(subject: InsiSubject) -> Iterator[Hit]:
    exact = (names.BILLING, names.SPECIALITY, names.SECTOR, names.PROFESSION)
    by_name = {name.lower(): name for name in exact} | {_OTHER_SPECIALITY.lower(): names.SPECIALITY}
    for name in subject.assertion.attributes if subject.assertion else ():
        expected = by_name.get(name.lower())
        if expected is not None and name != expected:
            yield Hit(_place(name), found=name, expected=expected)


def _several_professions(subject: InsiSubject) -> Iterator[Hit]:
    assertion = subject.assertion
    value = None if assertion is None else assertion.value(names.PROFESSION)
    if assertion is not None and value is not None and (not value or assertion.qualifier != "PSC"):
        yield Hit(_place(names.PROFESSION), found=value, expected="absent")


def _not_a_vihf(subject: InsiSubject) -> Iterator[Hit]:
    for part in subject.assertion.parts if subject.assertion else ():
        if part not in ("Issuer", "Subject", "AttributeStatement"):
            yield Hit(f"{_ASSERTION}/saml:{part}", found=part)


def _once(subject: InsiSubject) -> Iterator[Hit]:
    for name in subject.assertion.repeated if subject.assertion else ():
        yield Hit(f"{_ASSERTION}//{name}", found=f"{name} × n", expected=f"{name} × 1")


def _bearer(subject: InsiSubject) -> Iterator[Hit]:
    if subject.mode == "PSC" and subject.bearer_due and not subject.bearer:
        yield Hit("Authorization", expected="Bearer")


def _rule(
    number: int,
    check: Callable[[InsiSubject], Iterator[Hit]],
    text: Sentence,
    fix: Sentence,
    *,
    clause: str = "SEL-MP-043 §3.2, assertion PS",
    code: str = "mock_assertion",
    always: bool = False,
) -> Rule:
    return Rule(f"INSI-PS-{number:03d}", text, clause, fix, check, code=code, always=always)


PRESENT = _rule(
    1,
    _present,
    Sentence(
        "Sans certificat de structure, le message porte une assertion PS.",
        "Without a structure's certificate, the message carries an assertion PS.",
    ),
    Sentence(
        "Ajouter wsse:Security/saml:Assertion, ou appeler l'hôte à authentification mutuelle.",
        "Add wsse:Security/saml:Assertion, or call the mutual-TLS host.",
    ),
    clause="Exemples de messages INSi, modes carte CPx et Pro Santé Connect",
    always=True,
)
SIGNED = _rule(
    2,
    _signed,
    Sentence("L'assertion d'un porteur de carte est signée.", "The assertion of a card holder is signed."),
    Sentence(
        "Signer avec le certificat de signature de la carte ; seul Pro Santé Connect va sans signature.",
        "Sign with the card's signature certificate; Pro Santé Connect alone goes unsigned.",
    ),
    always=True,
)
EXPIRED = _rule(
    3,
    _expired,
    Sentence("L'assertion a moins d'une heure.", "The assertion is less than one hour old."),
    Sentence("Produire une assertion neuve pour chaque appel.", "Make a fresh assertion for each call."),
    clause="Pratique observée par un intégrateur : environ une heure après IssueInstant",
    code="mock_assertion_expiree",
    always=True,
)
VERSION = _rule(
    4,
    _version,
    Sentence("L'assertion est en SAML 2.0.", "The assertion is SAML 2.0."),
    Sentence('Écrire Version="2.0".', 'Write Version="2.0".'),
)
ID = _rule(
    5,
    _id,
    Sentence("L'ID de l'assertion est un NCName.", "The ID of the assertion is an NCName."),
    Sentence("Écrire un souligné suivi d'un UUID.", "Write an underscore followed by a UUID."),
)
ISSUE_INSTANT = _rule(
    6,
    _issue_instant,
    Sentence("IssueInstant est une date et heure avec fuseau.", "IssueInstant is a date and time with its zone."),
    Sentence("Écrire AAAA-MM-JJThh:mm:ssZ.", "Write YYYY-MM-DDThh:mm:ssZ."),
)
ISSUER = _rule(
    7,
    _issuer,
    Sentence(
        "Issuer est le sujet du certificat, au format X509SubjectName.",
        "Issuer is the subject of the certificate, in the format X509SubjectName.",
    ),
    Sentence(
        "Recopier le DN du certificat de la carte et poser l'attribut Format.",
        "Copy the DN of the card's certificate and set the Format attribute.",
    ),
)
QUALIFIER = _rule(
    8,
    _qualifier,
    Sentence(
        "NameQualifier est CPS sur une assertion signée, PSC sur une autre.",
        "NameQualifier is CPS on a signed assertion, PSC on another.",
    ),
    Sentence("Corriger NameID/@NameQualifier.", "Correct NameID/@NameQualifier."),
)
NAME_ID = _rule(
    9,
    _name_id,
    Sentence("NameID est l'identifiant national du PS.", "NameID is the national id of the professional."),
    Sentence(
        "Écrire le PS_IdNat, tel que la carte ou PSC le donne.", "Write the PS_IdNat, as the card or PSC gives it."
    ),
)
HOLDER = Rule(
    id="INSI-PS-010",
    text=Sentence("NameID est le porteur du certificat qui signe.", "NameID is the holder of the signing certificate."),
    clause="SEL-MP-043 §3.2, Emetteur et assertion PS",
    fix=Sentence("Écrire l'identifiant national lu sur la carte.", "Write the national id read from the card."),
    check=_holder,
    certainty="deduced",
    code="mock_assertion",
)
BILLING = _rule(
    11,
    _billing,
    Sentence("L'attribut identifiantFacturation est rempli.", "The attribute identifiantFacturation is filled in."),
    Sentence(
        "Établissement : FINESS géographique, sinon SIRET ; autres : numéro d'assurance maladie.",
        "Establishment: geographic FINESS, else SIRET; others: health insurance number.",
    ),
)
SECTOR = _rule(
    12,
    _sector,
    Sentence("L'attribut secteurActivite est un code SAnn.", "The attribute secteurActivite is a code SAnn."),
    Sentence("Écrire le code TRE_R02 de la structure, sans OID.", "Write the TRE_R02 code of the structure, no OID."),
)
SPECIALITY = _rule(
    13,
    _speciality,
    Sentence(
        "L'assertion d'un médecin porte codeSpecialiteAMO.", "The assertion of a physician carries codeSpecialiteAMO."
    ),
    Sentence(
        "Ajouter le code de spécialité de l'assurance maladie (non le savoir-faire ordinal).",
        "Add the speciality code of the health insurance (not the ordinal speciality).",
    ),
    clause="SEL-MP-043 §3.2 (physicians and physicians in training only)",
)
BEARER = Rule(
    id="INSI-PS-014",
    text=Sentence(
        "L'appel d'un utilisateur de Pro Santé Connect porte un jeton d'accès.",
        "The call of a Pro Santé Connect user carries an access token.",
    ),
    clause="SC.PSC.10 (CI-SIS transport); what /lps takes today is not published",
    fix=Sentence(
        "Envoyer Authorization: Bearer, ou régler l'interrupteur insi.psc_token sur optional.",
        "Send Authorization: Bearer, or set the switch insi.psc_token to optional.",
    ),
    check=_bearer,
    certainty="deduced",
    code="mock_jeton",
)
SPELLING = Rule(
    id="INSI-PS-015",
    text=Sentence(
        "Les attributs portent les noms des exemples de messages.", "Attributes carry the names of the message samples."
    ),
    clause="SEL-MP-043 §3.2 ; exemples de messages du kit éditeur",
    fix=Sentence("Reprendre le nom attendu, casse comprise.", "Use the expected name, case included."),
    check=_spelling,
    severity="warning",
)
SEVERAL_PROFESSIONS = Rule(
    id="INSI-PS-016",
    text=Sentence(
        "gipProfessionCode n'est envoyé que pour PSC, et non vide.",
        "gipProfessionCode is sent for PSC only, not empty.",
    ),
    clause="Exemples de messages INSi, assertion PS",
    fix=Sentence("Retirer l'attribut.", "Drop the attribute."),
    check=_several_professions,
    severity="warning",
)
NOT_WITH_CERTIFICATE = Rule(
    id="INSI-PS-017",
    text=Sentence(
        "Avec un certificat de structure, le message ne porte pas d'assertion.",
        "With a structure's certificate, the message carries no assertion.",
    ),
    clause="Exemples de messages INSi, modes carte CPx et Pro Santé Connect",
    fix=Sentence("Retirer wsse:Security, ou le laisser vide.", "Drop wsse:Security, or leave it empty."),
    check=_not_with_certificate,
    severity="warning",
)
NOT_A_VIHF = Rule(
    id="INSI-PS-018",
    text=Sentence(
        "L'assertion PS ne porte que Issuer, Subject et AttributeStatement, outre sa signature.",
        "The assertion PS carries only Issuer, Subject and AttributeStatement, beside its signature.",
    ),
    clause="Exemples de messages INSi : l'assertion PS n'est pas le VIHF du DMP",
    fix=Sentence("Retirer les éléments de trop.", "Drop what is too much."),
    check=_not_a_vihf,
    severity="info",
    certainty="uncertain",
)
FUTURE = Rule(
    id="INSI-PS-019",
    text=Sentence("IssueInstant n'est pas dans l'avenir.", "IssueInstant is not in the future."),
    clause="SAML 2.0 core §2.3.3; not published for INSi",
    fix=Sentence("Mettre le poste à l'heure.", "Set the clock of the machine."),
    check=_future,
    severity="info",
    certainty="uncertain",
)

ONCE = _rule(
    20,
    _once,
    Sentence(
        "Chaque partie et chaque attribut de l'assertion n'est là qu'une fois.",
        "Each part and each attribute of the assertion is there only once.",
    ),
    Sentence(
        "N'écrire qu'un Issuer, un Subject, un NameID, un AttributeStatement et une valeur par attribut.",
        "Write one Issuer, one Subject, one NameID, one AttributeStatement and one value per attribute.",
    ),
    clause="SAML 2.0 core §2.3.3, §2.4.1 ; exemples de messages INSi, assertion PS",
)

RULES: tuple[Rule, ...] = (
    PRESENT,
    SIGNED,
    EXPIRED,
    VERSION,
    ID,
    ISSUE_INSTANT,
    ISSUER,
    QUALIFIER,
    NAME_ID,
    HOLDER,
    BILLING,
    SECTOR,
    SPECIALITY,
    BEARER,
    SPELLING,
    SEVERAL_PROFESSIONS,
    NOT_WITH_CERTIFICATE,
    NOT_A_VIHF,
    FUTURE,
    ONCE,
)
