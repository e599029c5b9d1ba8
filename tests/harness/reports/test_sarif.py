"""The report of code scanning."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sarif_pydantic import Sarif

from banc_harness.account import Account
from banc_harness.catalogue import catalogue
from banc_harness.reports import sarif
from banc_harness.reports.baseline import Gap

from .recording import Recording, check, finding


def written(run: Recording, **options: Any) -> dict[str, Any]:
    (only,) = json.loads(sarif.render(run.account(), **options))["runs"]
    return dict(only)


@pytest.fixture
def run() -> Recording:
    """A check that fails twice, one that passes."""
    run = Recording().exchange("dmp.TD2.1")
    run.then(
        check("CHK-A", "R1", finding("X-1", "dmp.TD2.1#1 a", found="1", expected="2"), finding("X-2", "b")),
        check("CHK-B", "R2"),
    )
    return run


def test_each_finding_of_a_failed_check_is_a_result(run: Recording) -> None:
    results = written(run, description="bench/sut.yaml")["results"]

    assert [result["ruleId"] for result in results] == ["X-1", "X-2"]
    place = results[0]["locations"][0]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "bench/sut.yaml"
    assert place["logicalLocations"][0]["fullyQualifiedName"] == "UC1.01 dmp.TD2.1#1 a"
    assert results[0]["message"]["text"] == "message de X-1 [1 → 2] correction de X-1"
    assert results[0]["properties"]["requirements"] == ["R1"]


def test_each_rule_that_is_named_is_told_once(run: Recording) -> None:
    found = written(run)

    rules = found["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["X-1", "X-2"]
    assert "clause de X-1" in rules[0]["help"]["text"]


def test_a_baseline_tells_the_new_from_the_known(run: Recording) -> None:
    results = written(run, known={Gap("UC1.01", "CHK-A", "X-1")})["results"]

    assert [result["baselineState"] for result in results] == ["unchanged", "new"]
    assert all("baselineState" not in result for result in written(run)["results"])


def test_a_gap_keeps_its_fingerprint_from_run_to_run(run: Recording) -> None:
    one, other = (written(run)["results"] for _ in range(2))

    assert [result["partialFingerprints"] for result in one] == [result["partialFingerprints"] for result in other]
    assert one[0]["partialFingerprints"] != one[1]["partialFingerprints"]


def test_fingerprints_do_not_depend_on_the_numbers_of_exchanges_and_are_unique() -> None:
    def prints(first: int) -> list[str]:
        run = Recording().exchange("dmp.TD2.1")
        places = [f"dmp.TD2.1#{first} author[{first}]/name", f"dmp.TD2.1#{first + 7} author[2]/name", "UC1.01.3"]
        run.then(check("CHK-A", "R1", *(finding("X-1", where) for where in places)))
        results = written(run)["results"]
        return [json.dumps(result["partialFingerprints"], sort_keys=True) for result in results]

    assert prints(1) == prints(40)
    assert len(set(prints(1))) == 3


def test_rule_of_this_version_has_its_help_in_both_languages() -> None:
    rule = catalogue()["CHK-PSC-001"]
    run = Recording()
    told = finding("CHK-PSC-001", "psc.authorization#1 acr_values", message=rule.text.fr, fix=rule.fix.fr)
    run.then(check("CHK-PSC-001", "SC.PSC.08", told))

    (described,) = written(run)["tool"]["driver"]["rules"]

    assert all(text in described["help"]["text"] for text in (rule.text.fr, rule.text.en, rule.fix.fr, rule.fix.en))
    assert described["properties"]["tags"] == ["SC.PSC.08"]


@pytest.mark.parametrize(("base", "named"), [("https://banc.example/docs", True), ("", False)])
def test_rule_names_its_page_when_it_is_published(monkeypatch: pytest.MonkeyPatch, base: str, named: bool) -> None:
    monkeypatch.setenv("BANC_DOCS_URL", base)
    run = Recording()
    run.then(check("CHK-PSC-001", "SC.PSC.08", finding("CHK-PSC-001", "psc.authorization#1")))

    (described,) = written(run)["tool"]["driver"]["rules"]

    assert described.get("helpUri", "").startswith("https://banc.example/docs/") == named


def test_place_is_logical(run: Recording) -> None:
    first, second = (result["locations"][0]["logicalLocations"][0] for result in written(run)["results"])

    assert (first["name"], first["kind"]) == ("a", "exchange")
    assert second["fullyQualifiedName"] == "UC1.01 b"


def test_others_read_it(run: Recording) -> None:
    read = Sarif.model_validate_json(sarif.render(run.account()))

    assert [result.rule_id for result in read.runs[0].results or []] == ["X-1", "X-2"]


def test_a_run_that_has_not_ended_has_no_report() -> None:
    with pytest.raises(ValueError, match="not ended"):
        sarif.render(Account())
