"""The documents that the grammar is tried on: letters of ours, and the published examples where they are at hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from banc_standards.cda.names import V3

from .schema import load

EXAMPLES = Path(__file__).parents[5] / "shared" / "data" / "cda" / "examples"


@pytest.fixture(scope="session")
def schema(tmp_path_factory: pytest.TempPathFactory) -> etree.XMLSchema:
    """The grammar as libxml2 understands it."""
    return load(tmp_path_factory.mktemp("schema"))


def published() -> list[bytes]:
    """The published documents, those within a style sheet taken out of it; none where they are not at hand."""
    found = []
    for path in sorted(EXAMPLES.glob("*.xml")):
        root = next(etree.fromstring(path.read_bytes()).iter(f"{V3}ClinicalDocument"))
        for name in [name for name in root.attrib if name.endswith("schemaLocation")]:
            del root.attrib[name]
        found.append(etree.tostring(root, with_tail=False))
    return found
