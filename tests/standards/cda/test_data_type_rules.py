"""Each data type rule: the complete letter keeps it (see the header rules), one small change breaks it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from banc_standards.cda.names import XSI_TYPE
from banc_standards.cda.read import read
from banc_standards.cda.rules import RULES, contacts, datatypes
from banc_standards.rules import Registry

BY_ID = Registry(RULES)
ROLE = "recordTarget/patientRole"
PERSON = "author/assignedAuthor/assignedPerson"
PERIOD = "componentOf/encompassingEncounter/effectiveTime"
ACT = "documentationOf/serviceEvent"
PERFORMER = f"{ACT}/performer/assignedEntity"

BROKEN = {
    "CDA-DT-001": [("put", "effectiveTime", {"value": "20260231"})],
    "CDA-DT-001W": [("put", "effectiveTime", {"value": "20260105163000+100"})],
    "CDA-DT-002": [("put", "effectiveTime", {"value": "05/01/2026"})],
    "CDA-DT-003": [("put", "author/time", {"nullFlavor": "UNK"})],
    "CDA-DT-004": [("add", "effectiveTime", '<low value="2026"/>')],
    "CDA-DT-005": [("put", "effectiveTime", {"value": "20260105163000"})],
    "CDA-DT-006": [("put", f"{PERIOD}/high", {"value": "20250101"})],
    "CDA-DT-007": [("put", f"{ACT}/effectiveTime/high", {"value": "20250101120000+0100"})],
    "CDA-DT-008": [("put", "setId", {"root": None})],
    "CDA-DT-009": [("put", "setId", {"root": "1.02.3"})],
    "CDA-DT-009W": [("put", "setId", {"root": "d1dff1ef-cce0-40de-8c78-1827b31208aa"})],
    "CDA-DT-010": [("put", "setId", {"extension": ""})],
    "CDA-DT-010W": [("put", "setId", {"extension": "1" * 65})],
    "CDA-DT-011": [("double", f"{ROLE}/id[2]", {})],
    "CDA-DT-012": [("put", f"{ACT}/code", {"codeSystem": None})],
    "CDA-DT-013": [("put", "code", {"codeSystem": "LOINC"})],
    "CDA-DT-014": [("add", "code", "<qualifier/>")],
    "CDA-DT-015": [("put", "languageCode", {"displayName": "Français"})],
    "CDA-DT-016": [("say", f"{ROLE}/addr/city", "")],
    "CDA-DT-017": [("say", f"{PERSON}/name", "Alice Durand")],
    "CDA-DT-017W": [("say", f"{PERSON}/name/given", " ")],
    "CDA-DT-018": [("add", f"{PERFORMER}/representedOrganization/name", "<family>DURAND</family>")],
    "CDA-DT-019": [("double", f"{ROLE}/addr/city", {})],
    "CDA-DT-019W": [("add", f"{ROLE}/addr", "<streetAddressLine>28 AVENUE</streetAddressLine>")],
    "CDA-DT-020": [("put", f"{ROLE}/addr", {"use": "HOME"})],
    "CDA-DT-021": [("put", f"{ROLE}/telecom", {"nullFlavor": "UNK"})],
    "CDA-DT-022": [("put", f"{ROLE}/telecom", {"value": "0639980001"})],
    "CDA-DT-023": [("double", f"{ROLE}/telecom", {})],
    "CDA-DT-024": [("put", f"{ROLE}/telecom", {"use": "GSM"})],
    "CDA-DT-025": [("put", f"{ROLE}/addr", {"nullFlavor": "UNK"})],
    "CDA-DT-029": [("double", f"{ROLE}/telecom", {"nullFlavor": "UNK", "value": None, "use": None})],
    "CDA-DT-030": [("put", f"{ACT}/code", {"codeSystem": None, "codeSystemName": "ActCode"})],
    "CDA-DT-031": [("put", f"{ROLE}/telecom", {"value": "tel:01 99 00 00 26"})],
    "CDA-DT-032": [("say", f"{ROLE}/addr", "28 avenue")],
    "CDA-DT-026": [("say", f"{PERSON}/name/prefix", "Dr.")],
    "CDA-DT-033": [("put", "effectiveTime", {XSI_TYPE: "IVL_TS"})],
    "CDA-DT-034": [("put", "title", {"language": "f"})],
}


@pytest.mark.parametrize("rule_id", BROKEN)
def test_a_change_breaks_the_rule(rule_id: str, complete: bytes, changed: Callable[..., bytes]) -> None:
    broken = read(changed(complete, *BROKEN[rule_id]))

    assert list(BY_ID[rule_id].check(broken))


def test_every_data_type_rule_has_its_change() -> None:
    assert {rule.id for module in (datatypes, contacts) for rule in module.RULES} == set(BROKEN)


@pytest.mark.parametrize(
    ("low", "high", "broken"),
    [
        ("20260102080000+0100", "20260102080000+0200", True),
        ("20260102080000+0200", "20260102080000+0100", False),
        ("20260102", "20260102160000+0100", False),
        ("20260102", "20260102", True),
        ("20260103", "20260102160000+0100", True),
    ],
)
def test_an_interval_is_compared_as_instants(
    low: str, high: str, broken: bool, complete: bytes, changed: Callable[..., bytes]
) -> None:
    dated = read(
        changed(complete, ("put", f"{PERIOD}/low", {"value": low}), ("put", f"{PERIOD}/high", {"value": high}))
    )

    assert bool(list(BY_ID["CDA-DT-006"].check(dated))) is broken
