"""What INSi remembers of bulk verifications: tickets, whose they are, when their results are ready and when they go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from banc_mocks.insi.state import Memory
from banc_standards.insi.verification import Verdict

_TICKET = "bulk"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a ticket gives: ``unknown`` (to this caller, or at all), ``pending``, or the verdicts."""

    state: Literal["unknown", "pending", "done"]
    verdicts: tuple[Verdict, ...] = ()


def deposit(
    memory: Memory, ticket: str, caller: str, verdicts: tuple[Verdict, ...], now: datetime, *, delay_s: int, kept_s: int
) -> None:
    """Keeps what was decided, to be told ``delay_s`` seconds after ``now`` and forgotten ``kept_s`` seconds later."""
    ready = now + timedelta(seconds=delay_s)
    gone = ready + timedelta(seconds=kept_s)
    memory.put(
        _TICKET,
        ticket,
        {
            "caller": caller,
            "ready": ready.isoformat(),
            "gone": gone.isoformat(),
            "verdicts": [[one.id, one.code] for one in verdicts],
        },
    )


def fetch(memory: Memory, ticket: str, caller: str, now: datetime) -> Fetched:
    """What a caller gets for a ticket. That of somebody else is as unknown as one that never was."""
    kept = memory.get(_TICKET, ticket)
    if kept is None or kept["caller"] != caller or now >= datetime.fromisoformat(kept["gone"]):
        return Fetched("unknown")
    if now < datetime.fromisoformat(kept["ready"]):
        return Fetched("pending")
    return Fetched("done", tuple(Verdict(code, id) for id, code in kept["verdicts"]))
