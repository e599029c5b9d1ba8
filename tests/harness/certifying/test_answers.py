"""``--answers``: the answers of a tester, written beforehand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from banc_harness.certifying.answers import AnswerFile
from banc_harness.certifying.desk import Left
from banc_harness.drivers.instruction import Instruction
from banc_standards.errors import UnusableInput

TEXT = """
by: Camille Fictive
actions:
  - {step: "UC1.04.*", status: refused, said: Identité non trouvée, evidence: [capture.png]}
  - {action: "auth.*"}
reviews:
  - {requirement: "SC.X.*", verdict: NON_CONFORME, comment: absent}
"""


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    (tmp_path / "capture.png").write_bytes(b"\x89PNG")
    path = tmp_path / "answers.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


async def test_first_entry_that_fits_answers(answers: Path) -> None:
    desk = AnswerFile(answers)

    by_step = await desk.do(Instruction("UC1.04.2", "auth.login", "fr", "…"))
    by_action = await desk.do(Instruction("UC1.01.1", "auth.login", "fr", "…"))

    assert (by_step.status, by_step.said, [item.name for item in by_step.evidence]) == (
        "refused",
        "Identité non trouvée",
        ["capture.png"],
    )
    assert (by_action.status, by_action.by, by_action.evidence) == ("done", "Camille Fictive", ())


async def test_action_without_an_answer_is_named(answers: Path) -> None:
    with pytest.raises(Left, match=r"no answer to mail.send \(UC2.01.1\)"):
        await AnswerFile(answers).do(Instruction("UC2.01.1", "mail.send", "fr", "…"))


async def test_requirements_are_decided_by_pattern_and_the_others_left_open(answers: Path, undecided: Any) -> None:
    desk = AnswerFile(answers)

    opinion = await desk.judge(undecided, 1, 2)

    assert opinion is not None
    assert (opinion.verdict, opinion.comment, opinion.by) == ("NON_CONFORME", "absent", "Camille Fictive")
    assert await desk.judge(undecided.model_copy(update={"requirement": "SC.Y.1"}), 2, 2) is None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("actions: []", "by"),
        ("by: ''", "by"),
        ("by: C\nactions: [{status: maybe}]", "actions.0.status"),
        ("by: C\nreviews: [{requirement: X, verdict: PARTIEL}]", "reviews.0.verdict"),
        ("by: C\nsecret: 1", "secret"),
        ("by: C\nactions: [{evidence: [absent.png]}]", "absent.png"),
        ("by: [", "YAML"),
        ("", "answers"),
    ],
)
def test_file_that_cannot_be_used_is_refused_by_name(tmp_path: Path, text: str, named: str) -> None:
    path = tmp_path / "answers.yaml"
    path.write_text(text)

    with pytest.raises(UnusableInput) as refused:
        AnswerFile(path)

    assert named in refused.value.text.fr


def test_absent_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="ANSWER-001"):
        AnswerFile(tmp_path / "none.yaml")
