"""The short way in of ``banc validate`` reads what the parser of the other commands reads, and refuses it alike."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest
from lxml import etree

from banc_harness.cli import main, program, quick
from banc_harness.cli.language import Words
from banc_harness.validate import command
from banc_standards.errors import UnusableInput


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize(
    "arguments",
    [
        ["a.xml"],
        ["a.xml", "--format", "json"],
        ["--format=json", "a.xml", "--jobs", "2"],
        ["--format", "text", "a.xml", "--format", "json"],
        ["a.xml", "--as", "cda", "missing.xml"],
        ["--", "a.xml"],
        ["--", "--missing.xml"],
        ["-", "a.xml"],
        [],
        ["--format"],
        ["--format", "xml", "a.xml"],
        ["--jobs", "many", "a.xml"],
        ["--fromat", "json", "a.xml"],
        ["-x", "a.xml"],
        ["--pack", "dir", "a.xml"],
        ["--compare", "a.xml"],
        ["--as", "fhir", "a.xml"],
    ],
    ids=" ".join,
)
def test_both_ways_say_the_same(arguments, lang, tmp_path, sound, capfd, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.xml").write_bytes(sound)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(sound)))
    words = ["validate", *arguments]

    short = quick.run(words, Words(lang))
    told_short = capfd.readouterr()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(sound)))
    long = program.run(words, Words(lang))
    told_long = capfd.readouterr()

    assert quick.takes(words)
    assert (short, told_short) == (long, told_long)


@pytest.mark.parametrize(
    ("environment", "field", "value"),
    [
        ({"BANC_FORMAT": "json"}, "format", "json"),
        ({"BANC_JOBS": "3"}, "jobs", 3),
        ({"BANC_AS": "cda"}, "kind", "cda"),
        ({"BANC_TOGETHER": "1"}, "together", True),
        ({"BANC_TOGETHER": "0"}, "together", False),
        ({"BANC_PACK": ""}, "pack", None),
    ],
)
def test_every_option_is_a_variable_too(environment, field, value):
    files, chosen = quick.read(["a.xml"], environment)

    assert files == ["a.xml"]
    assert chosen.get(field) == value


def test_an_option_wins_over_its_variable():
    assert quick.read(["a.xml", "--format", "sarif"], {"BANC_FORMAT": "json"})[1]["format"] == "sarif"


def test_a_variable_is_refused_as_its_option_is():
    with pytest.raises(UnusableInput) as refused:
        quick.read(["a.xml"], {"BANC_FORMAT": "yaml"})

    assert refused.value.code == "CLI-002"


@pytest.mark.parametrize(
    ("arguments", "taken"),
    [
        (["validate", "a"], True),
        (["validate"], True),
        (["validate", "a", "--help"], False),
        (["validate", "-h"], False),
        (["validate", "--", "--help"], True),
        (["explain", "validate"], False),
        ([], False),
    ],
)
def test_the_help_stays_with_the_other_commands(arguments, taken):
    assert quick.takes(arguments) is taken


def test_a_defect_of_ours_is_no_verdict(monkeypatch, capfd):
    def fails(*_: object) -> int:
        raise KeyError("defect")

    monkeypatch.setattr("banc_harness.validate.command.validate", fails)

    assert main(["validate", "a.xml"]) == 3
    assert "CLI-900" in capfd.readouterr().err


def test_an_interruption_is_said_in_one_line(monkeypatch, capfd):
    def stops(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("banc_harness.validate.command.validate", stops)

    assert main(["validate", "a.xml"]) == 3
    assert "[CLI-010]" in capfd.readouterr().err


class CutShort(list[str]):
    """Names, of which the user waits for the first only."""

    def __iter__(self):
        yield self[0]
        raise KeyboardInterrupt


@pytest.mark.parametrize("format", ["json", "junit", "sarif"])
def test_what_was_judged_before_an_interruption_is_told_whole_and_does_not_conform(tmp_path, sound, capsys, format):
    (tmp_path / "a.xml").write_bytes(sound)
    names = CutShort([str(tmp_path / "a.xml"), "b.xml"])

    with pytest.raises(KeyboardInterrupt):
        command.validate(command.Options(names, format=format), Words("en"))

    told = capsys.readouterr().out
    assert "interrupted: the rest was not judged" in told
    assert {"json": '"unusable":1', "junit": 'errors="1"', "sarif": '"executionSuccessful":false'}[format] in told
    assert etree.fromstring(told.encode()) is not None if format == "junit" else json.loads(told)


def test_a_reader_that_leaves_ends_it_quietly(tmp_path, sound, environment):
    folder = tmp_path / "out"
    folder.mkdir()
    for number in range(400):
        (folder / f"{number}.xml").write_bytes(sound)
    command = "import sys; from banc_harness.cli import main; sys.exit(main(sys.argv[1:]))"

    running = subprocess.Popen(
        [sys.executable, "-c", command, "validate", str(folder), "--format", "json"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.readline()
    running.stdout.close()

    assert running.stderr.read() == b""
    assert running.wait(timeout=60) == 0
    running.stderr.close()


LOADED = """
import json, sys
from banc_harness.cli import main
main(sys.argv[1:])
heavy = ("aiohttp", "asyncio", "cryptography", "joserfc", "pydantic", "rich", "signxml", "sqlalchemy", "typer")
print(json.dumps([name for name in heavy if name in sys.modules]))
"""


def test_nothing_heavy_is_loaded_for_a_document(tmp_path, broken, environment):
    (tmp_path / "a.xml").write_bytes(broken)

    ended = subprocess.run(
        [sys.executable, "-c", LOADED, "validate", str(tmp_path / "a.xml")],
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )

    assert json.loads(ended.stdout.splitlines()[-1]) == []
