"""A content that must not be passed on is taken out when the run is sealed: its checks then cannot decide."""

from __future__ import annotations

from pathlib import Path

import pytest

from banc_harness.certifying.keeping import kept_files, kept_reviews
from banc_harness.checks.registered import checks
from banc_harness.evidence import names
from banc_harness.evidence.bundle import Bundle
from banc_harness.evidence.seal import Played, seal
from banc_harness.evidence.spool import Spool
from banc_harness.evidence.verify import verify
from banc_harness.requirements.table import table
from banc_standards.contracts.bundle import SealedChecks, SealedVerdicts

from .forge import Forge
from .honest import Honest

REASON = "document réel envoyé par erreur"


@pytest.fixture
def letter(forge: Forge) -> str:
    """The name of the content that the witness sent to the DMP."""
    return str(next(entry for entry in forge.entries if entry["operation"] == "dmp.TD2.1")["request"]["blob"])


@pytest.fixture
def played(forge: Forge, honest: Honest, tmp_path: Path, letter: str) -> Played:
    """What the run left, but for the letter."""
    for name, data in forge.files.items():
        if names.is_blob(name) or name == names.JOURNAL:
            path = tmp_path / "spool" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    Spool(tmp_path / "spool").path(letter).unlink()
    return Played(
        spool=Spool(tmp_path / "spool"),
        events=honest.folder / "report" / names.EVENTS,
        position=0,
        checks=checks(),
        table=table("hopital"),
        files=kept_files(honest.folder / "report"),
        reviews=kept_reviews(honest.folder / "report"),
        redacted={letter: REASON},
    )


def test_content_taken_out_leaves_its_reason_and_its_checks_to_a_person(
    played: Played, honest: Honest, tmp_path: Path, letter: str
) -> None:
    seal(tmp_path / "redacted.banc.zip", played, honest.tester)

    found = verify(tmp_path / "redacted.banc.zip", trusted=honest.trust)
    with Bundle.open(found.path) as bundle:
        stone = bundle.tombstone(letter)
        whole = {item.check: item.verdict for item in SealedChecks.read(bundle.read(names.CHECKS)).checks}
        verdicts = SealedVerdicts.read(bundle.read(names.VERDICTS))
    played.spool.close()

    assert (found.refusal, found.exit_code) == (None, 0)
    assert any(REASON in remark.fr for remark in found.remarks)
    assert stone is not None
    assert stone.reason == REASON
    assert "A_COMPLETER" in whole.values()
    assert "CONFORME" in whole.values()
    left = [item for item in verdicts.requirements if item.verdict == "A_COMPLETER"]
    assert {check for item in left for check in item.checks} & {
        check for check, verdict in whole.items() if verdict == "A_COMPLETER"
    }


def test_tombstone_does_not_hide_a_verdict_that_was_kept(played: Played, honest: Honest, tmp_path: Path) -> None:
    seal(tmp_path / "redacted.banc.zip", played, honest.tester)
    played.spool.close()
    forge = Forge(tmp_path / "redacted.banc.zip", honest.tester)
    with forge.json(names.CHECKS) as sealed:
        undecided = next(item for item in sealed["checks"] if item["verdict"] == "A_COMPLETER")
        undecided["verdict"] = "CONFORME"
    forge.reseal()

    found = verify(forge.write(tmp_path / "forged.banc.zip"), trusted=honest.trust)

    assert found.refusal is not None
    assert found.refusal.code == "BUNDLE-090"
