"""The MessageIDs and the tokens that a session saw lately: in memory only, so that they die with the process."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from weakref import WeakKeyDictionary

from banc_mocks.sandbox.working import Working

MOST: Final = 10_000
"""Ids remembered in one epoch of one session; the oldest go first."""
ONCE_WITHIN: Final = timedelta(hours=24)

_SEEN: Final[WeakKeyDictionary[Working, dict[str, None]]] = WeakKeyDictionary()
_SPENT: Final[WeakKeyDictionary[Working, dict[str, tuple[str, datetime]]]] = WeakKeyDictionary()


def seen(working: Working, message_id: str) -> bool:
    """Whether this epoch has seen the id already; it has from now on."""
    known = _SEEN.setdefault(working, {})
    before = message_id in known
    known[message_id] = None
    if len(known) > MOST:
        del known[next(iter(known))]
    return before


def spent(working: Working, assertion_id: str, message_id: str, now: datetime) -> bool:
    """Whether another message of this epoch carried the assertion within 24 hours of session time.

    The same message again is the same request, sent once more because no answer came: its token is not spent.
    """
    known = _SPENT.setdefault(working, {})
    first, when = known.setdefault(assertion_id, (message_id, now))
    if first != message_id and abs(now - when) > ONCE_WITHIN:
        known[assertion_id] = (message_id, now)
        return False
    if len(known) > MOST:
        del known[next(iter(known))]
    return first != message_id
