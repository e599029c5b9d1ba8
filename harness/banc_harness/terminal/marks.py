"""The signs, colours and words of the terminal."""

from __future__ import annotations

from rich.text import Text

from banc_standards.contracts.vocabulary import Outcome, RunKind, Verdict
from banc_standards.errors import Sentence

VERDICTS: dict[Verdict, tuple[str, str]] = {
    "NON_CONFORME": ("✗", "bold red"),
    "PARTIEL": ("◐", "yellow"),
    "A_COMPLETER": ("?", "cyan"),
    "CONFORME": ("✓", "green"),
    "NON_TESTE": ("·", "dim"),
    "NON_APPLICABLE": ("-", "dim"),
}
"""Sign and colour by verdict, what needs the reader first."""

STEPS = {"done": ("✓", "green"), "missed": ("✗", "bold red"), "failed": ("✗", "bold red"), "skipped": ("·", "dim")}
OUTCOMES: dict[Outcome, tuple[str, str]] = {
    "accepted": ("→", "green"),
    "refused": ("⊘", "yellow"),
    "failed": ("!", "bold red"),
    "observed": ("o", "dim"),
}
KINDS: dict[RunKind, Sentence] = {
    "bac-a-sable": Sentence("bac à sable", "sandbox"),
    "recette": Sentence("recette", "acceptance"),
    "homologation": Sentence("homologation", "certification"),
}
MODES = {"strict": Sentence("strict", "strict"), "lenient": Sentence("tolérant", "lenient")}


def mark(sign: tuple[str, str]) -> Text:
    """A sign in its colour."""
    return Text(sign[0], style=sign[1])


def percent(value: float | None, lang: str) -> str:
    """A percentage as each language writes it; a dash when nothing was judged."""
    if value is None:
        return "—"
    return f"{value:.1f} %".replace(".", ",") if lang != "en" else f"{value:.1f}%"
