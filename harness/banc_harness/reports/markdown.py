"""``summary.md``: the verdict in one screen of Markdown, for the summary page of a CI job or a merge request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from banc_harness.account import FAILING, Account
from banc_harness.reports import folder
from banc_harness.reports.baseline import Comparison, told
from banc_harness.reports.fixes import fixes
from banc_harness.reports.redaction import safe
from banc_harness.reports.wording import Wording, percent, seconds
from banc_standards.contracts.events import RunEnded, RunStarted
from banc_standards.errors import Sentence

FILE = "summary.md"
MOST_FIXES = 20
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


def render(account: Account, compared: Comparison | None = None) -> str:
    """The summary, in the language of the run; raises ``ValueError`` before the run has ended. ``compared``: beside its
    baseline.
    """
    started, ended = account.started, account.ended
    if started is None or ended is None:
        raise ValueError("the run has not ended")
    return "\n".join(_Summary(account, started, ended, compared).lines()) + "\n"


def write(account: Account, into: Path, compared: Comparison | None = None) -> Path:
    """Writes ``summary.md`` into a folder. Raises ``EnvironmentFailed`` when it cannot be written."""
    return folder.write(into, FILE, render(account, compared))


def section(account: Account) -> Iterator[str]:
    """What the summary tells of one of several softwares; raises ``ValueError`` before its run has ended."""
    started, ended = account.started, account.ended
    if started is None or ended is None:
        raise ValueError("the run has not ended")
    yield from _Summary(account, started, ended, None).details()


class _Summary:
    def __init__(self, account: Account, started: RunStarted, ended: RunEnded, compared: Comparison | None) -> None:
        self._compared = compared
        self._account = account
        self._started = started
        self._ended = ended
        self._wording = Wording(started.lang)

    def lines(self) -> Iterator[str]:
        ended, product = self._ended, self._started.sut.product
        word = (
            self._say("✅ Passe", "✅ Passed") if ended.gate.passed else self._say("❌ Ne passe pas", "❌ Not passed")
        )
        yield f"# {word} : {spelled(product.name)} {spelled(product.version)}".replace(" : ", self._say(" : ", ": "))
        yield ""
        yield f"**{spelled(ended.gate.sentence)}**"
        yield ""
        score, judged, applicable = percent(ended.score.percent), ended.score.judged, ended.score.applicable
        took = seconds(ended.duration_ms)
        yield self._say(
            f"Score **{score.fr}** · {judged} exigences jugées sur {applicable} applicables · {took.fr}",
            f"Score **{score.en}** · {judged} requirements judged of {applicable} applicable · {took.en}",
        )
        yield from self._since()
        yield from self.details()
        yield ""
        yield self._say(
            "Détail, octets et textes dans `report.html`.", "Details, bytes and clauses are in `report.html`."
        )

    def details(self) -> Iterator[str]:
        """What to fix, what does not conform, how the scenarios went."""
        yield from self._fixes()
        yield from self._requirements()
        yield from self._scenarios()

    def _since(self) -> Iterator[str]:
        if self._compared is None:
            return
        yield from ("", self._say("## Depuis la référence", "## Since the baseline"), "")
        said = [sentence.of(self._started.lang) for sentence, _ in told(self._compared, excused=False)]
        yield from (f"- {spelled(line)}" for line in said or [self._say("rien n'a changé", "nothing has changed")])

    def _fixes(self) -> Iterator[str]:
        found = fixes(self._account)
        if not found.needed:
            return
        yield from ("", self._say("## À corriger", "## To be fixed"), "")
        for rank, fix in enumerate(found.needed[:MOST_FIXES], start=1):
            cause = fix.cause
            do, asked = self._wording.fix(cause.finding), self._wording.message(cause.finding)
            yield f"{rank}. **{spelled(do.of(self._started.lang))}**  "
            yield f"   {spelled(asked.of(self._started.lang))}  "
            where = ", ".join(cause.scenarios)
            yield f"   {spelled(' + '.join(cause.rules))} · {spelled(where)} · {spelled(cause.finding.clause)}  "
            then = percent(fix.score).of(self._started.lang)
            if fix.turns:
                turns = ", ".join(f"`{name}`" for name in fix.turns)
                yield "   " + self._say(f"règle {turns} ; score ensuite {then}", f"settles {turns}; score then {then}")
        left = len(found.needed) - MOST_FIXES
        if left > 0:
            yield from ("", self._say(f"Et {left} autres.", f"And {left} more."))

    def _requirements(self) -> Iterator[str]:
        failing = [item for item in self._account.requirements if item.verdict in FAILING]
        if failing:
            yield from ("", self._say("## Exigences non conformes", "## Requirements that do not conform"), "")
            yield self._say("| Exigence | Verdict | Pourquoi |", "| Requirement | Verdict | Why |")
            yield "| --- | --- | --- |"
        for item in failing:
            yield f"| {spelled(item.requirement)} | {spelled(item.verdict)} | {spelled(item.reason)} |"

    def _scenarios(self) -> Iterator[str]:
        yield from ("", self._say("## Scénarios", "## Scenarios"), "")
        yield self._say("| | Scénario | |", "| | Scenario | |")
        yield "| --- | --- | --- |"
        for scenario in self._account.scenarios.values():
            outcome = scenario.ended.outcome if scenario.ended is not None else "failed"
            sign = {"done": "✅", "skipped": "⏭️", "failed": "❌"}[outcome]
            if outcome == "done" and scenario.missed:
                sign = "❌"
            reason = scenario.ended.reason if scenario.ended is not None else ""
            yield f"| {sign} | {spelled(scenario.id)} {spelled(scenario.title)} | {spelled(reason or '')} |"

    def _say(self, fr: str, en: str) -> str:
        return Sentence(fr, en).of(self._started.lang)


def spelled(text: str) -> str:
    """Text on one line that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", " ".join(safe(text).split()))
