"""What INSi remembers in a session: the ids of the messages that it received, so that a reused one is noticed."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Any, Final, Protocol

_ID: Final = "id"
_LONGEST: Final = 100


class Memory(Protocol):
    """Where values are kept: a :class:`~banc_mocks.sandbox.call.Call` is one."""

    def get(self, kind: str, key: str, default: Any = None) -> Any:
        """A value, or ``default``."""

    def put(self, kind: str, key: str, value: Any) -> None:
        """Sets a value (JSON)."""


def seen(memory: Memory, ids: Iterable[str]) -> frozenset[str]:
    """Those of ``ids`` that an earlier message carried; all of them count as seen from now on."""
    fresh = dict.fromkeys(ids)
    known = frozenset(value for value in fresh if memory.get(_ID, _key(value)) is not None)
    for value in fresh:
        if value not in known:
            memory.put(_ID, _key(value), 1)
    return known


def _key(value: str) -> str:
    """A key that every store takes: what is far longer than a UUID is remembered by its digest."""
    return value if len(value) <= _LONGEST else sha256(value.encode()).hexdigest()
