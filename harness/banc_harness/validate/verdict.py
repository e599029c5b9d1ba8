"""What ``banc validate`` says of one file, and the sums over many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Literal

from banc_standards.errors import Lang, Sentence
from banc_standards.rules import Finding

KindName = Literal["cda", "xdm", "xds", "vihf", "hl7v2", "fhir", "mail", "insi", "psc"]
Level = Literal["N1", "N3"]

NOTHING_ELSE: Final[Mapping[str, Any]] = MappingProxyType({})
"""No key beside those of CONTRACTS §7."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The line of the source where a finding points: ``start`` (from 0) and ``width`` say what to underline."""

    text: str
    start: int
    width: int


@dataclass(frozen=True, slots=True)
class Noted:
    """A finding with the line that it points at; no excerpt where nothing can be shown."""

    finding: Finding
    excerpt: Excerpt | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """One file, or one member of an archive. ``unusable`` says why it could not be judged.

    ``version`` and ``title`` are those of a clinical document: its volet's version, empty when it announces none.
    """

    path: str
    kind: KindName | None = None
    document_type: str | None = None
    level: Level | None = None
    version: str = ""
    title: str = ""
    noted: tuple[Noted, ...] = ()
    unusable: Sentence | None = None

    @property
    def conform(self) -> bool:
        """True exactly when the file could be judged and no finding is an error."""
        return self.unusable is None and all(item.finding.severity != "error" for item in self.noted)

    def as_json(self, lang: Lang) -> dict[str, Any]:
        """The object of ``files`` in CONTRACTS §7."""
        return {
            "path": self.path,
            "kind": self.kind,
            "document_type": self.document_type,
            "level": self.level,
            "conform": self.conform,
            "unusable": self.unusable.of(lang) if self.unusable is not None else None,
            "findings": [item.finding.as_json() for item in self.noted],
        }


@dataclass(slots=True)
class Skipped:
    """Files that a folder or an archive holds and that were passed over.

    ``unserved`` counts, by kind, those that this version recognises but does not judge yet.
    """

    others: int = 0
    unserved: dict[str, int] = field(default_factory=dict)

    def pass_over(self, kind: str | None) -> None:
        """Counts one file; ``kind`` when it is a known one that is not judged yet."""
        if kind is None:
            self.others += 1
        else:
            self.unserved[kind] = self.unserved.get(kind, 0) + 1

    def add(self, other: Skipped) -> None:
        """Adds what another place passed over."""
        self.others += other.others
        for kind, number in other.unserved.items():
            self.unserved[kind] = self.unserved.get(kind, 0) + number

    @property
    def total(self) -> int:
        """All of them."""
        return self.others + sum(self.unserved.values())

    def text(self) -> Sentence | None:
        """What was passed over, None when nothing was."""
        if not self.total:
            return None
        kinds = ", ".join(f"{kind} : {number}" for kind, number in sorted(self.unserved.items()))
        fr = f"{self.total} autre(s) fichier(s) laissé(s) de côté"
        en = f"{self.total} other file(s) passed over"
        if not kinds:
            return Sentence(fr, en)
        return Sentence(
            f"{fr} (genres que cette version ne juge pas encore, {kinds})",
            f"{en} (kinds that this version does not judge yet, {kinds.replace(' :', ':')})",
        )


@dataclass(slots=True)
class Summary:
    """The sums over every file told so far."""

    files: int = 0
    conform: int = 0
    not_conform: int = 0
    unusable: int = 0
    errors: int = 0
    warnings: int = 0
    infos: int = 0

    def add(self, verdict: Verdict) -> None:
        """Counts one file."""
        self.files += 1
        if verdict.unusable is not None:
            self.unusable += 1
        elif verdict.conform:
            self.conform += 1
        else:
            self.not_conform += 1
        for item in verdict.noted:
            severity = item.finding.severity
            if severity == "error":
                self.errors += 1
            elif severity == "warning":
                self.warnings += 1
            else:
                self.infos += 1

    @property
    def exit_code(self) -> int:
        """2 when a file could not be judged, else 1 when one does not conform, else 0."""
        return 2 if self.unusable else 1 if self.not_conform else 0

    def as_json(self) -> dict[str, int]:
        """The object ``summary`` of CONTRACTS §7."""
        return {
            "files": self.files,
            "conform": self.conform,
            "not_conform": self.not_conform,
            "unusable": self.unusable,
            "errors": self.errors,
            "warnings": self.warnings,
            "infos": self.infos,
        }
