"""Who may call: card holders, Pro Santé Connect users, structures, and the certificates and assertions that fail."""

from base64 import b64decode, b64encode
from datetime import timedelta
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID
from lxml import etree

from banc_standards.soap.names import DS, SAML, WSSE

from .conftest import NURSE, TILLEUL, Bench, ago

BEARER = {"Authorization": "Bearer eyJhbGciOiJub25lIn0.e30.x"}


def refused(bench: Bench, got, code: str, rule: str) -> None:
    """The protocol's own error with that code, and a journal entry that names the rule."""
    assert (got.status, got.error.code) == (500, code)
    exchange = bench.last()
    assert (exchange["outcome"], exchange["code"]) == ("refused", code)
    assert bench.findings()[rule] == "error"


# Cards


def test_a_card_holder_signs_the_assertion(bench: Bench) -> None:
    assert bench.search(TILLEUL).answer.code == "00"
    assert bench.last()["facts"]["professional"] == "899900000029"


def test_a_nurse_needs_no_speciality(bench: Bench) -> None:
    got = bench.search(TILLEUL, assertion=bench.signed(NURSE), sender="899900000110")
    assert got.answer.code == "00"


@pytest.mark.parametrize("qualifier", ["CPS", "", "AUTRE"])
def test_a_card_holder_who_does_not_sign_is_refused_everywhere(lenient: Bench, qualifier: str) -> None:
    got = lenient.search(TILLEUL, assertion=lenient.assertion(qualifier=qualifier))
    refused(lenient, got, "mock_assertion", "INSI-PS-002")


def test_a_message_without_assertion_is_refused_everywhere(lenient: Bench) -> None:
    refused(lenient, lenient.search(TILLEUL, assertion=None), "mock_assertion", "INSI-PS-001")


def altered(root: etree._Element) -> None:
    root.find(f".//{{{SAML}}}NameID").text = "899900000011"


def doubled(root: etree._Element) -> None:
    assertion = root.find(f".//{{{SAML}}}Assertion")
    assertion.addprevious(etree.fromstring(etree.tostring(assertion)))


def wrapped(root: etree._Element) -> None:
    genuine = root.find(f".//{{{SAML}}}Assertion")
    forged = etree.fromstring(etree.tostring(genuine))
    forged.find(f"{{{SAML}}}Subject/{{{SAML}}}NameID").text = "899900000011"
    forged.remove(forged.find(f"{{{DS}}}Signature"))
    genuine.addprevious(forged)
    root[1].append(genuine)


def doubly_signed(root: etree._Element) -> None:
    signature = root.find(f".//{{{DS}}}Signature")
    signature.addnext(etree.fromstring(etree.tostring(signature)))


def no_certificate(root: etree._Element) -> None:
    root.find(f".//{{{DS}}}X509Certificate").text = "????"


def no_value(root: etree._Element) -> None:
    root.find(f".//{{{DS}}}SignatureValue").text = None


def relative_namespace(root: etree._Element) -> None:
    root.find(f".//{{{DS}}}Signature").set("{relative}a", "1")


def half_read_certificate(root: etree._Element) -> None:
    element = root.find(f".//{{{DS}}}X509Certificate")
    der = b64decode(element.text)
    issuer = x509.load_der_x509_certificate(der).issuer.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value.encode()
    element.text = b64encode(der.replace(issuer, b"\xff" + issuer[1:])).decode()


