"""What the console makes of bytes."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from banc_mocks.console.decoding import View, decode, tokens
from banc_standards.soap import mtom


def every(view: View) -> list[View]:
    return [view, *(inner for part in view.parts for inner in every(part))]


def jwt(claims: dict[str, object]) -> str:
    parts = (json.dumps(part).encode() for part in ({"alg": "RS256"}, claims))
    return ".".join([*(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts), "c2ln"])


@pytest.fixture(scope="module")
def certificate() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Essai")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    built = x509.CertificateBuilder(name, name, key.public_key(), 1, start, start + timedelta(days=1))
    return built.sign(key, SHA256()).public_bytes(Encoding.DER)


def test_xml_is_indented() -> None:
    view = decode(b"<a><b>1</b></a>", "application/soap+xml")

    assert (view.kind, view.text) == ("xml", "<a>\n  <b>1</b>\n</a>")


def test_certificate_in_a_signature_is_read(certificate: bytes) -> None:
    data = base64.b64encode(certificate).decode()
    xml = f'<a><X509Certificate xmlns="http://www.w3.org/2000/09/xmldsig#">{data}</X509Certificate></a>'

    (found,) = decode(xml.encode(), "text/xml", "en").parts

    assert found.kind == "certificate"
    assert ("subject", "CN=Essai") in found.rows
    assert ("from", "2026-01-01T00:00:00+00:00") in found.rows


def test_mtom_package_shows_envelope_and_document() -> None:
    document = b"<ClinicalDocument/>"
    media_type, body = mtom.pack(b"<E/>", {"doc@x": document}, action="urn:a", boundary="b", root_id="r@x")

    view = decode(body, media_type)

    assert [(part.title, part.kind) for part in view.parts] == [("SOAP", "xml"), ("cid:doc@x", "xml")]


def test_mail_shows_its_headers_and_the_members_of_its_archive() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("IHE_XDM/SUBSET01/METADATA.XML", "<a/>")
        archive.writestr("README.TXT", "lisez")
    attached = base64.encodebytes(packed.getvalue()).replace(b"\n", b"\r\n")
    mail = (
        b"From: a@x.mssante.fr\r\nSubject: =?utf-8?q?R=C3=A9sultat?=\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nBonjour\r\n"
        b"--b\r\nContent-Type: application/zip; name=IHE_XDM.ZIP\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )

    view = decode(mail + attached + b"\r\n--b--\r\n", "message/rfc822")

    assert ("Subject", "Résultat") in view.rows
    archive_view = next(part for part in view.parts if part.kind == "zip")
    assert ("IHE_XDM/SUBSET01/METADATA.XML", "4") in archive_view.rows
    assert [part.title for part in archive_view.parts] == ["IHE_XDM/SUBSET01/METADATA.XML"]


def test_form_and_the_token_in_it_are_read() -> None:
    view = decode(f"grant_type=x&client_assertion={jwt({'sub': 'moi'})}".encode(), "application/x-www-form-urlencoded")

    assert ("grant_type", "x") in view.rows
    assert '"sub": "moi"' in view.parts[0].text


def test_json_is_indented_and_its_tokens_read() -> None:
    view = decode(json.dumps({"id_token": jwt({"nonce": "n"})}).encode(), "application/json")

    assert [part.kind for part in every(view)] == ["json", "jwt"]


def test_token_of_an_authorization_header_is_read() -> None:
    (view,) = tokens(f"Bearer {jwt({'aud': 'banc'})}")

    assert '"aud": "banc"' in view.text


def test_document_inside_a_document_is_opened() -> None:
    pdf = base64.b64encode(b"%PDF-1.4 x").decode()
    cda = f'<a xmlns="urn:hl7-org:v3"><text mediaType="application/pdf" representation="B64">{pdf}</text></a>'

    assert [view.kind for view in every(decode(cda.encode(), "text/xml"))] == ["xml", "pdf"]


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>", "text/xml"),
        (b"<a><b></a>", "text/xml"),
        (b"--b\r\n", "multipart/related; boundary=b"),
        (b"PK\x03\x04broken", "application/zip"),
        (b"{", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "application/x-pem-file"),
        (b"<a><X509Certificate xmlns='http://www.w3.org/2000/09/xmldsig#'>AAAA</X509Certificate></a>", "text/xml"),
    ],
    ids=["dtd", "not-xml", "cut-mtom", "no-zip", "no-json", "deep-json", "no-certificate", "no-certificate-in-xml"],
)
def test_what_is_broken_is_shown_raw_with_the_reason(data: bytes, media_type: str) -> None:
    view = decode(data, media_type)

    assert view.kind == "broken"
    assert view.rows[0][0] == "!"
    assert view.text


def test_nested_messages_are_opened_so_far_and_no_further() -> None:
    mail = b"Content-Type: text/plain\r\n\r\nfin"
    for level in range(30):
        outer, inner = f"multipart/mixed; boundary=b{level}x", "message/rfc822"
        head = f"Content-Type: {outer}\r\n\r\n--b{level}x\r\nContent-Type: {inner}\r\n\r\n"
        mail = head.encode() + mail + f"\r\n--b{level}x--".encode()

    assert len(every(decode(mail, "message/rfc822"))) < 30


def test_binary_is_shown_in_hexadecimal() -> None:
    assert decode(b"\x00\x01\xff", "application/octet-stream").text == "00 01 ff"


def test_long_text_is_cut_and_says_so() -> None:
    view = decode(b"a" * 300_000, "text/plain")

    assert (len(view.text), view.cut) == (200_000, True)
