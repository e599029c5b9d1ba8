"""Codes that cannot exist and units that are none are found wherever they stand; what nobody can judge passes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from banc_standards.cda.names import XSI_TYPE
from banc_standards.cda.read import read
from banc_standards.cda.rules import ENGINE, terminology
from banc_standards.terminology.systems import (
    ADICAP,
    CCAM_HEALTH_INSURANCE,
    CIM11,
    CLADIMED,
    EDQM,
    EMDN,
    MEDICABASE,
    NCIT,
    UCD,
)

from .laboratory import LOINC, report

FIRST = "component/structuredBody/component[1]/section/entry/act/entryRelationship[1]/observation"
DOSE = "component/structuredBody/component[4]/section/entry/substanceAdministration"
RANGE = f"{FIRST}/referenceRange/observationRange"
CIM10, SNOMED_CT, ATC, TA_ASIP = (
    "2.16.840.1.113883.6.3",
    "2.16.840.1.113883.6.96",
    "2.16.840.1.113883.6.73",
    "1.2.250.1.213.1.1.4.322",
)
BROKEN = [
    ("CDA-TRM-001", "substanceAdministration/code/@code", [("put", f"{DOSE}/code", {"code": "I1O"})]),
    ("CDA-TRM-001", "substanceAdministration/code/@code", [("put", f"{DOSE}/code", {"code": None})]),
    (
        "CDA-TRM-001",
        "observation/value/@code",
        [("put", f"{FIRST}/value", {XSI_TYPE: "CD", "code": "?", "codeSystem": ATC, "value": None, "unit": None})],
    ),
    ("CDA-TRM-002", "observation/value/@unit", [("put", f"{FIRST}/value", {"unit": "mUI/L"})]),
    ("CDA-TRM-002", "value/low/@unit", [("put", f"{RANGE}/value/low", {"unit": "m[IU]/l/"})]),
    ("CDA-TRM-002", "value/high/@unit", [("put", f"{RANGE}/value/high", {"unit": "µg/L"})]),
    ("CDA-TRM-003", "doseQuantity/low/@unit", [("put", f"{DOSE}/doseQuantity/low", {"unit": "comprime"})]),
    ("CDA-TRM-003", "rateQuantity/low/@unit", [("put", f"{DOSE}/rateQuantity/low", {"unit": "ml par heure"})]),
    ("CDA-TRM-004", "interpretationCode/@code", [("put", f"{FIRST}/interpretationCode", {"code": "NORMAL"})]),
    ("CDA-TRM-004", "interpretationCode/@code", [("put", f"{FIRST}/interpretationCode", {"codeSystem": LOINC})]),
    ("CDA-TRM-005", "observation/value/@unit", [("put", f"{FIRST}/value", {"unit": None})]),
    ("CDA-TRM-006", "observation/code/@code", [("put", f"{FIRST}/code", {"code": "3016-4"})]),
]
KEPT = [
    ("CDA-TRM-001", [("put", f"{DOSE}/code", {"codeSystem": "1.2.250.1.213.99.9", "code": "n'importe"})]),
    ("CDA-TRM-001", [("put", f"{DOSE}/code", {"codeSystem": None, "code": "I1O"})]),
    ("CDA-TRM-002", [("put", f"{FIRST}/value", {"unit": "{rapport}"})]),
    ("CDA-TRM-002", [("put", f"{FIRST}/value", {XSI_TYPE: "ST", "unit": "mUI/L"})]),
    ("CDA-TRM-003", [("put", f"{DOSE}/doseQuantity/low", {"unit": None})]),
    ("CDA-TRM-004", [("put", f"{RANGE}/interpretationCode", {"code": "NORMAL"})]),
    ("CDA-TRM-004", [("put", f"{FIRST}/interpretationCode", {"code": "NORMAL", XSI_TYPE: "ST"})]),
    ("CDA-TRM-005", [("put", f"{FIRST}/value", {"unit": None, "value": None, "nullFlavor": "NA"})]),
    ("CDA-TRM-006", [("put", f"{FIRST}/code", {"code": "3024-7"})]),
]
CODES = [
    (CIM10, "C50.2 C80 H57.04 I10 Z51 A00-A09 XIX", "C502 I1O c80 C5 99 I10. XXIII"),
    (CIM11, "NE2Z NF0A.4 XM5DJ7 2F7Z", "NEO1 ne2z N"),
    (ATC, "N02BE01 L01E A A10BB09", "N02BE1 02BE01 NO2BE01 N02BE011"),
    (CCAM_HEALTH_INSURANCE, "QEQK004 EAFA0041 09.02", "QEQK04 qeqk004 QEQ004"),
    ("1.2.250.1.213.2.5", "QEQK004", "QEQK"),
    (EDQM, "20062000 BDF-0053", "2006200 ORAL"),
    (TA_ASIP, "GEN-065 GEN-092.06.07 DLU_002 D0012-1 L0031 DLU", "GEN065 XXXX MED- gen-065"),
    (ADICAP, "A7A8 B RB 0741", "a7a8 BHGSA7A8X"),
    (CLADIMED, "C53HC S80AE99", "C5 C53HC1"),
    (EMDN, "J010104 Z11039014 P", "010104 J01O104"),
    (MEDICABASE, "MV00005138", "MV5138"),
]
LARGE_CODES = [
    (LOINC, "11490-0 3016-3 96173-0 LA6576-8", "11490-1 3016 xx-MCH-PsychoMDev"),
    (SNOMED_CT, "404684003 112283007 1296925008", "404684004 12 0404684003 74400008X"),
    (NCIT, "C15632 C15313", "15632 C"),
    (UCD, "9000002 3400890000024", "90000020 ABC"),
]


def told(data: bytes, rule: str) -> list[str]:
    """The places where a document breaks a rule."""
    return [hit.location for found, hit in ENGINE.judge(read(data)) if found.id == rule]


@pytest.mark.parametrize(("rule", "place", "changes"), BROKEN)
def test_a_change_breaks_a_rule(rule: str, place: str, changes: list, changed: Callable[..., bytes]) -> None:
    places = told(changed(report(), *changes), rule)

    assert len(places) == 1
    assert places[0].endswith(place)


@pytest.mark.parametrize("rule", [rule.id for rule in terminology.RULES])
def test_an_honest_report_keeps_every_rule(rule: str) -> None:
    assert told(report(), rule) == []


@pytest.mark.parametrize(("rule", "changes"), KEPT)
def test_a_change_within_a_rule_breaks_nothing_of_it(rule: str, changes: list, changed: Callable[..., bytes]) -> None:
    assert told(changed(report(), *changes), rule) == []


def test_every_rule_has_its_changes() -> None:
    assert {rule.id for rule in terminology.RULES} == {rule for rule, _, _ in BROKEN} == {rule for rule, _ in KEPT}


@pytest.mark.parametrize(("system", "good", "bad"), CODES, ids=lambda value: value[:12])
def test_a_code_that_cannot_exist_fails(system: str, good: str, bad: str, changed: Callable[..., bytes]) -> None:
    def places(code: str) -> list[str]:
        return told(changed(report(), ("put", f"{DOSE}/code", {"code": code, "codeSystem": system})), "CDA-TRM-001")

    assert [code for code in good.split() if places(code)] == []
    assert [code for code in bad.split() if not places(code)] == []


@pytest.mark.parametrize(("system", "good", "bad"), LARGE_CODES, ids=lambda value: value[:12])
def test_a_code_of_a_large_terminology_that_cannot_exist_warns(
    system: str, good: str, bad: str, changed: Callable[..., bytes]
) -> None:
    def judged(code: str) -> set[tuple[str, str]]:
        data = changed(report(), ("put", f"{DOSE}/code", {"code": code, "codeSystem": system}))
        return {(rule.id, rule.severity) for rule, _ in ENGINE.judge(read(data)) if rule.id.startswith("CDA-TRM")}

    assert [code for code in good.split() if judged(code)] == []
    assert [code for code in bad.split() if judged(code) != {("CDA-TRM-006", "warning")}] == []


def test_the_interpretation_is_bound_in_reports_only(structured: bytes, changed: Callable[..., bytes]) -> None:
    path = "component/structuredBody/component[3]/section/entry[1]/observation"
    data = changed(structured, ("add", path, '<interpretationCode code="NORMAL" codeSystem="1.2.3"/>'))

    assert told(data, "CDA-TRM-004") == []


def test_a_unit_is_told_with_its_wrong_part(changed: Callable[..., bytes]) -> None:
    data = changed(report(), ("put", f"{FIRST}/value", {"unit": "mUI/L"}))

    [found] = [hit.found for rule, hit in ENGINE.judge(read(data)) if rule.id == "CDA-TRM-002"]

    assert found == "mUI/L (mUI)"


def test_values_inside_a_style_sheet_are_read_with_its_prefix(changed: Callable[..., bytes]) -> None:
    prefixed = [("put", f"{FIRST}/value", {XSI_TYPE: "c:PQ", "unit": "mUI/L"})]

    assert len(told(changed(report(), *prefixed), "CDA-TRM-002")) == 1
