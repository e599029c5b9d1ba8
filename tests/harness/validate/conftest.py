"""Documents to validate, and ``banc validate`` in this process."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from banc_harness.cli import main
from banc_standards.cda.build import discharge_letter, discharge_letter_n1
from banc_standards.cda.pdf import simple_pdf
from banc_standards.terminology.codes import value_set
from banc_standards.xdm import build
from banc_standards.xds.build import author_of, entry_from_cda, submission, utc
from banc_standards.xds.model import SubmissionSet

from ...standards.letters import doctor, letter


@dataclass(frozen=True)
class Told:
    """What one run of ``banc validate`` said: its exit code and its two outputs."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The output as JSON."""
        return dict(json.loads(self.out))

    @property
    def files(self) -> list[dict[str, Any]]:
        """The files of the JSON output."""
        return list(self.json["files"])

    @property
    def rules(self) -> set[str]:
        """The rules named in the JSON output."""
        return {finding["rule"] for file in self.files for finding in file["findings"]}


Validate = Callable[..., Told]


@pytest.fixture
def validate(capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Validate:
    """Runs ``banc validate`` with these arguments in an empty folder; ``format`` is json unless told otherwise."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BANC_LANG", raising=False)

    def run(*arguments: str | Path, format: str = "json") -> Told:
        capfd.readouterr()
        code = main(["validate", *map(str, arguments), "--format", format])
        out, err = capfd.readouterr()
        return Told(code, out, err)

    return run


@pytest.fixture(scope="session")
def sound() -> bytes:
    """A discharge letter that conforms."""
    return discharge_letter(letter())


@pytest.fixture(scope="session")
def broken(sound: bytes) -> bytes:
    """The same with a wrong realmCode and a sex that is none, on known lines."""
    return sound.replace(b'<realmCode code="FR"', b'<realmCode code="BE"').replace(
        b'<administrativeGenderCode code="F"', b'<administrativeGenderCode code="X"'
    )


@pytest.fixture(scope="session")
def level_1() -> bytes:
    """A level 1 letter with a PDF."""
    return discharge_letter_n1(letter(), simple_pdf(["Lettre de liaison"]))


@pytest.fixture(scope="session")
def archive(sound: bytes) -> bytes:
    """An XDM archive of the letter."""
    [entry] = build.located([entry_from_cda(sound)])
    lot = SubmissionSet(
        id="Lot01",
        unique_id="1.2.250.1.213.99.3",
        source_id="1.2.250.1.213.99.4",
        patient_id=entry.patient_id,
        submission_time=utc(letter().created),
        authors=(author_of(doctor()),),
        content_type=value_set("J59").get("03"),
    )
    origin = build.Origin("CLINIQUE FICTIVE", "Logiciel du test", "support@editeur.example")
    return build.packed(submission(lot, [entry]), {"DOC0001.XML": sound}, origin=origin)


@pytest.fixture
def environment() -> dict[str, str]:
    """The environment of a user who has set nothing of ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BANC_")}
    return {**kept, "PYTHONWARNINGS": "error"}
