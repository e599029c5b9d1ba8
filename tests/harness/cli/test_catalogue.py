"""The catalogue of rules is complete: a rule that no list names could not be explained."""

from __future__ import annotations

import importlib
import pkgutil

import banc_standards
from banc_harness.catalogue import catalogue
from banc_standards.rules import Rule


def rules_of_the_standards() -> dict[str, str]:
    """Every rule that a module of the standards exposes in RULES, and that module."""
    found: dict[str, str] = {}
    for module in pkgutil.walk_packages(banc_standards.__path__, "banc_standards."):
        if "rules" in module.name.rpartition(".")[2]:
            for rule in getattr(importlib.import_module(module.name), "RULES", ()):
                found.setdefault(rule.id, module.name)
    return found


def test_every_rule_of_the_standards_is_in_the_catalogue() -> None:
    missing = {rule: module for rule, module in rules_of_the_standards().items() if rule not in catalogue()}
    assert missing == {}


def test_every_rule_can_be_read_in_both_languages() -> None:
    unread = [rule.id for rule in catalogue().values() if not all(map(said, (rule.text, rule.fix))) or not rule.clause]
    assert unread == []


def said(sentence: object) -> bool:
    """Whether a sentence says something in both languages."""
    return bool(getattr(sentence, "fr", "")) and bool(getattr(sentence, "en", ""))


def test_every_entry_is_a_rule_under_its_own_id() -> None:
    assert all(isinstance(rule, Rule) and rule.id == name for name, rule in catalogue().items())


def test_every_clause_names_a_text_that_a_reader_can_look_for() -> None:
    """Not a working paper of ours: fact sheets and contracts do not ship."""
    unreachable = [rule.id for rule in catalogue().values() if ".md" in rule.clause or "CONTRACTS" in rule.clause]
    assert unreachable == []
