"""What a pack's opinion amounts to over a whole command: remarks on the pack, and the comparison with ours."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from banc_harness.cli.language import Words
from banc_harness.packs import second
from banc_harness.packs.compare import Comparison
from banc_harness.validate.verdict import Verdict
from banc_standards.errors import EnvironmentFailed, Lang, Sentence

_MOST_REMARKS: Final = 20
"""Told one by one on standard error; the JSON output has them all."""


class SecondOpinion:
    """Raises at once what :func:`~banc_harness.packs.second.second` raises."""

    def __init__(self, asked: str, *, compare: bool) -> None:
        self._name = second.check(asked)
        self._remarks: dict[str, Sentence] = {}
        self._comparison = Comparison(self._name) if compare else None

    def add(self, verdict: Verdict) -> None:
        """Compares one file, when it is a clinical document that could be judged."""
        if self._comparison is not None and verdict.kind == "cda" and verdict.unusable is None:
            self._comparison.add(verdict.path, (item.finding for item in verdict.noted))

    def remark(self, remarks: Iterable[Sentence]) -> None:
        """Notes what was noticed of the pack itself."""
        for text in remarks:
            self._remarks.setdefault(text.en, text)

    def as_json(self, lang: Lang) -> dict[str, Any]:
        """The keys ``pack`` and, when asked, ``comparison``."""
        told: dict[str, Any] = {"pack": {"name": self._name, "remarks": [text.of(lang) for text in self._told()]}}
        if self._comparison is not None:
            told["comparison"] = self._comparison.as_json()
        return told

    def tell(self, say: Words, *, table: bool) -> None:
        """Writes the comparison's files in the current folder; says the rest on standard error, the table where asked.

        Raises ``EnvironmentFailed`` (PACK-006) when they cannot be written.
        """
        remarks = self._told()
        for remark in remarks[:_MOST_REMARKS]:
            print(say(f"lot : {remark.fr}", f"pack: {remark.en}"), file=sys.stderr)
        if len(remarks) > _MOST_REMARKS:
            more = len(remarks) - _MOST_REMARKS
            print(say(f"lot : et {more} autre(s) remarque(s)", f"pack: and {more} more"), file=sys.stderr)
        if self._comparison is None:
            return
        text = self._comparison.markdown(say)
        if table:
            print(f"\n{text}", end="")
        base = Path(f"comparaison-{self._name}")
        try:
            base.with_suffix(".md").write_text(text, encoding="utf-8")
            data = json.dumps(self._comparison.as_json(), ensure_ascii=False, indent=1)
            base.with_suffix(".json").write_text(f"{data}\n", encoding="utf-8")
        except OSError as error:
            raise EnvironmentFailed(
                "PACK-006",
                Sentence(f"{base}.md ne peut pas s'écrire : {error}", f"{base}.md cannot be written: {error}"),
                Sentence("lancez la commande dans un dossier à vous", "run the command in a folder of yours"),
            ) from None
        print(say(f"Comparaison : {base}.md et {base}.json", f"Comparison: {base}.md and {base}.json"), file=sys.stderr)

    def _told(self) -> list[Sentence]:
        return list(self._remarks.values())
