"""Verdicts for people: a line for what conforms, and for each difference its place, its line and what to change."""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Mapping
from typing import Any, Final, TextIO

from banc_harness.validate.verdict import NOTHING_ELSE, Excerpt, Noted, Skipped, Summary, Verdict
from banc_standards.errors import Lang, Sentence
from banc_standards.rules import Severity

MOST_OF_A_RULE: Final = 3
"""Places of one rule that are shown in full for one file; the others are counted."""

_WIDTH: Final = 100
_UNSHOWABLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_WORDS: Final[dict[Severity, Sentence]] = {
    "error": Sentence("erreur", "error"),
    "warning": Sentence("avertissement", "warning"),
    "info": Sentence("information", "info"),
}
_ORDER: Final[tuple[Severity, ...]] = ("error", "warning", "info")
_COLOURS: Final = {
    "error": "1;31",
    "warning": "1;33",
    "info": "36",
    "conform": "32",
    "dim": "2",
    "bold": "1",
}


def has_colours(out: TextIO) -> bool:
    """Whether to colour what is written: on a terminal that shows them, unless ``NO_COLOR`` is set."""
    if not out.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return os.name != "nt" or any(os.environ.get(name) for name in ("WT_SESSION", "ANSICON", "ConEmuANSI", "TERM"))


