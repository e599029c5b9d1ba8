from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from banc_harness.certifying.terminal import TerminalDesk
from banc_standards.contracts.score import RequirementVerdict


class Typist:
    """A desk whose keys are typed by the test, and what it showed."""

    def __init__(self, lang: Any = "fr") -> None:
        self.keys, self._typing = os.pipe()
        self.out = io.StringIO()
        self.desk = TerminalDesk(lang, out=self.out, keys=self.keys)

    def types(self, *lines: str) -> None:
        """Types lines, each ended by Enter."""
        os.write(self._typing, "".join(f"{line}\n" for line in lines).encode())

    def leaves(self) -> None:
        """Closes the terminal."""
        os.close(self._typing)
        self._typing = -1

    def close(self) -> None:
        for end in (self.keys, self._typing):
            if end >= 0:
                os.close(end)


@pytest.fixture
def typist() -> Iterator[Callable[..., Typist]]:
    """Makes desks at which the test types."""
    made: list[Typist] = []

    def make(lang: str = "fr") -> Typist:
        made.append(Typist(lang))
        return made[-1]

    yield make
    for item in made:
        item.close()


@pytest.fixture
def undecided() -> RequirementVerdict:
    """A requirement that a person must look at."""
    return RequirementVerdict.model_validate(
        {
            "requirement": "SC.X.1",
            "text": "Le logiciel affiche le statut de l'INS.",
            "area": "x",
            "level": "mandatory",
            "check_mode": "semi",
            "weight": 1,
            "verdict": "A_COMPLETER",
            "reason": "une personne doit encore voir",
        }
    )
