"""One clean submission of a discharge letter, signed, that every test of this folder starts from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree

from banc_standards.cda.build import discharge_letter
from banc_standards.cda.model import (
    DischargeLetter,
    Professional,
    Treatment,
)
from banc_standards.terminology.codes import value_set
from banc_standards.vihf.build import Code as VihfCode
from banc_standards.vihf.build import Vihf
from banc_standards.vihf.build import build as build_vihf
from banc_standards.vihf.read import Assertion
from banc_standards.vihf.read import read as read_vihf
from banc_standards.xds.build import author_of, entry_from_cda, signature_entry, submission, utc
from banc_standards.xds.model import DocumentEntry, SubmissionSet
from banc_standards.xds.rules.subject import SubmissionSubject
from banc_standards.xds.signature import sign_submission

from .. import letters

NOW = datetime(2026, 1, 5, 17, tzinfo=UTC)
STRUCTURE = "1990000001"
DOCTOR = "899900000011"


@dataclass(frozen=True)
class Signer:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey


def _signer(name: str) -> Signer:
    key = rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(42)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    return Signer(certificate, key)


@pytest.fixture(scope="session")
def signer() -> Signer:
    """Who signs the lot."""
    return _signer("CLINIQUE FICTIVE")


@pytest.fixture(scope="session")
def stranger() -> Signer:
    """Somebody else."""
    return _signer("AUTRE")


@pytest.fixture(scope="session")
def doctor() -> Professional:
    """Author, performer and legal authenticator."""
    return letters.doctor()


@pytest.fixture(scope="session")
def letter() -> DischargeLetter:
    """The letter of the submission."""
    return letters.letter(treatments=(Treatment("PARACETAMOL 1 g", date(2026, 1, 5)),))


@pytest.fixture(scope="session")
def cda(letter: DischargeLetter) -> bytes:
    """Its bytes."""
    return discharge_letter(letter)


@pytest.fixture(scope="session")
def entry(cda: bytes) -> DocumentEntry:
    """Its metadata."""
    return entry_from_cda(cda)


@pytest.fixture(scope="session")
def lot(entry: DocumentEntry, doctor: Professional) -> SubmissionSet:
    """The metadata of the lot."""
    return SubmissionSet(
        id="Lot01",
        unique_id="1.2.250.1.213.99.5.1",
        source_id="1.2.250.1.213.99.5",
        patient_id=entry.patient_id,
        submission_time=utc(NOW),
        title="Lettre de liaison",
        authors=(author_of(doctor),),
        content_type=value_set("J59").get("03"),
    )


@pytest.fixture(scope="session")
def signature(lot: SubmissionSet, entry: DocumentEntry, cda: bytes, signer: Signer) -> bytes:
    """The signature of the lot."""
    return sign_submission(
        lot=lot.unique_id or "",
        documents={entry.unique_id or "": cda},
        key=signer.key,
        certificate=signer.certificate,
        signing_time=NOW,
        signature_id="S1",
    )


@pytest.fixture(scope="session")
def assertion() -> Assertion:
    """The VIHF of the sending structure, indirect mode."""
    return vihf_of()


def vihf_of(**changes: Any) -> Assertion:
    """A VIHF with other values."""
    honest = Vihf(
        assertion_id="_1",
        issue_instant=NOW,
        issuer="CN=CLINIQUE FICTIVE",
        name_id=DOCTOR,
        authn_instant=NOW,
        authn_class="urn:oasis:names:tc:SAML:2.0:ac:classes:X509",
        mode="INDIRECTE",
        structure=STRUCTURE,
        sector="SA01^1.2.250.1.71.4.2.4",
        roles=(VihfCode("10", "1.2.250.1.71.1.2.7"),),
        subject_name="DURAND ALICE",
        ins="279035121518989",
        ins_oid="1.2.250.1.213.1.4.10",
        lps_name="BANC",
        lps_version="1",
        homologation="BANC-1",
    )
    return read_vihf(etree.fromstring(etree.tostring(build_vihf(replace(honest, **changes)))))


@pytest.fixture(scope="session")
def vihf() -> Callable[..., Assertion]:
    """The VIHF with other values, by the names of the builder's fields."""
    return vihf_of


@pytest.fixture(scope="session")
def subject(
    lot: SubmissionSet, entry: DocumentEntry, cda: bytes, signature: bytes, assertion: Assertion, signer: Signer
) -> SubmissionSubject:
    """The clean submission as a server judges it."""
    signed = signature_entry(lot, entry, signature, unique_id="1.2.250.1.213.99.5.2")
    return SubmissionSubject(
        submission=submission(lot, [entry, signed]),
        documents={entry.id: cda, signed.id: signature},
        vihf=assertion,
        signing_certificate=signer.certificate,
    )
