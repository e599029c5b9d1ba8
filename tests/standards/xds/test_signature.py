"""The signature of a lot: signed here, verified here and by xmlsec, broken by every alteration."""

from __future__ import annotations

import io
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from lxml import etree

from banc_standards.rules import Registry, judge
from banc_standards.xds.model import DocumentEntry, SubmissionSet
from banc_standards.xds.rules import signing
from banc_standards.xds.rules.subject import SubmissionSubject
from banc_standards.xds.signature import DS, SignatureRefused, read, sign_submission, verify

BY_ID = Registry(signing.RULES)
NOW = datetime(2026, 1, 5, 17, tzinfo=UTC)
SAMPLES = Path(__file__).parents[4] / "shared" / "data" / "dmp" / "soap"


def _with(subject: SubmissionSubject, signature: bytes) -> SubmissionSubject:
    return replace(subject, documents={**subject.documents, "Sign01": signature})


def _broken(subject: SubmissionSubject) -> set[str]:
    return {finding.rule for finding in judge(signing.RULES, subject)}


def test_a_signature_declares_the_lot_and_its_documents(
    signature: bytes, lot: SubmissionSet, entry: DocumentEntry, cda: bytes
) -> None:
    verified = verify(signature)

    assert [item.unique_id for item in verified.references] == [lot.unique_id, entry.unique_id]
    assert verified.references[1].matches(cda)
    assert not verified.references[1].matches(cda.replace(b"PARACETAMOL", b"PARACETAMAL"))
    assert verified.signing_time == "2026-01-05T17:00:00+00:00"
    assert verified.purpose == "1.2.840.10065.1.12.1.14"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"urn:oid:1.2.250.1.213.99.2.1", b"urn:oid:1.2.250.1.213.99.2.2"),
        (b"2026-01-05T17", b"2026-01-05T18"),
        (b"#IHEManifest", b"#S0-SignedProperties"),
        (b"<ds:SignatureValue>", b"<ds:SignatureValue>AAAA"),
        (b"xml-c14n-20010315#WithComments", b"xml-c14n-19990000"),
        (b"rsa-sha256", b"rsa-md5"),
    ],
    ids=["manifest", "time", "reference", "value", "canonical form", "algorithm"],
)
def test_an_altered_signature_is_refused(old: bytes, new: bytes, signature: bytes) -> None:
    assert old in signature

    with pytest.raises(SignatureRefused) as refused:
        verify(signature.replace(old, new, 1))

    assert refused.value.rule_id == "XDS-SIG-005"


@pytest.mark.parametrize("data", [b"", b"<a/>", b"%PDF-1.4"], ids=["empty", "other", "pdf"])
def test_something_else_is_unreadable(data: bytes) -> None:
    with pytest.raises(SignatureRefused) as refused:
        read(data)

    assert refused.value.rule_id == "XDS-SIG-002"


def test_a_certificate_of_which_a_part_cannot_be_read_is_unreadable(signature: bytes) -> None:
    root = etree.fromstring(signature)
    held = root.find(f".//{DS}X509Certificate")
    assert held is not None
    der = b64decode(held.text or "")
    issuer = x509.load_der_x509_certificate(der).issuer.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    assert isinstance(issuer, str)
    held.text = b64encode(der.replace(issuer.encode(), b"\xff" + issuer.encode()[1:])).decode()

    with pytest.raises(SignatureRefused) as refused:
        read(etree.tostring(root))

    assert refused.value.rule_id == "XDS-SIG-002"


def test_a_second_manifest_is_not_read(signature: bytes) -> None:
    root = etree.fromstring(signature)
    other = etree.SubElement(etree.SubElement(root, f"{DS}Object"), f"{DS}Manifest")
    etree.SubElement(other, f"{DS}Reference", URI="urn:oid:1.2.3")

    with pytest.raises(SignatureRefused):
        verify(etree.tostring(root))


def test_a_second_element_with_the_same_id_is_refused(signature: bytes) -> None:
    root = etree.fromstring(signature)
    etree.SubElement(root, f"{DS}Object", Id="IHEManifest")

    with pytest.raises(SignatureRefused):
        verify(etree.tostring(root))


def test_a_signature_survives_another_indentation_of_nothing_signed(signature: bytes) -> None:
    assert verify(signature + b"\n") == verify(signature)


def test_bytes_that_are_not_xml_are_signed_as_they_are(signer: Any, lot: SubmissionSet) -> None:
    kos = b"DICM\x00\x01"
    signed = sign_submission(
        lot=lot.unique_id or "",
        documents={"1.2.3": kos},
        key=signer.key,
        certificate=signer.certificate,
        signing_time=NOW,
        signature_id="S2",
    )

    reference = verify(signed).references[1]

    assert reference.transforms == ()
    assert reference.matches(kos)


def test_a_naive_signing_time_is_refused(signer: Any) -> None:
    with pytest.raises(ValueError, match="aware"):
        sign_submission(
            lot="1.2",
            documents={},
            key=signer.key,
            certificate=signer.certificate,
            signing_time=NOW.replace(tzinfo=None),
            signature_id="S3",
        )


