"""Where our rules and a pack's disagree: file by file for the verdict, rule by rule for the places."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from banc_harness.cli.language import Words
from banc_standards.rules import Finding

_ATTRIBUTE: Final = re.compile(r"/@[^/]*\Z")
_MOST_FILES: Final = 3
"""Files named beside a rule."""


@dataclass(slots=True)
class _Row:
    """One rule: how often it was broken where the other side said something too, and where it was alone."""

    shared: int = 0
    alone: int = 0
    files: list[str] = field(default_factory=list)

    def note(self, path: str, *, shared: bool) -> None:
        if shared:
            self.shared += 1
            return
        self.alone += 1
        if path not in self.files and len(self.files) < _MOST_FILES:
            self.files.append(path)


class Comparison:
    """Counts as files come. Errors only: what does not change a verdict is not compared.

    Two findings meet when they point at the same element, or at an element and its parent.
    """

    def __init__(self, pack: str) -> None:
        self.pack = pack
        self.verdicts: Counter[str] = Counter()
        self.disagreements: list[tuple[str, bool, bool]] = []
        self._ours: dict[str, _Row] = {}
        self._theirs: dict[str, _Row] = {}

    def add(self, path: str, findings: Iterable[Finding]) -> None:
        """Counts one file that both sides judged."""
        errors = [finding for finding in findings if finding.severity == "error"]
        ours = [finding for finding in errors if finding.source == "banc"]
        theirs = [finding for finding in errors if finding.source != "banc"]
        self.verdicts["both" if ours and theirs else "neither" if not (ours or theirs) else "differ"] += 1
        if bool(ours) != bool(theirs):
            self.disagreements.append((path, not ours, not theirs))
        for side, other, rows in ((ours, theirs, self._ours), (theirs, ours, self._theirs)):
            places = _near(finding.location for finding in other)
            for finding in side:
                rows.setdefault(finding.rule, _Row()).note(path, shared=_element(finding.location) in places)

    @property
    def files(self) -> int:
        """How many were compared."""
        return self.verdicts.total()

    def as_json(self) -> dict[str, Any]:
        """The table as data."""
        return {
            "pack": self.pack,
            "files": self.files,
            "agree": self.files - len(self.disagreements),
            "disagreements": [
                {"path": path, "banc_conform": ours, "pack_conform": theirs}
                for path, ours, theirs in self.disagreements
            ],
            "rules": [
                {"source": source, "rule": rule, "shared": row.shared, "alone": row.alone, "files": row.files}
                for source, rows in (("banc", self._ours), (f"pack:{self.pack}", self._theirs))
                for rule, row in sorted(rows.items(), key=lambda item: (-item[1].alone, item[0]))
            ],
        }

    def markdown(self, say: Words) -> str:
        """The table for a reader, in Markdown."""
        told = self.as_json()
        share = f"{100 * told['agree'] / self.files:.1f} %" if self.files else "-"
        lines = [
            say(f"# Le banc et le lot « {self.pack} »", f"# The bench and the pack “{self.pack}”"),
            "",
            say(
                f"Même verdict sur {told['agree']} fichier(s) de {self.files} ({share}).",
                f"Same verdict on {told['agree']} file(s) of {self.files} ({share}).",
            ),
        ]
        if self.disagreements:
            head = say("| fichier | banc | lot |", "| file | bench | pack |")
            lines += ["", head, "| --- | --- | --- |"]
            words = {True: say("conforme", "conform"), False: say("non conforme", "not conform")}
            lines += [f"| {path} | {words[ours]} | {words[theirs]} |" for path, ours, theirs in self.disagreements]
        rules = told["rules"]
        if rules:
            head = say(
                "| règle | seule | avec l'autre | par exemple |", "| rule | alone | with the other | for instance |"
            )
            lines += ["", head, "| --- | ---: | ---: | --- |"]
            lines += [
                f"| {row['rule']} ({row['source']}) | {row['alone']} | {row['shared']} | {', '.join(row['files'])} |"
                for row in rules
            ]
        return "\n".join([*lines, ""])


def _element(location: str) -> str:
    return _ATTRIBUTE.sub("", location)


def _near(locations: Iterable[str]) -> set[str]:
    """The elements that findings point at, with their parents and, one step below, themselves."""
    near: set[str] = set()
    for location in locations:
        element = _element(location)
        near |= {element, element.rpartition("/")[0]}
    return near
