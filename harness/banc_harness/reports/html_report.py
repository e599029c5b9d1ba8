"""``report.html``: a run on one page for a tired reader, in both languages, in one file that asks nothing of a network.

A pure function of the account of a run and of what was sealed: the same run gives the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from banc_harness.account import Account
from banc_harness.reports import carried
from banc_harness.reports import folder as report_folder
from banc_harness.reports.excerpt import Excerpt, excerpt
from banc_harness.reports.fixes import Cause, Fixes, Spot, fixes
from banc_harness.reports.narrative import Letter, letter
from banc_harness.reports.redaction import safe
from banc_harness.reports.sequence import OUTCOMES, diagrams
from banc_harness.reports.wire_view import BUDGET, shown
from banc_harness.reports.wording import Wording, percent, seconds
from banc_harness.requirements.table import couloirs, table
from banc_harness.sealed import NOTHING_SEALED, Sealed
from banc_standards.contracts.events import RequirementDecided
from banc_standards.contracts.vocabulary import RunKind, Verdict
from banc_standards.errors import Lang, Sentence

FILE = "report.html"
SPOTS = 3
"""Places of one cause that are shown with their bytes."""
ELSEWHERE = 200
LETTERS = 20
"""Different documents that are shown."""

VERDICTS: dict[Verdict, Sentence] = {
    "NON_CONFORME": Sentence("non conforme", "not conform"),
    "PARTIEL": Sentence("partiel", "partial"),
    "A_COMPLETER": Sentence("à compléter", "to be completed"),
    "CONFORME": Sentence("conforme", "conform"),
    "NON_TESTE": Sentence("non testé", "not tested"),
}
KINDS: dict[RunKind, Sentence] = {
    "bac-a-sable": Sentence("bac à sable", "sandbox"),
    "recette": Sentence("recette", "acceptance"),
    "homologation": Sentence("homologation", "certification"),
}
MODES = {"strict": Sentence("strict", "strict"), "lenient": Sentence("tolérant", "lenient")}
OUTCOME_NAMES = {
    "done": Sentence("mené à bien", "done"),
    "missed": Sentence("inabouti", "not completed"),
    "skipped": Sentence("non joué", "not played"),
    "failed": Sentence("en échec", "failed"),
    "stray": Sentence("hors étape", "no step"),
}
OUTCOME_CLASSES = {
    "done": "good",
    "missed": "bad",
    "failed": "bad",
    "skipped": "none",
    "stray": "look",
    "accepted": "good",
    "refused": "bad",
    "observed": "look",
}
_SEVERITY_CLASSES = {"error": "bad", "warning": "half", "info": "look"}


@dataclass(frozen=True, slots=True)
class Remark:
    """What one rule says of a place. ``message`` is left out for the rule that names the cause."""

    rule: str
    message: Sentence | None
    found: str
    expected: str


@dataclass(frozen=True, slots=True)
class ShownSpot:
    """A place where rules are broken, ready for the page."""

    seq: int | None
    location: str
    scenario: str
    line: int | None
    column: int | None
    remarks: tuple[Remark, ...]
    excerpt: Excerpt | None


@dataclass(frozen=True, slots=True)
class ShownCause:
    """A cause, ready for the page; ``more`` places are not shown, ``elsewhere`` are the exchanges that they are in."""

    cause: Cause
    spots: tuple[ShownSpot, ...]
    more: int
    elsewhere: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SentLetter:
    """A document and the exchanges that carried it."""

    letter: Letter
    seqs: tuple[int, ...]
    file: str


def render(account: Account, sealed: Sealed = NOTHING_SEALED) -> str:
    """The page; raises ``ValueError`` before the run has ended. Without the sealed bytes it shows no excerpts."""
    shared = context(account, sealed)
    css, js = shared.pop("css"), template("report.js")
    shared |= content(account, sealed)
    page = environment(None).get_template("report.html.j2")
    return page.render(**shared, policy=policy(css, js), css=css, js=js)


def content(account: Account, sealed: Sealed, *, budget: int = BUDGET) -> dict[str, Any]:
    """What only the page shows: documents and exchanges, these within a budget of characters."""
    letters, letters_left = _letters(account, sealed)
    return {
        "severity_class": _SEVERITY_CLASSES,
        "outcomes": OUTCOMES,
        "letters": letters,
        "letters_left": letters_left,
        "exchanges": list(shown(account, sealed, budget)),
    }


def context(account: Account, sealed: Sealed, *, at: str = "", xat: str = "", rat: str | None = None) -> dict[str, Any]:
    """What the page and its printed form both tell; raises ``ValueError`` before the run has ended.

    ``at`` begins the names of places in the page, ``xat`` those of exchanges, ``rat`` (``at`` by default) those of
    requirements, where it holds several runs.
    """
    started, ended = account.started, account.ended
    if started is None or ended is None:
        raise ValueError("the run has not ended")
    wording = Wording(started.lang)
    found = fixes(account)
    width = int(ended.score.percent or 0)
    untested = [item for item in account.requirements if item.verdict == "NON_TESTE"]
    return {
        "at": at,
        "xat": xat,
        "rat": at if rat is None else rat,
        "contents": True,
        "lang": started.lang,
        "product": f"{started.sut.product.name} {started.sut.product.version}".strip(),
        "css": f"{template('report.css')}\n.w{width} {{ width: {width}%; }}",
        "started": started,
        "ended": ended,
        "kind": KINDS[started.kind],
        "mode": MODES[started.mode],
        "duration": seconds(ended.duration_ms),
        "passed": ended.gate.passed,
        "verdict_word": Sentence("Passe", "Passed") if ended.gate.passed else Sentence("Ne passe pas", "Not passed"),
        "gate_sentence": wording.said(ended, "gate.sentence"),
        "gate_reasons": wording.listed(ended, "gate.reasons"),
        "score": percent(ended.score.percent),
        "score_width": width,
        "counts": _counts(account.requirements),
        "verdict_names": VERDICTS,
        "fixes": found,
        "percent": percent,
        "wording": wording,
        "to_look": [item for item in account.requirements if item.verdict == "A_COMPLETER"],
        "judged": _judged(account.requirements),
        "untested": untested,
        "untested_by_area": _by_area(untested),
        "areas": table(started.sut.couloir).areas if started.sut.couloir in couloirs() else {},
        "causes": list(_causes(found, sealed, wording)),
        "diagrams": list(diagrams(account, sealed, wording)),
        "outcome_names": OUTCOME_NAMES,
        "outcome_class": OUTCOME_CLASSES,
    }


def write(account: Account, sealed: Sealed, into: Path) -> Path:
    """Writes ``report.html`` into a folder, made when absent. Raises ``EnvironmentFailed`` when it cannot be
    written.
    """
    return report_folder.write(into, FILE, render(account, sealed))


@lru_cache(maxsize=4096)
def both(said: Sentence) -> Markup:
    """A sentence for the page: both languages, of which the page shows one."""
    if said.fr == said.en:
        return escape(said.fr)
    return Markup('<span class="fr" lang="fr">{}</span><span class="en" lang="en">{}</span>').format(said.fr, said.en)


@cache
def environment(lang: Lang | None) -> Environment:
    """The templates: with both languages in the page, or with one of them."""
    environment = Environment(
        loader=FunctionLoader(template),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    say = both if lang is None else lambda said: escape(said.of(lang))
    environment.globals.update(both=say, _=lambda fr, en: say(Sentence(fr, en)), safe=safe, plain=_plain)
    return environment


def first_time() -> Callable[[int], bool]:
    """Tells whether a number has not been seen yet: an anchor stands once in a page."""
    seen: set[int] = set()

    def first(number: int) -> bool:
        new = number not in seen
        seen.add(number)
        return new

    return first


@cache
def template(name: str) -> str:
    """A template, style or script by its file's name."""
    return (files("banc_harness.reports") / "templates" / name).read_text(encoding="utf-8")


