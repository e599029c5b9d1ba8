"""Verifying signed SAML assertions so that nothing unsigned is ever read.

The obvious call of a signature library verifies one assertion and lets the reader find another: altered, wrapped,
duplicated, cut by a comment. The call below pins which element is signed, and hands back a fresh tree of exactly the
signed bytes. Callers read that tree and nothing else.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import TypeVar

from cryptography import x509
from lxml import etree

from banc_standards import certificates
from banc_standards.errors import BancError, Sentence
from banc_standards.soap.names import DS, SAML, SOAP12, WSSE
from banc_standards.vihf.enveloped import signed_octets

EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
RSA_SHA1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
SHA1 = "http://www.w3.org/2000/09/xmldsig#sha1"

_REFUSALS: dict[str, Sentence] = {
    "VIHF-SIG-001": Sentence(
        "L'en-tête Security ne porte pas le nombre d'assertions attendu, ou d'autres se trouvent ailleurs",
        "The Security header does not hold the expected number of assertions, or there are others elsewhere",
    ),
    "VIHF-SIG-002": Sentence("L'ID de l'assertion n'est pas unique", "The ID of the assertion is not unique"),
    "VIHF-SIG-003": Sentence(
        "L'assertion ne porte pas une signature et une seule, enfant direct",
        "The assertion does not hold exactly one signature as its own child",
    ),
    "VIHF-SIG-004": Sentence(
        "La signature ne désigne pas son assertion, ou la transforme autrement que prévu",
        "The signature does not point to its assertion, or transforms it otherwise than foreseen",
    ),
    "VIHF-SIG-005": Sentence("La signature de l'assertion est fausse", "The signature of the assertion is wrong"),
    "VIHF-SIG-006": Sentence(
        "Le certificat de signature est absent ou illisible", "The signing certificate is absent or unreadable"
    ),
    "VIHF-SIG-007": Sentence(
        "La signature emploie un algorithme qui n'est pas admis",
        "The signature uses an algorithm that is not allowed",
    ),
}
_HINT = Sentence(
    "Signer l'assertion entière, une fois remplie, avec la clé de signature, et l'envoyer sans la retoucher.",
    "Sign the whole assertion once it is filled in, with the signing key, and send it untouched.",
)


class Refused(BancError):
    """An assertion that must not be read; ``rule_id`` is one of ``VIHF-SIG-001`` to ``VIHF-SIG-007``."""

    def __init__(self, rule_id: str, detail: str = "") -> None:
        text = _REFUSALS[rule_id]
        fr, en = (f"{text.fr} ({detail}).", f"{text.en} ({detail}).") if detail else (f"{text.fr}.", f"{text.en}.")
        super().__init__(rule_id, Sentence(fr, en), _HINT)
        self.rule_id = rule_id
        self.detail = detail


Trusted = Callable[[x509.Certificate, datetime], None]
"""Judges a signing certificate at a moment (sandbox CA, usage, revocation, dates) and raises a ``BancError`` of the
caller's own when it must not be believed."""


def signed_assertion(
    envelope: etree._Element, *, now: datetime, trusted: Trusted, sha1: bool = False
) -> tuple[etree._Element, x509.Certificate]:
    """The one assertion of a message, as a fresh tree of exactly its signed bytes, and the certificate that signed it.

    ``sha1`` admits RSA-SHA1, which samples of 2019 carry. Raises :class:`Refused`, and whatever ``trusted`` raises.
    """
    return signed_assertions(envelope, expected=1, now=now, trusted=trusted, sha1=sha1)[0]


def signed_assertions(
    envelope: etree._Element, *, expected: int, now: datetime, trusted: Trusted, sha1: bool = False
) -> list[tuple[etree._Element, x509.Certificate]]:
    """Like :func:`signed_assertion` for an operation that carries several (INSi WS_INS1 with a card: two), in order."""
    found = envelope.findall(f"{{{SOAP12}}}Header/{{{WSSE}}}Security/{{{SAML}}}Assertion")
    if not found:
        found = envelope.findall(f"{{*}}Header/{{{WSSE}}}Security/{{{SAML}}}Assertion")
    everywhere = list(envelope.iter(f"{{{SAML}}}Assertion"))
    if len(found) != expected or len(everywhere) != expected:
        raise Refused("VIHF-SIG-001", f"{len(found)}/{len(everywhere)}")
    return [_verified(envelope, assertion, now, trusted, sha1) for assertion in found]


_SAME_ID = etree.XPath("count(//@*[local-name()='ID' or local-name()='Id' or local-name()='id'][.=$ident])")


