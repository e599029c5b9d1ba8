"""Every rule of FHIR is kept by a sound resource and broken by one change to it, at the place that it tells."""

from __future__ import annotations

import pytest

from banc_standards.fhir.read import FhirRefused, read
from banc_standards.fhir.rules import ENGINE, RULES
from banc_standards.fhir.rules.examples import examples, samples, texts
from banc_standards.fhir.rules.examples.cases import WITHOUT, Case, cases
from banc_standards.fhir.rules.reading import hit
from banc_standards.fhir.subject import subject_of
from banc_standards.rules import Hit

CASES = {case.rule: case for case in cases()}


def judged(data: bytes) -> list[tuple[str, Hit]]:
    try:
        document = read(data)
    except FhirRefused as refused:
        rule, place = hit(refused)
        return [(rule.id, place)]
    return [(rule.id, place) for rule, place in ENGINE.judge(subject_of(document))]


def test_no_rule_is_without_a_case():
    assert {rule.id for rule in RULES} - set(CASES) == WITHOUT


@pytest.mark.parametrize("case", CASES.values(), ids=lambda case: case.rule)
def test_a_rule_is_broken_by_the_bad_extract_and_kept_by_the_good_one(case: Case):
    bad, good = texts(case)

    broken = [place for rule, place in judged(bad) if rule == case.rule]

    assert broken, [rule for rule, _ in judged(bad)]
    assert all(place.location for place in broken)
    assert case.rule not in {rule for rule, _ in judged(good)}


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.id not in WITHOUT], ids=lambda rule: rule.id)
def test_the_rule_alone_says_what_the_engine_says(rule):
    bad, _ = texts(CASES[rule.id])
    try:
        subject = subject_of(read(bad))
    except FhirRefused:
        return
    if rule.id.startswith(("FHIR-JSON-", "FHIR-STR-")):
        return

    alone = list(rule.check(subject))

    assert alone == [place for one, place in ENGINE.judge(subject) if one.id == rule.id]


@pytest.mark.parametrize("name", samples())
def test_a_sound_sample_breaks_nothing(name):
    import json

    found = judged(json.dumps(samples()[name]).encode())

    assert [(rule, place.location, place.found) for rule, place in found if rule not in ADVICE] == []


ADVICE = {"FHIR-IDN-002"}  # the test numbers of people who do not exist have no Luhn key


def test_every_example_shows_two_extracts_that_differ():
    for rule, example in examples().items():
        assert example.bad != example.good, rule
        assert example.why.fr
        assert example.why.en
