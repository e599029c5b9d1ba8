"""Every rule that can be told is explained: what it asks, why, and what breaking and keeping it looks like."""

from __future__ import annotations

import pytest

from banc_harness.catalogue import as_json, catalogue
from banc_harness.cli.explaining import explanation
from banc_harness.cli.language import Words
from banc_harness.rule_pages import address, illustration, page_of, pages

VALIDATED = ("CDA-", "XML-", "XDM-", "XDS-", "MAIL-", "HL7-")
"""The beginnings of the ids that ``banc validate`` prints."""


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_rule_is_explained(lang):
    say = Words(lang)
    for rule in catalogue().values():
        text = "\n".join(explanation(rule.id, say))

        assert text.startswith(f"{rule.id} · ")
        assert say("\nPourquoi ", "\nWhy ") in text, rule.id


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_rule_that_validate_prints_shows_a_good_and_a_bad_extract(lang):
    say = Words(lang)
    for name in (name for name in catalogue() if name.startswith(VALIDATED)):
        lines = list(explanation(name, say))
        labels = [line for line in lines if line.startswith((say("À éviter", "Wrong"), say("Correct", "Right")))]

        assert len(labels) == 2, name


def test_an_extract_of_another_rule_is_said_to_be_one():
    lines = list(explanation("CDA-HDR-080", Words("fr")))

    assert "À éviter, règle voisine" in lines


def test_a_rule_with_templates_is_listed_as_the_others_are():
    rules = [as_json(rule) for rule in catalogue().values()]

    assert all(list(rule) == list(rules[0]) for rule in rules)
    assert {rule["id"] for rule in rules} == set(catalogue())


def test_the_pages_hold_every_rule_under_its_own_anchor():
    written = pages(catalogue().values())

    for name in catalogue():
        for folder in ("rules", "en/rules"):
            assert f"\n## {name}\n" in written[f"{folder}/{page_of(name)}.md"]


def test_the_address_of_a_rule_is_its_anchor(monkeypatch):
    monkeypatch.setenv("BANC_DOCS_URL", "https://docs.example")

    assert address("CDA-DT-001W", "fr") == "https://docs.example/rules/cda-dt.md#cda-dt-001w"
    assert address("XML-002", "en") == "https://docs.example/en/rules/xml.md#xml-002"
    monkeypatch.delenv("BANC_DOCS_URL")
    assert str(address("XML-002", "en")).startswith("file:///")


def test_an_unknown_family_has_no_illustration():
    assert illustration("ZZZ-001") is None
