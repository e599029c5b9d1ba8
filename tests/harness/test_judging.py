"""What a check says of a scenario, and when it has nothing to say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from banc_harness import demo
from banc_harness.checks import Check, Checks, check
from banc_harness.judging import decide, judge, judge_inapplicable, judge_unplayed, unplayed
from banc_harness.requirements.table import table
from banc_harness.selection import Difference, Selection
from banc_harness.trace import Acted, Exchange, Expectation, Trace
from banc_standards.errors import Sentence
from banc_standards.rules import Hit

Exchanges = Callable[..., Exchange]
SAID = Sentence("…", "…")
ON = Selection("dmp.TD2.1", outcome="accepted")
ASKED = Acted("UC1.01.1", "document.send", "done")


def looking(on: Selection = ON, *, marked: str = "bad", **more: Any) -> Check:
    """A check that finds every selected exchange whose request says ``marked``."""

    @check(id="CHK-TEST-001", requirements=["SC.DMP/CONF.05"], on=on, text=SAID, clause="…", fix=SAID, **more)
    def judgement(trace: Trace) -> Iterator[Hit]:
        for exchange in trace.selected:
            if exchange.request_bytes.decode() == marked:
                yield Hit(exchange.place(), found=marked)

    return judgement


def trace(*exchanges: Exchange, missed: Expectation | None = None, acts: tuple[Acted, ...] = (ASKED,)) -> Trace:
    return Trace("UC1.01", exchanges, acts=acts, expectations=(missed,) if missed else ())


def missing(operation: str = "dmp.TD2.1", outcome: str | None = "accepted", untested: str = "") -> Expectation:
    differences = (Difference("outcome", "accepted", "refused"),)
    return Expectation("UC1.01.1", Selection(operation, outcome), nearest=7, differences=differences, untested=untested)


def test_clean_exchange_is_conform(exchange: Exchanges) -> None:
    seen = exchange(sent=b"good")

    judged = judge(looking(), trace(seen))

    assert judged is not None
    assert (judged.verdict, judged.inputs, judged.findings) == ("CONFORME", (seen.hash,), ())


def test_hit_is_a_finding_of_the_check_and_not_conform(exchange: Exchanges) -> None:
    judged = judge(looking(), trace(exchange(sent=b"good"), exchange(sent=b"bad")))

    assert judged is not None
    assert judged.verdict == "NON_CONFORME"
    assert [(item.rule, item.location, item.found) for item in judged.findings] == [
        ("CHK-TEST-001", "dmp.TD2.1#2", "bad")
    ]


def test_warning_never_fails(exchange: Exchanges) -> None:
    judged = judge(looking(severity="warning"), trace(exchange(sent=b"bad")))

    assert judged is not None
    assert (judged.verdict, len(judged.findings)) == ("CONFORME", 1)


def test_nothing_to_judge_is_silence(exchange: Exchanges) -> None:
    assert judge(looking(), trace(exchange("psc.token"))) is None


def test_stray_never_satisfies(exchange: Exchanges) -> None:
    assert judge(looking(), trace(exchange(sent=b"good", claimed_by=None))) is None


def test_zero_tolerance_looks_at_strays(exchange: Exchanges) -> None:
    judged = judge(looking(zero_tolerance=True), trace(exchange(sent=b"bad", claimed_by=None)))

    assert judged is not None
    assert judged.verdict == "NON_CONFORME"


def test_exchange_that_never_came_is_not_conform_and_says_what_came_nearest() -> None:
    judged = judge(looking(presence=True), trace(missed=missing()))

    assert judged is not None
    assert judged.verdict == "NON_CONFORME"
    assert (judged.findings[0].location, judged.findings[0].found) == ("UC1.01.1 #7", "outcome refused")


def test_what_never_came_is_not_judged_by_a_check_of_what_it_holds() -> None:
    judged = judge(looking(), trace(missed=missing()))

    assert judged is not None
    assert (judged.verdict, judged.findings) == ("NON_TESTE", ())


def test_exchange_that_could_not_come_is_not_tested_and_says_why() -> None:
    judged = judge(looking(), trace(missed=missing(untested="le logiciel ne sait pas faire document.send")))

    assert judged is not None
    assert (judged.verdict, judged.reason.fr) == ("NON_TESTE", "le logiciel ne sait pas faire document.send")
    assert judged.findings == ()


def test_check_that_has_an_exchange_of_the_step_judges_that_one(exchange: Exchanges) -> None:
    refused = exchange(outcome="refused", sent=b"good")

    judged = judge(looking(Selection("dmp.TD2.1")), trace(refused, missed=missing()))

    assert judged is not None
    assert (judged.verdict, judged.inputs) == ("CONFORME", (refused.hash,))


def test_exchange_of_another_step_does_not_stand_for_the_missing_one(exchange: Exchanges) -> None:
    earlier = exchange(sent=b"good", claimed_by="UC1.01.0")

    judged = judge(looking(presence=True), trace(earlier, missed=missing()))

    assert judged is not None
    assert judged.verdict == "NON_CONFORME"


@pytest.mark.parametrize("missed", [missing("psc.token"), missing(outcome="refused")])
def test_another_missing_exchange_is_not_this_check_s_affair(missed: Expectation) -> None:
    assert judge(looking(), trace(missed=missed)) is None


def test_absence_is_conform_when_the_software_could_have_done_it() -> None:
    judged = judge(looking(absence=True), trace())

    assert judged is not None
    assert judged.verdict == "CONFORME"


@pytest.mark.parametrize("status", ["unsupported", "error"])
def test_absence_proves_nothing_of_a_software_that_was_not_asked(status: Any) -> None:
    judged = judge(looking(absence=True), trace(acts=(Acted("UC1.01.1", "document.send", status),)))

    assert judged is not None
    assert judged.verdict == "NON_TESTE"


def test_absence_is_broken_by_one_exchange(exchange: Exchanges) -> None:
    judged = judge(looking(absence=True), trace(exchange(sent=b"bad")))

    assert judged is not None
    assert judged.verdict == "NON_CONFORME"


def test_check_that_breaks_leaves_the_decision_to_a_person(exchange: Exchanges) -> None:
    judged = judge(looking(), trace(exchange(sent=b"\xff")))

    assert judged is not None
    assert judged.verdict == "A_COMPLETER"
    assert judged.crash.startswith("UnicodeDecodeError")


def test_same_trace_same_verdict(exchange: Exchanges) -> None:
    seen = trace(exchange(sent=b"bad"))

    first, second = judge(looking(), seen), judge(looking(), seen)
    assert first is not None
    assert second is not None
    assert (first.verdict, first.findings, first.inputs) == (second.verdict, second.findings, second.inputs)


def test_requirement_takes_the_verdict_of_its_checks(exchange: Exchanges) -> None:
    requirement = table("hopital")["SC.DMP/CONF.05"]
    judged = judge(looking(), trace(exchange(sent=b"bad")))
    assert judged is not None

    verdict = decide(
        requirement, [judged], software_type="DPI", profiles=["general"], checked=[judged.check], lang="fr"
    )

    assert (verdict.verdict, verdict.checks) == ("NON_CONFORME", ["CHK-TEST-001"])
    assert verdict.reason.startswith("CHK-TEST-001, UC1.01 : ")


@pytest.mark.parametrize(
    ("software_type", "checked", "verdict", "reason"),
    [
        ("DPI", [], "NON_TESTE", "aucun contrôle automatique dans cette version"),
        ("DPI", [looking()], "NON_TESTE", "aucun scénario joué ne l'a mise à l'épreuve"),
        ("LGO", [], "NON_APPLICABLE", "pas demandée à ce type de logiciel avec ces profils"),
    ],
)
def test_requirement_that_was_not_judged_says_why(
    software_type: str, checked: list[Check], verdict: str, reason: str
) -> None:
    requirement = table("hopital")["SC.DMP/CONF.05"]

    decided = decide(requirement, [], software_type=software_type, profiles=["general"], checked=checked, lang="fr")

    assert (decided.verdict, decided.reason) == (verdict, reason)


def test_scenario_that_was_not_played_leaves_its_checks_untested() -> None:
    left = unplayed(looking(), "UC1.02", Sentence("capacité absente", "missing capability"))

    assert (left.verdict, left.reason.fr) == ("NON_TESTE", "capacité absente")


BY_BROWSER = looking(way="psc.code")
ANYHOW = replace(looking(), rule=replace(looking().rule, id="CHK-TEST-002"))
SUT = demo.described("http://127.0.0.1:1").sut
WITHOUT = ("psc.ciba",)
"""What a software that signs in without a browser declares."""


@pytest.mark.parametrize(
    ("capabilities", "applies"),
    [((), True), (("psc.code",), True), (("psc.code", "psc.ciba"), True), (WITHOUT, False), (("dmp.feed",), True)],
)
def test_a_check_of_another_way_to_sign_in_does_not_apply(capabilities: tuple[str, ...], applies: bool) -> None:
    assert BY_BROWSER.applies(capabilities) == applies


def test_what_does_not_apply_is_said_once_and_never_left_untested() -> None:
    known = Checks((BY_BROWSER, ANYHOW))
    sut = SUT.model_copy(update={"capabilities": list(WITHOUT)})

    said = [(item.check.id, item.scenario, item.verdict) for item in judge_inapplicable(known, sut)]
    left = [item.check.id for item in judge_unplayed(known, "UC1.02", SAID, sut=sut)]

    assert said == [("CHK-TEST-001", "", "NON_APPLICABLE")]
    assert left == ["CHK-TEST-002"]


@pytest.mark.parametrize(("scenario", "untested"), [("PSC.01", 0), ("PSC.04", 1), ("UC1.01", 1)])
def test_a_sign_in_by_another_way_is_not_missed(scenario: str, untested: int) -> None:
    without = SUT.model_copy(update={"capabilities": list(WITHOUT)})
    known = Checks((looking(),))

    assert len(judge_unplayed(known, scenario, SAID, sut=without)) == untested
    assert len(judge_unplayed(known, scenario, SAID, sut=SUT)) == 1


@pytest.mark.parametrize(
    ("checked", "passing", "verdict", "reason"),
    [
        ([BY_BROWSER, ANYHOW], True, "CONFORME", "1 contrôles passés ; sans objet, le logiciel se connecte autrement"),
        ([BY_BROWSER, ANYHOW], False, "NON_TESTE", "aucun scénario joué"),
        ([BY_BROWSER], False, "NON_APPLICABLE", "sans objet, le logiciel se connecte autrement : CHK-TEST-001"),
    ],
)
def test_a_requirement_tells_which_checks_do_not_apply(
    exchange: Exchanges, checked: list[Check], passing: bool, verdict: str, reason: str
) -> None:
    requirement = table("hopital")["SC.DMP/CONF.05"]
    sut = SUT.model_copy(update={"capabilities": list(WITHOUT)})
    judgements = judge_inapplicable(Checks(checked), sut)
    if passing:
        judged = judge(ANYHOW, trace(exchange(sent=b"good")))
        assert judged is not None
        judgements.append(judged)

    decided = decide(
        requirement,
        judgements,
        software_type="DPI",
        profiles=["general"],
        checked=checked,
        capabilities=WITHOUT,
        lang="fr",
    )

    assert decided.verdict == verdict
    assert decided.reason.startswith(reason)
    assert "CHK-TEST-001" in decided.reason
