"""A story: several softwares in one session, each with its driver, each judged by the table of its couloir."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from banc_harness.checks import Check, Checks, check
from banc_harness.client import Control
from banc_harness.engine import Engine
from banc_harness.plan import Plan, Player, scenarios_of
from banc_harness.play import Play, Scenario, Scenarios, scenario
from banc_harness.requirements.table import table
from banc_harness.scenarios import registered
from banc_harness.selection import Selection
from banc_harness.trace import Trace
from banc_standards.contracts import events
from banc_standards.contracts.events import AnyEvent
from banc_standards.contracts.sandbox import Ready
from banc_standards.contracts.sut import Sut
from banc_standards.errors import Sentence
from banc_standards.rules import Hit

from .conftest import SOFTWARE

TITLE = Sentence("Titre", "Title")
Tell = Callable[..., Awaitable[list[AnyEvent]]]


async def _say_hello(play: Play, number: str) -> None:
    async with play.step(f"{number}.1", TITLE) as step:
        await step.act("mail.send", ins="1")
        play.notes[number] = await step.expect("test.hello", outcome="observed")


@scenario(id="UC2.80", title=TITLE, actions=("mail.send",), story="HISTOIRE", by="SGL", like=("UC2.03",))
async def laboratory(play: Play) -> None:
    """The first chapter."""
    await _say_hello(play, "UC2.80")


@scenario(id="UC1.80", title=TITLE, actions=("mail.send",), requires=("mss.send.pro",), story="HISTOIRE", by="DPI")
async def hospital(play: Play) -> None:
    """The second, which finds what the first left."""
    assert play.sut.software_type == "DPI"
    assert play.notes["UC2.80"].operation == "test.hello"
    await _say_hello(play, "UC1.80")


@scenario(id="UC2.81", title=TITLE, actions=("mail.send",), story="HISTOIRE", by="SGL")
async def laboratory_again(play: Play) -> None:
    """The third."""
    await _say_hello(play, "UC2.81")


def _judging(id: str, requirement: str, patterns: tuple[str, ...], *, fails: bool = False) -> Check:
    @check(
        id=id,
        requirements=[requirement],
        on=Selection(operation="test.hello"),
        scenarios=patterns,
        text=TITLE,
        clause="…",
        fix=TITLE,
    )
    def said(trace: Trace) -> Any:
        return [Hit("ici")] if fails else []

    return said


HEARD = _judging("CHK-TST-001", "SBX-RUN-03", ("*",))
LIKE = _judging("CHK-TST-002", "DMP/va1.15", ("UC2.03",))
FAILING = _judging("CHK-TST-003", "SBX-LAB-01", ("UC2.8?",), fails=True)


@pytest.fixture
def tell(ready: Ready, control: Control, tmp_path: Path) -> Tell:
    """Plays the story with two softwares that speak."""
    (tmp_path / "software.py").write_text(SOFTWARE)

    def player(software_type: str, couloir: str, name: str) -> Player:
        sut = Sut.read(
            {
                "banc": 1,
                "vendor": "Éditeur",
                "product": {"name": name, "version": "1"},
                "couloir": couloir,
                "software_type": software_type,
                "capabilities": ["mss.send.pro"],
                "driver": {"kind": "exec", "command": [sys.executable, "software.py", ready.control, "good"]},
            }
        )
        return Player(sut, tmp_path, ("general",), table(couloir))

    async def play(*scenarios: Scenario, checks: tuple[Check, ...] = (), judged: bool = True) -> list[AnyEvent]:
        first, other = player("SGL", "biologie", "Labo"), player("DPI", "hopital", "Dossier")
        plan = Plan(
            run="r-1",
            kind="bac-a-sable",
            lang="fr",
            sut=first.sut,
            folder=first.folder,
            profiles=first.profiles,
            scenarios=scenarios,
            checks=Checks(checks),
            table=first.table,
            seed=1,
            cast=(replace(other, judged=judged),),
        )
        engine = Engine(plan, control, mode="strict", ca_file=Path(ready.ca_file))
        return [event async for event in engine.run()]

    return play


async def test_each_chapter_is_played_by_its_software_in_the_same_session(tell: Tell) -> None:
    told = await tell(laboratory, hospital, laboratory_again)

    started, ended = told[0], told[-1]
    assert isinstance(started, events.RunStarted)
    assert isinstance(ended, events.RunEnded)
    assert [item.software for item in started.cast] == ["DPI"]
    by_chapter = {event.scenario: event.software for event in told if isinstance(event, events.ScenarioEnded)}
    assert by_chapter == {"UC2.80": "SGL", "UC1.80": "DPI", "UC2.81": "SGL"}
    seen = [event for event in told if isinstance(event, events.ExchangeSeen)]
    assert [(event.software, event.claimed_by) for event in seen] == [
        ("SGL", "UC2.80.1"),
        ("DPI", "UC1.80.1"),
        ("SGL", "UC2.81.1"),
    ]
    assert {event.outcome for event in told if isinstance(event, events.StepEnded)} == {"done"}


async def test_each_software_is_judged_by_its_own_table(tell: Tell) -> None:
    told = await tell(laboratory, hospital, checks=(HEARD, LIKE, FAILING))

    decided = {(event.software, event.requirement): event.verdict for event in _decided(told)}
    assert decided["SGL", "SBX-RUN-03"] == decided["DPI", "SBX-RUN-03"] == "CONFORME"
    assert decided["SGL", "DMP/va1.15"] == "CONFORME", "a chapter is judged as what it is like"
    assert decided["SGL", "SBX-LAB-01"] == "NON_CONFORME"
    assert {software for software, _ in decided} == {"SGL", "DPI"}
    ended = told[-1]
    assert isinstance(ended, events.RunEnded)
    assert not ended.gate.passed
    assert ended.gate.sentence == "1 logiciel sur 2 passe ; pas Labo"
    assert ended.gate.reasons == ["Labo : SBX-LAB-01 : NON_CONFORME"]
    assert ended.exit_code == 1


async def test_company_is_not_judged(tell: Tell) -> None:
    told = await tell(laboratory, hospital, checks=(HEARD,), judged=False)

    assert {event.software for event in _decided(told)} == {"SGL"}


def test_a_story_is_played_when_it_is_asked_for_only() -> None:
    @scenario(id="UC2.01", title=TITLE, couloirs=("biologie",))
    async def ordinary(play: Play) -> None:
        """Not a chapter."""

    known = Scenarios([ordinary, laboratory, hospital])
    asked = {name: _ids(known, name) for name in ("UC2.*", "HISTOIRE", "UC2.80")}

    assert _ids(known) == ["UC2.01"]
    assert asked == {"UC2.*": ["UC2.01"], "HISTOIRE": ["UC2.80", "UC1.80"], "UC2.80": ["UC2.80"]}


def _ids(known: Scenarios, *asked: str) -> list[str]:
    return [item.id for item in scenarios_of(known, couloir="biologie", profiles=["general"], asked=asked)]


def _decided(told: list[AnyEvent]) -> list[events.RequirementDecided]:
    return [event for event in told if isinstance(event, events.RequirementDecided)]


def test_only_chapters_are_like_other_scenarios() -> None:
    """What is judged again from sealed events is judged by the scenario's own name."""
    assert [item.id for item in registered.scenarios().values() if item.like and not item.story] == []
