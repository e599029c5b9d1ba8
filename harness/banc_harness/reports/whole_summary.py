"""``summary.md`` of several runs: one verdict, the patient's story, then each software in short."""

from __future__ import annotations

from collections.abc import Iterator

from banc_harness.reports.markdown import section, spelled
from banc_harness.reports.story import chapters
from banc_harness.reports.wording import Wording, percent, seconds
from banc_harness.together import Played, Whole
from banc_standards.errors import Lang, Sentence

_SIGNS = {"done": "✅", "skipped": "⏭️"}


def render(whole: Whole) -> str:
    """The summary, in the language of the runs; raises ``ValueError`` before they have ended."""
    return "\n".join(_lines(whole, whole.lang)) + "\n"


def _lines(whole: Whole, lang: Lang) -> Iterator[str]:
    gate, score = whole.gate(lang), whole.score
    word = Sentence("✅ Passe", "✅ Passed") if gate.passed else Sentence("❌ Ne passe pas", "❌ Not passed")
    yield f"# {word.of(lang)}{Sentence(' : ', ': ').of(lang)}{spelled(gate.sentence)}"
    yield ""
    took, reached = seconds(whole.duration_ms).of(lang), percent(score.percent).of(lang)
    yield Sentence(
        f"Score **{reached}** · {score.judged} exigences jugées sur {score.applicable} applicables · {took}",
        f"Score **{reached}** · {score.judged} requirements judged of {score.applicable} applicable · {took}",
    ).of(lang)
    yield ""
    yield Sentence("| | Logiciel | Score | |", "| | Software | Score | |").of(lang)
    yield "| --- | --- | --- | --- |"
    for item in whole.softwares:
        own = item.gate(lang)
        sign = "✅" if own.passed else "❌"
        share = percent(item.score.percent).of(lang)
        yield f"| {sign} | {spelled(item.product)} ({item.name}) | {share} | {spelled(own.sentence)} |"
    if whole.story is not None:
        yield from _story(whole.story, lang)
    for item in whole.softwares:
        yield from ("", f"# {spelled(item.product)}")
        yield from section(item.account)
    yield ""
    yield Sentence(
        "Détail, octets et textes dans `report.html`.", "Details, bytes and clauses are in `report.html`."
    ).of(lang)


def _story(story: Played, lang: Lang) -> Iterator[str]:
    yield from ("", Sentence("## L'histoire du patient", "## The story of the patient").of(lang), "")
    for rank, item in enumerate(chapters(story.account, story.sealed, Wording(lang)), start=1):
        sign = _SIGNS.get(item.outcome, "❌")
        yield f"{rank}. {sign} **{item.software}** {spelled(item.title.of(lang))} ({item.id})"
