"""Every rule of the VIHF: an honest token breaks none, and each break is found by its rule alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from lxml import etree

from banc_standards.vihf import names
from banc_standards.vihf.build import Code, Vihf, build
from banc_standards.vihf.read import read
from banc_standards.vihf.rules import RULES, TOKEN_RULES, VihfSubject

from .conftest import NOW, Signer, issue

DOCTOR = Code("10", names.G15)
GENERALIST = Code("SM26", names.R01)
MINUTE = timedelta(minutes=1)
SHA1 = frozenset({"http://www.w3.org/2000/09/xmldsig#rsa-sha1"})


def subject(vihf: Vihf, signer: Signer, **context: Any) -> VihfSubject:
    return VihfSubject(
        read(build(vihf)),
        **{"now": NOW, "signing_certificate": signer.certificate, "tls_kind": "AUTH_CLI", **context},
    )


def broken(checked: VihfSubject) -> set[str]:
    return {rule.id for rule in TOKEN_RULES for _ in rule.check(checked)}


def without(checked: VihfSubject, attribute: str) -> VihfSubject:
    kept = {name: values for name, values in checked.assertion.attributes.items() if name != attribute.lower()}
    return amended(checked, attributes=kept)


def with_attribute(checked: VihfSubject, attribute: str, value: str) -> VihfSubject:
    changed = {**checked.assertion.attributes, attribute.lower(): (value,)}
    return amended(checked, attributes=changed)


def test_an_honest_indirect_token_breaks_no_rule(vihf: Vihf, signer: Signer) -> None:
    assert broken(subject(vihf, signer)) == set()


def test_an_honest_direct_token_breaks_no_rule(vihf: Vihf, authority: Signer) -> None:
    card = issue("CN=899900000011,OU=Médecin,C=FR", issuer=authority)
    token = replace(
        vihf,
        mode=names.DIRECT,
        authn_class=names.SMARTCARD_CLASS,
        issuer="C=FR, OU=Médecin, CN=899900000011",
        subject_name="",
    )
    assert broken(subject(token, card, tls_kind="CPS_AUTH")) == set()


def test_an_honest_strengthened_token_breaks_no_rule(vihf: Vihf, signer: Signer) -> None:
    token = replace(vihf, mode=names.AIR, authn_decl=names.SIMPLE_AIR_DECLARATION)
    assert broken(subject(token, signer)) == set()


def test_the_mode_is_deduced_from_the_certificate(vihf: Vihf, signer: Signer) -> None:
    checked = without(subject(vihf, signer), names.MODE)
    assert checked.mode == names.INDIRECT
    assert replace(checked, tls_kind="CPS_AUTH").mode == names.DIRECT


def test_attribute_names_are_read_without_case(vihf: Vihf, signer: Signer) -> None:
    element = build(vihf)
    attribute = next(found for found in element.iter() if found.get("Name") == names.MODE)
    attribute.set("Name", "Authentification_Mode")
    assert read(element).mode == names.INDIRECT


def test_a_site_declared_under_its_legal_entity_is_accepted(vihf: Vihf, signer: Signer) -> None:
    token = replace(vihf, structure="1990000002")
    under = {"1990000001": frozenset({"1990000002"})}
    assert broken(subject(token, signer, declared_under=under)) == set()


def test_no_patient_is_due_where_the_operation_names_none(vihf: Vihf, signer: Signer) -> None:
    token = replace(vihf, ins=None, ins_oid=None)
    assert broken(subject(token, signer, resource_required=False)) == set()


def test_an_internal_identifier_names_a_person_in_the_indirect_mode(vihf: Vihf, signer: Signer) -> None:
    assert broken(subject(replace(vihf, name_id="3990000001/jdupont"), signer)) == set()


def amended(checked: VihfSubject, **changes: Any) -> VihfSubject:
    return replace(checked, assertion=replace(checked.assertion, **changes))


BREAKS: list[tuple[str, Callable[[Vihf], Vihf]]] = [
    ("VIHF-001", lambda token: replace(token, assertion_id="1-starts-with-a-digit")),
    ("VIHF-003", lambda token: replace(token, issuer="CN=autre,OU=1990000001,O=CLINIQUE FICTIVE,C=FR")),
    ("VIHF-003", lambda token: replace(token, issuer="pas un DN")),
    (
        "VIHF-005",
        lambda token: replace(token, issue_instant=NOW - 6 * MINUTE, authn_instant=NOW - 9 * MINUTE),
    ),
    ("VIHF-005", lambda token: replace(token, issue_instant=NOW + 6 * MINUTE)),
    ("VIHF-006", lambda token: replace(token, valid_from=NOW + timedelta(seconds=1))),
    ("VIHF-006", lambda token: replace(token, valid_from=NOW - timedelta(seconds=1), valid_until=NOW)),
    ("VIHF-010", lambda token: replace(token, version="2.0")),
    ("VIHF-012", lambda token: replace(token, authn_instant=NOW + MINUTE)),
    ("VIHF-021", lambda token: replace(token, mode="FORTE")),
    ("VIHF-024", lambda token: replace(token, structure="1990000002")),
    ("VIHF-025", lambda token: replace(token, sector="SA04")),
    ("VIHF-025", lambda token: replace(token, sector=f"SA99^{names.SECTOR_SYSTEM}")),
    ("VIHF-026", lambda token: replace(token, subject_name="")),
    ("VIHF-027", lambda token: replace(token, name_id="admin")),
    ("VIHF-027", lambda token: replace(token, name_id="99900000011")),
    ("VIHF-030", lambda token: replace(token, roles=())),
    ("VIHF-031", lambda token: replace(token, roles=(Code("10", names.PSC_PROFESSION), GENERALIST))),
    ("VIHF-032", lambda token: replace(token, roles=(Code("50", "1.2.250.1.213.1.1.4.5"),))),
    ("VIHF-032", lambda token: replace(token, roles=(Code("60", names.G16),))),
    ("VIHF-033", lambda token: replace(token, roles=(DOCTOR,))),
    ("VIHF-033", lambda token: replace(token, roles=(Code("21", names.G15),))),
    ("VIHF-034", lambda token: replace(token, roles=(DOCTOR, Code("A", names.G05)))),
    ("VIHF-034", lambda token: replace(token, roles=(DOCTOR, Code("", names.R01)))),
    ("VIHF-035", lambda token: replace(token, roles=(Code("60", names.G15), GENERALIST))),
    ("VIHF-036", lambda token: replace(token, authn_class="")),
    ("VIHF-040", lambda token: replace(token, ins=None)),
    ("VIHF-041", lambda token: replace(token, ins_oid="1.2.250.1.213.1.4.2")),
    ("VIHF-042", lambda token: replace(token, ins="279035121518988")),
    ("VIHF-043", lambda token: replace(token, purpose="brisDeGlace")),
    ("VIHF-046", lambda token: replace(token, confidentiality="OUI")),
    ("VIHF-047", lambda token: replace(token, lps_version="")),
]


@pytest.mark.parametrize(("rule", "change"), BREAKS)
def test_each_break_of_the_token_is_found_by_its_rule(
    rule: str, change: Callable[[Vihf], Vihf], vihf: Vihf, signer: Signer
) -> None:
    assert broken(subject(change(vihf), signer)) == {rule}


CONTEXTS: list[tuple[str, Callable[[VihfSubject], VihfSubject]]] = [
    ("VIHF-002", lambda checked: amended(checked, issuer_format=None)),
    (
        "VIHF-004",
        lambda checked: amended(checked, issue_instant="2026-03-02T09:00:00+01:00"),
    ),
    ("VIHF-006", lambda checked: amended(checked, not_before="demain")),
    ("VIHF-006", lambda checked: amended(checked, not_on_or_after="9999-12-31T23:59:59-14:00")),
    ("VIHF-007", lambda checked: amended(checked, audience=True)),
    (
        "VIHF-008",
        lambda checked: replace(checked, algorithms=SHA1),
    ),
    ("VIHF-009", lambda checked: without(checked, names.VERSION)),
    ("VIHF-011", lambda checked: with_attribute(checked, names.RESOURCE_URN, "urn:ROR")),
    ("VIHF-013", lambda checked: amended(checked, repeated=(names.RESOURCE_ID,))),
    ("VIHF-014", lambda checked: replace(checked, reused=True)),
    ("VIHF-038", lambda checked: amended(checked, unformed=((names.ROLE, "Role"),))),
    ("VIHF-020", lambda checked: without(checked, names.MODE)),
    ("VIHF-022", lambda checked: replace(checked, tls_kind="CPS_AUTH")),
    (
        "VIHF-044",
        lambda checked: amended(checked, purpose=Code("normal", "1.2.3")),
    ),
    (
        "VIHF-045",
        lambda checked: amended(checked, purpose=Code("normal", names.PURPOSE_SYSTEM_NOS)),
    ),
    ("VIHF-048", lambda checked: replace(checked, homologations=frozenset({"EXE-0002"}))),
]


@pytest.mark.parametrize(("rule", "change"), CONTEXTS)
def test_each_break_in_context_is_found_by_its_rule(
    rule: str, change: Callable[[VihfSubject], VihfSubject], vihf: Vihf, signer: Signer
) -> None:
    assert broken(change(subject(vihf, signer))) == {rule}


def test_a_structure_in_no_known_form_is_found(vihf: Vihf, signer: Signer) -> None:
    checked = subject(replace(vihf, structure="CLINIQUE"), signer)
    assert "VIHF-023" in broken(checked)


def test_a_generic_account_in_a_strong_mode_is_found(vihf: Vihf, signer: Signer) -> None:
    token = replace(vihf, mode=names.AIR, authn_decl="APP_BROWSER_AUTH", name_id="3990000001/jdupont")
    assert broken(subject(token, signer)) == {"VIHF-028"}


def test_a_card_speaks_for_its_holder_only(vihf: Vihf, authority: Signer) -> None:
    card = issue("CN=899900000022,C=FR", issuer=authority)
    token = replace(
        vihf, mode=names.DIRECT, authn_class=names.SMARTCARD_CLASS, issuer=card.certificate.subject.rfc4514_string()
    )
    assert broken(subject(token, card, tls_kind="CPS_AUTH")) == {"VIHF-029"}


def test_the_direct_mode_says_smartcard(vihf: Vihf, authority: Signer) -> None:
    card = issue("CN=899900000011,C=FR", issuer=authority)
    token = replace(vihf, mode=names.DIRECT, issuer=card.certificate.subject.rfc4514_string())
    assert broken(subject(token, card, tls_kind="CPS_AUTH")) == {"VIHF-036"}


def test_the_strengthened_mode_tells_its_method(vihf: Vihf, signer: Signer) -> None:
    assert broken(subject(replace(vihf, mode=names.AIR), signer)) == {"VIHF-037"}


def test_every_rule_is_published_once_and_tested() -> None:
    ids = [rule.id for rule in RULES]
    elsewhere = {"VIHF-023", "VIHF-028", "VIHF-029", "VIHF-037"}
    tested = {rule for rule, _ in BREAKS} | {rule for rule, _ in CONTEXTS} | elsewhere
    assert len(ids) == len(set(ids))
    assert {rule.id for rule in TOKEN_RULES} == tested


def test_nothing_of_an_empty_assertion_breaks_the_reader() -> None:
    empty = read(etree.Element("{urn:oasis:names:tc:SAML:2.0:assertion}Assertion"))
    assert (empty.name_id, empty.ins, empty.roles, empty.mode) == (None, None, (), None)
    assert broken(VihfSubject(empty, NOW))
