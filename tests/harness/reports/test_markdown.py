"""The summary of a CI job."""

from __future__ import annotations

from banc_harness.reports import markdown

from .recording import Recording, check, finding, requirement


def failed(lang: str = "fr") -> Recording:
    run = Recording(lang).exchange("dmp.TD2.1")
    run.then(check("CHK-A", "R1", finding("X-1", "dmp.TD2.1#1 a", fix="corriger `<a>` | b")))
    return run.then(requirement("R1", "NON_CONFORME", reason="une [raison]"))


def test_verdict_score_and_fixes_are_told() -> None:
    text = markdown.render(failed().account())

    assert text.startswith("# ❌ Ne passe pas : Dossier Plus 4.2.1\n")
    assert "Score **50,0 %**" in text
    assert "règle `R1` ; score ensuite 100,0 %" in text


def test_summary_speaks_the_language_of_the_run() -> None:
    text = markdown.render(failed("en").account())

    assert text.startswith("# ❌ Not passed: Dossier Plus 4.2.1\n")
    assert "## To be fixed" in text


def test_text_of_a_finding_makes_no_markup() -> None:
    text = markdown.render(failed().account())

    assert r"corriger \`\<a\>\` \| b" in text
    assert r"une \[raison\]" in text


def test_run_that_passed_has_nothing_to_fix() -> None:
    text = markdown.render(Recording().then(requirement("R1", "CONFORME")).account(passed=True))

    assert text.startswith("# ✅ Passe")
    assert "À corriger" not in text
