"""Writing verdicts as they come, in one of the formats; what machines read stands alone on its stream."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol, TextIO

from banc_harness.validate.verdict import NOTHING_ELSE, Skipped, Summary, Verdict
from banc_standards.errors import Lang

FORMATS = ("text", "json", "junit", "sarif")


class Writer(Protocol):
    """Takes verdicts one by one, then the sums."""

    def add(self, verdict: Verdict) -> None:
        """Writes one verdict."""

    def end(self, summary: Summary, skipped: Skipped, also: Mapping[str, Any] = NOTHING_ELSE) -> None:
        """Writes what comes last; ``also`` are keys that only data has room for."""


def writer(format: str, out: TextIO, lang: Lang) -> Writer:
    """The writer of one of :data:`FORMATS`."""
    if format == "json":
        return JsonWriter(out, lang)
    if format == "junit":
        from banc_harness.validate.junit import JunitWriter

        return JunitWriter(out, lang)
    if format == "sarif":
        from banc_harness.validate.sarif import SarifWriter

        return SarifWriter(out, lang)
    from banc_harness.validate.text import TextWriter, has_colours

    return TextWriter(out, lang, colours=has_colours(out))


class JsonWriter:
    """The object of CONTRACTS §7, one file a line, so that any number of them needs no memory."""

    def __init__(self, out: TextIO, lang: Lang) -> None:
        self._out = out
        self._lang = lang
        self._first = True
        out.write('{"version":1,"files":[')

    def add(self, verdict: Verdict) -> None:
        """Writes one file."""
        self._out.write("\n" if self._first else ",\n")
        self._first = False
        self._out.write(json.dumps(verdict.as_json(self._lang), ensure_ascii=False, separators=(",", ":")))

    def end(self, summary: Summary, skipped: Skipped, also: Mapping[str, Any] = NOTHING_ELSE) -> None:
        """Writes the sums."""
        last = json.dumps({"summary": summary.as_json(), **also}, ensure_ascii=False, separators=(",", ":"))
        self._out.write(f"\n],{last[1:]}\n")
