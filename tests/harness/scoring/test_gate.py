"""The gate and the weighted score (specs/segur.md §8)."""

from __future__ import annotations

from typing import Any

import pytest

from banc_harness.scoring import gate, score
from banc_standards.contracts.score import RequirementVerdict


def decided(verdict: str, name: str = "SC.X/Y.01", **changes: Any) -> RequirementVerdict:
    return RequirementVerdict.model_validate(
        {
            "requirement": name,
            "text": "…",
            "area": "DMP",
            "use_cases": ["UC1"],
            "level": "mandatory",
            "check_mode": "automatic",
            "weight": 1,
            "verdict": verdict,
            "reason": "…",
            **changes,
        }
    )


@pytest.mark.parametrize(
    ("verdicts", "passed"),
    [
        ((), False),
        (("NON_TESTE",), False),
        (("A_COMPLETER",), False),
        (("NON_APPLICABLE",), False),
        (("CONFORME",), True),
        (("CONFORME", "NON_TESTE", "A_COMPLETER"), True),
        (("CONFORME", "PARTIEL"), False),
        (("CONFORME", "NON_CONFORME"), False),
    ],
)
def test_sandbox_gate_looks_at_what_was_judged(verdicts: tuple[str, ...], passed: bool) -> None:
    opened = gate("bac-a-sable", [decided(verdict) for verdict in verdicts])

    assert (opened.passed, opened.scope) == (passed, "tested")


@pytest.mark.parametrize("kind", ["recette", "homologation"])
@pytest.mark.parametrize(
    ("verdicts", "passed"),
    [
        ((), False),
        (("CONFORME", "CONFORME"), True),
        (("CONFORME", "NON_APPLICABLE"), True),
        (("CONFORME", "NON_TESTE"), False),
        (("CONFORME", "A_COMPLETER"), False),
        (("CONFORME", "PARTIEL"), False),
        (("NON_CONFORME",), False),
    ],
)
def test_profile_gate_wants_everything(kind: Any, verdicts: tuple[str, ...], passed: bool) -> None:
    opened = gate(kind, [decided(verdict) for verdict in verdicts])

    assert (opened.passed, opened.scope) == (passed, "profile")


def test_requirement_out_of_the_gate_never_closes_it() -> None:
    opened = gate("bac-a-sable", [decided("CONFORME"), decided("NON_CONFORME", in_gate=False)])

    assert opened.passed


def test_zero_tolerance_closes_the_gate_whatever_the_rest() -> None:
    closed = gate("bac-a-sable", [decided("CONFORME")], zero_tolerance=["CHK-INS-009"])

    assert not closed.passed
    assert closed.reasons == ["tolérance zéro : CHK-INS-009 a échoué"]


def test_missing_approval_number_closes_the_profile_gate_only() -> None:
    numbers = ["ids.dmp_homologation"]

    assert not gate("recette", [decided("CONFORME")], missing_numbers=numbers).passed
    assert gate("bac-a-sable", [decided("CONFORME")], missing_numbers=numbers).passed


def test_reasons_name_the_requirement_in_the_language_of_the_run() -> None:
    closed = gate("recette", [decided("PARTIEL", "SC.DMP/CONF.05")], lang="en")

    assert closed.reasons == ["SC.DMP/CONF.05: PARTIEL"]


def test_score_weighs_and_leaves_out_what_was_not_tested() -> None:
    verdicts = [
        decided("CONFORME", weight=3),
        decided("PARTIEL", weight=1, area="INS"),
        decided("NON_CONFORME", weight=1, use_cases=["UC2"]),
        decided("NON_TESTE", weight=3),
        decided("NON_APPLICABLE", weight=3),
    ]

    reached = score(verdicts)

    assert reached.percent == 70.0
    assert (reached.judged, reached.applicable) == (3, 4)
    assert reached.by_area["INS"].percent == 50.0
    assert reached.by_use_case["UC2"].percent == 0.0
    assert reached.verdicts["NON_TESTE"] == 1


def test_what_a_person_must_complete_counts_nothing_but_stays_in_the_score() -> None:
    assert score([decided("CONFORME"), decided("A_COMPLETER")]).percent == 50.0


def test_recommendation_never_lowers_the_score() -> None:
    reached = score([decided("CONFORME"), decided("NON_CONFORME", level="optional")])

    assert reached.percent == 100.0
    assert reached.recommendations is not None
    assert reached.recommendations.percent == 0.0


def test_score_is_rounded_down_so_that_a_hundred_means_everything() -> None:
    verdicts = [decided("CONFORME", weight=3) for _ in range(999)] + [decided("PARTIEL", weight=1)]

    assert score(verdicts).percent == 99.9


def test_no_score_without_anything_judged() -> None:
    assert score([decided("NON_TESTE")]).percent is None
