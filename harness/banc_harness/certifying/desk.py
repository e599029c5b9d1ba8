"""Where the tester answers: what was done in the software, and what to think of a requirement."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from banc_harness.drivers.instruction import Instruction
from banc_harness.drivers.reply import Evidence
from banc_standards.contracts.score import RequirementVerdict
from banc_standards.contracts.vocabulary import AnswerStatus
from banc_standards.errors import BancError, Sentence, reason

MAX_FILE = 16 * 2**20
"""Largest file that may be attached, in bytes."""

STATUSES: tuple[AnswerStatus, ...] = ("done", "refused", "unsupported", "failed")
OPINIONS: tuple[Literal["CONFORME", "NON_CONFORME"], ...] = ("CONFORME", "NON_CONFORME")


@dataclass(frozen=True, slots=True)
class Doing:
    """What came of an instruction: the software did it, refused (``said`` is what its user read), does not know it,
    or failed. ``by`` is who says so.
    """

    status: AnswerStatus
    by: str
    said: str = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a reviewer thinks of a requirement."""

    verdict: Literal["CONFORME", "NON_CONFORME"]
    by: str
    comment: str = ""
    evidence: tuple[Evidence, ...] = ()


class Left(BancError):
    """The tester has gone: the terminal is closed, or the file of answers has none for this."""


class Desk(Protocol):
    """Somebody who can be asked."""

    async def do(self, wanted: Instruction) -> Doing:
        """Has an action done in the software, however long it takes. Raises :class:`Left`."""

    async def judge(self, open: RequirementVerdict, rank: int, count: int) -> Opinion | None:
        """Has a requirement decided; ``None`` leaves it open. Raises :class:`Left` when the others stay open too."""


def attached(paths: Iterable[Path]) -> tuple[Evidence, ...]:
    """Reads files to attach. Raises ``BancError`` for one that cannot be read, or that is too large."""
    found = []
    for path in paths:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise BancError(
                "ANSWER-002",
                Sentence(f"impossible de lire {path} : {reason(error).fr}", f"cannot read {path}: {reason(error).en}"),
            ) from None
        if len(data) > MAX_FILE:
            most = MAX_FILE >> 20
            raise BancError("ANSWER-002", Sentence(f"{path} dépasse {most} Mio", f"{path} is larger than {most} MiB"))
        media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        found.append(Evidence(path.name, media_type, data))
    return tuple(found)
