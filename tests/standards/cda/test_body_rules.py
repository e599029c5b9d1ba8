"""Each rule of a level 1 body and of the discharge letter: one clean document, one small change that breaks it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from banc_standards.cda.read import CdaRefused, read
from banc_standards.cda.rules import RULES, discharge_letter, level1, reading
from banc_standards.rules import Registry

BY_ID = Registry(RULES)
TEXT = "component/nonXMLBody/text"
SECTIONS = "component/structuredBody/component"
STAY = f"{SECTIONS}[3]/section"
ACT = "documentationOf/serviceEvent"

BROKEN_LEVEL1 = {
    "CDA-N1-001": [("put", "templateId[3]", {"root": "1.2.250.1.213.1.1.1.29"})],
    "CDA-N1-002": [("drop", TEXT)],
    "CDA-N1-003": [("put", TEXT, {"mediaType": "text/html"})],
    "CDA-N1-004": [("say", TEXT, "pas du base 64 !")],
    "CDA-N1-005": [("say", TEXT, "Ym9uam91cg==")],
    "CDA-N1-006": [("drop", "legalAuthenticator")],
    "CDA-N1-007": [("drop", "component/nonXMLBody"), ("add", "component", "<structuredBody/>")],
}
BROKEN_LETTER = {
    "CDA-LDLS-001": [("put", "code", {"code": "34112-3"})],
    "CDA-LDLS-002": [("put", "code", {"codeSystem": "1.2.3"})],
    "CDA-LDLS-003": [("drop", "recordTarget/patientRole/patient/birthTime")],
    "CDA-LDLS-004": [("drop", f"{ACT}/effectiveTime")],
    "CDA-LDLS-005": [("put", f"{ACT}/code", {"code": "AMB"})],
    "CDA-LDLS-006": [("drop", f"{SECTIONS}[1]")],
    "CDA-LDLS-007": [("drop", f"{SECTIONS}[2]")],
    "CDA-LDLS-008": [("drop", f"{SECTIONS}[3]")],
    "CDA-LDLS-009": [("drop", f"{SECTIONS}[4]")],
    "CDA-LDLS-010": [("put", f"{STAY}/entry[1]/observation/code", {"code": "ORG-000"})],
    "CDA-LDLS-011": [("put", f"{STAY}/entry[1]/observation/value", {"code": "160849004"})],
    "CDA-LDLS-012": [("put", f"{STAY}/entry[2]/observation/value", {"code": "8715000"})],
    "CDA-LDLS-013": [("drop", f"{STAY}/entry[1]/observation/effectiveTime")],
    "CDA-LDLS-014": [("put", f"{STAY}/entry[3]/observation/statusCode", {"code": "active"})],
    "CDA-LDLS-015": [("drop", f"{STAY}/entry[5]/observation/value")],
    "CDA-LDLS-016": [("put", f"{STAY}/entry[4]/observation", {"moodCode": "INT"})],
    "CDA-LDLS-017": [("drop", f"{STAY}/entry[6]")],
    "CDA-LDLS-018": [("put", "templateId[3]", {"root": "1.2.250.1.213.1.1.1.30"})],
}


@pytest.mark.parametrize("rule_id", BROKEN_LEVEL1)
def test_a_change_breaks_a_level_1_rule(rule_id: str, level1: bytes, changed: Callable[..., bytes]) -> None:
    broken = read(changed(level1, *BROKEN_LEVEL1[rule_id]))

    assert list(BY_ID[rule_id].check(broken))


@pytest.mark.parametrize("rule_id", BROKEN_LETTER)
def test_a_change_breaks_a_rule_of_the_letter(rule_id: str, structured: bytes, changed: Callable[..., bytes]) -> None:
    broken = read(changed(structured, *BROKEN_LETTER[rule_id]))

    assert list(BY_ID[rule_id].check(broken))


def test_every_body_rule_has_its_change() -> None:
    assert {rule.id for rule in level1.RULES} == set(BROKEN_LEVEL1)
    assert {rule.id for rule in discharge_letter.RULES} == set(BROKEN_LETTER)


def test_the_letter_rules_leave_other_documents_alone(structured: bytes, changed: Callable[..., bytes]) -> None:
    other = read(
        changed(
            structured,
            ("put", "templateId[3]", {"root": "1.2.250.1.213.1.1.1.21"}),
            ("put", "code", {"code": "18761-7"}),
            ("drop", f"{SECTIONS}[1]"),
        )
    )

    assert [hit for rule in discharge_letter.RULES for hit in rule.check(other)] == []


def test_the_stay_s_observations_are_held_to_no_more_than_the_published_checks(
    structured: bytes, changed: Callable[..., bytes]
) -> None:
    elsewhere = changed(
        structured,
        ("put", f"{STAY}/entry[1]/observation/code", {"codeSystem": "1.2.3"}),
        ("drop", f"{STAY}/entry[4]/observation/templateId[1]"),
        ("drop", f"{STAY}/entry[4]/observation/text"),
    )

    document = read(elsewhere)

    assert [hit for rule_id in ("013", "016") for hit in BY_ID[f"CDA-LDLS-{rule_id}"].check(document)] == []


def test_a_refused_document_gives_a_hit_of_its_rule() -> None:
    with pytest.raises(CdaRefused) as refused:
        read(b"<note/>")

    hit = reading.refusal(refused.value)

    assert refused.value.rule_id in BY_ID
    assert (hit.found, hit.expected) == ("note", "ClinicalDocument")
