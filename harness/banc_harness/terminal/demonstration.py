"""Several runs at once on the terminal: one line a scenario while they are played, then each software in short, and
one verdict.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.status import Status
from rich.text import Text

from banc_harness.account import Account
from banc_harness.events import Consumer
from banc_harness.plan import Plan
from banc_harness.terminal.marks import STEPS, VERDICTS, mark, percent
from banc_harness.terminal.screen import WIDTH, printed
from banc_harness.terminal.verdict import VerdictPage
from banc_harness.together import Played, Software, Whole
from banc_standards.contracts import events
from banc_standards.contracts.events import AnyEvent
from banc_standards.contracts.vocabulary import Verdict
from banc_standards.errors import Lang, Sentence

_TOLD: tuple[Verdict, ...] = ("NON_CONFORME", "PARTIEL", "A_COMPLETER", "CONFORME")


class Demonstration:
    """Shows runs that go on together. Writes to standard error; progress on a terminal only."""

    def __init__(self, lang: Lang = "fr", file: TextIO | None = None, *, width: int | None = None) -> None:
        target = sys.stderr if file is None else file
        self._attended = attended = target.isatty()
        self._console = Console(
            file=target, width=width or (None if attended else WIDTH), highlight=False, markup=False, emoji=False
        )
        self._lang: Lang = lang
        self._status: Status | None = None
        self._moving: dict[str, str] = {}

    def watch(self, plan: Plan) -> Consumer:
        """What takes the events of one of the runs."""
        account = Account()
        name = plan.sut.product.name if not plan.cast else self._say("Histoire", "Story")

        def take(event: AnyEvent) -> None:
            account.add(event)
            if self._attended:
                self._show(name, account, event)

        return take

    def close(self) -> None:
        """Takes the moving line away."""
        if self._status is not None:
            self._status.stop()
            self._status = None

    def verdict(self, whole: Whole) -> None:
        """Each software in short, the story, then the verdict over all of them, where the prompt leaves the eye."""
        self.close()
        for part in self._lines(whole):
            printed(self._console, part, attended=self._attended)

    def saved(self, report: Path) -> None:
        """Says where the report lies."""
        label = self._say("Rapport", "Report")
        self._console.print(Text.assemble("\n", (f"{label}  ", "bold"), str(report)), soft_wrap=True)

    def _say(self, fr: str, en: str) -> str:
        return Sentence(fr, en).of(self._lang)

    def _show(self, name: str, account: Account, event: AnyEvent) -> None:
        match event:
            case events.StepStarted():
                self._moving[name] = event.step
            case events.ScenarioEnded():
                self.close()
                scenario = account.scenarios[event.scenario]
                outcome = "missed" if event.outcome == "done" and scenario.missed else event.outcome
                line = Text().append_text(mark(STEPS[outcome])).append(f" {event.scenario:7}", style="bold")
                line.append(f" {name:14} ", style="dim").append(scenario.title)
                self._console.print(line, overflow="ellipsis", no_wrap=True)
            case events.RunEnded():
                self._moving.pop(name, None)
            case events.Log() if event.level == "error":
                self.close()
                self._console.print(Text(f"  ! {event.text}", style="bold red"))
            case _:
                return
        told = Text("  ".join(f"{who} {step}" for who, step in self._moving.items()), style="dim")
        if self._moving and self._status is None:
            self._status = self._console.status(told, spinner="dots")
            self._status.start()
        elif self._status is not None:
            self._status.update(told)

    def _lines(self, whole: Whole) -> Iterator[RenderableType]:
        for played in whole.played:
            yield from self._failures(played)
        yield Text()
        yield Rule(style="dim")
        if whole.story is not None:
            yield from self._story(whole.story)
        for software in whole.softwares:
            yield from self._software(software)
        yield Text()
        yield from self._headline(whole)

    def _failures(self, played: Played) -> Iterator[RenderableType]:
        """What is wrong, and what to do, as a run of its own tells it."""
        yield from VerdictPage(played.account, self._lang).troubles()

    def _story(self, story: Played) -> Iterator[RenderableType]:
        yield Text(f"\n{self._say('Histoire du patient', 'The story of the patient')}", style="bold")
        for scenario in story.account.scenarios.values():
            outcome = scenario.ended.outcome if scenario.ended is not None else "failed"
            sign = STEPS["missed" if outcome == "done" and scenario.missed else outcome]
            who = scenario.started.software if scenario.started is not None else None
            line = Text("  ").append_text(mark(sign)).append(f" {scenario.id}  ").append(f"{who or '':4}", style="dim")
            yield line.append(scenario.title)

    def _software(self, software: Software) -> Iterator[RenderableType]:
        gate, score = software.gate(self._lang), software.score
        yield Text()
        head = Text().append_text(mark(VERDICTS["CONFORME" if gate.passed else "NON_CONFORME"]))
        head.append(f" {software.product}", style="bold").append(
            f"  {software.name}, {software.sut.couloir}", style="dim"
        )
        yield head.append(f"  {percent(score.percent, self._lang)}", style="bold")
        yield Padding(Text(gate.sentence), (0, 0, 0, 2))
        counted = Text()
        for verdict in _TOLD:
            if count := score.verdicts.get(verdict, 0):
                sign, style = VERDICTS[verdict]
                counted.append("   " if counted else "").append(f"{sign} {count} {verdict}", style=style)
        yield Padding(counted, (0, 0, 0, 2))

    def _headline(self, whole: Whole) -> Iterator[RenderableType]:
        gate, score = whole.gate(self._lang), whole.score
        word = self._say("PASSE", "PASSED") if gate.passed else self._say("NE PASSE PAS", "NOT PASSED")
        sign = Text(f" {word} ", style="bold white on green" if gate.passed else "bold white on red")
        yield Text().append_text(sign).append("  ").append(gate.sentence, style="bold")
        for reason in gate.reasons:
            yield Padding(Text.assemble(("- ", "red"), reason), (0, 0, 0, 2))
        told = self._say(
            f"{score.judged} exigences jugées sur {score.applicable} applicables",
            f"{score.judged} requirements judged out of {score.applicable} applicable",
        )
        seconds = f"{whole.duration_ms / 1000:.1f} s"
        told += f" · {seconds if self._lang == 'en' else seconds.replace('.', ',')}"
        yield Text.assemble("\nScore  ", (percent(score.percent, self._lang), "bold"), ("   " + told, "dim"))
