"""A tester at the terminal: what is shown, what is typed, what comes of it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from banc_harness.certifying.desk import Left
from banc_harness.drivers.instruction import Instruction

LOGIN = Instruction("UC1.01.1", "auth.login", "fr", "Connectez-vous", (("professionnel", "Camille EXEMPLE"),))


async def test_instruction_is_shown_and_its_outcome_typed(typist: Any) -> None:
    tester = typist()
    tester.types("Camille Fictive", "1", "")

    doing = await tester.desk.do(LOGIN)

    assert (doing.status, doing.by, doing.said, doing.evidence) == ("done", "Camille Fictive", "", ())
    assert "▶ UC1.01.1  Connectez-vous\n    professionnel : Camille EXEMPLE" in tester.out.getvalue()


async def test_name_is_asked_once(typist: Any) -> None:
    tester = typist()
    tester.types("Camille Fictive", "1", "", "fait", "")

    await tester.desk.do(LOGIN)
    doing = await tester.desk.do(LOGIN)

    assert (doing.by, tester.out.getvalue().count("votre nom")) == ("Camille Fictive", 1)


@pytest.mark.parametrize(("typed", "status"), [("2", "refused"), ("4", "failed"), ("échec", "failed")])
async def test_what_the_software_showed_is_asked_when_it_did_not_do_it(typist: Any, typed: str, status: str) -> None:
    tester = typist()
    tester.types("C", typed, "Identité non trouvée", "")

    doing = await tester.desk.do(LOGIN)

    assert (doing.status, doing.said) == (status, "Identité non trouvée")


async def test_answer_that_is_none_is_asked_again(typist: Any) -> None:
    tester = typist("en")
    tester.types("C", "9", "", "²", "3", "")

    assert (await tester.desk.do(LOGIN)).status == "unsupported"
    assert tester.out.getvalue().count("a number from 1 to 4") == 3


async def test_screenshots_are_attached(typist: Any, tmp_path: Path) -> None:
    (tmp_path / "écran 1.png").write_bytes(b"\x89PNG")
    tester = typist()
    tester.types("C", "1", str(tmp_path / "absent.png"), f"'{tmp_path}/écran 1.png'")

    (kept,) = (await tester.desk.do(LOGIN)).evidence

    assert (kept.name, kept.media_type, kept.data) == ("écran 1.png", "image/png", b"\x89PNG")
    assert "impossible de lire" in tester.out.getvalue()


async def test_closed_terminal_means_that_the_tester_has_gone(typist: Any) -> None:
    tester = typist()
    tester.leaves()

    with pytest.raises(Left, match="ANSWER-004"):
        await tester.desk.do(LOGIN)


async def test_question_that_is_abandoned_leaves_nothing_waiting(typist: Any) -> None:
    tester = typist()

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await tester.desk.do(LOGIN)
    tester.types("")


@pytest.mark.parametrize(("typed", "verdict"), [("1", "CONFORME"), ("2", "NON_CONFORME")])
async def test_requirement_is_decided_with_a_comment(typist: Any, undecided: Any, typed: str, verdict: str) -> None:
    tester = typist()
    tester.types("Camille Fictive", typed, "vu à l'écran", "")

    opinion = await tester.desk.judge(undecided, 1, 3)

    assert (opinion.verdict, opinion.comment, opinion.by) == (verdict, "vu à l'écran", "Camille Fictive")
    assert "◆ 1/3  SC.X.1  Le logiciel affiche le statut de l'INS." in tester.out.getvalue()


async def test_requirement_may_be_left_open_alone_or_with_all_the_others(typist: Any, undecided: Any) -> None:
    tester = typist()
    tester.types("C", "plus tard", "4")

    assert await tester.desk.judge(undecided, 1, 3) is None
    with pytest.raises(Left):
        await tester.desk.judge(undecided, 2, 3)
