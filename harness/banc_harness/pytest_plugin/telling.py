"""What a failed test shows: findings, differences, the journal of a session."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from banc_harness.reports.redaction import safe
from banc_harness.selection import Difference
from banc_standards.errors import BancError, Lang

LAST_LINES = 12
MOST_LINES = 200
_WORDS: dict[Lang, dict[str, str]] = {
    "fr": {
        "where": "où",
        "found": "trouvé",
        "expected": "attendu",
        "fix": "à faire",
        "clause": "texte",
        "journal": "session {session} : {count} échange(s)",
        "difference": "{what} : attendu {expected}, trouvé {found}",
    },
    "en": {
        "where": "where",
        "found": "found",
        "expected": "expected",
        "fix": "fix",
        "clause": "clause",
        "journal": "session {session}: {count} exchange(s)",
        "difference": "{what}: expected {expected}, found {found}",
    },
}


def said(error: BancError, lang: Lang) -> str:
    """An error as a user reads it: code, sentence, hint."""
    hint = error.hint.of(lang)
    return f"{error.text.of(lang)} [{error.code}]" + (f"\n  → {hint}" if hint else "")


def finding_lines(finding: Mapping[str, Any], lang: Lang, *, under: str = "") -> list[str]:
    """One finding (CONTRACTS §7), the rule first, then what was found, what was expected, the fix and the clause.

    ``under`` is a rule whose sentence was told above.
    """
    words = _WORDS[lang]
    line = f" (l. {finding['line']})" if finding.get("line") is not None else ""
    rows = (
        (words["where"], f"{finding.get('location') or ''}{line}"),
        *((words[name], finding.get(name)) for name in ("found", "expected", "fix", "clause")),
    )
    head = [] if finding["rule"] == under else [f"{finding['rule']} {finding['message']}"]
    return [*head, *(f"  {name:<8} {safe(text)}" for name, text in rows if text)]


def difference_lines(differences: Iterable[Difference], lang: Lang) -> list[str]:
    """Field by field, what an exchange is and what was asked."""
    pattern = _WORDS[lang]["difference"]
    told = (pattern.format(what=item.what, expected=item.expected, found=item.found or "∅") for item in differences)
    return [f"  {safe(line)}" for line in told]


def entry_line(entry: Mapping[str, Any]) -> str:
    """An exchange on one line."""
    code = entry.get("code") or entry.get("fault") or ""
    telling = (finding for finding in entry.get("findings") or () if finding["severity"] != "info")
    rules = " ".join(dict.fromkeys(str(finding["rule"]) for finding in telling))
    when = str(entry["at"])[11:23]
    return f"{entry['seq']:>5}  {when}  {entry['operation']:<22} {entry['outcome']:<9} {code} {rules}".rstrip()


def journal(session: str, entries: Sequence[Mapping[str, Any]], lang: Lang, last: int = MOST_LINES) -> str:
    """The last exchanges of a session, one on each line."""
    head = _WORDS[lang]["journal"].format(session=session, count=len(entries))
    skipped = ["…"] if len(entries) > last else []
    return "\n".join([head, *skipped, *(entry_line(entry) for entry in entries[-last:])])
