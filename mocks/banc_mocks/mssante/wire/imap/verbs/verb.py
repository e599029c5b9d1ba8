"""What every command of IMAP is: its name, the state that it wants, what carries it out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from banc_mocks.mssante.wire.imap.turn import Turn

State = Literal["any", "not authenticated", "authenticated", "selected"]


async def _nothing(turn: Turn) -> None:
    """Nothing follows the answer."""


@dataclass(frozen=True, slots=True)
class Verb:
    """A command: ``run`` returns what follows OK, ``after`` is done once the answer is told.

    ``writes``: the answer waits for the journal. ``quiet``: entered without waiting, identical ones counted together;
    no fault strikes it. ``by_uid``: it exists as UID command too. ``extension`` is what announces it, if IMAP4rev1 has
    it not.
    """

    name: str
    state: State
    run: Callable[[Turn], Awaitable[str]]
    writes: bool = False
    quiet: bool = False
    by_uid: bool = False
    extension: str = ""
    after: Callable[[Turn], Awaitable[None]] = _nothing

    def allowed(self, *, authenticated: bool, selected: bool) -> bool:
        """Whether it may come now (RFC 3501 §3)."""
        if self.state == "any":
            return True
        if self.state == "not authenticated":
            return not authenticated
        return authenticated and (selected or self.state == "authenticated")
