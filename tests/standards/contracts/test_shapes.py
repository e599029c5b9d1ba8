"""The models read and write the literal examples of the contracts."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from banc_standards.contracts.canonical import canonical, entry_hash
from banc_standards.contracts.control import CertificateRequest, ClientRequest, SessionRequest
from banc_standards.contracts.driver import Action, Answer
from banc_standards.contracts.exchange import Exchange
from banc_standards.contracts.finding import Finding
from banc_standards.contracts.sandbox import Ready
from banc_standards.contracts.shape import Shape
from banc_standards.contracts.sut import ExecDriver, ManualDriver, Sut
from banc_standards.rules import Finding as JudgedFinding

MODELS = [("READY", Ready), ("FINDING", Finding), ("EXCHANGE", Exchange), ("ACTION", Action), ("ANSWER", Answer)]


@pytest.mark.parametrize(("name", "model"), MODELS)
def test_an_example_is_written_back_key_for_key(examples: dict[str, Any], name: str, model: type[Shape]) -> None:
    written = model.read(json.dumps(examples[name])).as_json()
    assert json.dumps(written) == json.dumps(examples[name])


@pytest.mark.parametrize(("name", "model"), MODELS)
def test_an_unknown_key_is_ignored(examples: dict[str, Any], name: str, model: type[Shape]) -> None:
    read = model.read({**examples[name], "tomorrow": {"x": 1}})
    assert read.as_json() == examples[name]


def test_a_service_that_does_not_run_has_no_key(examples: dict[str, Any]) -> None:
    del examples["READY"]["services"]["insi"]["url_mtls"]
    written = Ready.read(examples["READY"]).as_json()
    assert set(written["services"]) == {"psc", "insi", "dmp"}
    assert set(written["services"]["insi"]) == {"url"}


@pytest.mark.parametrize("key", ["hash", "prev", "peer", "facts", "clock", "operation"])
def test_an_entry_without_one_of_its_keys_is_refused(examples: dict[str, Any], key: str) -> None:
    del examples["EXCHANGE"][key]
    with pytest.raises(ValidationError, match=key):
        Exchange.read(examples["EXCHANGE"])


def test_unknown_facts_are_kept(examples: dict[str, Any]) -> None:
    examples["EXCHANGE"]["facts"]["ciba"] = {"id": 7}
    assert Exchange.read(examples["EXCHANGE"]).facts["ciba"] == {"id": 7}


@pytest.mark.parametrize("place", ["duration_us", "facts"])
def test_a_floating_number_in_an_entry_is_refused(examples: dict[str, Any], place: str) -> None:
    examples["EXCHANGE"][place] = 1.0 if place == "duration_us" else {"score": [1.5]}
    with pytest.raises(ValidationError, match=place):
        Exchange.read(examples["EXCHANGE"])


def test_the_hash_is_over_sorted_keys_without_escaping_and_without_itself() -> None:
    entry = {"b": "é", "a": [1, {"z": None, "y": True}], "hash": "whatever"}
    assert canonical(entry) == '{"a":[1,{"y":true,"z":null}],"b":"é"}'.encode()
    assert entry_hash(entry) == entry_hash({**entry, "hash": "other"})


def test_an_uncertain_finding_that_does_more_than_inform_is_refused(examples: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="always info"):
        Finding.read({**examples["FINDING"], "certainty": "uncertain", "severity": "warning"})


def test_what_a_rule_yields_is_a_finding_of_the_contracts() -> None:
    judged = JudgedFinding("X-1", "info", "uncertain", "/a", "m", "c", "f")
    assert Finding.read(judged.as_json()).as_json() == judged.as_json()


def test_the_example_description_of_a_software_is_read(examples: dict[str, Any]) -> None:
    sut = Sut.read(yaml.safe_load(examples["SUT_YAML"]))
    assert sut.product.version == "4.2.1"
    assert sut.driver_of("document.send") == ExecDriver(kind="exec", command=["./adapter"], timeout_s=30)
    assert isinstance(sut.driver_of("mail.fetch"), ManualDriver)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"couloir": "hospital"}, "couloir"),
        ({"driver": {"kind": "magic"}}, "driver"),
        ({"driver": {"kind": "exec", "command": []}}, "command"),
        ({"product": {"name": "x", "version": 4.2}}, "version"),
        ({"banc": 2}, "banc"),
    ],
)
def test_a_description_that_says_nonsense_is_refused(
    examples: dict[str, Any], change: dict[str, Any], where: str
) -> None:
    with pytest.raises(ValidationError, match=where):
        Sut.read({**yaml.safe_load(examples["SUT_YAML"]), **change})


def test_keys_left_out_of_a_request_take_their_defaults() -> None:
    assert SessionRequest.read("{}").as_json() == {"id": None, "mode": "strict", "mllp": False}
    assert CertificateRequest.read({"kind": "SIGN"}).profile == "valid"
    assert ClientRequest.read({"client_id": "a"}).auth_method == "secret"


@pytest.mark.parametrize("bad", ["abc", "UPPER", "with-dash", "x" * 17])
def test_a_session_id_outside_its_grammar_is_refused(bad: str) -> None:
    with pytest.raises(ValidationError, match="id"):
        SessionRequest.read({"id": bad})
