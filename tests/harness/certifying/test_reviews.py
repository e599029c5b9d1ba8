"""Reviews: what a person may decide, and what stays as the checks found it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from banc_harness.certifying import reviews
from banc_harness.checks import Check, check
from banc_harness.judging import Judgement
from banc_harness.selection import Selection
from banc_standards.contracts.review import Review
from banc_standards.contracts.score import RequirementVerdict
from banc_standards.errors import Sentence

INPUT = f"sha256:{1:064x}"
Decided = Callable[..., RequirementVerdict]


@check(
    id="TEST-01",
    requirements=["SC.X.1"],
    on=Selection(),
    text=Sentence("…", "…"),
    clause="texte",
    fix=Sentence("…", "…"),
)
def looked_at(trace: Any) -> Any:
    yield from ()


def decided(verdict: str = "A_COMPLETER", mode: str = "semi") -> RequirementVerdict:
    return RequirementVerdict.model_validate(
        {
            "requirement": "SC.X.1",
            "text": "…",
            "area": "x",
            "level": "mandatory",
            "check_mode": mode,
            "weight": 1,
            "verdict": verdict,
            "reason": "une personne doit voir",
        }
    )


def judged(verdict: Any = "CONFORME") -> Judgement:
    tested: Check = looked_at
    return Judgement(tested, "UC1.01", verdict, Sentence("…", "…"), inputs=(INPUT,))


def review(verdict: str = "CONFORME", **more: Any) -> Review:
    return Review.model_validate(
        {
            "run": "r-1",
            "requirement": "SC.X.1",
            "verdict": verdict,
            "comment": "vu à l'écran",
            "reviewer": "Camille Fictive",
            "at": "2026-11-21T10:00:00Z",
            "automatic": "A_COMPLETER",
            "seen": [INPUT],
            **more,
        }
    )


@pytest.mark.parametrize(
    ("before", "mode", "judgements", "word", "after"),
    [
        ("A_COMPLETER", "semi", ["CONFORME"], "CONFORME", "CONFORME"),
        ("A_COMPLETER", "semi", ["CONFORME"], "NON_CONFORME", "NON_CONFORME"),
        ("NON_TESTE", "manual", [], "CONFORME", "CONFORME"),
        ("NON_TESTE", "manual", [], "NON_CONFORME", "NON_CONFORME"),
        ("A_COMPLETER", "automatic", ["CONFORME", "A_COMPLETER"], "CONFORME", "CONFORME"),
        ("NON_TESTE", "automatic", [], "CONFORME", "NON_TESTE"),
        ("NON_CONFORME", "semi", ["NON_CONFORME"], "CONFORME", "NON_CONFORME"),
        ("NON_TESTE", "semi", ["NON_TESTE"], "CONFORME", "NON_TESTE"),
        ("NON_APPLICABLE", "manual", [], "NON_CONFORME", "NON_APPLICABLE"),
    ],
)
def test_review_decides_only_what_the_lattice_leaves_to_a_person(
    before: str, mode: str, judgements: list[str], word: str, after: str
) -> None:
    (found,) = reviews.apply([decided(before, mode)], [review(word)], [judged(item) for item in judgements])

    assert found.verdict == after


def test_decision_names_its_reviewer() -> None:
    (found,) = reviews.apply([decided()], [review()], [judged()], "en")

    assert (found.reviewer, found.reason) == ("Camille Fictive", "review by Camille Fictive: vu à l'écran")


def test_requirement_without_a_review_stays_as_it_is() -> None:
    assert reviews.apply([decided()], [review(requirement="SC.Y.1")], [judged()]) == [decided()]


@pytest.mark.parametrize("order", [("CONFORME", "NON_CONFORME"), ("NON_CONFORME", "CONFORME")])
def test_refusal_wins_over_another_review(order: tuple[str, str]) -> None:
    (found,) = reviews.apply([decided()], [review(word) for word in order], [judged()])

    assert found.verdict == "NON_CONFORME"


def test_only_what_a_person_can_settle_is_open_to_review() -> None:
    manual, semi, tested = decided("NON_TESTE", "manual"), decided(), decided("NON_CONFORME")

    assert reviews.open_to_review([manual], []) == [manual]
    assert reviews.open_to_review([semi], [judged()]) == [semi]
    assert reviews.open_to_review([tested], [judged("NON_CONFORME")]) == []
    assert reviews.open_to_review([decided("NON_TESTE")], [judged("NON_TESTE")]) == []


def test_review_of_another_run_or_of_other_exchanges_is_a_stranger() -> None:
    other_run, other_exchange = review(run="r-2"), review(seen=[])

    assert reviews.strangers([review(), other_run, other_exchange], "r-1", [judged()]) == [other_run, other_exchange]


def test_name_of_a_review_changes_with_every_word() -> None:
    assert len({reviews.digest(review()), reviews.digest(review(comment="autre"))}) == 2
    assert Review.read(reviews.content(review())) == review()
