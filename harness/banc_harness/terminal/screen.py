"""The consumer of a run's events that writes to the terminal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TextIO

from rich.console import Console, RenderableType
from rich.text import Text

from banc_harness.account import Account
from banc_harness.reports.baseline import Comparison, told
from banc_harness.terminal.marks import VERDICTS, mark
from banc_harness.terminal.progress import Progress
from banc_harness.terminal.verdict import VerdictPage
from banc_standards.contracts.events import AnyEvent, RunEnded
from banc_standards.errors import BancError, Lang, Sentence

WIDTH = 100


class Terminal:
    """Shows a run: its progress on a terminal, none in a pipe, and its verdict at the end in both.

    Writes to standard error, since standard output belongs to what machines read. Example::

        terminal = Terminal("fr")
        for event in run_events:
            terminal(event)
        terminal.saved(Path("rapport/report.html"))
    """

    def __init__(self, lang: Lang = "fr", file: TextIO | None = None, *, width: int | None = None) -> None:
        target = sys.stderr if file is None else file
        self._attended = attended = target.isatty()
        self._console = Console(
            file=target, width=width or (None if attended else WIDTH), highlight=False, markup=False, emoji=False
        )
        self._account = Account()
        self._progress = Progress(self._console, self._account, lang) if attended else None
        self._lang = lang

    def __call__(self, event: AnyEvent) -> None:
        """Takes the next event."""
        self._account.add(event)
        if self._progress is not None:
            self._progress.show(event)
        if isinstance(event, RunEnded):
            self.close()
            for part in VerdictPage(self._account, self._lang).lines():
                printed(self._console, part, attended=self._attended)

    def saved(self, report: Path) -> None:
        """Says where the report lies."""
        label = "Report" if self._lang == "en" else "Rapport"
        self._console.print(Text.assemble("\n", (f"{label}  ", "bold"), str(report)), soft_wrap=True)

    def sealed(self, bundle: Path) -> None:
        """Says where the evidence bundle lies, and how anybody verifies it."""
        label = "Bundle" if self._lang == "en" else "Preuves"
        self._console.print(Text.assemble((f"{label}  ", "bold"), str(bundle)), soft_wrap=True)
        verify = "To verify" if self._lang == "en" else "Pour vérifier"
        self._console.print(
            Text.assemble((f"{verify}  ", "bold"), f"banc verify {bundle} --trust CA.pem"), soft_wrap=True
        )

    def failed(self, error: BancError) -> None:
        """Says what went wrong after the verdict."""
        self._console.print(Text(f"\n✗ {error.text.of(self._lang)} [{error.code}]", style="red"), soft_wrap=True)
        if hint := error.hint.of(self._lang):
            self._console.print(f"  → {hint}", soft_wrap=True)

    def interrupted(self) -> None:
        """Says how an interrupted run is taken up again."""
        self.close()
        if self._account.started is not None:
            run = self._account.started.run
            label = "Go on with" if self._lang == "en" else "Pour reprendre"
            self._console.print(Text.assemble("\n", (f"{label}  ", "bold"), f"--resume {run}"), soft_wrap=True)

    def remark(self, remark: Sentence) -> None:
        """Says something worth knowing that is no event."""
        self._console.print(Text(f"! {remark.of(self._lang)}", style="yellow"))

    def compared(self, found: Comparison, *, excused: bool) -> None:
        """Says what changed since the report compared with: new gaps first, then those that were fixed."""
        said = list(told(found, excused=excused))
        if said or found.changes:
            title = Sentence("Depuis la référence", "Since the baseline").of(self._lang)
            self._console.print(Text(f"\n{title}", style="bold"))
        for change in found.changes:
            line = Text("  ").append_text(mark(VERDICTS[change.after]))
            self._console.print(line.append(f" {change.requirement}  {change.before} → {change.after}"))
        for sentence, style in said:
            self._console.print(Text(f"  {sentence.of(self._lang)}", style=style), soft_wrap=True)

    def close(self) -> None:
        """Takes what moves away; harmless when nothing does."""
        if self._progress is not None:
            self._progress.close()


def printed(console: Console, part: RenderableType, *, attended: bool) -> None:
    """Prints one part; a file gets no spaces at the ends of lines."""
    if attended:
        console.print(part)
        return
    with console.capture() as captured:
        console.print(part)
    lines = captured.get().split("\n")
    console.file.write("\n".join(line.rstrip() for line in lines))
