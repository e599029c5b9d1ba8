"""What a person at the terminal sees while several runs go on."""

from __future__ import annotations

import io
from pathlib import Path

from banc_harness import runs
from banc_harness.demo import described
from banc_harness.terminal.demonstration import Demonstration

from ..reports.several import runs as recorded


class Attended(io.StringIO):
    """A file that says it is a terminal."""

    def isatty(self) -> bool:
        """A person sits there."""
        return True


def test_each_scenario_is_told_when_it_ends_with_who_played_it() -> None:
    file = Attended()
    screen = Demonstration("fr", file, width=100)
    played = described("http://127.0.0.1:9", "dpi")
    plan = runs.planned(runs.Options(sut=played, data=Path()), played)
    ((hospital, _), *_) = recorded()

    watch = screen.watch(plan)
    for event in hospital:
        watch(event)
    screen.close()

    assert "UC1.01" in file.getvalue()
    assert "Témoin Ségur" in file.getvalue()
    assert "Lettre au DMP" in file.getvalue()


def test_a_pipe_hears_nothing_before_the_end() -> None:
    file = io.StringIO()
    played = described("http://127.0.0.1:9", "dpi")
    plan = runs.planned(runs.Options(sut=played, data=Path()), played)
    ((hospital, _), *_) = recorded()

    watch = Demonstration("fr", file).watch(plan)
    for event in hospital:
        watch(event)

    assert file.getvalue() == ""
