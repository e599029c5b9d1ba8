"""The steps as they end, and one moving line that says what is being done or waited for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from rich.console import Console
from rich.status import Status
from rich.text import Text

from banc_harness.account import Account, Step
from banc_harness.terminal.marks import OUTCOMES, STEPS, mark
from banc_standards.contracts import events
from banc_standards.contracts.events import AnyEvent
from banc_standards.errors import Sentence

_TITLE = 52
TOLD = ("MANUAL-002", "RESUME-000")
"""Remarks that concern whoever sits there, though nothing is wrong."""


class Progress:
    """Shows a run under way on a terminal. ``close`` takes the moving line away."""

    def __init__(self, console: Console, account: Account, lang: str) -> None:
        self._console = console
        self._account = account
        self._lang = lang
        self._status: Status | None = None

    def show(self, event: AnyEvent) -> None:
        """Shows what one event changes; the account has it already."""
        match event:
            case events.ScenarioStarted():
                self._console.print()
                self._console.print(Text.assemble((event.scenario, "bold"), "  ", event.title))
            case events.QuestionAsked():
                self.close()
            case events.ActionSent():
                self._moving(f"{event.step}  {event.action}")
            case events.ExpectationWaiting():
                self._moving(f"{event.step}  {self._say('attend', 'waits for')} {event.operation}")
            case events.StepEnded():
                self._step(self._account.step(event.scenario, event.step))
            case events.ScenarioEnded() if event.outcome != "done":
                self._console.print(Text(f"  · {event.reason or event.outcome}", style="dim"))
            case events.Log() if event.code in TOLD:
                self._console.print(Text(f"\n{event.text}", style="bold"), soft_wrap=True)
            case events.Log() if event.level != "info":
                style = "bold red" if event.level == "error" else "yellow"
                self._console.print(Text(f"  ! {event.text}", style=style))
            case _:
                pass

    def close(self) -> None:
        """Takes the moving line away."""
        if self._status is not None:
            self._status.stop()
            self._status = None

    def _moving(self, what: str) -> None:
        if self._status is None:
            self._status = self._console.status(Text(what, style="dim"), spinner="dots")
            self._status.start()
        else:
            self._status.update(Text(what, style="dim"))

    def _step(self, step: Step) -> None:
        self.close()
        outcome = step.ended.outcome if step.ended else "done"
        line = Text("  ").append_text(mark(STEPS[outcome])).append(f" {_fitted(step.title or step.id)}  ")
        self._console.print(line.append_text(_wire(step)), overflow="ellipsis", no_wrap=True)
        for said in (*unhelpful(step, self._lang), *(missing(missed, self._lang) for missed in step.missed)):
            self._console.print(Text(f"      {said}", style="yellow"))
        if step.ended is not None and step.ended.reason:
            self._console.print(Text(f"      {step.ended.reason}", style="dim"))

    def _say(self, fr: str, en: str) -> str:
        return en if self._lang == "en" else fr


def unhelpful(step: Step, lang: str) -> Iterator[str]:
    """One sentence for each answer of the driver that explains why exchanges did not come."""
    answers = [asked.answered for asked in step.asked if asked.answered is not None and step.missed]
    for answer in answers:
        if answer.failure is not None:  # told among the remarks
            continue
        if answer.status == "unsupported":
            said = Sentence("le pilote ne prend pas cette action en charge", "the driver does not support this action")
        elif answer.status == "failed":
            why = f" : {answer.error}" if answer.error else ""
            said = Sentence(f"le pilote a répondu qu'il a échoué{why}", f"the driver answered that it failed{why}")
        else:
            continue
        yield f"{answer.action} : {said.of('en' if lang == 'en' else 'fr')}"


def missing(missed: events.ExpectationMissed, lang: str) -> str:
    """One sentence for an exchange that did not come, with the one that came nearest."""
    said = Sentence(f"{missed.operation} n'est pas venu dans les temps", f"{missed.operation} did not come in time").of(
        "en" if lang == "en" else "fr"
    )
    if missed.nearest is None:
        return said
    close = Sentence("au plus près", "the nearest was").of("en" if lang == "en" else "fr")
    colon, semicolon = (": ", "; ") if lang == "en" else (" : ", " ; ")
    differences = semicolon.join(missed.nearest.difference)
    nearest = f"{missed.nearest.operation} (n° {missed.nearest.seq})"
    return f"{said}{semicolon}{close}{colon}{nearest} {differences}".rstrip()


def _wire(step: Step) -> Text:
    seen = [(item.operation, item.outcome, item.code) for item in step.exchanges]
    line = Text(style="dim")
    service = ""
    for (operation, outcome, code), same in groupby(seen):
        times = len(list(same))
        line.append_text(mark(OUTCOMES[outcome])).append(operation.removeprefix(f"{service}."))
        service = operation.partition(".")[0]
        line.append(f" ×{times}" if times > 1 else "").append(f" {code}" if code and outcome != "accepted" else "")
        line.append("  ")
    return line


def _fitted(title: str) -> str:
    return title.ljust(_TITLE) if len(title) <= _TITLE else title[: _TITLE - 1] + "…"
