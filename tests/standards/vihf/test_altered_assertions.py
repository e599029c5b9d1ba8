"""Nine altered messages: eight are refused, the one cut by a comment gives back its whole, honest NameID.

Each starts from one honestly signed message. What an attacker wants is for the service to act as ``FORGED``.
"""

from __future__ import annotations

import copy
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree

from banc_standards.soap.names import DS, SAML, SOAP12
from banc_standards.vihf.build import Vihf, build, sign
from banc_standards.vihf.read import read
from banc_standards.vihf.verify import RSA_SHA1, SHA1, Refused, signed_assertion, signed_assertions

from .conftest import HONEST, NOW, Send, Signer

FORGED = "899900000099"
Trusted = Callable[[x509.Certificate, datetime], None]


def forged(assertion: etree._Element, ident: str = "_evil") -> etree._Element:
    """The same token for another person, without its signature."""
    fake = copy.deepcopy(assertion)
    fake.set("ID", ident)
    signature = fake.find(f"{{{DS}}}Signature")
    if signature is not None:
        fake.remove(signature)
    fake.find(f"{{{SAML}}}Subject/{{{SAML}}}NameID").text = FORGED
    return fake


def stolen_signature(assertion: etree._Element) -> etree._Element:
    return copy.deepcopy(assertion.find(f"{{{DS}}}Signature"))


def refusal(envelope: etree._Element, trusted: Trusted) -> str:
    with pytest.raises(Refused) as refused:
        signed_assertion(envelope, now=NOW, trusted=trusted)
    return refused.value.rule_id


def xmlsec_accepts(envelope: etree._Element, certificate: x509.Certificate) -> bool:
    """Whether the reference library finds the first signature of the message right."""
    for assertion in envelope.iter(f"{{{SAML}}}Assertion"):
        xmlsec.tree.add_ids(assertion, ["ID"])
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(certificate.public_bytes(Encoding.PEM), xmlsec.constants.KeyDataFormatCertPem)
    try:
        context.verify(xmlsec.tree.find_node(envelope, xmlsec.constants.NodeSignature))
    except xmlsec.Error:
        return False
    return True


def test_the_honest_message_is_read(signed: etree._Element, signer: Signer, send: Send, trusted: Trusted) -> None:
    envelope = send(signed)
    assertion, certificate = signed_assertion(envelope, now=NOW, trusted=trusted)
    assert read(assertion).name_id == HONEST
    assert certificate == signer.certificate
    assert xmlsec_accepts(envelope, signer.certificate)


def test_1_name_changed_after_signing(signed: etree._Element, signer: Signer, send: Send, trusted: Trusted) -> None:
    signed.find(f"{{{SAML}}}Subject/{{{SAML}}}NameID").text = FORGED
    envelope = send(signed)
    assert refusal(envelope, trusted) == "VIHF-SIG-005"
    assert not xmlsec_accepts(envelope, signer.certificate)


def test_2_forged_assertion_before_the_signed_one(
    signed: etree._Element, signer: Signer, send: Send, trusted: Trusted
) -> None:
    envelope = send(forged(signed), signed)
    assert refusal(envelope, trusted) == "VIHF-SIG-001"
    assert xmlsec_accepts(envelope, signer.certificate), "a signature library alone does not see this one"


def test_3_forged_in_the_header_and_signed_in_the_body(
    signed: etree._Element, signer: Signer, send: Send, trusted: Trusted
) -> None:
    wrapper = etree.Element("{urn:x}wrapper")
    wrapper.append(copy.deepcopy(signed))
    envelope = send(forged(signed), body=wrapper)
    assert refusal(envelope, trusted) == "VIHF-SIG-001"
    assert xmlsec_accepts(envelope, signer.certificate), "a signature library alone does not see this one"


def test_4_signed_one_inside_the_stolen_signature_of_the_forged_one(
    signed: etree._Element, send: Send, trusted: Trusted
) -> None:
    fake = forged(signed)
    signature = stolen_signature(signed)
    etree.SubElement(signature, f"{{{DS}}}Object").append(copy.deepcopy(signed))
    fake.insert(1, signature)
    assert refusal(send(fake), trusted) == "VIHF-SIG-001"


def test_5_forged_with_the_same_id_and_the_stolen_signature(
    signed: etree._Element, signer: Signer, send: Send, trusted: Trusted
) -> None:
    fake = forged(signed, ident=signed.get("ID") or "")
    fake.insert(1, stolen_signature(signed))
    envelope = send(fake)
    assert refusal(envelope, trusted) == "VIHF-SIG-005"
    assert not xmlsec_accepts(envelope, signer.certificate)


def test_6_the_same_id_twice(signed: etree._Element, send: Send, trusted: Trusted) -> None:
    other = etree.Element("{urn:x}anything", Id=signed.get("ID") or "")
    assert refusal(send(signed, body=other), trusted) == "VIHF-SIG-002"


def test_7_a_comment_that_cuts_the_name_changes_nothing(
    signed: etree._Element, signer: Signer, send: Send, trusted: Trusted
) -> None:
    name = signed.find(f"{{{SAML}}}Subject/{{{SAML}}}NameID")
    name.text = HONEST[:6]
    comment = etree.Comment("cut")
    comment.tail = HONEST[6:]
    name.append(comment)
    envelope = send(signed)
    assert envelope.findtext(f".//{{{SAML}}}NameID") == HONEST[:6], "what a careless reader sees"
    assert xmlsec_accepts(envelope, signer.certificate)
    assertion, _certificate = signed_assertion(envelope, now=NOW, trusted=trusted)
    assert read(assertion).name_id == HONEST


