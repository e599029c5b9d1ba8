"""``banc report``: a report written again says what the first one said."""

from __future__ import annotations

from pathlib import Path

import pytest

from banc_harness.events import line
from banc_harness.reports import again, junit, markdown
from banc_standards.errors import UnusableInput

from .recording import Recording, check, finding, requirement


@pytest.fixture
def run() -> Recording:
    run = Recording().exchange("dmp.TD2.1")
    run.then(check("CHK-A", "R1", finding("X-1", "dmp.TD2.1#1 a")), requirement("R1", "NON_CONFORME"))
    return run


@pytest.fixture
def folder(run: Recording, tmp_path: Path) -> Path:
    """The folder of a run's reports, of which only the events are left."""
    (tmp_path / "events.ndjson").write_text("".join(map(line, run.events())), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("name", sorted(set(again.FORMATS) - {"pdf"}))
def test_every_format_is_written_from_the_events_alone(folder: Path, name: str) -> None:
    with again.opened(folder) as told:
        assert "X-1" in str(again.FORMATS[name](told))


def test_report_written_again_is_the_first_one(folder: Path, run: Recording) -> None:
    with again.opened(folder / "events.ndjson") as told:
        assert again.FORMATS["junit"](told) == junit.render(run.account())
        assert again.FORMATS["markdown"](told) == markdown.render(run.account())


def test_run_that_did_not_end_has_no_report(folder: Path) -> None:
    path = folder / "events.ndjson"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))

    with pytest.raises(UnusableInput, match="REPORT-005"), again.opened(folder):
        pass


@pytest.mark.parametrize("left", [None, b"{}\n", b"\xff\n"])
def test_folder_that_holds_no_run_is_refused(tmp_path: Path, left: bytes | None) -> None:
    if left is not None:
        (tmp_path / "events.ndjson").write_bytes(left)

    with pytest.raises(UnusableInput, match="REPORT-003"), again.opened(tmp_path):
        pass
