"""Verdicts as JUnit: a test case for each file, a failure when it does not conform, an error when it is unusable."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final, TextIO
from xml.sax.saxutils import escape, quoteattr

from banc_harness.validate.verdict import NOTHING_ELSE, Skipped, Summary, Verdict
from banc_standards.errors import Lang
from banc_standards.rules import Finding

_UNWRITABLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_IN_MEMORY: Final = 4 * 2**20
_SUITE: Final = "banc validate"


class JunitWriter:
    """Writes ``testsuites`` when all is known: the counts stand first, so the cases wait in a temporary file."""

    def __init__(self, out: TextIO, lang: Lang) -> None:
        self._out = out
        self._lang = lang
        self._cases: IO[str] = SpooledTemporaryFile(_IN_MEMORY, "w+", encoding="utf-8", newline="")  # noqa: SIM115  # closed by end

    def add(self, verdict: Verdict) -> None:
        """Keeps one test case."""
        about = ".".join(filter(None, (verdict.kind or "", verdict.document_type or "")))
        name = f"name={_attribute(verdict.path)} classname={_attribute(about or _SUITE)}"
        self._cases.write(f'    <testcase {name} time="0">\n')
        errors = [item.finding for item in verdict.noted if item.finding.severity == "error"]
        if verdict.unusable is not None:
            self._cases.write(f'      <error message={_attribute(verdict.unusable.of(self._lang))} type="unusable"/>\n')
        elif errors:
            message = f"{len(errors)} × {', '.join(dict.fromkeys(finding.rule for finding in errors))}"
            text = "\n\n".join(map(self._told, errors))
            self._cases.write(f"      <failure message={_attribute(message)} type={_attribute(errors[0].rule)}>")
            self._cases.write(f"{_text(text)}</failure>\n")
        rest = [item.finding for item in verdict.noted if item.finding.severity != "error"]
        if rest:
            self._cases.write(f"      <system-out>{_text(chr(10).join(map(self._line, rest)))}</system-out>\n")
        self._cases.write("    </testcase>\n")

    def end(self, summary: Summary, skipped: Skipped, also: Mapping[str, Any] = NOTHING_ELSE) -> None:
        """Writes the file."""
        counts = f'tests="{summary.files}" failures="{summary.not_conform}" errors="{summary.unusable}" time="0"'
        name = _attribute(_SUITE)
        self._out.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name={name} {counts}>\n')
        self._out.write(f'  <testsuite name={name} {counts} skipped="0">\n')
        self._cases.seek(0)
        shutil.copyfileobj(self._cases, self._out)
        self._cases.close()
        self._out.write("  </testsuite>\n</testsuites>\n")

    def _told(self, finding: Finding) -> str:
        words = ("où", "trouvé", "attendu", "à faire", "texte")
        if self._lang == "en":
            words = ("where", "found", "expected", "fix", "clause")
        values = (finding.location, finding.found, finding.expected, finding.fix, finding.clause)
        rows = [f"  {word}: {value}" for word, value in zip(words, values, strict=True) if value]
        return "\n".join([self._line(finding), *rows])

    def _line(self, finding: Finding) -> str:
        place = ":".join(str(part) for part in (finding.line, finding.column) if part is not None)
        return f"{place + ': ' if place else ''}{finding.severity} {finding.rule}: {finding.message}"


def _attribute(text: str) -> str:
    return quoteattr(_UNWRITABLE.sub("�", text))


def _text(text: str) -> str:
    return escape(_UNWRITABLE.sub("�", text))
