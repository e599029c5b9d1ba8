"""The pages ``docs/couverture.md`` and ``docs/en/couverture.md``, made from the tables, the checks and the scenarios.

``python -m banc_harness.coverage_pages docs`` writes them again after a check or a requirement has changed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import fill
from typing import Final

from banc_harness.cli.language import Words
from banc_harness.coverage import Coverage, coverages, reasons
from banc_standards.errors import Lang, Sentence

_DOCS: Final = Path(__file__).resolve().parents[2] / "docs"
WIDTH: Final = 120
_OPENING: Final = (
    Sentence(
        "Ce que le banc décide seul de chaque liste, et ce qu'il ne décide pas encore, avec la raison. La page est "
        "tirée des tables, des contrôles et des scénarios ; `banc requirements --coverage` dit la même chose.",
        "What the bench decides by itself of each list, and what it does not decide yet, with the reason. The page is "
        "made from the tables, the checks and the scenarios; `banc requirements --coverage` says the same.",
    ),
    Sentence(
        "Une exigence automatique est *décidée* quand un contrôle la lit dans un scénario du couloir. Une exigence "
        "semi-automatique ou manuelle attend toujours qu'une personne regarde ; un contrôle l'y *aide* quand il en lit "
        "la part qui passe sur le fil. Tous les profils sont comptés.",
        "An automatic requirement is *decided* when a check reads it in a scenario of the couloir. A semi-automatic or "
        "manual requirement always waits for a person to look; a check *helps* when it reads the part that crosses the "
        "wire. Every profile is counted.",
    ),
)
_PAGES: Final[Mapping[Lang, str]] = {"fr": "couverture.md", "en": "en/couverture.md"}


def pages() -> dict[str, str]:
    """The text of each page, by its path under ``docs``."""
    found = coverages()
    return {path: "\n".join(_page(found, Words(lang))) + "\n" for lang, path in _PAGES.items()}


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the pages under the folder given, else under that of the project."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    folder = Path(given[0]) if given else _DOCS
    for path, text in pages().items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
        print(os.fspath(target))
    return 0


def wrapped(text: str) -> str:
    """A paragraph, in lines that are not too long."""
    return fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _page(found: Sequence[Coverage], say: Words) -> Iterator[str]:
    yield say("# Couverture des exigences", "# Coverage of the requirements")
    yield ""
    for paragraph in _OPENING:
        yield wrapped(paragraph.of(say.lang))
        yield ""
    yield say(
        "| logiciel | couloir | automatiques | décidées | pas encore | semi-automatiques | aidées | manuelles |",
        "| software | couloir | automatic | decided | not yet | semi-automatic | helped | manual |",
    )
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for item in found:
        yield (
            f"| {item.software} | {item.couloir} | {item.asked['automatic']} | {item.judged['automatic']} "
            f"| {len(item.undecided)} | {item.asked['semi']} | {item.judged['semi']} | {item.asked['manual']} |"
        )
    yield ""
    yield say("## Ce qui n'est pas encore décidé, et pourquoi", "## What is not decided yet, and why")
    known = reasons()
    for reason in dict.fromkeys(known.values()):
        texts = {one.id: one.text for item in found for one in item.undecided if known[one.id] is reason}
        if not texts:
            continue
        yield ""
        yield f"### {reason.title.of(say.lang)}"
        yield ""
        yield wrapped(reason.text.of(say.lang))
        yield ""
        yield say("| exigence | logiciels | ce qu'elle demande |", "| requirement | software | what it asks for |")
        yield "| --- | --- | --- |"
        for name, text in texts.items():
            asked = ", ".join(item.software for item in found if any(one.id == name for one in item.undecided))
            yield f"| `{name}` | {asked} | {text.of(say.lang)} |"


if __name__ == "__main__":
    sys.exit(main())
