"""The terminal tells a run by its events alone: progress where someone watches, the verdict everywhere."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from banc_harness.reports.baseline import Change, Comparison, Gap
from banc_harness.terminal.screen import Terminal
from banc_standards.contracts.events import AnyEvent, RunEnded
from banc_standards.errors import Lang, Sentence

Recorded = Callable[[str], list[AnyEvent]]

NOTHING_CHANGED = Comparison(new=(), fixed=(), known=(), changes=(), lost=(), judged=True)


class Watched(io.StringIO):
    """A stream that someone watches."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests must not depend on the colours of the terminal that runs them."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def printed(events: list[AnyEvent], lang: Lang = "fr", file: io.StringIO | None = None) -> str:
    """What the terminal prints of a run."""
    target = file or io.StringIO()
    terminal = Terminal(lang, target, width=100 if file else None)
    for event in events:
        terminal(event)
    terminal.close()
    return target.getvalue()


def flat(text: str) -> str:
    """The text on one line, so that wrapping does not matter."""
    return " ".join(text.split())


def test_a_pipe_gets_no_colour_no_progress_and_at_most_100_columns(recorded: Recorded) -> None:
    text = printed(recorded("failed"))
    assert "\x1b" not in text
    assert "psc.authorization" not in text
    assert max(len(line) for line in text.splitlines()) <= 100


def test_the_verdict_stands_last_in_one_sentence_with_its_reasons(recorded: Recorded) -> None:
    end = printed(recorded("failed")).rpartition("─")[2]
    assert flat(end).startswith("NE PASSE PAS 2 exigences jugées sur 4 ne sont pas conformes.")
    assert "- tolérance zéro : CHK-DMP-009" in end
    assert "Score 33,3 %" in flat(end)
    assert "3 exigences jugées sur 96 applicables" in end


def test_a_run_that_passes_says_so_and_shows_nothing_to_fix(recorded: Recorded) -> None:
    text = printed(recorded("passed"))
    assert "PASSE   Tout ce qui a été jugé est conforme." in text
    assert "NE PASSE PAS" not in text
    assert "À corriger" not in text
    assert "Pas testé" not in text


def test_a_failure_says_where_what_was_found_and_how_to_fix_it(recorded: Recorded) -> None:
    text = flat(printed(recorded("failed")).partition("À corriger")[2])
    assert "où SubmitObjectsRequest/ExtrinsicObject[1]/Slot[@name='hash'] (l. 118)" in text
    assert "trouvé da39a3ee5e6b4b0d3255bfef95601890afd80709" in text
    assert "attendu 3f786850e387550fdab836ed7e6dc881de23001b" in text
    assert "à faire Calculer SHA-1 sur les octets exacts" in text
    assert "texte DMP, guide d'intégration, métadonnée hash" in text


def test_what_tolerates_nothing_comes_first(recorded: Recorded) -> None:
    failures = printed(recorded("failed")).partition("À corriger (2)")[2]
    assert failures.index("CHK-DMP-009") < failures.index("CHK-DMP-003")
    assert "tolérance zéro" in failures.splitlines()[2]


def test_brackets_in_a_message_are_text(recorded: Recorded) -> None:
    assert "malgré l'opposition [rouge]." in printed(recorded("failed"))


def test_requirements_stand_worst_first_and_the_untested_are_only_counted(recorded: Recorded) -> None:
    text = printed(recorded("failed"))
    order = [text.index(name) for name in ("DMP/va1.03  ", "DOC/va1.06", "SC.DMP/UX.08")]
    assert order == sorted(order)
    assert "· 73 NON_TESTE" in text
    assert "SC.MSS/CONF" not in text
    assert "73 exigences : mssante 40, security 33" in text


def test_what_did_not_come_names_the_nearest_exchange(recorded: Recorded) -> None:
    text = flat(printed(recorded("failed")))
    assert "UC1.05.2 : dmp.TD2.1 n'est pas venu dans les temps ; au plus près : dmp.TD0.2 (n° 14)" in text


def test_what_was_not_played_says_why(recorded: Recorded) -> None:
    text = flat(printed(recorded("failed")))
    assert "UC1.09 Recherche par carte Vitale capacités non déclarées : insi.vitale" in text
    assert "scénarios non joués : UC1.09" in text
    assert "ids.nil est vide [SUT-020] → demandez-le au CNDA" in text


def test_the_verdict_is_said_in_english(recorded: Recorded) -> None:
    text = flat(printed(recorded("failed"), "en"))
    assert "NOT PASSED" in text
    assert "Score 33.3% 3 requirements judged out of 96 applicable" in text
    assert "To be fixed (2)" in text
    assert "did not come in time; the nearest was: dmp.TD0.2" in text


def test_a_watcher_sees_each_step_with_what_crossed_the_wire(recorded: Recorded) -> None:
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", printed(recorded("failed"), file=Watched()))
    assert "Le professionnel se connecte par Pro Santé Connect    →psc.authorization  →token  →userinfo" in text
    assert "!dmp.TD2.1 ×2 503" in text
    assert "attend" not in text.partition("UC1.01")[0]


def test_a_watcher_sees_colours(recorded: Recorded) -> None:
    assert "\x1b[32m✓" in printed(recorded("passed"), file=Watched())


def test_reports_changes_and_remarks_are_told_apart() -> None:
    file = io.StringIO()
    terminal = Terminal("fr", file)
    terminal.remark(Sentence("capacité inconnue", "unknown capability"))
    lost = Change("DMP/va1.03", "CONFORME", "NON_CONFORME")
    gap = Gap("UC1.01", "CHK-A", "X-1")
    terminal.compared(replace(NOTHING_CHANGED, new=(gap,), changes=(lost,)), excused=False)
    terminal.saved(Path("/tmp/" + "x" * 120 + "/report.json"))
    text = file.getvalue()
    assert "! capacité inconnue" in text
    assert "✗ DMP/va1.03  CONFORME → NON_CONFORME" in text
    assert "nouvel écart : X-1 (CHK-A, UC1.01)" in text
    assert f"Rapport  /tmp/{'x' * 120}/report.json\n" in text


def test_nothing_changed_says_nothing() -> None:
    file = io.StringIO()
    Terminal("fr", file).compared(NOTHING_CHANGED, excused=False)
    assert file.getvalue() == ""


def test_run_that_is_excused_says_that_known_gaps_remain() -> None:
    file = io.StringIO()
    known = (Gap("UC1.01", "CHK-A", "X-1"),)
    Terminal("en", file).compared(replace(NOTHING_CHANGED, known=known), excused=True)
    assert "nothing new: 1 known gaps remain, the exit code is 0" in file.getvalue()


def test_many_requirements_that_were_not_tested_make_one_line(recorded: Recorded) -> None:
    *before, ended = recorded("failed")
    assert isinstance(ended, RunEnded)
    reasons = ["SC.PSC.08 : NON_CONFORME", *(f"SC.SSI/GEN.{number:02d} : NON_TESTE" for number in range(20))]
    gate = ended.gate.model_copy(update={"reasons": reasons})

    end = printed([*before, ended.model_copy(update={"gate": gate})]).rpartition("─")[2]

    assert "- SC.PSC.08 : NON_CONFORME" in end
    assert "- 20 exigences NON_TESTE, nommées dans le rapport" in end
    assert "SC.SSI/GEN" not in end
