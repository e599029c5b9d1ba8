from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from banc_harness.checks import Checks
from banc_harness.client import Control
from banc_harness.engine import Engine
from banc_harness.plan import Plan
from banc_harness.play import Scenario
from banc_harness.requirements.table import table
from banc_standards.contracts.events import AnyEvent
from banc_standards.contracts.sandbox import Ready
from banc_standards.contracts.sut import Sut

SOFTWARE = """
import json, ssl, sys, urllib.request
asked = json.load(sys.stdin)
control, behaviour = sys.argv[1:3]

def observe(operation, **facts):
    trust = ssl.create_default_context(cafile=asked["sandbox"]["ca_file"])
    body = json.dumps({"operation": operation, "facts": facts}).encode()
    where = f"{control}/control/v1/sessions/{asked['session']}/observations"
    request = urllib.request.Request(where, body, {"Content-Type": "application/json"})
    urllib.request.urlopen(request, context=trust).close()

status = "done"
if behaviour == "good":
    observe("test.hello", ins=asked["input"].get("ins", "1"))
elif behaviour == "other":
    observe("test.bonjour")
elif behaviour in ("unsupported", "refused"):
    status = behaviour
elif behaviour == "crash":
    raise SystemExit("plus de licence")
json.dump({"banc": 1, "id": asked["id"], "status": status, "output": {"asked": asked}}, sys.stdout)
"""
"""A software that knows no service: what it does, it puts into the journal as an observation."""


@dataclass
class Played:
    """What a run told, by type."""

    events: list[AnyEvent]

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


Run = Callable[..., Any]


@pytest.fixture
def run(ready: Ready, control: Control, tmp_path: Path) -> Run:
    """Plays scenarios on a software that behaves as told, judged by some checks."""
    (tmp_path / "software.py").write_text(SOFTWARE)

    async def play(
        *scenarios: Scenario,
        checks: Iterable[Any] = (),
        behaviour: str = "good",
        kind: Any = "bac-a-sable",
        command: list[str] | None = None,
        **described: Any,
    ) -> Played:
        sut = Sut.read(
            {
                "banc": 1,
                "vendor": "Éditeur",
                "product": {"name": "Logiciel", "version": "1"},
                "couloir": "hopital",
                "software_type": "DPI",
                "capabilities": ["psc.code"],
                "driver": {
                    "kind": "exec",
                    "command": command or [sys.executable, "software.py", ready.control, behaviour],
                    "timeout_s": 10,
                },
                **described,
            }
        )
        plan = Plan(
            run="r-1",
            kind=kind,
            lang="fr",
            sut=sut,
            folder=tmp_path,
            profiles=("general",),
            scenarios=scenarios,
            checks=Checks(checks),
            table=table("hopital"),
            seed=1,
        )
        engine = Engine(plan, control, mode="strict", ca_file=Path(ready.ca_file))
        told = [event async for event in engine.run()]
        for event in told:
            json.loads(event.model_dump_json())
        return Played(told)

    return play
