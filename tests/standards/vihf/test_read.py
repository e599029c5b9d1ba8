"""What is read of an assertion that is written otherwise than most, or oddly on purpose."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from banc_standards.soap.names import SAML
from banc_standards.vihf import names
from banc_standards.vihf.build import Vihf, build
from banc_standards.vihf.read import Assertion, moment, read
from banc_standards.vihf.rules import TOKEN_RULES, VihfSubject

from .conftest import HONEST, NOW, Signer


def attribute(assertion: etree._Element, name: str) -> etree._Element:
    return next(one for one in assertion.iter(f"{{{SAML}}}Attribute") if one.get("Name") == name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-02T08:00:00Z", NOW),
        ("2026-03-02T08:00:00", NOW),
        ("2026-03-02T09:00:00.000+01:00", NOW),
        ("2026-03-01T24:00:00Z", NOW - timedelta(hours=8)),
        ("2024-02-29T00:00:00.1234567Z", datetime(2024, 2, 29, microsecond=123456, tzinfo=UTC)),
        ("1582-10-10T00:00:00Z", datetime(1582, 10, 10, tzinfo=UTC)),
        ("9999-12-31T23:59:59Z", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("9999-12-31T23:59:59-14:00", None),
        ("9999-12-31T24:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("2023-02-29T00:00:00Z", None),
        ("2026-03-02T23:59:60Z", None),
        ("2026-03-02T08:00:00+99:00", None),
        ("2026-03-02", None),
        ("20260302T080000Z", None),
        ("2026-W10-1", None),
        ("", None),
        (None, None),
    ],
)
def test_an_instant_is_an_xsd_date_time(text: str | None, expected: datetime | None) -> None:
    assert moment(text) == expected


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
@pytest.mark.parametrize("place", ["IssueInstant", "AuthnInstant"])
def test_no_instant_breaks_the_rules(text: str, place: str, vihf: Vihf, signer: Signer) -> None:
    assertion = build(vihf)
    (assertion if place == "IssueInstant" else assertion.find(f"{{{SAML}}}AuthnStatement")).set(place, text)
    subject = VihfSubject(read(assertion), NOW, signing_certificate=signer.certificate, tls_kind="AUTH_CLI")
    found = {rule.id for rule in TOKEN_RULES for _ in rule.check(subject)}
    assert found <= {"VIHF-004", "VIHF-005", "VIHF-012"}
    assert found


def test_comments_and_instructions_are_no_part_of_a_text(vihf: Vihf) -> None:
    assertion = build(vihf)
    [name] = assertion.iter(f"{{{SAML}}}NameID")
    name.text = HONEST[:4]
    for inserted, after in ((etree.Comment("x"), HONEST[4:8]), (etree.ProcessingInstruction("x", "y"), HONEST[8:])):
        name.append(inserted)
        inserted.tail = after
    assert read(assertion).name_id == HONEST


def twice(name: str) -> Callable[[etree._Element], None]:
    return lambda assertion: attribute(assertion, name).addnext(deepcopy(attribute(assertion, name)))


def two_values(assertion: etree._Element) -> None:
    attribute(assertion, names.RESOURCE_ID).append(deepcopy(attribute(assertion, names.RESOURCE_ID)[0]))


def two_names(assertion: etree._Element) -> None:
    [name] = assertion.iter(f"{{{SAML}}}NameID")
    name.addnext(deepcopy(name))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda assertion: None, ()),
        (twice(names.STRUCTURE), (names.STRUCTURE,)),
        (twice(names.ROLE), (names.ROLE,)),
        (two_values, (names.RESOURCE_ID,)),
        (two_names, ("saml:NameID",)),
    ],
)
def test_what_comes_twice_is_told(
    change: Callable[[etree._Element], None], expected: tuple[str, ...], vihf: Vihf
) -> None:
    assertion = build(vihf)
    change(assertion)
    assert read(assertion).repeated == expected


def role(assertion: etree._Element) -> etree._Element:
    return attribute(assertion, names.ROLE)[0][0]


@pytest.mark.parametrize(
    "change",
    [
        lambda assertion: setattr(role(assertion), "tag", "Role"),
        lambda assertion: setattr(role(assertion), "tag", "{urn:hl7-org:v3}Profession"),
        lambda assertion: role(assertion).attrib.pop("{http://www.w3.org/2001/XMLSchema-instance}type"),
        lambda assertion: role(assertion).addnext(attribute(assertion, names.ROLE)[1][0]),
        lambda assertion: role(assertion).getparent().remove(role(assertion)),
    ],
)
def test_a_role_that_is_not_written_as_hl7_does_is_told(change: Callable[[etree._Element], None], vihf: Vihf) -> None:
    def unformed(found: Assertion) -> set[str]:
        return {name for name, _ in found.unformed}

    assertion = build(vihf)
    assert unformed(read(assertion)) == set()
    change(assertion)
    assert unformed(read(assertion)) == {names.ROLE}


@pytest.mark.parametrize("name", [names.CONFIDENTIALITY, "Confidentiality_code"])
@pytest.mark.parametrize("coded", [True, False])
def test_a_secret_connection_is_asked_by_either_name_in_either_form(name: str, coded: bool, vihf: Vihf) -> None:
    assertion = build(replace(vihf, confidentiality=names.HIDDEN_FROM_GUARDIANS))
    asked = attribute(assertion, names.CONFIDENTIALITY)
    asked.set("Name", name)
    for child in list(asked[0]):
        asked[0].remove(child)
    asked[0].text = None if coded else names.HIDDEN_FROM_GUARDIANS
    if coded:
        etree.SubElement(asked[0], "{urn:hl7-org:v3}ConfidentialityCode", code=names.HIDDEN_FROM_GUARDIANS)
    assert read(assertion).confidentiality == names.HIDDEN_FROM_GUARDIANS
