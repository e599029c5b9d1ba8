"""The pages of ``docs/rules/``, made from the rules themselves: one a family, in French and in English.

``python -m banc_harness.rule_pages docs`` writes them again after a rule has changed.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from banc_harness.cli.language import Words
from banc_standards.errors import Lang, Sentence
from banc_standards.rules import Rule

_DOCS: Final = Path(__file__).resolve().parents[2] / "docs"
_SEVERITIES: Final = {
    "error": Sentence("erreur", "error"),
    "warning": Sentence("avertissement", "warning"),
    "info": Sentence("information", "information"),
}
_CERTAINTIES: Final = {
    "sourced": Sentence("lue à la source", "read at the source"),
    "deduced": Sentence("déduite", "deduced"),
    "uncertain": Sentence("incertaine, informe seulement", "uncertain, informs only"),
}
_FOLDERS: Final[Mapping[Lang, str]] = {"fr": "rules", "en": "en/rules"}


@dataclass(frozen=True, slots=True)
class Illustration:
    """Why a rule exists, and extracts that break and keep it (empty where nothing can be shown).

    ``own`` is false when reason and extracts are those of its family.
    """

    why: Sentence
    bad: str
    good: str
    own: bool


def illustration(rule_id: str) -> Illustration | None:
    """The illustration of a rule, else that of its family; None for a rule without either."""
    if rule_id.startswith("HL7-"):
        from banc_standards.hl7v2.rules.examples import examples as messages

        shown = messages()[rule_id]
        return Illustration(shown.why, shown.bad.strip("\n"), shown.good.strip("\n"), own=True)
    if rule_id.startswith("FHIR-"):
        return _of_resource(rule_id)
    from banc_standards.cda.rules.examples import examples, family_of

    found = examples().get(rule_id)
    if found is not None:
        return Illustration(found.why, found.bad, found.good, own=True)
    family = family_of(rule_id)
    return None if family is None else Illustration(family.why, family.bad, family.good, own=False)


def _of_resource(rule_id: str) -> Illustration:
    from banc_standards.fhir.rules.examples import examples, reason

    shown = examples().get(rule_id)
    if shown is None:
        return Illustration(reason(rule_id), "", "", own=False)
    return Illustration(shown.why, shown.bad, shown.good, own=True)


def page_of(rule_id: str) -> str:
    """The page that a rule stands on: the first word of its id, the first two for a document's or a message's."""
    words = rule_id.lower().split("-")
    kept = words[:2] if words[0] in ("cda", "hl7") and len(words) > 2 else words[:1]
    return "-".join(kept)


def address(rule_id: str, lang: Lang) -> str | None:
    """The address of a rule's entry in ``docs/rules/``.

    ``BANC_DOCS_URL`` says where the documentation is published; without it, a clone's own pages are named, and None is
    returned where there are none.
    """
    base = os.environ.get("BANC_DOCS_URL", "").rstrip("/") or (_DOCS.as_uri() if _DOCS.is_dir() else "")
    return f"{base}/{_FOLDERS[lang]}/{page_of(rule_id)}.md#{rule_id.lower()}" if base else None


def pages(rules: Iterable[Rule]) -> dict[str, str]:
    """Every page, by its path below ``docs/``."""
    by_page: dict[str, list[Rule]] = {}
    for rule in rules:
        by_page.setdefault(page_of(rule.id), []).append(rule)
    written = {}
    for lang, folder in _FOLDERS.items():
        written[f"{folder}/README.md"] = "\n".join(_index(by_page, lang)) + "\n"
        for name, group in sorted(by_page.items()):
            written[f"{folder}/{name}.md"] = "\n".join(_page(name, group, lang)) + "\n"
    return written


def publish(docs: Path) -> None:
    """Writes every page below ``docs`` and removes those of families that no longer exist."""
    from banc_harness.catalogue import catalogue

    current = pages(catalogue().values())
    for folder in _FOLDERS.values():
        (docs / folder).mkdir(parents=True, exist_ok=True)
        for stale in (docs / folder).glob("*.md"):
            if f"{folder}/{stale.name}" not in current:
                stale.unlink()
    for path, text in current.items():
        (docs / path).write_text(text, encoding="utf-8", newline="\n")


def _index(by_page: Mapping[str, list[Rule]], lang: Lang) -> Iterator[str]:
    say = Words(lang)
    yield say("# Règles", "# Rules")
    yield ""
    other = "../en/rules/README.md" if lang == "fr" else "../../rules/README.md"
    yield say(f"[English]({other})", f"[Français]({other})")
    yield ""
    yield say(
        "Une page par famille, écrite d'après les règles elles-mêmes. `banc explain ID` dit de même au terminal.",
        "One page a family, written from the rules themselves. `banc explain ID` says the same in a terminal.",
    )
    yield ""
    yield say("| page | règles | pourquoi |", "| page | rules | why |")
    yield "| --- | --- | --- |"
    for name, group in sorted(by_page.items()):
        why = _why_of_page(group)
        yield f"| [{name}]({name}.md) | {len(group)} | {_cell(why.of(lang)) if why is not None else ''} |"


def _page(name: str, rules: list[Rule], lang: Lang) -> Iterator[str]:
    say = Words(lang)
    yield say(f"# Règles {name.upper()}", f"# {name.upper()} rules")
    yield ""
    other = f"../en/rules/{name}.md" if lang == "fr" else f"../../rules/{name}.md"
    yield say(f"[English]({other})", f"[Français]({other})")
    why = _why_of_page(rules)
    if why is not None:
        yield ""
        yield why.of(lang)
    for rule in rules:
        yield ""
        yield from _entry(rule, lang)


def _entry(rule: Rule, lang: Lang) -> Iterator[str]:
    say = Words(lang)
    yield f"## {rule.id}"
    yield ""
    yield _text(rule.text.of(lang))
    yield ""
    yield f"- {_SEVERITIES[rule.severity].of(lang)}, {_CERTAINTIES[rule.certainty].of(lang)}"
    yield f"- {say('texte', 'clause')}{say(' : ', ': ')}{_text(rule.clause)}"
    yield f"- {say('à faire', 'fix')}{say(' : ', ': ')}{_text(rule.fix.of(lang))}"
    shown = illustration(rule.id)
    if shown is None or not shown.own:
        return
    yield f"- {say('pourquoi', 'why')}{say(' : ', ': ')}{_text(shown.why.of(lang))}"
    for label, extract in ((say("À éviter :", "Wrong:"), shown.bad), (say("Correct :", "Right:"), shown.good)):
        yield ""
        yield label
        yield ""
        yield "```text" if rule.id.startswith("HL7-") else "```xml"
        yield extract
        yield "```"


def _why_of_page(rules: list[Rule]) -> Sentence | None:
    from banc_standards.cda.rules.examples import family_of

    if rules[0].id.startswith("HL7-"):
        shown = illustration(rules[0].id)
        return shown.why if shown is not None else None
    family = family_of(rules[0].id)
    return family.why if family is not None else None


def _text(text: str) -> str:
    """A sentence as Markdown shows it: nothing in it is markup."""
    return re.sub(r"([\\`*_<>|\[\]])", r"\\\1", text)


def _cell(text: str) -> str:
    return _text(text).replace("\n", " ")


if __name__ == "__main__":
    publish(Path(sys.argv[1]))
