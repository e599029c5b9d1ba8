"""``report.html`` of several runs: one verdict, the patient's story, then the sections of each software.

A pure function of what the runs told and of what was sealed, like the page of one run.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from markupsafe import Markup

from banc_harness.account import Account
from banc_harness.reports.fixes import fixes
from banc_harness.reports.html_report import (
    KINDS,
    MODES,
    OUTCOME_CLASSES,
    OUTCOME_NAMES,
    VERDICTS,
    content,
    context,
    environment,
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
_HEADING = re.compile(r"(</?h)([2-5])\b")
_SECTIONS = ("verdict", "requirements", "causes", "sequence", "documents", "exchanges")


def render(whole: Whole) -> str:
    """The page; raises ``ValueError`` before every run has ended."""
    budget = BUDGET // len(whole.played)
    softwares = [_software(item, budget) for item in whole.softwares]
    widths = sorted({item["width"] for item in softwares} | {int(whole.score.percent or 0)})
    css = "\n".join([template("report.css"), template("whole.css"), *(f".w{n} {{ width: {n}%; }}" for n in widths)])
    js = template("report.js")
    gate = _both(whole.gate("fr"), whole.gate("en"))
    first = whole.played[0].started
    return (
        environment(None)
        .get_template("whole.html.j2")
        .render(
            lang=whole.lang,
            policy=policy(css, js),
            css=css,
            js=js,
            at="",
            xat=STORY,
            started=first,
            kind=KINDS[first.kind],
            mode=MODES[first.mode],
            began=whole.began,
            duration=seconds(whole.duration_ms),
            verdict_word=_word(gate[0]),
            gate=gate[0],
            gate_sentence=gate[1],
            gate_reasons=gate[2],
            score=percent(whole.score.percent),
            score_width=int(whole.score.percent or 0),
            total=whole.score,
            softwares=softwares,
            story=None if whole.story is None else _story(whole.story, whole.softwares, budget),
            played=whole.played,
            outcome_names=OUTCOME_NAMES,
            outcome_class=OUTCOME_CLASSES,
            verdict_names=VERDICTS,
        )
    )


def _software(software: Software, budget: int) -> dict[str, Any]:
    """One software: what its card tells, and its sections."""
    fr, en = software.gate("fr"), software.gate("en")
    gate, sentence, _ = _both(fr, en)
    found = account_of(software)
    played = software.played[0]
    at = f"{software.name.lower()}-"
    xat = STORY if software.own is None else at
    shared = context(found, played.sealed, at=at, xat=xat)
    sections = _SECTIONS if software.own is not None else _SECTIONS[:3]
    if software.own is not None:
        shared |= content(found, played.sealed, budget=budget)
    else:
        shared["contents"] = False  # its timeline, documents and exchanges are those of the story
    elsewhere = fixes(software.story.account.only(software.name)).needed if software.own and software.story else ()
    known = {fix.cause.id for fix in shared["fixes"].needed}
    return {
        "at": at,
        "name": software.name,
        "product": software.product,
        "couloir": COULOIRS.get(software.sut.couloir, Sentence(software.sut.couloir, software.sut.couloir)),
        "gate": gate,
        "word": _word(gate),
        "sentence": sentence,
        "score": percent(software.score.percent),
        "width": int(software.score.percent or 0),
        "counts": shared["counts"],
        "fixes": len(shared["fixes"].needed) + len([fix for fix in elsewhere if fix.cause.id not in known]),
        "fixes_at": f"{at}why" if shared["fixes"].needed else "histoire-detail",
        "judged": software.score.judged,
        "applicable": software.score.applicable,
        "sections": [_section(name, shared) for name in sections],
        "run": played.started,
    }


def account_of(software: Software) -> Account:
    """What the sections of a software tell: its own run, with its verdicts over both; without one, its chapters."""
    played = software.played[0]
    account = played.account if software.own is not None else played.account.only(software.name)
    lang: Lang = played.started.lang
    other: Lang = "fr" if lang == "en" else "en"
    gate, translated = software.gate(lang), software.gate(other)
    told: dict[str, str | list[str]] = {"gate.sentence": translated.sentence, "gate.reasons": translated.reasons}
    started = played.started.model_copy(update={"sut": software.sut, "requirements": software.requirement_set})
    ended = played.ended.model_copy(update={"gate": gate, "score": software.score, "other": told})
    return replace(account, requirements=list(software.requirements), started=started, ended=ended)


def _story(story: Played, softwares: Sequence[Software], budget: int) -> dict[str, Any]:
    """The story: its chapters, and the sections that show how it went."""
    wording = Wording(story.started.lang)
    shared = context(story.account, story.sealed, at=STORY, xat=STORY)
    shared |= content(story.account, story.sealed, budget=budget)
    told = list(chapters(story.account, story.sealed, wording))
    return {
        "chapters": told,
        "patients": patients(story.account),
        "causes": [(item, _section("causes", _in_story(item, story))) for item in softwares if item.own is not None],
        "sections": [_section(name, shared) for name in _SECTIONS[3:]],
    }


def _in_story(software: Software, story: Played) -> dict[str, Any]:
    """What a software did in the story only, its requirements being told in its own part."""
    name = f"{software.name.lower()}-"
    account = replace(story.account.only(software.name), requirements=list(software.requirements))
    return context(account, story.sealed, at=f"{STORY}{name}", xat=STORY, rat=name)


def _section(name: str, shared: dict[str, Any]) -> Markup:
    """A section of the page of one run, one heading deeper."""
    html = environment(None).get_template(f"{name}.html.j2").render(**shared)
    return Markup(_HEADING.sub(lambda found: f"{found[1]}{int(found[2]) + 1}", html))  # noqa: S704 - from our templates


def _both(fr: Gate, en: Gate) -> tuple[Gate, Sentence, list[Sentence]]:
    reasons = [Sentence(one, other) for one, other in zip(fr.reasons, en.reasons, strict=True)]
    return fr, Sentence(fr.sentence, en.sentence), reasons


def _word(gate: Gate) -> Sentence:
    return Sentence("Passe", "Passed") if gate.passed else Sentence("Ne passe pas", "Not passed")
