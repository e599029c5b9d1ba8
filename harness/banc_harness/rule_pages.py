"""The pages of ``docs/rules/``, made from the rules themselves."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from banc_standards.errors import Lang

_DOCS: Final = Path(__file__).resolve().parents[2] / "docs"


def family(rule_id: str) -> str:
    """The page that a rule stands on: its id without its number, lower case."""
    return re.sub(r"[-_]?[0-9]+[a-z]?\Z", "", rule_id).lower() or rule_id.lower()


def address(rule_id: str, lang: Lang) -> str | None:
    """The address of a rule's entry in ``docs/rules/``.

    ``BANC_DOCS_URL`` says where the documentation is published; without it, a clone's own pages are named, and None is
    returned where there are none.
    """
    base = os.environ.get("BANC_DOCS_URL", "").rstrip("/") or (_DOCS.as_uri() if _DOCS.is_dir() else "")
    within = "en/rules" if lang == "en" else "rules"
    return f"{base}/{within}/{family(rule_id)}.md#{rule_id.lower()}" if base else None