class TextWriter:
    """Writes verdicts as a compiler writes its diagnostics."""

    def __init__(self, out: TextIO, lang: Lang, *, colours: bool = False) -> None:
        self._out = out
        self._lang = lang
        self._colours = colours
        self._colon = ": " if lang == "en" else " : "
        self._worst = ""
        self._semicolon = "; " if lang == "en" else " ; "

    def add(self, verdict: Verdict) -> None:
        """Writes one file: one line when it conforms or cannot be judged, else every difference."""
        if verdict.unusable is not None:
            word = self._say("injugeable", "cannot be judged")
            path = self._paint(f"? {shown(verdict.path)}", "warning")
            self._line(f"{path}{self._colon}{word}{self._colon}{verdict.unusable.of(self._lang)}")
        elif verdict.conform:
            self._line(f"{self._paint('✓', 'conform')} {self._heading(verdict)}{self._colon}{self._conform(verdict)}")
        else:
            self._line(f"{self._paint('✗', 'error')} {self._heading(verdict)}{self._colon}{self._counts(verdict)}")
            for severity in _ORDER:
                self._group(verdict, severity)
            errors = (item.finding.rule for item in verdict.noted if item.finding.severity == "error")
            self._worst = self._worst or next(errors)
            self._line()
        self._out.flush()

    def end(self, summary: Summary, skipped: Skipped, also: Mapping[str, Any] = NOTHING_ELSE) -> None:
        """Writes the sums on one line."""
        parts = [
            self._number(summary.files, "fichier", "file"),
            self._number(summary.conform, "conforme", "conform", en_plural="conform"),
            self._number(summary.not_conform, "non conforme", "not conform", "non conformes", "not conform"),
        ]
        if summary.unusable:
            parts.append(
                self._number(summary.unusable, "injugeable", "that cannot be judged", en_plural="that cannot be judged")
            )
        sums = [
            self._number(summary.errors, "erreur", "error"),
            self._number(summary.warnings, "avertissement", "warning"),
            self._number(summary.infos, "information", "info"),
        ]
        colour = ("conform", "error", "warning")[summary.exit_code]
        self._line(self._paint(f"{', '.join(parts)}{self._semicolon}{', '.join(sums)}", colour))
        if self._worst:
            hint = self._say("pourquoi, et un exemple : ", "why, and an example: ")
            self._line(self._paint(f"→ {hint}banc explain {self._worst}", "dim"))
        passed = skipped.text()
        if passed is not None:
            self._line(self._paint(passed.of(self._lang), "dim"))

    def _heading(self, verdict: Verdict) -> str:
        about = " ".join(filter(None, (verdict.document_type or verdict.kind, verdict.version)))
        about = ", ".join(filter(None, (about, verdict.level or "")))
        title = self._say(f" « {shown(verdict.title)} »", f" “{shown(verdict.title)}”") if verdict.title else ""
        told = f" ({shown(about)})" if about else ""
        return f"{self._paint(shown(verdict.path), 'bold')}{told}{title}"

    def _conform(self, verdict: Verdict) -> str:
        said = self._paint(self._say("conforme", "conform"), "conform")
        for severity in ("warning", "info"):
            rules = {item.finding.rule: None for item in verdict.noted if item.finding.severity == severity}
            if rules:
                number = sum(item.finding.severity == severity for item in verdict.noted)
                named = ", ".join(list(rules)[:4]) + (", …" if len(rules) > 4 else "")
                word = _WORDS["warning" if severity == "warning" else "info"]
                said += f"{self._semicolon}{self._number(number, word.fr, word.en)} ({named})"
        return said

    def _counts(self, verdict: Verdict) -> str:
        numbers = [
            (sum(item.finding.severity == severity for item in verdict.noted), _WORDS[severity]) for severity in _ORDER
        ]
        return ", ".join(self._number(number, word.fr, word.en) for number, word in numbers if number)

    def _group(self, verdict: Verdict, severity: Severity) -> None:
        of_rule: dict[str, list[Noted]] = {}
        for item in verdict.noted:
            if item.finding.severity == severity:
                of_rule.setdefault(item.finding.rule, []).append(item)
        by_place = sorted(of_rule.values(), key=lambda items: min(map(_position, items)))
        for items in by_place:
            items.sort(key=_position)
            for item in items[:MOST_OF_A_RULE]:
                self._finding(verdict, item)
            rest = items[MOST_OF_A_RULE:]
            if rest:
                lines = ", ".join(str(item.finding.line) for item in rest[:8] if item.finding.line is not None)
                where = (
                    (self._say(" : lignes ", ": lines ") + lines + (", …" if len(rest) > 8 else "")) if lines else ""
                )
                more = self._say(f"… et {len(rest)} autre(s)", f"… and {len(rest)} more")
                self._line(f"  {self._paint(more, 'dim')} {rest[0].finding.rule}{where}")

    def _finding(self, verdict: Verdict, item: Noted) -> None:
        finding = item.finding
        place = ":".join(str(part) for part in (finding.line, finding.column) if part is not None)
        where = shown(verdict.path) + (f":{place}" if place else "")
        word = self._paint(_WORDS[finding.severity].of(self._lang), finding.severity)
        self._line(f"{where}: {word} {self._paint(finding.rule, 'bold')}: {shown(finding.message)}")
        if item.excerpt is not None and finding.line is not None:
            self._excerpt(item.excerpt, finding.line, finding.severity)
        rows = (
            (("où", "where"), finding.location),
            (("trouvé", "found"), finding.found),
            (("attendu", "expected"), finding.expected),
            (("à faire", "fix"), finding.fix),
            (
                ("texte", "clause"),
                finding.clause if finding.source == "banc" else f"{finding.source}, {finding.clause}",
            ),
        )
        for (fr, en), value in rows:
            if value:
                label = f"  {self._say(fr, en)}".ljust(12)
                self._line(f"{self._paint(label, 'dim')}{_folded(shown(value))}")

    def _excerpt(self, excerpt: Excerpt, line: int, severity: Severity) -> None:
        text, start, width = _window(excerpt)
        gutter = str(line).rjust(6)
        self._line(f"{self._paint(f'{gutter} │', 'dim')} {shown(text)}")
        self._line(f"{self._paint('       │', 'dim')} {' ' * start}{self._paint('^' * width, severity)}")

    def _number(self, number: int, fr: str, en: str, fr_plural: str = "", en_plural: str = "") -> str:
        if self._lang == "en":
            return f"{number} {en if number == 1 else en_plural or en + 's'}"
        return f"{number} {fr if number < 2 else fr_plural or fr + 's'}"

    def _say(self, fr: str, en: str) -> str:
        return en if self._lang == "en" else fr

    def _paint(self, text: str, colour: str) -> str:
        return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m" if self._colours else text

    def _line(self, text: str = "") -> None:
        self._out.write(text + "\n")


def shown(text: str) -> str:
    """A text of a stranger as a terminal may show it: on one line, without anything that moves the cursor."""
    return _UNSHOWABLE.sub("�", text.replace("\t", " ").replace("\n", " "))


def _position(item: Noted) -> tuple[int, int]:
    return item.finding.line or 0, item.finding.column or 0


def _window(excerpt: Excerpt) -> tuple[str, int, int]:
    """What to show of a line, where in it to begin underlining, and over how many characters."""
    text = excerpt.text.replace("\t", " ")
    indent = len(text) - len(text.lstrip())
    cut = min(indent, max(0, excerpt.start))
    cut = max(0, cut - 2)
    start = excerpt.start - cut
    text = text[cut:].rstrip()
    if start + min(excerpt.width, 40) > _WIDTH - 10:
        moved = start - 30
        text, start = "…" + text[moved:], 31
    if len(text) > _WIDTH - 10:
        text = text[: _WIDTH - 11] + "…"
    return text, start, max(1, min(excerpt.width, len(text) - start))


def _folded(text: str) -> str:
    lines = textwrap.wrap(text, _WIDTH - 12, break_long_words=False, break_on_hyphens=False) or [""]
    return ("\n" + " " * 12).join(lines)
