"""Several runs at a terminal: short, the verdict last."""

from __future__ import annotations

import io

from banc_harness.terminal.demonstration import Demonstration

from ..reports.several import whole


def told(*, broken: bool = False, lang: str = "fr") -> list[str]:
    """What is printed once everything was played, in a pipe."""
    file = io.StringIO()
    Demonstration("en" if lang == "en" else "fr", file).verdict(whole(broken_story=broken))
    return file.getvalue().splitlines()


def test_each_software_takes_a_few_lines_and_the_verdict_comes_last() -> None:
    lines = told()

    assert len(lines) < 25
    assert any(line.startswith("✓ Dossier Plus 4.2.1  DPI, hopital") for line in lines)
    assert any(line.startswith("✓ Labo Plus 2.0  SGL, biologie") for line in lines)
    assert "  ✓ UC2.80  SGL Chapitre UC2.80" in lines
    assert lines[-3] == " PASSE   2 logiciels sur 2 passent"
    assert lines[-1].startswith("Score  100,0 %")


def test_what_is_wrong_is_told_before_with_what_to_do() -> None:
    lines = told(broken=True)

    assert any("correction de X-1" in line for line in lines)
    (verdict,) = (rank for rank, line in enumerate(lines) if line.startswith(" NE PASSE PAS "))
    assert lines[verdict + 1] == "  - Dossier Plus : R1 : NON_CONFORME"


def test_it_speaks_the_language_of_its_reader() -> None:
    assert " PASSED   2 of 2 softwares pass" in told(lang="en")
