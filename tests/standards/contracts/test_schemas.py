"""The published JSON Schemas are current, and say the same as the models."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from banc_standards.contracts.publish import DIALECT, SHAPES, publish, schema, schemas

PUBLISHED = files("banc_standards.contracts") / "schemas"


def test_the_committed_files_are_current() -> None:
    committed = {entry.name: entry.read_text("utf-8") for entry in PUBLISHED.iterdir()}
    assert committed == schemas()


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_every_schema_is_a_valid_2020_12_one_with_id_and_title(name: str) -> None:
    published = schema(name)
    assert published["$schema"] == DIALECT
    assert published["$id"].endswith(f":{name}")
    assert published["title"]
    assert jsonschema_rs.meta.is_valid(published)


def test_publishing_twice_removes_what_no_longer_exists(tmp_path: Path) -> None:
    (tmp_path / "gone.schema.json").write_text("{}")
    publish(tmp_path)
    publish(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(schemas())


@pytest.mark.parametrize("name", ["READY", "FINDING", "EXCHANGE", "ACTION", "ANSWER"])
def test_the_examples_satisfy_their_schema(examples: dict[str, Any], name: str) -> None:
    assert jsonschema_rs.is_valid(schema(name.lower()), examples[name])


def test_the_example_description_satisfies_its_schema(examples: dict[str, Any]) -> None:
    assert jsonschema_rs.is_valid(schema("sut"), yaml.safe_load(examples["SUT_YAML"]))


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("READY", {"event": "almost"}),
        ("READY", {"services": {"dmp": {"url": None}}}),
        ("EXCHANGE", {"at": "yesterday"}),
        ("EXCHANGE", {"outcome": "maybe"}),
        ("ACTION", {"session": "NO"}),
        ("ANSWER", {"status": "perhaps"}),
        ("FINDING", {"line": "three"}),
    ],
)
def test_a_broken_example_fails_its_schema(examples: dict[str, Any], name: str, broken: dict[str, Any]) -> None:
    assert not jsonschema_rs.is_valid(schema(name.lower()), {**examples[name], **broken})


def keys(value: Any, at: str = "") -> set[str]:
    """Every path of keys in a JSON value."""
    if isinstance(value, dict):
        return {path for key, item in value.items() for path in {f"{at}.{key}", *keys(item, f"{at}.{key}")}}
    if isinstance(value, list):
        return {path for item in value for path in keys(item, f"{at}[]")}
    return set()


@pytest.mark.parametrize(
    ("section", "nth", "name"), [("## 6. ", 0, "EXCHANGE"), ("## 9. ", 0, "ACTION"), ("## 9. ", 1, "ANSWER")]
)
def test_our_examples_hold_exactly_the_keys_of_the_contracts(
    contracts_text: str, examples: dict[str, Any], section: str, nth: int, name: str
) -> None:
    chapter = contracts_text[contracts_text.index(section) :]
    block = re.findall(r"```json\n(.*?)```", chapter, re.DOTALL)[nth]
    written = {path for path in keys(json.loads(block)) if ".services" not in path}
    assert {path for path in keys(examples[name]) if ".services" not in path} == written
