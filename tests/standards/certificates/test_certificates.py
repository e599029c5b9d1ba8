"""Judging the certificate of a peer (rules TLS-001 to TLS-008) and reading names in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from banc_standards import certificates
from banc_standards.certificate_rules import RULES, CertificateSubject
from banc_standards.rules import judge

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SUBJECT = "CN=cachet.clinique.example,OU=1990000001,O=CLINIQUE FICTIVE,ST=Paris (75),C=FR"


@dataclass(frozen=True)
class Issued:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def issue(subject: str, issuer: Issued | None = None, *, signs: bool = False, client: bool = True) -> Issued:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name.from_rfc4514_string(subject)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name if issuer is None else issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(x509.BasicConstraints(issuer is None, None), critical=True)
    )
    if issuer is not None:
        usage = x509.KeyUsage(not signs, signs, False, False, False, False, False, False, False)
        builder = builder.add_extension(usage, critical=True)
    if issuer is not None and client:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
    return Issued(builder.sign(key if issuer is None else issuer.key, hashes.SHA256()), key)


CA = issue("CN=AC de test,C=FR")
FOREIGN_CA = issue("CN=AC de test,C=FR")
CLIENT = issue(SUBJECT, CA)
SEAL = issue(SUBJECT, CA, signs=True, client=False)


def subject(issued: Issued | None = CLIENT) -> CertificateSubject:
    certificate = None if issued is None else issued.certificate
    return CertificateSubject(
        certificate, NOW, (CA.certificate,), kind="AUTH_CLI", kinds=frozenset({"AUTH_CLI", "CPS_AUTH"})
    )


def broken(checked: CertificateSubject) -> set[str]:
    return {rule.id for rule in RULES for _ in rule.check(checked)}


def test_an_honest_client_breaks_no_rule() -> None:
    assert broken(subject()) == set()


def test_an_honest_seal_breaks_no_rule() -> None:
    assert broken(replace(subject(SEAL), kind="SIGN", kinds=frozenset({"SIGN"}), use="signature")) == set()


@pytest.mark.parametrize(
    ("rule", "checked"),
    [
        ("TLS-001", subject(None)),
        ("TLS-002", replace(subject(issue(SUBJECT, FOREIGN_CA)), kind=None)),
        ("TLS-003", replace(subject(), now=NOW + timedelta(days=2))),
        ("TLS-004", replace(subject(), now=NOW - timedelta(days=2))),
        ("TLS-005", replace(subject(), revoked_at=NOW)),
        ("TLS-006", replace(subject(), kind="SERVER")),
        ("TLS-007", subject(SEAL)),
        ("TLS-008", replace(subject(), use="signature")),
    ],
)
def test_each_rule_finds_its_break(rule: str, checked: CertificateSubject) -> None:
    assert broken(checked) == {rule}


def test_a_revocation_to_come_does_not_count_yet() -> None:
    assert broken(replace(subject(), revoked_at=NOW + timedelta(seconds=1))) == set()


@pytest.mark.parametrize(
    "text",
    [
        SUBJECT,
        "C=FR, ST=Paris (75), O=CLINIQUE FICTIVE, OU=1990000001, CN=cachet.clinique.example",
        "cn=cachet.clinique.example,ou=1990000001,o=Clinique  Fictive,st=Paris \\(75\\),c=FR",
        "CN=cachet.clinique.example+OU=1990000001,O=CLINIQUE FICTIVE,S=Paris (75),C=FR",
        "2.5.4.3=cachet.clinique.example,2.5.4.11=#130A31393930303030303031,O=CLINIQUE FICTIVE,ST=Paris (75),C=FR",
    ],
)
def test_names_are_compared_as_sets(text: str) -> None:
    assert certificates.names_subject(text, CLIENT.certificate)


@pytest.mark.parametrize("text", ["", "CN", "CN=cachet.clinique.example", SUBJECT + ",OU=x", "XX=1", "CN=a,,C=FR"])
def test_other_names_differ(text: str) -> None:
    assert not certificates.names_subject(text, CLIENT.certificate)


def test_the_names_of_a_card_are_read_in_their_numeric_form() -> None:
    text = "CN=899900038839+2.5.4.4=#14045452414c+2.5.4.42=#14064144454d4953,OU=Médecin,O=TEST,C=FR"
    read = certificates.distinguished_name(text)
    assert read is not None
    assert {("2.5.4.3", "899900038839"), ("2.5.4.4", "tral"), ("2.5.4.42", "ademis")} <= read


def test_the_structure_is_the_ou() -> None:
    assert certificates.structure(CLIENT.certificate) == "1990000001"
    assert certificates.common_name(CLIENT.certificate) == "cachet.clinique.example"
    assert certificates.organization(CLIENT.certificate) == "CLINIQUE FICTIVE"
    assert certificates.structure(issue("CN=899900000011,OU=Médecin,C=FR", CA).certificate) is None


@pytest.mark.filterwarnings("ignore")
def test_a_spoilt_certificate_is_unreadable_or_judged_never_a_surprise() -> None:
    der, draw = SEAL.certificate.public_bytes(Encoding.DER), Random(20)
    unreadable = 0
    for _ in range(1500):
        spoilt = bytearray(der)
        spoilt[draw.randrange(len(der))] = draw.randrange(256)
        try:
            certificate = certificates.load(bytes(spoilt))
        except ValueError:
            unreadable += 1
            continue
        judge(RULES, replace(subject(), certificate=certificate, use="signature"))
        certificates.names_subject(SUBJECT, certificate)
    assert 0 < unreadable < 1500


def test_a_certificate_is_read_whole() -> None:
    der = SEAL.certificate.public_bytes(Encoding.DER)
    assert certificates.load(der) == SEAL.certificate
    assert x509.load_der_x509_certificate(der.replace(b"AC de test", b"\xffC de test"))
    for spoilt in (b"", der[:-1], der.replace(b"AC de test", b"\xffC de test")):
        with pytest.raises(ValueError, match=r"."):
            certificates.load(spoilt)
