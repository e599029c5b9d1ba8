"""The examples that ``banc explain`` shows are true: put into a letter, one breaks its rule and the other keeps it."""

from __future__ import annotations

import pytest
from lxml import etree

from banc_standards.cda.build import discharge_letter, discharge_letter_n1
from banc_standards.cda.names import HL7, V3
from banc_standards.cda.pdf import simple_pdf
from banc_standards.cda.read import CdaRefused, document, read
from banc_standards.cda.rules import ENGINE, RULES
from banc_standards.cda.rules.examples import Example, examples, families, family_of
from banc_standards.xml import XmlRefused
from banc_standards.xml_rules import RULES as XML_RULES

from ..letters import letter

KNOWN = {rule.id for rule in (*RULES, *XML_RULES)}


def broken_by(example: Example, extract: str) -> set[str]:
    """The rules that a letter breaks once an extract stands in it."""
    if not example.at:
        return broken_by_file(extract.encode())
    made = letter()
    data = discharge_letter_n1(made, simple_pdf(["Lettre"])) if example.level_1 else discharge_letter(made)
    root = etree.fromstring(data)
    pieces = list(etree.fromstring(f'<x xmlns="{HL7}" xmlns:sdtc="urn:hl7-org:sdtc">{extract}</x>'))
    if example.at == ".":
        root.attrib.update(pieces[0].attrib)
    else:
        [place] = [root.find("/".join(V3 + step for step in example.at.split("/")))]
        assert place is not None, example.at
        parent = place.getparent()
        at = parent.index(place)
        parent[at : at + 1] = [piece for piece in pieces if isinstance(piece.tag, str)]
    return {rule.id for rule, _ in ENGINE.judge(document(root))}


def broken_by_file(data: bytes) -> set[str]:
    """The rules that a whole file breaks."""
    try:
        return {rule.id for rule, _ in ENGINE.judge(read(data))}
    except (XmlRefused, CdaRefused) as refused:
        return {refused.rule_id}


@pytest.mark.parametrize("rule", examples())
def test_an_example_shows_its_rule_broken_and_kept(rule):
    example = examples()[rule]

    assert rule in KNOWN
    assert rule in broken_by(example, example.bad)
    assert rule not in broken_by(example, example.good)


@pytest.mark.parametrize("rule", examples())
def test_an_example_says_why_in_both_languages(rule):
    why = examples()[rule].why

    assert why.fr.endswith(".")
    assert why.en.endswith(".")


def test_every_clinical_rule_has_a_family_that_says_why():
    unexplained = {rule for rule in KNOWN if (family := family_of(rule)) is None or not family.bad or not family.good}

    assert unexplained == set()


@pytest.mark.parametrize("name", families())
def test_the_extracts_of_a_family_differ(name):
    family = families()[name]

    assert family.bad != family.good or not family.bad
    assert family.why.fr
    assert family.why.en


def test_the_closest_family_is_taken():
    assert family_of("CDA-HDR-002") is families()["CDA-HDR"]
    assert family_of("CDA-ROOT-001") is families()["CDA"]
    assert family_of("ZZZ-001") is None
