"""The pages of ``docs/rules/`` are those that the rules make, in both languages.

``BANC_WRITE_DOCS=1 ./bancw test tests/docs/test_rules.py`` (or ``python -m banc_harness.rule_pages docs``) writes them
again.
"""

from __future__ import annotations

import os

from banc_harness.catalogue import catalogue
from banc_harness.rule_pages import pages, publish
from banc_harness.validate.kinds import KINDS

from .conftest import DOCS, read_page


def test_the_pages_of_the_rules_are_up_to_date():
    if os.environ.get("BANC_WRITE_DOCS"):
        publish(DOCS)
    current = pages(catalogue().values())

    written = {
        path.relative_to(DOCS).as_posix(): path.read_text(encoding="utf-8")
        for folder in ("rules", "en/rules")
        for path in (DOCS / folder).glob("*")
    }

    assert sorted(written) == sorted(current), (
        "write them again: BANC_WRITE_DOCS=1 ./bancw test tests/docs/test_rules.py"
    )
    stale = [path for path, text in current.items() if written[path] != text]
    assert stale == [], "write them again: BANC_WRITE_DOCS=1 ./bancw test tests/docs/test_rules.py"


def test_the_table_of_kinds_says_which_are_judged(lang):
    rows = read_page("valider", lang).rows("genres validate")

    told = {name.strip("`"): row[2] in ("oui", "yes") for row in rows for name in row[0].split()}
    assert told == {name: kind.judge is not None for name, kind in KINDS.items()}