def test_8_signed_by_a_foreign_authority(vihf: Vihf, foreigner: Signer, send: Send, trusted: Trusted) -> None:
    envelope = send(sign(build(vihf), key=foreigner.key, certificate=foreigner.certificate))
    assert refusal(envelope, trusted) == "VIHF-SIG-006"
    assert xmlsec_accepts(envelope, foreigner.certificate), "the signature itself is right"


def signed_with_sha1(vihf: Vihf, signer: Signer) -> etree._Element:
    """What software of 2019 sends; our own signer refuses to, so xmlsec makes it."""
    assertion = build(vihf)
    method = xmlsec.constants
    signature = xmlsec.template.create(assertion, method.TransformExclC14N, method.TransformRsaSha1, ns="ds")
    assertion.insert(1, signature)
    reference = xmlsec.template.add_reference(signature, method.TransformSha1, uri=f"#{vihf.assertion_id}")
    xmlsec.template.add_transform(reference, method.TransformEnveloped)
    xmlsec.template.add_transform(reference, method.TransformExclC14N)
    data = xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(signature))
    der = signer.certificate.public_bytes(Encoding.DER)
    etree.SubElement(data, f"{{{DS}}}X509Certificate").text = b64encode(der).decode()
    xmlsec.tree.add_ids(assertion, ["ID"])
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(pem(signer), xmlsec.constants.KeyDataFormatPem)
    context.sign(signature)
    return etree.fromstring(etree.tostring(assertion))


def pem(signer: Signer) -> bytes:
    return signer.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def test_9_signed_with_sha1(vihf: Vihf, signer: Signer, send: Send, trusted: Trusted) -> None:
    envelope = send(signed_with_sha1(vihf, signer))
    methods = {
        element.get("Algorithm") for element in envelope.iter(f"{{{DS}}}SignatureMethod", f"{{{DS}}}DigestMethod")
    }
    assert methods == {RSA_SHA1, SHA1}
    assert refusal(envelope, trusted) == "VIHF-SIG-007"
    assert xmlsec_accepts(envelope, signer.certificate)


def test_sha1_is_read_where_it_is_admitted(vihf: Vihf, signer: Signer, send: Send, trusted: Trusted) -> None:
    envelope = send(signed_with_sha1(vihf, signer))
    assertion, _certificate = signed_assertion(envelope, now=NOW, trusted=trusted, sha1=True)
    assert read(assertion).name_id == HONEST


def test_admitting_sha1_admits_no_alteration(vihf: Vihf, signer: Signer, send: Send, trusted: Trusted) -> None:
    altered = signed_with_sha1(vihf, signer)
    altered.find(f"{{{SAML}}}Subject/{{{SAML}}}NameID").text = FORGED
    with pytest.raises(Refused) as refused:
        signed_assertion(send(altered), now=NOW, trusted=trusted, sha1=True)
    assert refused.value.rule_id == "VIHF-SIG-005"


def test_two_assertions_are_read_where_two_are_expected(
    vihf: Vihf, signer: Signer, send: Send, trusted: Trusted
) -> None:
    first = sign(build(vihf), key=signer.key, certificate=signer.certificate)
    second = sign(
        build(replace(vihf, assertion_id="_2", name_id="1/x")), key=signer.key, certificate=signer.certificate
    )
    found = signed_assertions(send(first, second), expected=2, now=NOW, trusted=trusted)
    assert [read(assertion).name_id for assertion, _ in found] == [HONEST, "1/x"]


def test_no_assertion_is_refused(send: Send, trusted: Trusted) -> None:
    assert refusal(send(), trusted) == "VIHF-SIG-001"


def test_an_unsigned_assertion_is_refused(vihf: Vihf, send: Send, trusted: Trusted) -> None:
    assert refusal(send(build(vihf)), trusted) == "VIHF-SIG-003"


def test_a_reference_to_something_else_is_refused(signed: etree._Element, send: Send, trusted: Trusted) -> None:
    signed.find(f".//{{{DS}}}Reference").set("URI", "#other")
    assert refusal(send(signed), trusted) == "VIHF-SIG-004"


def test_an_unforeseen_transform_is_refused(signed: etree._Element, send: Send, trusted: Trusted) -> None:
    signed.find(f".//{{{DS}}}Transform").set("Algorithm", "http://www.w3.org/TR/1999/REC-xslt-19991116")
    assert refusal(send(signed), trusted) == "VIHF-SIG-004"


@pytest.mark.parametrize("text", ["", "AAAA", "not base64 é"])
def test_an_unreadable_certificate_is_refused(text: str, signed: etree._Element, send: Send, trusted: Trusted) -> None:
    signed.find(f".//{{{DS}}}X509Certificate").text = text
    assert refusal(send(signed), trusted) == "VIHF-SIG-006"


def test_the_body_of_the_message_may_change(signed: etree._Element, send: Send, trusted: Trusted) -> None:
    envelope = send(signed, body=etree.Element(f"{{{SOAP12}}}anything"))
    assert signed_assertion(envelope, now=NOW, trusted=trusted)[0].get("ID") == "_f00d"
