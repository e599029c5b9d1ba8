"""Whatever tree of CDA names comes in, reading and judging its structure ends with findings, never with a crash."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from banc_standards.cda.grammar.automaton import Automaton
from banc_standards.cda.grammar.forms import FORMS, Fault
from banc_standards.cda.grammar.notation import content
from banc_standards.cda.grammar.types import TABLES, type_of
from banc_standards.cda.names import V3, XSI_TYPE
from banc_standards.cda.read import document, read
from banc_standards.cda.rules import structure

NAMES = sorted(
    {
        tag
        for prefix in ("v3", "pharm", "sdtc")
        for name in TABLES[prefix]
        for tag in type_of(prefix, name).element_names()
    }
)
ATTRIBUTES = sorted({name for name in TABLES["v3"] for name in type_of("v3", name).attributes})
VALUES = st.one_of(
    st.sampled_from(["", "1", "EVN", "1.2.3", "20260105", "#a", "a", "a b", "PQ", "true"]),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"])),
)


@st.composite
def trees(draw: st.DrawFn, depth: int = 3) -> etree._Element:
    element = etree.Element(draw(st.sampled_from(NAMES)))
    for name in draw(st.lists(st.sampled_from([*ATTRIBUTES, XSI_TYPE]), max_size=4, unique=True)):
        element.set(name, draw(VALUES))
    if draw(st.booleans()):
        element.text = draw(st.sampled_from(["x", " ", "\u00a0", "\n  "]))
    if depth:
        for child in draw(st.lists(trees(depth - 1), max_size=3)):
            element.append(child)
            child.tail = draw(st.sampled_from([None, "\n", "y"]))
    return element


@given(st.lists(trees(), max_size=4))
@settings(deadline=None, max_examples=60)
def test_a_random_tree_is_read_and_judged(children: list[etree._Element]) -> None:
    root = etree.Element(f"{V3}ClinicalDocument")
    root.extend(children)

    read_back = read(etree.tostring(root))
    findings = [finding for rule in structure.RULES for finding in rule.judge(read_back)]

    assert findings
    assert all(finding.location.startswith("/ClinicalDocument") for finding in findings)
    assert sum(map(len, read_back.tagged.values())) == len(list(read_back.root.iter(f"{V3}*")))
    assert [node.element for node in read_back.nodes] == [
        element for element in read_back.root.iter("*") if element.find(f"{V3}templateId") is not None
    ]


@given(st.lists(st.sampled_from("abcdx"), max_size=8))
def test_an_automaton_tells_exactly_what_its_model_refuses(names: list[str]) -> None:
    automaton = Automaton(content("a?:A b*:B ( c:C | d:D c?:C )"))
    places = [[at for at, place in enumerate(automaton.places) if place.name == name] for name in names]

    _, misfits = automaton.run(places)

    word = "".join(names)
    rest = word.removeprefix("a").lstrip("b")
    assert (misfits == []) is (rest in ("c", "d", "dc"))
    assert all(isinstance(misfit.fault, Fault) for misfit in misfits)


@given(VALUES)
def test_a_form_answers_alike_once_it_remembers(value: str) -> None:
    for name, form in FORMS.items():
        first = form.holds(value)
        assert form.holds(value) is first, name
        assert (value in form.known) <= first


def test_a_document_parsed_with_comments_reads_the_same(structured: bytes) -> None:
    commented = structured.replace(b"<recordTarget>", b"<!-- a --><?b c?><recordTarget><!-- d -->")
    kept = document(etree.fromstring(commented))
    bare = read(commented)

    assert kept.faults == bare.faults == {}
    assert {path: len(found) for path, found in kept.header.items()} == {
        path: len(found) for path, found in bare.header.items()
    }
    assert [node.templates for node in kept.nodes] == [node.templates for node in bare.nodes]