@pytest.fixture
def resolving(cda: bytes, lot: SubmissionSet, entry: DocumentEntry) -> Iterator[None]:
    """xmlsec follows the references of a manifest: these are the bytes behind its URIs."""
    contents: Mapping[str, bytes] = {f"urn:oid:{lot.unique_id}": b"", f"urn:oid:{entry.unique_id}": cda}

    def name(uri: bytes | str) -> str:
        return uri.decode() if isinstance(uri, bytes) else uri

    xmlsec.cleanup_callbacks()
    xmlsec.register_callbacks(
        lambda uri: name(uri) in contents,
        lambda uri: io.BytesIO(contents[name(uri)]),
        lambda handle, buffer: handle.readinto(buffer),
        lambda handle: None,
    )
    yield
    xmlsec.cleanup_callbacks()
    xmlsec.register_default_callbacks()


def _xmlsec_verifies(signature: bytes, signer: Any) -> bool:
    root = etree.fromstring(signature)
    xmlsec.tree.add_ids(root, ["Id"])
    context = xmlsec.SignatureContext()
    pem = signer.certificate.public_bytes(Encoding.PEM)
    context.key = xmlsec.Key.from_memory(pem, xmlsec.KeyFormat.CERT_PEM)
    try:
        context.verify(root)
    except xmlsec.Error:
        return False
    return True


@pytest.mark.usefixtures("resolving")
def test_xmlsec_verifies_what_is_signed_here(signature: bytes, signer: Any) -> None:
    assert _xmlsec_verifies(signature, signer)
    assert not _xmlsec_verifies(signature.replace(b"2026-01-05T17", b"2026-01-05T18"), signer)


@pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"no DMP samples in {SAMPLES}")
def test_the_published_signature_is_read_and_verifies() -> None:
    sample = (SAMPLES / "TD2.1_signature_XAdES.xml").read_bytes()

    declared = verify(sample)

    assert declared.purpose == "1.2.840.10065.1.12.1.14"
    assert declared.algorithm.endswith("rsa-sha1")
    assert declared.references[0].digest == "AA=="


def test_a_lot_without_signature_breaks_the_rule(subject: SubmissionSubject) -> None:
    bare = replace(subject, submission=replace(subject.submission, entries=subject.submission.contents))

    assert _broken(bare) == {"XDS-SIG-001"}


def test_an_unreadable_signature_breaks_the_rule(subject: SubmissionSubject) -> None:
    assert _broken(_with(subject, b"<a/>")) == {"XDS-SIG-002"}


def test_a_false_signature_breaks_the_rule(subject: SubmissionSubject, signature: bytes) -> None:
    assert _broken(_with(subject, signature.replace(b"2026-01-05T17", b"2026-01-05T18"))) == {"XDS-SIG-005"}


def _signed(signer: Any, lot: str, documents: dict[str, bytes]) -> bytes:
    return sign_submission(
        lot=lot,
        documents=documents,
        key=signer.key,
        certificate=signer.certificate,
        signing_time=NOW,
        signature_id="S4",
    )


def test_a_signature_of_another_lot_breaks_the_rule(
    subject: SubmissionSubject, signer: Any, cda: bytes, entry: DocumentEntry
) -> None:
    other = _signed(signer, "1.2.3.4", {entry.unique_id or "": cda})

    assert _broken(_with(subject, other)) == {"XDS-SIG-006", "XDS-SIG-007"}


def test_a_forgotten_document_breaks_the_rule(subject: SubmissionSubject, signer: Any, lot: SubmissionSet) -> None:
    assert _broken(_with(subject, _signed(signer, lot.unique_id or "", {}))) == {"XDS-SIG-007"}


def test_the_digest_of_other_bytes_breaks_the_rule(
    subject: SubmissionSubject, signer: Any, lot: SubmissionSet, entry: DocumentEntry
) -> None:
    other = _signed(signer, lot.unique_id or "", {entry.unique_id or "": b"<autre/>"})

    assert _broken(_with(subject, other)) == {"XDS-SIG-008"}


def test_the_certificate_of_a_stranger_breaks_the_rule(
    subject: SubmissionSubject, stranger: Any, lot: SubmissionSet, entry: DocumentEntry, cda: bytes
) -> None:
    other = _signed(stranger, lot.unique_id or "", {entry.unique_id or "": cda})

    assert _broken(_with(subject, other)) == {"XDS-SIG-011"}


def test_another_lot_digest_purpose_or_algorithm_is_told(subject: SubmissionSubject, signature: bytes) -> None:
    changed = (
        signature.replace(b">AA==<", b">AAA=<")
        .replace(b"1.2.840.10065.1.12.1.14", b"1.2.840.10065.1.12.1.15")
        .replace(b"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", b"http://www.w3.org/2000/09/xmldsig#rsa-sha1")
    )

    found = _broken(_with(subject, changed))

    assert {"XDS-SIG-009", "XDS-SIG-010", "XDS-SIG-012"} <= found
    assert BY_ID["XDS-SIG-009"].severity == BY_ID["XDS-SIG-012"].severity == "info"
