"""``banc demo``: one sandbox, the witnesses at once, each in its own run, and the story that they play together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from banc_harness import runs
from banc_harness.client import Control
from banc_harness.company import player
from banc_harness.demo import Kind, Parts, own_defects, rehearsing, witness
from banc_harness.engine import Engine
from banc_harness.events import Consumer, ndjson
from banc_harness.plan import Plan
from banc_harness.reports import whole
from banc_harness.runs import Options, Reached
from banc_harness.scenarios.registered import scenarios
from banc_harness.sut import Described
from banc_harness.together import Played, Whole
from banc_standards.contracts.vocabulary import SessionMode

Watching = Callable[[Plan], Consumer]


@dataclass(frozen=True, slots=True)
class Demonstrated:
    """What was played, and where the ``page`` for people is."""

    whole: Whole
    page: Path


async def demonstrate(
    options: Options, parts: Parts, defects: Sequence[str], watching: Watching = lambda plan: lambda event: None
) -> Demonstrated:
    """Plays the parts, handing the events of each run to what ``watching`` makes for it, and writes one report.

    Raises ``UnusableInput`` or ``EnvironmentFailed`` when nothing can be played.
    """
    folder = options.report or options.data / "runs" / runs.new_run()
    own = own_defects(defects, parts.kinds)
    with ExitStack() as files:
        writers = [files.enter_context(ndjson(target)) for target in runs.event_files(options, folder)]
        async with AsyncExitStack() as running:
            # The sandbox takes a second to start, and so does each witness: at once.
            sandbox = asyncio.ensure_future(running.enter_async_context(runs.reached(options, folder)))
            starting = [
                asyncio.ensure_future(running.enter_async_context(witness(own[kind], kind))) for kind in parts.kinds
            ]
            await _all([sandbox, *starting])
            described = {kind: task.result() for kind, task in zip(parts.kinds, starting, strict=True)}
            playing = [
                asyncio.ensure_future(_play(plan, options, sandbox.result(), [*writers, watching(plan)]))
                for plan in _plans(options, parts, described)
            ]
            await _all(playing)
    together = Whole(task.result() for task in playing)
    return Demonstrated(together, whole.write(together, folder))


async def _all(tasks: Sequence[asyncio.Future[Any]]) -> None:
    """Waits for all of them; when one fails, none is left under way."""
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _plans(options: Options, parts: Parts, described: Mapping[Kind, Described]) -> list[Plan]:
    """A plan for each run: the story first, since it is the longest of one thread."""
    plans = []
    if parts.story:
        first, *others = parts.cast
        told = runs.planned(replace(options, scenarios=parts.story), described[first])
        cast = tuple(player(described[kind]) for kind in others)
        plans.append(replace(told, cast=cast, software=None if cast else told.sut.software_type))
    for kind, asked in parts.own.items():
        plan = runs.planned(replace(options, scenarios=asked), rehearsing(described[kind], scenarios(), asked))
        plans.append(replace(plan, software=plan.sut.software_type))
    return plans


async def _play(plan: Plan, options: Options, reached: Reached, consumers: Sequence[Consumer]) -> Played:
    played = Played()
    async with Control(
        reached.base,
        token=None if reached.own else options.token,
        ca_file=reached.ca_file,
        ca_sha256=options.ca_sha256,
        lang=options.lang,
    ) as control:
        if reached.ca_file is None:
            raise ValueError("a demonstration runs beside its sandbox")
        mode: SessionMode = "lenient" if reached.own else "strict"
        engine = Engine(plan, control, mode=mode, ca_file=reached.ca_file.resolve())
        async with aclosing(engine.run()) as events:
            async for event in events:
                played.add(event)
                for consume in consumers:
                    consume(event)
        played.sealed = engine.sealed
    return played
