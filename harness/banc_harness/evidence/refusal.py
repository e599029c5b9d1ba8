"""How a bundle is refused: a code for each way, one sentence, one hint."""

from __future__ import annotations

from banc_standards.errors import NOTHING, BancError, Sentence, UnusableInput


class Refused(BancError):
    """The bundle is not what it claims to be: exit code 1. ``code`` is one of ``BUNDLE-0xx``."""


class NotJudged(UnusableInput):
    """The bundle cannot be judged here, which says nothing against it: exit code 2."""


def refused(code: str, fr: str, en: str, hint: Sentence = NOTHING) -> Refused:
    """The refusal ``BUNDLE-{code}``."""
    return Refused(f"BUNDLE-{code}", Sentence(fr, en), hint)


ASK_AGAIN = Sentence(
    "demandez à son auteur le fichier d'origine et comparez les SHA-256 ; si c'est bien lui, le dossier est à refaire",
    "ask its author for the original file and compare SHA-256; if it is the same, the run must be done again",
)
"""What to do with a bundle that was damaged or altered."""