def _verified(
    envelope: etree._Element, assertion: etree._Element, now: datetime, trusted: Trusted, sha1: bool
) -> tuple[etree._Element, x509.Certificate]:
    ident = assertion.get("ID") or ""
    if not ident or _SAME_ID(envelope, ident=ident) != 1:
        raise Refused("VIHF-SIG-002", ident)
    signatures = list(assertion.iter(f"{{{DS}}}Signature"))
    if len(signatures) != 1 or signatures[0].getparent() is not assertion:
        raise Refused("VIHF-SIG-003", str(len(signatures)))
    _check_reference(signatures[0], ident)
    certificate = _certificate(signatures[0])
    trusted(certificate, now)
    return _signed_bytes(assertion, ident, certificate, now, sha1), certificate


def _check_reference(signature: etree._Element, ident: str) -> None:
    references = signature.findall(f"{{{DS}}}SignedInfo/{{{DS}}}Reference")
    if len(references) != 1 or references[0].get("URI") != f"#{ident}":
        raise Refused("VIHF-SIG-004", ", ".join(reference.get("URI") or "" for reference in references))
    transforms = {element.get("Algorithm") for element in references[0].iter(f"{{{DS}}}Transform")}
    if not transforms <= {ENVELOPED, EXC_C14N}:
        raise Refused("VIHF-SIG-004", ", ".join(sorted(str(transform) for transform in transforms)))


def _certificate(signature: etree._Element) -> x509.Certificate:
    text = signature.findtext(f"{{{DS}}}KeyInfo/{{{DS}}}X509Data/{{{DS}}}X509Certificate") or ""
    loaded = _loaded if len(text) <= _LONGEST_KEPT else _loaded.__wrapped__
    try:
        return loaded(text)
    except ValueError:
        raise Refused("VIHF-SIG-006") from None


_LONGEST_KEPT = 10_000


@lru_cache(maxsize=1024)
def _loaded(text: str) -> x509.Certificate:
    return certificates.load(b64decode(text))


_Member = TypeVar("_Member")


def _signed_bytes(
    assertion: etree._Element, ident: str, certificate: x509.Certificate, now: datetime, sha1: bool
) -> etree._Element:
    """A fresh tree of what the signature covers. The same bytes are verified once; dates are judged each time."""
    if not certificate.not_valid_before_utc <= _aware(now) <= certificate.not_valid_after_utc:
        raise Refused("VIHF-SIG-005", f"{certificate.not_valid_before_utc} … {certificate.not_valid_after_utc}")
    content: bytes = etree.tostring(assertion, with_tail=False)
    return etree.fromstring(_verified_bytes(content, ident, certificate, sha1), _parser())


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True)


def _aware(now: datetime) -> datetime:
    return now if now.tzinfo else now.replace(tzinfo=UTC)


@lru_cache(maxsize=1024)
def _verified_bytes(content: bytes, ident: str, certificate: x509.Certificate, sha1: bool) -> bytes:
    """The bytes that the signature of an assertion covers; a signature that was refused is never remembered."""
    octets = signed_octets(etree.fromstring(content, _parser()), ident, certificate.public_key())
    return _by_the_library(content, ident, certificate, sha1) if octets is None else octets


def _by_the_library(content: bytes, ident: str, certificate: x509.Certificate, sha1: bool) -> bytes:
    """The same of a signature that is written otherwise than most, or wrong."""
    from cryptography.exceptions import InvalidSignature as KeyMismatch
    from signxml.algorithms import DigestAlgorithm, SignatureMethod
    from signxml.exceptions import SignXMLException
    from signxml.verifier import SignatureConfiguration, XMLVerifier

    def allowed(base: _Member, weak: _Member) -> frozenset[_Member]:
        return frozenset({base, weak}) if sha1 else frozenset({base})

    methods = etree.fromstring(content, _parser()).iter(f"{{{DS}}}SignatureMethod", f"{{{DS}}}DigestMethod")
    if not sha1 and {element.get("Algorithm") for element in methods} & {RSA_SHA1, SHA1}:
        raise Refused("VIHF-SIG-007", "SHA-1")
    configuration = SignatureConfiguration(
        location="./",
        expect_references=1,
        verification_time=certificate.not_valid_before_utc,  # its dates were judged by the caller
        signature_methods=allowed(SignatureMethod.RSA_SHA256, SignatureMethod.RSA_SHA1),
        digest_algorithms=allowed(DigestAlgorithm.SHA256, DigestAlgorithm.SHA1),
    )
    try:
        outcome = XMLVerifier().verify(content, x509_cert=certificate, id_attribute="ID", expect_config=configuration)
    except (SignXMLException, KeyMismatch, ValueError, TypeError, etree.LxmlError) as error:
        raise Refused("VIHF-SIG-005", str(error)) from None
    signed = outcome.signed_xml if not isinstance(outcome, list) else None
    if signed is None or signed.tag != f"{{{SAML}}}Assertion" or signed.get("ID") != ident:
        raise Refused("VIHF-SIG-005", "signed_xml")
    return bytes(etree.tostring(signed, with_tail=False))
