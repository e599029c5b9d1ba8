"""The drivers of a software that people use: ``manual`` asks the tester, ``passive`` only watches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from banc_harness.drivers.instruction import Instruction, instruction
from banc_harness.drivers.reply import DriverFailed, Reply
from banc_standards.contracts.driver import Action, Answer, Shown
from banc_standards.errors import Sentence, UnusableInput

if TYPE_CHECKING:
    from banc_harness.certifying.desk import Desk


class ManualDriver:
    """Tells a person what to do in the software, and waits for the answer without any deadline.

    Raises ``UnusableInput`` when there is nobody to ask.
    """

    name = "manual"

    def __init__(self, desk: Desk | None, *, where: str, timeout_s: int) -> None:
        if desk is None:
            raise UnusableInput(
                "MANUAL-001",
                Sentence(
                    f"{where} : le pilote manual pose ses questions dans un terminal, et il n'y en a pas ici",
                    f"{where}: the manual driver asks its questions on a terminal, and there is none here",
                ),
                Sentence(
                    "lancez la commande dans un terminal, ou donnez les réponses par --answers FICHIER",
                    "run the command on a terminal, or give the answers with --answers FILE",
                ),
            )
        self.timeout_s = timeout_s
        self._desk = desk

    def question(self, action: Action) -> Instruction:
        """What the person is told."""
        return instruction(action)

    async def act(self, action: Action) -> Reply:
        """Asks the person. Raises :class:`~banc_harness.drivers.reply.DriverFailed` when the person has gone."""
        from banc_harness.certifying.desk import Left

        try:
            doing = await self._desk.do(self.question(action))
        except Left as gone:
            raise DriverFailed("unreachable", gone.text) from None
        shown = [Shown(level="info" if doing.status == "done" else "error", text=doing.said)] if doing.said else []
        error = doing.said or None if doing.status == "failed" else None
        answer = Answer(banc=1, id=action.id, status=doing.status, shown=shown, error=error)
        return Reply(answer, doing.evidence, by=doing.by)

    async def capabilities(self) -> tuple[str, ...] | None:
        """A person is not asked what the software can do."""
        return None

    async def close(self) -> None:
        """Holds nothing."""


class PassiveDriver:
    """Drives nothing: whoever uses the software reads what comes next, and the bench waits for the traffic,
    ``timeout_s`` seconds at most for each expected exchange.
    """

    name = "passive"

    def __init__(self, *, timeout_s: int) -> None:
        self.timeout_s = timeout_s

    async def act(self, action: Action) -> Reply:
        """Lets things happen."""
        return Reply(Answer(banc=1, id=action.id, status="done"), patience_s=float(self.timeout_s))

    async def capabilities(self) -> tuple[str, ...] | None:
        """Says nothing."""
        return None

    async def close(self) -> None:
        """Holds nothing."""
