"""What a token says against itself, and of its certificate's dates."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from banc_standards.vihf import names
from banc_standards.vihf.build import Code, build
from banc_standards.vihf.read import read
from banc_standards.vihf.rules.alone import COHERENCE_RULES, RULES, certificate_hits, not_an_assertion
from banc_standards.vihf.rules.subject import VihfSubject

from .conftest import NOW

BROKEN = {
    "VIHF-050": {"structure": "4899900000011", "sector": "SA01^1.2.250.1.71.4.2.4"},
    "VIHF-051": {"roles": (Code("21", names.G15), Code("DA", names.G05)), "sector": "SA01^1.2.250.1.71.4.2.4"},
    "VIHF-052": {"purpose": "bris_de_glace", "mode": names.INDIRECT},
    "VIHF-053": {"homologation": "42-tmp8", "ins_oid": "1.2.250.1.213.1.4.8"},
}
KEPT = {
    "VIHF-050": {"structure": "4899900000011", "sector": "SA07^1.2.250.1.71.4.2.4"},
    "VIHF-051": {"roles": (Code("21", names.G15), Code("DA", names.G05)), "sector": "SA33^1.2.250.1.71.4.2.4"},
    "VIHF-052": {"purpose": "centre_15", "mode": names.AIR},
    "VIHF-053": {"homologation": "42-tmp8", "ins_oid": "1.2.250.1.213.1.4.10"},
}


def found(vihf, changes) -> set[str]:
    subject = VihfSubject(read(build(replace(vihf, **changes))), NOW)
    return {rule.id for rule in COHERENCE_RULES for _ in rule.check(subject)}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_rule_finds_its_own_break_and_nothing_in_its_repair(vihf, rule):
    assert found(vihf, BROKEN[rule]) == {rule}
    assert found(vihf, KEPT[rule]) == set()


def test_a_certificate_outside_its_dates_is_told(signer):
    assert list(certificate_hits(signer.certificate, NOW)) == []
    assert len(list(certificate_hits(signer.certificate, NOW + timedelta(days=60)))) == 1


def test_every_rule_has_its_case():
    assert not_an_assertion("x")[0].id == "VIHF-060"
    assert {*BROKEN, "VIHF-060", "VIHF-061"} == {rule.id for rule in RULES}
