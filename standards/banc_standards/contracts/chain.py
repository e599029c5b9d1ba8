"""The hash chain of the journal (CONTRACTS §6), followed from its first entry. Pure functions.

``prev`` is the hash of the previous entry of the same session, epoch and writer, null in the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from banc_standards.contracts.canonical import entry_hash

Fault = Literal["seq", "prev", "hash"]


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of a chain: its ``seq`` (0 before the first) and its ``hash``."""

    seq: int = 0
    hash: str | None = None


class Broken(Exception):
    """An entry that does not follow from the one before it: ``at`` which ``seq``, and in which key."""

    def __init__(self, at: int, reason: Fault) -> None:
        super().__init__(f"{reason} at {at}")
        self.at = at
        self.reason: Fault = reason


@dataclass(frozen=True, slots=True)
class Verification:
    """What following a chain showed: number of good entries, and the first fault, if any."""

    entries: int
    head: str | None
    broken_at: int | None = None
    reason: Fault | None = None

    @property
    def intact(self) -> bool:
        """True when every entry follows from the one before it."""
        return self.reason is None


def follow(head: Head, entry: Mapping[str, Any]) -> Head:
    """The head after an entry: its ``seq`` (without gaps), its ``prev`` and its ``hash`` hold. Raises :class:`Broken`.

    An entry that has no canonical form (a floating number) raises ``ValueError`` or ``TypeError``.
    """
    seq = entry.get("seq")
    at = seq if isinstance(seq, int) else head.seq + 1
    if seq != head.seq + 1:
        raise Broken(at, "seq")
    if entry.get("prev") != head.hash:
        raise Broken(at, "prev")
    found = entry_hash(entry)
    if entry.get("hash") != found:
        raise Broken(at, "hash")
    return Head(at, found)


def verify(entries: Iterable[Mapping[str, Any]]) -> Verification:
    """Follows one chain from its first entry to its first fault."""
    head = Head()
    try:
        for entry in entries:
            head = follow(head, entry)
    except Broken as broken:
        return Verification(head.seq, head.hash, broken.at, broken.reason)
    return Verification(head.seq, head.hash)
