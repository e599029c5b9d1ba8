"""A run over a real sandbox and a real program, from the lease to the exit code."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from aiohttp import web

from banc_harness.checks import Check, check
from banc_harness.client import Control
from banc_harness.play import Play, Scenario, scenario
from banc_harness.selection import Selection
from banc_harness.trace import Trace
from banc_standards.contracts import events
from banc_standards.errors import Sentence, UnusableInput
from banc_standards.rules import Hit

SAID = Sentence("…", "…")
REQUIREMENT = "SC.PSC.08"


def greeting(wanted: str = "test.hello", within_s: float = 0.2, **more: Any) -> Scenario:
    """The software is asked for something, then an exchange is expected."""

    @scenario(id="T.01", title=SAID, actions=("auth.login",), **more)
    async def scene(play: Play) -> None:
        async with play.step("T.01.1", SAID) as step:
            await step.act("auth.login", professional=play.professional(), ins="299")
            await step.expect(wanted, outcome="observed", within_s=within_s)

    return scene


def looking(*, hits: bool = False, **more: Any) -> Check:
    """A check of the greeting that finds something in it, or nothing."""

    @check(
        id="CHK-T-001",
        requirements=[REQUIREMENT],
        on=Selection("test.hello"),
        text=SAID,
        clause="…",
        fix=SAID,
        **more,
    )
    def judgement(trace: Trace) -> Iterator[Hit]:
        for exchange in trace.selected:
            if hits:
                yield Hit(exchange.place(), found=str(exchange.fact("ins")))

    return judgement


def end(played: Any) -> events.RunEnded:
    assert isinstance(played.events[-1], events.RunEnded)
    return played.events[-1]


async def test_events_are_numbered_from_the_start_to_the_end(run: Any) -> None:
    played = await run(greeting(), checks=[looking()])

    assert [event.n for event in played.events] == list(range(1, len(played.events) + 1))
    assert played.events[0].type == "run.started"
    assert played.events[-1].type == "run.ended"


async def test_exchange_that_comes_is_claimed_and_judged(run: Any) -> None:
    played = await run(greeting(), checks=[looking()])

    assert [event.type for event in played.events if not isinstance(event, events.RequirementDecided)] == [
        "run.started",
        "scenario.started",
        "step.started",
        "action.sent",
        "action.answered",
        "expectation.waiting",
        "exchange",
        "expectation.met",
        "step.ended",
        "check.ended",
        "scenario.ended",
        "run.ended",
    ]
    (seen,) = played.of(events.ExchangeSeen)
    (judged,) = played.of(events.CheckEnded)
    assert (seen.claimed_by, seen.stray) == ("T.01.1", False)
    assert (judged.verdict, judged.inputs) == ("CONFORME", [seen.hash])
    assert end(played).exit_code == 0


async def test_finding_fails_the_requirement_and_the_run(run: Any) -> None:
    played = await run(greeting(), checks=[looking(hits=True)])

    decided = {event.requirement: event.verdict for event in played.of(events.RequirementDecided)}
    assert decided[REQUIREMENT] == "NON_CONFORME"
    assert end(played).exit_code == 1
    assert end(played).gate.reasons == [f"{REQUIREMENT} : NON_CONFORME"]


async def test_missed_exchange_names_the_nearest_and_fails_the_check(run: Any) -> None:
    played = await run(greeting(), checks=[looking(presence=True)], behaviour="other")

    (missed,) = played.of(events.ExpectationMissed)
    (judged,) = played.of(events.CheckEnded)
    assert missed.nearest.operation == "test.bonjour"
    assert missed.nearest.difference == ["operation : attendu test.hello, trouvé test.bonjour"]
    assert judged.verdict == "NON_CONFORME"
    assert end(played).exit_code == 1


async def test_exchange_that_no_step_claims_is_stray(run: Any) -> None:
    played = await run(greeting(), behaviour="other")

    (seen,) = played.of(events.ExchangeSeen)
    assert (seen.stray, seen.claimed_by) == (True, None)


async def test_step_claims_what_it_says_belongs_to_it(run: Any) -> None:
    @scenario(id="T.01", title=SAID)
    async def scene(play: Play) -> None:
        async with play.step("T.01.1", SAID, also=("test.*",)) as step:
            await step.act("auth.login")

    played = await run(scene)

    (seen,) = played.of(events.ExchangeSeen)
    assert (seen.stray, seen.claimed_by) == (False, "T.01.1")


async def test_unsupported_is_not_tested_and_nothing_is_waited_for(run: Any) -> None:
    played = await run(greeting(within_s=60), checks=[looking()], behaviour="unsupported")

    (judged,) = played.of(events.CheckEnded)
    (step,) = played.of(events.StepEnded)
    assert judged.verdict == "NON_TESTE"
    assert step.outcome == "skipped"
    assert step.reason == "le logiciel ne sait pas faire auth.login"
    assert end(played).exit_code == 1


@pytest.mark.parametrize(("behaviour", "code"), [("crash", "DRIVER-002"), ("absent", "DRIVER-001")])
async def test_driver_that_fails_leaves_the_checks_untested_and_exits_3(run: Any, behaviour: str, code: str) -> None:
    command = ["./absent"] if behaviour == "absent" else None

    played = await run(greeting(within_s=60), checks=[looking()], behaviour=behaviour, command=command)

    (judged,) = played.of(events.CheckEnded)
    (answered,) = played.of(events.ActionAnswered)
    assert judged.verdict == "NON_TESTE"
    assert answered.error.startswith(code)
    assert end(played).exit_code == 3


async def test_what_a_crashing_driver_said_is_kept(run: Any) -> None:
    played = await run(greeting(), behaviour="crash")

    (added,) = played.of(events.EvidenceAdded)
    assert (added.evidence.name, added.produced_by) == ("stderr.txt", "driver")


async def test_scenario_of_an_undeclared_capability_is_skipped(run: Any) -> None:
    played = await run(greeting(requires=("dmp.feed",)), checks=[looking()])

    (ended,) = played.of(events.ScenarioEnded)
    assert (ended.outcome, ended.reason) == ("skipped", "capacités non déclarées : dmp.feed")
    assert played.of(events.CheckEnded) == []


async def test_skipped_scenario_leaves_its_checks_untested_when_the_whole_profile_counts(run: Any) -> None:
    played = await run(greeting(requires=("dmp.feed",)), checks=[looking()], kind="recette")

    assert [event.verdict for event in played.of(events.CheckEnded)] == ["NON_TESTE"]
    assert end(played).gate.scope == "profile"
    assert end(played).exit_code == 1


async def test_scenario_that_breaks_is_told_and_the_next_one_is_played(run: Any) -> None:
    @scenario(id="T.00", title=SAID)
    async def broken(play: Play) -> None:
        async with play.step("T.00.1", SAID):
            raise ZeroDivisionError

    played = await run(broken, greeting(), checks=[looking()])

    assert [event.outcome for event in played.of(events.ScenarioEnded)] == ["failed", "done"]
    assert [event.outcome for event in played.of(events.StepEnded)] == ["failed", "done"]
    assert end(played).exit_code == 3


async def test_stray_after_the_last_scenario_meets_zero_tolerance_only(run: Any, control: Control) -> None:
    @scenario(id="T.02", title=SAID)
    async def silent(play: Play) -> None:
        async with play.step("T.02.1", SAID) as step:
            await step.act("auth.login")

    played = await run(silent, checks=[looking(hits=True, zero_tolerance=True)])

    assert end(played).gate.reasons[0] == "tolérance zéro : CHK-T-001 a échoué"
    assert end(played).exit_code == 1


async def test_software_is_told_its_session_and_no_judge_s_knowledge(run: Any) -> None:
    @scenario(id="T.01", title=SAID)
    async def scene(play: Play) -> None:
        async with play.step("T.01.1", SAID) as step:
            await step.act("patient.create", patient=play.patient("PAT-01"), structure=play.structure())

    played = await run(scene)

    (started,), (answered,) = played.of(events.RunStarted), played.of(events.ActionAnswered)
    asked = answered.output["asked"]
    assert (asked["session"], asked["step"], asked["run"]) == (started.session, "T.01.1", "r-1")
    assert asked["sandbox"]["ca_file"].endswith("ca.pem")
    assert {"ins", "insi", "dmp", "mailbox"}.isdisjoint(asked["input"]["patient"])
    assert asked["input"]["structure"]["couloir"] == "hopital"


async def test_session_is_leased_while_the_run_lasts_and_released_afterwards(run: Any, control: Control) -> None:
    holders = []

    @scenario(id="T.01", title=SAID)
    async def scene(play: Play) -> None:
        async with play.step("T.01.1", SAID) as step:
            acted = await step.act("auth.login")
            lease = (await control.session(acted.output["asked"]["session"])).lease
            holders.append(lease.holder if lease else None)

    played = await run(scene)

    assert holders == ["r-1"]
    assert (await control.session(played.of(events.RunStarted)[0].session)).lease is None


async def test_what_a_scenario_moves_is_put_back(run: Any, control: Control) -> None:
    moved = []

    @scenario(id="T.01", title=SAID)
    async def scene(play: Play) -> None:
        async with play.step("T.01.1", SAID) as step:
            await step.clock(offset_s=3600)
            acted = await step.act("auth.login")
            moved.append((await control.session(acted.output["asked"]["session"])).clock.offset_s)

    played = await run(scene)

    assert moved == [3600]
    assert (await control.session(played.of(events.RunStarted)[0].session)).clock.offset_s == 0


async def test_credentials_stay_out_of_the_events(run: Any) -> None:
    played = await run(greeting())

    (sent,) = played.of(events.ActionSent)
    assert "p12" not in sent.model_dump_json()
    assert "sandbox" not in sent.as_json()


async def test_software_that_follows_the_clock_is_told_and_told_again_at_the_end(run: Any) -> None:
    @scenario(id="T.01", title=SAID)
    async def scene(play: Play) -> None:
        async with play.step("T.01.1", SAID) as step:
            await step.clock(offset_s=3600)

    played = await run(scene, clock="follows")

    assert [(event.action, event.input["offset_s"]) for event in played.of(events.ActionSent)] == [
        ("clock.set", 3600),
        ("clock.set", 0),
    ]


async def test_fault_that_no_service_has_fails_the_scenario_with_its_reason(run: Any) -> None:
    @scenario(id="T.01", title=SAID)
    async def scene(play: Play) -> None:
        async with play.step("T.01.1", SAID) as step:
            await step.arm_fault("dmp.down")

    played = await run(scene)

    (ended,) = played.of(events.ScenarioEnded)
    assert ended.outcome == "failed"
    assert "dmp.down" in ended.reason
    assert end(played).exit_code == 3


async def test_check_that_breaks_is_logged_and_left_to_a_person(run: Any) -> None:
    @check(id="CHK-T-002", requirements=[REQUIREMENT], on=Selection("test.*"), text=SAID, clause="…", fix=SAID)
    def breaking(trace: Trace) -> Iterator[Hit]:
        raise IndexError(trace.scenario)

    played = await run(greeting(), checks=[breaking])

    assert [event.verdict for event in played.of(events.CheckEnded)] == ["A_COMPLETER"]
    assert [event.code for event in played.of(events.Log)] == ["CHECK-001"]


async def test_nothing_is_long_waited_for_once_something_was_missed(run: Any) -> None:
    @scenario(id="T.01", title=SAID)
    async def scene(play: Play) -> None:
        async with play.step("T.01.1", SAID) as step:
            await step.act("auth.login")
            await step.expect("test.welcome", within_s=0.1)
            await step.expect("test.hello", within_s=60)

    played = await run(scene, behaviour="other")

    assert len(played.of(events.ExpectationMissed)) == 2
    assert end(played).duration_ms < 10_000


async def test_software_that_declines_is_not_waited_for(run: Any) -> None:
    played = await run(greeting(within_s=60), checks=[looking(presence=True)], behaviour="refused")

    assert [event.verdict for event in played.of(events.CheckEnded)] == ["NON_CONFORME"]


async def test_sentences_of_the_run_are_told_in_both_languages(run: Any) -> None:
    played = await run(greeting(), checks=[looking(hits=True)])

    (decided,) = [event for event in played.of(events.RequirementDecided) if event.requirement == REQUIREMENT]
    assert decided.other["reason"] == decided.reason.replace(" : ", ": ")
    assert end(played).other["gate.reasons"] == [f"{REQUIREMENT}: NON_CONFORME"]


async def test_driver_that_is_gone_is_not_asked_again_in_the_scenario(run: Any) -> None:
    @scenario(id="T.01", title=SAID)
    async def scene(play: Play) -> None:
        async with play.step("T.01.1", SAID) as step:
            await step.act("auth.login")
            assert (await step.act("auth.refresh")).status == "error"

    played = await run(scene, command=["./absent"])

    assert [event.action for event in played.of(events.ActionSent)] == ["auth.login"]


async def test_run_gives_up_on_a_driver_that_never_answers(run: Any) -> None:
    def scene(id: str) -> Scenario:
        return dataclasses.replace(greeting(), id=id)

    played = await run(scene("T.01"), scene("T.02"), scene("T.03"), checks=[looking()], command=["./absent"])

    ended = played.of(events.ScenarioEnded)
    assert [(event.outcome, event.reason) for event in ended[1:]] == [
        ("done", None),
        ("failed", "le pilote ne répond pas"),
    ]
    assert {event.verdict for event in played.of(events.CheckEnded)} == {"NON_TESTE"}
    assert end(played).exit_code == 3


async def test_override_of_another_version_is_refused_only_when_the_run_needs_it(run: Any) -> None:
    manual = {"kind": "manual"}

    played = await run(greeting(), checks=[looking()], overrides={"mail.fetch": manual})
    assert end(played).exit_code == 0

    with pytest.raises(UnusableInput, match=r"overrides\.auth\.login"):
        await run(greeting(), overrides={"auth.login": manual})


async def test_capability_that_the_adapter_does_not_announce_is_a_warning(run: Any) -> None:
    async def announce(_: web.Request) -> web.StreamResponse:
        return web.json_response({"banc": 1, "capabilities": ["psc.ciba"]})

    app = web.Application()
    app.router.add_get("/banc/v1/capabilities", announce)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"

        played = await run(driver={"kind": "http", "url": url})
    finally:
        await runner.cleanup()

    assert [(event.level, event.text) for event in played.of(events.Log)] == [
        ("warning", "le pilote n'annonce pas : psc.code")
    ]
