"""A letter whose bytes were cut, doubled or overwritten anywhere gets a verdict, never a defect of ours."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from banc_harness.validate.judging import Order, judge_bytes
from banc_standards.cda.build import discharge_letter, discharge_letter_n1
from banc_standards.cda.pdf import simple_pdf

from ...standards.letters import letter

STRUCTURED = discharge_letter(letter())
LEVEL_1 = discharge_letter_n1(letter(), simple_pdf(["Lettre"]))
SCRAPS = (
    "",
    "<",
    ">",
    '"',
    "&",
    "&#0;",
    "<!--",
    "<?x",
    "é",
    "\u2028",
    "<a/>",
    "</a>",
    "x" * 70,
    " ",
    "\n",
    "-1",
    "nullFlavor",
)
VALUES = (
    "",
    " ",
    "0",
    "-1",
    "é",
    "\u2028",
    "x" * 300,
    "1.2.3",
    "20261399",
    "tel:",
    "#",
    "UNK",
    "\U0001f600",
    "2.16.840.1.",
)


def verdict_on(data: bytes) -> None:
    """Judges, and holds the answer to being one."""
    [verdict] = judge_bytes(data, "a.xml", Order("cda", excerpts=True)).verdicts

    assert verdict.unusable is None, verdict.unusable
    for item in verdict.noted:
        assert item.finding.line is None or item.finding.line >= 1


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_bytes_changed_anywhere(data):
    text = bytearray(data.draw(st.sampled_from([STRUCTURED, LEVEL_1])))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        length = data.draw(st.integers(0, 60))
        text[start : start + length] = data.draw(st.sampled_from(SCRAPS)).encode()
    verdict_on(bytes(text))


@settings(max_examples=250, deadline=None)
@given(st.data())
def test_elements_and_attributes_changed_anywhere(data):
    root = etree.fromstring(data.draw(st.sampled_from([STRUCTURED, LEVEL_1])))
    for _ in range(data.draw(st.integers(1, 5))):
        elements = list(root.iter("*"))
        chosen = data.draw(st.sampled_from(elements))
        change = data.draw(st.sampled_from(["drop", "double", "move", "rename", "text", "attribute", "no attribute"]))
        value = data.draw(st.sampled_from(VALUES))
        parent = chosen.getparent()
        if change == "text":
            chosen.text = value
        elif change == "rename":
            chosen.tag = data.draw(st.sampled_from(elements)).tag
        elif change == "attribute":
            names = sorted(chosen.attrib) or ["value"]
            chosen.set(data.draw(st.sampled_from([*names, "nullFlavor", "code", "root"])), value)
        elif change == "no attribute" and chosen.attrib:
            del chosen.attrib[data.draw(st.sampled_from(sorted(chosen.attrib)))]
        elif parent is not None and change == "drop":
            parent.remove(chosen)
        elif parent is not None and change == "double":
            parent.insert(parent.index(chosen), etree.fromstring(etree.tostring(chosen, with_tail=False)))
        elif parent is not None and change == "move":
            target = data.draw(st.sampled_from(elements))
            if chosen not in (target, *target.iterancestors()):
                target.append(chosen)
    verdict_on(etree.tostring(root))
