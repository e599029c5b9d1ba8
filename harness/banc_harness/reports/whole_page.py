"""``report.html`` of several runs: one verdict, the patient's story, then the sections of each software.

A pure function of what the runs told and of what was sealed, like the page of one run.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from markupsafe import Markup

from banc_harness.reports.fixes import fixes
from banc_harness.reports.html_report import (
    KINDS,
    MODES,
    OUTCOME_CLASSES,
    OUTCOME_NAMES,
    content,
    context,
    environment,
    first_time,
    policy,
    template,
)
from banc_harness.reports.story import chapters, patients
from banc_harness.reports.wire_view import BUDGET
from banc_harness.reports.wording import Wording, percent, seconds
from banc_harness.together import Played, Software, Whole
from banc_standards.contracts.score import Gate
from banc_standards.contracts.vocabulary import Couloir
from banc_standards.errors import Lang, Sentence

STORY = "histoire-"
"""How the places of the story begin in the page."""
COULOIRS: Final[dict[Couloir, Sentence]] = {
    "hopital": Sentence("hôpital", "hospital"),
    "biologie": Sentence("biologie médicale", "medical biology"),
    "imagerie": Sentence("imagerie", "imaging"),
    "officine": Sentence("officine", "community pharmacy"),
    "ville": Sentence("médecine de ville", "general practice"),
    "medico-social": Sentence("médico-social", "social care"),
}
_HEADING = re.compile(r"(</?h)([1-5])\b")
_VERDICT = ("verdict", "requirements", "causes")
_WIRE = ("sequence", "documents", "exchanges")


def render(whole: Whole) -> str:
    """The page; raises ``ValueError`` before every run has ended."""
    page = _Page(None, BUDGET // len(whole.played), _WIRE)
    told = page.told(whole)
    css, js = _css(told, whole), template("report.js")
    return environment(None).get_template("whole.html.j2").render(**told, policy=policy(css, js), css=css, js=js)


def printed(whole: Whole) -> str:
    """The page to be printed, as HTML, in the language of the runs, without the bytes of every exchange."""
    told = _Page(whole.lang, 0, ("steps",)).told(whole)
    page = environment(whole.lang).get_template("print_whole.html.j2")
    return page.render(**told, css=_css(told, whole), print_css=template("print.css"))


@dataclass(frozen=True, slots=True)
class _Page:
    """Both languages when ``lang`` is ``None``; ``wire`` are the sections that show what crossed, within a ``budget``
    of characters for each run.
    """

    lang: Lang | None
    budget: int
    wire: tuple[str, ...]

    def told(self, whole: Whole) -> dict[str, Any]:
        """What the page and its printed form both tell."""
        gate, translated = whole.gate("fr"), whole.gate("en")
        first = whole.played[0].started
        return {
            "lang": whole.lang,
            "at": "",
            "xat": STORY,
            "started": first,
            "kind": KINDS[first.kind],
            "mode": MODES[first.mode],
            "began": whole.began,
            "duration": seconds(whole.duration_ms),
            "verdict_word": _word(gate),
            "gate": gate,
            "gate_sentence": Sentence(gate.sentence, translated.sentence),
            "gate_reasons": [Sentence(*both) for both in zip(gate.reasons, translated.reasons, strict=True)],
            "softwares": [self._software(item) for item in whole.softwares],
            "story": None if whole.story is None else self._story(whole.story, whole.softwares),
            "played": whole.played,
            "outcome_names": OUTCOME_NAMES,
            "outcome_class": OUTCOME_CLASSES,
        }

    def _software(self, software: Software) -> dict[str, Any]:
        """One software: what its card tells, and its sections; without a run of its own, the story shows the rest."""
        gate, played, own = software.gate("fr"), software.played[0], software.own is not None
        at = f"{software.name.lower()}-"
        shared = context(software.account, played.sealed, at=at, xat=at if own else STORY)
        shared["contents"] = own and self.lang is None
        if own and self.lang is None:
            shared |= content(software.account, played.sealed, budget=self.budget)
        elsewhere = fixes(software.story.account.only(software.name)).needed if own and software.story else ()
        known = {fix.cause.id for fix in shared["fixes"].needed}
        couloir = software.sut.couloir
        return {
            "at": at,
            "name": software.name,
            "product": software.product,
            "couloir": COULOIRS.get(couloir, Sentence(couloir, couloir)),
            "gate": gate,
            "word": _word(gate),
            "sentence": Sentence(gate.sentence, software.gate("en").sentence),
            "score": percent(software.score.percent),
            "width": int(software.score.percent or 0),
            "fixes": len(known) + len([fix for fix in elsewhere if fix.cause.id not in known]),
            "fixes_at": f"{at}why" if known else "histoire-detail",
            "judged": software.score.judged,
            "applicable": software.score.applicable,
            "sections": [self._section(name, shared) for name in (*_VERDICT, *(self.wire if own else ()))],
            "run": played.started,
        }

    def _story(self, story: Played, softwares: Sequence[Software]) -> dict[str, Any]:
        """The story: its chapters, and the sections that show how it went."""
        shared = context(story.account, story.sealed, at=STORY, xat=STORY)
        if self.lang is None:
            shared |= content(story.account, story.sealed, budget=self.budget)
        return {
            "chapters": list(chapters(story.account, story.sealed, Wording(story.started.lang))),
            "patients": patients(story.account),
            "causes": [
                (item, self._section("causes", _in_story(item, story))) for item in softwares if item.own is not None
            ],
            "sections": [self._section(name, shared) for name in self.wire],
        }

    def _section(self, name: str, shared: dict[str, Any]) -> Markup:
        """A section of the page of one run, one heading deeper; its title becomes one like the others."""
        html = environment(self.lang).get_template(f"{name}.html.j2").render(**shared, first=first_time())
        return Markup(_HEADING.sub(_deeper, html))  # noqa: S704 - from our templates


def _deeper(found: re.Match[str]) -> str:
    return f"{found[1]}{max(int(found[2]) + 1, 3)}"


def _in_story(software: Software, story: Played) -> dict[str, Any]:
    """What a software did in the story only, its requirements being told in its own part."""
    name = f"{software.name.lower()}-"
    account = replace(story.account.only(software.name), requirements=list(software.requirements))
    return context(account, story.sealed, at=f"{STORY}{name}", xat=STORY, rat=name)


def _css(told: dict[str, Any], whole: Whole) -> str:
    widths = sorted({item["width"] for item in told["softwares"]} | {int(whole.score.percent or 0)})
    return "\n".join([template("report.css"), template("whole.css"), *(f".w{n} {{ width: {n}%; }}" for n in widths)])


def _word(gate: Gate) -> Sentence:
    return Sentence("Passe", "Passed") if gate.passed else Sentence("Ne passe pas", "Not passed")
