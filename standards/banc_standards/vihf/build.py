"""Building and signing a VIHF (dmp.md §5). Signing serves any SAML assertion, that of INSi included (insi.md §2.4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from lxml import etree

from banc_standards.soap.names import DS, HL7V3, SAML, WSSE, XSI
from banc_standards.terminology.codes import Code as Code
from banc_standards.vihf import names


@dataclass(frozen=True, slots=True)
class Vihf:
    """What a VIHF says. ``issuer`` is the subject of the signing certificate as RFC 4514 text; ``sector`` reads
    ``SA01^1.2.250.1.71.4.2.4``; ``roles`` holds the profession, then the *savoir-faire* where one is due.

    ``valid_from`` and ``valid_until`` make a Conditions element, which the samples do without.
    """

    assertion_id: str
    issue_instant: datetime
    issuer: str
    name_id: str
    authn_instant: datetime
    authn_class: str
    mode: str
    structure: str
    sector: str
    roles: tuple[Code, ...]
    subject_name: str
    ins: str | None
    ins_oid: str | None
    lps_name: str
    lps_version: str
    homologation: str
    lps_id: str = ""
    purpose: str = "normal"
    version: str = "3.0"
    authn_decl: str | None = None
    confidentiality: str | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    extra: dict[str, str] = field(default_factory=dict)


def instant(moment: datetime) -> str:
    """A moment as the VIHF writes it: UTC, milliseconds, ``Z`` (dmp.md §5.1)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def issuer_of(certificate: x509.Certificate) -> str:
    """The Issuer that a signing certificate gives: its subject, RFC 4514 text."""
    return certificate.subject.rfc4514_string()


def _saml(name: str) -> str:
    return f"{{{SAML}}}{name}"


def build(vihf: Vihf) -> etree._Element:
    """The unsigned assertion."""
    root = etree.Element(_saml("Assertion"), nsmap={"saml": SAML, "xsi": XSI})
    root.set("ID", vihf.assertion_id)
    root.set("IssueInstant", instant(vihf.issue_instant))
    root.set("Version", "2.0")
    issuer = etree.SubElement(root, _saml("Issuer"))
    issuer.set("Format", names.ISSUER_FORMAT)
    issuer.text = vihf.issuer
    etree.SubElement(etree.SubElement(root, _saml("Subject")), _saml("NameID")).text = vihf.name_id
    if vihf.valid_from is not None or vihf.valid_until is not None:
        conditions = etree.SubElement(root, _saml("Conditions"))
        if vihf.valid_from is not None:
            conditions.set("NotBefore", instant(vihf.valid_from))
        if vihf.valid_until is not None:
            conditions.set("NotOnOrAfter", instant(vihf.valid_until))
    statement = etree.SubElement(root, _saml("AuthnStatement"))
    statement.set("AuthnInstant", instant(vihf.authn_instant))
    context = etree.SubElement(statement, _saml("AuthnContext"))
    etree.SubElement(context, _saml("AuthnContextClassRef")).text = vihf.authn_class
    if vihf.authn_decl is not None:
        etree.SubElement(context, _saml("AuthnContextDecl")).text = vihf.authn_decl
    _attributes(root, vihf)
    return root


def _attributes(root: etree._Element, vihf: Vihf) -> None:
    statement = etree.SubElement(root, _saml("AttributeStatement"))
    resource = None if vihf.ins is None else f"{vihf.ins}^^^&{vihf.ins_oid}&ISO^NH"
    purpose = Code(vihf.purpose, names.PURPOSE_SYSTEM, names.PURPOSES.get(vihf.purpose, ""))
    _attribute(statement, names.VERSION, vihf.version)
    _attribute(statement, names.MODE, vihf.mode)
    _attribute(statement, names.STRUCTURE, vihf.structure)
    _attribute(statement, names.SECTOR, vihf.sector)
    _coded(statement, names.ROLE, "Role", vihf.roles)
    _attribute(statement, names.SUBJECT_ID, vihf.subject_name)
    _attribute(statement, names.RESOURCE_ID, resource)
    _attribute(statement, names.RESOURCE_URN, names.DMP_URN)
    _coded(statement, names.PURPOSE, "PurposeOfUse", (purpose,))
    _attribute(statement, names.CONFIDENTIALITY, vihf.confidentiality)
    _attribute(statement, names.LPS_ID, vihf.lps_id or None)
    _attribute(statement, names.LPS_NAME, vihf.lps_name)
    _attribute(statement, names.LPS_VERSION, vihf.lps_version)
    _attribute(statement, names.HOMOLOGATION, vihf.homologation)
    for name, value in vihf.extra.items():
        _attribute(statement, name, value)


def _attribute(statement: etree._Element, name: str, value: str | None) -> None:
    if value is None:
        return
    attribute = etree.SubElement(statement, _saml("Attribute"))
    attribute.set("Name", name)
    etree.SubElement(attribute, _saml("AttributeValue")).text = value


_UNPREFIXED_HL7V3: Any = {None: HL7V3}


def _coded(statement: etree._Element, name: str, element: str, codes: tuple[Code, ...]) -> None:
    if not codes:
        return
    attribute = etree.SubElement(statement, _saml("Attribute"))
    attribute.set("Name", name)
    for code in codes:
        value = etree.SubElement(attribute, _saml("AttributeValue"))
        coded = etree.SubElement(value, f"{{{HL7V3}}}{element}", nsmap=_UNPREFIXED_HL7V3)
        coded.set(f"{{{XSI}}}type", "CE")
        coded.set("code", code.code)
        coded.set("codeSystem", code.system)
        if code.display:
            coded.set("displayName", code.display)


def sign(assertion: etree._Element, *, key: RSAPrivateKey, certificate: x509.Certificate) -> etree._Element:
    """A signed copy: enveloped signature right after Issuer, RSA-SHA256, exclusive C14N (dmp.md §5.1)."""
    from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
    from signxml.signer import XMLSigner

    to_sign = etree.fromstring(etree.tostring(assertion, with_tail=False))
    placeholder = etree.Element(f"{{{DS}}}Signature", Id="placeholder", nsmap={"ds": DS})
    issuer = to_sign.find(_saml("Issuer"))
    to_sign.insert(0 if issuer is None else to_sign.index(issuer) + 1, placeholder)
    signer = XMLSigner(
        signature_algorithm=SignatureMethod.RSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    signed: etree._Element = signer.sign(
        to_sign, key=key, cert=[certificate], reference_uri=f"#{assertion.get('ID')}", id_attribute="ID"
    )
    return signed


def security(*assertions: etree._Element) -> etree._Element:
    """The ``wsse:Security`` header that holds the assertions."""
    root = etree.Element(f"{{{WSSE}}}Security", nsmap={"wsse": WSSE})
    root.extend(assertions)
    return root
