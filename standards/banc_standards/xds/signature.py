"""The signature of a lot (IHE DSG, XAdES): what it declares, how it is made, how it is verified.

One ``ds:Manifest`` lists the lot and every document by ``urn:oid:`` and digest; the signature covers the manifest and
the XAdES signed properties. The lot's own digest is the constant ``AA==`` of the DMP's samples.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from banc_standards import certificates
from banc_standards.errors import BancError, Sentence
from banc_standards.terminology.documents import SIGNATURE_PURPOSE
from banc_standards.xml import XmlRefused, parse

DS_NS: Final = "http://www.w3.org/2000/09/xmldsig#"
XADES_NS: Final = "http://uri.etsi.org/01903/v1.1.1#"
DS: Final = f"{{{DS_NS}}}"
XADES: Final = f"{{{XADES_NS}}}"
MANIFEST_TYPE: Final = f"{DS_NS}Manifest"
PROPERTIES_TYPE: Final = "http://uri.etsi.org/01903/v1.1.1#SignedProperties"
C14N: Final = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
C14N_COMMENTS: Final = f"{C14N}#WithComments"
RSA_SHA1: Final = f"{DS_NS}rsa-sha1"
RSA_SHA256: Final = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA1: Final = f"{DS_NS}sha1"
SHA256_URI: Final = "http://www.w3.org/2001/04/xmlenc#sha256"
LOT_DIGEST: Final = "AA=="
_MOST_REFERENCES: Final = 10
MANIFEST_ID: Final = "IHEManifest"
PROPERTIES_ID: Final = "S0-SignedProperties"

EXC_C14N: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
_CANONICAL: Final = {  # algorithm: exclusive, with comments
    C14N: (False, False),
    C14N_COMMENTS: (False, True),
    EXC_C14N: (True, False),
    f"{EXC_C14N}WithComments": (True, True),
}
_METHODS: Final[dict[str, HashAlgorithm]] = {RSA_SHA1: hashes.SHA1(), RSA_SHA256: hashes.SHA256()}  # noqa: S303 - the DMP's samples are RSA-SHA1; only read
_PARSER: Final = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
_HASHES: Final = {SHA1: hashlib.sha1, SHA256_URI: hashlib.sha256}
_REFUSALS: Final = {
    "XDS-SIG-002": Sentence("La signature du lot n'est pas lisible", "The signature of the lot cannot be read"),
    "XDS-SIG-005": Sentence("La signature du lot est fausse", "The signature of the lot is wrong"),
}
_HINT: Final = Sentence(
    "Signer le manifeste du lot avec le certificat de signature, puis envoyer ces octets sans les retoucher.",
    "Sign the manifest of the lot with the signing certificate, then send those bytes untouched.",
)


class SignatureRefused(BancError):
    """A lot signature that cannot be read (``rule_id`` XDS-SIG-002) or does not verify (XDS-SIG-005)."""

    def __init__(self, rule_id: str, detail: str) -> None:
        text = _REFUSALS[rule_id]
        super().__init__(rule_id, Sentence(f"{text.fr} ({detail}).", f"{text.en} ({detail})."), _HINT)
        self.rule_id = rule_id
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Reference:
    """One line of the manifest: ``urn:oid:`` of an object, digest algorithm (URI), digest, transforms (URIs)."""

    uri: str
    algorithm: str
    digest: str
    transforms: tuple[str, ...]

    @property
    def unique_id(self) -> str:
        """The OID that the reference names."""
        return self.uri.removeprefix("urn:oid:")

    def matches(self, content: bytes) -> bool:
        """Whether the digest is that of ``content``: as it is, or canonicalised, with or without comments.

        Which canonical form the real service computes is not known, so every one that a signer may mean is tried.
        """
        hashing = _HASHES.get(self.algorithm)
        if hashing is None:
            return False
        as_it_is, canonical = iter([content]), _canonical_forms(content)
        likeliest_first = chain(canonical, as_it_is) if self.transforms else chain(as_it_is, canonical)
        return any(b64encode(hashing(form).digest()).decode() == self.digest for form in likeliest_first)


@dataclass(frozen=True, slots=True)
class LotSignature:
    """What a lot signature declares; nothing of it is trusted before :func:`verify` has returned it."""

    references: tuple[Reference, ...]
    certificate: x509.Certificate
    algorithm: str
    signing_time: str
    purpose: str


def sign_submission(
    *,
    lot: str,
    documents: Mapping[str, bytes],
    key: RSAPrivateKey,
    certificate: x509.Certificate,
    signing_time: datetime,
    signature_id: str,
    issuers: Sequence[x509.Certificate] = (),
) -> bytes:
    """The XAdES signature of a lot, as the bytes of its signature document.

    ``lot`` is the uniqueId of the submission set, ``documents`` maps the uniqueId of each document to its bytes,
    ``signature_id`` becomes the signature's ``Id`` (an XML name), ``issuers`` its chain, nearest first.
    Raises ``ValueError`` for a naive ``signing_time``.
    """
    if signing_time.tzinfo is None:
        raise ValueError("a signing time is aware")
    root = etree.Element(f"{DS}Signature", nsmap={"ds": DS_NS}, Id=signature_id)
    info = _ds(root, "SignedInfo")
    value = _ds(root, "SignatureValue")
    holder = _ds(_ds(root, "KeyInfo"), "X509Data")
    for item in (certificate, *issuers):
        _ds(holder, "X509Certificate").text = b64encode(item.public_bytes(Encoding.DER)).decode()
    manifest = _manifest(root, lot, documents)
    # In no namespace, as in the DMP's samples: the schema of ds:SignatureProperty would forbid a bare text
    declarations = etree.SubElement(_ds(root, "Object"), "SignatureProperties")
    purpose = etree.SubElement(declarations, "SignatureProperty", Id="purposeOfSignature")
    purpose.set("Target", f"#{signature_id}")
    purpose.text = SIGNATURE_PURPOSE.code
    properties = _properties(root, signature_id, signing_time, (certificate, *issuers))
    _ds(info, "CanonicalizationMethod", Algorithm=C14N_COMMENTS)
    _ds(info, "SignatureMethod", Algorithm=RSA_SHA256)
    for target, kind in ((manifest, MANIFEST_TYPE), (properties, PROPERTIES_TYPE)):
        reference = _ds(info, "Reference", Type=kind, URI=f"#{target.get('Id')}")
        transforms = _ds(reference, "Transforms")
        _ds(transforms, "Transform", Algorithm=C14N)
        _digest(reference, SHA256_URI, _canonical(target, C14N))
    signed = key.sign(_canonical(info, C14N_COMMENTS), PKCS1v15(), hashes.SHA256())
    value.text = b64encode(signed).decode()
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _ds(parent: etree._Element, tag: str, **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, DS + tag)
    for name, value in attributes.items():
        element.set(name, value)
    return element


def _digest(parent: etree._Element, algorithm: str, content: bytes) -> None:
    _ds(parent, "DigestMethod", Algorithm=algorithm)
    _ds(parent, "DigestValue").text = b64encode(_HASHES[algorithm](content).digest()).decode()


def _manifest(root: etree._Element, lot: str, documents: Mapping[str, bytes]) -> etree._Element:
    manifest = _ds(_ds(root, "Object"), "Manifest", Id=MANIFEST_ID)
    own = _ds(manifest, "Reference", URI=f"urn:oid:{lot}")
    _ds(own, "DigestMethod", Algorithm=SHA1)
    _ds(own, "DigestValue").text = LOT_DIGEST
    for unique_id, content in documents.items():
        reference = _ds(manifest, "Reference", URI=f"urn:oid:{unique_id}")
        canonical = _canonical_document(content)
        if canonical is not None:
            _ds(_ds(reference, "Transforms"), "Transform", Algorithm=C14N_COMMENTS)
        _digest(reference, SHA1, content if canonical is None else canonical)
    return manifest


def _properties(
    root: etree._Element, signature_id: str, when: datetime, certificates: Sequence[x509.Certificate]
) -> etree._Element:
    holder = etree.SubElement(_ds(root, "Object"), f"{XADES}QualifyingProperties", nsmap={"xades": XADES_NS})
    holder.set("Target", f"#{signature_id}")
    properties = etree.SubElement(holder, f"{XADES}SignedProperties", Id=PROPERTIES_ID)
    about = etree.SubElement(properties, f"{XADES}SignedSignatureProperties")
    etree.SubElement(about, f"{XADES}SigningTime").text = when.isoformat(timespec="seconds")
    signing = etree.SubElement(about, f"{XADES}SigningCertificate")
    for certificate in certificates:
        item = etree.SubElement(signing, f"{XADES}Cert")
        _digest(etree.SubElement(item, f"{XADES}CertDigest"), SHA256_URI, certificate.public_bytes(Encoding.DER))
        serial = etree.SubElement(item, f"{XADES}IssuerSerial")
        _ds(serial, "X509IssuerName").text = certificate.issuer.rfc4514_string()
        _ds(serial, "X509SerialNumber").text = str(certificate.serial_number)
    policy = etree.SubElement(about, f"{XADES}SignaturePolicyIdentifier")
    etree.SubElement(policy, f"{XADES}SignaturePolicyImplied")
    return properties


def _canonical(element: etree._Element, algorithm: str) -> bytes:
    """The canonical bytes of an element, by the URI of the algorithm.

    The element is taken out of its tree first: libxml2 2.14 gives grandchildren of a default namespace declared above
    the element a false ``xmlns=""`` in inclusive form.
    """
    exclusive, comments = _CANONICAL[algorithm]
    alone = etree.fromstring(etree.tostring(element, with_tail=False), _PARSER)
    return etree.tostring(alone, method="c14n", exclusive=exclusive, with_comments=comments)


def _canonical_document(content: bytes) -> bytes | None:
    """The canonical form of a whole XML document, with comments; None for bytes that have none."""
    return next(iter(_canonical_forms(content)), None)


def _canonical_forms(content: bytes) -> Iterator[bytes]:
    """Every canonical form of an XML document: whole or its root alone, with comments or without, both methods."""
    try:
        tree = parse(content).getroottree()
        for subject in (tree, tree.getroot()):
            for exclusive, comments in ((False, True), (False, False), (True, True), (True, False)):
                yield etree.tostring(
                    subject, method="c14n", exclusive=exclusive, with_comments=comments, with_tail=False
                )
    except (XmlRefused, etree.C14NError):
        return


@dataclass(frozen=True, slots=True)
class SignatureDocument:
    """A signature document, parsed once: what it declares, which is not to be trusted, and what of it verifies."""

    declared: LotSignature
    _root: etree._Element

    def verified(self) -> LotSignature:
        """As :func:`verify`."""
        return _verified(self._root, self.declared)


def document(data: bytes) -> SignatureDocument:
    """The signature document that ``data`` holds. Raises :class:`SignatureRefused` (XDS-SIG-002)."""
    try:
        root = parse(data)
    except XmlRefused as error:
        raise SignatureRefused("XDS-SIG-002", error.text.en) from None
    return SignatureDocument(_read(root), root)


def read(data: bytes) -> LotSignature:
    """What a signature document declares. Raises :class:`SignatureRefused` (XDS-SIG-002)."""
    return document(data).declared


def _read(root: etree._Element) -> LotSignature:
    if root.tag != f"{DS}Signature" or len(list(root.iter(f"{DS}Signature"))) != 1:
        raise SignatureRefused("XDS-SIG-002", "ds:Signature")
    manifests = list(root.iter(f"{DS}Manifest"))
    if len(manifests) != 1:
        raise SignatureRefused("XDS-SIG-002", "ds:Manifest")
    text = root.findtext(f"{DS}KeyInfo/{DS}X509Data/{DS}X509Certificate") or ""
    try:
        certificate = certificates.load(b64decode(text))
    except ValueError:
        raise SignatureRefused("XDS-SIG-002", "X509Certificate") from None
    method = root.find(f"{DS}SignedInfo/{DS}SignatureMethod")
    # The DMP's sample leaves SignatureProperty in no namespace and has XAdES 1.1.1; others are found by local name too
    purpose = root.find(".//{*}SignatureProperty[@Id='purposeOfSignature']")
    time = root.find(".//{*}SignedSignatureProperties/{*}SigningTime")
    return LotSignature(
        references=tuple(_reference(item) for item in manifests[0].findall(f"{DS}Reference")),
        certificate=certificate,
        algorithm=method.get("Algorithm", "") if method is not None else "",
        signing_time=(time.text or "").strip() if time is not None else "",
        purpose="".join(str(text) for text in purpose.itertext()).strip() if purpose is not None else "",
    )


def _reference(element: etree._Element) -> Reference:
    method = element.find(f"{DS}DigestMethod")
    return Reference(
        uri=element.get("URI", ""),
        algorithm=method.get("Algorithm", "") if method is not None else "",
        digest="".join((element.findtext(f"{DS}DigestValue") or "").split()),
        transforms=tuple(item.get("Algorithm", "") for item in element.iter(f"{DS}Transform")),
    )


def verify(data: bytes) -> LotSignature:
    """The declarations of a signature document, once its signature over manifest and properties has verified.

    The manifest's references are read from the bytes that were signed. Whether the certificate is to be believed, and
    whether the manifest describes the lot, is for the caller to judge. Raises :class:`SignatureRefused`.
    """
    return document(data).verified()


def _verified(root: etree._Element, declared: LotSignature) -> LotSignature:
    try:
        signed = _signed_elements(root, declared)
    except (KeyError, TypeError, ValueError, InvalidSignature, etree.LxmlError) as error:
        raise SignatureRefused("XDS-SIG-005", str(error) or type(error).__name__) from None
    manifests = [element for element in signed if element.tag == f"{DS}Manifest"]
    if len(manifests) != 1:
        raise SignatureRefused("XDS-SIG-005", "Manifest")
    return replace(declared, references=tuple(_reference(item) for item in manifests[0].findall(f"{DS}Reference")))


def _signed_elements(root: etree._Element, declared: LotSignature) -> list[etree._Element]:
    """What the signature covers, each as a fresh tree of exactly the signed bytes."""
    infos = root.findall(f"{DS}SignedInfo")
    method = root.find(f"{DS}SignedInfo/{DS}CanonicalizationMethod")
    if len(infos) != 1 or method is None:
        raise ValueError("SignedInfo")
    canonical = _canonical(infos[0], method.get("Algorithm", ""))
    key = declared.certificate.public_key()
    if not isinstance(key, RSAPublicKey):
        raise TypeError("RSA")
    value = b64decode(root.findtext(f"{DS}SignatureValue") or "")
    key.verify(value, canonical, PKCS1v15(), _METHODS[declared.algorithm])
    references = etree.fromstring(canonical, _PARSER).findall(f"{DS}Reference")
    if len(references) > _MOST_REFERENCES:
        raise ValueError(f"{len(references)} × Reference")
    return [_dereferenced(root, reference) for reference in references]


def _dereferenced(root: etree._Element, element: etree._Element) -> etree._Element:
    reference = _reference(element)
    if not reference.uri.startswith("#") or len(reference.transforms) > 1:
        raise ValueError(f"Reference {reference.uri}")
    targets = [item for item in root.iter() if reference.uri[1:] in (item.get("Id"), item.get("ID"), item.get("id"))]
    if len(targets) != 1:
        raise ValueError(f"{len(targets)} × {reference.uri}")
    canonical = _canonical(targets[0], reference.transforms[0] if reference.transforms else C14N)
    if b64encode(_HASHES[reference.algorithm](canonical).digest()).decode() != reference.digest:
        raise ValueError(f"digest {reference.uri}")
    return etree.fromstring(canonical, _PARSER)
