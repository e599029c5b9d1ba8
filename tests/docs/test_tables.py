"""The tables of the pages say what the code does.

Those of switches and faults are written by these tests: ``BANC_WRITE_DOCS=1 ./bancw test tests/docs/test_tables.py``.
The others are written by hand, and hold every name that the code knows and no other.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from typing import Any

import pytest
from pydantic import BaseModel

from banc_harness.catalogue import catalogue
from banc_harness.cli import main
from banc_harness.scenarios.registered import scenarios
from banc_mocks.sandbox.config import SERVICES, Config
from banc_mocks.sandbox.control.application import BASE, ENDPOINTS
from banc_mocks.sandbox.http import HttpService
from banc_standards.contracts.sut import Sut
from banc_standards.dmp import transactions
from banc_standards.psc import names as psc_names

WRITING = bool(os.environ.get("BANC_WRITE_DOCS"))
HEADINGS = {
    "fr": {
        "interrupteurs": ("interrupteur", "défaut", "valeurs", "effet"),
        "pannes": ("panne", "effet", "`match`, outre `operation`", "réglages et défauts"),
    },
    "en": {
        "interrupteurs": ("switch", "default", "values", "effect"),
        "pannes": ("fault", "effect", "`match`, besides `operation`", "settings and defaults"),
    },
}
CODE = re.compile(r"`([^`]+)`")


class _Stand:
    """As much of a sandbox as a service reads when it is built."""

    def __init__(self, data: Any) -> None:
        self.config = Config(data=data)


@pytest.fixture
def services(tmp_path) -> Mapping[str, HttpService]:
    """The services by name, as a sandbox builds them."""
    return {name: import_module(f"banc_mocks.{name}.wire").service(_Stand(tmp_path)) for name in SERVICES}


def test_every_service_has_its_page(pages):
    for service in SERVICES:
        assert pages(service, "fr").table(f"fidelite {service}")


@pytest.mark.parametrize("service", SERVICES)
def test_the_switches_of_a_service_are_those_of_its_page(service, lang, pages, services):
    rows = [
        (code(item.name), code(shown(item.default)), values(item), item.text.of(lang))
        for item in services[service].switches
    ]
    check(pages(service, lang), "interrupteurs", service, lang, rows)


@pytest.mark.parametrize("service", SERVICES)
def test_the_faults_of_a_service_are_those_that_the_command_lists(service, lang, pages, capfd):
    assert main(["faults", "--format", "json"]) == 0
    listed = json.loads(capfd.readouterr().out)["faults"]
    rows = [
        (
            code(item["id"]),
            item["text"][lang],
            ", ".join(code(key) for key in item["match_keys"] if key != "operation"),
            ", ".join(code(f"{key}={shown(value)}") for key, value in item["parameters"].items()),
        )
        for item in listed
        if item["service"] == service
    ]
    check(pages(service, lang), "pannes", service, lang, rows)


@pytest.mark.parametrize("service", [name for name in ("psc", "insi") if name in SERVICES])
def test_every_route_of_a_service_has_its_fidelity(service, lang, pages, services):
    told = [CODE.findall(cells[0]) for cells in pages(service, lang).rows(f"fidelite {service}")]
    operations = {name for cells in pages(service, lang).rows(f"fidelite {service}") for name in CODE.findall(cells[1])}
    written = {(" ".join(row), part.split()[-1]) for row in told for part in row}

    for listener in services[service].listeners:
        for route in listener.routes:
            path = route.path.removeprefix(psc_names.REALM_PATH)
            assert any(path == place and route.method in row for row, place in written), (route.method, path)
            assert route.operation in operations or route.operation.endswith(".unknown")


def test_every_transaction_of_the_dmp_has_its_fidelity(lang, pages):
    told = {}
    for cells in pages("dmp", lang).rows("fidelite dmp"):
        for name in re.findall(r"TD\d\.\d[abcd]?", cells[0]):
            told[name] = (cells[1], cells[2], "DMP-002" in cells[2])
    absent = {"fr": "absente", "en": "absent"}[lang]

    assert set(told) == {item.id for item in transactions.TRANSACTIONS}
    for item in transactions.TRANSACTIONS:
        paths, fidelity, withdrawn = told[item.id]
        assert f"`{item.path}`" in paths
        assert fidelity.startswith(absent) == (item.standing != "served"), item.id
        assert withdrawn == (item.standing == "withdrawn"), item.id


def test_each_fidelity_is_one_of_three(lang, pages):
    words = {"fr": ("exacte", "approchée", "absente"), "en": ("exact", "approximated", "absent")}[lang]
    for service in SERVICES:
        for cells in pages(service, lang).rows(f"fidelite {service}"):
            assert cells[2].startswith(words), cells


def test_the_ports_are_those_of_the_listeners(lang, pages, services):
    asked = {"fr": "demandé", "en": "requested"}[lang]
    listening = {(0, 8440, False)} | {
        (listener.offset, 8440 + listener.offset, listener.certificate == "requested")
        for service in services.values()
        for listener in service.listeners
    }
    told = {(int(row[0]), int(row[1]), row[3] == asked) for row in pages("bac-a-sable", lang).rows("ports")}

    assert told == listening


def test_the_control_api_is_told_whole(lang, pages):
    told = {path for row in pages("bac-a-sable", lang).rows("api") for path in CODE.findall(row[0])}

    assert told == {endpoint.path for endpoint in ENDPOINTS}
    assert BASE in pages("bac-a-sable", lang).table("api")


def test_every_family_of_rules_is_told(lang, pages):
    told = {name for row in pages("bac-a-sable", lang).rows("familles") for name in CODE.findall(row[0])}
    known = {f"{name.partition('-')[0]}-" for name in catalogue()}

    assert told == known


def test_the_keys_of_sut_yaml_are_those_of_the_model(lang, pages):
    told = {name for row in pages("brancher", lang).rows("cles") for name in CODE.findall(row[0])}

    assert told == set(keys(Sut))


def test_the_actions_are_those_that_scenarios_ask_for(lang, pages):
    asked = {action for scenario in scenarios().values() for action in scenario.actions}
    told = {name for row in pages("brancher", lang).rows("entrees") for name in CODE.findall(row[0])}

    assert told == asked | {"clock.set"}


def keys(model: type[BaseModel], inside: str = "") -> Iterator[str]:
    """Every key of a model, dotted; a driver is one key."""
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from keys(kind, f"{inside}{name}.")
        else:
            yield f"{inside}{name}"


def check(page: Any, kind: str, service: str, lang: str, rows: Iterable[tuple[str, ...]]) -> None:
    """The table of a page is made of these rows; it is written when that was asked for."""
    headings = HEADINGS[lang][kind]
    lines = [headings, ("---",) * len(headings), *rows]
    table = "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
    if WRITING:
        start = f"<!-- {kind} {service} -->\n"
        written = page.path.read_text(encoding="utf-8")
        head, _, rest = written.partition(start)
        page.path.write_text(f"{head}{start}{table}{rest[rest.index('<!-- fin -->') :]}", encoding="utf-8")
        return
    assert page.table(f"{kind} {service}") == table


def code(text: str) -> str:
    """A word of the interface."""
    return f"`{text}`"


def shown(value: Any) -> str:
    """A value as it is written in JSON, texts without quotes."""
    return value if isinstance(value, str) else json.dumps(value)


def values(switch: Any) -> str:
    """What a switch takes."""
    if switch.values:
        return ", ".join(code(shown(value)) for value in switch.values)
    return ", ".join(code(word) for word in ("true", "false")) if isinstance(switch.default, bool) else ""
