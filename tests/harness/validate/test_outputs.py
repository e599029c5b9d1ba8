"""The four formats say the same: for people, for programs, for CI systems, for code scanning."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest
from junitparser import Error, Failure, JUnitXml
from sarif_pydantic import Sarif

from banc_harness.catalogue import catalogue
from banc_harness.validate.text import TextWriter
from banc_harness.validate.verdict import Excerpt, Noted, Skipped, Summary, Verdict
from banc_standards.contracts.publish import schema
from banc_standards.contracts.validation import Validation
from banc_standards.rules import Finding

FILE_KEYS = ["path", "kind", "document_type", "level", "conform", "unusable", "findings"]
FINDING_KEYS = [
    *("rule", "severity", "certainty", "location", "line", "column"),
    *("found", "expected", "message", "clause", "fix", "source"),
]


@pytest.fixture
def folder(tmp_path: Path, sound: bytes, broken: bytes) -> Path:
    """Three files: one conforms, one does not, one cannot be judged."""
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "a.xml").write_bytes(sound)
    (folder / "b é.xml").write_bytes(broken)
    return folder


def test_json_is_the_shape_of_the_contract(validate, folder):
    told = validate("out", "nothing.xml")

    jsonschema_rs.validate(schema("validation"), told.json)
    assert Validation.read(told.out).as_json() == told.json
    assert list(told.json) == ["version", "files", "summary"]
    assert told.json["version"] == 1
    assert [list(file) for file in told.files] == [FILE_KEYS] * 3
    for file in told.files:
        for finding in file["findings"]:
            assert list(finding) == FINDING_KEYS
    sound, broken, missing = told.files
    assert (sound["kind"], sound["document_type"], sound["level"], sound["conform"]) == ("cda", "LDL-SES", "N3", True)
    assert (broken["conform"], broken["unusable"]) == (False, None)
    assert (missing["kind"], missing["conform"], missing["findings"]) == (None, False, [])
    severities = [finding["severity"] for file in told.files for finding in file["findings"]]
    assert told.json["summary"] == {
        "files": 3,
        "conform": 1,
        "not_conform": 1,
        "unusable": 1,
        "errors": severities.count("error"),
        "warnings": severities.count("warning"),
        "infos": severities.count("info"),
    }
    assert told.code == 2


def test_exit_code_is_that_of_the_worst_file(validate, folder):
    assert validate("out/a.xml").code == 0
    assert validate("out/a.xml", "out/b é.xml").code == 1
    assert validate("out/a.xml", "nothing.xml").code == 2


def test_line_and_column_point_at_the_attribute(validate, folder, broken):
    [finding] = [one for one in validate("out/b é.xml").files[0]["findings"] if one["rule"] == "CDA-HDR-002"]

    line = broken.decode().splitlines()[finding["line"] - 1]
    assert line[finding["column"] - 1 :].startswith('code="BE"')
    assert finding["location"].endswith("/@code")


def test_text_of_what_conforms_is_one_line(validate, folder):
    told = validate("out/a.xml", format="text")

    first, second = told.out.splitlines()
    assert first == (
        "✓ out/a.xml (LDL-SES 2022.01, N3) « Lettre de liaison à la sortie de l'établissement de santé » : conforme"
    )
    assert second == "1 fichier, 1 conforme, 0 non conforme ; 0 erreur, 0 avertissement, 0 information"


def test_text_shows_the_line_the_fix_and_the_clause(validate, folder):
    told = validate("out/b é.xml", "--lang", "en", format="text")

    start = told.out.index("error CDA-HDR-002")
    block = told.out[start:].splitlines()[:8]
    source, carets = block[1], block[2]
    assert source[carets.index("^") :].startswith('code="BE"')
    assert carets.count("^") == len('code="BE"')
    labels = [line.split()[0] for line in block[3:]]
    assert labels == ["where", "found", "expected", "fix", "clause"]
    rule = catalogue()["CDA-HDR-002"]
    assert rule.fix.en in told.out
    assert rule.clause in told.out
    sums, hint = told.out.splitlines()[-2:]
    assert sums.startswith("1 file, 0 conform, 1 not conform; ")
    assert hint == "→ why, and an example: banc explain CDA-HDR-002"


def test_text_has_no_colours_in_a_pipe(validate, folder):
    assert "\x1b" not in validate("out", format="text").out


class Screen:
    """A stream that says whether it is a terminal, and keeps what is written."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        return

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("variables", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_colours_are_for_a_terminal_that_wants_them(monkeypatch, variables, coloured):
    from banc_harness.validate.text import has_colours

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert has_colours(Screen()) is coloured


def finding(number: int, *, line: int | None = None, column: int | None = None, severity="error") -> Finding:
    return Finding(
        rule="X-001",
        severity=severity,
        certainty="sourced",
        location=f"/a/b[{number}]",
        message="Un b est un c.",
        clause="texte",
        fix="écrire c",
        line=line,
        column=column,
    )


def test_places_of_one_rule_beyond_a_few_are_counted():
    screen = Screen()
    noted = tuple(Noted(finding(number, line=number, column=2)) for number in range(1, 21))

    TextWriter(screen, "fr").add(Verdict("a.xml", "cda", noted=noted))

    assert screen.text.count("erreur X-001") == 3
    assert "… et 17 autre(s) X-001 : lignes 4, 5, 6" in screen.text


def test_a_very_long_line_is_shown_around_what_is_wrong():
    screen = Screen()
    text = "<a>" + "x" * 500 + '<b c="wrong"/>' + "y" * 500
    start = text.index('c="wrong"')
    noted = Noted(finding(1, line=1, column=start + 1), Excerpt(text, start, len('c="wrong"')))

    TextWriter(screen, "fr").add(Verdict("a.xml", "cda", noted=(noted,)))

    source, carets = screen.text.splitlines()[2:4]
    assert len(source) < 110
    assert source[carets.index("^") :].startswith('c="wrong"')


def test_a_coloured_verdict_paints_and_resets():
    screen = Screen()

    TextWriter(screen, "fr", colours=True).add(Verdict("a.xml", "cda", noted=(Noted(finding(1)),)))

    assert screen.text.count("\x1b[0m") == screen.text.count("\x1b[") / 2 > 0


def test_junit_is_read_by_another_library(validate, folder):
    told = validate("out", "nothing.xml", format="junit")

    read = JUnitXml.fromstring(told.out.encode())
    [suite] = list(read)
    assert (suite.tests, suite.failures, suite.errors) == (3, 1, 1)
    cases = {case.name: case for case in suite}
    assert list(cases) == ["out/a.xml", "out/b é.xml", "nothing.xml"]
    assert cases["out/a.xml"].is_passed
    assert cases["out/a.xml"].classname == "cda.LDL-SES"
    [failure] = cases["out/b é.xml"].result
    assert isinstance(failure, Failure)
    assert "CDA-HDR-002" in failure.text
    [error] = cases["nothing.xml"].result
    assert isinstance(error, Error)


def test_junit_holds_what_no_xml_could(tmp_path, validate):
    told = validate("a\x01b.xml", format="junit")

    assert [case.name for suite in JUnitXml.fromstring(told.out.encode()) for case in suite] == ["a�b.xml"]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_sarif_is_read_by_another_library(validate, folder, lang, monkeypatch):
    monkeypatch.setenv("BANC_DOCS_URL", "https://docs.example/banc/")
    told = validate("out", "nothing.xml", "--lang", lang, format="sarif")

    read = Sarif.model_validate_json(told.out)
    [run] = read.runs
    assert read.version == "2.1.0"
    rules = {rule.id: rule for rule in run.tool.driver.rules}
    named = {result.rule_id for result in run.results}
    assert named == set(rules)
    rule = catalogue()["CDA-HDR-002"]
    assert rules["CDA-HDR-002"].short_description.text == rule.text.of(lang)
    assert rule.fix.of(lang) in rules["CDA-HDR-002"].help.text
    where = "en/rules" if lang == "en" else "rules"
    assert str(rules["CDA-HDR-002"].help_uri) == f"https://docs.example/banc/{where}/cda-hdr.md#cda-hdr-002"
    [result] = [result for result in run.results if result.rule_id == "CDA-HDR-002"]
    place = result.locations[0].physical_location
    assert place.artifact_location.uri == "out/b%20%C3%A9.xml"
    assert place.region.start_line == 2
    assert place.region.end_column - place.region.start_column == len('code="BE"')
    [ended] = run.invocations
    assert ended.execution_successful is False
    assert json.loads(told.out)["runs"][0]["invocations"][0]["exitCode"] == 2


def test_sarif_follows_the_parts_of_its_schema_that_readers_need(validate, folder):
    told = json.loads(validate("out", format="sarif").out)

    jsonschema_rs.validate(SARIF, told)


SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "items": {
                "required": ["tool", "results"],
                "properties": {
                    "tool": {"required": ["driver"], "properties": {"driver": {"required": ["name", "rules"]}}},
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "results": {
                        "items": {
                            "required": ["message", "ruleId", "level", "locations"],
                            "properties": {
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "message": {"required": ["text"]},
                                "locations": {
                                    "items": {
                                        "properties": {
                                            "physicalLocation": {
                                                "required": ["artifactLocation"],
                                                "properties": {
                                                    "region": {
                                                        "properties": {
                                                            "startLine": {"type": "integer", "minimum": 1},
                                                            "startColumn": {"type": "integer", "minimum": 1},
                                                            "endColumn": {"type": "integer", "minimum": 1},
                                                        }
                                                    }
                                                },
                                            }
                                        }
                                    }
                                },
                            },
                        }
                    },
                },
            }
        },
    },
}


def test_nothing_to_tell_is_still_each_format(validate, tmp_path):
    (tmp_path / "empty").mkdir()

    assert validate("empty").json["summary"]["unusable"] == 1
    assert JUnitXml.fromstring(validate("empty", format="junit").out.encode()).errors == 1
    assert Sarif.model_validate_json(validate("empty", format="sarif").out).runs[0].results == []


def test_the_sums_roll_up():
    summary = Summary()
    for verdict in (
        Verdict("a", "cda"),
        Verdict("b", "cda", noted=(Noted(finding(1, severity="warning")), Noted(finding(2, severity="info")))),
        Verdict("c", "cda", noted=(Noted(finding(1)),)),
    ):
        summary.add(verdict)

    assert (summary.conform, summary.not_conform, summary.exit_code) == (2, 1, 1)
    assert (summary.errors, summary.warnings, summary.infos) == (1, 1, 1)


def test_what_was_passed_over_is_said_in_both_languages():
    skipped = Skipped(others=2, unserved={"fhir": 1})

    said = skipped.text()

    assert said is not None
    assert (said.fr[:15], said.en[:15]) == ("3 autre(s) fich", "3 other file(s)")
    assert Skipped().text() is None
