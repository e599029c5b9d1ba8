"""What a run says of itself at its beginning, of each check, and of what it does not play."""

from __future__ import annotations

from banc_harness.bench import Bench
from banc_harness.events import Recorder
from banc_harness.evidence.contents import without_credentials
from banc_harness.judging import Judgement
from banc_harness.plan import Plan, bench_versions, requirement_set, rule_set
from banc_standards.contracts import events
from banc_standards.errors import Sentence


def start(bench: Bench, plan: Plan) -> None:
    """Tells what is judged, by which versions, and who plays."""
    bench.recorder.emit(
        events.RunStarted,
        kind=plan.kind,
        lang=plan.lang,
        sut=without_credentials(plan.sut),
        bench=bench_versions(),
        requirements=requirement_set(plan.table),
        rules=rule_set(len(plan.checks)),
        session=bench.session.id,
        mode=bench.session.mode,
        seed=plan.seed,
        sandbox=bench.control.base,
        profiles=list(plan.profiles),
        scenarios=[scenario.id for scenario in plan.scenarios],
        cast=[
            events.CastMember(
                software=player.software,
                sut=without_credentials(player.sut),
                profiles=list(player.profiles),
                requirements=requirement_set(player.table),
                judged=player.judged,
            )
            for player in plan.cast
        ],
    )


def judgement(recorder: Recorder, said: Judgement) -> None:
    """Tells what a check says of a scenario."""
    check = said.check
    if said.crash:
        recorder.emit(events.Log, level="error", code="CHECK-001", text=f"{check.id}: {said.crash}")
    recorder.emit(
        events.CheckEnded,
        check=check.id,
        title=check.rule.text,
        scenario=said.scenario or None,
        requirements=list(check.requirements),
        inputs=list(said.inputs),
        findings=[finding.as_json() for finding in said.findings],
        verdict=said.verdict,
        zero_tolerance=check.zero_tolerance,
    )


def lacking(capabilities: tuple[str, ...]) -> Sentence:
    """Why a scenario is not played."""
    listed = ", ".join(capabilities)
    return Sentence(f"capacités non déclarées : {listed}", f"capabilities not declared: {listed}")
