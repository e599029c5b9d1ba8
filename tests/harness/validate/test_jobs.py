"""Several processes tell the same as one, in the same order, and memory does not grow with the number of documents."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures.process import BrokenProcessPool

import pytest

from banc_harness.validate import judging, kinds
from banc_harness.validate.judging import Order, judge_bytes
from banc_harness.validate.verdict import Verdict


def test_two_processes_tell_what_one_tells(validate, tmp_path, sound, broken):
    folder = tmp_path / "out"
    folder.mkdir()
    for number in range(50):
        (folder / f"{number:02}.xml").write_bytes(broken if number % 7 == 0 else sound)

    one, two = validate("out", "nothing.xml"), validate("out", "nothing.xml", "--jobs", "2")

    assert len(one.files) == 51
    assert (two.code, two.out) == (one.code, one.out)


def test_verdicts_come_as_they_are_ready(tmp_path, sound):
    path = tmp_path / "a.xml"
    path.write_bytes(sound)

    def endless():
        while True:
            yield str(path)

    first = next(iter(judging.judged(endless(), Order())))

    assert [verdict.path for verdict in first.verdicts] == [str(path)]


@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is told in KiB on Linux")
def test_memory_does_not_grow_with_the_number_of_documents(tmp_path, broken):
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "0.xml").write_bytes(broken)
    measured = """
import sys
from banc_harness.cli import main
main(sys.argv[1:])
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")), file=sys.stderr)
"""

    def peak(times: int) -> int:
        names = [str(folder / "0.xml")] * times
        command = [sys.executable, "-c", measured, "validate", *names, "--format", "json"]
        ended = subprocess.run(command, capture_output=True, timeout=60, check=True)
        return int(ended.stderr)

    assert peak(600) < peak(60) + 4 * 1024


def test_a_defect_of_ours_on_one_file_is_no_verdict_and_stops_nothing(validate, tmp_path, sound, monkeypatch):
    (tmp_path / "a.xml").write_bytes(sound)

    def fails(*_: object) -> list[Verdict]:
        raise KeyError("defect")

    monkeypatch.setitem(kinds.KINDS, "cda", kinds.Kind("cda", kinds.KINDS["cda"].text, fails))

    told = validate("a.xml", "a.xml")

    assert told.code == 2
    assert [file["conform"] for file in told.files] == [False, False]
    assert "KeyError" in told.files[0]["unusable"]
    assert "Traceback" in told.err


def test_bytes_are_judged_without_a_file(sound):
    [verdict] = judge_bytes(sound, "letter", Order()).verdicts

    assert (verdict.path, verdict.document_type, verdict.version, verdict.conform) == (
        "letter",
        "LDL-SES",
        "2022.01",
        True,
    )


def test_a_process_that_dies_fails_the_environment_and_what_was_judged_is_told(validate, tmp_path, sound, monkeypatch):
    (tmp_path / "a.xml").write_bytes(sound)

    monkeypatch.setattr(judging, "_done", dies_at_once(BrokenProcessPool("dead")))

    told = validate("a.xml", "--jobs", "2")

    assert told.code == 3
    assert [(one["path"], one["conform"]) for one in told.files] == [("a.xml", False)]
    assert "--jobs" in told.files[0]["unusable"]
    assert "[VALIDATE-900]" in told.err


def dies_at_once(error: Exception):
    def fails(_batch: object) -> list[judging.Judged]:
        raise error

    return fails
