"""The patterns of a stored query: ``%`` is any text, ``_`` any one character (IHE ITI TF-2 §3.18.4.1.2.3)."""

from __future__ import annotations


def matches(pattern: str, text: str) -> bool:
    """Whether the whole of ``text`` has the form of ``pattern``; in time proportional to both lengths at worst.

    >>> matches("8999%^DURAND%", "899900000011^DURAND^ALICE")
    True
    >>> matches("DURAND", "899900000011^DURAND^ALICE")
    False
    """
    at = position = 0
    star, resume = -1, 0
    while position < len(text):
        if at < len(pattern) and pattern[at] == "%":
            star, resume = at, position
            at += 1
        elif at < len(pattern) and pattern[at] in ("_", text[position]):
            at += 1
            position += 1
        elif star >= 0:
            resume += 1
            at, position = star + 1, resume
        else:
            return False
    return pattern[at:].strip("%") == ""
