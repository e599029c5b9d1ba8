"""What comes back from a driver, and how it can fail."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Literal, Protocol

from pydantic import ValidationError

from banc_standards.contracts.driver import Action, Answer
from banc_standards.contracts.misfit import misfit
from banc_standards.errors import BancError, Sentence

MAX_ANSWER = 16 * 2**20
"""Largest answer that is read, in bytes: evidence comes in it."""

Failure = Literal["unreachable", "crashed", "timeout", "oversize", "invalid"]
_CODES: dict[Failure, str] = {
    "unreachable": "DRIVER-001",
    "crashed": "DRIVER-002",
    "timeout": "DRIVER-003",
    "oversize": "DRIVER-004",
    "invalid": "DRIVER-005",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file that came with an answer."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """A valid answer with its files.

    ``by`` is the person who answered. ``patience_s``: what the action causes may come that late, in seconds.
    """

    answer: Answer
    evidence: tuple[Evidence, ...] = ()
    by: str = ""
    patience_s: float | None = None


class DriverFailed(BancError):
    """The driver gave no answer that can be read: nothing is known of the software. ``evidence`` is what it left."""

    def __init__(self, failure: Failure, text: Sentence, evidence: tuple[Evidence, ...] = ()) -> None:
        super().__init__(_CODES[failure], text)
        self.failure = failure
        self.evidence = evidence


class Driver(Protocol):
    """One way of asking the software."""

    @property
    def name(self) -> str:
        """The kind, as in ``sut.yaml``."""

    @property
    def timeout_s(self) -> int:
        """How long an action may take unless the scenario says otherwise, in seconds."""

    async def act(self, action: Action) -> Reply:
        """Asks for one action and waits for the answer, its ``deadline_s`` at most. Raises :class:`DriverFailed`."""

    async def capabilities(self) -> tuple[str, ...] | None:
        """What the adapter says that the software can do; ``None`` when it says nothing. Raises
        :class:`DriverFailed`.
        """

    async def close(self) -> None:
        """Lets go of what the driver holds."""


def read_answer(data: bytes, action: Action, left: tuple[Evidence, ...] = ()) -> Reply:
    """Reads the answer to an action. Raises :class:`DriverFailed` when it is none, ``left`` being kept as evidence."""
    try:
        answer = Answer.read(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        wrong = misfit(first)
        fr, en = (f"{where} : ", f"{where}: ") if where else ("", "")
        raise _invalid(Sentence(fr + wrong.fr, en + wrong.en), left) from None
    if answer.id != action.id:
        differs = f"id: {answer.id!r} ≠ {action.id!r}"
        raise _invalid(Sentence(differs, differs), left)
    try:
        files = tuple(
            Evidence(item.name, item.media_type, base64.b64decode(item.base64, validate=True))
            for item in answer.evidence
        )
    except ValueError as error:
        raise _invalid(Sentence(f"evidence : base64 illisible ({error})", f"evidence: {error}"), left) from None
    return Reply(answer, left + files)


def _invalid(why: Sentence, left: tuple[Evidence, ...]) -> DriverFailed:
    return DriverFailed(
        "invalid",
        Sentence(
            f"la réponse du pilote n'est pas celle que demande le contrat : {why.fr}",
            f"the driver's answer is not the one of the contract: {why.en}",
        ),
        left,
    )
