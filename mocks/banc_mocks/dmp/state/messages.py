"""The MessageIDs that a session saw lately: they only warn, so they stay in memory and die with the process."""

from __future__ import annotations

from typing import Final
from weakref import WeakKeyDictionary

from banc_mocks.sandbox.working import Working

MOST: Final = 10_000
"""Ids remembered in one epoch of one session; the oldest go first."""

_SEEN: Final[WeakKeyDictionary[Working, dict[str, None]]] = WeakKeyDictionary()


def seen(working: Working, message_id: str) -> bool:
    """Whether this epoch has seen the id already; it has from now on."""
    known = _SEEN.setdefault(working, {})
    before = message_id in known
    known[message_id] = None
    if len(known) > MOST:
        del known[next(iter(known))]
    return before
