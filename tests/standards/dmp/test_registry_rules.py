"""The rules of a submission against what the DMP holds: each passes on an honest case and finds its break."""

from __future__ import annotations

from dataclasses import replace

import pytest

from banc_standards.dmp.registry_rules import APPROVED, DEPRECATED, RULES, Held, RegistrySubject, Sent
from banc_standards.ins import Ins

PATIENT = Ins("279035121518989", "1.2.250.1.213.1.4.10")
OTHER = Ins("279035121518989", "1.2.250.1.213.1.4.8")
SENT = Sent("1.2.3.4", "a" * 40, 100)
HELD = Held("1.2.3.4", "urn:uuid:1", APPROVED, PATIENT.cx(), "a" * 40, 100)
HONEST = RegistrySubject(PATIENT, "open", "1.2.3", False, (SENT,), {}, {"urn:uuid:0": replace(HELD, unique_id="1.2.9")})


def broken(subject: RegistrySubject) -> set[str]:
    return {rule.id for rule in RULES for _ in rule.check(subject)}


def test_an_honest_submission_breaks_no_rule() -> None:
    assert broken(HONEST) == set()


@pytest.mark.parametrize(
    ("rule", "subject"),
    [
        ("DMP-REG-001", replace(HONEST, record="absent")),
        ("DMP-REG-002", replace(HONEST, record="closed")),
        ("DMP-REG-003", replace(HONEST, set_known=True)),
        ("DMP-REG-004", replace(HONEST, known={"1.2.3.4": replace(HELD, hash="b" * 40)})),
        ("DMP-REG-005", replace(HONEST, known={"1.2.3.4": replace(HELD, hash="b" * 40, size=99)})),
        ("DMP-REG-006", replace(HONEST, known={"1.2.3.4": HELD})),
        ("DMP-REG-007", replace(HONEST, targets={"urn:uuid:9": None})),
        ("DMP-REG-008", replace(HONEST, targets={"urn:uuid:1": replace(HELD, status=DEPRECATED)})),
        ("DMP-REG-009", replace(HONEST, targets={"urn:uuid:1": replace(HELD, status="urn:asip:…:Deleted")})),
        ("DMP-REG-010", replace(HONEST, targets={"urn:uuid:1": replace(HELD, patient=OTHER.cx())})),
    ],
)
def test_each_rule_finds_its_break(rule: str, subject: RegistrySubject) -> None:
    assert broken(subject) == {rule}


def test_what_is_sent_again_unchanged_is_only_noted() -> None:
    assert [rule.severity for rule in RULES if rule.id == "DMP-REG-006"] == ["warning"]
