"""The examples of the pages that no shell runs: modules are loaded and used, YAML and JSON read by the models.

They are read from the French pages; those of the English ones are the same, as test_pages.py holds them to be.
"""

from __future__ import annotations

import json
import ssl
import sys
import tomllib
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import aiohttp
import pytest

from banc_harness import sut
from banc_harness.checks import Checks
from banc_harness.client import Control
from banc_harness.engine import Engine
from banc_harness.in_process import sandbox
from banc_harness.plan import Plan
from banc_harness.play import Scenarios
from banc_harness.requirements import table as requirements
from banc_harness.scenarios.registered import scenarios
from banc_mocks.sandbox.config import Config
from banc_mocks.sandbox.launcher import start
from banc_standards.contracts import events
from banc_standards.contracts.control import FaultRequest
from banc_standards.contracts.driver import Action, Answer
from banc_standards.psc.read import AuthorizationRequest, Form
from banc_standards.rules import judge


@pytest.fixture
def written(pages, tmp_path):
    """Writes a block of a page as the file that it is, and returns where."""

    def write(name: str, title: str) -> Path:
        path = tmp_path / title
        path.write_text(pages(name, "fr").file(title), encoding="utf-8")
        return path

    return write


def loaded(path: Path) -> ModuleType:
    """The module of a file."""
    spec = spec_from_file_location(f"docs_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page_name", ["demarrage", "brancher"])
def test_the_descriptions_of_software_are_read_without_a_remark(page_name, written):
    path = written(page_name, "sut.yaml")

    described = sut.load(path, capabilities=scenarios().capabilities())

    assert described.warnings == ()
    assert described.sut.product.name == "Dossier Plus"


def test_the_action_and_the_answer_are_those_of_the_contract(written):
    action = Action.read(written("brancher", "action.json").read_bytes())
    answer = Answer.read(written("brancher", "answer.json").read_bytes())

    assert answer.id == action.id
    assert set(json.loads(action.model_dump_json())["sandbox"]["services"]) == {"psc", "insi", "dmp"}


@pytest.mark.parametrize(("query", "broken"), [("ui_locales=fr", []), ("ui_locales=en", ["EX-AUT-001"])])
def test_the_rule_judges(written, query, broken):
    rules = loaded(written("etendre", "rule.py")).RULES

    found = judge(rules, AuthorizationRequest(Form.decode(query), "wallet", None))

    assert [finding.rule for finding in found] == broken


@pytest.mark.parametrize(("method", "verdict"), [("S256", "CONFORME"), ("plain", "NON_CONFORME")])
async def test_the_scenario_is_played_and_the_check_judges_it(written, tmp_path, method, verdict):
    description = sut.load(written("demarrage", "sut.yaml")).sut
    adapter = written("demarrage", "adapter.py")
    adapter.write_text(adapter.read_text().replace('"S256"', f'"{method}"'))
    command = [sys.executable, str(adapter)]
    software = description.model_copy(update={"driver": description.driver.model_copy(update={"command": command})})
    plan = Plan(
        run="r-1",
        kind="bac-a-sable",
        lang="fr",
        sut=software,
        folder=tmp_path,
        profiles=("general",),
        scenarios=tuple(Scenarios.of((loaded(written("etendre", "scenario.py")),)).values()),
        checks=Checks.of((loaded(written("etendre", "check.py")),)),
        table=requirements.table("hopital"),
        seed=1,
    )

    async with (
        sandbox(tmp_path / ".banc", services=("psc",)) as ready,
        Control(ready.control, ca_file=Path(ready.ca_file)) as control,
    ):
        engine = Engine(plan, control, mode="lenient", ca_file=Path(ready.ca_file))
        told = [event async for event in engine.run()]

    assert [event.outcome for event in told if isinstance(event, events.StepEnded)] == [
        "done" if method == "S256" else "missed"
    ]
    assert [event.verdict for event in told if isinstance(event, events.CheckEnded)] == [verdict]


def test_the_requirement_is_one_of_the_table(pages):
    shown = next(block.text for block in pages("etendre", "fr").blocks if block.kind == "toml")
    row = tomllib.loads(shown)["requirement"][0]

    found = requirements.table("hopital")[row["id"]]

    assert (found.text.fr, found.text.en) == (row["fr"], row["en"])
    assert (found.software, found.approved) == (tuple(row["software"]), tuple(row["approved"]))


def test_the_keys_of_a_requirement_are_those_that_tables_have(pages):
    told = {key for cells in pages("etendre", "fr").rows("exigence") for key in cells[0].replace("`", "").split()}
    folder = Path(requirements.__file__).parent
    rows = [row for path in folder.glob("*/*.toml") for row in tomllib.loads(path.read_text()).get("requirement", ())]

    assert {key for row in rows for key in row} <= told
    assert told <= {key for row in rows for key in row} | {"weight", "level", "formerly", "condition"}


async def test_the_fault_strikes_when_it_is_armed(written, tmp_path):
    example = loaded(written("etendre", "fault.py"))
    running = await start(Config(services=(), port_base=0, data=tmp_path / "data"), more=[example.service])
    place = running.sandbox.addresses.base_url("example")
    trust = ssl.create_default_context(cafile=running.ready["ca_file"])
    said = []
    try:
        async with Control(running.ready["control"], ca_file=Path(running.ready["ca_file"])) as control:
            fault = {"id": "example.old", "match": {"topic": "dmp"}, "sequence": [{"year": 1999}]}
            await control.arm_fault("default", FaultRequest.read(fault))
            async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trust)) as http:
                for topic in ("insi", "dmp", "dmp"):
                    async with http.get(f"{place}/news", params={"topic": topic}) as answer:
                        said.append(int(await answer.text()))
    finally:
        await running.stop()

    assert said[1] == 1999
    assert said[0] == said[2] >= 2025
