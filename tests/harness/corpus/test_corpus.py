"""Made-up documents: sound ones are conform by our own rules, each defect is seen by the rule that it names."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest

from banc_fixtures.guard import real_looking
from banc_fixtures.population import population
from banc_harness.catalogue import catalogue
from banc_harness.cli import main
from banc_harness.corpus import symbols
from banc_harness.corpus.drawn import TYPES, document
from banc_harness.corpus.mutations import MUTATIONS
from banc_harness.corpus.writing import made, mutations
from banc_harness.validate import prints
from banc_harness.validate.kinds import Asked
from banc_standards.cda.copies import pdfs
from banc_standards.cda.read import read
from banc_standards.cda.rules import ENGINE
from banc_standards.errors import UnusableInput
from banc_standards.printed import read as read_page


def told(content: bytes) -> list[tuple[str, str, str]]:
    return [(rule.severity, rule.id, hit.location) for rule, hit in ENGINE.judge(read(content))]


@pytest.mark.parametrize("kind", TYPES)
def test_a_clean_document_draws_neither_error_nor_warning(kind: str) -> None:
    for one in made(kind, 25):
        assert [finding for finding in told(one.content) if finding[0] != "info"] == [], one.name


@pytest.mark.parametrize("kind", TYPES)
def test_contents_vary_and_keep_their_level(kind: str) -> None:
    documents = [read(one.content) for one in made(kind, 25)]
    assert {item.level for item in documents} == {"N1" if kind.endswith("-N1") else "N3"}
    assert len({item.id for item in documents}) == 25
    assert len({item.patient.birth_family for item in documents}) > 8


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for name, mutation in MUTATIONS.items() for kind in mutation.types]
)
def test_each_defect_is_told_by_its_rule(kind: str, name: str) -> None:
    mutation = MUTATIONS[name]
    (one,) = made(kind, 1, defects=[mutation])
    findings = told(one.content)
    assert any(rule.startswith(mutation.rule) for _, rule, _ in findings), findings
    assert any(severity == "error" for severity, _, _ in findings) is mutation.fails, findings


def test_each_defect_names_a_rule_that_exists() -> None:
    rules = catalogue()
    for mutation in MUTATIONS.values():
        assert any(rule.startswith(mutation.rule) for rule in rules), mutation


def test_nobody_real_is_in_a_document() -> None:
    for kind in TYPES:
        content = next(iter(made(kind, 1))).content
        assert list(real_looking(content.decode())) == []


def test_a_document_depends_on_the_seed_and_its_number_alone() -> None:
    assert [one.content for one in made("VSM", 3)] == [one.content for one in made("VSM", 5)][:3]
    assert next(made("VSM", 1, seed=1)).content != next(made("VSM", 1, seed=2)).content


def test_an_unknown_type_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UnusableInput, match="LDLSES"):
        document("LDLSES", random.Random(1), population(), 1)


def test_the_command_writes_documents_and_a_table_of_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "new" / "corpus"
    code = main(["corpus", "LDL-SES", "--out", str(out), "--count", "4", "--mutation", "no-title", "wrong-key"])
    assert code == 0
    assert capsys.readouterr().out == ""
    rows = list(csv.DictReader((out / "corpus.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["mutation"] for row in rows] == ["no-title", "wrong-key"] * 2
    assert [row["conform"] for row in rows] == ["no", "yes"] * 2
    for row in rows:
        findings = told((out / row["file"]).read_bytes())
        assert row["rule"] in {rule for _, rule, _ in findings}
        assert any(severity == "error" for severity, _, _ in findings) is (row["conform"] == "no")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["CRBIO"], 2, "CORPUS-001"),
        (["VSM", "--mutation", "no-reason"], 2, "CORPUS-002"),
        (["VSM", "--count", "0"], 2, "CLI-003"),
    ],
)
def test_what_cannot_be_made_is_said(
    arguments: list[str], code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["corpus", *arguments, "--out", str(tmp_path / "out")]) == code
    assert said in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_a_fault_of_the_environment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = tmp_path / "file"
    taken.write_text("")
    assert main(["corpus", "VSM", "--out", str(taken)]) == 3
    assert "CORPUS-003" in capsys.readouterr().err


def judged(content: bytes) -> set[str]:
    return {item.finding.rule for item in prints.judge(content, "a.png", Asked()).noted}


def test_sound_symbols_are_read_and_tell_their_patient() -> None:
    known = [someone.id for someone in population().patients if someone.ins]
    drawn = list(made(symbols.PNG, len(known)))
    assert [one.patient for one in drawn] == known
    for one in drawn:
        assert judged(one.content) == set()
        assert one.ins in read_page(one.content).payloads[0]
    svg = next(made(symbols.SVG, 1))
    assert svg.name.endswith(".svg")
    assert svg.content.startswith(b"<svg ")


@pytest.mark.parametrize("name", symbols.FORGERIES)
def test_each_forged_symbol_is_told_by_its_rule(name: str) -> None:
    (one,) = made(symbols.PNG, 1, defects=mutations([name], symbols.PNG))
    assert symbols.FORGERIES[name].rule in judged(one.content)


def test_the_command_writes_symbols_that_validate_judges(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "symbols"
    assert main(["corpus", symbols.PNG, "--out", str(out), "--count", "1", "--mutation", "wrong-key"]) == 0
    (picture,) = out.glob("*.png")
    assert main(["validate", str(picture)]) == 1
    assert "INSDM-005" in capsys.readouterr().out
    assert main(["corpus", symbols.PNG, "--out", str(out), "--mutation", "no-title"]) == 2


def test_the_pdf_of_a_made_up_document_carries_its_datamatrix() -> None:
    for kind in ("LDL-SES-N1", "CR-BIO"):
        one = next(made(kind, 1))
        document = read(one.content)
        (found,) = [read_page(pdf).payloads for _, pdf in pdfs(document)]
        assert document.patient.ins is not None
        assert document.patient.ins.value in found[0]
