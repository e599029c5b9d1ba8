"""Schematrons of other people, run as they are: what they say, what is missing of them, what the engine survives."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from banc_harness.cli import main
from banc_harness.packs.cache import cache_folder, stylesheet_of
from banc_harness.packs.compare import Comparison
from banc_harness.packs.judging import PackJudge
from banc_harness.packs.pack import Pack
from banc_harness.packs.schematron import Folder
from banc_standards.cda.build import discharge_letter
from banc_standards.cda.read import read
from banc_standards.errors import Sentence, UnusableInput
from banc_standards.rules import Finding

from ...standards.letters import letter

LETTER = discharge_letter(letter())
TITLE = LETTER[LETTER.index(b"<title>") : LETTER.index(b"</title>") + len(b"</title>")]


@pytest.fixture(scope="module")
def judge(pack: Path) -> Iterator[PackJudge]:
    """The pack, its process warm."""
    found = PackJudge(Pack(pack))
    yield found
    found.close()


def said(judge: PackJudge, data: bytes) -> dict[str, Finding]:
    """What the pack says of a letter, by rule."""
    found = judge.findings(read(data), "LDL-SES", "2022.01")
    assert isinstance(found, list)
    return {finding.rule: finding for finding in found}


def test_each_family_and_the_volet_are_run(judge: PackJudge) -> None:
    chosen = judge.pack.chosen("LDL-SES", "2022.01", "N3")

    assert [path.name for path in chosen.schemas] == [
        "ASIP-STRUCT-MIN-StrucMin.sch",
        "IHE.sch",
        "CI-SIS_ModelesDeContenusCDA.sch",
        "CI-SIS_Modeles_ANS.sch",
        "terminologie.sch",
        "CI-SIS_LDL-SES_2022.01.sch",
    ]
    assert chosen.missing == ()


def test_a_sound_letter_passes(judge: PackJudge) -> None:
    assert said(judge, LETTER) == {}


@pytest.mark.parametrize(
    ("before", "after", "rule", "location", "severity"),
    [
        (TITLE, b"<title/>", "ASIP-STRUCT-MIN-StrucMin/T1", "/ClinicalDocument/title", "error"),
        (
            TITLE,
            b"<title>Vite !</title>",
            "ASIP-STRUCT-MIN-StrucMin/titre/1.2",
            "/ClinicalDocument/title",
            "warning",
        ),
        (
            b'<administrativeGenderCode code="F"',
            b'<administrativeGenderCode code="X"',
            "IHE/sexe/1.1",
            "/ClinicalDocument/recordTarget/patientRole/patient/administrativeGenderCode",
            "error",
        ),
        (
            b'<typeId root="',
            b'<typeId root="x',
            "CI-SIS_ModelesDeContenusCDA/ids/2.1",
            "/ClinicalDocument/typeId/@root",
            "error",
        ),
        (
            b'<code code="11490-0"',
            b'<code code="11490-1"',
            "terminologie/pattern-1/1.1",
            "/ClinicalDocument/code",
            "error",
        ),
    ],
)
def test_what_does_not_hold_is_told_where_it_stands(
    judge: PackJudge, before: bytes, after: bytes, rule: str, location: str, severity: str
) -> None:
    assert before in LETTER

    found = said(judge, LETTER.replace(before, after, 1))

    assert (found[rule].location, found[rule].severity, found[rule].source) == (location, severity, "pack:lot")
    assert len(found) == 1


def test_the_words_of_an_assertion_are_filled_in(judge: PackJudge) -> None:
    found = said(judge, LETTER.replace(b'<administrativeGenderCode code="F"', b'<administrativeGenderCode code="X"'))

    assert found["IHE/sexe/1.1"].message == "le code X n'est pas dans ../../jeuxDeValeurs/jdv_sexe.xml"


def test_what_is_missing_or_misspelt_in_the_pack_is_named_and_judges_nothing(judge: PackJudge) -> None:
    said(judge, LETTER)

    told = " | ".join(judge.remarks.told)
    for name in ("../abstract/parti.sch", "Connu.sch", "jdv_sexe.xml", "JDV_Langue.xml", "CI-SIS_Modeles_ANS.sch"):
        assert name in told, name
    assert "IHE/langue/1.1 could not be evaluated" in told


def test_the_xml_schema_comes_first(judge: PackJudge) -> None:
    empty = read(b'<ClinicalDocument xmlns="urn:hl7-org:v3"/>')

    found = judge.findings(empty, None, "")

    assert isinstance(found, list)
    assert [(finding.rule, finding.location) for finding in found] == [("XSD", "/ClinicalDocument")]


def test_a_stylesheet_is_made_once_and_again_when_its_source_changes(pack: Path, tmp_path: Path) -> None:
    schema = tmp_path / "lot" / "schematrons" / "un.sch"
    schema.parent.mkdir(parents=True)
    source = (pack / "schematrons/CI-SIS_LDL-SES_2022.01.sch").read_text()
    schema.write_text(source)
    folder = Folder(tmp_path / "lot")
    first, _ = stylesheet_of(schema, folder, tmp_path / "cache")
    kept = next((tmp_path / "cache").glob("*.xsl"))
    kept.write_bytes(b"<kept/>")

    assert stylesheet_of(schema, folder, tmp_path / "cache")[0] == b"<kept/>"

    schema.write_text(source.replace("un corps est attendu", "il faut un corps"))
    again, _ = stylesheet_of(schema, folder, tmp_path / "cache")
    assert again != first
    assert b"il faut un corps" in again
    assert cache_folder().is_relative_to(os.environ["BANC_CACHE"])


def test_no_file_outside_of_the_pack_is_read(pack: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.sch").write_text("<pattern xmlns='http://purl.oclc.org/dsdl/schematron'/>")
    root = tmp_path / "lot"
    (root / "schematrons").mkdir(parents=True)
    folder = Folder(root)

    assert folder.find(root / "schematrons" / ".." / ".." / "secret.sch") == (None, False)
    (root / "schematrons" / "lien.sch").symlink_to(tmp_path / "secret.sch")
    assert folder.find(root / "schematrons" / "lien.sch") == (None, False)


def test_a_process_that_dies_on_a_document_is_told_and_replaced(pack: Path) -> None:
    judge = PackJudge(Pack(pack))
    judge._engine._deadline = 0.001
    try:
        assert isinstance(judge.findings(read(LETTER), "LDL-SES", "2022.01"), Sentence)

        judge._engine._deadline = 60
        assert said(judge, LETTER) == {}
    finally:
        judge.close()


def test_memory_is_capped(pack: Path, tmp_path: Path) -> None:
    greedy = tmp_path / "lot"
    (greedy / "schematrons/profils").mkdir(parents=True)
    source = (pack / "schematrons/profils/CI-SIS_ModelesDeContenusCDA.sch").read_text()
    eats = "string-length(string-join((1 to 90000000) ! string(.), ' ')) = 0"
    (greedy / "schematrons/profils/IHE.sch").write_text(source.replace('@root"', f'{eats}"', 1))
    judge = PackJudge(Pack(greedy))
    judge._engine._memory = 300
    judge._engine._deadline = 30
    try:
        told = judge.findings(read(LETTER), None, "")
    finally:
        judge.close()

    assert isinstance(told, Sentence) or any("cannot run" in remark for remark in judge.remarks.told)


def test_a_folder_that_is_no_pack_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UnusableInput) as refused:
        Pack(tmp_path)
    assert refused.value.code == "PACK-001"

    assert main(["validate", str(tmp_path), "--pack", str(tmp_path / "rien")]) == 2
    assert "PACK-001" in capsys.readouterr().err
    assert main(["validate", str(tmp_path), "--compare"]) == 2
    assert "VALIDATE-003" in capsys.readouterr().err


def test_the_command_adds_the_pack_and_compares(
    pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bonne.xml").write_bytes(LETTER)
    (tmp_path / "sans-titre.xml").write_bytes(LETTER.replace(TITLE, b"<title/>"))
    (tmp_path / "autre.xml").write_bytes(LETTER.replace(b'<code code="11490-0"', b'<code code="11490-1"', 1))

    code = main(
        ["validate", "bonne.xml", "sans-titre.xml", "autre.xml", "--pack", str(pack), "--compare", "--format", "json"]
    )

    told = capsys.readouterr()
    output = json.loads(told.out)
    assert code == 1
    assert [file["conform"] for file in output["files"]] == [True, False, False]
    sources = {finding["source"] for file in output["files"] for finding in file["findings"]}
    assert sources >= {"banc", "pack:lot"}
    assert output["pack"]["name"] == "lot"
    assert any("JDV_Langue.xml" in remark for remark in output["pack"]["remarks"])
    comparison = output["comparison"]
    assert comparison["files"] == 3
    assert json.loads((tmp_path / "comparaison-lot.json").read_text()) == comparison
    assert "Même verdict" in (tmp_path / "comparaison-lot.md").read_text()
    assert {row["rule"] for row in comparison["rules"] if row["source"] == "pack:lot"} == {
        "ASIP-STRUCT-MIN-StrucMin/T1",
        "terminologie/pattern-1/1.1",
    }
    assert "lot : " in told.err


def finding(rule: str, location: str, source: str = "banc", severity: str = "error") -> Finding:
    """A finding as the comparison sees it."""
    return Finding(rule, severity, "sourced", location, "", "", "", source=source)  # type: ignore[arg-type]


def test_findings_meet_on_an_element_and_its_parent() -> None:
    table = Comparison("lot")
    table.add("a", [finding("A", "/x/y/@code"), finding("P", "/x/y", "pack:lot")])
    table.add("b", [finding("A", "/x/z"), finding("P", "/x/y/w", "pack:lot")])
    table.add("c", [finding("A", "/x", severity="warning")])
    table.add("d", [finding("P", "/x", "pack:lot")])

    told = table.as_json()

    assert (told["files"], told["agree"]) == (4, 3)
    assert told["disagreements"] == [{"path": "d", "banc_conform": True, "pack_conform": False}]
    rows = {(row["rule"], row["shared"], row["alone"]) for row in told["rules"]}
    assert rows == {("A", 1, 1), ("P", 1, 2)}