@pytest.mark.parametrize(
    ("forge", "rule"),
    [
        (altered, "VIHF-SIG-005"),
        (doubled, "VIHF-SIG-001"),
        (wrapped, "VIHF-SIG-001"),
        (doubly_signed, "VIHF-SIG-003"),
        (no_certificate, "VIHF-SIG-006"),
        (half_read_certificate, "VIHF-SIG-006"),
        (relative_namespace, "VIHF-SIG-005"),
        (no_value, "VIHF-SIG-005"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_forged_assertion_is_refused_everywhere(lenient: Bench, forge, rule: str) -> None:
    request = lenient.request()
    forge(request)
    refused(lenient, lenient.post(request), "mock_assertion", rule)


def test_a_comment_does_not_shorten_the_name(bench: Bench) -> None:
    request = bench.request(sender="899900000029")
    name = request.find(f".//{{{SAML}}}NameID")
    name.text = "8999000"
    comment = etree.Comment("x")
    comment.tail = "00029"
    name.append(comment)
    got = bench.post(request)
    assert got.answer.code == "00"
    assert bench.last()["facts"]["professional"] == "899900000029"


@pytest.mark.parametrize(
    ("order", "rule"),
    [
        ({"profile": "expired"}, "TLS-003"),
        ({"profile": "not_yet"}, "TLS-004"),
        ({"profile": "revoked"}, "TLS-005"),
        ({"profile": "foreign_ca"}, "TLS-002"),
    ],
    ids=lambda value: value["profile"] if isinstance(value, dict) else None,
)
def test_a_bad_signing_certificate_is_refused_everywhere(lenient: Bench, order, rule: str) -> None:
    got = lenient.search(TILLEUL, assertion=lenient.signed(order=order))
    refused(lenient, got, "mock_certificat", rule)


def test_a_certificate_revoked_meanwhile_is_refused(bench: Bench) -> None:
    certificate, _ = bench.certificate("CPS_SIGN", "P02")
    assert bench.search(TILLEUL).answer.code == "00"
    bench.tell("DELETE", f"certificates/{certificate.fingerprint(hashes.SHA256()).hex()}")
    refused(bench, bench.search(TILLEUL), "mock_certificat", "TLS-005")


def test_an_assertion_serves_for_one_hour(bench: Bench) -> None:
    fresh = bench.signed(issue_instant=ago(minutes=59))
    assert bench.search(TILLEUL, assertion=fresh).answer.code == "00"
    old = bench.signed(issue_instant=ago(minutes=61))
    refused(bench, bench.search(TILLEUL, assertion=old), "mock_assertion_expiree", "INSI-PS-003")


def test_the_hour_is_that_of_the_session_clock(lenient: Bench) -> None:
    assertion = lenient.signed()
    lenient.tell("PUT", "clock", {"offset_s": 2 * 3600})
    refused(lenient, lenient.search(TILLEUL, assertion=assertion), "mock_assertion_expiree", "INSI-PS-003")
    lenient.tell("PUT", "clock", {"offset_s": 0})
    assert lenient.search(TILLEUL, assertion=assertion).answer.code == "00"


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"name_id": "899900000011"}, "INSI-PS-010"),
        ({"issuer": "CN=AUTRE"}, "INSI-PS-007"),
        ({"billing": ""}, "INSI-PS-011"),
        ({"sector": "CABINET"}, "INSI-PS-012"),
        ({"speciality": ""}, "INSI-PS-013"),
        ({"qualifier": "PSC"}, "INSI-PS-008"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_what_the_assertion_must_say_refuses_in_strict_mode_and_informs_in_lenient(
    open_bench, changed, rule: str
) -> None:
    for mode in ("strict", "lenient"):
        bench = open_bench(mode)
        got = bench.search(TILLEUL, assertion=bench.signed(**changed))
        assert bench.findings()[rule] == "error"
        if mode == "strict":
            refused(bench, got, "mock_assertion", rule)
        else:
            assert got.answer.code == "00"


# Pro Santé Connect


def psc(bench: Bench, **changed) -> etree._Element:
    return bench.request(assertion=bench.assertion(psc=True, **changed))


def test_a_psc_user_goes_unsigned_with_a_token(bench: Bench) -> None:
    got = bench.post(psc(bench), headers=BEARER)
    assert got.answer.code == "00"
    exchange = bench.last()
    assert exchange["findings"] == []
    assert exchange["facts"]["professional"] == "899900000029"


def test_a_psc_user_without_a_token_is_a_switch(bench: Bench) -> None:
    refused(bench, bench.post(psc(bench)), "mock_jeton", "INSI-PS-014")
    bench.switch(psc_token="optional")
    assert bench.post(psc(bench)).answer.code == "00"


def test_the_token_is_journaled_with_whom_it_names(bench: Bench) -> None:
    token = "x.eyJhenAiOiJkb3NzaWVyLXBsdXMiLCJwcmVmZXJyZWRfdXNlcm5hbWUiOiI4OTk5MDAwMDAwMjkifQ.x"
    bench.post(psc(bench), headers={"Authorization": f"Bearer {token}"})
    assert bench.last()["peer"]["token"] == {"client_id": "dossier-plus", "subject": "899900000029"}


@pytest.mark.parametrize("token", ["opaque", "a.b.c", "a.!!!.c", "a.W10.c"])
def test_a_token_that_is_no_jwt_does_no_harm(bench: Bench, token: str) -> None:
    got = bench.post(psc(bench), headers={"Authorization": f"Bearer {token}"})
    assert got.answer.code == "00"


# Structures


@pytest.mark.parametrize("cn", ["INSI-MANU", "INSI-AUTO"])
def test_a_structure_calls_with_its_certificate(bench: Bench, cn: str) -> None:
    got = bench.post_mutual(bench.organisation(), cn=cn)
    assert got.answer.code == "00"
    exchange = bench.last()
    assert exchange["facts"]["structure"] == "1990000010"
    assert exchange["peer"]["certificate"]["kind"] == "AUTH_CLI"
    assert exchange["findings"] == []


def test_an_empty_security_header_is_accepted(bench: Bench) -> None:
    request = bench.organisation()
    etree.SubElement(request[0], f"{{{WSSE}}}Security")
    assert bench.post_mutual(request).answer.code == "00"


def test_an_assertion_beside_the_certificate_is_a_warning(bench: Bench) -> None:
    request = bench.organisation()
    etree.SubElement(request[0], f"{{{WSSE}}}Security").append(bench.assertion())
    assert bench.post_mutual(request).answer.code == "00"
    assert bench.findings() == {"INSI-PS-017": "warning"}


@pytest.mark.parametrize("cn", ["insi-manu", "INSI_MANU", "CHU FICTIF"])
def test_another_cn_is_refused_everywhere_with_the_real_code(lenient: Bench, cn: str) -> None:
    got = lenient.post_mutual(lenient.organisation(), cn=cn)
    refused(lenient, got, "desir_560", "INSI-TLS-001")
    assert got.error.severity == "erreur"


def test_a_structure_without_certificate_is_refused_everywhere(lenient: Bench) -> None:
    refused(lenient, lenient.post_mutual(lenient.organisation(), kind=None), "mock_certificat", "TLS-001")


@pytest.mark.parametrize(
    ("order", "rule"),
    [
        ({"profile": "expired"}, "TLS-003"),
        ({"profile": "revoked"}, "TLS-005"),
        ({"profile": "foreign_ca"}, "TLS-002"),
        ({"kind": "SIGN"}, "TLS-006"),
    ],
    ids=lambda value: next(iter(value.values())) if isinstance(value, dict) else None,
)
def test_a_bad_organisation_certificate_gets_the_service_s_own_error(lenient: Bench, order, rule: str) -> None:
    refused(lenient, lenient.post_mutual(lenient.organisation(), **order), "mock_certificat", rule)


def test_the_emetteur_is_the_ou_of_the_certificate(bench: Bench) -> None:
    got = bench.post_mutual(bench.organisation(), holder="S02")
    refused(bench, got, "mock_emetteur", "INSI-HDR-015")


def test_the_emetteur_is_the_name_of_the_assertion(bench: Bench) -> None:
    refused(bench, bench.search(TILLEUL, sender="899900000011"), "mock_emetteur", "INSI-HDR-015")


@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-W47-7T10:00Z"])
def test_an_instant_that_no_clock_shows_is_refused(bench: Bench, instant: str) -> None:
    assertion = bench.assertion(psc=True)
    assertion.set("IssueInstant", instant)
    got = bench.post(bench.request(assertion=assertion), headers=BEARER)
    refused(bench, got, "mock_assertion", "INSI-PS-006")


def test_what_an_assertion_says_twice_is_refused(bench: Bench) -> None:
    assertion = bench.assertion(psc=True)
    name = assertion.find(f"{{{SAML}}}Subject/{{{SAML}}}NameID")
    name.addnext(etree.fromstring(etree.tostring(name)))
    got = bench.post(bench.request(assertion=assertion), headers=BEARER)
    refused(bench, got, "mock_assertion", "INSI-PS-020")


# Sessions


def test_a_signed_assertion_belongs_to_the_session_of_its_certificate(bench: Bench) -> None:
    got = bench.post(bench.request(), url=bench.url(prefixed=False))
    assert got.answer.code == "00"
    assert bench.last()["peer"]["session_by"] == "credential"


def test_another_session_s_certificate_at_this_address_is_refused_in_both(open_bench) -> None:
    one, other = open_bench("strict"), open_bench("strict")
    got = one.post(one.request(), url=other.url())
    assert (got.status, got.error.code) == (403, "mock_session")
    assert one.findings() == other.findings() == {"SESSION-001": "error"}


def test_two_sessions_at_the_same_address_see_their_own_exchanges_only(open_bench) -> None:
    one, other = open_bench("strict"), open_bench("strict")
    for bench in (one, other, one):
        bench.post(bench.request(message_id=str(uuid4())), url=bench.url(prefixed=False))
    assert len(one.tell("GET", "exchanges")["exchanges"]) == 2
    assert len(other.tell("GET", "exchanges")["exchanges"]) == 1


def test_an_assertion_that_a_clock_ahead_dates_in_the_future_informs(bench: Bench) -> None:
    got = bench.search(TILLEUL, assertion=bench.signed(issue_instant=ago() + timedelta(minutes=10)))
    assert got.answer.code == "00"
    assert bench.findings() == {"INSI-PS-019": "info"}
