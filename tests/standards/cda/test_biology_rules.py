"""Each rule of laboratory reports and rapid tests: one honest document keeps it, one change breaks it at its place."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from banc_standards.cda.names import XSI_TYPE
from banc_standards.cda.read import read
from banc_standards.cda.rules import (
    ENGINE,
    biology,
    biology_results,
    biology_screening,
    biology_sections,
    biology_specimens,
)

from .laboratory import NCBI, report, screening

FAMILY = (
    *biology.RULES,
    *biology_sections.RULES,
    *biology_results.RULES,
    *biology_specimens.RULES,
    *biology_screening.RULES,
)
BODY = "component/structuredBody"
CHAPTER = f"{BODY}/component[1]/section"
SECOND = f"{BODY}/component[2]/section"
SUB = f"{SECOND}/component/section"
ENTRY = f"{CHAPTER}/entry"
ACT = f"{ENTRY}/act"
FIRST = f"{ACT}/entryRelationship[1]/observation"
LOCAL = f"{ACT}/entryRelationship[2]/observation"
BATTERY = f"{ACT}/entryRelationship[3]/organizer"
ISOLATE = f"{ACT}/entryRelationship[4]/organizer"
ORGANISM = f"{ISOLATE}/specimen/specimenRole/specimenPlayingEntity"
SPECIMEN = f"{ACT}/entryRelationship[5]/procedure"
RECEPTION = f"{SPECIMEN}/entryRelationship/act"
EVENT = "documentationOf[1]/serviceEvent"
ENTITY = f"{EVENT}/performer/assignedEntity"
LAB = f"{ENTITY}/representedOrganization"
SIGNER = "authenticator/assignedEntity"
RESPONSIBLE = "componentOf/encompassingEncounter/responsibleParty/assignedEntity"
PATIENT = "recordTarget/patientRole"
GONE = {"code": None, "displayName": None, "codeSystem": None}

# rule, the end of the place where it fires, the changes that break it
BROKEN = [
    ("CDA-BIO-001", "/setId", [("drop", "setId")]),
    ("CDA-BIO-001", "/versionNumber", [("drop", "versionNumber")]),
    ("CDA-BIO-001", "versionNumber/@value", [("put", "versionNumber", {"value": "0"})]),
    ("CDA-BIO-001", "versionNumber/@value", [("put", "versionNumber", {"value": "un"})]),
    ("CDA-BIO-001", "versionNumber/@nullFlavor", [("put", "versionNumber", {"nullFlavor": "UNK"})]),
    ("CDA-BIO-002", "/title", [("say", "title", "Compte rendu de biologie")]),
    ("CDA-BIO-003", "code/@code", [("put", "code", {"code": "11490-0"})]),
    ("CDA-BIO-003", "code/@displayName", [("put", "code", {"displayName": "CR"})]),
    ("CDA-BIO-003", "code/@codeSystem", [("put", "code", {"codeSystem": "1.2.3"})]),
    ("CDA-BIO-004", "templateId/@root", [("put", "templateId[3]", {"root": "1.2.3"})]),
    ("CDA-BIO-005", "templateId/@root", [("put", "templateId[4]", {"root": "1.2.3"})]),
    ("CDA-BIO-006", "patientRole/addr/@nullFlavor", [("put", f"{PATIENT}/addr", {"nullFlavor": "NASK"})]),
    ("CDA-BIO-006", "birthTime/@nullFlavor", [("put", f"{PATIENT}/patient/birthTime", {"nullFlavor": "NI"})]),
    ("CDA-BIO-007", "authenticator/templateId/@root", [("drop", "authenticator/templateId")]),
    ("CDA-BIO-007", "authenticator/time", [("drop", "authenticator/time")]),
    ("CDA-BIO-007", "assignedEntity/telecom", [("drop", f"{SIGNER}/telecom")]),
    ("CDA-BIO-008", "representedOrganization/addr", [("drop", f"{SIGNER}/representedOrganization/addr")]),
    ("CDA-BIO-009", "documentationOf[2]/serviceEvent/code", [("drop", "documentationOf[2]/serviceEvent/code")]),
    ("CDA-BIO-010", "performer/time", [("drop", f"{EVENT}/performer/time")]),
    ("CDA-BIO-010", "assignedPerson/name", [("drop", f"{ENTITY}/assignedPerson/name")]),
    ("CDA-BIO-011", "representedOrganization/telecom", [("drop", f"{LAB}/telecom")]),
    ("CDA-BIO-011", "standardIndustryClassCode", [("drop", f"{LAB}/standardIndustryClassCode")]),
    ("CDA-BIO-012", "responsibleParty/assignedEntity/code", [("drop", f"{RESPONSIBLE}/code")]),
    ("CDA-BIO-012", "assignedPerson/name/family", [("drop", f"{RESPONSIBLE}/assignedPerson/name/family")]),
    (
        "CDA-BIO-013",
        "component[3]/section/templateId/@root",
        [("put", f"{BODY}/component[3]/section/templateId", {"root": "1.2.3"})],
    ),
    ("CDA-BIO-014", "3.3.2.1']", [("drop", f"{BODY}/component[1]"), ("drop", f"{BODY}/component[1]")]),
    ("CDA-BIO-015", "1.1.2.243']", [("drop", f"{BODY}/component[5]")]),
    ("CDA-BIO-016", "component[1]/section/entry", [("double", ENTRY, {})]),
    ("CDA-BIO-016", "component[1]/section/entry", [("drop", f"{CHAPTER}/text")]),
    ("CDA-BIO-016", "component[2]/section/entry", [("insert", SECOND, "<text>trop</text>")]),
    ("CDA-BIO-017", "component/section/text", [("drop", f"{SUB}/text")]),
    ("CDA-BIO-017", "component/section/entry", [("double", f"{SUB}/entry", {})]),
    ("CDA-BIO-017", "section/code/@codeSystem", [("put", f"{SUB}/code", {"codeSystem": "1.2.3"})]),
    (
        "CDA-BIO-017",
        "component[3]/section/code",
        [("insert", f"{BODY}/component[3]/section/code", '<templateId root="1.3.6.1.4.1.19376.1.3.3.2.2"/>')],
    ),
    ("CDA-BIO-018", "component[1]/section/code/@code", [("put", f"{CHAPTER}/code", {"code": "11502-2"})]),
    ("CDA-BIO-018", "component[1]/section/code/@code", [("put", f"{CHAPTER}/code", {"code": "18723-7"})]),
    ("CDA-BIO-019", "component[3]/section/code", [("drop", f"{BODY}/component[3]/section/code")]),
    ("CDA-BIO-020", "entry/templateId/@root", [("drop", f"{ENTRY}/templateId[1]")]),
    ("CDA-BIO-021", "entry/@typeCode", [("put", ENTRY, {"typeCode": "COMP"})]),
    ("CDA-BIO-021", "entry/act", [("put", ACT, {"moodCode": "INT"})]),
    ("CDA-BIO-022", "statusCode/@code", [("put", f"{ACT}/statusCode", {"code": "held"})]),
    ("CDA-BIO-022", "act/effectiveTime", [("drop", f"{ACT}/effectiveTime/high")]),
    ("CDA-BIO-022", "act/code/@codeSystem", [("put", f"{ACT}/code", {"codeSystem": "1.2.3"})]),
    (
        "CDA-BIO-023",
        "entryRelationship[@typeCode='COMP']",
        [("put", f"{SUB}/entry/act/entryRelationship", {"typeCode": "REFR"})],
    ),
    ("CDA-BIO-024", "subject/@typeCode", [("put", f"{ACT}/subject", {"typeCode": "PAT"})]),
    ("CDA-BIO-024", "subject/templateId/@root", [("drop", f"{ACT}/subject/templateId")]),
    ("CDA-BIO-024", "relatedSubject/code", [("drop", f"{ACT}/subject/relatedSubject/code")]),
    ("CDA-BIO-024", "relatedSubject/addr", [("drop", f"{ACT}/subject/relatedSubject/addr")]),
    ("CDA-BIO-025", "observation/code/@displayName", [("put", f"{FIRST}/code", {"displayName": None})]),
    ("CDA-BIO-025", "observation/code/@code", [("put", f"{FIRST}/code", {"code": None})]),
    ("CDA-BIO-025", "observation/code", [("drop", f"{FIRST}/code")]),
    ("CDA-BIO-026", "code/translation/@displayName", [("put", f"{LOCAL}/code/translation", {"displayName": None})]),
    (
        "CDA-BIO-027",
        "component[1]/observation/code/@code",
        [("put", f"{BATTERY}/component[1]/observation/code", {"codeSystem": "1.2.3"})],
    ),
    (
        "CDA-BIO-027",
        "component/observation/code/@code",
        [("put", f"{ISOLATE}/component/organizer/component/observation/code", {"displayName": None})],
    ),
    ("CDA-BIO-027", "component[1]/observation/code", [("drop", f"{BATTERY}/component[1]/observation/code")]),
    (
        "CDA-BIO-028",
        "code/translation/@code",
        [("put", f"{BATTERY}/component[2]/observation/code/translation", {"code": None})],
    ),
    ("CDA-BIO-029", "observation/@moodCode", [("put", FIRST, {"moodCode": "INT"})]),
    ("CDA-BIO-029", "observation/templateId/@root", [("drop", f"{FIRST}/templateId[1]")]),
    ("CDA-BIO-029", "observation/code", [("double", f"{FIRST}/code", {})]),
    ("CDA-BIO-029", "code/originalText/reference", [("drop", f"{FIRST}/code/originalText/reference")]),
    ("CDA-BIO-030", "statusCode/@code", [("put", f"{FIRST}/statusCode", {"code": "active"})]),
    ("CDA-BIO-031", "observation/referenceRange", [("double", f"{FIRST}/referenceRange", {})]),
    ("CDA-BIO-032", "observation/effectiveTime", [("drop", f"{FIRST}/entryRelationship/observation/effectiveTime")]),
    (
        "CDA-BIO-032",
        "statusCode/@code",
        [("put", f"{FIRST}/entryRelationship/observation/statusCode", {"code": "active"})],
    ),
    ("CDA-BIO-033", "interpretationCode/@codeSystem", [("put", f"{FIRST}/interpretationCode", {"codeSystem": None})]),
    ("CDA-BIO-033", "interpretationCode/@nullFlavor", [("put", f"{FIRST}/interpretationCode", {"nullFlavor": "NA"})]),
    ("CDA-BIO-034", "observation/value", [("drop", f"{FIRST}/value")]),
    ("CDA-BIO-034", "observation/effectiveTime", [("drop", f"{FIRST}/effectiveTime")]),
    ("CDA-BIO-034", "value/@unit", [("put", f"{FIRST}/value", {"unit": None})]),
    ("CDA-BIO-035", "organizer/@classCode", [("put", BATTERY, {"classCode": "CLUSTER"})]),
    ("CDA-BIO-035", "organizer/id", [("double", f"{BATTERY}/id", {})]),
    ("CDA-BIO-035", "statusCode/@code", [("put", f"{BATTERY}/statusCode", {"code": "obsolete"})]),
    ("CDA-BIO-036", "organizer/@classCode", [("put", ISOLATE, {"classCode": "BATTERY"})]),
    ("CDA-BIO-036", "organizer/specimen", [("drop", f"{ISOLATE}/specimen")]),
    ("CDA-BIO-036", "specimen/@typeCode", [("put", f"{ISOLATE}/specimen", {"typeCode": "PRD"})]),
    ("CDA-BIO-036", "specimenPlayingEntity/@classCode", [("put", ORGANISM, {"classCode": "ENT"})]),
    ("CDA-BIO-036", "specimenPlayingEntity/code", [("drop", f"{ORGANISM}/code")]),
    ("CDA-BIO-036", "specimenRole/@classCode", [("drop", f"{ISOLATE}/specimen/specimenRole")]),
    ("CDA-BIO-036", "performer/@typeCode", [("put", f"{ISOLATE}/performer", {"typeCode": "SPRF"})]),
    ("CDA-BIO-036", "organizer/templateId/@root", [("drop", f"{ISOLATE}/templateId[1]")]),
    ("CDA-BIO-037", "specimenPlayingEntity/code/@codeSystem", [("put", f"{ORGANISM}/code", {"codeSystem": NCBI})]),
    ("CDA-BIO-037", "translation/@codeSystem", [("put", f"{ORGANISM}/code/translation", {"codeSystem": "1.2.3"})]),
    ("CDA-BIO-038", "procedure/@classCode", [("put", SPECIMEN, {"classCode": "ACT"})]),
    ("CDA-BIO-038", "procedure/effectiveTime", [("drop", f"{SPECIMEN}/effectiveTime")]),
    ("CDA-BIO-038", "procedure/targetSiteCode", [("double", f"{SPECIMEN}/targetSiteCode", {})]),
    ("CDA-BIO-038", "procedure/participant", [("double", f"{SPECIMEN}/participant", {})]),
    ("CDA-BIO-038", "participantRole/id", [("drop", f"{SPECIMEN}/participant/participantRole/id")]),
    ("CDA-BIO-038", "participantRole/@classCode", [("put", f"{SPECIMEN}/participant", {"typeCode": "DEV"})]),
    ("CDA-BIO-038", "act/templateId/@root", [("double", f"{SPECIMEN}/entryRelationship", {})]),
    ("CDA-BIO-039", "act/@classCode", [("put", RECEPTION, {"classCode": "OBS"})]),
    ("CDA-BIO-039", "act/code/@code", [("put", f"{RECEPTION}/code", {"code": "SPRECV"})]),
    (
        "CDA-BIO-039",
        "act/code/@codeSystem",
        [("put", f"{RECEPTION}/code", {"codeSystem": "1.3.6.1.4.1.19376.1.5.3.2"})],
    ),
    ("CDA-BIO-039", "act/effectiveTime", [("drop", f"{RECEPTION}/effectiveTime")]),
    (
        "CDA-BIO-039",
        "effectiveTime/@value",
        [("put", f"{RECEPTION}/effectiveTime", {"value": None, "nullFlavor": "UNK"})],
    ),
    ("CDA-BIO-040", "performer/time", [("drop", f"{ISOLATE}/performer/time")]),
    ("CDA-BIO-040", "performer/assignedEntity/id", [("drop", f"{ISOLATE}/performer/assignedEntity/id")]),
    (
        "CDA-BIO-040",
        "representedOrganization/name",
        [("drop", f"{ISOLATE}/performer/assignedEntity/representedOrganization/name")],
    ),
    (
        "CDA-BIO-040",
        "entry/act",
        [("insert", f"{SUB}/entry/act", '<templateId root="1.3.6.1.4.1.19376.1.3.3.1.7"/>')],
    ),
]
BROKEN_SCREENING = [
    ("CDA-BIO-041", "code/@displayName", [("put", "code", {"displayName": "TROD"})]),
    ("CDA-BIO-041", "/title", [("drop", "title")]),
    ("CDA-BIO-041", "templateId/@root", [("put", "templateId[3]", {"root": "1.2.3"})]),
    ("CDA-BIO-041", "templateId/@root", [("put", "templateId[4]", {"root": "1.2.3"})]),
    ("CDA-BIO-041", "setId/@root", [("drop", "setId")]),
    ("CDA-BIO-042", "serviceEvent/code", [("drop", f"{EVENT}/code")]),
    ("CDA-BIO-042", "serviceEvent/performer", [("drop", f"{EVENT}/performer")]),
    (
        "CDA-BIO-042",
        "standardIndustryClassCode/@code",
        [("put", f"{LAB}/standardIndustryClassCode", {"code": "AMBULATOIRE"})],
    ),
    ("CDA-BIO-043", "section/templateId/@root", [("put", f"{CHAPTER}/templateId[1]", {"root": "1.2.3"})]),
    ("CDA-BIO-043", "component/section", [("drop", f"{BODY}/component")]),
    ("CDA-BIO-044", "19376.1.3.1']", [("drop", f"{ENTRY}/templateId[1]")]),
    ("CDA-BIO-045", "19376.1.3.1.6']", [("drop", f"{ACT}/entryRelationship")]),
    ("CDA-BIO-045", "participant/@typeCode", [("put", f"{ACT}/participant", {"typeCode": "PRD"})]),
    ("CDA-BIO-045", "id/@root", [("put", f"{ACT}/participant/participantRole/id", {"root": "1.2.3"})]),
    (
        "CDA-BIO-045",
        "originalText/reference",
        [("drop", f"{ACT}/participant/participantRole/playingDevice/code/originalText")],
    ),
    ("CDA-BIO-046", "observation/value", [("drop", f"{ACT}/entryRelationship/observation/value")]),
    ("CDA-BIO-046", "value/@xsi:type", [("put", f"{ACT}/entryRelationship/observation/value", {XSI_TYPE: "ST"})]),
    ("CDA-BIO-046", "observation/effectiveTime", [("drop", f"{ACT}/entryRelationship/observation/effectiveTime")]),
    (
        "CDA-BIO-046",
        "entryRelationship/@typeCode",
        [("add", f"{ACT}/entryRelationship/observation", '<entryRelationship typeCode="REFR"/>')],
    ),
]
# changes that a report bears: each stays within the rule named
KEPT = [
    ("CDA-BIO-001", [("put", "versionNumber", {"value": "12"})]),
    ("CDA-BIO-006", [("put", f"{PATIENT}/addr", {"nullFlavor": None})]),
    ("CDA-BIO-008", [("drop", f"{SIGNER}/representedOrganization")]),
    ("CDA-BIO-017", [("put", f"{SUB}/code", {**GONE, "nullFlavor": "UNK"})]),
    ("CDA-BIO-022", [("drop", f"{ACT}/effectiveTime")]),
    ("CDA-BIO-022", [("put", f"{ACT}/statusCode", {"code": "active"})]),
    ("CDA-BIO-025", [("put", f"{FIRST}/code", {"codeSystem": "1.2.250.1.213.99.7", "displayName": None})]),
    ("CDA-BIO-027", [("put", f"{BATTERY}/component[1]/observation/code", GONE)]),
    ("CDA-BIO-030", [("put", f"{FIRST}/statusCode", {"code": "aborted"})]),
    ("CDA-BIO-033", [("drop", f"{FIRST}/interpretationCode")]),
    ("CDA-BIO-034", [("put", f"{FIRST}/statusCode", {"code": "aborted"}), ("drop", f"{FIRST}/value")]),
    ("CDA-BIO-037", [("put", f"{ORGANISM}/code", {"code": None, "codeSystem": None})]),
    ("CDA-BIO-037", [("drop", f"{ORGANISM}/code/translation")]),
    ("CDA-BIO-038", [("drop", f"{SPECIMEN}/targetSiteCode"), ("drop", f"{SPECIMEN}/entryRelationship")]),
]


def told(data: bytes) -> list[tuple[str, str]]:
    """The rules of this family and of terminologies that a document breaks, with the places."""
    judged = ENGINE.judge(read(data))
    return [(rule.id, hit.location) for rule, hit in judged if rule.id.startswith(("CDA-BIO", "CDA-TRM"))]


def _ids(rows: list[tuple[str, str, object]]) -> list[str]:
    return [f"{rule} {place}" for rule, place, _ in rows]


@pytest.mark.parametrize("version", ["", "2021.01", "2023.01", "2024.01"])
def test_an_honest_report_breaks_nothing(version: str, changed: Callable[..., bytes]) -> None:
    data = report(version)
    if version == "2021.01":
        data = changed(data, ("drop", f"{BODY}/component[4]"))

    assert told(data) == []


def test_an_honest_rapid_test_breaks_nothing() -> None:
    assert told(screening()) == []


@pytest.mark.parametrize(("rule", "place", "changes"), BROKEN, ids=_ids(BROKEN))
def test_a_change_breaks_a_rule_of_reports(rule: str, place: str, changes: list, changed: Callable[..., bytes]) -> None:
    found = told(changed(report(), *changes))

    assert [where for name, where in found if name == rule and where.endswith(place)], found


@pytest.mark.parametrize(("rule", "place", "changes"), BROKEN_SCREENING, ids=_ids(BROKEN_SCREENING))
def test_a_change_breaks_a_rule_of_rapid_tests(
    rule: str, place: str, changes: list, changed: Callable[..., bytes]
) -> None:
    found = told(changed(screening(), *changes))

    assert [where for name, where in found if name == rule and where.endswith(place)], found


@pytest.mark.parametrize(("rule", "changes"), KEPT)
def test_a_change_within_a_rule_breaks_nothing_of_it(rule: str, changes: list, changed: Callable[..., bytes]) -> None:
    assert rule not in [name for name, _ in told(changed(report(), *changes))]


def test_every_rule_has_its_change() -> None:
    assert {rule.id for rule in FAMILY} == {rule for rule, _, _ in (*BROKEN, *BROKEN_SCREENING)}


def test_the_rules_of_a_volet_leave_other_documents_alone(structured: bytes, level1: bytes) -> None:
    assert told(structured) == []
    assert told(level1) == []


def test_a_level_1_report_is_not_held_to_the_volet(level1: bytes, changed: Callable[..., bytes]) -> None:
    data = changed(level1, ("put", "code", {"code": "11502-2"}), ("put", "title", {}))

    assert told(data) == []


def test_only_the_model_of_2024_asks_for_the_copy(changed: Callable[..., bytes]) -> None:
    change = ("drop", f"{BODY}/component[5]")

    assert told(changed(report("2023.01"), change)) == []
    assert told(changed(report(""), change)) == []
    assert [rule for rule, _ in told(changed(report("2024.01"), change))] == ["CDA-BIO-015"]


def test_vaccinations_came_with_the_model_of_2023() -> None:
    assert [rule for rule, _ in told(report("2021.01"))] == ["CDA-BIO-013"]


@pytest.mark.parametrize(
    ("version", "without_copy", "told_of"),
    [("2024.01", False, []), ("", False, []), ("", True, ["CDA-BIO-025"]), ("2021.01", False, ["CDA-BIO-025"])],
)
def test_the_first_model_knows_no_other_code_than_loinc(
    version: str, without_copy: bool, told_of: list[str], changed: Callable[..., bytes]
) -> None:
    changes = [
        ("put", f"{FIRST}/code", {"codeSystem": "1.2.250.1.213.99.7"}),
        *([("drop", f"{BODY}/component[5]")] if without_copy else []),
        ("drop", f"{BODY}/component[4]"),
    ]

    assert [rule for rule, _ in told(changed(report(version), *changes))] == told_of


def test_results_of_other_documents_may_be_active(changed: Callable[..., bytes]) -> None:
    active = ("put", f"{ACT}/entryRelationship/observation/statusCode", {"code": "active"})

    assert told(changed(screening(), active)) == []


def test_a_report_inside_a_style_sheet_is_judged_alike(changed: Callable[..., bytes]) -> None:
    broken = changed(report(), ("put", f"{FIRST}/statusCode", {"code": "active"}))

    assert told(_wrapped(report())) == []
    assert [rule for rule, _ in told(_wrapped(broken))] == ["CDA-BIO-030"]


def _wrapped(data: bytes) -> bytes:
    sheet = b'<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">%s</xsl:stylesheet>'
    return sheet % data
