"""The enveloped signature as nearly every software writes it, verified in one narrow pass.

It only ever says yes: exclusive C14N, SHA-256, RSA, one reference to the assertion, its certificates and nothing else.
Anything written otherwise, and anything wrong, gets None and goes to the general library, which alone refuses. What
is said yes to rests on three facts: the key signed the very octets that the pattern below read, these hold the digest
of the octets that are handed back, and callers read nothing but those.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode, b64encode
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from lxml import etree

from banc_standards.soap.names import DS

_EXC_C14N: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
_GAP: Final = r"[ \t\n]*"


def _element(name: str, content: str = "", attributes: str = "") -> str:
    return f"<(?P=p){name}{attributes}>{content}</(?P=p){name}>{_GAP}"


def _algorithm(name: str, uri: str, content: str = "") -> str:
    return _element(name, content, f' Algorithm="{re.escape(uri)}"')


_PREFIXES: Final = (
    rf'(?:{_GAP}<(?P<e>(?:(?P<ec>[A-Za-z]\w*):)?)InclusiveNamespaces xmlns(?(ec):(?P=ec))="{re.escape(_EXC_C14N)}"'
    rf' PrefixList="(?P<prefixes>[A-Za-z_][\w.-]*(?: [A-Za-z_][\w.-]*)*)"></(?P=e)InclusiveNamespaces>{_GAP})?'
)
_TRANSFORMS: Final = (
    _GAP + _algorithm("Transform", f"{DS}enveloped-signature") + _algorithm("Transform", _EXC_C14N, _PREFIXES)
)
_REFERENCE: Final = (
    _GAP
    + _element("Transforms", _TRANSFORMS)
    + _algorithm("DigestMethod", "http://www.w3.org/2001/04/xmlenc#sha256")
    + _element("DigestValue", r"(?P<digest>[\w+/=\s]+)")
)
_SIGNED_INFO: Final = (
    _GAP
    + _algorithm("CanonicalizationMethod", _EXC_C14N)
    + _algorithm("SignatureMethod", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256")
    + _element("Reference", _REFERENCE, r' URI="#(?P<ident>[A-Za-z_][\w.-]*)"')
)
_CERTIFICATES: Final = rf"(?P<certificates>(?:<(?P=p)X509Certificate>[\w+/=\s]+</(?P=p)X509Certificate>{_GAP})+)"
_SIGNATURE: Final = re.compile(
    (
        rf'<(?P<p>(?:(?P<name>[A-Za-z]\w*):)?)Signature xmlns(?(name):(?P=name))="{re.escape(DS)}">{_GAP}'
        rf"<(?P=p)SignedInfo>(?P<info>{_SIGNED_INFO})</(?P=p)SignedInfo>{_GAP}"
        + _element("SignatureValue", r"(?P<value>[\w+/=\s]+)")
        + _element("KeyInfo", _GAP + _element("X509Data", _GAP + _CERTIFICATES))
        + "</(?P=p)Signature>"
    ).encode(),
    re.ASCII,
)
"""A canonical ``ds:Signature``, comments kept: any of them, and any element, attribute or text more, does not match."""
_ONE_CERTIFICATE: Final = re.compile(rb"X509Certificate>([^<]+)<")


def signed_octets(assertion: etree._Element, ident: str, key: object) -> bytes | None:
    """The canonical octets of ``assertion`` that ``key`` signed under the reference ``#ident``; None when unsure.

    ``assertion`` is the root of a tree of its own, read without DTD; its signature is taken out of it.
    """
    signature = assertion.find(f"{{{DS}}}Signature")
    if signature is None or not isinstance(key, RSAPublicKey) or assertion.get("ID") != ident:
        return None
    if (signature.tail or "").strip(" \t\n"):
        return None
    try:
        return _octets_signed(assertion, signature, ident, key)
    except etree.C14NError:  # a relative namespace, which canonicalization knows no form of (C14N 1.0 §1.3)
        return None


def _octets_signed(assertion: etree._Element, signature: etree._Element, ident: str, key: RSAPublicKey) -> bytes | None:
    canonical = etree.tostring(signature, method="c14n", exclusive=True, with_comments=True, with_tail=False)
    found = _SIGNATURE.fullmatch(canonical)
    if found is None or found["ident"] != ident.encode():
        return None
    value, digest = _octets(found["value"]), _octets(found["digest"])
    if value is None or digest is None or None in map(_octets, _ONE_CERTIFICATE.findall(found["certificates"])):
        return None
    prefix, name = found["p"], found["name"]
    declared = b"xmlns:" + name if name else b"xmlns"
    info = b'<%sSignedInfo %s="%s">%s</%sSignedInfo>' % (prefix, declared, DS.encode(), found["info"], prefix)
    try:
        key.verify(value, info, PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return None
    _take_out(signature)
    prefixes = found["prefixes"].decode().split() if found["prefixes"] else None
    octets: bytes = etree.tostring(
        assertion, method="c14n", exclusive=True, with_comments=False, inclusive_ns_prefixes=prefixes
    )
    return octets if hashlib.sha256(octets).digest() == digest else None


def _octets(text: bytes) -> bytes | None:
    """What a base64 text says, None when it is not written as its octets would be."""
    joined = b"".join(text.split())
    try:
        octets = b64decode(joined, validate=True)
    except ValueError:
        return None
    return octets if b64encode(octets) == joined else None


def _take_out(signature: etree._Element) -> None:
    """Removes an element and keeps the text that follows it."""
    parent, before, tail = signature.getparent(), signature.getprevious(), signature.tail
    assert parent is not None
    if tail and before is not None:
        before.tail = (before.tail or "") + tail
    elif tail:
        parent.text = (parent.text or "") + tail
    parent.remove(signature)
