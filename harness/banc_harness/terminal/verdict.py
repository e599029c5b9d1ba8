"""The verdict of a run for a tired reader: passed or not, how far, what is wrong, what to do, what was not tried."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich.console import RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from banc_harness.account import Account, Failure
from banc_harness.terminal.marks import KINDS, MODES, STEPS, VERDICTS, mark, percent
from banc_harness.terminal.progress import missing, unhelpful
from banc_standards.contracts import events
from banc_standards.contracts.finding import Finding
from banc_standards.errors import Lang, Sentence

SHOWN_FINDINGS = 3
SHOWN_UNTESTED = 8


class VerdictPage:
    """What is printed when a run has ended, in the language of its reader."""

    def __init__(self, account: Account, lang: Lang) -> None:
        self._account = account
        self._lang = lang

    def lines(self) -> Iterator[RenderableType]:
        """The page. What counts most comes last, where the prompt leaves the eye: verdict and score."""
        ended = self._account.ended
        if ended is None:
            return
        yield from self._about()
        yield from self._scenarios()
        yield from self._requirements()
        yield from self._untested()
        yield from self._remarks()
        yield from self._failures()
        yield Text()
        yield Rule(style="dim")
        yield from self._headline(ended)

    def troubles(self) -> Iterator[RenderableType]:
        """Only what is wrong: remarks, and the checks that failed with what to do."""
        yield from self._remarks()
        yield from self._failures()

    def _say(self, fr: str, en: str) -> str:
        return Sentence(fr, en).of(self._lang)

    def _title(self, fr: str, en: str) -> Text:
        return Text(f"\n{self._say(fr, en)}", style="bold")

    def _about(self) -> Iterator[RenderableType]:
        yield Text()
        yield Rule(style="dim")
        started = self._account.started
        if started is not None:
            product = started.sut.product
            yield Text(
                " · ".join(
                    (
                        f"{product.name} {product.version}",
                        f"{started.sut.software_type}, {started.sut.couloir}",
                        KINDS[started.kind].of(self._lang),
                        f"session {started.session}, {MODES[started.mode].of(self._lang)}",
                    )
                ),
                style="dim",
            )

    def _headline(self, ended: events.RunEnded) -> Iterator[RenderableType]:
        passed = ended.gate.passed
        word = self._say("PASSE", "PASSED") if passed else self._say("NE PASSE PAS", "NOT PASSED")
        sign = Text(f" {word} ", style="bold white on green" if passed else "bold white on red")
        yield Text().append_text(sign).append("  ").append(ended.gate.sentence, style="bold")
        for reason in self._obstacles(ended.gate.reasons):
            yield _indented(Text.assemble(("- ", "red"), reason), 2)
        score = ended.score
        told = self._say(
            f"{score.judged} exigences jugées sur {score.applicable} applicables",
            f"{score.judged} requirements judged out of {score.applicable} applicable",
        )
        seconds = f"{ended.duration_ms / 1000:.1f} s"
        told += f" · {seconds if self._lang == 'en' else seconds.replace('.', ',')}"
        yield Text.assemble(
            "\n", self._say("Score  ", "Score  "), (percent(score.percent, self._lang), "bold"), ("   " + told, "dim")
        )
        if score.recommendations is not None and score.recommendations.judged:
            share = percent(score.recommendations.percent, self._lang)
            yield Text(
                self._say(f"Recommandations suivies : {share}", f"Recommendations followed: {share}"), style="dim"
            )

    def _obstacles(self, reasons: list[str]) -> list[str]:
        """What keeps the gate closed; many requirements that were not tested make one line."""
        untested = [reason for reason in reasons if reason.endswith("NON_TESTE")]
        others = [reason for reason in reasons if reason not in untested]
        if len(untested) <= SHOWN_UNTESTED:
            return others + untested
        counted = self._say(
            f"{len(untested)} exigences NON_TESTE, nommées dans le rapport",
            f"{len(untested)} requirements NON_TESTE, named in the report",
        )
        return [*others, counted]

    def _scenarios(self) -> Iterator[RenderableType]:
        yield self._title("Scénarios", "Scenarios")
        table = _grid(1, 8)
        for scenario in self._account.scenarios.values():
            outcome = scenario.ended.outcome if scenario.ended else "failed"
            shown = STEPS["missed" if outcome == "done" and scenario.missed else outcome]
            text = Text(scenario.title)
            if scenario.ended is not None and scenario.ended.reason:
                text.append(f"\n{scenario.ended.reason}", style="dim")
            for step in scenario.steps.values():
                for said in unhelpful(step, self._lang):
                    text.append(f"\n{step.id} : {said}", style="yellow")
                for missed in step.missed:
                    text.append(f"\n{missed.step} : {missing(missed, self._lang)}", style="yellow")
            table.add_row(mark(shown), scenario.id, text)
        yield _indented(table, 2)

    def _requirements(self) -> Iterator[RenderableType]:
        counted = Counter(item.verdict for item in self._account.requirements)
        summary = Text()
        for verdict, sign in VERDICTS.items():
            if counted[verdict] and verdict != "NON_APPLICABLE":
                summary.append("   " if summary else "").append(
                    f"{sign[0]} {counted[verdict]} {verdict}", style=sign[1]
                )
        yield self._title("Exigences", "Requirements").append("   ").append_text(summary)
        order = list(VERDICTS)
        judged = [item for item in self._account.requirements if item.verdict not in ("NON_TESTE", "NON_APPLICABLE")]
        table = _grid(1, 16)
        for item in sorted(judged, key=lambda item: order.index(item.verdict)):
            text = Text(item.text)
            if item.verdict != "CONFORME":
                text.append(f"\n{item.reason}", style="dim")
            if not item.in_gate:
                text.append(self._say("  (hors verdict)", "  (not in the gate)"), style="dim")
            table.add_row(mark(VERDICTS[item.verdict]), item.requirement, text)
        yield _indented(table, 2)

    def _failures(self) -> Iterator[RenderableType]:
        outside = {item.requirement for item in self._account.requirements if item.verdict == "NON_APPLICABLE"}
        failures = self._account.failures()
        failures.sort(key=lambda failure: not failure.zero_tolerance and outside.issuperset(failure.requirements))
        if failures:
            yield self._title(f"À corriger ({len(failures)})", f"To be fixed ({len(failures)})")
        for failure in failures:
            yield from self._failure(failure, asked=not outside.issuperset(failure.requirements))

    def _failure(self, failure: Failure, *, asked: bool) -> Iterator[RenderableType]:
        head = Text("\n").append(failure.check, style="bold red").append(f"  {failure.title}", style="bold")
        if failure.zero_tolerance:
            head.append(self._say("  tolérance zéro", "  zero tolerance"), style="bold red")
        if not asked:
            head.append(self._say("  (profil non déclaré)", "  (profile not declared)"), style="dim")
        yield _indented(head, 2)
        concerned = ", ".join(failure.requirements)
        yield _indented(Text(f"{concerned} · {', '.join(failure.scenarios)}".strip(" ·"), style="dim"), 4)
        errors = [finding for finding in failure.findings if finding.severity == "error"] or failure.findings
        alike: dict[tuple[str, str, str, str], list[Finding]] = {}
        for finding in errors[:SHOWN_FINDINGS]:
            alike.setdefault((finding.rule, finding.message, finding.fix, finding.clause), []).append(finding)
        for findings in alike.values():
            yield _indented(self._findings(findings, failure), 4)
        more = len(errors) - SHOWN_FINDINGS
        if more > 0:
            yield _indented(
                Text(self._say(f"et {more} de plus, dans le rapport", f"and {more} more, in the report")), 4
            )

    def _findings(self, findings: list[Finding], failure: Failure) -> Table:
        """The findings of one rule: where each is, then once how to repair them and the text that asks for it."""
        table, first = _grid(10), findings[0]
        own = first.rule == failure.check
        if not own or first.message != failure.title:
            table.add_row("", Text(first.message if own else f"{first.rule} : {first.message}"))
        for finding in findings:
            line = f" (l. {finding.line})" if finding.line is not None else ""
            self._row(table, "où", "where", finding.location + line, "")
            self._row(table, "trouvé", "found", finding.found, "red")
            self._row(table, "attendu", "expected", finding.expected, "green")
        self._row(table, "à faire", "fix", first.fix, "bold")
        self._row(table, "texte", "clause", first.clause, "dim")
        return table

    def _row(self, table: Table, fr: str, en: str, value: str, style: str) -> None:
        if value:
            table.add_row(Text(self._say(fr, en), style="dim"), Text(value, style=style))

    def _untested(self) -> Iterator[RenderableType]:
        untested = [item for item in self._account.requirements if item.verdict == "NON_TESTE"]
        skipped = [item for item in self._account.scenarios.values() if item.ended and item.ended.outcome == "skipped"]
        if not untested and not skipped and not self._account.strays:
            return
        yield self._title("Pas testé", "Not tested")
        if untested:
            areas = Counter(item.area for item in untested)
            spread = ", ".join(f"{area} {count}" for area, count in areas.most_common())
            told = self._say(f"{len(untested)} exigences : {spread}", f"{len(untested)} requirements: {spread}")
            yield _indented(Text(told), 2)
        if skipped:
            names = ", ".join(item.id for item in skipped)
            yield _indented(Text(self._say(f"scénarios non joués : {names}", f"scenarios not played: {names}")), 2)
        if self._account.strays:
            count = self._account.strays
            told = self._say(
                f"échanges qu'aucune étape n'attendait : {count} (voir le rapport)",
                f"exchanges that no step waited for: {count} (see the report)",
            )
            yield _indented(Text(told, style="dim"), 2)

    def _remarks(self) -> Iterator[RenderableType]:
        if self._account.remarks:
            yield self._title("Remarques", "Remarks")
        for remark in self._account.remarks:
            text = Text(f"{remark.text} [{remark.code}]")
            if remark.hint:
                text.append(f"\n→ {remark.hint}", style="dim")
            yield _indented(text, 2)


def _indented(what: RenderableType, columns: int) -> Padding:
    return Padding(what, (0, 0, 0, columns))


def _grid(*widths: int) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for width in widths:
        table.add_column(min_width=width, no_wrap=True, vertical="top")
    table.add_column(ratio=1, overflow="fold")
    return table
