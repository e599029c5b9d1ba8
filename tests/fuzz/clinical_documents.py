"""Coverage-guided fuzzing of the reader of clinical documents and of every rule (atheris, by hand and in CI).

    python tests/fuzz/clinical_documents.py -atheris_runs=20000 [FOLDER]

FOLDER keeps what it finds worth trying again. The input is either bytes as a stranger sends them, or instructions that
build a tree of CDA names: a crash, or a finding outside the document, stops it. What it finds becomes a test.
"""

from __future__ import annotations

import sys
from contextlib import suppress

import atheris
from lxml import etree

with atheris.instrument_imports(include=["banc_standards"]):
    from banc_standards.cda.grammar.types import TABLES, type_of
    from banc_standards.cda.names import V3, XSI_TYPE
    from banc_standards.cda.read import CdaRefused, Document, document, read
    from banc_standards.cda.rules import ENGINE
    from banc_standards.xml import XmlRefused

NAMES = sorted(
    {name for table in ("v3", "pharm") for key in TABLES[table] for name in type_of(table, key).element_names()}
)
ATTRIBUTES = sorted({name for key in TABLES["v3"] for name in type_of("v3", key).attributes} | {XSI_TYPE})
VALUES = (
    *("", " ", "EVN", "OBS", "UNK", "true", "1.2.3", "2.16.840.1.113883.6.1", "20260105163000+0100", "20260231", "1,5"),
    *(
        "#a",
        "a",
        "PQ",
        "CD",
        "IVL_TS",
        "x:CD",
        "1.3.6.1.4.1.19376.1.3.1.6",
        "1.2.250.1.213.1.1.1.55",
        "tel:%zz",
        "H WP",
    ),
)


def built(data: atheris.FuzzedDataProvider) -> etree._Element:
    """The tree that the instructions build: an element below, an attribute, a text, or one level up."""
    root = current = etree.Element(f"{V3}ClinicalDocument")
    depth = 0
    while data.remaining_bytes():
        choice = data.ConsumeIntInRange(0, 4)
        if choice <= 1 and depth < 100:
            current = etree.SubElement(current, NAMES[data.ConsumeIntInRange(0, len(NAMES) - 1)])
            depth += 1
        elif choice == 2:
            name = ATTRIBUTES[data.ConsumeIntInRange(0, len(ATTRIBUTES) - 1)]
            current.set(name, VALUES[data.ConsumeIntInRange(0, len(VALUES) - 1)])
        elif choice == 3:
            current.text = VALUES[data.ConsumeIntInRange(0, len(VALUES) - 1)]
        elif depth:
            current = current.getparent()
            depth -= 1
    return root


def judge(subject: Document) -> None:
    for rule, hit in ENGINE.judge(subject):
        assert hit.location.startswith("/ClinicalDocument"), (rule.id, hit)


def test_one_input(data: bytes) -> None:
    if data[:1] < b"\x40":
        with suppress(XmlRefused, CdaRefused):
            judge(read(data[1:]))
    else:
        judge(document(built(atheris.FuzzedDataProvider(data[1:]))))


if __name__ == "__main__":
    atheris.Setup(sys.argv, test_one_input)
    atheris.Fuzz()
