"""A sealed run is what it claims: verified step by step, and everything in it is of the contract's shapes."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import jsonschema_rs
import pytest

from banc_harness.evidence import names
from banc_harness.evidence.bundle import Bundle
from banc_harness.evidence.verify import STEPS, verify
from banc_standards.contracts.publish import schema

from .honest import SCENARIOS, Honest
from .parties import PASSWORD


def test_trusted_signer_verifies_on_another_folder_without_a_sandbox(honest: Honest, tmp_path: Path) -> None:
    moved = shutil.copy(honest.bundle, tmp_path / "elsewhere.banc.zip")

    found = verify(Path(moved), trusted=honest.trust)

    assert found.refusal is None
    assert [step.name for step in found.steps] == list(STEPS)
    assert all(step.sure for step in found.steps)
    assert (found.signer, found.trusted, found.exit_code) == ("Testeuse Fictive", True, 0)


def test_without_trust_the_bundle_is_intact_and_its_signer_unknown(honest: Honest) -> None:
    found = verify(honest.bundle)

    assert found.refusal is None
    assert [step.name for step in found.steps if not step.sure] == ["signer"]
    assert found.exit_code == 1  # homologation


def test_current_rules_judge_the_same(honest: Honest) -> None:
    found = verify(honest.bundle, trusted=honest.trust, with_current=True)

    assert (found.differences, found.exit_code) == ([], 0)


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("manifest.json", "manifest"),
        ("checks.json", "checks"),
        ("verdicts.json", "verdicts"),
        ("rules.json", "rules"),
        ("requirements/hopital.json", "requirements"),
        ("reviews/SC.PSC.01.json", "review"),
        ("report.json", "report"),
    ],
)
def test_files_have_their_published_shape(honest: Honest, name: str, shape: str) -> None:
    with Bundle.open(honest.bundle) as bundle:
        written = json.loads(bundle.read(name))

    jsonschema_rs.validator_for(schema(shape)).validate(written)


def test_every_event_and_exchange_has_its_published_shape(honest: Honest) -> None:
    event, exchange = (jsonschema_rs.validator_for(schema(name)) for name in ("event", "exchange"))
    with Bundle.open(honest.bundle) as bundle:
        for line in bundle.lines(names.EVENTS):
            event.validate(json.loads(line))
        for line in bundle.lines(names.JOURNAL):
            exchange.validate(json.loads(line))


def test_manifest_says_whose_run_it_is_of_what_and_by_which_versions(honest: Honest) -> None:
    with Bundle.open(honest.bundle) as bundle:
        manifest = bundle.manifest
        started = next(iter(bundle.events()))

    assert manifest.run == started.run
    assert manifest.kind == "homologation"
    assert [(person.name, person.role) for person in manifest.people] == [
        ("Testeuse Fictive", "signer"),
        ("Camille Fictive", "reviewer"),
    ]
    assert {"banc-segur", "python", "cryptography", "lxml"} <= manifest.bench.keys()
    assert [file.name for file in manifest.files] == sorted(file.name for file in manifest.files)


def test_same_content_makes_the_same_archive(honest: Honest, tmp_path: Path) -> None:
    from .forge import Forge

    again = Forge(honest.bundle, honest.tester).write(tmp_path / "again.banc.zip")

    assert again.read_bytes() == honest.bundle.read_bytes()


def test_reader_gives_events_exchanges_contents_and_reviews(honest: Honest) -> None:
    with Bundle.open(honest.bundle) as bundle:
        told = [event.type for event in bundle.events()]
        sent = [entry for entry in bundle.sealed.entries.values() if entry["operation"] == "dmp.TD2.1"]
        exchange = bundle.sealed.exchange(sent[0]["seq"])
        reviewed = [review.requirement for review in bundle.reviews]
        assert exchange is not None
        assert len(exchange.request_bytes) == sent[0]["request"]["size"] > 0

    assert (told[0], told[-1]) == ("run.started", "run.ended")
    assert reviewed == ["SC.PSC.01"]


def test_nothing_that_lets_somebody_in_is_in_the_bundle(honest: Honest) -> None:
    key = honest.key.read_bytes()
    with zipfile.ZipFile(honest.bundle) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}

    for name, data in contents.items():
        assert b"PRIVATE KEY" not in data, name
        assert PASSWORD.encode() not in data, name
        assert key[:64] not in data, name


def test_scenarios_of_the_run_are_those_that_were_asked(honest: Honest) -> None:
    with Bundle.open(honest.bundle) as bundle:
        ended = [event.scenario for event in bundle.events() if event.type == "scenario.ended"]

    assert tuple(ended) == SCENARIOS
