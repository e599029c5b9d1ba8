"""How far a long validation is: shown on a terminal that shows nothing else, and nowhere else."""

from __future__ import annotations

import io

import pytest

from banc_harness.cli.language import Words
from banc_harness.validate import progress as module
from banc_harness.validate.progress import progress
from banc_harness.validate.verdict import Summary


class Terminal(io.StringIO):
    """A stream that may be a terminal."""

    def __init__(self, *, attended: bool) -> None:
        super().__init__()
        self._attended = attended

    def isatty(self) -> bool:
        return self._attended


@pytest.fixture
def at_once(monkeypatch):
    """A run that has lasted long enough to be shown."""
    monkeypatch.setattr(module, "_AFTER_S", 0)
    monkeypatch.setattr(module, "_EVERY_S", 0)


def shown(terminal: Terminal, *, quiet: bool = False) -> str:
    with progress(terminal, quiet=quiet, say=Words("fr")) as moved:
        moved(Summary(files=12, not_conform=3))
        moved(Summary(files=13, not_conform=3))
    return terminal.getvalue()


def test_a_long_run_is_counted_on_a_terminal(at_once, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")

    assert "jugés, 3 non conformes" in shown(Terminal(attended=True))


def test_nothing_is_shown_in_a_pipe_nor_beside_verdicts_that_scroll(at_once):
    assert shown(Terminal(attended=False)) == ""
    assert shown(Terminal(attended=True), quiet=True) == ""


def test_a_short_run_shows_nothing():
    assert shown(Terminal(attended=True)) == ""
