"""The one exception hierarchy of the product.

Every error that a user may read carries a stable code, its sentence in French and in English, and a hint that says
what to do next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Lang = Literal["fr", "en"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One thing said in the two languages that users read."""

    fr: str
    en: str

    def of(self, lang: Lang) -> str:
        """The sentence in one language; French for anything but ``"en"``."""
        return self.en if lang == "en" else self.fr


NOTHING = Sentence("", "")


class BancError(Exception):
    """Root of every error that the product raises on purpose.

    ``code`` is stable and may be matched by scripts; ``text`` says what is wrong; ``hint`` says what to do next.
    """

    def __init__(self, code: str, text: Sentence, hint: Sentence = NOTHING) -> None:
        super().__init__(f"{code}: {text.en}")
        self.code = code
        self.text = text
        self.hint = hint


class UnusableInput(BancError):
    """The command or what it was given cannot be used: exit code 2."""


class EnvironmentFailed(BancError):
    """Something around the product failed (port, disk, driver, sandbox): exit code 3."""
