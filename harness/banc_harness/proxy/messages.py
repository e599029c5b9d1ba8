"""What the software before a proxy sends through it to INSi and to the DMP, for a user of Pro Santé Connect."""

from __future__ import annotations

import base64
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from banc_fixtures.software import BENCH_IDAM

if TYPE_CHECKING:
    from lxml import etree

    from banc_fixtures.patients import Patient
    from banc_fixtures.professionals import Professional
    from banc_fixtures.structures import Structure
    from banc_standards.contracts.driver import KeyStore
    from banc_standards.contracts.sut import Sut

PHYSICIAN: Final = "10"
HOMOLOGATION: Final = "BANC-0001-tmp1"
INSTANCE: Final = "5d0e6f0a-0000-4000-8000-000000000002"
SIGNED_IN: Final = timedelta(minutes=1)
"""How long ago the user signed in, as the assertion says."""


def identity_search(sut: Sut, patient: Patient, user: Professional, place: Structure) -> tuple[str, str]:
    """WS_INS2 for a patient's traits, and its media type."""
    from banc_standards.insi import build, names
    from banc_standards.insi.model import PsAssertion, Software
    from banc_standards.soap.build import serialize

    now = datetime.now(UTC)
    assertion = PsAssertion(
        assertion_id=f"_{uuid.uuid4()}",
        issue_instant=now,
        issuer=f"CN={user.idnat},O=PSC,C=FR",
        name_id=user.idnat,
        billing=place.finess,
        sector=place.sector,
        qualifier="PSC",
        speciality=user.amo_speciality if user.profession == PHYSICIAN else "",
    )
    request = build.search_request(
        build.attempts(patient.traits)[0],
        message_id=str(uuid.uuid4()),
        bam_id=str(uuid.uuid4()),
        lps_id=str(uuid.uuid4()),
        at=now,
        sender=user.idnat,
        software=Software(sut.product.name, sut.product.version, sut.ids.idam or BENCH_IDAM, INSTANCE),
        assertion=build.ps_assertion(assertion),
    )
    return serialize(request).decode(), _media_type(names.SEARCH_ACTION)


def record_query(
    sut: Sut, patient: Patient, user: Professional, place: Structure, *, seal: KeyStore
) -> tuple[str, str]:
    """TD0.2 for a patient's record, in the reinforced indirect mode, and its media type. Raises ``ValueError`` when the
    seal cannot be opened, or the patient has no INS.
    """
    from banc_standards.dmp import build, names
    from banc_standards.soap import build as soap
    from banc_standards.vihf.build import security

    if patient.ins is None:
        raise ValueError(f"{patient.id} has no INS")
    query = build.query(
        message_id=build.Identifier(f"{place.oid}.3.1", str(uuid.uuid4())),
        query_id=build.Identifier(f"{place.oid}.3.2", str(uuid.uuid4())),
        when=datetime.now(UTC),
        sender=build.Device(f"{place.oid}.3", sut.product.name),
        patient=patient.ins,
    )
    headers = soap.addressing(action=names.QUERY_ACTION, message_id=f"urn:uuid:{uuid.uuid4()}")
    headers.append(security(_assertion(sut, patient, user, place, seal)))
    return soap.serialize(soap.envelope(headers=headers, body=query)).decode(), _media_type(names.QUERY_ACTION)


def _assertion(sut: Sut, patient: Patient, user: Professional, place: Structure, seal: KeyStore) -> etree._Element:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import pkcs12

    from banc_standards.terminology.codes import value_set
    from banc_standards.vihf import names
    from banc_standards.vihf.build import Code, Vihf, build, issuer_of, sign

    store = base64.b64decode(seal.p12)
    key, certificate, _ = pkcs12.load_key_and_certificates(store, seal.password.encode())
    if not isinstance(key, RSAPrivateKey) or certificate is None or patient.ins is None:
        raise ValueError("the PKCS#12 holds no RSA key with its certificate")
    now, named = datetime.now(UTC), value_set("J01").get(user.speciality).display
    roles = [Code(user.profession, names.G15, "Médecin" if user.profession == PHYSICIAN else named)]
    if "/" in user.speciality:
        roles.append(Code(user.speciality.partition("/")[2], names.R01, named))
    honest = Vihf(
        assertion_id=f"_{uuid.uuid4()}",
        issue_instant=now,
        issuer=issuer_of(certificate),
        name_id=user.idnat,
        authn_instant=now - SIGNED_IN,
        authn_class="urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorUnregistered",
        authn_decl=names.SIMPLE_AIR_DECLARATION,
        mode=names.AIR,
        structure=place.struct_idnat,
        sector=f"{place.sector}^{names.SECTOR_SYSTEM}",
        roles=tuple(roles),
        subject_name=f"{user.given} {user.family}",
        ins=patient.ins.value,
        ins_oid=patient.ins.oid,
        lps_name=sut.product.name,
        lps_version=sut.product.version,
        homologation=sut.ids.dmp_homologation or HOMOLOGATION,
    )
    return sign(build(honest), key=key, certificate=certificate)


def _media_type(action: str) -> str:
    return f'application/soap+xml; charset=utf-8; action="{action}"'
