"""What the system said, told to a reader in either language."""

from __future__ import annotations

from pathlib import Path

import pytest

from banc_standards.errors import Sentence, reason


def refused(path: Path) -> OSError:
    with pytest.raises(OSError) as caught:
        path.read_bytes()
    return caught.value


def test_the_reason_of_the_system_is_told_in_both_languages(tmp_path: Path) -> None:
    assert reason(refused(tmp_path / "absent")).fr == "aucun fichier de ce nom"
    assert reason(refused(tmp_path)).fr == "c'est un dossier"
    assert reason(refused(tmp_path)).en == "Is a directory"


def test_a_rare_reason_keeps_the_words_of_the_system() -> None:
    assert reason(OSError(9999, "sunspots")) == Sentence("sunspots", "sunspots")
    assert reason(TimeoutError()).fr == "TimeoutError"
