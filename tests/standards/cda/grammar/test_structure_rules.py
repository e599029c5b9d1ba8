"""Each structure rule: a sound letter keeps it, one small change breaks it, and the finding says where and what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from banc_standards.cda.grammar.forms import Fault
from banc_standards.cda.read import read
from banc_standards.cda.rules import RULES, structure
from banc_standards.rules import Finding, Registry

BY_ID = Registry(RULES)
SECTION = "component/structuredBody/component/section"
TEXT = f"{SECTION}/text"
ENTRY = f"{SECTION}/entry/observation"
BODY = "/ClinicalDocument/component/structuredBody/component[1]/section"
OBSERVATION = f"{BODY}/entry/observation"
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
ORDER = "inFulfillmentOf/order"
NARRATIVE = "content | linkHtml | sub | sup | br | footnote | footnoteRef | renderMultiMedia | paragraph | list | table"

# rule: (change, place of the finding, found, expected)
BROKEN: dict[str, list[tuple[Any, str, str, str]]] = {
    "CDA-STR-001": [
        (("add", "recordTarget", "<note/>"), "/ClinicalDocument/recordTarget/note", "note", ""),
        (("insert", "title", "<b>Lettre</b>"), "/ClinicalDocument/title/b", "b", ""),
        (
            ("add", ENTRY, '<sdtc:text xmlns:sdtc="urn:hl7-org:sdtc"/>'),
            f"{OBSERVATION}/sdtc:text",
            "sdtc:text",
            "value | interpretationCode | methodCode | targetSiteCode | subject | specimen | performer | author"
            " | informant | participant | entryRelationship | reference | precondition | referenceRange"
            " | sdtc:inFulfillmentOf1",
        ),
    ],
    "CDA-STR-002": [
        (
            ("insert", "", '<title>Lettre</title><realmCode code="FR"/>'),
            "/ClinicalDocument/title[1]",
            "title",
            "typeId",
        ),
        (("insert", ENTRY, '<statusCode code="completed"/>'), f"{OBSERVATION}/statusCode[1]", "statusCode", "code"),
        (
            ("add", "author/assignedAuthor", '<telecom nullFlavor="UNK"/>'),
            "/ClinicalDocument/author/assignedAuthor/telecom[2]",
            "telecom",
            "",
        ),
    ],
    "CDA-STR-003": [
        (("drop", "id"), "/ClinicalDocument/id", "", "id"),
        (("drop", "author/time"), "/ClinicalDocument/author/time", "", "time"),
        (("drop", f"{ENTRY}/code"), f"{OBSERVATION}/code", "", "code"),
        (("drop", f"{TEXT}/table/tbody"), f"{BODY}/text/table/tbody", "", "tbody"),
        (("drop", "component/structuredBody"), "/ClinicalDocument/component", "", "nonXMLBody | structuredBody"),
    ],
    "CDA-STR-004": [
        (("double", "title", {}), "/ClinicalDocument/title[2]", "title", "effectiveTime"),
        (
            ("double", "documentationOf/serviceEvent/effectiveTime/low", {}),
            "/ClinicalDocument/documentationOf/serviceEvent/effectiveTime/low[2]",
            "low",
            "width | high",
        ),
    ],
    "CDA-STR-005": [
        (
            ("put", "code", {"codesystem": "2.16.840.1.113883.6.1"}),
            "/ClinicalDocument/code/@codesystem",
            "codesystem",
            "nullFlavor | code | codeSystem | codeSystemName | codeSystemVersion | displayName | sdtc:valueSet"
            " | sdtc:valueSetVersion",
        ),
        (
            ("put", "title", {"{http://www.w3.org/XML/1998/namespace}lang": "fr"}),
            "/ClinicalDocument/title/@xml:lang",
            "xml:lang",
            "nullFlavor | representation | mediaType | language",
        ),
        (
            ("put", "languageCode", {"displayName": "Français"}),
            "/ClinicalDocument/languageCode/@displayName",
            "displayName",
            "nullFlavor | code | sdtc:valueSet | sdtc:valueSetVersion",
        ),
    ],
    "CDA-STR-006": [
        (
            ("put", ENTRY, {"moodCode": None}),
            f"{OBSERVATION}/@moodCode",
            "",
            "INT | DEF | EVN | GOL | PRMS | PRP | RQO",
        ),
        (("put", "typeId", {"extension": None}), "/ClinicalDocument/typeId/@extension", "", "…"),
    ],
    "CDA-STR-007": [
        (("put", "code", {"displayName": ""}), "/ClinicalDocument/code/@displayName", "", "…"),
        (("put", "code", {"code": "11490 0"}), "/ClinicalDocument/code/@code", "11490 0", "code"),
        (("put", "recordTarget/patientRole/telecom", {"value": "tel:%zz"}), "telecom[1]/@value", "tel:%zz", "URL"),
        (("put", ENTRY, {"negationInd": "oui"}), f"{OBSERVATION}/@negationInd", "oui", "true | false"),
        (("put", f"{TEXT}/table", {"ID": "1a"}), f"{BODY}/text/table/@ID", "1a", "NCName"),
    ],
    "CDA-STR-008": [
        (
            ("put", "recordTarget/patientRole/addr", {"use": "H MAISON"}),
            "/ClinicalDocument/recordTarget/patientRole/addr/@use",
            "H MAISON",
            "H | HP | HV | WP | DIR | PUB | BAD | TMP | ABC | IDE | SYL | PHYS | PST",
        ),
        (
            ("put", "id", {"nullFlavor": "VIDE"}),
            "/ClinicalDocument/id/@nullFlavor",
            "VIDE",
            "NI | NA | UNK | NASK | ASKU | NAV | MSK | OTH | NINF | PINF | TRC | NP",
        ),
    ],
    "CDA-STR-009": [
        (("put", "", {"classCode": "ACT"}), "/ClinicalDocument/@classCode", "ACT", "DOCCLIN"),
        (("put", SECTION, {"moodCode": "INT"}), f"{BODY}/@moodCode", "INT", "EVN"),
    ],
    "CDA-STR-010": [
        (("say", "setId", " "), "/ClinicalDocument/setId", "", ""),
        (("say", "recordTarget", "voir"), "/ClinicalDocument/recordTarget", "voir", ""),
    ],
    "CDA-STR-011": [
        (
            ("put", f"{ENTRY}/value", {TYPE: "Code"}),
            f"{OBSERVATION}/value/@xsi:type",
            "Code",
            "",
        ),
        (
            ("put", "documentationOf/serviceEvent/effectiveTime", {TYPE: "TS"}),
            "/ClinicalDocument/documentationOf/serviceEvent/effectiveTime/@xsi:type",
            "TS",
            "IVL_TS",
        ),
        (("put", f"{ENTRY}/value", {TYPE: "x:CD"}), f"{OBSERVATION}/value/@xsi:type", "x:CD", ""),
    ],
    "CDA-STR-012": [(("put", f"{ENTRY}/value", {TYPE: None}), f"{OBSERVATION}/value/@xsi:type", "", "")],
    "CDA-STR-013": [
        (("add", TEXT, "<p>Bien</p>"), f"{BODY}/text/p", "p", NARRATIVE),
        (
            ("put", f"{TEXT}/table", {"class": "fine"}),
            f"{BODY}/text/table/@class",
            "class",
            "ID | language | styleCode | summary | width | border | frame | rules | cellspacing | cellpadding"
            " | xsi:schemaLocation | xsi:noNamespaceSchemaLocation",
        ),
    ],
    "CDA-STR-014": [
        (
            ("add", TEXT, '<paragraph ID="z">a</paragraph><paragraph ID="z">b</paragraph>'),
            f"{BODY}/text/paragraph[2]/@ID",
            "z",
            "",
        )
    ],
    "CDA-STR-015": [
        (("put", "effectiveTime", {"value": "2026-01-05"}), "/ClinicalDocument/effectiveTime/@value", "2026-01-05", ""),
        (("put", "author/time", {"value": "20260105+0100"}), "/ClinicalDocument/author/time/@value", "", ""),
    ],
    "CDA-STR-016": [
        (("put", "versionNumber", {"value": "1,0"}), "/ClinicalDocument/versionNumber/@value", "1,0", "0, 1, -1…"),
        (
            (
                "add",
                SECTION,
                '<entry><observation classCode="OBS" moodCode="EVN"><code nullFlavor="NA"/>'
                f'<value {XSI} xsi:type="PQ" value="1,95" unit="mg"/></observation></entry>',
            ),
            f"{BODY}/entry[2]/observation/value/@value",
            "1,95",
            "0, 1.5, -2e3…",
        ),
    ],
    "CDA-STR-017": [
        (("put", "setId", {"root": "urn:oid:1.2.3"}), "/ClinicalDocument/setId/@root", "urn:oid:1.2.3", "OID | UUID"),
        (("put", "code", {"codeSystem": "2.16.0840"}), "/ClinicalDocument/code/@codeSystem", "2.16.0840", "OID | UUID"),
    ],
    "CDA-STR-018": [(("put", "title", {NIL: "true"}), "/ClinicalDocument/title/@xsi:nil", "true", "")],
    "CDA-STR-019": [
        (
            ("add", TEXT, '<renderMultiMedia referencedObject="image9"/>'),
            f"{BODY}/text/renderMultiMedia/@referencedObject",
            "image9",
            "ID",
        )
    ],
    "CDA-DT-028": [
        (
            ("put", f"{ENTRY}/text/reference", {"value": "#nulle-part"}),
            f"{OBSERVATION}/text/reference/@value",
            "#nulle-part",
            "#ID",
        )
    ],
}
CASES = [(rule, *case) for rule, cases in BROKEN.items() for case in cases]


def told(rule: str, data: bytes) -> list[Finding]:
    return list(BY_ID[rule].judge(read(data), "en"))


@pytest.mark.parametrize(("rule", "change", "place", "found", "expected"), CASES, ids=lambda value: str(value)[:40])
def test_a_change_breaks_the_rule_and_the_finding_says_where(
    rule: str, change: Any, place: str, found: str, expected: str, structured: bytes, changed: Callable[..., bytes]
) -> None:
    findings = told(rule, changed(structured, change))

    match = [item for item in findings if item.location.endswith(place)]
    assert match, [(item.location, item.found, item.expected) for item in findings]
    assert match[0].found.startswith(found)
    assert not expected or match[0].expected == expected
    assert match[0].line


@pytest.mark.parametrize("rule", BROKEN)
def test_a_sound_document_keeps_the_rule(rule: str, structured: bytes, level1: bytes, complete: bytes) -> None:
    for data in (structured, level1, complete):
        assert told(rule, data) == []


def test_every_rule_and_every_kind_of_fault_has_its_case() -> None:
    assert BROKEN.keys() == {rule.id for rule in structure.RULES}
    assert len(structure.RULES) == len(Fault) + 1


def test_a_dangling_reference_alone_does_not_fail_a_document() -> None:
    assert [rule.id for rule in structure.RULES if rule.severity != "error"] == ["CDA-STR-019", "CDA-DT-028"]


def test_a_rule_tells_a_bounded_number_of_places(structured: bytes) -> None:
    drowned = structured.replace(b"<recordTarget>", b"<zorglub/>" * 5000 + b"<recordTarget>", 1)

    assert len(told("CDA-STR-001", drowned)) == 100


def test_what_stands_below_an_unknown_element_is_not_judged_again(structured: bytes) -> None:
    odd = structured.replace(b"<recordTarget>", b'<zorglub x="1"><y z=" "/>text</zorglub><recordTarget>', 1)

    assert [item.rule for rule in structure.RULES for item in rule.judge(read(odd))] == ["CDA-STR-001"]


@pytest.mark.parametrize("prefix", ["", "c"])
def test_the_prefix_of_the_namespace_does_not_matter(prefix: str) -> None:
    colon = f"{prefix}:" if prefix else ""
    name = f"xmlns:{prefix}" if prefix else "xmlns"
    observation = (
        f'<{colon}observation classCode="OBS" moodCode="EVN"><{colon}code nullFlavor="NA"/>'
        f'<{colon}value xsi:type="{colon}PQ" value="1" unit="g"/></{colon}observation>'
    )
    section = f"<{colon}section><{colon}entry>{observation}</{colon}entry></{colon}section>"
    body = f"<{colon}structuredBody><{colon}component>{section}</{colon}component></{colon}structuredBody>"
    data = (
        f'<{colon}ClinicalDocument {name}="urn:hl7-org:v3" {XSI}>'
        f"<{colon}component>{body}</{colon}component></{colon}ClinicalDocument>"
    )

    assert told("CDA-STR-011", data.encode()) == []
    assert [item.expected for item in told("CDA-STR-003", data.encode())] == ["typeId"]


@pytest.mark.parametrize(
    "order", [("low", "high"), ("low", "width"), ("width", "high"), ("center", "width"), ("high",)]
)
def test_an_interval_has_its_forms(order: tuple[str, ...], structured: bytes, changed: Callable[..., bytes]) -> None:
    ends = "".join(f'<{name} value="20260102"/>' for name in order).replace('width value="20260102"', 'width value="2"')
    path = "documentationOf/serviceEvent/effectiveTime"
    data = changed(structured, ("drop", f"{path}/low"), ("drop", f"{path}/high"), ("add", path, ends))

    assert [item.location for rule in structure.RULES for item in rule.judge(read(data))] == []
