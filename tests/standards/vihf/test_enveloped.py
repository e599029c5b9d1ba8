"""The narrow verification of the usual signature: what it says yes to, two general libraries say yes to as well."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from banc_standards.soap.names import DS, SAML
from banc_standards.vihf import verify
from banc_standards.vihf.build import Vihf, build, sign
from banc_standards.vihf.enveloped import signed_octets
from banc_standards.vihf.verify import Refused

from .conftest import Signer

NAME_ID = f"{{{SAML}}}Subject/{{{SAML}}}NameID"
METHODS = xmlsec.constants
BRIEF = settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])


def narrow(content: bytes, certificate: x509.Certificate, ident: str = "_f00d") -> bytes | None:
    return signed_octets(etree.fromstring(content), ident, certificate.public_key())


def general(content: bytes, certificate: x509.Certificate, ident: str = "_f00d") -> bytes | None:
    """What signxml hands back, canonical; None when it refuses."""
    try:
        signed = verify._by_the_library(content, ident, certificate, sha1=False)
    except Refused:
        return None
    return etree.tostring(etree.fromstring(signed), method="c14n", exclusive=False)


def reference(content: bytes, certificate: x509.Certificate) -> bool:
    """Whether libxmlsec finds the signature right."""
    assertion = etree.fromstring(content)
    xmlsec.tree.add_ids(assertion, ["ID"])
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(certificate.public_bytes(Encoding.PEM), METHODS.KeyDataFormatCertPem)
    try:
        context.verify(xmlsec.tree.find_node(assertion, METHODS.NodeSignature))
    except xmlsec.Error:
        return False
    return True


def signed_by_xmlsec(
    assertion: etree._Element,
    signer: Signer,
    *,
    prefix: str | None = "ds",
    prefixes: str = "",
    info: Any = METHODS.TransformExclC14N,
    c14n: Any = METHODS.TransformExclC14N,
    method: Any = METHODS.TransformRsaSha256,
    digest: Any = METHODS.TransformSha256,
    at: int = 1,
) -> bytes:
    """A signature as other software writes it: spread over lines, of any prefix, with or without inclusive prefixes."""
    signature = xmlsec.template.create(assertion, info, method, ns=prefix)
    assertion.insert(at, signature)
    told = xmlsec.template.add_reference(signature, digest, uri=f"#{assertion.get('ID')}")
    xmlsec.template.add_transform(told, METHODS.TransformEnveloped)
    transform = xmlsec.template.add_transform(told, c14n)
    if prefixes:
        xmlsec.template.transform_add_c14n_inclusive_namespaces(transform, prefixes.split())
    data = xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(signature))
    der = signer.certificate.public_bytes(Encoding.DER)
    etree.SubElement(data, f"{{{DS}}}X509Certificate").text = b64encode(der).decode()
    xmlsec.tree.add_ids(assertion, ["ID"])
    context = xmlsec.SignatureContext()
    pem = signer.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    context.key = xmlsec.Key.from_memory(pem, METHODS.KeyDataFormatPem)
    context.sign(signature)
    content: bytes = etree.tostring(assertion)
    return content


@pytest.fixture(scope="session")
def honest(signer: Signer) -> Callable[[Vihf], bytes]:
    return lambda vihf: etree.tostring(sign(build(vihf), key=signer.key, certificate=signer.certificate))


def test_our_own_signature_needs_no_general_library(
    honest: Callable[[Vihf], bytes], vihf: Vihf, signer: Signer
) -> None:
    content = honest(vihf)
    octets = narrow(content, signer.certificate)
    assert octets is not None
    assert octets == general(content, signer.certificate)
    assert b"Signature" not in octets


@pytest.mark.parametrize("prefix", ["ds", "dsig", None])
@pytest.mark.parametrize("prefixes", ["", "xs", "xs xsi"])
def test_so_does_what_other_software_writes(prefix: str | None, prefixes: str, vihf: Vihf, signer: Signer) -> None:
    content = signed_by_xmlsec(build(vihf), signer, prefix=prefix, prefixes=prefixes)
    octets = narrow(content, signer.certificate)
    assert octets is not None
    assert etree.tostring(etree.fromstring(octets), method="c14n") == general(content, signer.certificate)


def test_a_prefix_declared_above_and_listed_is_signed_with_it(vihf: Vihf, signer: Signer) -> None:
    declared = etree.tostring(build(vihf)).replace(b" ID=", b' xmlns:xs="http://www.w3.org/2001/XMLSchema" ID=', 1)
    content = signed_by_xmlsec(etree.fromstring(declared), signer, prefixes="xs")
    octets = narrow(content, signer.certificate)
    assert octets is not None
    assert b"XMLSchema" in octets
    assert narrow(content.replace(b"2001/XMLSchema", b"2001/XMLSchemb"), signer.certificate) is None


@pytest.mark.parametrize(
    "unusual",
    [
        {"info": METHODS.TransformInclC14N},
        {"c14n": METHODS.TransformInclC14N},
        {"c14n": METHODS.TransformExclC14NWithComments},
        {"method": METHODS.TransformRsaSha1},
        {"method": METHODS.TransformRsaSha512},
        {"digest": METHODS.TransformSha1},
        {"digest": METHODS.TransformSha512},
    ],
    ids=lambda unusual: "-".join(f"{name} {told.name}" for name, told in unusual.items()),
)
def test_another_algorithm_is_left_to_the_general_library(unusual: dict[str, Any], vihf: Vihf, signer: Signer) -> None:
    content = signed_by_xmlsec(build(vihf), signer, **unusual)
    assert reference(content, signer.certificate)
    assert narrow(content, signer.certificate) is None


@pytest.mark.parametrize("ahead", [b"<saml2:Advice/>", b"\n  "], ids=["after an element", "after the beginning"])
def test_the_blanks_after_the_signature_stay_signed(ahead: bytes, vihf: Vihf, signer: Signer) -> None:
    """A signature on lines of its own cuts a text in two: what is signed is both parts."""
    content = cut_in_two(ahead, b"\n    ", vihf, signer)
    octets = narrow(content, signer.certificate)
    assert octets is not None
    assert b"\n    <" in octets
    assert octets == general(content, signer.certificate)
    assert narrow(content.replace(b"</ds:Signature>", b"</ds:Signature> "), signer.certificate) is None


def test_a_text_after_the_signature_is_left_to_the_general_library(vihf: Vihf, signer: Signer) -> None:
    content = cut_in_two(b"", b"text", vihf, signer)
    assert reference(content, signer.certificate)
    assert narrow(content, signer.certificate) is None


def cut_in_two(ahead: bytes, after: bytes, vihf: Vihf, signer: Signer) -> bytes:
    """An assertion that begins with ``ahead``, its signature, ``after``; the signature is right."""
    beginning, rest = (
        etree.tostring(build(vihf)).replace(b"xmlns:saml=", b'xmlns:saml2="urn:x" xmlns:saml=').split(b">", 1)
    )
    unsigned = etree.fromstring(beginning + b">" + ahead + after + rest)
    content = signed_by_xmlsec(unsigned, signer, at=len(unsigned))
    found = re.search(rb"<ds:Signature .*</ds:Signature>", content, re.DOTALL)
    assert found is not None
    beginning, rest = content.replace(found[0], b"").split(b">" + ahead + after, 1)
    return beginning + b">" + ahead + found[0] + after + rest


def by_hand(assertion: etree._Element, signer: Signer, reference: str) -> bytes:
    """A signature over the assertion, right in everything but the element that it says it covers."""
    content = etree.tostring(sign(assertion, key=signer.key, certificate=signer.certificate))
    renamed = content.replace(b'URI="#_f00d"', f'URI="#{reference}"'.encode())
    signed = etree.fromstring(renamed).find(f"{{{DS}}}Signature/{{{DS}}}SignedInfo")
    info = etree.tostring(signed, method="c14n", exclusive=True)
    value = b64encode(signer.key.sign(info, PKCS1v15(), hashes.SHA256()))
    return re.sub(rb"(?<=<ds:SignatureValue>)[^<]+", value, renamed)


def test_the_reference_is_to_the_element_that_is_read(vihf: Vihf, signer: Signer) -> None:
    assert narrow(by_hand(build(vihf), signer, "_f00d"), signer.certificate) is not None
    content = by_hand(build(vihf), signer, "_other")
    assert narrow(content, signer.certificate, ident="_f00d") is None
    assert narrow(content, signer.certificate, ident="_other") is None


ADDED = {
    "a comment in SignedInfo": (b"<ds:Reference", b"<!--x--><ds:Reference"),
    "an instruction": (b"<ds:KeyInfo", b"<?x?><ds:KeyInfo"),
    "an object": (b"</ds:Signature>", b"<ds:Object>x</ds:Object></ds:Signature>"),
    "a second reference": (b"</ds:SignedInfo>", b'<ds:Reference URI=""></ds:Reference></ds:SignedInfo>'),
    "a second signed info": (b"<ds:SignatureValue>", b"<ds:SignedInfo></ds:SignedInfo><ds:SignatureValue>"),
    "a key value": (b"<ds:X509Data>", b"<ds:KeyValue></ds:KeyValue><ds:X509Data>"),
    "a text": (b"</ds:KeyInfo>", b"x</ds:KeyInfo>"),
    "an attribute": (b"<ds:Reference ", b'<ds:Reference Type="x" '),
    "an Id": (b"<ds:KeyInfo>", b'<ds:KeyInfo Id="k">'),
    "a carriage return": (b"</ds:SignatureValue>", b"&#13;</ds:SignatureValue>"),
    "a value that is no base64": (b"</ds:SignatureValue>", b"_</ds:SignatureValue>"),
    "a certificate that is no base64": (
        b"</ds:X509Certificate>",
        b"</ds:X509Certificate><ds:X509Certificate>AB=A</ds:X509Certificate>",
    ),
    "an element in a value": (b"</ds:SignatureValue>", b"<x/></ds:SignatureValue>"),
    "another namespace": (b"xmldsig#", b"xmldsig2#"),
}


@pytest.mark.parametrize(("old", "new"), ADDED.values(), ids=ADDED.keys())
def test_anything_more_is_left_to_the_general_library(
    old: bytes, new: bytes, honest: Callable[[Vihf], bytes], vihf: Vihf, signer: Signer
) -> None:
    content = honest(vihf)
    altered = content.replace(old, new, 1)
    assert altered != content
    assert narrow(altered, signer.certificate) is None


def test_a_base64_with_bits_to_spare_is_left_to_the_general_library(
    honest: Callable[[Vihf], bytes], vihf: Vihf, signer: Signer
) -> None:
    content = honest(vihf)
    found = re.search(rb"(.)==(?=</ds:SignatureValue>)", content)
    assert found is not None
    loose = content[: found.start()] + bytes([found[1][0] + 1]) + content[found.start() + 1 :]
    assert b64decode(text_of(loose)) == b64decode(text_of(content))
    assert narrow(loose, signer.certificate) is None
    assert general(loose, signer.certificate) is None


def text_of(content: bytes) -> str:
    return etree.fromstring(content).findtext(f"{{{DS}}}Signature/{{{DS}}}SignatureValue") or ""


def test_another_key_another_id_or_another_digest_is_no(
    honest: Callable[[Vihf], bytes], vihf: Vihf, signer: Signer, foreigner: Signer
) -> None:
    content = honest(vihf)
    assert narrow(content, foreigner.certificate) is None
    assert narrow(content, signer.certificate, ident="_other") is None
    assert narrow(content.replace(b'ID="_f00d"', b'ID="_evil"'), signer.certificate, ident="_f00d") is None
    assert narrow(content.replace(b"899900000011", b"899900000099"), signer.certificate) is None
    assert narrow(honest(replace(vihf, assertion_id="_2")), signer.certificate) is None


TOKENS = [
    b"",
    b" ",
    b"\n",
    b"x",
    b"=",
    b"<!--x-->",
    b"<?x?>",
    b"&#13;",
    b'Id="x"',
    b' Id="x"',
    b"<x/>",
    b"<ds:Object/>",
]


@st.composite
def alterations(draw: st.DrawFn) -> Callable[[bytes], bytes]:
    """One or two edits of a signed assertion: mostly of its signature, mostly where an element begins or ends."""
    edits = draw(
        st.lists(
            st.tuples(st.integers(0, 10_000), st.sampled_from(TOKENS), st.integers(0, 3), st.booleans()),
            min_size=1,
            max_size=2,
        )
    )

    def altered(content: bytes) -> bytes:
        for position, token, taken, at_an_end in edits:
            start, end = content.find(b"<ds:Signature"), content.rfind(b"</ds:Signature>")
            ends = [found.end() for found in re.finditer(rb"[>\"]", content) if start < found.start() < end]
            at = ends[position % len(ends)] if at_an_end and ends else position % len(content)
            content = content[:at] + token + content[at + (0 if at_an_end else taken) :]
        return content

    return altered


@BRIEF
@given(alter=alterations())
def test_a_yes_is_a_yes_of_both_libraries(
    alter: Callable[[bytes], bytes], honest: Callable[[Vihf], bytes], vihf: Vihf, signer: Signer
) -> None:
    content = alter(honest(vihf))
    try:
        octets = narrow(content, signer.certificate)
    except etree.XMLSyntaxError:
        return
    if octets is not None:
        assert octets == general(content, signer.certificate)
        assert reference(content, signer.certificate)


def test_blanks_between_what_is_not_signed_change_nothing(
    honest: Callable[[Vihf], bytes], vihf: Vihf, signer: Signer
) -> None:
    content = honest(vihf)
    spread = re.sub(rb"(</?ds:(?:KeyInfo|X509Data|X509Certificate|SignatureValue)>)", rb"\1\n  ", content)
    assert spread != content
    assert (
        narrow(spread, signer.certificate) == narrow(content, signer.certificate) == general(spread, signer.certificate)
    )


TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")) | st.sampled_from("\t\n\r&<>\"'"), max_size=30)


@BRIEF
@given(name=TEXTS, display=TEXTS, cut=st.booleans(), prefix=st.sampled_from(["ds", None]))
def test_whatever_is_signed_honestly_is_read_whole(
    name: str, display: str, cut: bool, prefix: str | None, vihf: Vihf, signer: Signer
) -> None:
    assertion = build(replace(vihf, name_id=name, subject_name=display))
    assertion.set("{urn:x}said", display)
    if cut:
        assertion.find(NAME_ID).append(etree.Comment("cut"))
    content = signed_by_xmlsec(assertion, signer, prefix=prefix)
    octets = narrow(content, signer.certificate)
    assert octets is not None
    assert etree.fromstring(octets).findtext(NAME_ID) == name
    assert etree.tostring(etree.fromstring(octets), method="c14n") == general(content, signer.certificate)
