"""The clock of a session (CONTRACTS §5): real time, moved by whole seconds or stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

Now = Callable[[], datetime]
MAX_OFFSET_S = 10 * 366 * 86_400
"""The farthest that a clock moves either way: ten years, in seconds."""


def real_now() -> datetime:
    """Real time, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """A setting of the clock. ``stopped_at`` is the real instant at which a frozen clock was stopped."""

    offset_s: int = 0
    stopped_at: datetime | None = None

    @property
    def frozen(self) -> bool:
        """True when the clock stands still."""
        return self.stopped_at is not None

    @property
    def moved(self) -> bool:
        """True when the session does not live in real time."""
        return self.offset_s != 0 or self.frozen

    def at(self, real: datetime) -> datetime:
        """The session's time at a real instant."""
        return (self.stopped_at or real) + timedelta(seconds=self.offset_s)

    def as_json(self) -> dict[str, Any]:
        """The setting as stored."""
        return {"offset_s": self.offset_s, "stopped_at": self.stopped_at.isoformat() if self.stopped_at else None}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Clock:
        """The setting as it was stored."""
        stopped = value.get("stopped_at")
        return cls(int(value.get("offset_s", 0)), datetime.fromisoformat(stopped) if stopped else None)


REAL = Clock()


def instant(moment: datetime) -> str:
    """An instant as the journal writes it: UTC, microseconds, ``Z``."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def second(moment: datetime) -> str:
    """An instant to the second: UTC, ``Z``."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
