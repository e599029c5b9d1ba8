"""Whatever a stranger breaks in a document, reading and judging it ends with findings, never with a crash."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from banc_standards.cda.read import read
from banc_standards.cda.rules import RULES
from banc_standards.rulebook import MOST_HITS
from banc_standards.rules import judge
from banc_standards.xds.build import NotShareable, entry_from_cda

VERBS = ("drop", "empty", "bare", "garble", "double", "null")
DAMAGE = st.lists(st.tuples(st.sampled_from(VERBS), st.integers(1, 5000)), min_size=1, max_size=12)


def _damage(root: etree._Element, verb: str, number: int) -> None:
    found = [element for element in root.iter() if isinstance(element.tag, str) and element is not root]
    if not found:
        return
    element = found[number % len(found)]
    if verb == "drop":
        element.getparent().remove(element)
    elif verb == "empty":
        element[:] = []
    elif verb == "bare":
        element.attrib.clear()
    elif verb == "garble":
        element.text = "\u00e9 <&>"
        for name in element.attrib:
            element.set(name, "20261399+9999")
    elif verb == "double":
        element.addnext(etree.fromstring(etree.tostring(element, with_tail=False)))
    else:
        element.set("nullFlavor", "UNK")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(DAMAGE)
def test_a_damaged_letter_is_judged(complete: bytes, damages: list[tuple[str, int]]) -> None:
    root = etree.fromstring(complete)
    for verb, number in damages:
        _damage(root, verb, number)
    damaged = etree.tostring(root)

    findings = judge(RULES, read(damaged), "en")

    assert all(finding.location.startswith("/ClinicalDocument") for finding in findings)
    with suppress(NotShareable):
        entry_from_cda(damaged)


def test_a_rule_tells_a_bounded_number_of_places(complete: bytes) -> None:
    drowned = complete.replace(b"<recordTarget>", b'<templateId root="1.02"/>' * 5000 + b"<recordTarget>", 1)

    told = [finding.rule for finding in judge(RULES, read(drowned))]

    assert told.count("CDA-DT-009") == MOST_HITS
