"""Checks of a visit: what is new in the DMP since the last one, and what was kept of it."""

from __future__ import annotations

from collections.abc import Iterator

from banc_harness.checks import check
from banc_harness.checks.consulted import READS, acts, listed
from banc_harness.selection import Selection
from banc_harness.trace import Acted, Trace
from banc_standards.errors import Sentence
from banc_standards.rules import Hit

VISITS = ("UC3.31",)


@check(
    id="CHK-HIS-021",
    requirements=["SC.DMP/UX.15"],
    on=Selection(operation="dmp.TD3.1"),
    presence=True,
    scenarios=VISITS,
    word_of=("document.search",),
    text=Sentence(
        "Ce que d'autres ont déposé depuis la dernière visite se voit, tout et cela seul.",
        "What others filed since the last visit is shown, all of it and nothing else.",
    ),
    clause="SC.DMP/UX.15 ; Guide d'intégration DMP, EX_3.1-1020 ; IHE ITI-18, FindSubmissionSets",
    fix=Sentence(
        "cherchez les lots par leur date de dépôt, puis leurs documents, et écartez les vôtres : creationTime est la "
        "date du document, pas celle de son dépôt",
        "search the lots by their submission time, then their documents, and leave yours out: creationTime is the date "
        "of the document, not that of its filing",
    ),
)
def news_since_the_last_visit(trace: Trace) -> Iterator[Hit]:
    """The list of each search since the last visit, against what was put into the record in between."""
    for act in _since(trace):
        shown = {str(item.get("document")) for item in listed(act)}
        for name in sorted(shown ^ _news()):
            found, expected = ("liste / list", "aucun / none") if name in shown else ("(absent)", "liste / list")
            yield Hit(f"{act.step} {name}", found=found, expected=expected)


@check(
    id="CHK-HIS-022",
    requirements=["SC.CDA/DD.04"],
    on=READS,
    absence=True,
    scenarios=VISITS,
    text=Sentence(
        "Un document déjà rangé se relit dans le dossier, sans être redemandé au DMP, et l'écran le dit.",
        "A document that was filed already is read again in the chart, without asking the DMP, and the screen says so.",
    ),
    clause="SC.CDA/DD.04",
    fix=Sentence(
        "cherchez l'uniqueId parmi les copies du dossier avant d'appeler TD3.2 ; dites que c'est la copie locale",
        "look the uniqueId up among the copies of the chart before calling TD3.2; say that it is the local copy",
    ),
)
def local_copy_shown(trace: Trace) -> Iterator[Hit]:
    """A document filed in an earlier step is not asked for again, and something is said when it is shown."""
    kept: dict[str, str] = {}
    for act in acts(trace, "document.read"):
        wanted = {str(name) for name in act.input.get("documents") or ()}
        for exchange in trace.selected:
            asked = set(exchange.fact("requested") or ()) if exchange.claimed_by == act.step else set()
            for name in sorted(asked & kept.keys()):
                yield Hit(exchange.place(name), found="TD3.2", expected=f"copie locale / local copy ({kept[name]})")
        if wanted and wanted <= kept.keys() and not act.shown:
            yield Hit(f"{act.step} shown", found="∅", expected="copie locale / local copy")
        if act.input.get("file"):
            kept |= dict.fromkeys(wanted, act.step)


@check(
    id="CHK-HIS-023",
    requirements=["SC.CDA/DD.05"],
    on=Selection(operation="dmp.TD3.1"),
    scenarios=VISITS,
    word_of=("document.search",),
    text=Sentence(
        "Le changement dans le DMP d'un document rangé est signalé.",
        "The change in the DMP of a document that was filed is told.",
    ),
    clause="SC.CDA/DD.05",
    fix=Sentence(
        "demandez l'état des copies du dossier (TD3.1) et dites lesquelles ont été remplacées ou supprimées",
        "ask for the state of the copies of the chart (TD3.1) and tell which were replaced or deleted",
    ),
)
def change_told(trace: Trace) -> Iterator[Hit]:
    """The letter that was kept, then corrected by the one who wrote it, is among the changes."""
    from banc_harness.scenarios.visit import EARLIER

    for act in _since(trace):
        changed = {str(name) for name in act.output.get("changed") or ()}
        expected = _name(*EARLIER)
        if expected not in changed:
            yield Hit(f"{act.step} changed", found=", ".join(sorted(changed)) or "(absent)", expected=expected)


def _since(trace: Trace) -> Iterator[Acted]:
    return (act for act in acts(trace, "document.search") if (act.input.get("search") or {}).get("since"))


def _news() -> frozenset[str]:
    from banc_harness.scenarios.visit import NEWS

    return frozenset(_name(*what) for what in NEWS)


def _name(place: str, number: int) -> str:
    """The uniqueId of what the scenario puts into the record."""
    from banc_fixtures.population import population

    return f"urn:oid:{population().structure(place).document_root}.3.{number}"
