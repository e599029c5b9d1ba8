"""The usual short name of a clinical document's type: by the model that it announces, else by its code."""

from __future__ import annotations

from typing import Final

from banc_standards.cda.names import CI_SIS
from banc_standards.cda.read import Document
from banc_standards.cda.volet_names import BY_CODE, BY_MODEL, FRENCH_MODELS, name_of
from banc_standards.terminology.documents import XDS_SD

_FIRST_SUMMARY: Final = "201310"
"""The extension that the model VSM 1.4 carries in place of a version."""


def named(document: Document) -> tuple[str | None, str]:
    """The short name of a document's type, and the version of the volet that it announces (empty: none).

    A level 1 document carries no model: its code names it. A code alone says nothing of a document of another country.
    """
    known = [template for template in document.templates if template.root in BY_MODEL]
    if known:
        closest = max(known, key=lambda template: len(template.root) if template.root.startswith(FRENCH_MODELS) else 0)
        version = closest.extension
        name = name_of(closest.root, version)
        return name, "1.4" if name == "VSM" and version == _FIRST_SUMMARY else version
    roots = {template.root for template in document.templates}
    if document.code is None or roots.isdisjoint((CI_SIS, XDS_SD)):
        return None, ""
    return BY_CODE.get((document.code.code, document.code.system)), ""
