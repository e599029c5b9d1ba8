"""A run that was interrupted in the middle of a scenario and taken up again is sealed, and verified, like any other."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from banc_harness import runs
from banc_harness.client import Control
from banc_harness.evidence.bundle import Bundle
from banc_harness.evidence.verify import verify
from banc_harness.runs import Options
from banc_standards.contracts import events
from banc_standards.contracts.control import Observation
from banc_standards.contracts.events import AnyEvent
from banc_standards.contracts.sandbox import Ready

from .honest import Honest

ADAPTER = """
import json, sys
action = json.load(sys.stdin)
json.dump({"banc": 1, "id": action["id"], "status": "refused"}, sys.stdout)
"""


class Unplugged(Exception):
    """The machine of the tester goes off."""


async def test_resumed_run_is_sealed_with_what_the_interruption_cut_short(
    honest: Honest, ready: Ready, control: Control, tmp_path: Path
) -> None:
    (tmp_path / "adapter.py").write_text(ADAPTER)
    described = {
        "banc": 1,
        "vendor": "Éditeur",
        "product": {"name": "Logiciel", "version": "1"},
        "couloir": "hopital",
        "software_type": "DPI",
        "capabilities": ["psc.code"],
        "driver": {"kind": "exec", "command": [sys.executable, "adapter.py"]},
    }
    (tmp_path / "sut.yaml").write_text(json.dumps(described))
    given = {"sut": tmp_path / "sut.yaml", "sandbox": ready.control, "ca_file": Path(ready.ca_file)}
    asked = {"scenarios": ("PSC.0*",), "kind": "homologation", "report": tmp_path / "out", "data": tmp_path / "data"}
    begun: list[str] = []
    session: list[str] = []

    def unplug(event: AnyEvent) -> None:
        if isinstance(event, events.RunStarted):
            session.append(event.session)
        if isinstance(event, events.ScenarioStarted):
            begun.append(event.scenario)
        elif len(begun) == 2:
            raise Unplugged

    with pytest.raises(Unplugged):
        await runs.run(Options(**given, **asked), [unplug])
    await control.observe(session[0], Observation(operation="test.cut", text="d'un scénario interrompu", facts={}))
    done = await runs.run(
        Options(**given, **asked, resume=str(tmp_path / "out"), signer=honest.tester, bundle=tmp_path / "r.banc.zip")
    )

    assert done.bundle is not None, done.unsealed
    found = verify(done.bundle, trusted=honest.trust)
    assert found.refusal is None, found.refusal
    with Bundle.open(done.bundle) as bundle:
        told = list(bundle.events())
        sealed = [entry["operation"] for entry in bundle.entries.values()]
    assert [item.scenario for item in told if isinstance(item, events.ScenarioStarted)].count(begun[-1]) == 2
    assert "test.cut" in sealed
