"""Shows the verification of a bundle: one line a step, what stopped it, what it means."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, TextIO

from banc_harness.cli.language import Words
from banc_harness.evidence.verify import STEPS, Examination, Step, StepName, verify
from banc_standards.errors import Sentence

NAMES: dict[StepName, Sentence] = {
    "zip": Sentence("archive", "archive"),
    "signature": Sentence("signature", "signature"),
    "signer": Sentence("signataire", "signer"),
    "files": Sentence("fichiers", "files"),
    "chain": Sentence("chaîne", "chain"),
    "blobs": Sentence("contenus", "contents"),
    "events": Sentence("événements", "events"),
    "rules": Sentence("règles", "rules"),
    "checks": Sentence("contrôles", "checks"),
    "verdicts": Sentence("verdicts", "verdicts"),
}
_WIDTH = 12


def examine(path: Path, trust: Path | None, *, with_current: bool, format: str, say: Words) -> int:
    """Verifies a bundle and tells it as text or JSON on standard output; returns the exit code."""
    page = _Page(say, sys.stdout if format == "text" else None, sys.stderr)
    found = verify(path, trusted=trust, with_current=with_current, tell=page.step, progress=page.progress)
    page.clear()
    if format == "json":
        print(json.dumps(as_json(found, say), ensure_ascii=False, indent=2))
    else:
        page.end(found)
    return found.exit_code


def as_json(found: Examination, say: Words) -> dict[str, Any]:
    """The examination as JSON, sentences in the chosen language."""
    refusal = found.refusal
    manifest = found.manifest
    return {
        "version": 1,
        "bundle": str(found.path),
        "verified": found.refusal is None,
        "trusted": found.trusted,
        "signer": found.signer,
        "run": None if manifest is None else manifest.run,
        "kind": None if manifest is None else manifest.kind,
        "steps": [
            {"step": step.name, "passed": True, "sure": step.sure, "text": step.text.of(say.lang)}
            for step in found.steps
        ],
        "refusal": None
        if refusal is None
        else {
            "step": found.at,
            "code": refusal.code,
            "text": refusal.text.of(say.lang),
            "hint": refusal.hint.of(say.lang),
        },
        "gate": None if found.gate is None else found.gate.as_json(),
        "score": None if found.score is None else found.score.as_json(),
        "remarks": [remark.of(say.lang) for remark in found.remarks],
        "differences": None
        if found.differences is None
        else [{"what": item.what, "sealed": item.sealed, "current": item.current} for item in found.differences],
        "exit_code": found.exit_code,
    }


class _Page:
    """Text as the steps end; progress only where a person looks on."""

    def __init__(self, say: Words, out: TextIO | None, progress: TextIO) -> None:
        self._say = say
        self._out = out
        self._progress = progress if progress.isatty() else None
        self._shown = ""

    def step(self, step: Step) -> None:
        """Writes a step that was passed."""
        self.clear()
        self._line("✓" if step.sure else "?", step.name, step.text)

    def progress(self, step: StepName, done: int, whole: int) -> None:
        """Shows how far a long step is, in hundredths."""
        if self._progress is None or whole <= 0:
            return
        shown = f"  … {NAMES[step].of(self._say.lang)} {min(100, 100 * done // whole)} %"
        if shown != self._shown:
            self._shown = shown
            self._progress.write(f"\r\x1b[K{shown}")
            self._progress.flush()

    def clear(self) -> None:
        """Takes the progress away."""
        if self._shown and self._progress is not None:
            self._progress.write("\r\x1b[K")
            self._progress.flush()
        self._shown = ""

    def end(self, found: Examination) -> None:
        """Writes what stopped the verification, or what it established."""
        say = self._say
        if found.refusal is not None:
            at = found.at or STEPS[0]
            self._line("✗" if found.exit_code == 1 else "!", at, found.refusal.text, f" [{found.refusal.code}]")
            if hint := found.refusal.hint.of(say.lang):
                self._write(f"    → {hint}")
        for remark in found.remarks:
            self._write(f"  · {remark.of(say.lang)}")
        for item in found.differences or ():
            what = say("porte", "gate") if item.what == "gate" else item.what
            self._write(f"  ≠ {what}  {item.sealed} → {item.current}")
        self._write("")
        self._write(self._conclusion(found))

    def _conclusion(self, found: Examination) -> str:
        say = self._say
        name = found.path.name
        if found.refusal is not None:
            if found.exit_code == 1:
                return say(f"REFUSÉ : {name} ne prouve rien.", f"REFUSED: {name} proves nothing.")
            return say(f"NON JUGÉ : rien n'est dit contre {name}.", f"NOT JUDGED: nothing is said against {name}.")
        if not found.trusted:
            sure = say(
                f"INTACT, signataire inconnu ({found.signer}). Donnez --trust pour savoir de qui il vient.",
                f"INTACT, signer unknown ({found.signer}). Give --trust to know whom it comes from.",
            )
        else:
            sure = say(f"VÉRIFIÉ, signé par {found.signer}.", f"VERIFIED, signed by {found.signer}.")
        if found.differences:
            sure += say(" Les règles installées jugent autrement.", " The installed rules judge otherwise.")
        elif found.differences is not None:
            sure += say(" Les règles installées jugent de même.", " The installed rules judge the same.")
        gate = "" if found.conclusion is None else found.conclusion.of(say.lang)
        return f"{sure}\n{say('Porte :', 'Gate:')} {gate}"

    def _line(self, mark: str, step: StepName, text: Sentence, code: str = "") -> None:
        self._write(f"  {mark} {NAMES[step].of(self._say.lang):<{_WIDTH}}{text.of(self._say.lang)}{code}")

    def _write(self, line: str) -> None:
        if self._out is not None:
            print(line, file=self._out, flush=True)
