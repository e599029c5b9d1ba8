"""The working state of one epoch of one session: JSON values in memory, written with the exchange that made them.

A value is visible as soon as it is put; it becomes durable in the transaction of the exchange, and vanishes when that
transaction fails. A reset replaces the whole object, so a call that began before it never touches the next epoch.
What has a table of its own (``tables.INDEXED``) stays here only until it is durable: then it is read from its table.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


class _Dropped:
    """The mark of a value that was dropped."""


DROPPED = _Dropped()


@dataclass(slots=True, eq=False)
class Change:
    """One value put or dropped. ``text`` is its JSON at that instant, null for a drop.

    ``columns`` are those of its own table besides the value, None for what shares the table of the state.
    """

    service: str
    kind: str
    key: str
    value: Any
    text: str | None
    _working: Working = field(repr=False)
    columns: Mapping[str, Any] | None = None
    _stored: bool = False
    _before: Change | None = field(default=None, repr=False)
    _void: bool = False

    def revert(self) -> None:
        """Takes the change back: what was there before it shows again, unless a later change stands."""
        self._void = True
        self._working._retreat(self)

    def commit(self) -> None:
        """The change is durable: nothing before it can come back."""
        self._before = None
        self._stored = self.columns is not None
        if self.value is DROPPED or self._stored:
            self._working._bury(self)


class Working:
    """What the services remember in one epoch, by service, kind and key.

    Values are plain JSON and belong to the state once put: put a new one rather than alter one that was read.
    """

    def __init__(self, session: str, epoch: int, rows: Iterable[tuple[str, str, str, Any]] = ()) -> None:
        self.session = session
        self.epoch = epoch
        self._cells: dict[tuple[str, str], dict[str, Change]] = {}
        for service, kind, key, value in rows:
            self._cells.setdefault((service, kind), {})[key] = Change(service, kind, key, value, None, self)

    def get(self, service: str, kind: str, key: str, default: Any = None) -> Any:
        """The value at a key, or ``default``."""
        change = self._cells.get((service, kind), {}).get(key)
        return default if change is None or change.value is DROPPED else change.value

    def columns(self, service: str, kind: str, key: str) -> Mapping[str, Any] | None:
        """The columns of a value that is not durable yet; None when there is no such value."""
        change = self._cells.get((service, kind), {}).get(key)
        return None if change is None else change.columns

    def items(self, service: str, kind: str) -> list[tuple[str, Any]]:
        """Every key and value of one kind, in the order in which the keys first came."""
        cells = self._cells.get((service, kind), {})
        return [(key, change.value) for key, change in cells.items() if change.value is not DROPPED]

    def put(self, service: str, kind: str, key: str, value: Any, columns: Mapping[str, Any] | None = None) -> Change:
        """Sets a value at once; the change that it returns belongs in the batch that makes it durable.

        ``columns`` are every column of the table that its kind has of its own. Raises ``TypeError`` or ``ValueError``
        when the value is not JSON.
        """
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return self._set(Change(service, kind, key, value, text, self, columns))

    def drop(self, service: str, kind: str, key: str) -> Change:
        """Removes a value at once; the change that it returns belongs in the batch that makes it durable."""
        return self._set(Change(service, kind, key, DROPPED, None, self))

    def _set(self, change: Change) -> Change:
        cells = self._cells.setdefault((change.service, change.kind), {})
        before = change._before = cells.get(change.key)
        if before is not None and before.value is DROPPED:
            del cells[change.key]  # a key that comes back comes last, as it does after a restart
        cells[change.key] = change
        return change

    def _retreat(self, change: Change) -> None:
        cells = self._cells.get((change.service, change.kind), {})
        if cells.get(change.key) is not change:
            return
        standing = change._before
        while standing is not None and standing._void:
            standing = standing._before
        if standing is None or standing._stored:
            del cells[change.key]
        else:
            cells[change.key] = standing

    def _bury(self, change: Change) -> None:
        cells = self._cells.get((change.service, change.kind), {})
        if cells.get(change.key) is change:
            del cells[change.key]
