"""Certificates and tokens for the tests of the VIHF."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from lxml import etree

from banc_standards import certificates
from banc_standards.soap import build as soap
from banc_standards.soap import read as soap_read
from banc_standards.vihf import names
from banc_standards.vihf.build import Code, Vihf, build, issuer_of, security, sign
from banc_standards.vihf.verify import Refused

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HONEST = "899900000011"


@dataclass(frozen=True)
class Signer:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey


def usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(not signs, signs, False, False, False, False, False, False, False)


def issue(subject: str, *, issuer: Signer | None = None, signs: bool = True, client: bool = False) -> Signer:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name.from_rfc4514_string(subject)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name if issuer is None else issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=30))
        .not_valid_after(NOW + timedelta(days=30))
        .add_extension(x509.BasicConstraints(issuer is None, None), critical=True)
    )
    if issuer is not None:
        builder = builder.add_extension(usage(signs=signs), critical=True)
    if client:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
    certificate = builder.sign(key if issuer is None else issuer.key, hashes.SHA256())
    assert certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return Signer(certificate, key)


@pytest.fixture(scope="session")
def authority() -> Signer:
    return issue("CN=AC de test,C=FR")


@pytest.fixture(scope="session")
def signer(authority: Signer) -> Signer:
    return issue("CN=cachet.clinique.example,OU=1990000001,O=CLINIQUE FICTIVE,C=FR", issuer=authority)


@pytest.fixture(scope="session")
def foreigner() -> Signer:
    return issue(
        "CN=cachet.clinique.example,OU=1990000001,O=CLINIQUE FICTIVE,C=FR", issuer=issue("CN=AC étrangère,C=FR")
    )


@pytest.fixture(scope="session")
def trusted(authority: Signer) -> Callable[[x509.Certificate, datetime], None]:
    """What a service would ask of a signing certificate, in short: our CA."""

    def judge(certificate: x509.Certificate, _now: datetime) -> None:
        if not certificates.issued_by(certificate, authority.certificate):
            raise Refused("VIHF-SIG-006", "AC")

    return judge


@pytest.fixture
def vihf(signer: Signer) -> Vihf:
    """An honest token of a hospital doctor in the indirect mode."""
    return Vihf(
        assertion_id="_f00d",
        issue_instant=NOW,
        issuer=issuer_of(signer.certificate),
        name_id=HONEST,
        authn_instant=NOW - timedelta(minutes=5),
        authn_class=names.SINGLE_FACTOR_CLASS,
        mode=names.INDIRECT,
        structure="1990000001",
        sector=f"SA04^{names.SECTOR_SYSTEM}",
        roles=(Code("10", names.G15, "Médecin"), Code("SM26", names.R01, "Qualifié en médecine générale (SM)")),
        subject_name="ALICE DURAND",
        ins="279035121518989",
        ins_oid="1.2.250.1.213.1.4.10",
        lps_name="Dossier Exemple",
        lps_version="1.0",
        homologation="EXE-0001-tmp1",
    )


@pytest.fixture
def signed(vihf: Vihf, signer: Signer) -> etree._Element:
    return sign(build(vihf), key=signer.key, certificate=signer.certificate)


Send = Callable[..., etree._Element]


@pytest.fixture
def send() -> Send:
    """The envelope that a service would parse, from the assertions of its Security header."""

    def envelope(*assertions: etree._Element, body: etree._Element | None = None) -> etree._Element:
        headers = soap.addressing(action="urn:a", message_id="urn:uuid:x")
        built = soap.envelope(headers=[*headers, security(*assertions)], body=body)
        return soap_read.read(soap.serialize(built)).envelope

    return envelope
