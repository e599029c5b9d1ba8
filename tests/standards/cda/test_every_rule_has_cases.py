"""The coverage of the clinical rules by test cases, family by family: no rule is without one."""

from __future__ import annotations

from banc_standards.cda.rules import RULES, reading

from . import (
    test_biology_rules,
    test_body_rules,
    test_data_type_rules,
    test_header_rules,
    test_shared_rules,
    test_terminology_rules,
    test_volet_rules,
    test_volet_table,
)
from .grammar import test_structure_rules


def cases() -> set[str]:
    """The ids of the rules that a table of cases breaks."""
    tables = (
        test_body_rules.BROKEN_LEVEL1,
        test_body_rules.BROKEN_LETTER,
        test_data_type_rules.BROKEN,
        test_header_rules.BROKEN,
        test_shared_rules.BROKEN,
        test_volet_rules.BROKEN,
        test_structure_rules.BROKEN,
    )
    listed = (*test_biology_rules.BROKEN, *test_biology_rules.BROKEN_SCREENING, *test_terminology_rules.BROKEN)
    return {rule for table in tables for rule in table} | {row[0] for row in listed}


def test_no_rule_is_without_a_case() -> None:
    volets = {case.values[1] for case in test_volet_table.CASES} | {"CDA-VOL-008", "CDA-VOL-009"}
    elsewhere = {rule.id for rule in reading.RULES} | volets
    without = sorted({rule.id for rule in RULES} - cases() - elsewhere)

    assert without == []