def _plain(text: str) -> Sentence:
    return Sentence(text, text)


def policy(css: str, js: str) -> str:
    """Only the style and the script of this very page run, and nothing is fetched."""
    style, script = (base64.b64encode(hashlib.sha256(part.encode()).digest()).decode() for part in (css, js))
    return (
        f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _counts(decided: Iterable[RequirementDecided]) -> list[tuple[Verdict, int]]:
    counted = Counter(item.verdict for item in decided)
    return [(verdict, counted[verdict]) for verdict in VERDICTS if counted[verdict]]


def _judged(decided: Iterable[RequirementDecided]) -> list[RequirementDecided]:
    order: list[Verdict] = [name for name in VERDICTS if name != "NON_TESTE"]
    return sorted((item for item in decided if item.verdict in order), key=lambda item: order.index(item.verdict))


def _by_area(decided: Iterable[RequirementDecided]) -> list[tuple[str, list[RequirementDecided]]]:
    areas: dict[str, list[RequirementDecided]] = {}
    for item in decided:
        areas.setdefault(item.area, []).append(item)
    return sorted(areas.items(), key=lambda pair: -len(pair[1]))


def _causes(found: Fixes, sealed: Sealed, wording: Wording) -> Iterator[ShownCause]:
    for cause in (*(fix.cause for fix in found.needed), *found.others):
        together = _together(cause)
        seqs = {spots[0].place.seq for spots in together[SPOTS:]}
        yield ShownCause(
            cause=cause,
            spots=tuple(_spot(spots, cause, sealed, wording) for spots in together[:SPOTS]),
            more=max(0, len(together) - SPOTS),
            elsewhere=tuple(sorted(seq for seq in seqs if seq is not None))[:ELSEWHERE],
        )


def _together(cause: Cause) -> list[list[Spot]]:
    """What the rules of a cause say of the same place, together; in the order of the journal."""
    groups: dict[int | None, list[list[Spot]]] = {}
    for spot in cause.spots:
        alike = groups.setdefault(spot.place.seq, [])
        for group in alike:
            if group[0].place.same(spot.place) and all(spot.finding.rule != one.finding.rule for one in group):
                group.append(spot)
                break
        else:
            alike.append([spot])
    return sorted((group for alike in groups.values() for group in alike), key=lambda group: group[0].place.seq or 0)


def _spot(spots: list[Spot], cause: Cause, sealed: Sealed, wording: Wording) -> ShownSpot:
    exact = max(spots, key=lambda spot: len(spot.place.within))
    finding, seq = exact.finding, exact.place.seq
    exchange = None if seq is None or exact.place.step is not None else sealed.exchange(seq)
    remarks = (
        Remark(
            rule=spot.finding.rule,
            message=wording.message(spot.finding) if spot.finding.rule != cause.finding.rule else None,
            found=safe(spot.finding.found),
            expected=safe(spot.finding.expected),
        )
        for spot in spots
    )
    return ShownSpot(
        seq=seq,
        location=safe(finding.location),
        scenario=exact.scenario,
        line=finding.line,
        column=finding.column,
        remarks=tuple(sorted(remarks, key=lambda remark: remark.message is not None)),
        excerpt=None if exchange is None else excerpt(exchange, finding, exact.place),
    )


def _letters(account: Account, sealed: Sealed) -> tuple[list[SentLetter], int]:
    """The different documents that were sent, each with the exchanges that carried it; and how many are left out."""
    from banc_standards.cda.read import read
    from banc_standards.errors import BancError

    found: dict[bytes, list[int]] = {}
    for item in sorted(account.exchanges, key=lambda item: item.seq):
        exchange = sealed.exchange(item.seq)
        for data in () if exchange is None else carried.clinical_documents(exchange):
            if item.seq not in found.setdefault(data, []):
                found[data].append(item.seq)
    letters = []
    for rank, (data, seqs) in enumerate(list(found.items())[:LETTERS], start=1):
        try:
            document = read(data)
        except BancError:
            continue
        letters.append(SentLetter(letter(document), tuple(seqs), f"document-{rank}.pdf"))
    return letters, max(0, len(found) - LETTERS)
