"""What a mistyped word was most likely meant to be."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from banc_standards.errors import NOTHING, Sentence


def nearest(word: str, known: Iterable[str], count: int = 3) -> list[str]:
    """The known words that look most like ``word``, best first; case does not count."""
    by_case = {candidate.casefold(): candidate for candidate in known}
    return [by_case[match] for match in get_close_matches(word.casefold(), by_case, n=count, cutoff=0.5)]


def did_you_mean(word: str, known: Iterable[str]) -> Sentence:
    """The hint that names the nearest known words; empty when none comes near."""
    found = nearest(word, known)
    if not found:
        return NOTHING
    *first, last = found
    fr = " ou ".join(filter(None, (", ".join(first), last)))
    en = " or ".join(filter(None, (", ".join(first), last)))
    return Sentence(f"vouliez-vous dire {fr} ?", f"did you mean {en}?")
